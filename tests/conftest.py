"""What every test shares: its own home, no AWS environment, no network beyond loopback."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

from figures import Figures

# A busy machine makes an example slow; what must be fast is measured by benchmarks.
settings.register_profile("recert", deadline=None)
settings.load_profile("recert")

# A shell ignores the interrupt for what it starts in the background, and children would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

_PEERS = ("RECERT_ORACLE", "RECERT_CLOUDSPLAINING")
"""Commands of programs that figures are held against; they stay known to the tests."""
_LOOPBACK = ("127.", "::1", "localhost")
_GUARD = str(Path(__file__).resolve().parent / "guard")
"""Put before everything that a child imports, so that it is held to loopback as well."""


def pytest_addoption(parser: pytest.Parser) -> None:
    told = "append the figures of benchmarks to this file, one JSON object a line"
    parser.addoption("--figures", type=Path, metavar="FILE", help=told)


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figures:
    """Tell the figures of a benchmark; the folder of its test is the room that they stand under."""
    return Figures(request.path.parent.name, request.config.getoption("--figures"))


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(("AWS_", "RECERT_", "XDG_")) and name not in _PEERS:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    for name, folder in (
        ("XDG_DATA_HOME", "data"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_STATE_HOME", "state"),
        ("XDG_CACHE_HOME", "cache"),
    ):
        monkeypatch.setenv(name, str(home / folder))
    monkeypatch.setenv("PYTHONPATH", _GUARD, prepend=os.pathsep)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("TZ", "UTC")


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else address
        if self.family != socket.AF_UNIX and not str(host).startswith(_LOOPBACK):
            raise AssertionError(f"a test tried to reach {address!r}")
        connect(self, address)  # type: ignore[arg-type]  # the real method checks the address

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Return the root of the repository."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def make_key() -> Callable[[Path, str], Any]:
    """Return a function that makes an SSH key with ssh-keygen in a folder, and returns who signs with it."""
    from recert.evidence.keys import SshSigner  # noqa: PLC0415 - most tests need no key

    def make(folder: Path, name: str) -> SshSigner:
        path = folder / name
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True
        )
        return SshSigner.load(path, {"PATH": os.environ["PATH"]})

    return make
