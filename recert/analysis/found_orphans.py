"""Roles for agents that no agent uses."""

from collections.abc import Iterable

from recert.analysis.acting import driven
from recert.analysis.analyst import Analyst
from recert.analysis.found import Found
from recert.analysis.trust import SERVICE_OF_KIND, trust_grants
from recert.estate.estate import Estate
from recert.iam.targets import plain_service

_LEADING = frozenset(
    {"role_arn", "action_groups", "knowledge_bases", "collaborators", "integrations"}
)
"""Fields of a version behind which roles may stand."""
_READ_THROUGH = {
    "bedrock.amazonaws.com": frozenset({"bedrock-agent"}),
    "bedrock-agentcore.amazonaws.com": frozenset({"bedrock-agentcore-control"}),
}
"""The services through which everything was read that a service of agents may use a role for."""
_NO_ROLE = frozenset(
    {"ListTagsForResource", "GetResourcePolicy", "ListDataSources", "GetDataSource"}
)
"""Calls whose answers name no role."""


def orphan_roles(analyst: Analyst) -> Iterable[Found]:
    """Yield the roles that only a service of agents may assume and that nothing here uses.

    Nothing is said of an account whose agents were not listed, or where something that may use a
    role was not read.
    """
    estate = analyst.estate
    used = {
        arn for agent in estate.agents for version in agent.versions if (arn := version.role_arn)
    }
    used.update(analyst.things_by_role)
    services = set(SERVICE_OF_KIND.values()) - {"states.amazonaws.com"}
    clear, blind = _read_whole(analyst), _blind(estate)
    for role in estate.roles:
        if role.arn in used or role.service_linked or role.account not in clear:
            continue
        trusted = trust_grants(role) or ()
        principals = {plain_service(item.principal) for item in trusted}
        if any(item.kind != "Service" for item in trusted) or not principals <= services:
            continue
        read = {name for principal in principals for name in _READ_THROUGH.get(principal, ())}
        if trusted and not any((role.account, name) in blind for name in read):
            yield Found(
                "orphan_role",
                "medium",
                None,
                role.arn,
                f"Role {role.name} trusts only {trusted[0].principal}, and nothing that was read "
                "uses it.",
                "Delete the role, or say what it is for.",
                {"role_arn": role.arn, "regions": sorted(clear[role.account])},
            )


def _blind(estate: Estate) -> set[tuple[str, str]]:
    """Return the accounts and services of which something that may name a role was not read."""
    return {
        (gap.account, gap.service) for gap in estate.coverage.gaps if gap.operation not in _NO_ROLE
    }


def _read_whole(analyst: Analyst) -> dict[str, set[str]]:
    """Return the accounts where everything behind agents was followed, with the regions read."""
    estate = analyst.estate
    found: dict[str, set[str]] = {}
    for visit in estate.visits:
        found.setdefault(visit.account, set()).add(visit.region)
    for agent in estate.agents:
        unread = any(_LEADING.intersection(version.unknown) for version in agent.versions)
        reach = driven(estate, agent, agent.versions)
        if unread or any(role.role_arn is None for role in reach.roles):
            found.pop(agent.account, None)
    return found
