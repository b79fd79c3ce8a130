"""Hands tests the small estate and the ways to change it."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from recert.estate.estate import Estate


def _load() -> ModuleType:
    path = Path(__file__).with_name("world.py")
    spec = spec_from_file_location("lifecycle_world", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_WORLD = _load()


@pytest.fixture(scope="session")
def w() -> ModuleType:
    """Return the module that builds estates."""
    return _WORLD


@pytest.fixture
def estate() -> Estate:
    return _WORLD.small()  # type: ignore[no-any-return]  # the module is loaded by path
