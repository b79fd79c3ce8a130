"""Verification: what a later reading finds of what was revoked, by effective permission."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recert.campaigns.remedies import Analyst, Estate, Removal, subjects_of, unread
from recert.clock import from_rfc3339
from recert.iam.grants import EffectiveGrant
from recert.remediation.books import Account, Standing
from recert.remediation.locate import (
    Judge,
    Place,
    allowed,
    named_policy,
    place_of,
    reviewed_terms,
    terms,
)
from recert.remediation.model import Allowed, Outcome, State
from recert.remediation.plan import outcome_of, roles_were_read
from recert.remediation.quarantine import NAME as QUARANTINE

Key = tuple[Place, str]
"""A grant by its place and its terms, whatever the order of statements."""

_MADE = frozenset({State.APPLIED, State.CLAIMED, State.HANDED_OVER})
_PROVED = frozenset({State.VERIFIED, State.GONE, State.STILL_ALLOWED})


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a reading still finds something: None where it cannot tell, and why."""

    there: bool | None
    why: str
    still: tuple[Allowed, ...] = ()


class Verifier:
    """Looks at one reading.

    `staged` is the one that the reviewers saw, for what stood beside; `among` are all removals of
    the campaign, of which some left a narrower grant.
    """

    def __init__(self, analyst: Analyst, staged: Estate | None, among: Sequence[Removal]) -> None:
        self._among = among
        self.analyst = analyst
        self.judge = Judge(analyst.catalogue)
        self._staged = Analyst(staged, analyst.catalogue) if staged is not None else None
        self._asked: dict[str, frozenset[tuple[str, str]]] = {}
        self._beside: dict[str, Counter[Key]] = {}

    def verify(self, removals: Sequence[Removal], account: Account) -> tuple[Outcome, ...]:
        """Return where each removal stands by this reading, in their order."""
        return tuple(self._one(one, account.standing.get(one.item)) for one in removals)

    def _one(self, removal: Removal, standing: Standing | None) -> Outcome:
        state = standing.state if standing else State.PLANNED
        detail = standing.detail if standing else "Not applied yet."
        if state is State.EXCEPTED:
            return outcome_of(removal, state, detail)
        since = standing.at if standing else removal.signed_at
        if self.analyst.estate.taken_at <= from_rfc3339(since) and state not in _PROVED:
            return outcome_of(removal, state, f"{detail} No reading is later than that yet.")
        found = self.presence(removal)
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

    # -- looking ------------------------------------------------------------------------------

    def presence(self, removal: Removal) -> Presence:
        """Tell whether what a decision takes is still there."""
        if removal.kind == "permission" and removal.grant is not None:
            return self._permission(removal, removal.grant)
        return self._subject(removal)

    def _subject(self, removal: Removal) -> Presence:
        agent = removal.agent
        estate = self.analyst.estate
        if agent is None:
            return Presence(None, "it belongs to no agent.")
        found = estate.agents_by_arn.get(agent)
        if found is None:
            place = tuple(agent.split(":")[3:5][::-1])
            visited = any((one.account, one.region) == place for one in estate.visits)
            return Presence(*((False, "the agent is gone.") if visited else (None, "not visited.")))
        if agent not in self._asked:
            asked = subjects_of(self.analyst, agent)
            self._asked[agent] = frozenset((one.kind, one.subject) for one in asked)
        if (removal.kind, removal.subject) in self._asked[agent]:
            return Presence(True, "the reading finds it as it was.")
        missing = unread(estate, agent)
        if missing:
            return Presence(None, f"{missing[0]}.")
        return Presence(False, "it is not there.")

    def _permission(self, removal: Removal, grant: Mapping[str, object]) -> Presence:
        role_arn = str(grant.get("role_arn"))
        authority = self.analyst.role(role_arn)
        if authority is None:
            account = role_arn.split(":")[4] if role_arn.count(":") > 4 else ""  # noqa: PLR2004 - an ARN
            if roles_were_read(self.analyst, account):
                return Presence(False, "the role is gone.")
            return Presence(None, f"the role {role_arn} was not read.")
        if any(one.name == QUARANTINE for one in authority.role.inline):
            return Presence(None, "the role is in quarantine, which hides what it may do.")
        grants = self.analyst.role_grants(role_arn)
        found = self._found(removal, role_arn, grants)
        if found.there is False and authority.unread:
            return Presence(None, f"{authority.unread[0].words}.")
        return found

    def _found(self, removal: Removal, role_arn: str, grants: Sequence[EffectiveGrant]) -> Presence:
        place = (*named_policy(removal.grant or {}), str((removal.grant or {}).get("action")))
        beside = Counter(self._known(role_arn))
        beside[_key(removal, place[-1])] -= 1
        still = []
        for grant, actions in self.judge.leftovers(removal, grants):
            told = allowed(grant, actions)
            key = (place_of(grant), terms(grant))
            if beside[key] > 0:
                beside[key] -= 1
                still.append(told)
            elif place_of(grant) == place:
                return Presence(True, f"{told.action} of {told.policy} allows {actions[0]}.")
            else:
                return Presence(True, f"a new grant, {told.action} of {told.policy}, allows it.")
        if not self._had_effect(removal) and any(place_of(one) == place for one in grants):
            return Presence(True, "the policy still names it.")
        return Presence(False, "nothing of it is left.", tuple(still))

    def _had_effect(self, removal: Removal) -> bool:
        mask, names = self.judge.lost(removal)
        return bool(mask or names)

    def _known(self, role_arn: str) -> Counter[Key]:
        """Return the grants that stood beside when the reviewers looked, and what they left."""
        if role_arn not in self._beside:
            grants = self._staged.role_grants(role_arn) if self._staged is not None else ()
            found = Counter((place_of(one), terms(one)) for one in grants)
            for one in {one.subject: one for one in self._among if _is_of(one, role_arn)}.values():
                for element in one.keep:
                    found[_key(one, element)] += 1
            self._beside[role_arn] = found
        return self._beside[role_arn]


def _present(state: State, why: str) -> tuple[State, str]:
    if state in _PROVED:
        return State.REAPPEARED, f"It is back: {why}"
    if state in (State.APPLIED, State.CLAIMED):
        return State.FAILED, f"Still present after it was applied: {why}"
    return state, f"Still present: {why}"


def _is_of(removal: Removal, role_arn: str) -> bool:
    return removal.kind == "permission" and (removal.grant or {}).get("role_arn") == role_arn


def _key(removal: Removal, element: str) -> Key:
    grant = removal.grant or {}
    return (*named_policy(grant), element), reviewed_terms(grant)
