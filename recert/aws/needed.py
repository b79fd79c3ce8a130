"""The smallest number of calls by which an estate can be read, to hold the calls made against."""

from collections.abc import Callable, Iterable
from math import ceil

from recert.aws.collect import enforcement, images, organization, registries, role_details
from recert.aws.collect.core_kinds import LATER
from recert.estate.agents import SUPERVISORS, Agent, AgentKind, AgentVersion
from recert.estate.authority import Organization, Role, User, UserGroup
from recert.estate.estate import Estate

_LISTINGS = 16
"""Of a place: agents, flows, knowledge bases, AgentCore (10), state machines, trails, model logging."""
_BULK_PAGE = 1000


def calls_needed(estate: Estate) -> int:
    """Return the calls that one reading of this estate takes where nothing is refused."""
    places = {(visit.account, visit.region) for visit in estate.visits}
    accounts = {account for account, _ in places}
    limits = estate.coverage.limits
    listings = _LISTINGS + sum(count for limit, count in LATER.items() if limit not in limits)
    listings += sum(one.LIMIT not in limits for one in (enforcement, registries))
    total = len(places) * listings
    records = [one for one in estate.resources if one.kind == registries.KIND]
    total += len({(one.account, one.region, one.managed_by) for one in records})
    if role_details.LIMIT not in limits:
        total += len({arn for agent in estate.agents for arn in _roles(agent)})
    if images.LIMIT not in limits:
        total += len({images.image_of(one.artifact) for one in _versions(estate)} - {None})
    total += sum(_agent(agent) for agent in estate.agents)
    for base in estate.knowledge_bases:
        total += 3 + len(base.data_sources or ()) + base.resource_policy_known
    total += 2 * (len(estate.functions) + len(estate.buckets)) + len(estate.guardrails)
    total += len({one.arn for one in estate.guardrails if one.resource_policy_known})
    total += sum(1 + (one.manager != "AWS") for one in estate.keys)
    total += sum(0 if one.kind == "workload-identity" else 1 for one in estate.resources)
    for account in accounts:
        holders: list[Role | User | UserGroup] = [
            *estate.roles,
            *(estate.users or ()),
            *(estate.groups or ()),
        ]
        held = sum(one.account == account for one in holders)
        total += max(1, ceil(held / _BULK_PAGE))
    total += 2 * sum(use.services is not None for use in estate.usage)
    kinds = 2 + (organization.BEDROCK_LIMIT not in limits)
    return total + _organization(estate.organization, kinds)


def _organization(found: Organization | None, kinds: int) -> int:
    """Count who manages it and its accounts, then each level by each kind, and each policy once."""
    if found is None:
        return 1
    levels = {level.target_id for ceiling in found.ceilings for level in ceiling.levels}
    below = {level.target_id for ceiling in found.ceilings for level in ceiling.levels[1:]}
    return 2 + kinds * len(levels) + len(below) + len(found.policies)


def _versions(estate: Estate) -> Iterable[AgentVersion]:
    return (version for agent in estate.agents for version in agent.versions)


def _roles(agent: Agent) -> set[str]:
    return {version.role_arn for version in agent.versions if version.role_arn}


def _agent(agent: Agent) -> int:
    counters: dict[AgentKind, Callable[[Agent], int]] = {
        AgentKind.BEDROCK_AGENT: _bedrock_agent,
        AgentKind.BEDROCK_FLOW: lambda one: 2 + len(one.versions),
        AgentKind.AGENTCORE_RUNTIME: lambda one: 3 + len(one.versions),
        AgentKind.AGENTCORE_HARNESS: lambda one: 2 + len(one.versions),
        AgentKind.AGENTCORE_GATEWAY: lambda one: 5 + _targets(one),
        AgentKind.STATE_MACHINE: lambda _: 2,
        AgentKind.UNREGISTERED: lambda _: 0,
    }
    return counters[agent.kind](agent)


def _bedrock_agent(agent: Agent) -> int:
    total = 2
    for version in agent.versions:
        total += 3 + len(version.action_groups)
        total += version.collaboration in SUPERVISORS
    return total


def _targets(agent: Agent) -> int:
    return sum(one.kind == "gateway_target" for item in agent.versions for one in item.integrations)
