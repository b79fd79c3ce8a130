"""What agent registries say of agents: an owner and a purpose where no tag states them."""

from typing import Any

from recert.aws import later_reads
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.values import every, owner_and_purpose, text, unique
from recert.aws.reader import GONE, Reader
from recert.estate.agents import Agent
from recert.estate.companions import Resource

LIMIT = "The recording holds no agent registries: an owner that only a registry names is not known."
SERVICE = "agent-registry-control"
KIND = "registry-record"
SOURCE = "registry"
_APPROVED = "APPROVED"
_UNREAD = ("details", "targets")


def gather(harvest: Harvest) -> None:
    """Read every record of every registry, and lay what approved ones state beside the tags."""
    offering = harvest.offering(SERVICE)
    readers = [
        reader
        for reader in offering
        if harvest.asks(later_reads.LIST_REGISTRIES, reader.place.account, LIMIT)
    ]
    listed = harvest.crew.each("listing agent registries", _records, readers)
    work = [
        (reader, *record)
        for reader, (records, _) in zip(readers, listed, strict=True)
        for record in records
    ]
    read = harvest.crew.each("reading registry records", lambda one: read_record(*one), work)
    found = [(one, stated) for one, stated in read if one is not None]
    harvest.resources += [resource for resource, _ in found]
    approved = [pair for pair in found if pair[0].status == _APPROVED]
    known = len(readers) == len(offering) and all(complete for _, complete in listed)
    known = known and not any(one.unknown for one, _ in found)
    harvest.agents[:] = [
        _described(harvest, agent, approved).model_copy(update={"registry_known": known})
        for agent in harvest.agents
    ]


def _records(reader: Reader) -> tuple[list[tuple[str, dict[str, Any]]], bool]:
    """Return the records of a place, each with the id of its registry, and whether they are all."""
    listed = reader.listing(later_reads.LIST_REGISTRIES, "registries")
    registries, complete = listed.items, listed.complete
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for registry in sorted({str(one["registryId"]) for one in registries if one.get("registryId")}):
        listing = reader.listing(
            later_reads.LIST_REGISTRY_RECORDS,
            "registryRecords",
            subject=registry,
            registryId=registry,
        )
        complete = complete and listing.complete
        for item in listing.items:
            if item.get("recordId"):
                found[registry, str(item["recordId"])] = item
    return [(key[0], found[key]) for key in sorted(found)], complete


def read_record(
    reader: Reader, registry: str, summary: dict[str, Any]
) -> tuple[Resource | None, dict[str, str]]:
    """Read one record with the metadata that it states; None where it was deleted since it was listed."""
    record = str(summary["recordId"])
    answer = reader.call(
        later_reads.GET_REGISTRY_RECORD,
        subject=f"{registry}:{record}",
        listed=True,
        registryId=registry,
        recordId=record,
    )
    if answer.error == GONE:
        return None, {}
    merged = {**summary, **(answer.output or {})}
    stated = _metadata(merged.get("customMetadata"))
    sources = every([merged.get("provenance"), merged.get("provenanceSummaryList")], "sourceId")
    resource = Resource(
        arn=text(merged.get("recordArn")) or f"{registry}:{record}",
        id=record,
        name=text(merged.get("displayName")) or text(merged.get("name")) or record,
        kind=KIND,
        account=reader.place.account,
        region=reader.place.region,
        status=text(merged.get("status")),
        vendor=text(merged.get("createdBy")),
        managed_by=text(merged.get("registryArn")) or registry,
        targets=unique(sources),
        details=tuple(f"{key}: {value}" for key, value in sorted(stated.items())),
        unknown=_UNREAD if answer.output is None else (),
    )
    return resource, stated


def _metadata(value: Any) -> dict[str, str]:
    """Return what a record states in plain texts; nested values are for other programs."""
    if not isinstance(value, dict):
        return {}
    return {str(key): item for key, item in value.items() if isinstance(item, str) and item}


def _described(
    harvest: Harvest, agent: Agent, records: list[tuple[Resource, dict[str, str]]]
) -> Agent:
    """Return an agent with what its records state and its tags do not; of several the first by ARN."""
    if agent.tags is None:
        return agent
    for resource, stated in sorted(records, key=lambda pair: pair[0].arn):
        if not any(_is_of(agent, source) for source in resource.targets):
            continue
        owner, purpose = owner_and_purpose(stated, harvest.options.tags)
        changes: dict[str, str] = {}
        if agent.owner is None and owner is not None:
            changes |= {"owner": owner, "owner_source": SOURCE}
        if agent.purpose is None and purpose is not None:
            changes |= {"purpose": purpose, "purpose_source": SOURCE}
        if changes:
            agent = agent.model_copy(update=changes)
    return agent


def _is_of(agent: Agent, source: str) -> bool:
    """Tell whether a source is an agent, or a version or endpoint of it."""
    arns = [arn for arn in (agent.arn, agent.managed_runtime_arn) if arn]
    return any(source == arn or source.startswith((f"{arn}/", f"{arn}:")) for arn in arns)
