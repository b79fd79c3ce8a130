"""The parts of the differential run."""

from pathlib import Path
from types import ModuleType

import pytest
from loading import load


@pytest.fixture(scope="session")
def generate() -> ModuleType:
    return load(Path(__file__).with_name("generate.py"))


@pytest.fixture(scope="session")
def departures() -> ModuleType:
    return load(Path(__file__).with_name("departures.py"))
