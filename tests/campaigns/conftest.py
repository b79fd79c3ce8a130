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


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the file of an empty store; each test works on a copy."""
    found = _WORLD.House.build(tmp_path_factory.mktemp("empty"))
    found.store.close()
    return bytes(found.store.location.read_bytes())


@pytest.fixture
def house(empty: bytes, tmp_path: Path) -> Iterator[Any]:
    """Return an empty store with its clock."""
    found = _WORLD.House.build(tmp_path, empty)
    yield found
    found.store.close()


@pytest.fixture(scope="session")
def made_hr(empty: bytes, tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, str, Any]:
    """Return the file of a store with the campaign of `hr`, its id, and when it was made."""
    actions = ("s3:GetObject", "s3:*", "iam:PassRole", "s3:PutObject")
    found = _WORLD.House.build(tmp_path_factory.mktemp("hr"), empty)
    found.sync(_WORLD.estate([_WORLD.agent("hr")], {"hr-role": actions}))
    campaign = str(found.open("hr"))
    found.store.close()
    return found.store.location.read_bytes(), campaign, found.clock.instant


@pytest.fixture
def hr(house: Any, made_hr: tuple[bytes, str, Any]) -> str:
    """Return an active campaign over the agent hr, owned by alice, with a privileged grant."""
    made, campaign, house.clock.instant = made_hr
    house.put(made)
    return campaign
