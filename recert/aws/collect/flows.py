"""Bedrock flows: the draft, and each version that an alias routes to, with what their nodes reach."""

from collections.abc import Iterator
from typing import Any

from recert.aws import reads
from recert.aws.collect.bedrock_agents import read_tags
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.identity import built_arn, identity
from recert.aws.collect.served import newest
from recert.aws.collect.values import dig, every, text, unique
from recert.aws.interface import TagNames
from recert.aws.keyring import Keyring
from recert.aws.reader import GONE, Reader
from recert.aws.redaction import conceal_structure
from recert.estate.agents import DRAFT, TEST_ALIAS, Agent, AgentKind, AgentVersion, Alias
from recert.estate.companions import Integration
from recert.estate.integrations import GuardrailRef, KnowledgeBaseLink

_UNREAD = ("integrations", "kms_key_arn", "knowledge_bases", "role_arn")
_TARGETS = (
    "lambdaArn",
    "agentAliasArn",
    "knowledgeBaseId",
    "promptArn",
    "botAliasArn",
    "bucketName",
    "modelId",
)
_REACHING = frozenset(
    {
        "lambdaFunction",
        "agent",
        "knowledgeBase",
        "prompt",
        "lex",
        "storage",
        "retrieval",
        "inlineCode",
    }
)


def gather(harvest: Harvest) -> None:
    """Read every flow of every place."""
    work = harvest.listed(
        "listing flows",
        reads.LIST_FLOWS,
        AgentKind.BEDROCK_FLOW,
        "bedrock-agent",
        key="flowSummaries",
        identifier="id",
    )
    harvest.read_agents("reading flows", read_flow, work)


def read_flow(
    reader: Reader,
    summary: dict[str, Any],
    tags: TagNames,
    also: frozenset[str] = frozenset(),
) -> Agent | None:
    """Read one flow, with the versions in `also`; None where it was deleted since it was listed."""
    flow_id = str(summary["id"])
    answer = reader.call(reads.GET_FLOW, subject=flow_id, listed=True, flowIdentifier=flow_id)
    if answer.error == GONE:
        return None
    aliases, complete = _aliases(reader, flow_id)
    routed = {version for alias in aliases for version in alias.versions} | also
    routed.discard(DRAFT)
    versions = [_version(DRAFT, answer.output, reader.keyring)]
    versions += [_numbered(reader, flow_id, version) for version in newest(routed)]
    merged = {**summary, **(answer.output or {})}
    arn = text(merged.get("arn")) or built_arn(reader, "bedrock", f"flow/{flow_id}")
    shared = identity(
        reader,
        AgentKind.BEDROCK_FLOW,
        arn,
        flow_id,
        detail=merged,
        name="name",
        known_tags=read_tags(reader, arn),
        names=tags,
    )
    return Agent(
        **shared,
        versions=tuple(versions),
        aliases=tuple(aliases),
        aliases_known=complete,
    )


def _aliases(reader: Reader, flow_id: str) -> tuple[list[Alias], bool]:
    listing = reader.listing(
        reads.LIST_FLOW_ALIASES, "flowAliasSummaries", subject=flow_id, flowIdentifier=flow_id
    )
    found = {
        str(item["id"]): Alias(
            id=str(item["id"]),
            name=text(item.get("name")) or str(item["id"]),
            arn=text(item.get("arn")),
            versions=unique(
                str(route["flowVersion"])
                for route in item.get("routingConfiguration") or ()
                if route and route.get("flowVersion")
            ),
            test=item["id"] == TEST_ALIAS,
        )
        for item in listing.items
        if item.get("id")
    }
    return [found[key] for key in sorted(found)], listing.complete


def _numbered(reader: Reader, flow_id: str, version: str) -> AgentVersion:
    answer = reader.call(
        reads.GET_FLOW_VERSION,
        subject=f"{flow_id}:{version}",
        flowIdentifier=flow_id,
        flowVersion=version,
    )
    return _version(version, answer.output, reader.keyring)


def _version(version: str, detail: dict[str, Any] | None, keyring: Keyring) -> AgentVersion:
    if detail is None:
        return AgentVersion(version=version, unknown=_UNREAD)
    nodes = dig(detail, "definition", "nodes") or []
    guardrails = [
        GuardrailRef(
            identifier=str(item["guardrailIdentifier"]),
            version=text(item.get("guardrailVersion")) or DRAFT,
        )
        for item in _objects(nodes, "guardrailConfiguration")
        if item.get("guardrailIdentifier")
    ]
    models = unique(every(nodes, "modelId"))
    return AgentVersion(
        version=version,
        role_arn=text(detail.get("executionRoleArn")),
        model=models[0] if models else None,
        kms_key_arn=text(detail.get("customerEncryptionKeyArn")),
        guardrail=guardrails[0] if guardrails else None,
        knowledge_bases=tuple(
            KnowledgeBaseLink(id=one, state="ENABLED")
            for one in unique(every(nodes, "knowledgeBaseId"))
        ),
        integrations=tuple(sorted(_nodes(nodes, keyring), key=lambda one: (one.kind, one.id))),
    )


def _objects(value: Any, key: str) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name == key and isinstance(item, dict):
                yield item
            else:
                yield from _objects(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from _objects(item, key)


def _nodes(nodes: list[dict[str, Any]], keyring: Keyring) -> Iterator[Integration]:
    for node in nodes:
        configuration = node.get("configuration") or {}
        kind = next(iter(configuration), None)
        if kind not in _REACHING:
            inner = dig(configuration, "loop", "definition", "nodes")
            yield from _nodes(inner or [], keyring)
            continue
        name = str(node.get("name") or "")
        content = conceal_structure(configuration, keyring)
        yield Integration(
            kind="flow_node",
            id=name,
            name=name,
            type=kind,
            target=next(every(configuration, *_TARGETS), None),
            function_arn=next(every(configuration, "lambdaArn"), None),
            content=content.keyed_digest,
        )
