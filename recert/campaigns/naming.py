"""What people type instead of an id: its beginning, or the whole name of a campaign."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session, col

from recert.campaigns.reads import rows
from recert.errors import AmbiguousNameError, UsageError
from recert.store.tables import CampaignRow, ItemRow

_SHOWN_CANDIDATES = 6


def find_item(session: Session, campaign_id: str, typed: str) -> str:
    """Return the id of the item that is meant by an id or its beginning; raises UsageError."""
    return _beginning(
        session,
        select(col(ItemRow.id)).where(col(ItemRow.campaign) == campaign_id),
        col(ItemRow.id),
        typed,
        what="item",
    )


def find_campaign(session: Session, typed: str) -> str:
    """Return the id of the campaign that is meant by an id, its beginning, or a whole name."""
    named = rows(session, select(col(CampaignRow.id)).where(col(CampaignRow.name) == typed))
    if len(named) == 1:
        return str(named[0][0])
    return _beginning(
        session, select(col(CampaignRow.id)), col(CampaignRow.id), typed, what="campaign"
    )


def _beginning(
    session: Session, statement: Select[Any], column: Any, typed: str, *, what: str
) -> str:
    found: Sequence[Any] = ()
    if typed:
        begins = column.startswith(typed, autoescape=True)
        found = rows(session, statement.where(begins).order_by(column).limit(_SHOWN_CANDIDATES))
    ids = [str(one) for (one,) in found]
    if typed in ids or len(ids) == 1:
        return typed if typed in ids else ids[0]
    if ids:
        raise AmbiguousNameError(typed, ids)
    raise UsageError(f"There is no {what} {typed!r}.", f"List them with `recert {what}s`.")
