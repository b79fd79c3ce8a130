"""How far an agent can get: its acting roles, the ways to them, and the measure of it all.

The blast radius grows with every permission and never shrinks by one: actions, writes, services,
resources, accounts and escalation paths are counted over all acting roles, and the score is a sum
of their logarithms, so that doubling any of them adds the same. Resources are counted per service:
one for each that is named, 1,000 once there is a pattern, 10,000 once nothing is excepted.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log2
from typing import Any

from recert.analysis.acting import ActingRole, Hop, Way
from recert.analysis.analyst import Analyst, analyst_of
from recert.analysis.arns import account_of
from recert.analysis.visibility import Step, visibility
from recert.estate.estate import Estate
from recert.iam.catalogue import Catalogue
from recert.iam.effective import EffectiveGrant
from recert.iam.levels import AccessLevel
from recert.text import plural

_EVERYTHING = 10_000
_PATTERN = 1_000
_WRITES = (AccessLevel.WRITE, AccessLevel.PERMISSIONS, AccessLevel.TAGGING)
_DELETES = ("*:Delete*", "*:Terminate*", "*:Remove*", "*:Purge*", "*:Destroy*")
_WEIGHTS = {
    "actions": 6,
    "write_actions": 12,
    "services": 8,
    "resources": 8,
    "account_reach": 12,
    "escalations": 30,
    "credential_actions": 15,
}


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """The measure of an agent's reach; `account_reach` counts every account once any is open."""

    actions: int
    write_actions: int
    delete_actions: int
    credential_actions: int
    services: int
    resources: int
    accounts: int
    account_reach: int
    escalations: int

    @property
    def score(self) -> int:
        """Return the score: 0 for nothing; an administrator comes to about 700."""
        return int(sum(weight * log2(1 + getattr(self, name)) for name, weight in _WEIGHTS.items()))

    @property
    def sentence(self) -> str:
        """Say it in one sentence."""
        more = (
            f", {plural(self.escalations, 'way')} to more permissions" if self.escalations else ""
        )
        return (
            f"It can perform {plural(self.actions, 'action')} of {plural(self.services, 'service')}"
            f", {self.write_actions:,} of which change something, "
            f"in {plural(self.accounts, 'account')}{more}."
        )

    def as_json(self) -> dict[str, int]:
        """Return the parts and the score."""
        return {
            "actions": self.actions,
            "write_actions": self.write_actions,
            "delete_actions": self.delete_actions,
            "credential_actions": self.credential_actions,
            "services": self.services,
            "resources": self.resources,
            "accounts": self.accounts,
            "escalations": self.escalations,
            "score": self.score,
        }


@dataclass(frozen=True, slots=True)
class Reach:
    """The reach of one agent; `unknown` says what of it is out of sight."""

    agent: str
    roles: tuple[ActingRole, ...]
    blast_radius: BlastRadius
    paths: tuple[Way, ...]
    unknown: tuple[str, ...]
    data: tuple[str, ...]
    visibility: tuple[Step, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the reach in the shape of the `reach` command."""
        return {
            "agent": self.agent,
            "roles": [{"arn": role.role_arn, "via": role.via} for role in self.roles],
            "blast_radius": self.blast_radius.as_json(),
            "sentence": self.blast_radius.sentence,
            "paths": [[hop.as_json() for hop in way] for way in self.paths],
            "data": list(self.data),
            "visibility": [step.as_json() for step in self.visibility],
            "unknown": list(self.unknown),
        }


def reach(estate: Estate, agent_arn: str, catalogue: Catalogue) -> Reach:
    """Return the reach of an agent; raises LookupError where the estate holds no such agent."""
    return reach_of(analyst_of(estate, catalogue), agent_arn)


def reach_of(analyst: Analyst, agent_arn: str) -> Reach:
    """Return the same for an analyst at hand."""
    agent = analyst.agent(agent_arn)
    held = analyst.reach_of(agent_arn)
    roles = (*held.roles, *chained_roles(analyst, held.roles))
    arns = tuple(dict.fromkeys(role.role_arn for role in roles if role.role_arn))
    grants = [grant for arn in arns for grant in analyst.role_grants(arn) if grant.effective]
    paths = {path.id for arn in arns for path in analyst.escalations(arn)}
    accounts = {agent.account, *(account_of(arn, agent.account) for arn in arns)}
    accounts |= {account_of(arn, agent.account) for arn in held.agents}
    return Reach(
        agent=agent_arn,
        roles=roles,
        blast_radius=measure(analyst.catalogue, grants, accounts, len(paths)),
        paths=(*(role.hops for role in roles), *held.dead_ends),
        unknown=held.unknown,
        data=_data(analyst, agent_arn),
        visibility=visibility(
            analyst.estate,
            agent,
            held,
            shares_role=any(len(analyst.users.get(arn, ())) > 1 for arn in agent.role_arns),
        ),
    )


def measure(
    catalogue: Catalogue, grants: Iterable[EffectiveGrant], accounts: set[str], escalations: int
) -> BlastRadius:
    """Measure effective grants; `accounts` are those that the roles themselves stand in."""
    mask, unknown, places = 0, set[str](), dict[str, set[str]]()
    named = set(accounts)
    everywhere = False
    for grant in grants:
        mask |= grant.mask
        unknown.update(grant.unknown)
        services = {name.partition(":")[0] for name in grant.effective}
        for resource in grant.resources:
            for service in services:
                places.setdefault(service, set()).add(resource)
            parts = resource.split(":", 5)
            account = parts[4] if len(parts) == 6 else "*"  # noqa: PLR2004  # a whole ARN
            if account.isdigit():
                named.add(account)
            everywhere = everywhere or "*" in account or "?" in account
    names = {*catalogue.actions(mask), *unknown}
    levels = catalogue.level_masks
    writes = sum((mask & levels[level]).bit_count() for level in _WRITES)
    return BlastRadius(
        actions=len(names),
        write_actions=writes,
        delete_actions=(mask & catalogue.union(_DELETES)).bit_count(),
        credential_actions=(mask & catalogue.credential_mask).bit_count(),
        services=len({name.partition(":")[0] for name in names}),
        resources=sum(_weight(found) for found in places.values()),
        accounts=len(named),
        account_reach=_PATTERN if everywhere else min(len(named), _PATTERN),
        escalations=escalations,
    )


def chained_roles(analyst: Analyst, roles: tuple[ActingRole, ...]) -> tuple[ActingRole, ...]:
    """Return the roles that acting roles may assume, both sides agreeing, and so on; cycles end."""
    seen = {role.role_arn for role in roles}
    queue = [role for role in roles if role.role_arn is not None]
    found: list[ActingRole] = []
    while queue:
        role = queue.pop(0)
        for path in analyst.escalations(role.role_arn or ""):
            if path.kind != "assume-role":
                continue
            for target in path.targets:
                if target in seen:
                    continue
                seen.add(target)
                words = f"assumes {target.rpartition('/')[2]}"
                hop = Hop("assume_role", role.role_arn or "", target, words)
                found.append(ActingRole(target, (*role.hops, hop)))
                queue.append(found[-1])
    return tuple(found)


def _weight(resources: set[str]) -> int:
    if "*" in resources:
        return _EVERYTHING
    if any("*" in item or "?" in item or item.startswith("NotResource") for item in resources):
        return _PATTERN
    return min(len(resources), _PATTERN - 1)


def _data(analyst: Analyst, agent_arn: str) -> tuple[str, ...]:
    """Return where the knowledge bases of an agent take their text from."""
    held = analyst.reach_of(agent_arn).knowledge_bases
    found = [
        place
        for base in analyst.estate.knowledge_bases
        if base.arn in held
        for source in base.data_sources or ()
        for place in (source.bucket_arn, *source.urls)
        if place
    ]
    return tuple(dict.fromkeys(found))
