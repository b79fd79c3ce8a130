"""Bedrock agents: the draft, and each version that an alias routes to."""

from typing import Any

from recert.aws import reads
from recert.aws.collect.action_groups import read_action_groups
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.identity import built_arn, identity
from recert.aws.collect.values import dig, every, tag_map, text, unique
from recert.aws.interface import TagNames
from recert.aws.keyring import Keyring
from recert.aws.reader import GONE, Reader
from recert.aws.redaction import conceal_structure, concealed
from recert.estate.agents import (
    DRAFT,
    SUPERVISORS,
    TEST_ALIAS,
    Agent,
    AgentKind,
    AgentVersion,
    Alias,
)
from recert.estate.base import Tags
from recert.estate.canonical import unordered
from recert.estate.integrations import Collaborator, GuardrailRef, KnowledgeBaseLink

ORCHESTRATION_LIMIT = (
    "AWS does not show the custom orchestration of a numbered version of a Bedrock agent, "
    "so a function that orchestrates a live version is not seen."
)
_SETTINGS = (
    "collaboration",
    "guardrail",
    "idle_session_seconds",
    "instruction",
    "kms_key_arn",
    "memory",
    "model",
    "orchestration",
    "orchestration_function_arn",
    "parser_function_arn",
    "prompt_overrides",
    "role_arn",
)
_DRAFT_ONLY = ("orchestration", "orchestration_function_arn")


def gather(harvest: Harvest) -> None:
    """Read every Bedrock agent of every place."""
    listings = harvest.crew.each("listing agents", list_agents, harvest.readers)
    work: list[tuple[Reader, dict[str, Any]]] = []
    for reader, (summaries, complete) in zip(harvest.readers, listings, strict=True):
        work += [(reader, summary) for summary in summaries]
        if complete:
            harvest.visited(reader, AgentKind.BEDROCK_AGENT)
    harvest.read_agents("reading agents", read_agent, work)
    if any(not version.is_draft for agent in harvest.agents for version in agent.versions):
        harvest.limits.add(ORCHESTRATION_LIMIT)


def list_agents(reader: Reader) -> tuple[list[dict[str, Any]], bool]:
    """Return the agents of a place, each once, and whether all of them could be listed."""
    listing = reader.listing(reads.LIST_AGENTS, "agentSummaries")
    found = {item["agentId"]: item for item in listing.items if item.get("agentId")}
    return [found[key] for key in sorted(found)], listing.complete


def read_agent(
    reader: Reader,
    summary: dict[str, Any],
    tags: TagNames,
    also: frozenset[str] = frozenset(),
) -> Agent | None:
    """Read one agent whole, with the versions in `also`; None where it was deleted meanwhile."""
    agent_id = str(summary["agentId"])
    answer = reader.call(reads.GET_AGENT, subject=agent_id, listed=True, agentId=agent_id)
    if answer.error == GONE:
        return None
    detail = dig(answer.output, "agent")
    found = detail or summary
    arn = text(found.get("agentArn")) or built_arn(reader, "bedrock", f"agent/{agent_id}")
    shared = identity(
        reader,
        AgentKind.BEDROCK_AGENT,
        arn,
        agent_id,
        detail=found,
        name="agentName",
        status="agentStatus",
        known_tags=read_tags(reader, arn),
        names=tags,
    )
    aliases, aliases_known = _aliases(reader, agent_id)
    routed = {version for alias in aliases for version in alias.versions} | also
    routed.discard(DRAFT)
    draft = _version(reader, agent_id, DRAFT, detail)
    numbers = sorted(routed, key=lambda one: (len(one), one))
    numbered = [_numbered(reader, agent_id, one, draft.collaboration) for one in numbers]
    return Agent(
        **shared,
        versions=(draft, *numbered),
        aliases=tuple(aliases),
        aliases_known=aliases_known,
    )


def read_tags(reader: Reader, arn: str) -> Tags | None:
    """Return the tags of a Bedrock resource, None where they could not be read."""
    answer = reader.call(reads.LIST_AGENT_TAGS, subject=arn, resourceArn=arn)
    return tag_map(dig(answer.output, "tags")) if answer.output is not None else None


def _aliases(reader: Reader, agent_id: str) -> tuple[list[Alias], bool]:
    listing = reader.listing(
        reads.LIST_AGENT_ALIASES, "agentAliasSummaries", subject=agent_id, agentId=agent_id
    )
    found = {
        str(item["agentAliasId"]): Alias(
            id=str(item["agentAliasId"]),
            name=text(item.get("agentAliasName")) or str(item["agentAliasId"]),
            arn=built_arn(reader, "bedrock", f"agent-alias/{agent_id}/{item['agentAliasId']}"),
            versions=unique(
                str(route["agentVersion"])
                for route in item.get("routingConfiguration") or ()
                if route and route.get("agentVersion")
            ),
            test=item["agentAliasId"] == TEST_ALIAS,
            status=text(item.get("agentAliasStatus")),
            throughputs=unique(every(item.get("routingConfiguration"), "provisionedThroughput")),
        )
        for item in listing.items
        if item.get("agentAliasId")
    }
    return [found[key] for key in sorted(found)], listing.complete


def _numbered(
    reader: Reader, agent_id: str, version: str, collaboration: str | None
) -> AgentVersion:
    answer = reader.call(
        reads.GET_AGENT_VERSION,
        subject=f"{agent_id}:{version}",
        agentId=agent_id,
        agentVersion=version,
    )
    detail = dig(answer.output, "agentVersion")
    if detail and collaboration:
        detail.setdefault("agentCollaboration", collaboration)
    return _version(reader, agent_id, version, detail)


def _version(
    reader: Reader, agent_id: str, version: str, detail: dict[str, Any] | None
) -> AgentVersion:
    asked: dict[str, Any] = {"agentId": agent_id, "agentVersion": version}
    subject = f"{agent_id}:{version}"
    groups, unread = read_action_groups(reader, subject, asked)
    bases = reader.listing(
        reads.LIST_AGENT_KNOWLEDGE_BASES, "agentKnowledgeBaseSummaries", subject=subject, **asked
    )
    if not bases.complete:
        unread.append("knowledge_bases")
    collaboration = text((detail or {}).get("agentCollaboration"))
    collaborators: tuple[Collaborator, ...] = ()
    if detail is None:
        unread += [*_SETTINGS, "collaborators"]
    elif version != DRAFT:
        unread += _DRAFT_ONLY
    # A detail that does not say is no detail that says no.
    silent = detail is not None and collaboration is None
    place = reader.place
    if collaboration in SUPERVISORS or (
        silent and reader.source.holds(reads.LIST_COLLABORATORS, place.account)
    ):
        collaborators, complete = _collaborators(reader, subject, asked)
        if not complete:
            unread.append("collaborators")
    return AgentVersion(
        version=version,
        **settings_of(detail or {}, reader.keyring),
        action_groups=groups,
        knowledge_bases=_links(bases.items),
        collaborators=collaborators,
        collaboration=collaboration,
        unknown=unique(unread),
    )


def _links(items: list[dict[str, Any]]) -> tuple[KnowledgeBaseLink, ...]:
    links = {
        str(item["knowledgeBaseId"]): KnowledgeBaseLink(
            id=str(item["knowledgeBaseId"]),
            state=text(item.get("knowledgeBaseState")) or "ENABLED",
            description=text(item.get("description")),
        )
        for item in items
        if item.get("knowledgeBaseId")
    }
    return tuple(links[key] for key in sorted(links))


def settings_of(detail: dict[str, Any], keyring: Keyring) -> dict[str, Any]:
    """Return the settings that `GetAgent` and `GetAgentVersion` share, as fields of a version."""
    overrides = detail.get("promptOverrideConfiguration")
    memory = detail.get("memoryConfiguration") or {}
    days = memory.get("storageDays")
    return {
        "role_arn": text(detail.get("agentResourceRoleArn")),
        "model": text(detail.get("foundationModel")),
        "instruction": concealed(detail.get("instruction")),
        "guardrail": _guardrail(detail.get("guardrailConfiguration")),
        "prompt_overrides": conceal_structure(unordered(overrides), keyring) if overrides else None,
        "prompt_models": _prompt_models(overrides),
        "parser_function_arn": text(dig(overrides, "overrideLambda")),
        "orchestration": text(detail.get("orchestrationType")),
        "orchestration_function_arn": text(
            dig(detail, "customOrchestration", "executor", "lambda")
        ),
        "kms_key_arn": text(detail.get("customerEncryptionKeyArn")),
        "memory": (
            *unique(memory.get("enabledMemoryTypes") or ()),
            *((f"{days} days",) if days else ()),
        ),
        "idle_session_seconds": detail.get("idleSessionTTLInSeconds"),
    }


def _prompt_models(overrides: Any) -> tuple[str, ...]:
    return unique(
        f"{text(one.get('promptType')) or 'PROMPT'}: {model}"
        for one in dig(overrides, "promptConfigurations") or ()
        if (model := text(one.get("foundationModel")))
    )


def _guardrail(value: Any) -> GuardrailRef | None:
    identifier = text(dig(value, "guardrailIdentifier"))
    if identifier is None:
        return None
    return GuardrailRef(
        identifier=identifier, version=text(dig(value, "guardrailVersion")) or DRAFT
    )


def _collaborators(
    reader: Reader, subject: str, asked: dict[str, Any]
) -> tuple[tuple[Collaborator, ...], bool]:
    listing = reader.listing(
        reads.LIST_COLLABORATORS, "agentCollaboratorSummaries", subject=subject, **asked
    )
    found = {
        str(item["collaboratorId"]): Collaborator(
            id=str(item["collaboratorId"]),
            name=text(item.get("collaboratorName")) or str(item["collaboratorId"]),
            alias_arn=text(dig(item, "agentDescriptor", "aliasArn")) or "",
            relays_history=item.get("relayConversationHistory") == "TO_COLLABORATOR",
            instruction=concealed(item.get("collaborationInstruction")),
        )
        for item in listing.items
        if item.get("collaboratorId")
    }
    return tuple(found[key] for key in sorted(found)), listing.complete
