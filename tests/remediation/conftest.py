"""Hands tests a moto server behind real clients, and a store that reads from it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from loading import load

_WORLD = load(Path(__file__).with_name("world.py"))


@pytest.fixture(scope="session")
def w() -> ModuleType:
    """Return the module that builds the world."""
    return _WORLD


@pytest.fixture
def house(moto: str, tmp_path: Path) -> Iterator[Any]:
    """Return an empty live store in front of an empty account."""
    assert moto
    found = _WORLD.House.build(tmp_path)
    yield found
    found.store.close()


@pytest.fixture
def anew(moto: str, empty_moto: Callable[[], None], tmp_path: Path) -> Iterator[Any]:
    """Return what empties the account and gives a new store in front of it, again and again."""
    assert moto
    made: list[Any] = []

    def fresh(store: bytes = b"") -> Any:
        empty_moto()
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
