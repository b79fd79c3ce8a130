"""Lifecycle events in the store: recorded once, told in the shape of the `events` command."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from recert.campaigns.canonical_text import short_id, text_of
from recert.clock import to_rfc3339
from recert.lifecycle import Event, words_of
from recert.store import entries
from recert.store.canonical import parse_strict
from recert.store.entry_types import EntryType
from recert.store.tables import EventRow
from recert.store.transaction import Transaction

_LETTERS = 10


def event_id(snapshot: str, event: Event, mark: str = "") -> str:
    """Return the id of an event: the same change in the same reading has the same one.

    `mark` tells apart what happens to one reading more than once, as when an owner is stated.
    """
    return short_id("e", [snapshot, *event.key, *([mark] if mark else [])], _LETTERS)


def event_row(snapshot: str, event: Event, mark: str = "") -> EventRow:
    """Return the row of an event that no campaign has taken up yet."""
    return EventRow(
        id=event_id(snapshot, event, mark),
        snapshot=snapshot,
        agent=event.agent,
        kind=event.kind,
        severity=event.severity.value,
        live=event.live,
        subject=event.subject,
        before=text_of(event.before),
        after=text_of(event.after),
        how=event.how,
        detected_at=to_rfc3339(event.detected_at),
    )


def cause_json(snapshot: str, event: Event, mark: str = "") -> dict[str, Any]:
    """Return an event as the cause of a campaign."""
    return {
        "id": event_id(snapshot, event, mark),
        "agent": event.agent,
        "kind": event.kind,
        "severity": event.severity.value,
        "live": event.live,
        "subject": event.subject,
        "words": words_of(event),
        "before": event.before,
        "after": event.after,
        "how": event.how,
        "detected_at": to_rfc3339(event.detected_at),
    }


def record_events(tx: Transaction, snapshot: str, events: Sequence[Event], mark: str = "") -> None:
    """Keep the events of one reading, with one entry for all of them."""
    if not events:
        return
    found = [event_row(snapshot, event, mark) for event in events]
    tx.append(EntryType.EVENTS_RECORDED, entries.events_recorded(snapshot, found))
    tx.session.add_all(found)
    tx.session.flush()


def take_up(tx: Transaction, campaign: str, events: Sequence[str]) -> None:
    """Say of events which campaign asks about them; the campaign's own entry tells it, too."""
    if events:
        tx.session.connection().execute(
            update(EventRow).where(col(EventRow.id).in_(events)).values(campaign=campaign)
        )


def listed(session: Session, agent: str | None = None) -> list[dict[str, Any]]:
    """Return lifecycle events in the contract's shape, the latest first."""
    statement = select(EventRow).order_by(col(EventRow.detected_at).desc(), col(EventRow.id))
    if agent is not None:
        statement = statement.where(EventRow.agent == agent)
    found = sorted(
        session.exec(statement), key=lambda row: _WEIGHT.get(row.severity, 0), reverse=True
    )
    found.sort(key=lambda row: row.detected_at, reverse=True)
    return [event_json(row) for row in found]


_WEIGHT: Mapping[str, int] = {"low": 0, "medium": 1, "high": 2, "critical": 3}


def event_json(row: EventRow) -> dict[str, Any]:
    """Return one event; an event that concerns no agent has the agent null."""
    return {
        "id": row.id,
        "agent": row.agent or None,
        "kind": row.kind,
        "severity": row.severity,
        "live": row.live,
        "subject": row.subject,
        "before": parse_strict(row.before),
        "after": parse_strict(row.after),
        "how": row.how,
        "detected_at": row.detected_at,
        "campaign": row.campaign,
    }
