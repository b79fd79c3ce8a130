"""What IAM and Organizations say: roles, policies, ceilings."""

from recert.estate.base import Frozen, Instant, Tags
from recert.iam.arns import is_aws_managed


class InlinePolicy(Frozen):
    """A policy that lives inside a role; `document` is JSON text."""

    name: str
    document: str


class ManagedPolicy(Frozen):
    """A managed policy in its default version; `document` is JSON text, None where it could not be read."""

    arn: str
    name: str
    version_id: str | None = None
    document: str | None = None
    attachment_count: int | None = None
    tags: Tags = {}
    created_at: Instant | None = None
    updated_at: Instant | None = None

    @property
    def aws_managed(self) -> bool:
        """Tell whether AWS owns the policy."""
        return is_aws_managed(self.arn)


class User(Frozen):
    """An IAM user; `groups` are names, `attached` and `boundary` policy ARNs."""

    arn: str
    name: str
    account: str
    created_at: Instant | None = None
    groups: tuple[str, ...] = ()
    inline: tuple[InlinePolicy, ...] = ()
    attached: tuple[str, ...] = ()
    boundary: str | None = None
    tags: Tags = {}


class UserGroup(Frozen):
    """A group of IAM users; what it allows holds for each of them."""

    arn: str
    name: str
    account: str
    created_at: Instant | None = None
    inline: tuple[InlinePolicy, ...] = ()
    attached: tuple[str, ...] = ()


class Role(Frozen):
    """An IAM role; `attached` and `boundary` are policy ARNs, `trust` is JSON text."""

    arn: str
    role_id: str
    name: str
    path: str
    account: str
    trust: str
    created_at: Instant | None = None
    inline: tuple[InlinePolicy, ...] = ()
    attached: tuple[str, ...] = ()
    boundary: str | None = None
    tags: Tags = {}
    last_used_at: Instant | None = None
    last_used_region: str | None = None
    last_used_known: bool = False
    """Whether the reading told when the role was last used; with `last_used_at` None it then was not."""
    description: str | None = None
    max_session_seconds: int | None = None
    template_arn: str | None = None
    """The AWS template that the role was made from."""
    details_known: bool = False
    """Whether the role was read by itself: the bulk shows no description, longest session or template."""

    @property
    def service_linked(self) -> bool:
        """Tell whether the role belongs to a service and stands outside SCPs."""
        return self.path.startswith("/aws-service-role/")


class ControlPolicy(Frozen):
    """A policy of an organisation; `document` is JSON text, None if unread.

    `kind` is `scp`, `rcp`, or `bedrock`: a policy that forces guardrails on every model call.
    """

    id: str
    arn: str
    name: str
    kind: str
    document: str | None = None
    aws_managed: bool = False


class CeilingLevel(Frozen):
    """One level above an account: the root, an organisational unit, the account itself.

    `scps`, `rcps` and `bedrock` are policy ids; None where that kind could not be read.
    """

    target_id: str
    name: str
    scps: tuple[str, ...] | None = None
    rcps: tuple[str, ...] | None = None
    bedrock: tuple[str, ...] | None = None


class Ceiling(Frozen):
    """The levels above one account, root first."""

    account: str
    levels: tuple[CeilingLevel, ...]


class Organization(Frozen):
    """The organisation as far as it was read; `management_account` is outside every SCP."""

    id: str
    management_account: str | None = None
    ceilings: tuple[Ceiling, ...] = ()
    policies: tuple[ControlPolicy, ...] = ()
