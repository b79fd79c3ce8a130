"""The last reading of the store, and the agent in it that is meant."""

from typing import Any

from recert.analysis import Analyst, analyst_of, findings_of, reach_of
from recert.campaigns.estates import Readings
from recert.campaigns.service import Campaigns
from recert.cli.context import Run
from recert.cli.resolve import agent_of
from recert.errors import UsageError
from recert.estate.agents import Agent, AgentVersion, Alias
from recert.estate.estate import Estate
from recert.iam.catalogue import load_catalogue
from recert.iam.who_can import WhoCan


def latest_estate(run: Run) -> Estate:
    """Return the last reading with what persons stated; raises UsageError where there is none yet."""
    return Readings(run.store).current()[1]


def agent_named(run: Run, name: str) -> Agent:
    """Return the agent that is meant by a name, an id or an ARN."""
    return agent_of(latest_estate(run), name)


def analyst_for(run: Run) -> Analyst:
    """Return the last reading with everything that can be derived from it."""
    return analyst_of(latest_estate(run), load_catalogue())


_SETTINGS = (
    "prompt_models",
    "image_digest",
    "protocol",
    "request_headers",
    "web_acl_arn",
    "web_acl_failure",
)


def portrait(service: Campaigns, agent: str) -> dict[str, Any]:
    """Return one agent with its roles, blast radius, integrations and findings."""
    analyst = analyst_of(service.estate(), load_catalogue())
    reach = reach_of(analyst, agent).as_json()
    found = analyst.agent(agent)
    return {
        **service.agent(agent),
        "description": found.description,
        "roles": reach["roles"],
        "blast_radius": reach["blast_radius"],
        "sentence": reach["sentence"],
        "unknown": reach["unknown"],
        "integrations": [_integrations(version) for version in found.reviewed_versions],
        "aliases": {one.name: _served(one) for one in found.aliases},
        "execution_roles": [_role(analyst, arn) for arn in found.role_arns],
        "findings": [one.as_json() for one in findings_of(analyst, agent)],
    }


def _served(alias: Alias) -> dict[str, Any]:
    return {"versions": list(alias.versions), "provisioned_throughput": list(alias.throughputs)}


def _role(analyst: Analyst, arn: str) -> dict[str, Any]:
    """Return what a role says of itself; null where that was not read."""
    role = analyst.estate.roles_by_arn.get(arn)
    return {
        "arn": arn,
        "description": role.description if role is not None else None,
        "max_session_seconds": role.max_session_seconds if role is not None else None,
    }


def _integrations(version: AgentVersion) -> dict[str, Any]:
    groups = {one.name: one.function_arn or one.executor for one in version.action_groups}
    return {
        "version": version.version,
        "model": version.model,
        "guardrail": version.guardrail.identifier if version.guardrail else None,
        "action_groups": groups,
        "knowledge_bases": [one.id for one in version.knowledge_bases],
        "collaborators": [one.name for one in version.collaborators],
        "settings": {name: value for name in _SETTINGS if (value := getattr(version, name))},
        "others": {f"{one.kind} {one.name}": one.target for one in version.integrations},
    }


def able(analyst: Analyst, action: str, resource: str | None) -> list[dict[str, Any]]:
    """Return which roles can perform an action, and the agents that act through each."""
    if not action.partition(":")[2]:
        raise UsageError(f"{action!r} is no action.", "Name one, as s3:GetObject or s3:Get*.")
    estate = analyst.estate
    authorities = [
        found.authority for role in estate.roles if (found := analyst.role(role.arn)) is not None
    ]
    users: dict[str, list[Agent]] = {}
    for agent in estate.agents:
        for acting in analyst.reach_of(agent.arn).roles:
            if acting.role_arn is not None:
                users.setdefault(acting.role_arn, []).append(agent)
    index = WhoCan(authorities, analyst.catalogue, at=estate.taken_at)
    return [
        {
            "arn": one.principal,
            "agents": [agent.arn for agent in users.get(one.principal, [])],
            "agent_names": [agent.name for agent in users.get(one.principal, [])],
            "actions": list(one.actions),
            "via": list(one.via),
            "conditional": one.conditional,
        }
        for one in index.query(action, resource)
    ]
