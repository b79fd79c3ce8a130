"""The KMS keys that agents' settings and data rest on: whether they work, and who may use them."""

import re
from collections.abc import Iterator

from recert.aws import reads
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.values import dig, document, text, unique
from recert.aws.matching import Place
from recert.aws.models import partition_of
from recert.aws.reader import Reader
from recert.estate.companions import Resource
from recert.estate.integrations import EncryptionKey, Function, Guardrail

LIMIT = "The recording holds no KMS keys: who may use the keys of agents is unknown."
_AWS = "AWS"
_ARN = re.compile(r"arn:[a-z0-9-]+:kms:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):(?:key|alias)/.+")


def gather(harvest: Harvest) -> None:
    """Read every key that an agent, a function, a base, a guardrail or a resource names."""
    users: dict[str, set[str]] = {}
    places: dict[str, Place] = {}
    for written, user, place in named(harvest):
        arn = _whole(written, place)
        users.setdefault(arn, set()).add(user)
        found = _ARN.fullmatch(arn)
        places[arn] = Place(found["account"], found["region"]) if found else place
    accounts = frozenset(harvest.accounts)
    work = [
        arn
        for arn in sorted(users)
        if harvest.asks(reads.DESCRIBE_KEY, _asked(harvest, accounts, places[arn]), LIMIT)
    ]

    def read(arn: str) -> EncryptionKey:
        account = _asked(harvest, accounts, places[arn])
        reader = harvest.reader_of(account).at(Place(account, places[arn].region))
        return read_key(reader, arn, places[arn], unique(users[arn]))

    harvest.keys += harvest.crew.each("reading keys", read, work)


def _asked(harvest: Harvest, accounts: frozenset[str], place: Place) -> str:
    """Return the account that asks: the key's own, or the first one where that is not visited."""
    return place.account if place.account in accounts else harvest.accounts[0]


def named(harvest: Harvest) -> Iterator[tuple[str, str, Place]]:
    """Yield each key as it is written, the ARN of what names it, and the place of that."""
    for agent in harvest.agents:
        for version in agent.versions:
            if version.kms_key_arn:
                yield version.kms_key_arn, agent.arn, Place(agent.account, agent.region)
    for base in harvest.knowledge_bases:
        place = Place(base.account, base.region)
        keys = [base.kms_key_arn, *(one.kms_key_arn for one in base.data_sources or ())]
        yield from ((key, base.arn, place) for key in keys if key)
    things: list[Function | Guardrail | Resource] = [
        *harvest.functions,
        *harvest.guardrails,
        *harvest.resources,
    ]
    for thing in things:
        if thing.kms_key_arn:
            yield thing.kms_key_arn, thing.arn, Place(thing.account, thing.region)


def _whole(written: str, place: Place) -> str:
    """Return the ARN of a key that may be written as an id or an alias alone."""
    if written.startswith("arn:"):
        return written
    kind = "" if written.startswith("alias/") else "key/"
    partition = partition_of(place.region)
    return f"arn:{partition}:kms:{place.region}:{place.account}:{kind}{written}"


def read_key(
    reader: Reader, arn: str, place: Place, used_by: tuple[str, ...] = ()
) -> EncryptionKey:
    """Read one key; its policy too unless AWS manages it, when nobody can change that."""
    described = reader.call(reads.DESCRIBE_KEY, subject=arn, KeyId=arn)
    detail = dig(described.output, "KeyMetadata") or {}
    own = text(detail.get("Arn")) or arn
    manager = text(detail.get("KeyManager"))
    policy, known = None, False
    if manager != _AWS:
        # The policy of an alias cannot be asked for.
        answer = reader.call(reads.GET_KEY_POLICY, subject=own, KeyId=own)
        policy, known = document(dig(answer.output, "Policy")), answer.known
    return EncryptionKey(
        arn=own,
        account=place.account,
        region=place.region,
        written=arn,
        state=text(detail.get("KeyState")),
        manager=manager,
        policy=policy,
        policy_known=known,
        used_by=used_by,
    )
