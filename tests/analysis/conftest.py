"""Hands tests the estates that the lifecycle's tests build, and the packaged catalogue."""

from pathlib import Path
from types import ModuleType

import pytest
from loading import load

from recert.analysis import Catalogue, load_catalogue
from recert.estate.estate import Estate

_WORLD = load(Path(__file__).parent.parent / "lifecycle" / "world.py")


@pytest.fixture(scope="session")
def w() -> ModuleType:
    """Return the module that builds estates."""
    return _WORLD


@pytest.fixture
def estate() -> Estate:
    return _WORLD.small()  # type: ignore[no-any-return]  # the module is loaded by path


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()
