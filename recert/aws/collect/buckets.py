"""The buckets that agents read from: how their data is classified, and who else may read it."""

from recert.aws import reads
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.values import dig, document, tag_list
from recert.aws.matching import Place
from recert.aws.models import partition_of
from recert.aws.reader import Reader
from recert.estate.integrations import Bucket

_BUCKET_NODES = frozenset({"storage", "retrieval"})


def gather(harvest: Harvest) -> None:
    """Read every bucket that a data source, an API schema or a flow names."""
    named = _named(harvest)
    accounts = frozenset(harvest.accounts)

    def read(arn: str) -> Bucket:
        owner, place = named[arn]
        account = owner if owner in accounts else place.account
        return read_bucket(harvest.reader_of(account).at(Place(account, place.region)), arn, owner)

    harvest.buckets += harvest.crew.each("reading buckets", read, sorted(named))


def _named(harvest: Harvest) -> dict[str, tuple[str | None, Place]]:
    """Return the ARN of each bucket, its owner where AWS says so, and where it is named."""
    found: dict[str, tuple[str | None, Place]] = {}
    for base in harvest.knowledge_bases:
        for source in base.data_sources or ():
            if source.bucket_arn:
                place = Place(base.account, base.region)
                found.setdefault(source.bucket_arn, (source.bucket_owner, place))
    for agent in harvest.agents:
        place = Place(agent.account, agent.region)
        stem = f"arn:{partition_of(agent.region)}:s3:::"
        for version in agent.versions:
            names = [group.schema_bucket for group in version.action_groups]
            names += [one.target for one in version.integrations if one.type in _BUCKET_NODES]
            for name in filter(None, names):
                found.setdefault(f"{stem}{name}", (None, place))
    return found


def read_bucket(reader: Reader, arn: str, owner: str | None) -> Bucket:
    """Read one bucket's tags and policy."""
    name = arn.rpartition(":::")[2].partition("/")[0]
    tags = reader.call(reads.GET_BUCKET_TAGS, subject=arn, Bucket=name)
    policy = reader.call(reads.GET_BUCKET_POLICY, subject=arn, Bucket=name)
    return Bucket(
        arn=arn,
        account=owner,
        tags=tag_list(dig(tags.output, "TagSet")) if tags.known else None,
        policy=document(dig(policy.output, "Policy")),
        policy_known=policy.known,
    )
