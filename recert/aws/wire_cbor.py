"""Bodies of the CBOR protocol (RFC 8949, definite lengths only)."""

import struct
from datetime import datetime
from typing import Any

_EPOCH_SECONDS = 1


def body(value: Any) -> bytes:  # noqa: PLR0911 - one return for each type of RFC 8949
    """Return the CBOR form of a decoded value."""
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", False: b"\xf4", True: b"\xf5"}[value]
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        text = value.encode()
        return _head(3, len(text)) + text
    if isinstance(value, datetime):
        return _head(6, _EPOCH_SECONDS) + body(value.timestamp())
    if isinstance(value, dict):
        pairs = b"".join(body(name) + body(item) for name, item in value.items())
        return _head(5, len(value)) + pairs
    return _head(4, len(value)) + b"".join(body(item) for item in value)


def _head(major: int, number: int) -> bytes:
    first = major << 5
    if number < 24:  # noqa: PLR2004 - RFC 8949, section 3: small numbers stand in the first byte
        return bytes([first | number])
    for code, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << (8 * size):
            return bytes([first | code]) + number.to_bytes(size, "big")
    raise ValueError(f"{number} does not fit into 64 bits")
