"""Persons: who they are, by which names owner tags call them, and what they stated about agents."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from recert.campaigns.wording import require_text
from recert.clock import Clock, to_rfc3339
from recert.errors import UsageError
from recert.store import entries
from recert.store.entry_types import EntryType
from recert.store.ledger import Actor
from recert.store.store import Store
from recert.store.tables import PersonRow
from recert.store.transaction import Transaction

ROLES = ("reviewer", "campaign_owner", "approver", "applier", "auditor")
JUDGING = frozenset({"reviewer", "campaign_owner", "approver"})
"""Roles whose holder may stand in as an independent second person."""


@dataclass(frozen=True, slots=True)
class Person:
    """A known human; `aliases` are other names in owner tags, `sts` patterns of ARNs.

    `email` is where reminders go, `backup` stands in, `manager` is told of what is late, `teams`
    are names by which owner tags mean them and others together.
    """

    id: str
    name: str
    roles: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    sts: tuple[str, ...] = ()
    active: bool = True
    email: str | None = None
    backup: str | None = None
    manager: str | None = None
    teams: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """Return every name of theirs, folded."""
        return frozenset(name.casefold() for name in (self.id, *self.aliases))

    @property
    def judges(self) -> bool:
        """Tell whether they may review."""
        return self.active and bool(JUDGING.intersection(self.roles))


class Directory:
    """Every person of a store, looked up by any of their names."""

    def __init__(self, persons: Iterable[Person]) -> None:
        self.persons = tuple(sorted(persons, key=lambda one: one.id))
        self._by_name = {name: one for one in self.persons for name in one.names}

    def find(self, name: str | None) -> Person | None:
        """Return the person who goes by a name, active or not; None where nobody does."""
        return self._by_name.get(name.strip().casefold()) if name else None

    def same(self, one: str | None, other: str | None) -> bool:
        """Tell whether two names are one person's."""
        if not one or not other:
            return False
        return self._key(one) == self._key(other)

    def id_of(self, name: str) -> str:
        """Return the id of the person behind a name, the name itself where nobody is known by it."""
        found = self.find(name)
        return found.id if found else name

    def names_of(self, name: str) -> tuple[str, ...]:
        """Return every name, as written, of the person behind one of them."""
        found = self.find(name)
        return tuple(dict.fromkeys((name, found.id, *found.aliases))) if found else (name,)

    def judges_other_than(self, *names: str | None) -> tuple[Person, ...]:
        """Return who may review and is none of these: campaign owners first, then approvers."""
        barred = {self._key(name) for name in names if name}
        found = [one for one in self.persons if one.judges and self._key(one.id) not in barred]
        return tuple(sorted(found, key=lambda one: (_standing(one), one.id)))

    def team(self, name: str) -> tuple[Person, ...]:
        """Return the active persons of a team who may review, by id."""
        wanted = name.strip().casefold()
        return tuple(
            one
            for one in self.persons
            if one.judges and wanted in {team.casefold() for team in one.teams}
        )

    def with_role(self, role: str) -> tuple[Person, ...]:
        """Return the active persons with a role, by id."""
        return tuple(one for one in self.persons if one.active and role in one.roles)

    def _key(self, name: str) -> str:
        return self.id_of(name).strip().casefold()


def _standing(person: Person) -> int:
    for place, role in enumerate(("campaign_owner", "approver")):
        if role in person.roles:
            return place
    return 2


def directory(session: Session) -> Directory:
    """Return the persons of a store as a session sees them."""
    session.flush()
    return Directory(_person(row) for row in session.connection().execute(_EVERYBODY))


# A plain statement: every decision asks, and composing one costs more than it does.
_EVERYBODY = text(
    "SELECT id, name, roles, aliases, sts, active, email, backup, manager, teams FROM person"
)


def everybody(store: Store) -> list[Person]:
    """Return every person, by id."""
    with store.read() as session:
        return list(directory(session).persons)


def known(store: Store, name: str) -> Person:
    """Return a person by any of their names; raises UsageError for an unknown one."""
    with store.read() as session:
        found = directory(session).find(name)
    if found is None:
        raise UsageError(f"Nobody is known as {name!r}.", "`recert people list` names everybody.")
    return found


def add(store: Store, persons: Iterable[Person], *, clock: Clock, actor: Actor) -> None:
    """Make persons known, or known as they are now.

    Raises UsageError for an id or a role that is none, and where two would share a name.
    """
    with store.write(actor, clock=clock) as tx:
        for person in persons:
            put(tx, person)


def put(tx: Transaction, person: Person) -> None:
    """Make one person known within a transaction."""
    known = directory(tx.session)
    _require_fit(person, known)
    row = tx.session.get(PersonRow, person.id)
    if row is not None and _person(row) == person:
        return
    if row is None:
        row = PersonRow(id=person.id, name="", added_at=to_rfc3339(tx.clock.now()))
        tx.session.add(row)
    row.name = person.name
    row.roles = json.dumps(list(person.roles))
    row.aliases = json.dumps(list(person.aliases))
    row.sts = json.dumps(list(person.sts))
    row.email, row.backup, row.manager = person.email, person.backup, person.manager
    row.teams = json.dumps(list(person.teams))
    row.active = person.active
    tx.session.flush()
    tx.append(EntryType.PERSON_SET, entries.person_set(row))


def _require_fit(person: Person, known: Directory) -> None:
    require_text(person.name, "The name", longest=256)
    for name in (person.id, *person.aliases):
        if not name or not name.isprintable() or name != name.strip():
            raise UsageError(f"{name!r} is no name of a person.", "Write it as in owner tags.")
    wrong = [role for role in person.roles if role not in ROLES]
    if wrong:
        raise UsageError(f"There is no role {wrong[0]!r}.", f"Roles are {', '.join(ROLES)}.")
    _require_reachable(person)
    for other in known.persons:
        shared = sorted(person.names & other.names)
        if other.id != person.id and shared:
            raise UsageError(
                f"{other.id} is called {shared[0]} already.", "A name belongs to one person."
            )


_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+", re.ASCII)


def _require_reachable(person: Person) -> None:
    if person.email is not None and (
        not _ADDRESS.fullmatch(person.email) or not person.email.isprintable()
    ):
        raise UsageError(f"{person.email!r} is no mail address.", "Write name@example.com.")
    for name in person.teams:
        if not name or not name.isprintable() or name != name.strip():
            raise UsageError(f"{name!r} is no name of a team.", "Write it as in owner tags.")
    for what, other in (("backup", person.backup), ("manager", person.manager)):
        if other is None:
            continue
        if other.strip().casefold() in person.names:
            raise UsageError(f"Nobody is their own {what}.", "Name somebody else.")
        require_text(other, f"The {what}", longest=256)
        if not other.isprintable():
            raise UsageError(f"{other!r} is no name of a person.", "Write it as in owner tags.")


def _person(row: Any) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        roles=tuple(json.loads(row.roles)),
        aliases=tuple(json.loads(row.aliases)),
        sts=tuple(json.loads(row.sts)),
        active=bool(row.active),
        email=row.email,
        backup=row.backup,
        manager=row.manager,
        teams=tuple(json.loads(row.teams)),
    )
