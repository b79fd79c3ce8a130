"""Roles for agents that no agent uses."""

from collections.abc import Iterable

from recert.analysis.analyst import Analyst
from recert.analysis.found import Found
from recert.analysis.trust import SERVICE_OF_KIND, trust_grants

_LEADING = frozenset(
    {"role_arn", "action_groups", "knowledge_bases", "collaborators", "integrations"}
)
"""Fields of a version behind which roles may stand."""
_USERS_OF_ROLES = frozenset(
    {"bedrock-agent", "bedrock-agentcore-control", "lambda", "stepfunctions"}
)


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
    clear = _read_whole(analyst)
    for role in estate.roles:
        if role.arn in used or role.service_linked or role.account not in clear:
            continue
        trusted = trust_grants(role) or ()
        if trusted and all(
            item.kind == "Service" and item.principal in services for item in trusted
        ):
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


def _read_whole(analyst: Analyst) -> dict[str, set[str]]:
    """Return the accounts where everything that uses roles was read, with the regions read."""
    estate = analyst.estate
    found: dict[str, set[str]] = {}
    for visit in estate.visits:
        found.setdefault(visit.account, set()).add(visit.region)
    for gap in estate.coverage.gaps:
        if gap.service in _USERS_OF_ROLES:
            found.pop(gap.account, None)
    for agent in estate.agents:
        unread = any(_LEADING.intersection(version.unknown) for version in agent.versions)
        if unread or any(role.role_arn is None for role in analyst.reach_of(agent.arn).roles):
            found.pop(agent.account, None)
    return found
