"""What every test shares: its own home, no AWS environment, no network beyond loopback."""

import fcntl
import gc
import json
import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import botocore.loaders
import botocore.session
import pytest
from figures import Figures
from hypothesis import settings
from running import in_process

# Python's collector goes through everything that a test process has imported whenever some hundred
# objects were made: a third of the processor's time where screens are drawn.
gc.set_threshold(50_000, 50, 100)

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


@pytest.fixture(scope="session", autouse=True)
def _service_models_read_once() -> Iterator[None]:
    """Let the boto3 sessions of a run share what they read of botocore: it is most of what a client costs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(botocore.loaders.create_loader))
        yield


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The server of moto and the pools of boto3 leave their sockets to the garbage collector.
    for item in items:
        if "moto_server" in getattr(item, "fixturenames", ()):
            for name in (
                "ResourceWarning",
                "pytest.PytestUnraisableExceptionWarning",
                "DeprecationWarning",
            ):
                item.add_marker(pytest.mark.filterwarnings(f"ignore::{name}"))


@pytest.fixture(scope="module")
def moto_server() -> Iterator[str]:
    """Run a second AWS, which this project did not write, and return its address."""
    from moto.moto_server import werkzeug_app  # noqa: PLC0415 - slow, and most tests need none
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - as above

    # It prints what it does not know to the output of this process, where the tests run recert.
    vars(werkzeug_app)["print"] = lambda *_words: None
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()
    del vars(werkzeug_app)["print"]


@pytest.fixture
def moto_environment(moto_server: str) -> dict[str, str]:
    """Return the environment of a process that talks to the second AWS."""
    return {
        "AWS_ENDPOINT_URL": moto_server,
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }


@pytest.fixture
def empty_moto(moto_server: str) -> Callable[[], None]:
    """Return what takes everything out of the second AWS."""

    def empty() -> None:
        reset = urllib.request.Request(f"{moto_server}/moto-api/reset", method="POST")  # noqa: S310 - loopback
        urllib.request.urlopen(reset).close()  # noqa: S310 - as above

    return empty


@pytest.fixture
def moto(
    moto_server: str,
    moto_environment: dict[str, str],
    empty_moto: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    """Make an empty second AWS the one that boto3 talks to, and return its address."""
    import boto3  # noqa: PLC0415 - slow, and most tests need none

    for name, value in moto_environment.items():
        monkeypatch.setenv(name, value)
    boto3.setup_default_session()
    empty_moto()
    return moto_server


@pytest.fixture(scope="session")
def checkout() -> Path:
    """Return the root of the repository."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def make_key() -> Callable[[Path, str], Any]:
    """Return a function that makes an SSH key with ssh-keygen in a folder, and returns who signs with it."""
    from recert.evidence.ssh_keygen import SshSigner  # noqa: PLC0415 - most tests need no key

    def make(folder: Path, name: str) -> SshSigner:
        path = folder / name
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True
        )
        return SshSigner.load(path, {"PATH": os.environ["PATH"]})

    return make


@pytest.fixture(scope="session")
def made_once(
    tmp_path_factory: pytest.TempPathFactory, testrun_uid: str
) -> tuple[Path, dict[str, Any]]:
    """Make the demo's store once for all processes of a run, and return it with what `demo` told of it.

    Tests work on copies of it.
    """
    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    folder = root / f"demo-{testrun_uid}"
    folder.mkdir(exist_ok=True)
    store, told = folder / "demo.db", folder / "told.json"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            environ = {
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("AWS_", "RECERT_", "XDG_"))
            }
            environ["HOME"] = str(folder)
            done = in_process("--store", store, "demo", "--no-tui", "--json", environ=environ)
            assert done.code == 0, done.err
            told.write_text(done.out, encoding="utf-8")
    return store, json.loads(told.read_text(encoding="utf-8"))


@pytest.fixture
def demo_copy(made_once: tuple[Path, dict[str, Any]], tmp_path: Path) -> Path:
    """Return a store of the test's own, as the demo left it."""
    store = tmp_path / "demo.db"
    store.write_bytes(made_once[0].read_bytes())
    store.chmod(0o600)
    return store
