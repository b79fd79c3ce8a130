"""The images behind the tags that agents run: a tag may be moved without a change of the agent."""

import re
from dataclasses import dataclass

from recert.aws import later_reads
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.values import text, unique
from recert.aws.matching import Place
from recert.aws.reader import Answer
from recert.estate.agents import Agent, AgentVersion
from recert.iam.arns import account_of

LIMIT = "The recording does not say which images stand behind the tags that agents run."
_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.[a-z0-9.-]+?"
    r"/(?P<name>[^:@\s]+)(?::(?P<tag>[^:@\s]+))?"
)


@dataclass(frozen=True, slots=True, order=True)
class Image:
    """An image of a private registry by its tag, and where that registry is."""

    account: str
    region: str
    name: str
    tag: str


def image_of(artifact: str | None) -> Image | None:
    """Return the image that a tag names, None where a digest does or it is no such image."""
    found = _IMAGE.fullmatch(artifact or "")
    if found is None:
        return None
    return Image(found["account"], found["region"], found["name"], found["tag"] or "latest")


def gather(harvest: Harvest) -> None:
    """Read the digest of every image that a version of an agent names by a tag."""
    users: dict[Image, set[str]] = {}
    for agent in harvest.agents:
        for version in agent.versions:
            image = image_of(version.artifact)
            if image is not None:
                users.setdefault(image, set()).add(agent.arn)
    accounts = frozenset(harvest.accounts)

    def asked(image: Image) -> str:
        return image.account if image.account in accounts else account_of(min(users[image])) or ""

    images = [
        one for one in sorted(users) if harvest.asks(later_reads.DESCRIBE_IMAGES, asked(one), LIMIT)
    ]

    def read(image: Image) -> Answer:
        account = asked(image)
        reader = harvest.reader_of(account).at(Place(account, image.region))
        answer = reader.call(
            later_reads.DESCRIBE_IMAGES,
            quiet=True,
            registryId=image.account,
            repositoryName=image.name,
            imageIds=[{"imageTag": image.tag}],
        )
        if not answer.known:
            for arn in sorted(users[image]):
                reader.gap(later_reads.DESCRIBE_IMAGES, answer.error, arn)
        return answer

    answers = harvest.crew.each("reading images", read, images)
    found = {image: _digest(answer) for image, answer in zip(images, answers, strict=True)}
    harvest.agents[:] = [_with_digests(agent, found) for agent in harvest.agents]


def _digest(answer: Answer) -> str | None:
    digests = unique(
        digest
        for item in (answer.output or {}).get("imageDetails") or ()
        if (digest := text(item.get("imageDigest")))
    )
    return digests[0] if len(digests) == 1 else None


def _with_digests(agent: Agent, found: dict[Image, str | None]) -> Agent:
    def resolved(version: AgentVersion) -> AgentVersion:
        image = image_of(version.artifact)
        digest = found.get(image) if image is not None else None
        return version if digest is None else version.model_copy(update={"image_digest": digest})

    versions = tuple(resolved(version) for version in agent.versions)
    return agent if versions == agent.versions else agent.model_copy(update={"versions": versions})
