"""The prompts that flows name: which model or agent they go to, and whether their text changed."""

import re

from recert.aws import reads
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.values import dig, every, text, unique
from recert.aws.reader import Reader
from recert.aws.redaction import conceal_structure
from recert.estate.companions import Resource

KIND = "prompt"
LIMIT = "The recording holds no prompts of flows: a change of their text does not show."
_ARN = re.compile(r"arn:[a-z-]+:bedrock:[a-z0-9-]+:\d{12}:prompt/[0-9a-zA-Z]+(?::\d+)?")
_UNREAD = ("details", "kms_key_arn", "targets")


def gather(harvest: Harvest) -> None:
    """Read every prompt that a flow names, in the version that is named."""
    named = {
        (agent.account, agent.region, item.target)
        for agent in harvest.agents
        for version in agent.versions
        for item in version.integrations
        if item.type == KIND and item.target and _ARN.fullmatch(item.target)
    }
    readers = {(one.place.account, one.place.region): one for one in harvest.readers}
    work = [
        (readers[account, region], arn)
        for account, region, arn in sorted(named)
        if harvest.asks(reads.GET_PROMPT, account, LIMIT)
    ]
    harvest.resources += harvest.crew.each("reading prompts", lambda one: read_prompt(*one), work)


def read_prompt(reader: Reader, arn: str) -> Resource:
    """Read one prompt by its ARN, which may end in a version."""
    answer = reader.call(reads.GET_PROMPT, subject=arn, promptIdentifier=arn)
    detail = answer.output or {}
    variants = detail.get("variants") or []
    name = text(detail.get("name")) or arn.rpartition("/")[2]
    content = conceal_structure(variants, reader.keyring) if variants else None
    return Resource(
        arn=arn,
        id=text(detail.get("id")) or arn.rpartition("/")[2],
        name=name,
        kind=KIND,
        account=reader.place.account,
        region=reader.place.region,
        kms_key_arn=text(detail.get("customerEncryptionKeyArn")),
        targets=unique(every(variants, "modelId", "agentIdentifier")),
        details=(content.keyed_digest,) if content else (),
        unknown=_UNREAD if dig(answer.output, "variants") is None else (),
    )
