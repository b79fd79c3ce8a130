"""Is who decides independent of what they decide? Judged when it is written, never invented.

Four relations make somebody not independent: they own the agent, created it, changed it last, or
can assume the role that the item is about. What no source tells is unknown, and unknown is no pass.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from recert.campaigns.people import Directory, Person
from recert.store.tables import ItemRow

CREATED_BY = frozenset({"createdby", "creator", "awscreatedby"})
CHANGED_BY = frozenset({"changedby", "lastchangedby", "modifiedby", "lastmodifiedby", "updatedby"})
_MARKS = re.compile(r"[^a-z]")
_SESSION = re.compile(r"arn:[^:]*:sts::(\d{12}):assumed-role/([^/]+)/")
_IAM = re.compile(r"arn:[^:]*:iam::(\d{12}|\*):(role|user)/(?:.*/)?([^/]+)$")
_WHOLE = re.compile(r"(?:arn:[^:]*:iam::)?(\d{12})(?::root)?$")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an item that bears on independence.

    `creators` and `changers` (of the agent and of its role) are names or ARNs, None where no source
    tells; `principals` whom the trust policy of the item's role lets in, None where that is unknown.
    """

    owner: str | None = None
    creators: tuple[str, ...] | None = None
    changers: tuple[str, ...] | None = None
    principals: tuple[str, ...] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the facts as an item's body holds them; the owner stands in its basis."""
        return {
            "creators": _listed(self.creators),
            "changers": _listed(self.changers),
            "principals": _listed(self.principals),
        }


def facts_of(body: Mapping[str, Any]) -> Facts:
    """Return the facts that the body of an item holds."""
    told = body.get("independence") or {}
    owner = (body.get("basis") or {}).get("owner")
    creators, changers, principals = (
        tuple(told[key]) if told.get(key) is not None else None
        for key in ("creators", "changers", "principals")
    )
    stated = owner if isinstance(owner, str) and owner else None
    return Facts(stated, creators, changers, principals)


def owner_of(item: ItemRow) -> str | None:
    """Return the owner of the agent that an item is about, as its basis has it."""
    return facts_of(json.loads(item.body)).owner


def tagged(names: frozenset[str], *tags: Mapping[str, str] | None) -> tuple[str, ...] | None:
    """Return the values of the tags that go by one of some names, None where there is none such."""
    found = [
        value.strip()
        for some in tags
        for key, value in sorted((some or {}).items())
        if _MARKS.sub("", key.casefold()) in names and value.strip()
    ]
    return tuple(dict.fromkeys(found)) or None


def _listed(found: tuple[str, ...] | None) -> list[str] | None:
    return list(found) if found is not None else None


@dataclass(frozen=True, slots=True)
class Independence:
    """How somebody stands to an item; None is unknown. `others` could judge it independently."""

    owner: bool | None
    creator: bool | None
    changer: bool | None
    assumes: bool | None
    others: tuple[str, ...] = ()

    @property
    def barred(self) -> tuple[str, ...]:
        """Return what makes them not independent, in words."""
        said = {
            "owns the agent": self.owner,
            "created the agent": self.creator,
            "changed the agent last": self.changer,
            "can assume its role": self.assumes,
        }
        return tuple(words for words, found in said.items() if found)

    @property
    def independent(self) -> bool | None:
        """Return False where they are not, True where all four are known, else None."""
        found = (self.owner, self.creator, self.changer, self.assumes)
        if any(found):
            return False
        return None if None in found else True

    @property
    def words(self) -> str:
        """Say it in a few words, empty where it is independent as far as is known."""
        return "not independent" if self.independent is False else ""

    def as_json(self) -> dict[str, Any]:
        """Return what the ledger says of it."""
        return {
            "independent": self.independent,
            "is_owner": _told(self.owner),
            "is_creator": _told(self.creator),
            "is_last_changer": _told(self.changer),
            "can_assume_role": _told(self.assumes),
            "other_persons": len(self.others),
        }


def independence(people: Directory, caller: str, facts: Facts) -> Independence:
    """Judge a caller against an item, and name who could judge it instead."""
    found = _judged(people, caller, facts)
    others = tuple(one.id for one in eligible(people, facts) if not people.same(one.id, caller))
    return Independence(found.owner, found.creator, found.changer, found.assumes, others)


def eligible(people: Directory, facts: Facts) -> tuple[Person, ...]:
    """Return who may judge and is not barred by a relation that is known."""
    return tuple(
        one
        for one in people.judges_other_than(facts.owner)
        if not _judged(people, one.id, facts).barred
    )


def _judged(people: Directory, name: str, facts: Facts) -> Independence:
    person = people.find(name)
    return Independence(
        owner=people.same(name, facts.owner) if facts.owner else None,
        creator=_is_one(people, person, name, facts.creators),
        changer=_is_one(people, person, name, facts.changers),
        assumes=_assumes(person, facts.principals),
    )


def _is_one(
    people: Directory, person: Person | None, name: str, told: Sequence[str] | None
) -> bool | None:
    if told is None:
        return None
    patterns = person.sts if person is not None else ()
    return any(
        people.same(name, one) or any(fnmatchcase(one, pattern) for pattern in patterns)
        for one in told
    )


def _assumes(person: Person | None, principals: Sequence[str] | None) -> bool | None:
    """Tell whether a trust policy lets a person in; a whole account is open to whom IAM lets."""
    if principals is None:
        return None
    aws = [one for one in principals if not _is_service(one)]
    if any(one == "*" for one in aws):
        return True
    if not aws:
        return False
    if person is None or not person.sts:
        return None
    accounts, names = _known(person.sts)
    if any(_matches(one, names) for one in aws):
        return True
    whole = {found[1] for one in aws if (found := _WHOLE.fullmatch(one))}
    return None if whole & accounts else False


def _is_service(principal: str) -> bool:
    return "." in principal and not principal.startswith("arn:")


def _known(patterns: Iterable[str]) -> tuple[set[str], set[tuple[str, str, str]]]:
    """Return the accounts of a person's identities, and each as account, kind and name."""
    accounts, names = set(), set()
    for pattern in patterns:
        session, held = _SESSION.match(pattern), _IAM.match(pattern)
        if session:
            names.add((session[1], "role", session[2]))
        elif held:
            names.add((held[1], held[2], held[3]))
        account = pattern.split(":")[4] if pattern.count(":") >= 5 else ""  # noqa: PLR2004 - an ARN
        accounts.add(account)
    return accounts, names


def _matches(principal: str, names: set[tuple[str, str, str]]) -> bool:
    held, session = _IAM.match(principal), _SESSION.match(principal)
    if session:
        return (session[1], "role", session[2]) in names
    return held is not None and (held[1], held[2], held[3]) in names


def _told(found: bool | None) -> bool | str:  # noqa: FBT001 - the value that is written
    return "unknown" if found is None else found
