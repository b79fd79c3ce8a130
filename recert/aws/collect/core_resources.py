"""AgentCore resources that agents share: memories, tools, identities, credentials, policy engines."""

import re
from dataclasses import dataclass
from typing import Any

from recert.aws import core_reads
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.served import SERVICE, network_of
from recert.aws.collect.values import dig, every, text, unique
from recert.aws.reader import GONE, Reader
from recert.aws.reads import Read
from recert.estate.companions import Resource

_SYSTEM = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:aws:")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of resource: how it is listed and read, and under which keys AWS answers."""

    name: str
    listing: Read
    items: str
    id_key: str
    arn_key: str
    detail: Read | None = None
    asked: str = ""
    inside: str = ""
    later: bool = False
    """Recordings made before recert read it do not hold it; that is a limit of them and no gap."""


LATER_LIMIT = (
    "The recording holds no payment managers and providers, evaluations, capacity providers or "
    "consent portals of AgentCore."
)
KINDS = (
    Kind(
        "memory",
        core_reads.LIST_MEMORIES,
        "memories",
        "id",
        "arn",
        core_reads.GET_MEMORY,
        "memoryId",
        "memory",
    ),
    Kind(
        "browser",
        core_reads.LIST_BROWSERS,
        "browserSummaries",
        "browserId",
        "browserArn",
        core_reads.GET_BROWSER,
        "browserId",
    ),
    Kind(
        "code-interpreter",
        core_reads.LIST_INTERPRETERS,
        "codeInterpreterSummaries",
        "codeInterpreterId",
        "codeInterpreterArn",
        core_reads.GET_INTERPRETER,
        "codeInterpreterId",
    ),
    Kind(
        "oauth2-provider",
        core_reads.LIST_OAUTH_PROVIDERS,
        "credentialProviders",
        "name",
        "credentialProviderArn",
        core_reads.GET_OAUTH_PROVIDER,
        "name",
    ),
    Kind(
        "api-key-provider",
        core_reads.LIST_KEY_PROVIDERS,
        "credentialProviders",
        "name",
        "credentialProviderArn",
        core_reads.GET_KEY_PROVIDER,
        "name",
    ),
    Kind(
        "workload-identity",
        core_reads.LIST_WORKLOADS,
        "workloadIdentities",
        "name",
        "workloadIdentityArn",
    ),
    Kind(
        "policy-engine",
        core_reads.LIST_POLICY_ENGINES,
        "policyEngines",
        "policyEngineId",
        "policyEngineArn",
    ),
    Kind(
        "payment-provider",
        core_reads.LIST_PAYMENT_PROVIDERS,
        "credentialProviders",
        "name",
        "credentialProviderArn",
        core_reads.GET_PAYMENT_PROVIDER,
        "name",
        later=True,
    ),
    Kind(
        "payment-manager",
        core_reads.LIST_PAYMENT_MANAGERS,
        "paymentManagers",
        "paymentManagerId",
        "paymentManagerArn",
        core_reads.GET_PAYMENT_MANAGER,
        "paymentManagerId",
        later=True,
    ),
    Kind(
        "online-evaluation",
        core_reads.LIST_EVALUATIONS,
        "onlineEvaluationConfigs",
        "onlineEvaluationConfigId",
        "onlineEvaluationConfigArn",
        core_reads.GET_EVALUATION,
        "onlineEvaluationConfigId",
        later=True,
    ),
    Kind(
        "capacity-provider",
        core_reads.LIST_CAPACITY,
        "capacityProviders",
        "capacityProviderId",
        "capacityProviderArn",
        core_reads.GET_CAPACITY,
        "capacityProviderId",
        later=True,
    ),
    Kind(
        "consent-portal",
        core_reads.LIST_PORTALS,
        "consentPortals",
        "consentPortalId",
        "consentPortalArn",
        core_reads.GET_PORTAL,
        "consentPortalIdentifier",
        later=True,
    ),
)
LATER = sum(kind.later for kind in KINDS)
_ROLES = (
    "executionRoleArn",
    "memoryExecutionRoleArn",
    "roleArn",
    "evaluationExecutionRoleArn",
    "capacityProviderOperatorRoleArn",
)


def gather(harvest: Harvest) -> None:
    """Read every shared AgentCore resource of every place."""
    readers = harvest.offering(SERVICE)
    pairs = [
        (reader, kind)
        for reader in readers
        for kind in KINDS
        if not kind.later or harvest.asks(kind.listing, reader.place.account, LATER_LIMIT)
    ]
    work: list[tuple[Reader, Kind, dict[str, Any]]] = []
    for (reader, kind), items in zip(
        pairs, harvest.crew.each("listing AgentCore resources", _list, pairs), strict=True
    ):
        work += [(reader, kind, item) for item in items]
    found = harvest.crew.each("reading AgentCore resources", lambda one: read_resource(*one), work)
    harvest.resources += [resource for resource in found if resource is not None]


def _list(pair: tuple[Reader, Kind]) -> list[dict[str, Any]]:
    reader, kind = pair
    items = reader.listing(kind.listing, kind.items).items
    # What AWS itself provides in every account has no role and no owner.
    found = {
        str(item[kind.id_key]): item
        for item in items
        if item.get(kind.id_key) and not _SYSTEM.match(str(item.get(kind.arn_key) or ""))
    }
    return [found[key] for key in sorted(found)]


def read_resource(reader: Reader, kind: Kind, summary: dict[str, Any]) -> Resource | None:
    """Read one resource; None where it was deleted since it was listed."""
    identity = str(summary[kind.id_key])
    detail: dict[str, Any] | None = {}
    if kind.detail is not None:
        answer = reader.call(
            kind.detail, subject=identity, listed=True, params={kind.asked: identity}
        )
        if answer.error == GONE:
            return None
        detail = dig(answer.output, kind.inside) if kind.inside else answer.output
    merged = {**summary, **(detail or {})}
    unread = () if detail is not None else ("role_arn", "secret_arns", "targets")
    policies: tuple[tuple[str, str, str], ...] | None = ()
    if kind.name == "policy-engine":
        policies = _cedar(reader, identity)
    return Resource(
        arn=text(merged.get(kind.arn_key)) or identity,
        id=identity,
        name=text(merged.get("name")) or text(merged.get("onlineEvaluationConfigName")) or identity,
        kind=kind.name,
        account=reader.place.account,
        region=reader.place.region,
        status=text(merged.get("status")),
        role_arn=_role(merged),
        kms_key_arn=text(merged.get("encryptionKeyArn")) or text(merged.get("kmsKeyArn")),
        secret_arns=unique(every(detail, "secretArn")),
        vendor=text(merged.get("credentialProviderVendor")),
        targets=unique(one for one in _targets(merged) if one != merged.get(kind.arn_key)),
        network=network_of(merged.get("networkConfiguration")),
        details=unique(_details(merged)),
        policies=policies,
        managed_by=text(merged.get("managedByResourceArn")),
        unknown=unread,
    )


def _role(detail: dict[str, Any]) -> str | None:
    """Return the role of a resource: its own before that of a part of it."""
    own = next((text(detail.get(key)) for key in _ROLES if detail.get(key)), None)
    return own or next(every(detail, *_ROLES), None)


def _targets(detail: dict[str, Any]) -> list[str]:
    found = list(
        every(
            detail,
            "topicArn",
            "payloadDeliveryBucketName",
            "dataStreamArn",
            "accessPointArn",
            "credentialProviderArn",
            "instanceProfileArn",
            "modelId",
            "discoveryUrl",
            "issuer",
            "tokenEndpoint",
        )
    )
    bucket = text(dig(detail, "recording", "s3Location", "bucket"))
    return [*found, *((bucket,) if bucket else ())]


def _details(detail: dict[str, Any]) -> list[str]:
    days = detail.get("eventExpiryDuration")
    kinds = [str(one.get("type")) for one in detail.get("strategies") or () if one.get("type")]
    return [*kinds, *((f"{days} days",) if days else ())]


def _cedar(reader: Reader, engine_id: str) -> tuple[tuple[str, str, str], ...] | None:
    """Return the Cedar policies of an engine, None where they could not be listed."""
    listing = reader.listing(
        core_reads.LIST_ENGINE_POLICIES, "policies", subject=engine_id, policyEngineId=engine_id
    )
    if not listing.complete:
        return None
    found = [
        (
            text(item.get("name")) or str(item.get("policyId") or ""),
            text(item.get("enforcementMode")) or text(item.get("status")) or "",
            next(every(item.get("definition"), "statement"), ""),
        )
        for item in listing.items
    ]
    return tuple(sorted(found))
