"""AgentCore gateways: their role, whom they let in, and what their targets call."""

from collections.abc import Iterator, Mapping
from typing import Any

from recert.aws import core_reads
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.identity import built_arn, identity
from recert.aws.collect.served import SERVICE, access_of, read_resource_policy, read_tags
from recert.aws.collect.values import dig, every, text, unique
from recert.aws.interface import TagNames
from recert.aws.keyring import Keyring
from recert.aws.reader import GONE, Reader
from recert.aws.redaction import conceal_structure
from recert.estate.agents import CURRENT, Agent, AgentKind, AgentVersion, Alias
from recert.estate.canonical import unordered
from recert.estate.companions import Integration

_UNREAD = ("access", "integrations", "kms_key_arn", "role_arn")
_TARGETS = (
    "lambdaArn",
    "uri",
    "endpoint",
    "restApiId",
    "arn",
    "connectorId",
)


def gather(harvest: Harvest) -> None:
    """Read every gateway of every place."""
    work = harvest.listed(
        "listing gateways",
        core_reads.LIST_GATEWAYS,
        AgentKind.AGENTCORE_GATEWAY,
        SERVICE,
        key="items",
        identifier="gatewayId",
    )
    harvest.read_agents("reading gateways", read_gateway, work)


def read_gateway(reader: Reader, summary: dict[str, Any], tags: TagNames) -> Agent | None:
    """Read one gateway with its targets; None where it was deleted since it was listed."""
    gateway_id = str(summary["gatewayId"])
    answer = reader.call(
        core_reads.GET_GATEWAY, subject=gateway_id, listed=True, gatewayIdentifier=gateway_id
    )
    if answer.error == GONE:
        return None
    detail = answer.output
    targets, complete = _targets(reader, gateway_id)
    rules = reader.listing(
        core_reads.LIST_GATEWAY_RULES,
        "gatewayRules",
        subject=gateway_id,
        gatewayIdentifier=gateway_id,
    )
    found = {**summary, **(detail or {})}
    arn = text(found.get("gatewayArn"))
    arn = arn or built_arn(reader, "bedrock-agentcore", f"gateway/{gateway_id}")
    shared = identity(
        reader,
        AgentKind.AGENTCORE_GATEWAY,
        arn,
        gateway_id,
        detail=found,
        name="name",
        known_tags=read_tags(reader, arn),
        names=tags,
    )
    policy, policy_known = read_resource_policy(reader, arn)
    unread = [
        *(_UNREAD if detail is None else ()),
        *(() if complete and rules.complete else ("integrations",)),
    ]
    integrations = [*_own(detail or {}), *targets, *map(_rule, rules.items)]
    return Agent(
        **shared,
        versions=(_current(found, integrations, unread),),
        aliases=(Alias(id=CURRENT, name=CURRENT, versions=(CURRENT,)),),
        resource_policy=policy,
        resource_policy_known=policy_known,
    )


def _current(
    found: dict[str, Any], integrations: list[Integration], unread: list[str]
) -> AgentVersion:
    kind = text(found.get("authorizerType"))
    return AgentVersion(
        version=CURRENT,
        role_arn=text(found.get("roleArn")),
        kms_key_arn=text(found.get("kmsKeyArn")),
        protocol=text(found.get("protocolType")),
        web_acl_arn=text(found.get("webAclArn")),
        web_acl_failure=text(dig(found, "wafConfiguration", "failureMode")),
        access=access_of(found.get("authorizerConfiguration"), kind),
        integrations=tuple(sorted(integrations, key=lambda one: (one.kind, one.id))),
        unknown=unique(unread),
    )


def _own(detail: dict[str, Any]) -> Iterator[Integration]:
    engine = detail.get("policyEngineConfiguration") or {}
    if engine.get("arn"):
        arn = str(engine["arn"])
        yield Integration(
            kind="policy_engine",
            id=arn,
            name=arn.rpartition("/")[2],
            target=arn,
            mode=text(engine.get("mode")),
        )
    for setting in detail.get("interceptorConfigurations") or ():
        function = text(dig(setting, "interceptor", "lambda", "arn"))
        if function:
            points = ", ".join(unique(setting.get("interceptionPoints") or ()))
            yield _function("interceptor", function, points)
    transform = text(dig(detail, "customTransformConfiguration", "lambda", "arn"))
    if transform:
        yield _function("transform", transform, "")
    identity = text(dig(detail, "workloadIdentityDetails", "workloadIdentityArn"))
    if identity:
        name = identity.rpartition("/")[2]
        yield Integration(kind="workload_identity", id=identity, name=name, target=identity)


def _function(kind: str, arn: str, mode: str) -> Integration:
    name = arn.rpartition(":")[2]
    return Integration(
        kind=kind, id=arn, name=name, target=arn, function_arn=arn, mode=mode or None
    )


def _targets(reader: Reader, gateway_id: str) -> tuple[list[Integration], bool]:
    listing = reader.listing(
        core_reads.LIST_GATEWAY_TARGETS, "items", subject=gateway_id, gatewayIdentifier=gateway_id
    )
    summaries = {str(one["targetId"]): one for one in listing.items if one.get("targetId")}
    complete = listing.complete
    found: list[Integration] = []
    for target_id in sorted(summaries):
        answer = reader.call(
            core_reads.GET_GATEWAY_TARGET,
            subject=f"{gateway_id}:{target_id}",
            gatewayIdentifier=gateway_id,
            targetId=target_id,
        )
        complete = complete and answer.output is not None
        found.append(_target(target_id, summaries[target_id], answer.output, reader.keyring))
    return found, complete


def _target(
    target_id: str, summary: dict[str, Any], detail: dict[str, Any] | None, keyring: Keyring
) -> Integration:
    configuration = (detail or {}).get("targetConfiguration") or {}
    credentials = (detail or {}).get("credentialProviderConfigurations") or []
    kind, target, credential = target_settings(detail or {})
    content = None
    if detail:
        content = conceal_structure([unordered(configuration), unordered(credentials)], keyring)
    merged = {**summary, **(detail or {})}
    return Integration(
        kind="gateway_target",
        id=target_id,
        name=text(merged.get("name")) or target_id,
        type=kind or text(merged.get("targetType")),
        target=target,
        function_arn=text(dig(configuration, "mcp", "lambda", "lambdaArn")),
        credential=credential,
        provider_arns=unique(every(credentials, "providerArn")),
        scopes=unique(every(credentials, "scopes")),
        state=text(merged.get("status")),
        mode=text(merged.get("listingMode")) or next(every(configuration, "listingMode"), None),
        content=content.keyed_digest if content else None,
        known=detail is not None,
    )


def target_settings(detail: Mapping[str, Any]) -> tuple[str | None, str | None, str | None]:
    """Return the type of a target, what it calls, and how that call authenticates."""
    configuration = detail.get("targetConfiguration") or {}
    credentials = detail.get("credentialProviderConfigurations") or []
    kind = next(iter(configuration), None)
    inner = next(iter(configuration.get(kind) or {}), None) if kind else None
    return (
        f"{kind}.{inner}" if inner else None,
        next(every(configuration, *_TARGETS), None),
        ", ".join(unique(every(credentials, "credentialProviderType"))) or None,
    )


def _rule(item: dict[str, Any]) -> Integration:
    rule_id = str(item.get("ruleId") or "")
    return Integration(
        kind="gateway_rule",
        id=rule_id,
        name=text(item.get("description")) or rule_id,
        target=", ".join(unique(every(item.get("conditions"), "arn", "anyOf", "paths"))) or None,
        state=text(item.get("status")),
    )
