"""The words in which the demo estate is described; `answers_*` turn them into AWS responses."""

import hashlib
import uuid
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]

_SPACE = uuid.UUID("0b3a6a3e-6c0e-4a52-8f43-7c9a51d0e6b4")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def ident(seed: str, length: int = 10) -> str:
    """Return an id as AWS gives them (`[0-9A-Z]`), always the same for one seed."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big")
    chars = []
    for _ in range(length):
        number, rest = divmod(number, len(_ALPHABET))
        chars.append(_ALPHABET[rest])
    return "".join(chars)


def sha256(seed: str) -> str:
    """Return a hexadecimal digest that stands for some content."""
    return hashlib.sha256(seed.encode()).hexdigest()


def collection_arn(account: str, region: str, base: str) -> str:
    """Return the ARN of the vector collection of a knowledge base."""
    key = ident(f"{account}/collection/{base}", 20).lower()
    return f"arn:aws:aoss:{region}:{account}:collection/{key}"


@dataclass(frozen=True)
class Tool:
    """One function that an action group offers; `confirm` asks the user first."""

    name: str
    description: str
    parameters: dict[str, str] = field(default_factory=dict)
    confirm: bool = False


@dataclass(frozen=True)
class Group:
    """An action group; without a function it returns control to the caller."""

    name: str
    description: str
    function: str | None = None
    tools: tuple[Tool, ...] = ()
    schema: tuple[str, str] | None = None
    signature: str | None = None


@dataclass(frozen=True)
class Partner:
    """A collaborator of a supervisor, by the name of the agent."""

    agent: str
    instruction: str
    relay: bool = True
    arn: str | None = None
    """The alias to call where the agent lives in another account."""


@dataclass(frozen=True)
class Version:
    """What one version of an agent is made of; `at` is when it was made."""

    at: str
    role: str
    model: str
    instruction: str
    groups: tuple[Group, ...] = ()
    bases: tuple[str, ...] = ()
    partners: tuple[Partner, ...] = ()
    guardrail: tuple[str, str] | None = None
    key: str | None = None
    """The KMS key, by its name here, that its settings are encrypted with."""
    memory_days: int | None = None
    parser: str | None = None
    orchestrator: str | None = None
    """Functions that read the model's answers, and that lead it; both by name."""


@dataclass(frozen=True)
class Agent:
    """An agent: its working copy, its numbered versions, and the aliases that serve them."""

    name: str
    description: str
    draft: Version
    versions: dict[str, Version]
    aliases: dict[str, str]
    tags: dict[str, str]
    created: str


@dataclass(frozen=True)
class Function:
    """A Lambda function, and the agents that its resource policy lets call it."""

    name: str
    role: str
    callers: tuple[str, ...]
    modified: str
    runtime: str = "python3.13"
    environment: dict[str, str] = field(default_factory=dict)
    by_gateway: bool = False
    """A gateway calls it with its own role; no resource policy is needed."""
    any_agent: bool = False
    """The resource policy names no agent, only the service and the account."""


@dataclass(frozen=True)
class Source:
    """A data source: a bucket, or a site with a secret."""

    name: str
    created: str
    bucket: str | None = None
    prefixes: tuple[str, ...] = ()
    confluence: tuple[str, str] | None = None
    urls: tuple[str, ...] = ()
    owner: str | None = None
    """The account of the bucket where it is another one."""


@dataclass(frozen=True)
class Base:
    """A knowledge base on a vector collection."""

    name: str
    description: str
    role: str
    created: str
    sources: tuple[Source, ...]
    tags: dict[str, str] = field(default_factory=dict)
    policy: Document | None = None
    """The resource policy; None is none."""


@dataclass(frozen=True)
class Role:
    """An IAM role; `unused` names services that its policies allow and that it never used."""

    name: str
    trust: Document
    created: str
    inline: dict[str, Document] = field(default_factory=dict)
    attached: tuple[str, ...] = ()
    boundary: str | None = None
    path: str = "/"
    tags: dict[str, str] = field(default_factory=dict)
    last_used: str | None = None
    unused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Managed:
    """A managed policy in its default version; AWS owns it where `aws` is set."""

    name: str
    document: Document
    created: str
    version: str = "v1"
    aws: bool = False
    path: str = "/"
    description: str = ""


@dataclass(frozen=True)
class Guardrail:
    """A guardrail with its published version."""

    name: str
    description: str
    version: str
    topics: dict[str, str]
    created: str


@dataclass(frozen=True)
class Bucket:
    """A bucket with its tags; `policy` None is no policy."""

    name: str
    tags: dict[str, str]
    policy: Document | None = None


@dataclass(frozen=True)
class Denied:
    """A call that the reader is not allowed to make, or that AWS throttles until the reader gives up."""

    service: str
    operation: str
    params: dict[str, str]
    action: str
    resource: str
    throttled: bool = False


@dataclass(frozen=True)
class User:
    """An IAM user, and the groups that it belongs to."""

    name: str
    created: str
    groups: tuple[str, ...] = ()
    inline: dict[str, Document] = field(default_factory=dict)
    attached: tuple[str, ...] = ()
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class UserGroup:
    """A group of IAM users."""

    name: str
    created: str
    inline: dict[str, Document] = field(default_factory=dict)
    attached: tuple[str, ...] = ()


@dataclass(frozen=True)
class Key:
    """A KMS key of the customer."""

    name: str
    created: str
    policy: Document
    description: str = ""


@dataclass(frozen=True)
class Place:
    """One account in one region, with everything that lives there."""

    account: str
    region: str
    name: str
    agents: tuple[Agent, ...]
    functions: tuple[Function, ...]
    bases: tuple[Base, ...]
    roles: tuple[Role, ...]
    policies: tuple[Managed, ...]
    guardrails: tuple[Guardrail, ...] = ()
    buckets: tuple[Bucket, ...] = ()
    denied: tuple[Denied, ...] = ()
    users: tuple[User, ...] = ()
    groups: tuple[UserGroup, ...] = ()
    keys: tuple[Key, ...] = ()

    def agent_id(self, name: str) -> str:
        """Return the id of an agent."""
        return ident(f"{self.account}/agent/{name}")

    def agent_arn(self, name: str) -> str:
        """Return the ARN of an agent."""
        return f"arn:aws:bedrock:{self.region}:{self.account}:agent/{self.agent_id(name)}"

    def alias_id(self, name: str, alias: str) -> str:
        """Return the id of an agent's alias."""
        return ident(f"{self.account}/alias/{name}/{alias}")

    def alias_arn(self, name: str, alias: str) -> str:
        """Return the ARN of an agent's alias."""
        tail = f"{self.agent_id(name)}/{self.alias_id(name, alias)}"
        return f"arn:aws:bedrock:{self.region}:{self.account}:agent-alias/{tail}"

    def base_id(self, name: str) -> str:
        """Return the id of a knowledge base."""
        return ident(f"{self.account}/base/{name}")

    def base_arn(self, name: str) -> str:
        """Return the ARN of a knowledge base."""
        tail = f"knowledge-base/{self.base_id(name)}"
        return f"arn:aws:bedrock:{self.region}:{self.account}:{tail}"

    def guardrail_id(self, name: str) -> str:
        """Return the id of a guardrail, which AWS writes in small letters."""
        return ident(f"{self.account}/guardrail/{name}", 12).lower()

    def guardrail_arn(self, name: str) -> str:
        """Return the ARN of a guardrail."""
        return f"arn:aws:bedrock:{self.region}:{self.account}:guardrail/{self.guardrail_id(name)}"

    def function_arn(self, name: str) -> str:
        """Return the unqualified ARN of a function."""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{name}"

    def role_arn(self, name: str) -> str:
        """Return the ARN of a role, with its path."""
        role = next(item for item in self.roles if item.name == name)
        return f"arn:aws:iam::{self.account}:role{role.path}{name}"

    def policy_arn(self, name: str) -> str:
        """Return the ARN of a managed policy that this account has or uses."""
        policy = next(item for item in self.policies if item.name == name)
        owner = "aws" if policy.aws else self.account
        return f"arn:aws:iam::{owner}:policy{policy.path}{name}"

    def key_arn(self, name: str) -> str:
        """Return the ARN of a KMS key, whose id is a UUID."""
        key = uuid.uuid5(_SPACE, f"{self.account}/key/{name}")
        return f"arn:aws:kms:{self.region}:{self.account}:key/{key}"
