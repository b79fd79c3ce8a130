"""Fixtures of stores with a world around them, for every room that needs one."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from loading import load


@pytest.fixture(scope="session")
def worlds() -> ModuleType:
    return load(Path(__file__).parent / "store" / "world.py")


@pytest.fixture
def make_world(worlds: ModuleType, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    made = []

    def make(name: str = "store.db", **options: Any) -> Any:
        made.append(worlds.World(tmp_path / "data" / name, **options))
        return made[-1]

    yield make
    for world in made:
        world.store.close()


@pytest.fixture
def world(make_world: Callable[..., Any]) -> Any:
    return make_world()
