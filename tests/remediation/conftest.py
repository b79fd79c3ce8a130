"""Hands tests a moto server behind real clients, and a store that reads from it."""

import sys
import urllib.request
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer


def _load() -> ModuleType:
    path = Path(__file__).with_name("world.py")
    spec = spec_from_file_location("remediation_world", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_WORLD = _load()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # The server and the pools of boto3 leave their sockets to the garbage collector.
    for item in items:
        if Path(__file__).parent in item.path.parents:
            for name in (
                "ResourceWarning",
                "pytest.PytestUnraisableExceptionWarning",
                "DeprecationWarning",
            ):
                item.add_marker(pytest.mark.filterwarnings(f"ignore::{name}"))


@pytest.fixture(scope="session")
def w() -> ModuleType:
    """Return the module that builds the world."""
    return _WORLD


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def moto(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in {
        "AWS_ENDPOINT_URL": server,
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    }.items():
        monkeypatch.setenv(name, value)
    boto3.setup_default_session()
    reset = urllib.request.Request(f"{server}/moto-api/reset", method="POST")  # noqa: S310 - loopback
    urllib.request.urlopen(reset).close()  # noqa: S310 - as above
    return server


@pytest.fixture
def house(moto: str, tmp_path: Path) -> Iterator[Any]:
    """Return an empty live store in front of an empty account."""
    assert moto
    found = _WORLD.House.build(tmp_path)
    yield found
    found.store.close()


@pytest.fixture
def anew(moto: str, tmp_path: Path) -> Iterator[Any]:
    """Return what empties the account and gives a new store in front of it, again and again."""
    made: list[Any] = []

    def fresh(store: bytes = b"") -> Any:
        reset = urllib.request.Request(f"{moto}/moto-api/reset", method="POST")  # noqa: S310 - loopback
        urllib.request.urlopen(reset).close()  # noqa: S310 - as above
        folder = tmp_path / str(len(made))
        folder.mkdir()
        if store:
            (folder / "store.db").write_bytes(store)
            (folder / "store.db").chmod(0o600)
        made.append(_WORLD.House.build(folder))
        return made[-1]

    yield fresh
    for one in made:
        one.store.close()
