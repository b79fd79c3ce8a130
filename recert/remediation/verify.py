"""Verification: what a later reading finds of what was revoked, by effective permission."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from recert.campaigns.remedies import Analyst, Estate, Removal
from recert.remediation.books import Account, Standing
from recert.remediation.model import Outcome, State
from recert.remediation.presence import Looker, Presence
from recert.remediation.sheet import outcome_of

Later = Callable[[int, str], bool]
_MADE = frozenset({State.APPLIED, State.CLAIMED, State.HANDED_OVER})
_PROVED = frozenset({State.VERIFIED, State.GONE, State.STILL_ALLOWED})


class Verifier:
    """Looks at one reading.

    `staged` is the one that the reviewers saw, for what stood beside; `among` are all removals of
    the campaign, of which some left a narrower grant; `later` tells of an entry of the ledger and
    its instant whether the reading came after it.
    """

    def __init__(
        self,
        analyst: Analyst,
        staged: Estate | None,
        among: Sequence[Removal],
        later: Later,
    ) -> None:
        self.analyst = analyst
        self._later = later
        self._looker = Looker(analyst, staged, among)

    def verify(self, removals: Sequence[Removal], account: Account) -> tuple[Outcome, ...]:
        """Return where each removal stands by this reading, in their order."""
        return tuple(self._one(one, account.standing.get(one.item)) for one in removals)

    def _one(self, removal: Removal, standing: Standing | None) -> Outcome:
        state = standing.state if standing else State.PLANNED
        detail = standing.detail if standing else "Not applied yet."
        if state is State.EXCEPTED:
            ended = outcome_of(removal, state, detail)
            return replace(ended, successor=standing.successor if standing else None)
        since = (
            (standing.seq, standing.at) if standing else (removal.signed_entry, removal.signed_at)
        )
        if not self._later(*since) and state not in _PROVED:
            return outcome_of(removal, state, f"{detail} No reading is later than that yet.")
        found = self._looker.presence(removal)
        known = (
            {(one.policy, one.action) for one in standing.still_allowed_by} if standing else set()
        )
        fresh = [one for one in found.still if (one.policy, one.action) in known]
        new, said = self._judge(state, detail, found)
        made = outcome_of(removal, new, said)
        still = found.still if new in _PROVED else tuple(fresh)
        if new is State.VERIFIED and found.still:
            new = State.STILL_ALLOWED
        return Outcome(
            item=made.item,
            title=made.title,
            agent=made.agent,
            verdict=made.verdict,
            state=new,
            policy=made.policy,
            detail=said,
            still_allowed_by=still,
            change=standing.change if standing else None,
        )

    def _judge(self, state: State, detail: str, found: Presence) -> tuple[State, str]:
        if found.there is None:
            return state, f"{detail} Unknown: {found.why}"
        if found.there:
            return _present(state, found.why)
        if state in _PROVED:
            return state, detail
        gone = f"The reading of {self._when()} no longer finds it"
        if state in _MADE or state is State.REAPPEARED:
            return State.VERIFIED, f"{gone}."
        return State.GONE, f"{gone}; nothing was applied."

    def _when(self) -> str:
        return self.analyst.estate.taken_at.strftime("%Y-%m-%d %H:%M UTC")


def _present(state: State, why: str) -> tuple[State, str]:
    if state in _PROVED:
        return State.REAPPEARED, f"It is back: {why}"
    if state in (State.APPLIED, State.CLAIMED):
        return State.FAILED, f"Still present after it was applied: {why}"
    return state, f"Still present: {why}"
