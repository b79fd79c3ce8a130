"""What an agent can drive: functions, knowledge bases, data sources, action groups, collaborators."""

from recert.estate.base import Concealed, Frozen, Instant, Tags


class Function(Frozen):
    """A Lambda function behind an agent; `resource_policy` is JSON text, None where there is none.

    `version` is the one that was asked for, `$LATEST` where none was; `network` its VPC, security
    groups and subnets. `resource_policy_known` and `configuration_known` tell a missing answer from
    an empty one.
    """

    arn: str
    name: str
    account: str
    region: str
    role_arn: str | None = None
    code_sha256: str | None = None
    version: str | None = None
    runtime: str | None = None
    network: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    environment: dict[str, Concealed] = {}
    kms_key_arn: str | None = None
    resource_policy: str | None = None
    resource_policy_known: bool = True
    configuration_known: bool = True
    updated_at: Instant | None = None


class DataSource(Frozen):
    """Where a knowledge base takes its text from; `kind` as AWS names it (`S3`, `WEB`, `CONFLUENCE`, …)."""

    id: str
    name: str
    kind: str
    status: str | None = None
    bucket_arn: str | None = None
    bucket_owner: str | None = None
    prefixes: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    secret_arn: str | None = None
    kms_key_arn: str | None = None
    function_arns: tuple[str, ...] = ()
    model_arns: tuple[str, ...] = ()
    parameters: str | None = None
    """The keyed digest of a managed connector's own settings."""


class KnowledgeBase(Frozen):
    """A knowledge base with its role, its store (`storage_*`) and its sources.

    `data_sources` is None where they could not be listed.
    """

    arn: str
    id: str
    name: str
    account: str
    region: str
    kind: str | None = None
    status: str | None = None
    role_arn: str | None = None
    embedding_model: str | None = None
    storage_kind: str | None = None
    storage_arns: tuple[str, ...] = ()
    secret_arns: tuple[str, ...] = ()
    table_names: tuple[str, ...] = ()
    data_sources: tuple[DataSource, ...] | None = ()
    tags: Tags = {}
    endpoints: tuple[str, ...] = ()
    """Where it keeps text outside of what `storage_arns` names: URLs of outside stores, `s3://` places."""
    kms_key_arn: str | None = None
    resource_policy: str | None = None
    resource_policy_known: bool = False
    """Tells that there is no policy from one that was not asked for or not answered."""
    unknown: tuple[str, ...] = ()
    """Fields that could not be read."""


class Bucket(Frozen):
    """A bucket that an agent reads from; tags or policy None where they could not be read."""

    arn: str
    account: str | None = None
    tags: Tags | None = None
    policy: str | None = None
    policy_known: bool = False


class Guardrail(Frozen):
    """One version of a guardrail; `content` is the digest of its settings, None where unread."""

    arn: str
    id: str
    version: str
    name: str
    account: str
    region: str
    status: str | None = None
    content: str | None = None
    kms_key_arn: str | None = None
    resource_policy: str | None = None
    resource_policy_known: bool = False


class EnforcedGuardrail(Frozen):
    """A guardrail that an account forces on model calls; without `models` on all but `spared`.

    `input_tags` is `HONOR` where a caller may mark the part of its input that is checked.
    """

    id: str
    guardrail_arn: str
    version: str | None = None
    input_tags: str | None = None
    models: tuple[str, ...] = ()
    spared: tuple[str, ...] = ()
    guarding: tuple[str, ...] = ()


class Enforcement(Frozen):
    """What one account forces on model calls in one region; a place that was not read has none."""

    account: str
    region: str
    guardrails: tuple[EnforcedGuardrail, ...] = ()


class EncryptionKey(Frozen):
    """A KMS key that an agent's settings or data rest on; `policy` is JSON text, None where unread.

    `manager` is `CUSTOMER` or `AWS`, whose keys have a policy that nobody can change; `state` as KMS
    names it. `used_by` lists the ARNs of what names the key.
    """

    arn: str
    account: str
    region: str
    written: str
    state: str | None = None
    manager: str | None = None
    policy: str | None = None
    policy_known: bool = False
    used_by: tuple[str, ...] = ()


class ToolFunction(Frozen):
    """One function that an action group offers to the model."""

    name: str
    requires_confirmation: bool = False
    parameters: tuple[str, ...] = ()


class ActionGroup(Frozen):
    """A set of tools of one agent version.

    `executor` is `lambda`, `return_control` or `builtin`; `signature` is AWS's parent signature
    (`AMAZON.CodeInterpreter`, …); `schema_*` locate or digest the API schema.
    """

    id: str
    name: str
    state: str
    executor: str | None = None
    function_arn: str | None = None
    signature: str | None = None
    functions: tuple[ToolFunction, ...] = ()
    schema_digest: str | None = None
    schema_writes: int | None = None
    """How many operations of the API schema write, None where that was not seen."""
    schema_bucket: str | None = None
    schema_key: str | None = None
    description: str | None = None

    @property
    def enabled(self) -> bool:
        """Tell whether the agent may call it."""
        return self.state == "ENABLED"


class KnowledgeBaseLink(Frozen):
    """The association of an agent version with a knowledge base."""

    id: str
    state: str
    description: str | None = None


class Collaborator(Frozen):
    """Another agent that this one hands work to, through that agent's alias."""

    id: str
    name: str
    alias_arn: str
    relays_history: bool = False
    instruction: Concealed | None = None


class GuardrailRef(Frozen):
    """Which guardrail a version names; `version` `DRAFT` can change under a live agent."""

    identifier: str
    version: str
