"""What was asked about taking signed decisions back, as it stands: reads only."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, col, select

from recert.store.tables import ItemRow, RescissionRow


def rescission_of(session: Session, decision: str | None) -> dict[str, Any] | None:
    """Return the request to rescind a decision, the latest where one was withdrawn; None without."""
    found = latest(session, decision) if decision else None
    return as_json(found) if found is not None else None


def waiting(
    session: Session, campaigns: Sequence[str] | None = None
) -> dict[str, tuple[dict[str, Any], ...]]:
    """Return by campaign the requests that wait for a second person, of these campaigns or of all.

    Each is a rescission in the contract's shape with the `title` of its item, the first asked first.
    """
    statement = (
        select(RescissionRow, ItemRow.title)
        .join(ItemRow, col(ItemRow.id) == col(RescissionRow.item))
        .where(col(RescissionRow.state) == "requested")
        .order_by(col(RescissionRow.requested_at), col(RescissionRow.id))
    )
    if campaigns is not None:
        statement = statement.where(col(RescissionRow.campaign).in_(campaigns))
    found: dict[str, tuple[dict[str, Any], ...]] = {}
    for row, title in session.exec(statement):
        told = {**as_json(row), "title": title}
        found[row.campaign] = (*found.get(row.campaign, ()), told)
    return found


def states_by_item(session: Session, campaign: str) -> dict[str, str]:
    """Return `requested` or `confirmed` for each item whose signed decision is to be, or was, taken back."""
    statement = select(RescissionRow.item, RescissionRow.state).where(
        col(RescissionRow.campaign) == campaign,
        col(RescissionRow.state).in_(("requested", "confirmed")),
    )
    return dict(session.exec(statement).all())


def as_json(row: RescissionRow) -> dict[str, Any]:
    """Return a rescission in the contract's shape."""
    return {name: getattr(row, name) for name in RescissionRow.model_fields}


def latest(session: Session, decision: str, *states: str) -> RescissionRow | None:
    """Return the latest request about a decision, of these states or of any."""
    statement = (
        select(RescissionRow)
        .where(RescissionRow.decision == decision)
        .order_by(
            col(RescissionRow.requested_at).desc(),
            col(RescissionRow.state) == "withdrawn",
            col(RescissionRow.id),
        )
    )
    found = list(session.exec(statement))
    if states:
        found = [one for one in found if one.state in states]
    return found[0] if found else None
