"""Hands tests the estates that the lifecycle's tests build, and the packaged catalogue."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from recert.analysis import Catalogue, load_catalogue
from recert.estate.estate import Estate


def _load() -> ModuleType:
    path = Path(__file__).parent.parent / "lifecycle" / "world.py"
    spec = spec_from_file_location("analysis_world", path)
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


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()
