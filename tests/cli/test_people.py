"""Persons and callers on a real store."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from recert.campaigns import people
from recert.cli.identity import claim_of, resolve_caller
from recert.clock import FixedClock
from recert.config import load_settings
from recert.errors import UsageError
from recert.store.ledger import Actor
from recert.store.store import Store

CLOCK = FixedClock(datetime(2026, 11, 24, tzinfo=UTC))
ME = Actor(id="me", strength="os")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "s.db", clock=CLOCK)


def add(store: Store, *persons: people.Person) -> None:
    people.add(store, persons, clock=CLOCK, actor=ME)


def test_a_person_is_kept_with_one_entry_and_not_twice(store: Store) -> None:
    maria = people.Person("maria", "Maria", ("reviewer",), ("m.sanchez",))
    before = store.head().size
    add(store, maria)
    add(store, maria)
    assert people.everybody(store) == [maria]
    assert store.head().size == before + 1


def test_a_name_belongs_to_one_person(store: Store) -> None:
    add(store, people.Person("maria", "Maria", aliases=("hr-team",)))
    with pytest.raises(UsageError, match="hr-team"):
        add(store, people.Person("tom", "Tom", aliases=("HR-Team",)))
    with pytest.raises(UsageError, match="maria"):
        add(store, people.Person("x", "X", aliases=("Maria",)))
    assert [one.id for one in people.everybody(store)] == ["maria"]


@pytest.mark.parametrize("bad", ["", " maria", "ma\nria", "m\x1b[2J"])
def test_an_id_is_a_plain_name(store: Store, bad: str) -> None:
    with pytest.raises(UsageError):
        add(store, people.Person(bad, "X"))


def test_the_environment_says_who_the_caller_is(store: Store) -> None:
    add(store, people.Person("maria", "Maria", ("reviewer",), ("m.sanchez",)))
    settings = load_settings(environ={"RECERT_USER": "M.Sanchez"})
    caller = resolve_caller(store, settings)
    assert (caller.id, caller.known, caller.roles) == ("maria", True, ("reviewer",))
    assert caller.strength.value == "os"


def test_an_unknown_caller_keeps_the_name_they_claim(store: Store) -> None:
    caller = resolve_caller(store, load_settings(environ={"RECERT_USER": "nobody.knows"}))
    assert (caller.id, caller.known) == ("nobody.knows", False)


def test_without_a_claim_the_operating_system_answers(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "unix-name")
    assert resolve_caller(store, load_settings(environ={})).id == "unix-name"


def test_a_claim_that_is_no_name_is_refused() -> None:
    with pytest.raises(UsageError):
        claim_of(load_settings(environ={"RECERT_USER": "a\x1bb"}), synthetic=False)


def test_a_person_who_left_is_not_the_caller(store: Store) -> None:
    add(store, people.Person("maria", "Maria"))
    add(store, people.Person("maria", "Maria", active=False))
    assert resolve_caller(store, load_settings(environ={"RECERT_USER": "maria"})).known is False
