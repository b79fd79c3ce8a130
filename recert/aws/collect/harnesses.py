"""AgentCore harnesses: model, prompt, tools, skills, hooks and memory of every served version."""

from collections.abc import Iterator
from typing import Any

from recert.aws import core_reads
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.identity import built_arn, identity
from recert.aws.collect.served import (
    SERVICE,
    access_of,
    artifact_of,
    endpoints,
    environment_of,
    live_versions,
    network_of,
    read_tags,
)
from recert.aws.collect.values import dig, every, text, unique
from recert.aws.interface import TagNames
from recert.aws.keyring import Keyring
from recert.aws.reader import GONE, Reader
from recert.aws.redaction import conceal_structure
from recert.estate.agents import Agent, AgentKind, AgentVersion
from recert.estate.canonical import unordered
from recert.estate.companions import Integration

LIMIT = (
    "Callers of an AgentCore harness may add tools and skills and choose another model at each "
    "invocation; what is configured is the least that it can do."
)
_UNREAD = ("access", "environment", "instruction", "integrations", "model", "network", "role_arn")
_OUTSIDE = {
    "openAiModelConfig": "openai",
    "geminiModelConfig": "gemini",
    "liteLlmModelConfig": "litellm",
}


def gather(harvest: Harvest) -> None:
    """Read every harness of every place."""
    work = harvest.listed(
        "listing harnesses",
        core_reads.LIST_HARNESSES,
        AgentKind.AGENTCORE_HARNESS,
        SERVICE,
        key="harnesses",
        identifier="harnessId",
    )
    harvest.read_agents("reading harnesses", read_harness, work)
    if work:
        harvest.limits.add(LIMIT)


def read_harness(
    reader: Reader,
    summary: dict[str, Any],
    tags: TagNames,
    also: frozenset[str] = frozenset(),
) -> Agent | None:
    """Read one harness, with the versions in `also`; None where it was deleted meanwhile."""
    harness_id = str(summary["harnessId"])
    latest = text(summary.get("harnessVersion"))
    first, error = _detail(reader, harness_id, latest)
    if error == GONE:
        return None
    latest = latest or text((first or {}).get("harnessVersion"))
    listing = reader.listing(
        core_reads.LIST_HARNESS_ENDPOINTS, "endpoints", subject=harness_id, harnessId=harness_id
    )
    aliases = endpoints(listing, "endpointName", "arn", latest)
    versions = [
        _version(
            version,
            first if version == latest else _detail(reader, harness_id, version)[0],
            reader.keyring,
        )
        for version in live_versions(aliases, latest, also)
    ]
    found = {**summary, **(first or {})}
    arn = text(found.get("arn")) or built_arn(reader, "bedrock-agentcore", f"harness/{harness_id}")
    shared = identity(
        reader,
        AgentKind.AGENTCORE_HARNESS,
        arn,
        harness_id,
        detail=found,
        name="harnessName",
        known_tags=read_tags(reader, arn),
        names=tags,
    )
    return Agent(
        **shared,
        versions=tuple(versions),
        aliases=tuple(aliases),
        aliases_known=listing.complete,
        managed_runtime_arn=text(
            dig(first, "environment", "agentCoreRuntimeEnvironment", "agentRuntimeArn")
        ),
    )


def _detail(
    reader: Reader, harness_id: str, version: str | None
) -> tuple[dict[str, Any] | None, str]:
    asked = {"harnessId": harness_id}
    if version is not None:
        asked["harnessVersion"] = version
    answer = reader.call(
        core_reads.GET_HARNESS, subject=":".join(asked.values()), listed=True, params=asked
    )
    return dig(answer.output, "harness"), answer.error


def _version(version: str, detail: dict[str, Any] | None, keyring: Keyring) -> AgentVersion:
    if detail is None:
        return AgentVersion(version=version, unknown=_UNREAD)
    prompt = detail.get("systemPrompt")
    runtime = dig(detail, "environment", "agentCoreRuntimeEnvironment")
    memory = tuple(every(detail.get("memory"), "arn"))
    return AgentVersion(
        version=version,
        role_arn=text(detail.get("executionRoleArn")),
        model=_model(detail.get("model") or {}),
        instruction=conceal_structure(prompt, keyring) if prompt else None,
        artifact=artifact_of(detail.get("environmentArtifact")),
        environment=environment_of(detail.get("environmentVariables")),
        network=network_of(dig(runtime, "networkConfiguration")),
        access=access_of(detail.get("authorizerConfiguration")),
        memory=unique(memory),
        integrations=tuple(
            sorted(_integrations(detail, keyring), key=lambda one: (one.kind, one.id))
        ),
    )


def _model(model: dict[str, Any]) -> str | None:
    """Return the model; one outside Bedrock is written with its provider and its own endpoint."""
    own = text(dig(model, "bedrockModelConfig", "modelId"))
    if own is not None:
        return own
    for key, provider in _OUTSIDE.items():
        outside = model.get(key)
        if outside:
            base = text(outside.get("apiBase"))
            return f"{provider}:{outside.get('modelId') or ''}{f' at {base}' if base else ''}"
    return None


def _integrations(detail: dict[str, Any], keyring: Keyring) -> Iterator[Integration]:
    for index, tool in enumerate(detail.get("tools") or ()):
        yield _tool(index, tool, keyring)
    for skill in detail.get("skills") or ():
        place = next(every(skill, "uri", "url", "path", "paths"), "")
        yield Integration(
            kind="skill",
            id=place,
            name=place,
            type=next(iter(skill), None),
            target=place,
            provider_arns=unique(every(skill, "credentialArn")),
        )
    for hook in detail.get("hooks") or ():
        for moment, setting in hook.items():
            yield _hook(moment, setting or {})
    keys = unique(every(detail.get("model"), "apiKeyArn"))
    if keys:
        yield Integration(kind="model_key", id=keys[0], name="model", provider_arns=keys)
    for arn in unique(every(detail.get("memory"), "arn")):
        yield Integration(kind="memory", id=arn, name=arn.rpartition("/")[2], target=arn)
    allowed = unique(detail.get("allowedTools") or ())
    if allowed:
        yield Integration(kind="allowed_tools", id="allowedTools", name=", ".join(allowed))


def _tool(index: int, tool: dict[str, Any], keyring: Keyring) -> Integration:
    configuration = tool.get("config") or {}
    name = text(tool.get("name")) or f"{tool.get('type') or 'tool'}-{index}"
    content = conceal_structure(unordered(configuration), keyring) if configuration else None
    return Integration(
        kind="tool",
        id=name,
        name=name,
        type=text(tool.get("type")),
        target=next(
            every(configuration, "url", "gatewayArn", "browserArn", "codeInterpreterArn"), None
        ),
        credential=next(iter(dig(configuration, "agentCoreGateway", "outboundAuth") or {}), None),
        provider_arns=unique(every(configuration, "providerArn")),
        scopes=unique(every(configuration, "scopes")),
        content=content.keyed_digest if content else None,
    )


def _hook(moment: str, setting: dict[str, Any]) -> Integration:
    target = setting.get("target") or {}
    arn = next(every(target, "arn"), None)
    return Integration(
        kind="hook",
        id=f"{moment}:{setting.get('name') or arn or ''}",
        name=text(setting.get("name")) or moment,
        type=moment,
        target=arn,
        function_arn=text(dig(target, "lambda", "arn")),
    )
