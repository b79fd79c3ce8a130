"""The documents of proposed ceilings."""

from collections.abc import Iterable, Mapping
from typing import Any

from recert.analysis.proposal import Kind
from recert.iam.catalogue import Catalogue
from recert.iam.grants import EffectiveGrant
from recert.iam.model import ALLOW_ALL

AGENT_ACTIONS = ("bedrock:*", "bedrock-agentcore:*")
"""The actions of the services that run agents."""


def ceiling_document(
    catalogue: Catalogue,
    role_arn: str,
    grants: Iterable[EffectiveGrant],
    left: Mapping[str, tuple[str, ...]],
    kind: Kind,
) -> dict[str, Any] | None:
    """Return the document of a ceiling that lets through what is `left`; None where it takes nothing.

    `left` maps the ids of grants to the effective actions that are to stay of them.
    """
    if kind == "boundary":
        return _boundary(grants, left)
    if kind == "scp":
        return _scp(role_arn, grants, left)
    return _agents_scp(catalogue, grants, left)


def _boundary(
    grants: Iterable[EffectiveGrant], left: Mapping[str, tuple[str, ...]]
) -> dict[str, Any]:
    by_place: dict[tuple[str, ...], set[str]] = {}
    negated: list[dict[str, Any]] = []
    for grant in grants:
        if grant.key not in left:
            continue
        statement = grant.statement
        if statement.not_resources is not None:
            actions = sorted(left[grant.key])
            resources = list(statement.not_resources)
            negated.append({"Effect": "Allow", "Action": actions, "NotResource": resources})
            continue
        place = tuple(sorted(grant.resources))
        by_place.setdefault(place, set()).update(_elements(grant, left[grant.key]))
    statements = [
        {"Effect": "Allow", "Action": sorted(actions), "Resource": list(resources)}
        for resources, actions in sorted(by_place.items())
    ]
    return {"Version": "2012-10-17", "Statement": [*statements, *negated]}


def _scp(
    role_arn: str, grants: Iterable[EffectiveGrant], left: Mapping[str, tuple[str, ...]]
) -> dict[str, Any]:
    kept = (grant for grant in grants if grant.key in left)
    actions = sorted({element for grant in kept for element in _elements(grant, left[grant.key])})
    deny = {
        "Effect": "Deny",
        "NotAction": actions,
        "Resource": "*",
        "Condition": {"ArnEquals": {"aws:PrincipalArn": role_arn}},
    }
    return {"Version": "2012-10-17", "Statement": [ALLOW_ALL, deny]}


def _agents_scp(
    catalogue: Catalogue, grants: Iterable[EffectiveGrant], left: Mapping[str, tuple[str, ...]]
) -> dict[str, Any] | None:
    """Return a Deny of the Bedrock and AgentCore actions that the role has and nobody kept."""
    agents = catalogue.union(AGENT_ACTIONS)
    held, kept = 0, 0
    for grant in grants:
        held |= grant.mask
        for name in left.get(grant.key, ()):
            kept |= catalogue.mask(name)
    gone = catalogue.actions(held & ~kept & agents)
    if not gone:
        return None
    deny = {"Effect": "Deny", "Action": list(gone), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [ALLOW_ALL, deny]}


def _elements(grant: EffectiveGrant, actions: tuple[str, ...]) -> set[str]:
    """Return the element as written where all of it stays, else the actions that do."""
    whole = not grant.blocked and not grant.unfit and grant.statement.not_actions is None
    return {grant.action} if whole and actions == grant.effective else set(actions)
