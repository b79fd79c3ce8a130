"""The owner's steps before the close: look before launching, launch, another deadline, cancel."""

from dataclasses import replace
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from recert.campaigns import transitions
from recert.campaigns.custody import require_owner
from recert.campaigns.deadlines import Calendar, in_zone, named_deadline
from recert.campaigns.decisions import campaign_row
from recert.campaigns.people import directory
from recert.campaigns.reads import rows
from recert.campaigns.stages import stages_of
from recert.campaigns.views import Caller, Preview
from recert.campaigns.wording import require_text
from recert.clock import to_rfc3339
from recert.errors import RefusedError
from recert.store import entries
from recert.store.entry_types import EntryType
from recert.store.tables import ItemRow
from recert.store.transaction import Transaction


def preview(session: Session, campaign: str) -> Preview:
    """Return who would be asked how much, and what is left out by which rule."""
    row = campaign_row(session, campaign)

    def counted(column: Any, *where: Any) -> dict[str, int]:
        statement = (
            select(column, func.count())
            .where(col(ItemRow.campaign) == campaign, *where)
            .group_by(column)
            .order_by(column)
        )
        return {str(name or "nobody"): count for name, count in rows(session, statement)}

    asked = col(ItemRow.state) != "excluded"
    return Preview(
        campaign=campaign,
        reviewers=counted(col(ItemRow.reviewer), asked),
        kinds=counted(col(ItemRow.kind), asked),
        deltas=counted(col(ItemRow.delta), asked),
        excluded=counted(col(ItemRow.excluded_by), col(ItemRow.state) == "excluded"),
        risks={
            "privileged": counted(col(ItemRow.privileged), asked).get("True", 0),
            "ordinary": counted(col(ItemRow.privileged), asked).get("nobody", 0),
        },
        second=stages_of(row).second or "the ladder" if stages_of(row).count > 1 else None,
    )


def launch(tx: Transaction, caller: Caller, campaign: str) -> None:
    """Let the reviewers of a campaign decide; one that is still being prepared is staged first."""
    row = campaign_row(tx.session, campaign)
    require_owner(directory(tx.session), row, caller)
    if row.state == "preparing":
        transitions.stage(tx, row)
    transitions.launch(tx, row)


def extend_deadline(
    tx: Transaction,
    caller: Caller,
    campaign: str,
    due: str,
    reason: str,
    *,
    calendar: Calendar,
    zone: str | None = None,
) -> None:
    """Give a campaign whose review is not over another deadline; `due` is a day or an instant."""
    row = campaign_row(tx.session, campaign)
    require_owner(directory(tx.session), row, caller)
    if row.state not in ("staged", "active"):
        raise RefusedError(
            f"The campaign {campaign} is {row.state}; its deadline is over with its review.",
            rule="campaign_not_active",
        )
    said = require_text(reason, "The reason")
    if not said:
        raise RefusedError("A new deadline needs a reason.", "Say why.", rule="reason")
    place = replace(calendar, zone=zone or row.due_zone)
    found = named_deadline(due, place)
    if found <= tx.clock.now():
        raise RefusedError(
            f"{in_zone(found, place.zone)} is not in the future.",
            "Give a later day.",
            rule="deadline",
        )
    row.due_at, row.due_zone = to_rfc3339(found), place.zone
    body = entries.campaign_extended(row, f"new deadline: {said}")
    tx.append(EntryType.CAMPAIGN_EXTENDED, body, campaign=row.id)


def cancel(tx: Transaction, caller: Caller, campaign: str, reason: str) -> None:
    """End a campaign without a result."""
    row = campaign_row(tx.session, campaign)
    require_owner(directory(tx.session), row, caller)
    transitions.cancel(tx, row, require_text(reason, "The reason"))
