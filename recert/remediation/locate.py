"""Finding what a reviewer decided in the authority of a role as it is now."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from recert.campaigns.remedies import Removal, TrustGrant
from recert.iam.catalogue import Catalogue
from recert.iam.effective import Assessor
from recert.iam.errors import PolicyError
from recert.iam.grammar import parse_policy
from recert.iam.grants import EffectiveGrant
from recert.iam.model import Authority, SourcedPolicy
from recert.iam.narrowing import NOT_RESOURCE
from recert.remediation.model import Allowed

Place = tuple[str, str, str]
"""A policy by its kind and its ARN or name, and an element of it."""
_NOT_ACTION = "NotAction: "


def policy_of(grant: EffectiveGrant) -> tuple[str, str]:
    """Return the kind of a grant's policy, and its ARN, its name where it is inline."""
    return grant.source.kind, grant.source.arn or grant.source.name


def place_of(grant: EffectiveGrant) -> Place:
    """Return in which policy a grant stands, and as which element."""
    return (*policy_of(grant), grant.action)


def named_policy(reviewed: Mapping[str, Any]) -> tuple[str, str]:
    """Return the policy of a reviewed grant in the same form."""
    policy = reviewed.get("policy") or {}
    return str(policy.get("kind") or ""), str(policy.get("arn") or policy.get("name") or "")


@dataclass(frozen=True, slots=True)
class Found:
    """The grant as it is now; None where it is `gone`, or stands there `changed` since the review."""

    grant: EffectiveGrant | None
    changed: bool = False


def find(reviewed: Mapping[str, Any], grants: Iterable[EffectiveGrant]) -> Found:
    """Find a reviewed grant by its policy and its element; on the same terms it is the same."""
    place = (*named_policy(reviewed), str(reviewed.get("action")))
    there = [grant for grant in grants if place_of(grant) == place]
    same = [grant for grant in there if terms(grant) == reviewed_terms(reviewed)]
    if same:
        index = (reviewed.get("statement") or {}).get("index")
        return Found(next((grant for grant in same if grant.index == index), same[0]))
    return Found(None, changed=bool(there))


def terms(grant: EffectiveGrant) -> str:
    """Return on which resources and conditions a grant stands, comparable."""
    return _terms_of(list(grant.resources), grant.conditions)


def reviewed_terms(reviewed: Mapping[str, Any]) -> str:
    """Return the same of a reviewed grant."""
    return _terms_of(list(reviewed.get("resources") or ()), reviewed.get("conditions") or {})


def _terms_of(resources: list[str], conditions: Mapping[str, Any]) -> str:
    plain = {
        operator.lower(): {key.lower(): sorted(values) for key, values in keys.items()}
        for operator, keys in conditions.items()
    }
    return json.dumps([sorted(resources), plain], sort_keys=True)


def trust_terms(grant: TrustGrant) -> str:
    """Return for which actions and on which conditions a principal is trusted, comparable."""
    actions = sorted(action.lower() for action in grant.statement.actions or ())
    return repr((actions, [list(one) for one in grant.conditions]))


def reviewed_trust_terms(removal: Removal) -> str:
    """Return the same of a reviewed grant of trust."""
    basis = removal.basis
    conditions = [[op, key, list(values)] for op, key, values in basis.get("conditions") or ()]
    return repr((list(basis.get("actions") or ()), conditions))


class Judge:
    """Compares what was taken with what a role may do, against one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._assessor = Assessor(catalogue)
        self._masks: dict[tuple[str, ...], int] = {}

    def taken(self, removal: Removal) -> EffectiveGrant | None:
        """Return a reviewed grant as a grant of its own, under no ceiling; None where it is none."""
        grant = removal.grant or {}
        element = str(grant.get("action") or "")
        resources = [str(one) for one in grant.get("resources") or ()] or ["*"]
        statement: dict[str, Any] = {"Effect": "Allow"}
        if element.startswith(_NOT_ACTION):
            statement["NotAction"] = element.removeprefix(_NOT_ACTION).split(", ")
        else:
            statement["Action"] = element
        negated = all(one.startswith(NOT_RESOURCE) for one in resources)
        key = "NotResource" if negated else "Resource"
        statement[key] = [one.removeprefix(NOT_RESOURCE) for one in resources]
        try:
            policy = parse_policy({"Version": "2012-10-17", "Statement": [statement]})
        except PolicyError:
            return None
        source = SourcedPolicy(policy, "inline", "reviewed")
        role = str(grant.get("role_arn"))
        found = self._assessor.grants(Authority(role_arn=role, identity=(source,)))
        return found[0] if found else None

    def mask(self, actions: Iterable[str]) -> int:
        """Return a set of actions and patterns."""
        key = tuple(actions)
        if key not in self._masks:
            found = 0
            for one in key:
                found |= self.catalogue.mask(one)
            self._masks[key] = found
        return self._masks[key]

    def lost(self, removal: Removal) -> tuple[int, frozenset[str]]:
        """Return the known actions that a decision takes, and the names that no catalogue knows."""
        effective = tuple((removal.grant or {}).get("effective_actions") or ())
        names = {one.lower() for one in effective if not self.catalogue.mask(one)}
        kept = {one.lower() for one in removal.keep}
        return self.mask(effective) & ~self.mask(removal.keep), frozenset(names - kept)

    def leftovers(
        self, removal: Removal, grants: Iterable[EffectiveGrant]
    ) -> tuple[tuple[EffectiveGrant, tuple[str, ...]], ...]:
        """Return the grants that allow some of what a decision takes, each with those actions."""
        taken = self.taken(removal)
        if taken is None:
            return ()
        mask, names = self.lost(removal)
        found = []
        for grant in grants:
            shared = grant.mask & mask
            actions = set(grant.named(shared)) if shared else set()
            if names:
                actions |= {one for one in grant.effective if one.lower() in names}
            if actions and grant.reach.meets(taken.reach):
                found.append((grant, tuple(sorted(actions))))
        return tuple(found)


def allowed(grant: EffectiveGrant, actions: tuple[str, ...]) -> Allowed:
    """Say how a grant allows actions."""
    return Allowed(grant.key, grant.source.name, grant.action, actions)
