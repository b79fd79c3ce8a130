"""Loaded by every Python that a test starts: what is not loopback cannot be reached or resolved.

An audit hook cannot be taken away again, and sees what no replaced function would.
"""

import socket
import sys

_LOOPBACK = ("127.", "::1", "localhost")


def _refuse(event: str, args: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        address = args[1]
        if isinstance(address, tuple) and not str(address[0]).startswith(_LOOPBACK):
            raise OSError(f"a test tried to reach {address!r}")
    elif event == "socket.getaddrinfo":
        host = args[0].decode() if isinstance(args[0], bytes) else args[0]
        if isinstance(host, str) and host and not host.startswith((*_LOOPBACK, "0.0.0.0")):  # noqa: S104 - to bind is not to reach
            if host == socket.gethostname():
                return
            raise OSError(f"a test tried to resolve {host!r}")


sys.addaudithook(_refuse)
