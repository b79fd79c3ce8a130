"""Whole walks through the command line."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from aws_demo import keep_key, reading, tape
from running import Done, Recert, in_process

from recert.campaigns.intake import record_reading
from recert.cli import main
from recert.clock import SystemClock
from recert.estate.estate import Estate
from recert.store.ledger import Actor
from recert.store.store import Store


@pytest.fixture(scope="session")
def recert() -> Recert:
    """Run commands one after the other in this process: the whole way, without a new interpreter."""

    def run(*args: object, stdin: str = "", **environ: str) -> Done:
        streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
        given = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environ.items():
                patch.setenv(name, value)
            patch.setattr(sys, "stdin", given)
            patch.setattr(sys, "stdout", streams[0])
            patch.setattr(sys, "stderr", streams[1])
            with pytest.raises(SystemExit) as left:
                main.run([str(arg) for arg in args])
        out, err = (_text(stream) for stream in streams)
        return Done(int(str(left.value.code)), out, err)

    return run


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return cast("io.BytesIO", stream.buffer).getvalue().decode()


@pytest.fixture
def process() -> Recert:
    """Run each command in a process of its own, as its users do."""

    return in_process


@pytest.fixture(scope="session")
def readings() -> tuple[Estate, ...]:
    """Return what the demo's last two points show: before, and now."""
    return reading(-2), reading(-1)


@pytest.fixture
def demo_in_aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the demo's last point answer commands in the place of AWS."""
    keep_key(tmp_path / "data" / "recert" / "concealment.key")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("recert.cli.readings.live", lambda *_, **__: tape())


@pytest.fixture
def live_store(demo_in_aws: None, tmp_path: Path, readings: tuple[Estate, ...]) -> Path:
    """Return a store that holds the first of the readings; the second is what AWS shows now."""
    path = tmp_path / "live.db"
    opened = Store.open(path, clock=SystemClock())
    kim = Actor(id="kim", strength="os")
    record_reading(opened, readings[0], api_calls=1, clock=SystemClock(), actor=kim)
    opened.close()
    return path


class Walk:
    """A store that was left by the demo, and the commands on it."""

    def __init__(self, recert: Recert, store: Path) -> None:
        self.store = store
        self._recert = recert

    def __call__(self, *args: object, **environ: str) -> Done:
        return self._recert("--store", self.store, *args, **environ)

    def json(self, *args: object, code: int = 0, **environ: str) -> Any:
        done = self(*args, "--json", **environ)
        assert done.code == code, done.err
        return done.json()

    def active(self) -> dict[str, Any]:
        """Return the active campaign with the most open items of the demo's persona."""
        found = [one for one in self.json("campaigns")["campaigns"] if one["state"] == "active"]
        return max(found, key=lambda one: len(self.mine(one["id"])))

    def mine(self, campaign: str) -> list[dict[str, Any]]:
        return [
            item
            for item in self.json("items", campaign, "--mine")["items"]
            if item["state"] == "pending"
        ]


@pytest.fixture
def walk(recert: Recert, demo_copy: Path) -> Walk:
    return Walk(recert, demo_copy)


@pytest.fixture(scope="module")
def module_walk(recert: Recert, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Walk]:
    """Walk on one copy of a store for all tests of a module, which only read it."""

    def make(made: Path) -> Walk:
        store = tmp_path_factory.mktemp("walk") / "demo.db"
        store.write_bytes(made.read_bytes())
        store.chmod(0o600)
        return Walk(recert, store)

    return make
