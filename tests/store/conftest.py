import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture(scope="session")
def worlds() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "store_world", Path(__file__).with_name("world.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["store_world"] = module
    spec.loader.exec_module(module)
    return module


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
