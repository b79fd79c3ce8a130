"""What is to be taken away, and where that stands by the last word of the ledger."""

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session, col

from recert.campaigns.canonical_text import text_of
from recert.campaigns.reads import rows
from recert.store.entry_types import EntryType
from recert.store.ledger_reads import of_types
from recert.store.outcome import DENIES
from recert.store.tables import DecisionRow, ItemRow

DONE = frozenset({"verified", "verified_still_allowed_by", "gone", "excepted"})
"""Where a revocation stands when it counts."""
CARRIED_OUT = frozenset({"claimed", "applied", "verified", "verified_still_allowed_by"})
"""Where a revocation stands when AWS may have been changed for it."""


def removes() -> ColumnElement[bool]:
    """Return the condition under which a decision takes something away: signed, or by silence."""
    signed = and_(col(ItemRow.state) == "signed_off", col(DecisionRow.verdict).in_(DENIES))
    silent = and_(
        col(DecisionRow.verdict) == "no_response", col(DecisionRow.consequence) == "revoke"
    )
    return or_(signed, silent)


def unverified(session: Session, campaign: str) -> int:
    """Return how many revocations of a campaign do not count yet."""
    statement = (
        select(col(ItemRow.id))
        .join(DecisionRow, col(DecisionRow.id) == col(ItemRow.current))
        .where(col(ItemRow.campaign) == campaign)
        .where(removes(), col(DecisionRow.state) == "current")
    )
    wanted = {item for (item,) in rows(session, statement)}
    states = remediation_states(session, campaign)
    return sum(states.get(item) not in DONE for item in wanted)


def remediation_states(session: Session, campaign: str) -> dict[str, str]:
    """Return where the revocation of each item of a campaign stands."""
    told = of_types(
        session, EntryType.REMEDIATION_RECORDED, holding=f'"campaign":{text_of(campaign)}'
    )
    return {
        entry["body"]["item"]: entry["body"]["state"]
        for entry in told
        if entry["campaign"] == campaign
    }
