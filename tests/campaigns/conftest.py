"""Hands tests a store to review in, and the ways to build estates."""

import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def _load() -> ModuleType:
    path = Path(__file__).with_name("world.py")
    spec = spec_from_file_location("campaigns_world", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_WORLD = _load()


@pytest.fixture(scope="session")
def w() -> ModuleType:
    """Return the module that builds estates."""
    return _WORLD


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Any]:
    """Return an empty store with its clock."""
    found = _WORLD.House.build(tmp_path)
    yield found
    found.store.close()


@pytest.fixture
def hr(house: Any) -> str:
    """Return an active campaign over the agent hr, owned by alice, with a privileged grant."""
    actions = ("s3:GetObject", "s3:*", "iam:PassRole", "s3:PutObject")
    house.sync(_WORLD.estate([_WORLD.agent("hr")], {"hr-role": actions}))
    return str(house.open("hr"))
