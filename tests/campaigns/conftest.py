"""Hands tests a store to review in, and the ways to build estates."""

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from loading import load

_WORLD = load(Path(__file__).with_name("world.py"))


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
