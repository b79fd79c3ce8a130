"""Hands tests the small estate and the ways to change it."""

from pathlib import Path
from types import ModuleType

import pytest
from loading import load

from recert.estate.estate import Estate

_WORLD = load(Path(__file__).with_name("world.py"))


@pytest.fixture(scope="session")
def w() -> ModuleType:
    """Return the module that builds estates."""
    return _WORLD


@pytest.fixture
def estate() -> Estate:
    return _WORLD.small()  # type: ignore[no-any-return]  # the module is loaded by path
