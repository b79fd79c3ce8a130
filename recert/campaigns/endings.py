"""When a review is over: nobody has anything left to decide or to sign."""

from sqlalchemy import func, select
from sqlmodel import col

from recert.campaigns import transitions
from recert.campaigns.reads import scalar
from recert.campaigns.transitions import UNSETTLED
from recert.store.handed import handed
from recert.store.tables import CampaignRow, DecisionRow, ItemRow
from recert.store.transaction import Transaction


def finish_if_settled(tx: Transaction, campaign: str) -> str:
    """End the review of an active campaign without open items; return the campaign's state.

    A file that holds one reviewer's part says nothing about the others, so that it ends nothing.
    """
    row = tx.session.get_one(CampaignRow, campaign)
    if row.state != "active" or handed(tx.session) is not None:
        return row.state
    if not _any(tx, campaign, UNSETTLED):
        signed = _any(tx, campaign, ("signed_off",))
        reason = "Every item is signed off." if signed else "Nothing is left to ask."
        transitions.finish_review(tx, row, reason)
    return row.state


def _any(tx: Transaction, campaign: str, states: tuple[str, ...]) -> bool:
    statement = (
        select(col(ItemRow.id))
        .outerjoin(DecisionRow, col(DecisionRow.id) == col(ItemRow.current))
        .where(col(ItemRow.campaign) == campaign, col(ItemRow.state).in_(states))
        # What came to no response in all its stages is settled, though nobody signs it.
        .where(func.coalesce(col(DecisionRow.verdict), "") != "no_response")
        .limit(1)
    )
    return scalar(tx.session, statement) is not None
