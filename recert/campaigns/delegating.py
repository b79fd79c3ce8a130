"""Standing in for a reviewer for a while: they stay the reviewer of record, somebody else decides.

A delegation has a beginning, an end and a reason. Who may decide is worked out when they decide, so
that nothing has to happen for a delegation to end; the decision names both.
"""

import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import Session, col

from recert.campaigns.canonical_text import text_of
from recert.campaigns.custody import owns, reviewer_named, running
from recert.campaigns.decisions import campaign_row, item_rows
from recert.campaigns.delegation import KEY, Delegation, delegations, held_by, now_valid
from recert.campaigns.people import Directory, directory
from recert.campaigns.reads import scalar
from recert.campaigns.views import Caller
from recert.campaigns.wording import require_text
from recert.clock import to_rfc3339
from recert.errors import RefusedError, UsageError
from recert.store import entries
from recert.store.canonical import parse_strict
from recert.store.entry_types import EntryType
from recert.store.tables import CampaignRow, ItemRow
from recert.store.transaction import Transaction

_MOST = 5_000


@dataclass(frozen=True, slots=True)
class Wish:
    """A delegation that somebody asks for; no items means all of the reviewer's."""

    to: str
    until: datetime
    note: str
    since: datetime | None = None
    items: tuple[str, ...] = ()
    reviewer: str | None = None


def delegate(tx: Transaction, caller: Caller, campaign: str, wish: Wish) -> Delegation:
    """Let somebody decide for a reviewer for a while; the reviewer may, and the campaign's owner.

    Raises RefusedError without a note, for an end that is none, or for the reviewer themselves.
    """
    row, people = running(tx, campaign), directory(tx.session)
    now = tx.clock.now()
    note = require_text(wish.note, "The note")
    if not note:
        raise RefusedError("A delegation needs a note.", "Say why.", rule="note")
    since = max(wish.since or now, now)
    if wish.until <= since:
        raise RefusedError(
            f"A delegation until {to_rfc3339(wish.until)} would never hold.",
            "Give a later day.",
            rule="until",
        )
    delegate = reviewer_named(people, wish.to, known=(caller.id,))
    reviewer = people.id_of(wish.reviewer or caller.id)
    if not people.same(reviewer, caller.id) and not owns(people, row, caller):
        raise RefusedError(
            f"The items of {reviewer} are theirs to delegate.",
            f"They can do that, or the campaign's owner, {row.owner or 'nobody'}.",
            rule="not_reviewer",
        )
    if people.same(delegate, reviewer):
        raise RefusedError("Nobody stands in for themselves.", "Name another.", rule="delegate")
    _require_theirs(tx.session, people, row, reviewer, wish.items)
    made = Delegation(
        id=f"g-{uuid.uuid4().hex[:8]}",
        reviewer=reviewer,
        delegate=delegate,
        items=tuple(dict.fromkeys(wish.items)),
        valid_from=to_rfc3339(since),
        valid_until=to_rfc3339(wish.until),
        note=note,
        by=caller.id,
    )
    _keep(tx, row, [*delegations(row.settings), made], f"{reviewer} is stood in for: {note}")
    return made


def end(tx: Transaction, caller: Caller, campaign: str, name: str) -> Delegation:
    """End a delegation now; who made it may, its reviewer, and the campaign's owner."""
    row, people = running(tx, campaign), directory(tx.session)
    known = delegations(row.settings)
    found = next((one for one in known if one.id == name), None)
    if found is None:
        raise UsageError(
            f"There is no delegation {name!r} in {campaign}.",
            f"`recert campaign show {campaign} --json` lists them.",
        )
    mine = people.same(found.reviewer, caller.id) or people.same(found.by, caller.id)
    if not mine and not owns(people, row, caller):
        raise RefusedError(
            f"The delegation {name} is {found.reviewer}'s to end.", rule="not_reviewer"
        )
    now = to_rfc3339(tx.clock.now())
    ended = Delegation(**{**asdict(found), "items": found.items, "ended_at": now})
    _keep(tx, row, [ended if one.id == name else one for one in known], f"delegation {name} ended")
    return ended


def _keep(tx: Transaction, row: CampaignRow, found: Iterable[Delegation], reason: str) -> None:
    settings = parse_strict(row.settings)
    row.settings = text_of({**settings, KEY: [one.as_json() for one in found]})
    body = entries.campaign_extended(row, reason)
    tx.append(EntryType.CAMPAIGN_EXTENDED, body, campaign=row.id)
    tx.session.flush()


def _require_theirs(
    session: Session, people: Directory, row: CampaignRow, reviewer: str, items: tuple[str, ...]
) -> None:
    if len(items) > _MOST:
        raise UsageError(
            f"{len(items):,} items are too many to name.", "Name none to delegate all of them."
        )
    for item in item_rows(session, row.id, items):
        if not people.same(item.reviewer, reviewer):
            raise RefusedError(
                f"The item {item.id} is {item.reviewer or 'nobody'}'s, not {reviewer}'s.",
                rule="not_reviewer",
            )


def stood_in_for(
    session: Session, campaign: str, person: str, now: str
) -> list[ColumnElement[bool]]:
    """Return conditions on items that somebody may decide for others at an instant."""
    row, people = campaign_row(session, campaign), directory(session)
    found = []
    for one in now_valid(delegations(row.settings), now):
        if not people.same(one.delegate, person):
            continue
        theirs = func.lower(col(ItemRow.reviewer)).in_(
            [name.casefold() for name in people.names_of(one.reviewer)]
        )
        found.append(and_(theirs, col(ItemRow.id).in_(one.items)) if one.items else theirs)
    return found


def pending_for_others(session: Session, campaign: str, person: str, now: str) -> int:
    """Return how many pending items somebody may decide for others at an instant."""
    conditions = stood_in_for(session, campaign, person, now)
    if not conditions:
        return 0
    statement = (
        select(func.count())
        .select_from(ItemRow)
        .where(col(ItemRow.campaign) == campaign, col(ItemRow.state) == "pending")
        .where(or_(*conditions))
    )
    return int(scalar(session, statement) or 0)


def delegate_of(
    people: Directory, row: CampaignRow, item: str, reviewer: str | None, now: str
) -> str | None:
    """Return who may decide an item for its reviewer at an instant, None where nobody may."""
    found = held_by(people, delegations(row.settings), item, reviewer)
    return next((one.delegate for one in now_valid(found, now)), None)


def listed(settings: str, now: str) -> tuple[dict[str, Any], ...]:
    """Return every delegation of a campaign as JSON, with whether it holds at an instant."""
    found = delegations(settings)
    holds = {one.id for one in now_valid(found, now)}
    return tuple({**one.as_json(), "holds": one.id in holds} for one in found)
