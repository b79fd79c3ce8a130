"""What Bedrock answers about agents, their versions, aliases and tools."""

from collections.abc import Iterator
from typing import Any

from demo_estate.lines import Line, Page
from demo_estate.model import Agent, Group, Version, ident

SERVICE = "bedrock-agent"
TEST_ALIAS = "TSTALIASID"
_AGENTS_A_PAGE = 5


def answers(page: Page) -> Iterator[Line]:
    """Yield every line about the agents of a place."""
    place = page.place
    summaries = [_summary(page, agent) for agent in place.agents]
    yield from page.pages(SERVICE, "ListAgents", "agentSummaries", summaries, size=_AGENTS_A_PAGE)
    for agent in place.agents:
        yield from _agent(page, agent)


def _summary(page: Page, agent: Agent) -> Line:
    latest = max(agent.versions, key=int, default="DRAFT")
    return {
        "agentId": page.place.agent_id(agent.name),
        "agentName": agent.name,
        "agentStatus": "PREPARED",
        "description": agent.description,
        "updatedAt": agent.draft.at,
        "latestAgentVersion": latest,
        **_guardrail(page, agent.draft),
    }


def _guardrail(page: Page, version: Version) -> Line:
    if version.guardrail is None:
        return {}
    name, number = version.guardrail
    return {
        "guardrailConfiguration": {
            "guardrailIdentifier": page.place.guardrail_id(name),
            "guardrailVersion": number,
        }
    }


def _agent(page: Page, agent: Agent) -> Iterator[Line]:
    place = page.place
    agent_id, arn = place.agent_id(agent.name), place.agent_arn(agent.name)
    named = {"agentId": agent_id}
    draft = {
        **_common(page, agent, agent.draft),
        "agentVersion": "DRAFT",
        **_orchestration(page, agent.draft),
        "preparedAt": agent.draft.at,
        "createdAt": agent.created,
    }
    yield page.line(SERVICE, "GetAgent", {"agent": draft}, named)
    yield page.line(SERVICE, "ListTagsForResource", {"tags": agent.tags}, {"resourceArn": arn})
    aliases = [_alias(page, agent, name, live) for name, live in agent.aliases.items()]
    aliases.append(_test_alias(agent))
    yield page.line(SERVICE, "ListAgentAliases", {"agentAliasSummaries": aliases}, named)
    versions = {"DRAFT": agent.draft, **agent.versions}
    yield page.line(
        SERVICE,
        "ListAgentVersions",
        {"agentVersionSummaries": [_version_summary(agent, *pair) for pair in versions.items()]},
        named,
    )
    for number, version in versions.items():
        yield from _version(page, agent, number, version)


def _common(page: Page, agent: Agent, version: Version) -> Line:
    return {
        "agentId": page.place.agent_id(agent.name),
        "agentName": agent.name,
        "agentArn": page.place.agent_arn(agent.name),
        "instruction": version.instruction,
        "agentStatus": "PREPARED",
        "foundationModel": version.model,
        "description": agent.description,
        "idleSessionTTLInSeconds": 600,
        "agentResourceRoleArn": page.place.role_arn(version.role),
        "updatedAt": version.at,
        "agentCollaboration": "SUPERVISOR" if version.partners else "DISABLED",
        **_guardrail(page, version),
        **_settings(page, version),
    }


def _settings(page: Page, version: Version) -> Line:
    found: Line = {}
    if version.key:
        found["customerEncryptionKeyArn"] = page.place.key_arn(version.key)
    if version.memory_days:
        found["memoryConfiguration"] = {
            "enabledMemoryTypes": ["SESSION_SUMMARY"],
            "storageDays": version.memory_days,
        }
    if version.parser:
        parsed = {
            "promptType": "POST_PROCESSING",
            "promptCreationMode": "OVERRIDDEN",
            "promptState": "ENABLED",
            "parserMode": "OVERRIDDEN",
            "basePromptTemplate": "Check the plan against the travel policy before it is shown.",
        }
        found["promptOverrideConfiguration"] = {
            "promptConfigurations": [parsed],
            "overrideLambda": page.place.function_arn(version.parser),
        }
    return found


def _orchestration(page: Page, version: Version) -> Line:
    if version.orchestrator is None:
        return {"orchestrationType": "DEFAULT"}
    return {
        "orchestrationType": "CUSTOM_ORCHESTRATION",
        "customOrchestration": {
            "executor": {"lambda": page.place.function_arn(version.orchestrator)}
        },
    }


def _alias(page: Page, agent: Agent, name: str, live: str) -> Line:
    return {
        "agentAliasId": page.place.alias_id(agent.name, name),
        "agentAliasName": name,
        "routingConfiguration": [{"agentVersion": live}],
        "agentAliasStatus": "PREPARED",
        "createdAt": agent.created,
        "updatedAt": agent.versions[live].at,
        "aliasInvocationState": "ACCEPT_INVOCATIONS",
    }


def _test_alias(agent: Agent) -> Line:
    return {
        "agentAliasId": TEST_ALIAS,
        "agentAliasName": "AgentTestAlias",
        "description": "Test Alias for Agent",
        "routingConfiguration": [{"agentVersion": "DRAFT"}],
        "agentAliasStatus": "PREPARED",
        "createdAt": agent.created,
        "updatedAt": agent.created,
    }


def _version_summary(agent: Agent, number: str, version: Version) -> Line:
    return {
        "agentName": agent.name,
        "agentStatus": "PREPARED",
        "agentVersion": number,
        "createdAt": version.at,
        "updatedAt": version.at,
    }


def _version(page: Page, agent: Agent, number: str, version: Version) -> Iterator[Line]:
    named = {"agentId": page.place.agent_id(agent.name), "agentVersion": number}
    if number != "DRAFT":
        body = {**_common(page, agent, version), "version": number, "createdAt": version.at}
        yield page.line(SERVICE, "GetAgentVersion", {"agentVersion": body}, named)
    groups = [(_group_id(agent, group), group) for group in version.groups]
    summaries = [_group_summary(key, group, version) for key, group in groups]
    yield page.line(SERVICE, "ListAgentActionGroups", {"actionGroupSummaries": summaries}, named)
    for key, group in groups:
        yield page.line(
            SERVICE,
            "GetAgentActionGroup",
            {"agentActionGroup": _group(page, key, group, {**named, "at": version.at})},
            {**named, "actionGroupId": key},
        )
    bases = [_base(page, name, version) for name in version.bases]
    yield page.line(
        SERVICE, "ListAgentKnowledgeBases", {"agentKnowledgeBaseSummaries": bases}, named
    )
    partners = [_partner(page, agent, number, version, name) for name in _partners(version)]
    yield page.line(
        SERVICE, "ListAgentCollaborators", {"agentCollaboratorSummaries": partners}, named
    )


def _partners(version: Version) -> list[str]:
    return [partner.agent for partner in version.partners]


def _group_id(agent: Agent, group: Group) -> str:
    return ident(f"{agent.name}/group/{group.name}")


def _group_summary(key: str, group: Group, version: Version) -> Line:
    return {
        "actionGroupId": key,
        "actionGroupName": group.name,
        "actionGroupState": "ENABLED",
        "description": group.description,
        "updatedAt": version.at,
    }


def _group(page: Page, key: str, group: Group, named: dict[str, str]) -> Line:
    body: Line = {
        "agentId": named["agentId"],
        "agentVersion": named["agentVersion"],
        "actionGroupId": key,
        "actionGroupName": group.name,
        "description": group.description,
        "createdAt": named["at"],
        "updatedAt": named["at"],
        "actionGroupState": "ENABLED",
    }
    if group.signature:
        body["parentActionSignature"] = group.signature
    elif group.function:
        body["actionGroupExecutor"] = {"lambda": page.place.function_arn(group.function)}
    else:
        body["actionGroupExecutor"] = {"customControl": "RETURN_CONTROL"}
    if group.schema:
        bucket, key_name = group.schema
        body["apiSchema"] = {"s3": {"s3BucketName": bucket, "s3ObjectKey": key_name}}
    if group.tools:
        body["functionSchema"] = {"functions": [_tool(item) for item in group.tools]}
    return body


def _tool(tool: Any) -> Line:
    return {
        "name": tool.name,
        "description": tool.description,
        "parameters": {
            name: {"description": text, "type": "string", "required": True}
            for name, text in tool.parameters.items()
        },
        "requireConfirmation": "ENABLED" if tool.confirm else "DISABLED",
    }


def _base(page: Page, name: str, version: Version) -> Line:
    base = next(item for item in page.place.bases if item.name == name)
    return {
        "knowledgeBaseId": page.place.base_id(name),
        "description": base.description,
        "knowledgeBaseState": "ENABLED",
        "updatedAt": version.at,
    }


def _partner(page: Page, agent: Agent, number: str, version: Version, name: str) -> Line:
    partner = next(item for item in version.partners if item.agent == name)
    return {
        "agentId": page.place.agent_id(agent.name),
        "agentVersion": number,
        "collaboratorId": ident(f"{agent.name}/partner/{name}"),
        "agentDescriptor": {"aliasArn": partner.arn or _own_alias(page, name)},
        "collaborationInstruction": partner.instruction,
        "relayConversationHistory": "TO_COLLABORATOR" if partner.relay else "DISABLED",
        "collaboratorName": name,
        "createdAt": version.at,
        "lastUpdatedAt": version.at,
    }


def _own_alias(page: Page, name: str) -> str:
    other = next(item for item in page.place.agents if item.name == name)
    return page.place.alias_arn(name, next(iter(other.aliases)))
