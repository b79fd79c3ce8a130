"""AgentCore resources that agents share: memories, tools, identities, credentials, policy engines."""

import re
from typing import Any

from recert.aws import core_reads
from recert.aws.collect.core_kinds import KINDS, Kind
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.payments import read_connectors
from recert.aws.collect.served import SERVICE, network_of
from recert.aws.collect.values import dig, every, text, unique
from recert.aws.reader import GONE, Reader
from recert.estate.companions import Resource

_SYSTEM = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:[a-z0-9-]*:aws:")


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
        if not kind.later or harvest.asks(kind.listing, reader.place.account, kind.later)
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
    unread: tuple[str, ...] = () if detail is not None else ("role_arn", "secret_arns", "targets")
    reached: list[str] = []
    if kind.name == "payment-manager" and detail is not None:
        reached, complete = read_connectors(reader, identity)
        unread = () if complete else ("targets",)
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
        targets=unique(
            one for one in (*_targets(merged), *reached) if one != merged.get(kind.arn_key)
        ),
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
            "gatewayArn",
            "onlineEvaluationConfigArn",
            "bundleArn",
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
    variants = [
        f"{one.get('name') or ''}: {one.get('weight') or 0} % to {target}"
        for one in detail.get("variants") or ()
        if (target := next(every(one.get("variantConfiguration"), "bundleArn", "name"), None))
    ]
    return [*kinds, *((f"{days} days",) if days else ()), *variants]


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
