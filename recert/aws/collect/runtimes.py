"""AgentCore runtimes: every version that an endpoint serves, and the latest."""

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
    read_resource_policy,
    read_tags,
)
from recert.aws.collect.values import dig, every, text, unique
from recert.aws.interface import TagNames
from recert.aws.reader import GONE, Reader
from recert.estate.agents import Agent, AgentKind, AgentVersion
from recert.estate.companions import Integration

_UNREAD = ("access", "artifact", "environment", "integrations", "network", "role_arn")


def gather(harvest: Harvest) -> None:
    """Read every runtime that no harness manages."""
    managed = {agent.managed_runtime_arn for agent in harvest.agents if agent.managed_runtime_arn}
    listed = harvest.listed(
        "listing runtimes",
        core_reads.LIST_RUNTIMES,
        AgentKind.AGENTCORE_RUNTIME,
        SERVICE,
        key="agentRuntimes",
        identifier="agentRuntimeId",
    )
    work = [pair for pair in listed if pair[1].get("agentRuntimeArn") not in managed]
    harvest.read_agents("reading runtimes", read_runtime, work)


def read_runtime(
    reader: Reader,
    summary: dict[str, Any],
    tags: TagNames,
    also: frozenset[str] = frozenset(),
) -> Agent | None:
    """Read one runtime, with the versions in `also`; None where it was deleted meanwhile."""
    runtime_id = str(summary["agentRuntimeId"])
    latest = text(summary.get("agentRuntimeVersion"))
    first, error = _detail(reader, runtime_id, latest)
    if error == GONE:
        return None
    latest = latest or text((first or {}).get("agentRuntimeVersion"))
    listing = reader.listing(
        core_reads.LIST_RUNTIME_ENDPOINTS,
        "runtimeEndpoints",
        subject=runtime_id,
        agentRuntimeId=runtime_id,
    )
    aliases = endpoints(listing, "name", "agentRuntimeEndpointArn", latest)
    versions = [
        _version(version, first if version == latest else _detail(reader, runtime_id, version)[0])
        for version in live_versions(aliases, latest, also)
    ]
    found = {**summary, **(first or {})}
    arn = text(found.get("agentRuntimeArn"))
    arn = arn or built_arn(reader, "bedrock-agentcore", f"runtime/{runtime_id}")
    shared = identity(
        reader,
        AgentKind.AGENTCORE_RUNTIME,
        arn,
        runtime_id,
        detail=found,
        name="agentRuntimeName",
        known_tags=read_tags(reader, arn),
        names=tags,
    )
    policy, policy_known = read_resource_policy(reader, arn)
    return Agent(
        **shared,
        versions=tuple(versions),
        aliases=tuple(aliases),
        aliases_known=listing.complete,
        resource_policy=policy,
        resource_policy_known=policy_known,
    )


def _detail(
    reader: Reader, runtime_id: str, version: str | None
) -> tuple[dict[str, Any] | None, str]:
    asked = {"agentRuntimeId": runtime_id}
    if version is not None:
        asked["agentRuntimeVersion"] = version
    answer = reader.call(
        core_reads.GET_RUNTIME, subject=":".join(asked.values()), listed=True, params=asked
    )
    return answer.output, answer.error


def _version(version: str, detail: dict[str, Any] | None) -> AgentVersion:
    if detail is None:
        return AgentVersion(version=version, unknown=_UNREAD)
    return AgentVersion(
        version=version,
        role_arn=text(detail.get("roleArn")),
        artifact=artifact_of(detail.get("agentRuntimeArtifact")),
        environment=environment_of(detail.get("environmentVariables")),
        network=network_of(detail.get("networkConfiguration")),
        protocol=text(dig(detail, "protocolConfiguration", "serverProtocol")),
        request_headers=unique(
            every(detail.get("requestHeaderConfiguration"), "requestHeaderAllowlist")
        ),
        access=access_of(detail.get("authorizerConfiguration")),
        integrations=tuple(_integrations(detail)),
    )


def _integrations(detail: dict[str, Any]) -> list[Integration]:
    found: list[Integration] = []
    identity = text(dig(detail, "workloadIdentityDetails", "workloadIdentityArn"))
    if identity:
        found.append(_one("workload_identity", identity))
    provider = text(dig(detail, "capacityProviderConfiguration", "capacityProviderArn"))
    if provider:
        found.append(_one("capacity_provider", provider))
    found += [
        _one("filesystem", arn)
        for arn in sorted(set(every(detail.get("filesystemConfigurations"), "accessPointArn")))
    ]
    return found


def _one(kind: str, arn: str) -> Integration:
    return Integration(kind=kind, id=arn, name=arn.rpartition("/")[2], target=arn)
