"""Delegations as a campaign's settings hold them, and which of them count."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from recert.campaigns.people import Directory
from recert.clock import from_rfc3339
from recert.store.canonical import parse_strict

KEY = "delegations"


@dataclass(frozen=True, slots=True)
class Delegation:
    """Who decides for whom, from when until when and why; no items means all of the reviewer's."""

    id: str
    reviewer: str
    delegate: str
    items: tuple[str, ...]
    valid_from: str
    valid_until: str
    note: str
    by: str
    ended_at: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the delegation as a campaign's settings hold it."""
        return {**asdict(self), "items": list(self.items)}


def delegations(settings: str) -> tuple[Delegation, ...]:
    """Return the delegations of a campaign in the order in which they were made."""
    if f'"{KEY}"' not in settings:
        return ()
    found = parse_strict(settings).get(KEY, [])
    return tuple(Delegation(**{**one, "items": tuple(one["items"])}) for one in found)


def now_valid(found: Iterable[Delegation], now: str) -> tuple[Delegation, ...]:
    """Return the delegations that hold at an instant."""
    at = from_rfc3339(now)
    return tuple(
        one
        for one in found
        if one.ended_at is None
        and from_rfc3339(one.valid_from) <= at <= from_rfc3339(one.valid_until)
    )


def held_by(
    people: Directory, found: Iterable[Delegation], item: str, reviewer: str | None
) -> tuple[Delegation, ...]:
    """Return the delegations that an item with this reviewer of record falls under."""
    return tuple(
        one
        for one in found
        if people.same(one.reviewer, reviewer) and (not one.items or item in one.items)
    )
