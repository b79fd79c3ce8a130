"""How far an agent can get: its acting roles, the ways to them, and the measure of it all."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from recert.analysis.analyst import Analyst, analyst_of
from recert.analysis.external import Endpoint, endpoints, places
from recert.analysis.invokers import Invoker, invokers, unread_invokers
from recert.analysis.measure import BlastRadius, measure
from recert.analysis.visibility import Step, visibility
from recert.analysis.ways import ActingRole, HopState, Way
from recert.estate.estate import Estate
from recert.iam.arns import account_of
from recert.iam.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Reach:
    """The reach of one agent; `unknown` says what of it is out of sight."""

    agent: str
    roles: tuple[ActingRole, ...]
    blast_radius: BlastRadius
    paths: tuple[Way, ...]
    unknown: tuple[str, ...]
    data: tuple[str, ...]
    resources: tuple[str, ...]
    external: tuple[Endpoint, ...]
    invokers: tuple[Invoker, ...]
    visibility: tuple[Step, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the reach in the shape of the `reach` command."""
        return {
            "agent": self.agent,
            "roles": [
                {"arn": role.role_arn, "via": role.via, "state": role.state.value}
                for role in self.roles
            ],
            "blast_radius": self.blast_radius.as_json(),
            "score_parts": self.blast_radius.score_parts,
            "sentence": self.blast_radius.sentence,
            "paths": [[hop.as_json() for hop in way] for way in self.paths],
            "data": list(self.data),
            "resources": list(self.resources),
            "external": [item.as_json() for item in self.external],
            "invokers": [item.as_json() for item in self.invokers],
            "visibility": [step.as_json() for step in self.visibility],
            "unknown": list(self.unknown),
        }


def reach(estate: Estate, agent_arn: str, catalogue: Catalogue) -> Reach:
    """Return the reach of an agent; raises LookupError where the estate holds no such agent."""
    return reach_of(analyst_of(estate, catalogue), agent_arn)


def reach_of(analyst: Analyst, agent_arn: str) -> Reach:
    """Return the same for an analyst at hand."""
    agent = analyst.agent(agent_arn)
    driven = analyst.reach_of(agent_arn)
    roles = analyst.acting(agent_arn)
    outside = endpoints(analyst.estate, agent, driven)
    found = analyst.held(role.role_arn for role in roles if role.role_arn)
    return Reach(
        agent=agent_arn,
        roles=roles,
        blast_radius=blast_radius(analyst, agent_arn, outside),
        paths=(
            *(role.hops for role in roles),
            *(_stopped(role) for role in driven.roles if role not in roles),
            *driven.dead_ends,
        ),
        unknown=tuple(
            dict.fromkeys((*driven.unknown, *_unread(analyst, roles), *unread_invokers(agent)))
        ),
        data=_data(analyst, agent_arn),
        resources=analyst.counter.named(found.opened),
        external=outside,
        invokers=invokers(analyst, agent),
        visibility=visibility(
            analyst.estate,
            agent,
            driven,
            shares_role=any(len(analyst.users.get(arn, ())) > 1 for arn in agent.role_arns),
        ),
    )


def blast_radius(
    analyst: Analyst, agent_arn: str, outside: Iterable[Endpoint] | None = None
) -> BlastRadius:
    """Return the measure of an agent's reach; `outside` are its endpoints where they are at hand."""
    agent, driven = analyst.agent(agent_arn), analyst.reach_of(agent_arn)
    arns = [role.role_arn for role in analyst.acting(agent_arn) if role.role_arn]
    # A way that takes a boundary off is there only where one stands: more protection, not less.
    paths = {path.id for arn in arns for path in analyst.escalations(arn) if not path.unbounding}
    accounts = {(account_of(arn) or agent.account) for arn in (*arns, *driven.agents)}
    if outside is None:
        outside = endpoints(analyst.estate, agent, driven)
    return measure(
        analyst.catalogue,
        analyst.counter,
        analyst.held(arns),
        accounts={agent.account, *accounts},
        escalations=len(paths),
        external_endpoints=len(places(outside)),
    )


def _stopped(role: ActingRole) -> Way:
    """Return the way to a role that its own policies open and some layer over them shuts."""
    last = role.hops[-1]
    words = f"{last.evidence}, but a deny, a boundary or the organisation stops it"
    return (*role.hops[:-1], replace(last, evidence=words, state=HopState.BLOCKED))


def _unread(analyst: Analyst, roles: Iterable[ActingRole]) -> Iterable[str]:
    """Say which parts of the acting roles were not read: what they would add is not in the measure."""
    for role in roles:
        if role.role_arn is None:
            continue
        held = analyst.role(role.role_arn)
        if held is None:
            yield f"what role {role.role_arn} may do"
            continue
        for part in held.unread:
            yield f"{part.words} (role {held.role.name})"
        for target in analyst.unread_targets(role.role_arn):
            yield f"whether role {target} lets {held.role.name} in: it was not read"


def _data(analyst: Analyst, agent_arn: str) -> tuple[str, ...]:
    """Return where the knowledge bases of an agent take their text from."""
    found = [
        place
        for base in analyst.reach_of(agent_arn).bases_in(analyst.estate)
        for source in base.data_sources or ()
        for place in (source.bucket_arn, *source.urls)
        if place
    ]
    return tuple(dict.fromkeys(found))
