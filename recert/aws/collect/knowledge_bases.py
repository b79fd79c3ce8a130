"""Knowledge bases: their role, their store, and where their text comes from."""

from typing import Any

from recert.aws import reads
from recert.aws.collect.bedrock_agents import read_tags
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.values import dig, document, every, text, unique
from recert.aws.models import partition_of
from recert.aws.reader import GONE, Reader
from recert.aws.redaction import conceal_structure
from recert.estate.canonical import unordered
from recert.estate.integrations import DataSource, KnowledgeBase

_STORES = (
    "collectionArn",
    "domainArn",
    "resourceArn",
    "graphArn",
    "vectorBucketArn",
    "indexArn",
    "kendraIndexArn",
    "workgroupArn",
    "clusterIdentifier",
)
_SECRETS = ("credentialsSecretArn", "usernamePasswordSecretArn")
_UNREAD = ("embedding_model", "kind", "role_arn", "secret_arns", "storage_arns", "storage_kind")


POLICY_LIMIT = "The recording holds no resource policies of knowledge bases."


def gather(harvest: Harvest) -> None:
    """Read every knowledge base of every place, and those that agents name and no listing showed."""
    for account in harvest.accounts:
        harvest.asks(reads.GET_BASE_POLICY, account, POLICY_LIMIT)
    listings = harvest.crew.each("listing knowledge bases", list_knowledge_bases, harvest.readers)
    work: list[tuple[Reader, str, dict[str, Any]]] = []
    for reader, (summaries, complete) in zip(harvest.readers, listings, strict=True):
        wanted = dict(summaries)
        if not complete:
            wanted |= {key: {} for key in _named(harvest, reader) if key not in wanted}
        work += [(reader, key, wanted[key]) for key in sorted(wanted)]
    found = harvest.crew.each(
        "reading knowledge bases", lambda one: read_knowledge_base(*one), work
    )
    harvest.knowledge_bases += [base for base in found if base is not None]


def _named(harvest: Harvest, reader: Reader) -> set[str]:
    return {
        link.id
        for agent in harvest.agents
        if (agent.account, agent.region) == (reader.place.account, reader.place.region)
        for version in agent.versions
        for link in version.knowledge_bases
    }


def list_knowledge_bases(reader: Reader) -> tuple[dict[str, dict[str, Any]], bool]:
    """Return the knowledge bases of a place by id, and whether all of them could be listed."""
    listing = reader.listing(reads.LIST_KNOWLEDGE_BASES, "knowledgeBaseSummaries")
    found = {
        str(item["knowledgeBaseId"]): item for item in listing.items if item.get("knowledgeBaseId")
    }
    return found, listing.complete


def read_knowledge_base(
    reader: Reader, base_id: str, summary: dict[str, Any]
) -> KnowledgeBase | None:
    """Read one knowledge base with its sources; None where it does not exist (any more)."""
    answer = reader.call(
        reads.GET_KNOWLEDGE_BASE, subject=base_id, listed=True, knowledgeBaseId=base_id
    )
    if answer.error == GONE:
        return None
    detail = dig(answer.output, "knowledgeBase")
    found = detail or summary
    place = reader.place
    stem = f"arn:{partition_of(place.region)}:bedrock:{place.region}:{place.account}"
    arn = text(found.get("knowledgeBaseArn")) or f"{stem}:knowledge-base/{base_id}"
    configuration = found.get("knowledgeBaseConfiguration") or {}
    storage = found.get("storageConfiguration") or {}
    both = [configuration, storage]
    tags = read_tags(reader, arn)
    policy, policy_known = _policy(reader, arn)
    return KnowledgeBase(
        arn=arn,
        id=base_id,
        name=text(found.get("name")) or base_id,
        account=place.account,
        region=place.region,
        kind=text(configuration.get("type")),
        status=text(found.get("status")),
        role_arn=text(found.get("roleArn")),
        embedding_model=next(every(configuration, "embeddingModelArn"), None),
        storage_kind=text(storage.get("type")),
        storage_arns=unique(every(both, *_STORES)),
        secret_arns=unique(every(both, *_SECRETS)),
        table_names=unique(every(both, "tableNames", "tableName", "databaseName")),
        endpoints=unique(every(both, "connectionString", "endpoint", "uri")),
        kms_key_arn=next(every(configuration, "kmsKeyArn"), None),
        data_sources=_data_sources(reader, base_id),
        tags=tags or {},
        resource_policy=policy,
        resource_policy_known=policy_known,
        unknown=unique([*(() if detail else _UNREAD), *(() if tags is not None else ("tags",))]),
    )


def _policy(reader: Reader, arn: str) -> tuple[str | None, bool]:
    """Return the resource policy, None where there is none, and whether AWS said so."""
    if not reader.source.holds(reads.GET_BASE_POLICY, reader.place.account):
        return None, False
    answer = reader.call(reads.GET_BASE_POLICY, subject=arn, resourceArn=arn)
    return document(dig(answer.output, "policy")), answer.known


def _data_sources(reader: Reader, base_id: str) -> tuple[DataSource, ...] | None:
    listing = reader.listing(
        reads.LIST_DATA_SOURCES, "dataSourceSummaries", subject=base_id, knowledgeBaseId=base_id
    )
    if not listing.complete:
        return None
    summaries = {
        str(item["dataSourceId"]): item for item in listing.items if item.get("dataSourceId")
    }
    return tuple(
        _data_source(reader, base_id, source_id, summaries[source_id])
        for source_id in sorted(summaries)
    )


def _data_source(
    reader: Reader, base_id: str, source_id: str, summary: dict[str, Any]
) -> DataSource:
    answer = reader.call(
        reads.GET_DATA_SOURCE,
        subject=f"{base_id}:{source_id}",
        knowledgeBaseId=base_id,
        dataSourceId=source_id,
    )
    detail = dig(answer.output, "dataSource") or {}
    found = {**summary, **detail}
    configuration = detail.get("dataSourceConfiguration") or {}
    bucket = configuration.get("s3Configuration") or {}
    connector = dig(configuration, "managedKnowledgeBaseConnectorConfiguration")
    parameters = dig(connector, "connectorParameters")
    own = conceal_structure(unordered(parameters), reader.keyring) if parameters else None
    return DataSource(
        id=source_id,
        name=text(found.get("name")) or source_id,
        kind=text(configuration.get("type")) or "UNKNOWN",
        status=text(found.get("status")),
        bucket_arn=text(bucket.get("bucketArn")) or next(every(connector, "bucketArn"), None),
        bucket_owner=text(bucket.get("bucketOwnerAccountId")),
        prefixes=unique(bucket.get("inclusionPrefixes") or ()),
        urls=unique(every(configuration, "url", "hostUrl", "siteUrls")),
        secret_arn=next(every(configuration, "credentialsSecretArn", "secretArn"), None),
        kms_key_arn=next(every(detail.get("serverSideEncryptionConfiguration"), "kmsKeyArn"), None),
        function_arns=unique(every(detail.get("vectorIngestionConfiguration"), "lambdaArn")),
        model_arns=unique(every(detail.get("vectorIngestionConfiguration"), "modelArn")),
        parameters=own.keyed_digest if own else None,
    )
