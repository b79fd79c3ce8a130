"""Ceilings that follow from what was attested, each proved before it is shown.

A boundary or a service control policy is proposed for one role only, lets through what was kept,
and takes the rest. It is refused, with the reason, where it would change a verdict of anybody else,
where what it takes may be in use without anything that could have shown it, or where AWS would not
accept its size.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

from recert.analysis.analyst import Analyst
from recert.analysis.usage import RoleUsage
from recert.iam.effective import Assessor, EffectiveGrant
from recert.iam.grammar import parse_policy
from recert.iam.model import Authority, SourcedPolicy

_LARGEST = {"boundary": 6_144, "scp": 5_120}
_OPEN = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A ceiling for one role; `document` is None where it is refused, `reason` then says why.

    `taken` maps the ids of grants to the effective actions that they would lose.
    """

    kind: Literal["boundary", "scp"]
    role_arn: str
    document: dict[str, Any] | None
    reason: str
    taken: dict[str, tuple[str, ...]]

    def as_json(self) -> dict[str, Any]:
        """Return the proposal as a JSON value."""
        return {
            "kind": self.kind,
            "role_arn": self.role_arn,
            "document": self.document,
            "reason": self.reason,
            "taken": {key: list(actions) for key, actions in self.taken.items()},
        }


def propose_boundary(
    analyst: Analyst, role_arn: str, keep: Collection[str], revoked: Collection[str] = ()
) -> Proposal:
    """Propose a permissions boundary for a role from the ids of the grants that were attested.

    `revoked` are grants that a reviewer decided to remove: their use was judged by a person. Raises
    LookupError where the role was not read.
    """
    return _propose(analyst, role_arn, keep, revoked, "boundary")


def propose_scp(
    analyst: Analyst, role_arn: str, keep: Collection[str], revoked: Collection[str] = ()
) -> Proposal:
    """Propose a service control policy that is conditioned on one role; as `propose_boundary`."""
    return _propose(analyst, role_arn, keep, revoked, "scp")


def _propose(
    analyst: Analyst,
    role_arn: str,
    keep: Collection[str],
    revoked: Collection[str],
    kind: Literal["boundary", "scp"],
) -> Proposal:
    held = analyst.role(role_arn)
    if held is None:
        raise LookupError(f"there is no role {role_arn} in this reading")
    grants = [grant for grant in analyst.role_grants(role_arn) if grant.effective]
    kept = [grant for grant in grants if grant.key in keep]
    rest = [grant for grant in grants if grant.key not in keep]
    document = _boundary(kept) if kind == "boundary" else _scp(role_arn, kept)
    problem = (
        _before(analyst, role_arn, kept, [item for item in rest if item.key not in revoked])
        or _size(kind, document)
        or _proof(analyst, held.authority, kind, document, kept)
    )
    taken = {} if problem else _taken(analyst, held.authority, kind, document)
    reason = problem or f"It lets {len(kept)} attested grants through and nobody else is touched."
    return Proposal(kind, role_arn, None if problem else document, reason, taken)


def _before(
    analyst: Analyst, role_arn: str, kept: list[EffectiveGrant], rest: list[EffectiveGrant]
) -> str:
    """Say what speaks against any proposal for this role; empty where nothing does."""
    held = analyst.role(role_arn)
    users = analyst.users.get(role_arn, ())
    if held is not None and held.unread:
        return f"{held.unread[0].words}: what the role holds is not known whole."
    if len(users) > 1:
        return f"{len(users)} agents act through the role; a ceiling would bind them all."
    if not kept:
        return "No grant was attested, so that nothing would be left; delete the role instead."
    usage = RoleUsage(analyst.estate, role_arn)
    unseen = [item for item in rest if usage.of(item.effective, alone=False).state != "unused"]
    if unseen:
        return f"Nothing could have shown whether {unseen[0].action} is in use; decide it first."
    return ""


def _size(kind: str, document: dict[str, Any]) -> str:
    size = len(json.dumps(document, separators=(",", ":")))
    if size > _LARGEST[kind]:
        return f"It would take {size:,} characters; AWS accepts {_LARGEST[kind]:,}."
    return ""


def _proof(
    analyst: Analyst,
    authority: Authority,
    kind: Literal["boundary", "scp"],
    document: dict[str, Any],
    kept: list[EffectiveGrant],
) -> str:
    """Ask the engine: nothing kept is lost, nothing is gained, nobody else is touched."""
    assessor = Assessor(analyst.catalogue, at=analyst.estate.taken_at)
    wanted = {grant.key: set(grant.effective) for grant in kept}
    known = {grant.key: set(grant.effective) for grant in assessor.grants(authority)}
    for grant in assessor.grants(_under(authority, kind, document)):
        if not wanted.get(grant.key, set()) <= set(grant.effective):
            return f"It would take something of {grant.action}, which was attested."
        if not set(grant.effective) <= known.get(grant.key, set()):
            return f"It would give {grant.action} more than it has, since it replaces a boundary."
    if kind == "boundary":
        return ""
    for role in analyst.estate.roles:
        other = analyst.role(role.arn)
        if other is None or role.arn == authority.role_arn:
            continue
        before = [grant.effective for grant in assessor.grants(other.authority)]
        after = assessor.grants(_under(other.authority, kind, document))
        if before != [grant.effective for grant in after]:
            return f"It would change what role {role.name} may do."
    return ""


def _taken(
    analyst: Analyst,
    authority: Authority,
    kind: Literal["boundary", "scp"],
    document: dict[str, Any],
) -> dict[str, tuple[str, ...]]:
    assessor = Assessor(analyst.catalogue, at=analyst.estate.taken_at)
    after = {
        grant.key: set(grant.effective)
        for grant in assessor.grants(_under(authority, kind, document))
    }
    return {
        grant.key: lost
        for grant in assessor.grants(authority)
        if (lost := tuple(name for name in grant.effective if name not in after[grant.key]))
    }


def _under(
    authority: Authority, kind: Literal["boundary", "scp"], document: dict[str, Any]
) -> Authority:
    source = SourcedPolicy(parse_policy(document), kind, "proposal")
    if kind == "boundary":
        return replace(authority, boundary=(source,))
    return replace(authority, scps=(*(authority.scps or ()), (source,)))


def _boundary(kept: Iterable[EffectiveGrant]) -> dict[str, Any]:
    by_place: dict[tuple[str, ...], set[str]] = {}
    negated: list[dict[str, Any]] = []
    for grant in kept:
        statement = grant.statement
        if statement.not_resources is not None:
            actions = sorted(grant.effective)
            resources = list(statement.not_resources)
            negated.append({"Effect": "Allow", "Action": actions, "NotResource": resources})
            continue
        by_place.setdefault(tuple(sorted(grant.resources)), set()).update(_elements(grant))
    statements = [
        {"Effect": "Allow", "Action": sorted(actions), "Resource": list(resources)}
        for resources, actions in sorted(by_place.items())
    ]
    return {"Version": "2012-10-17", "Statement": [*statements, *negated]}


def _scp(role_arn: str, kept: Iterable[EffectiveGrant]) -> dict[str, Any]:
    actions = sorted({element for grant in kept for element in _elements(grant)})
    deny = {
        "Effect": "Deny",
        "NotAction": actions,
        "Resource": "*",
        "Condition": {"ArnEquals": {"aws:PrincipalArn": role_arn}},
    }
    return {"Version": "2012-10-17", "Statement": [_OPEN, deny]}


def _elements(grant: EffectiveGrant) -> set[str]:
    """Return the element as written where all of it is effective, else the actions that are."""
    whole = not grant.blocked and not grant.unfit and grant.statement.not_actions is None
    return {grant.action} if whole else set(grant.effective)
