"""Ceilings that follow from what was attested, each proved before it is shown.

Three kinds, each for one role: a permissions boundary; a service control policy (SCP) that is
conditioned on the role; an SCP that names nothing but Bedrock and AgentCore actions. Each lets
through what was kept, and takes the rest. It is refused, with the reason, where it would change a
verdict of anybody else, where what it takes may be in use without anything that could have shown it,
or where AWS would not accept its size.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from recert.analysis.analyst import Analyst
from recert.analysis.resource_grants import resource_sources
from recert.analysis.usage import RoleUsage
from recert.iam.effective import Assessor
from recert.iam.grammar import parse_policy
from recert.iam.grants import EffectiveGrant
from recert.iam.model import Authority, SourcedPolicy

Kind = Literal["boundary", "scp", "agents-scp"]
KINDS: tuple[Kind, ...] = ("boundary", "scp", "agents-scp")

_LARGEST = {"boundary": 6_144, "scp": 5_120, "agents-scp": 5_120}
_OPEN = {"Effect": "Allow", "Action": "*", "Resource": "*"}
_AGENTS = ("bedrock:*", "bedrock-agentcore:*")


@dataclass(frozen=True, slots=True)
class Kept:
    """What a ceiling has to let through: ids of grants.

    `narrowed` maps a grant to the actions that are left of it; `revoked` are grants that a reviewer
    decided to remove: their use was judged by a person.
    """

    whole: frozenset[str] = frozenset()
    narrowed: Mapping[str, tuple[str, ...]] | None = None
    revoked: frozenset[str] = frozenset()

    @property
    def decided(self) -> frozenset[str]:
        """The grants on which a person decided."""
        return self.whole | self.revoked | frozenset(self.narrowed or ())

    def actions_of(self, grant: EffectiveGrant) -> tuple[str, ...]:
        """Return the effective actions of a grant that are to stay."""
        if grant.key in self.whole:
            return grant.effective
        left = {name.lower() for name in (self.narrowed or {}).get(grant.key, ())}
        return tuple(name for name in grant.effective if name.lower() in left)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A ceiling for one role; `document` is None where it is refused, `reason` then says why.

    `taken` maps the ids of grants to the effective actions that they would lose; `compared` counts
    the other roles whose verdicts were worked out with and without it, and came out the same.
    """

    kind: Kind
    role_arn: str
    document: dict[str, Any] | None
    reason: str
    taken: dict[str, tuple[str, ...]]
    compared: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the proposal as a JSON value."""
        return {
            "kind": self.kind,
            "role_arn": self.role_arn,
            "attach_to": self._place,
            "document": self.document,
            "reason": self.reason,
            "taken": {key: list(actions) for key, actions in self.taken.items()},
            "roles_compared": self.compared,
        }

    @property
    def _place(self) -> str:
        if self.kind == "boundary":
            return self.role_arn
        return f"account {self.role_arn.split(':')[4]}"


def propose_boundary(
    analyst: Analyst, role_arn: str, keep: Collection[str], revoked: Collection[str] = ()
) -> Proposal:
    """Propose a permissions boundary for a role from the ids of the grants that were attested.

    `revoked` as in `Kept`. Raises LookupError where the role was not read.
    """
    return propose(analyst, role_arn, Kept(frozenset(keep), None, frozenset(revoked)), "boundary")


def propose_scp(
    analyst: Analyst, role_arn: str, keep: Collection[str], revoked: Collection[str] = ()
) -> Proposal:
    """Propose a service control policy that is conditioned on one role; as `propose_boundary`."""
    return propose(analyst, role_arn, Kept(frozenset(keep), None, frozenset(revoked)), "scp")


def propose(analyst: Analyst, role_arn: str, kept: Kept, kind: Kind) -> Proposal:
    """Propose one ceiling for a role, or refuse it; raises LookupError where the role was not read."""
    held = analyst.role(role_arn)
    if held is None:
        raise LookupError(f"there is no role {role_arn} in this reading")
    grants = [grant for grant in analyst.role_grants(role_arn) if grant.effective]
    left = {grant.key: actions for grant in grants if (actions := kept.actions_of(grant))}
    if not kept.decided:
        reason = "Nothing of it is signed as it is now; review it first."
        return Proposal(kind, role_arn, None, reason, {})
    problem = _before(analyst, role_arn, kind=kind, nothing_left=not left) or _unseen(
        analyst, role_arn, grants, kept, kind
    )
    if problem:
        return Proposal(kind, role_arn, None, problem, {})
    document = _document(analyst, role_arn, grants, left, kind)
    if document is None:
        return Proposal(kind, role_arn, None, "It would take nothing that the role has.", {})
    proof = _Proof(analyst, role_arn, kind, document)
    problem = _size(kind, document) or proof.of_role(grants, left) or proof.of_others()
    if problem:
        return Proposal(kind, role_arn, None, problem, {}, proof.compared)
    taken = proof.taken
    if not taken:
        return Proposal(kind, role_arn, None, "It would take nothing that the role has.", {})
    reason = f"It lets {len(left)} attested grants through and nobody else is touched."
    return Proposal(kind, role_arn, document, reason, taken, proof.compared)


def _before(analyst: Analyst, role_arn: str, *, kind: Kind, nothing_left: bool) -> str:
    """Say what speaks against any proposal for this role; empty where nothing does."""
    held = analyst.role(role_arn)
    users = analyst.users.get(role_arn, ())
    things = analyst.things_by_role.get(role_arn, ())
    outside = held is not None and held.authority.management_account and kind != "boundary"
    unread = held.unread[0].words if held is not None and held.unread else ""
    against = {
        f"{unread}: what the role holds is not known whole.": bool(unread),
        f"{len(users)} agents act through the role; a ceiling would bind them all.": len(users) > 1,
        f"The role is also that of {', '.join(things)}; a ceiling would bind it, too.": bool(
            things
        ),
        "No grant was attested, so that nothing would be left; delete the role instead.": (
            nothing_left
        ),
        "The role stands in the management account, which no SCP touches.": outside,
    }
    return next((words for words, holds in against.items() if holds), "")


def _unseen(
    analyst: Analyst, role_arn: str, grants: Iterable[EffectiveGrant], kept: Kept, kind: Kind
) -> str:
    """Say which grant nobody decided that may be in use unseen; empty where there is none."""
    usage = RoleUsage(analyst.estate, role_arn)
    for grant in grants:
        if grant.key in kept.decided or (
            kind == "agents-scp" and not _names_agents(analyst, grant)
        ):
            continue
        if usage.of(grant.effective, alone=False).state != "unused":
            return f"Nothing could have shown whether {grant.action} is in use; decide it first."
    return ""


def _names_agents(analyst: Analyst, grant: EffectiveGrant) -> bool:
    return bool(grant.mask & analyst.catalogue.union(_AGENTS))


def _size(kind: Kind, document: dict[str, Any]) -> str:
    size = len(json.dumps(document, separators=(",", ":")))
    if size > _LARGEST[kind]:
        return f"It would take {size:,} characters; AWS accepts {_LARGEST[kind]:,}."
    return ""


class _Proof:
    """Asks the engine: nothing kept is lost, nothing is gained, nobody else is touched."""

    def __init__(
        self, analyst: Analyst, role_arn: str, kind: Kind, document: dict[str, Any]
    ) -> None:
        self._analyst = analyst
        self._role_arn = role_arn
        self._kind = kind
        self._source = SourcedPolicy(
            parse_policy(document), "boundary" if kind == "boundary" else "scp", "proposal"
        )
        self._assessor = Assessor(analyst.catalogue, at=analyst.estate.taken_at)
        self.compared = 0
        self.taken: dict[str, tuple[str, ...]] = {}

    def of_role(self, grants: Iterable[EffectiveGrant], left: Mapping[str, tuple[str, ...]]) -> str:
        """Say what it would do to the role itself that nobody decided; empty where nothing."""
        before = {grant.key: grant for grant in grants}
        for grant in self._after(self._role_arn):
            now = set(grant.effective)
            held = before.get(grant.key)
            was = set(held.effective) if held is not None else set()
            if not set(left.get(grant.key, ())) <= now:
                return f"It would take something of {grant.action}, which was attested."
            if not now <= was:
                return f"It would give {grant.action} more than it has: it replaces a boundary."
            if held is not None and was - now:
                self.taken[grant.key] = tuple(name for name in held.effective if name not in now)
        return ""

    def of_others(self) -> str:
        """Say whose verdicts it would change; empty where nobody's. A boundary binds its role alone."""
        if self._kind == "boundary":
            return ""
        for role in self._analyst.estate.roles:
            if role.arn == self._role_arn or self._analyst.role(role.arn) is None:
                continue
            before = [_verdict(grant) for grant in self._analyst.role_grants(role.arn)]
            if before != [_verdict(grant) for grant in self._after(role.arn)]:
                return f"It would change what role {role.name} may do."
            self.compared += 1
        return ""

    def _after(self, role_arn: str) -> tuple[EffectiveGrant, ...]:
        held = self._analyst.role(role_arn)
        if held is None:
            return ()
        authority = resource_sources(self._analyst.estate, held.authority)
        return self._assessor.grants(self._under(authority))

    def _under(self, authority: Authority) -> Authority:
        if self._kind == "boundary":
            return replace(authority, boundary=(self._source,))
        return replace(authority, scps=(*(authority.scps or ()), (self._source,)))


def _verdict(grant: EffectiveGrant) -> tuple[object, ...]:
    """Return all that the layers say of a grant: a doubt that came is a change, too."""
    return (grant.key, grant.effective, grant.conditional, grant.narrowed, grant.unsure)


def _document(
    analyst: Analyst,
    role_arn: str,
    grants: Iterable[EffectiveGrant],
    left: Mapping[str, tuple[str, ...]],
    kind: Kind,
) -> dict[str, Any] | None:
    if kind == "boundary":
        return _boundary(grants, left)
    if kind == "scp":
        return _scp(role_arn, grants, left)
    return _agents_scp(analyst, grants, left)


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
    return {"Version": "2012-10-17", "Statement": [_OPEN, deny]}


def _agents_scp(
    analyst: Analyst, grants: Iterable[EffectiveGrant], left: Mapping[str, tuple[str, ...]]
) -> dict[str, Any] | None:
    """Return a Deny of the Bedrock and AgentCore actions that the role has and nobody kept."""
    agents = analyst.catalogue.union(_AGENTS)
    held, kept = 0, 0
    for grant in grants:
        held |= grant.mask
        for name in left.get(grant.key, ()):
            kept |= analyst.catalogue.mask(name)
    gone = analyst.catalogue.actions(held & ~kept & agents)
    if not gone:
        return None
    deny = {"Effect": "Deny", "Action": list(gone), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [_OPEN, deny]}


def _elements(grant: EffectiveGrant, actions: tuple[str, ...]) -> set[str]:
    """Return the element as written where all of it stays, else the actions that do."""
    whole = not grant.blocked and not grant.unfit and grant.statement.not_actions is None
    return {grant.action} if whole and actions == grant.effective else set(actions)
