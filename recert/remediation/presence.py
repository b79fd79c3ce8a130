"""What a reading still holds of what a decision takes, by what is effective and not by text."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from recert.campaigns.remedies import (
    Analyst,
    Estate,
    Removal,
    TrustGrant,
    subjects_of,
    trust_grants,
    unread,
)
from recert.iam.grants import EffectiveGrant
from recert.remediation.locate import (
    Judge,
    Place,
    allowed,
    named_policy,
    place_of,
    reviewed_terms,
    reviewed_trust_terms,
    terms,
    trust_terms,
)
from recert.remediation.model import Allowed
from recert.remediation.quarantine import NAME as QUARANTINE
from recert.remediation.sheet import roles_were_read, was_visited

Key = tuple[Place, str]
"""A grant by its place and its terms, whatever the order of statements."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a reading still finds something: None where it cannot tell, and why.

    `still` are the grants that allow some of it all the same, and that the reviewers knew of.
    """

    there: bool | None
    why: str
    still: tuple[Allowed, ...] = ()


class Looker:
    """Looks at one reading.

    `staged` is the one that the reviewers saw, for what stood beside; `among` are all removals of
    the campaign, of which some left a narrower grant.
    """

    def __init__(self, analyst: Analyst, staged: Estate | None, among: Sequence[Removal]) -> None:
        self._among = among
        self.analyst = analyst
        self.estate = analyst.estate
        self.judge = Judge(analyst.catalogue)
        self._staged = Analyst(staged, analyst.catalogue) if staged is not None else None
        self._asked: dict[str, frozenset[tuple[str, str]]] = {}
        self._beside: dict[str, Counter[Key]] = {}

    def presence(self, removal: Removal) -> Presence:
        """Tell whether what a decision takes is still there."""
        if removal.kind == "permission" and removal.grant is not None:
            return self._of_role(removal, str(removal.grant.get("role_arn")), self._permission)
        role_arn = str(removal.basis.get("role_arn"))
        if removal.kind == "attachment":
            return self._of_role(removal, role_arn, self._attachment)
        if removal.kind == "trust":
            return self._trust(removal, role_arn)
        return self._subject(removal)

    # -- roles --------------------------------------------------------------------------------

    def _no_role(self, role_arn: str) -> Presence:
        if roles_were_read(self.analyst, role_arn):
            return Presence(False, "the role is gone.")
        return Presence(None, f"the role {role_arn} was not read.")

    def _of_role(self, removal: Removal, role_arn: str, look: Any) -> Presence:
        authority = self.analyst.role(role_arn)
        if authority is None:
            return self._no_role(role_arn)
        if any(one.name == QUARANTINE for one in authority.role.inline):
            return Presence(None, "the role is in quarantine, which hides what it may do.")
        found: Presence = look(removal, role_arn, self.analyst.role_grants(role_arn))
        if found.there is False and authority.unread:
            return Presence(None, f"{authority.unread[0].words}.")
        return found

    def _permission(
        self, removal: Removal, role_arn: str, grants: Sequence[EffectiveGrant]
    ) -> Presence:
        place = (*named_policy(removal.grant or {}), str((removal.grant or {}).get("action")))
        missing = self._unread_bucket(removal)
        if missing:
            return Presence(None, missing)
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

    def _unread_bucket(self, removal: Removal) -> str:
        kind, arn = named_policy(removal.grant or {})
        if kind != "resource":
            return ""
        bucket = next((one for one in self.estate.buckets if one.arn == arn), None)
        if bucket is not None and bucket.policy_known:
            return ""
        return f"the policy of {arn} was not read."

    def _had_effect(self, removal: Removal) -> bool:
        mask, names = self.judge.lost(removal)
        return bool(mask or names)

    def _known(self, role_arn: str) -> Counter[Key]:
        """Return the grants that stood beside when the reviewers looked, and what they left."""
        if role_arn not in self._beside:
            grants = self._staged.role_grants(role_arn) if self._staged is not None else ()
            found = Counter((place_of(one), terms(one)) for one in grants)
            for one in {one.subject: one for one in self._among if _is_of(one, role_arn)}.values():
                for element in one.keep or (_element(one),) * bool(one.keep_resources):
                    found[_key(one, element, one.keep_resources)] += 1
            self._beside[role_arn] = found
        return self._beside[role_arn]

    def _attachment(
        self, removal: Removal, role_arn: str, grants: Sequence[EffectiveGrant]
    ) -> Presence:
        """Judge a policy of AWS: detached it is gone, unless a later grant gives the same."""
        arn = str((removal.basis.get("policy") or {}).get("arn"))
        if arn in self.estate.roles_by_arn[role_arn].attached:
            return Presence(True, "the policy is still attached.")
        if self._staged is None:
            return Presence(False, "it is not attached any more.")
        before = self._staged.role_grants(role_arn)
        taken = [one for one in before if one.source.arn == arn]
        beside = Counter((place_of(one), terms(one)) for one in before if one.source.arn != arn)
        kept = self.judge.mask(removal.keep)
        still: list[Allowed] = []
        for grant in grants:
            shared = 0
            for one in taken:
                if grant.mask & one.mask & ~kept and grant.reach.meets(one.reach):
                    shared |= grant.mask & one.mask & ~kept
            if not shared:
                continue
            told = allowed(grant, grant.named(shared))
            key = (place_of(grant), terms(grant))
            if beside[key] <= 0:
                return Presence(True, f"a new grant, {told.action} of {told.policy}, allows it.")
            beside[key] -= 1
            still.append(told)
        return Presence(False, "it is not attached any more.", tuple(still))

    # -- trust --------------------------------------------------------------------------------

    def _trust(self, removal: Removal, role_arn: str) -> Presence:
        role = self.estate.roles_by_arn.get(role_arn)
        if role is None:
            return self._no_role(role_arn)
        grants = trust_grants(role)
        if grants is None:
            return Presence(None, "the trust policy could not be understood.")
        principal = [str(one) for one in removal.basis.get("principal") or ()]
        staged = self._staged.estate.roles_by_arn.get(role_arn) if self._staged else None
        before = (trust_grants(staged) if staged is not None else None) or ()
        beside = Counter(trust_terms(one) for one in before if _is(one, principal))
        beside[reviewed_trust_terms(removal)] -= _same_removals(removal, self._among)
        still = []
        for one in grants:
            if not _is(one, principal):
                continue
            if beside[trust_terms(one)] <= 0:
                return Presence(True, f"statement {one.statement.index} lets it in.")
            beside[trust_terms(one)] -= 1
            name = f"trust policy of {role.name}"
            still.append(Allowed(removal.subject, name, one.principal, ("sts:AssumeRole",)))
        return Presence(False, "no statement of that kind lets it in.", tuple(still))

    # -- everything else ----------------------------------------------------------------------

    def _subject(self, removal: Removal) -> Presence:
        agent = removal.agent
        if agent is None:
            return Presence(None, "it belongs to no agent.")
        found = self.estate.agents_by_arn.get(agent)
        if found is None:
            gone = was_visited(self.estate, agent)
            return Presence(False, "the agent is gone.") if gone else Presence(None, "not visited.")
        if agent not in self._asked:
            asked = subjects_of(self.analyst, agent)
            self._asked[agent] = frozenset((one.kind, one.subject) for one in asked)
        if (removal.kind, removal.subject) in self._asked[agent]:
            served = ", ".join(found.live_versions)
            where = f"version {served} has it" if served else "the reading finds it as it was"
            return Presence(True, f"{where}.")
        again = self._made_anew(removal)
        if again:
            return Presence(True, again)
        missing = unread(self.estate, agent)
        if missing:
            return Presence(None, f"{missing[0]}.")
        return Presence(False, "it is not there.")

    def _made_anew(self, removal: Removal) -> str:
        """Tell of a target of a gateway that was made again, under another id."""
        kind, _, _ = removal.subject.partition(" ")
        basis = removal.basis.get("integration") or {}
        if kind != "gateway_target" or not basis.get("target"):
            return ""
        agent = self.estate.agents_by_arn[str(removal.agent)]
        for version in agent.versions:
            for one in version.integrations:
                if one.kind == kind and one.target == basis["target"]:
                    return f"the target {one.name} ({one.id}) calls the same."
        return ""


def _is(grant: TrustGrant, principal: Sequence[str]) -> bool:
    return [grant.kind, grant.principal] == list(principal)


def _same_removals(removal: Removal, among: Sequence[Removal]) -> int:
    """Return how many statements alike were revoked: each counts once, whoever decided it."""
    return len(
        {
            one.subject
            for one in (*among, removal)
            if one.kind == "trust"
            and one.basis.get("role_arn") == removal.basis.get("role_arn")
            and one.basis.get("principal") == removal.basis.get("principal")
            and reviewed_trust_terms(one) == reviewed_trust_terms(removal)
        }
    )


def _is_of(removal: Removal, role_arn: str) -> bool:
    return removal.kind == "permission" and (removal.grant or {}).get("role_arn") == role_arn


def _element(removal: Removal) -> str:
    return str((removal.grant or {}).get("action"))


def _key(removal: Removal, element: str, resources: Sequence[str] = ()) -> Key:
    grant = removal.grant or {}
    on = {**grant, "resources": list(resources)} if resources else grant
    return (*named_policy(grant), element), reviewed_terms(on)
