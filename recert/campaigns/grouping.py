"""The items of a campaign in groups: which there are, in which order, and how much is open in each.

Groups stand in the order of their most pressing item, which staging fixed, so that neither a
decision nor a filter moves them; groups by risk stand from the gravest to the least.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, func, literal, select, type_coerce
from sqlmodel import Session, col

from recert.campaigns.reads import rows
from recert.campaigns.views import Group
from recert.errors import UsageError
from recert.store.tables import ItemRow

PRIVILEGED = "privileged"
_GRAVEST_FIRST = (PRIVILEGED, "Permissions management", "Write", "Tagging", "Read", "List", "")
_NEWEST_FIRST = ("new", "changed", "unchanged", "removed")


class By(StrEnum):
    """What the items of a group have in common."""

    RISK = "risk"
    SERVICE = "service"
    POLICY = "policy"
    DELTA = "delta"


def key(by: str) -> ColumnElement[Any]:
    """Return the expression whose value names the group of an item; raises UsageError."""
    if by == By.RISK:
        return case((col(ItemRow.privileged), literal(PRIVILEGED)), else_=col(ItemRow.level))
    if by not in set(By):
        known = ", ".join(By)
        raise UsageError(f"Items are not grouped by {by!r}.", f"They are by {known}.")
    return type_coerce(col(getattr(ItemRow, by)), Text)


def groups(
    session: Session, campaign: str, by: str, conditions: Sequence[ColumnElement[bool]]
) -> tuple[Group, ...]:
    """Return the groups that hold an item for which all conditions hold, in their order."""
    name = key(by)
    fits = and_(literal(value=True), *conditions)
    pending = and_(fits, col(ItemRow.state) == "pending")
    statement = (
        select(
            name,
            func.min(col(ItemRow.rank)),
            func.sum(case((fits, 1), else_=0)),
            func.sum(case((pending, 1), else_=0)),
        )
        .where(col(ItemRow.campaign) == campaign)
        .group_by(name)
    )
    found = [
        (_place(by, key_, first), Group(key_, int(items), int(pending_)))
        for key_, first, items, pending_ in rows(session, statement)
        if items
    ]
    return tuple(group for _, group in sorted(found, key=lambda one: one[0]))


def _place(by: str, key_: str, first: int) -> tuple[int, str]:
    fixed = {By.RISK: _GRAVEST_FIRST, By.DELTA: _NEWEST_FIRST}.get(By(by))
    if fixed is None:
        return first, key_
    return (fixed.index(key_) if key_ in fixed else len(fixed)), key_


def group_of(session: Session, campaign: str, by: str, item: str) -> str | None:
    """Return the name of the group that an item is in, None where the campaign has no such item."""
    statement = select(key(by)).where(col(ItemRow.id) == item, col(ItemRow.campaign) == campaign)
    found = rows(session, statement)
    return str(found[0][0]) if found else None
