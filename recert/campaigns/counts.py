"""How many items of which campaign are in which state, and how they were decided.

Every number comes from the database, none from items that were loaded; the sums always add up:
items = pending + decided + signed_off + excluded, where excluded holds superseded items too and
pending those that wait for another reviewer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlmodel import Session, col

from recert.campaigns.reads import rows
from recert.campaigns.views import Counts
from recert.store.tables import DecisionRow, ItemRow

_VERDICTS = {
    "attest": "attested",
    "attest_until": "attested",
    "reduce": "reduced",
    "revoke": "revoked",
    "exception": "excepted",
    "abstain": "abstained",
    "no_response": "no_response",
}
_STATES = {
    "pending": "pending",
    "conflicted": "pending",
    "decided": "decided",
    "signed_off": "signed_off",
    "excluded": "excluded",
    "superseded": "excluded",
}


@dataclass(slots=True)
class Tally:
    """The counts of one campaign, and by reviewer how many items are pending or not signed."""

    states: dict[str, int] = field(default_factory=dict)
    verdicts: dict[str, int] = field(default_factory=dict)
    pending: dict[str | None, int] = field(default_factory=dict)
    unsigned: dict[str | None, int] = field(default_factory=dict)
    rescinded: int = 0
    silent_revocations: int = 0
    """How many items silence revokes."""

    @property
    def removals(self) -> int:
        """Return how many items lose something: by a decision, or by silence."""
        decided = self.verdicts.get("revoke", 0) + self.verdicts.get("reduce", 0)
        return decided + self.silent_revocations

    @property
    def settled(self) -> int:
        """Return how many items are signed off, and their decision stands."""
        return self.states.get("signed_off", 0) - self.rescinded

    @property
    def counts(self) -> Counts:
        """Return the counts as the contract names them."""
        named: dict[str, int] = {"items": sum(self.states.values())}
        for state, count in self.states.items():
            key = _STATES[state]
            named[key] = named.get(key, 0) + count
        for verdict, count in self.verdicts.items():
            key = _VERDICTS[verdict]
            named[key] = named.get(key, 0) + count
        return Counts(**named)


def tallies(session: Session, campaigns: Sequence[str] | None = None) -> dict[str, Tally]:
    """Return the tally of each campaign that has items, of these campaigns or of all."""
    found: dict[str, Tally] = {}
    by_state = select(
        col(ItemRow.campaign), col(ItemRow.state), col(ItemRow.reviewer), func.count()
    ).group_by(col(ItemRow.campaign), col(ItemRow.state), col(ItemRow.reviewer))
    by_verdict = (
        select(
            col(DecisionRow.campaign),
            col(DecisionRow.state),
            col(DecisionRow.verdict),
            func.count(),
        )
        .where(col(DecisionRow.state).in_(("current", "rescinded")))
        .group_by(col(DecisionRow.campaign), col(DecisionRow.state), col(DecisionRow.verdict))
    )
    if campaigns is not None:
        by_state = by_state.where(col(ItemRow.campaign).in_(campaigns))
        by_verdict = by_verdict.where(col(DecisionRow.campaign).in_(campaigns))
    for campaign, state, reviewer, count in rows(session, by_state):
        tally = found.setdefault(campaign, Tally())
        tally.states[state] = tally.states.get(state, 0) + count
        if state == "pending":
            tally.pending[reviewer] = tally.pending.get(reviewer, 0) + count
        elif state == "decided":
            tally.unsigned[reviewer] = tally.unsigned.get(reviewer, 0) + count
    silent = []
    for campaign, state, verdict, count in rows(session, by_verdict):
        tally = found.setdefault(campaign, Tally())
        if state == "rescinded":
            tally.rescinded += count
            continue
        tally.verdicts[verdict] = count
        if verdict == "no_response":
            silent.append(campaign)
    _count_silence(session, silent, found)
    return found


def _count_silence(session: Session, campaigns: Sequence[str], found: dict[str, Tally]) -> None:
    if not campaigns:
        return
    statement = (
        select(col(DecisionRow.campaign), func.count())
        .where(col(DecisionRow.campaign).in_(campaigns), col(DecisionRow.state) == "current")
        .where(col(DecisionRow.verdict) == "no_response")
        .where(col(DecisionRow.consequence) == "revoke")
        .group_by(col(DecisionRow.campaign))
    )
    for campaign, count in rows(session, statement):
        found[campaign].silent_revocations = count
