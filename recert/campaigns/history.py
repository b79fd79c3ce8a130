"""What was decided and signed before, for the delta of a new review."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session, col

from recert.campaigns.canonical_text import text_of
from recert.campaigns.reads import rows, scalar
from recert.store.tables import CampaignRow, DecisionRow, ItemRow, SignoffRow

Key = tuple[str, str]
"""Kind and subject of an item."""
REMOVED = "removed"
"""The rule that leaves out an item whose subject is no longer there."""


@dataclass(frozen=True, slots=True)
class Past:
    """The last signed decision on a subject."""

    item: str
    campaign: str
    title: str
    basis_digest: str
    verdict: str
    by: str
    at: str
    rationale: str
    until: str | None
    reduce_to: tuple[str, ...] = ()
    reduce_resources: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the decision as an item's evidence shows it."""
        return {
            "campaign": self.campaign,
            "verdict": self.verdict,
            "by": self.by,
            "at": self.at,
            "rationale": self.rationale,
            "until": self.until,
        }


def last_signed(session: Session, agent: str) -> dict[Key, Past]:
    """Return the last signed decision on each subject of an agent, without those found gone since."""
    statement = (
        select(
            col(ItemRow.kind),
            col(ItemRow.subject),
            col(ItemRow.state),
            col(ItemRow.id),
            col(ItemRow.campaign),
            col(ItemRow.title),
            col(ItemRow.basis_digest),
        )
        .join(CampaignRow, col(CampaignRow.id) == col(ItemRow.campaign))
        .where(col(ItemRow.agent) == agent, col(CampaignRow.state) != "cancelled")
        .where(or_(col(ItemRow.state) == "signed_off", col(ItemRow.excluded_by) == REMOVED))
        .order_by(col(CampaignRow.opened_at), col(CampaignRow.id))
    )
    decisions = _decisions(session, agent)
    found: dict[Key, Past] = {}
    for kind, subject, state, item, campaign, title, basis in rows(session, statement):
        if state != "signed_off":
            found.pop((kind, subject), None)
            continue
        decided = decisions.get(item)
        if decided is None:
            # It was rescinded; what was said before it does not come back by that.
            found.pop((kind, subject), None)
        else:
            found[kind, subject] = Past(item, campaign, title, basis, *decided)
    return found


def _decisions(session: Session, agent: str) -> dict[str, tuple[Any, ...]]:
    statement = (
        select(
            col(ItemRow.id),
            col(DecisionRow.verdict),
            col(DecisionRow.decided_by),
            col(DecisionRow.decided_at),
            col(DecisionRow.rationale),
            col(DecisionRow.until),
            col(DecisionRow.reduce_to),
            col(DecisionRow.reduce_resources),
        )
        .join(DecisionRow, col(DecisionRow.id) == col(ItemRow.current))
        .where(col(ItemRow.agent) == agent, col(ItemRow.state) == "signed_off")
        .where(col(DecisionRow.state) == "current")
    )
    return {
        item: (*said, tuple(json.loads(kept)), tuple(json.loads(where)))
        for item, *said, kept, where in rows(session, statement)
    }


def last_reviewed(session: Session) -> dict[str, str]:
    """Return when each agent was last the subject of a sign-off, by ARN."""
    newest: dict[str, str] = {}
    statement = (
        select(col(ItemRow.agent), col(SignoffRow.signed_at))
        .join(SignoffRow, col(SignoffRow.id) == col(ItemRow.signoff))
        .where(col(ItemRow.agent).is_not(None))
        .distinct()
    )
    for agent, at in rows(session, statement):
        if at > newest.get(agent, ""):
            newest[agent] = at
    return newest


def changed_basis(session: Session, past: Past, basis: dict[str, Any]) -> dict[str, Any]:
    """Return what of the basis differs from that of the last signed decision: `before` and `after`."""
    body = scalar(session, select(col(ItemRow.body)).where(col(ItemRow.id) == past.item))
    old = json.loads(body).get("basis", {})
    keys: Sequence[str] = [
        key for key in sorted({*old, *basis}) if text_of(old.get(key)) != text_of(basis.get(key))
    ]
    return {
        "before": {key: old.get(key) for key in keys},
        "after": {key: basis.get(key) for key in keys},
    }
