"""Differences between two readings of one knowledge base, of its sources, and of the data behind."""

from collections.abc import Iterable

from recert.analysis.sensitivity import class_of, class_rank
from recert.estate.estate import Estate
from recert.estate.integrations import Bucket, DataSource, KnowledgeBase
from recert.lifecycle.changes import Change, differing, summary
from recert.lifecycle.events import Severity

_STORE = ("storage_kind", "storage_arns", "secret_arns", "table_names", "embedding_model")
_UNSEEN = "UNKNOWN"
"""The kind of a data source of which only the summary was read."""
_SOURCE = (
    "kind",
    "bucket_arn",
    "bucket_owner",
    "prefixes",
    "urls",
    "secret_arn",
    "kms_key_arn",
    "function_arns",
)


def compare_bases(
    before: KnowledgeBase, after: KnowledgeBase, estates: tuple[Estate, Estate]
) -> list[Change]:
    """Return the differences of what both readings saw; `estates` hold the buckets."""
    found: list[Change] = []
    unknown = {*before.unknown, *after.unknown}
    old, new = differing(before, after, _known(("role_arn",), unknown))
    if new:
        how = f"knowledge base {after.name} works through another role"
        values = ({"name": before.name, **old}, {"name": after.name, **new})
        found.append(Change("knowledge_base.role_swapped", after.arn, *values, how))
    old, new = differing(before, after, _known(_STORE, unknown))
    if new:
        how = f"the store of knowledge base {after.name} differs"
        values = ({"name": before.name, **old}, {"name": after.name, **new})
        found.append(Change("knowledge_base.changed", after.arn, *values, how))
    listed = before.data_sources is not None and after.data_sources is not None
    if listed and "data_sources" not in unknown:
        found += _sources(before, after, estates[1])
    return found


def compare_buckets(before: Bucket, after: Bucket) -> list[Change]:
    """Return whether the data classification of a bucket rose or fell."""
    if before.tags is None or after.tags is None:
        return []
    old, new = class_of(before.tags), class_of(after.tags)
    if old == new:
        return []
    kind = "data_class.raised" if class_rank(new) > class_rank(old) else "data_class.lowered"
    name = after.arn.rpartition(":")[2]
    values = (
        {"bucket_arn": before.arn, "classification": old},
        {"bucket_arn": after.arn, "name": name, "classification": new},
    )
    return [Change(kind, after.arn, *values, f"the classification tag of bucket {name} differs")]


def _sources(before: KnowledgeBase, after: KnowledgeBase, estate: Estate) -> list[Change]:
    old = {source.id: source for source in before.data_sources or ()}
    new = {source.id: source for source in after.data_sources or ()}
    reached = _highest(old.values(), estate)
    found: list[Change] = []
    for name in new.keys() - old.keys():
        source = new[name]
        rises = _highest((source,), estate) > reached
        how = f"knowledge base {after.name} takes text from {source.name}, too"
        values = {"knowledge_base": after.arn, **summary(source)}
        base = Severity.CRITICAL if rises else None
        found.append(Change("data_source.added", _subject(after, name), None, values, how, base))
    for name in old.keys() - new.keys():
        how = f"knowledge base {after.name} no longer takes text from {old[name].name}"
        values = {"knowledge_base": after.arn, **summary(old[name])}
        found.append(Change("data_source.removed", _subject(after, name), values, None, how))
    for name in new.keys() & old.keys():
        found += _source_changed(after, old[name], new[name])
    return found


def _known(fields: tuple[str, ...], unknown: set[str]) -> tuple[str, ...]:
    return tuple(name for name in fields if name not in unknown)


def _source_changed(base: KnowledgeBase, before: DataSource, after: DataSource) -> list[Change]:
    if _UNSEEN in (before.kind, after.kind):
        return []
    old, new = differing(before, after, _SOURCE)
    if not new:
        return []
    severity = Severity.LOW if set(new) == {"prefixes"} and _narrower(before, after) else None
    how = f"data source {after.name} differs in {', '.join(sorted(new))}"
    kept = {"knowledge_base": base.arn, "bucket_arn": after.bucket_arn}
    one = {**kept, "name": before.name, **old}
    two = {**kept, "name": after.name, **new}
    return [Change("data_source.changed", _subject(base, after.id), one, two, how, severity)]


def _narrower(before: DataSource, after: DataSource) -> bool:
    """No prefix at all means the whole bucket."""
    if not after.prefixes:
        return False
    return not before.prefixes or all(
        any(new.startswith(old) for old in before.prefixes) for new in after.prefixes
    )


def _subject(base: KnowledgeBase, source: str) -> str:
    return f"{base.arn}/{source}"


def _highest(sources: Iterable[DataSource], estate: Estate) -> int:
    buckets = {bucket.arn: bucket for bucket in estate.buckets}
    ranks = [0]
    for source in sources:
        bucket = buckets.get(source.bucket_arn or "")
        if bucket is not None and bucket.tags is not None:
            ranks.append(class_rank(class_of(bucket.tags)))
    return max(ranks)
