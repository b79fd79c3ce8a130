from dataclasses import replace
from typing import Any

import pytest

from recert.campaigns import people
from recert.campaigns.assignment import Assigner
from recert.campaigns.people import Directory, Person
from recert.errors import UsageError


def add(house: Any, *persons: Person) -> None:
    people.add(house.store, persons, clock=house.clock, actor=house.actor)


def test_a_person_is_known_by_id_and_alias_whatever_the_case(house: Any) -> None:
    add(house, Person("alice", "Alice Smith", ("reviewer",), ("team-hr", "alice@example.com")))
    with house.store.read() as session:
        known = people.directory(session)
    assert known.find("ALICE@example.com").id == "alice"
    assert known.id_of("Team-HR") == "alice"
    assert known.id_of("somebody") == "somebody"
    assert known.same("team-hr", "alice")
    assert not known.same("alice", None)


def test_the_same_person_again_adds_no_entry(house: Any) -> None:
    add(house, Person("alice", "Alice"))
    size = house.store.head().size
    add(house, Person("alice", "Alice"))
    assert house.store.head().size == size
    add(house, Person("alice", "Alice", ("auditor",)))
    assert house.store.head().size == size + 1
    assert people.everybody(house.store) == [Person("alice", "Alice", ("auditor",))]
    assert house.problems() == []


@pytest.mark.parametrize(
    "person",
    [
        Person("", "Nobody"),
        Person(" alice", "Alice"),
        Person("a\x1b[2Jb", "Escape"),
        Person("bob", "Bob", roles=("king",)),
        Person("bob", "Bob", aliases=("ALICE",)),
    ],
)
def test_what_is_no_person_is_refused(house: Any, person: Person) -> None:
    add(house, Person("alice", "Alice"))
    with pytest.raises(UsageError):
        add(house, person)
    assert [one.id for one in people.everybody(house.store)] == ["alice"]


ALICE = Person("alice", "Alice", ("reviewer",), ("alice@example.com",))
BOB = Person("bob", "Bob", ("reviewer",))
CAROL = Person("carol", "Carol", ("campaign_owner",))
GONE = Person("gone", "Gone", ("reviewer",), active=False)
AUDITOR = Person("audrey", "Audrey", ("auditor",))


@pytest.mark.parametrize(
    ("persons", "owner", "level", "reviewer", "basis"),
    [
        ((), "alice", "", "alice", "owner_tag"),
        ((ALICE,), "alice@example.com", "", "alice", "owner"),
        ((ALICE,), "team-x", "", "team-x", "owner_tag"),
        ((), None, "", "carol", "campaign_owner"),
        ((), "  ", "", "carol", "campaign_owner"),
        ((), " alice ", "", "alice", "owner_tag"),
        ((), "al\x1b[2Jice", "", "carol", "campaign_owner"),
        ((ALICE,), "Alice@Example.com ", "", "alice", "owner"),
        ((GONE,), "gone", "", "carol", "campaign_owner"),
        ((), "alice", "privileged", "alice", "owner_tag"),
        ((ALICE,), "alice", "privileged", "alice", "owner"),
        ((ALICE, AUDITOR, GONE), "alice", "privileged", "alice", "owner"),
        ((ALICE, BOB), "alice", "privileged", "bob", "second_person"),
        ((ALICE, BOB, CAROL), "alice", "privileged", "carol", "second_person"),
        ((ALICE, BOB), "team-x", "privileged", "alice", "second_person"),
        ((ALICE, BOB), None, "privileged", "carol", "campaign_owner"),
    ],
)
def test_the_ladder(
    persons: tuple[Person, ...], owner: str | None, level: str, reviewer: str, basis: str
) -> None:
    found = Assigner(Directory(persons), "carol").assign(owner, privileged=bool(level))
    assert (found.reviewer, found.basis) == (reviewer, basis)


def test_what_a_person_stated_is_the_first_rung() -> None:
    found = Assigner(Directory([ALICE]), "carol").assign("alice", stated=True)
    assert (found.reviewer, found.basis) == ("alice", "stated")


BACKED = Person("alice", "Alice", active=False, backup="bob", manager="mona", teams=("hr",))
BOB_ = Person("bob", "Bob", ("reviewer",))
MATE = Person("zoe", "Zoe", ("reviewer",), teams=("HR",))
MONA = Person("mona", "Mona", ("reviewer",))
AWAY = Person("bob", "Bob", ("reviewer",), active=False)


@pytest.mark.parametrize(
    ("persons", "owner", "reviewer", "basis"),
    [
        ((BACKED, BOB_, MATE, MONA), "alice", "bob", "backup"),
        ((BACKED, AWAY, MATE, MONA), "alice", "zoe", "team"),
        ((BACKED, AWAY, MONA), "alice", "mona", "manager"),
        ((BACKED, AWAY), "alice", "mona", "manager"),
        ((BACKED, AWAY, replace(MONA, active=False)), "alice", "carol", "campaign_owner"),
        # An owner tag that names a team means its first member who may review.
        ((MATE, MONA), "hr", "zoe", "team"),
        ((MATE, MONA), "Hr ", "zoe", "team"),
        ((replace(MATE, active=False), MONA), "hr", "hr", "owner_tag"),
        ((replace(MATE, roles=("auditor",)), MONA), "hr", "hr", "owner_tag"),
    ],
)
def test_whoever_is_missing_is_stood_in_for_down_the_ladder(
    persons: tuple[Person, ...], owner: str, reviewer: str, basis: str
) -> None:
    found = Assigner(Directory(persons), "carol").assign(owner)
    assert (found.reviewer, found.basis) == (reviewer, basis)
    assert basis == "owner_tag" or found.why


def test_what_leaves_goes_to_the_backup_with_the_reason(house: Any, hr: str) -> None:
    add(house, Person("bob", "Bob"), Person("alice", "Alice", backup="bob"))
    items = house.as_("owner").leave("alice")
    assert items
    assert {line.reviewer for line in house.lines(hr, undecided=True)} == {"bob"}
    assert house.problems() == []


@pytest.mark.parametrize(
    "person",
    [
        Person("a", "A", email="no address"),
        Person("a", "A", email="a@b\nBcc: c@d"),
        Person("a", "A", backup="A"),
        Person("a", "A", manager="a\x1b"),
        Person("a", "A", teams=(" hr",)),
    ],
)
def test_who_cannot_be_reached_as_said_is_refused(house: Any, person: Person) -> None:
    with pytest.raises(UsageError):
        add(house, person)
