"""The owner's steps: look before launching, launch, cancel, close."""

from dataclasses import replace
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from recert.campaigns import transitions
from recert.campaigns.blockers import blockers, look
from recert.campaigns.certifying import certified
from recert.campaigns.counts import Tally, tallies
from recert.campaigns.custody import require_owner
from recert.campaigns.deadlines import Calendar, in_zone, named_deadline
from recert.campaigns.decisions import campaign_row
from recert.campaigns.listing import CERTIFIED
from recert.campaigns.opening import Scene
from recert.campaigns.people import directory
from recert.campaigns.plain import text_of
from recert.campaigns.reads import rows
from recert.campaigns.views import Caller, Preview
from recert.campaigns.wording import require_text
from recert.clock import to_rfc3339
from recert.errors import RefusedError
from recert.store import entries
from recert.store.canonical import parse_strict
from recert.store.entries import EntryType
from recert.store.tables import ItemRow
from recert.store.transaction import Transaction


def preview(session: Session, campaign: str) -> Preview:
    """Return who would be asked how much, and what is left out by which rule."""
    campaign_row(session, campaign)

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
    )


def launch(tx: Transaction, caller: Caller, campaign: str) -> None:
    """Let the reviewers of a staged campaign decide."""
    row = campaign_row(tx.session, campaign)
    require_owner(directory(tx.session), row, caller)
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


def close(tx: Transaction, caller: Caller, campaign: str, scene: Scene) -> None:
    """Close a campaign whose review is over and whose revocations were verified.

    `scene` is the reading against which it is closed; the agents of which everything holds there
    are certified by it. Raises RefusedError with what is in the way.
    """
    row = campaign_row(tx.session, campaign)
    require_owner(directory(tx.session), row, caller)
    tally = tallies(tx.session, [campaign]).get(campaign, Tally())
    now = to_rfc3339(tx.clock.now())
    gate = look(tx.session, row, tally, now)
    if row.state not in ("reviewed", "remediating", "verified") or gate.revocations:
        why = blockers(row, tally, gate)
        raise RefusedError(
            f"The campaign {campaign} is {row.state} and cannot be closed.",
            " ".join(why),
            rule="not_closable",
        )
    if row.state in ("reviewed", "remediating"):
        settings = parse_strict(row.settings)
        row.settings = text_of({**settings, CERTIFIED: certified(tx, scene, row)})
        body = entries.campaign_extended(row, "certified")
        tx.append(EntryType.CAMPAIGN_EXTENDED, body, campaign=row.id)
        done = "Every revocation was verified." if _revoked(tally) else "Nothing was revoked."
        transitions.verify(tx, row, done)
    transitions.close(tx, row, f"Closed by {caller.id}.")


def _revoked(tally: Tally) -> int:
    return tally.verdicts.get("revoke", 0) + tally.verdicts.get("reduce", 0)
