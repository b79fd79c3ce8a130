"""The guardrails that versions name and accounts force, each in the version that is named."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from recert.aws import reads
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.values import dig, document, text
from recert.aws.matching import Place
from recert.aws.models import partition_of
from recert.aws.reader import GONE, Answer, Reader
from recert.aws.redaction import conceal_structure
from recert.estate.agents import DRAFT
from recert.estate.canonical import unordered
from recert.estate.integrations import Guardrail

POLICY_LIMIT = "The recording holds no resource policies of guardrails."
MISSING = "MISSING"
"""The status of a guardrail that a version names and that does not exist."""

_ARN = re.compile(
    r"arn:[a-z-]+:bedrock:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):guardrail/(?P<id>.+)"
)
_SETTINGS = (
    "topicPolicy",
    "contentPolicy",
    "wordPolicy",
    "sensitiveInformationPolicy",
    "contextualGroundingPolicy",
    "automatedReasoningPolicy",
    "crossRegionDetails",
    "blockedInputMessaging",
    "blockedOutputsMessaging",
)


@dataclass(frozen=True, slots=True, order=True)
class GuardrailName:
    """A guardrail as a version names it, and where it lives."""

    place: Place
    id: str
    version: str
    written: str


def gather(harvest: Harvest) -> None:
    """Read every guardrail that a version of an agent or flow names, or that an account forces."""
    names = sorted({(one.place, one.id, one.version): one for one in _named(harvest)}.values())
    accounts = frozenset(harvest.accounts)

    def asked(name: GuardrailName) -> str:
        return name.place.account if name.place.account in accounts else harvest.accounts[0]

    def read(name: GuardrailName) -> Guardrail:
        return read_guardrail(harvest.reader_of(asked(name)), name)

    found = harvest.crew.each("reading guardrails", read, names)
    owners = {
        one.arn: Place(asked(name), name.place.region)
        for name, one in zip(names, found, strict=True)
    }
    arns = [
        arn
        for arn in sorted(owners)
        if harvest.asks(reads.GET_GUARDRAIL_POLICY, owners[arn].account, POLICY_LIMIT)
    ]

    def policy(arn: str) -> Answer:
        reader = harvest.reader_of(owners[arn].account).at(owners[arn])
        return reader.call(reads.GET_GUARDRAIL_POLICY, subject=arn, resourceArn=arn)

    answers = harvest.crew.each("reading guardrail policies", policy, arns)
    told = dict(zip(arns, answers, strict=True))
    harvest.guardrails += [_with_policy(one, told.get(one.arn)) for one in found]


def _with_policy(guardrail: Guardrail, answer: Answer | None) -> Guardrail:
    if answer is None or not answer.known:
        return guardrail
    policy = document(dig(answer.output, "resourcePolicy"))
    return guardrail.model_copy(update={"resource_policy": policy, "resource_policy_known": True})


def _named(harvest: Harvest) -> Iterator[GuardrailName]:
    for agent in harvest.agents:
        place = Place(agent.account, agent.region)
        for version in agent.versions:
            if version.guardrail is not None:
                yield _name(place, version.guardrail.identifier, version.guardrail.version)
    for one in harvest.enforcements:
        for forced in one.guardrails:
            place = Place(one.account, one.region)
            yield _name(place, forced.guardrail_arn, forced.version or DRAFT)


def _name(place: Place, written: str, version: str) -> GuardrailName:
    found = _ARN.fullmatch(written)
    if found is None:
        return GuardrailName(place, written, version, written)
    return GuardrailName(Place(found["account"], found["region"]), found["id"], version, written)


def read_guardrail(reader: Reader, name: GuardrailName) -> Guardrail:
    """Read one version of a guardrail; without content where it could not be read."""
    own = reader.at(Place(reader.place.account, name.place.region))
    answer = own.call(
        reads.GET_GUARDRAIL,
        subject=f"{name.id}:{name.version}",
        guardrailIdentifier=name.written,
        guardrailVersion=name.version,
    )
    detail = answer.output or {}
    region, account = name.place.region, name.place.account
    stem = f"arn:{partition_of(region)}:bedrock:{region}:{account}:guardrail"
    settings = {key: detail[key] for key in _SETTINGS if detail.get(key)}
    content = (
        conceal_structure(unordered(settings), reader.keyring)
        if answer.output is not None
        else None
    )
    return Guardrail(
        arn=text(detail.get("guardrailArn")) or f"{stem}/{name.id}",
        id=text(detail.get("guardrailId")) or name.id,
        version=name.version,
        name=text(detail.get("name")) or name.id,
        account=account,
        region=region,
        status=MISSING if answer.error == GONE else text(detail.get("status")),
        content=content.keyed_digest if content else None,
        kms_key_arn=text(detail.get("kmsKeyArn")),
    )
