"""What stands beside agents: tools and targets, who is let in, shared resources, usage, trails."""

from recert.estate.base import Frozen, Instant


class Integration(Frozen):
    """One thing that a flow, runtime, harness or gateway version can drive or depends on.

    `kind`: `gateway_target`, `gateway_rule`, `interceptor`, `transform`, `policy_engine` (gateways);
    `tool`, `allowed_tools`, `skill`, `hook`, `memory`, `model_key` (harnesses); `flow_node` (flows);
    `definition`, `task`, `agent` (state machines); `filesystem`, `capacity_provider`,
    `workload_identity` (runtimes). `target` is the ARN, URL or id
    that AWS names; `credential` says how the call authenticates (`GATEWAY_IAM_ROLE`, `OAUTH`,
    `API_KEY`, `CALLER_IAM_CREDENTIALS`, `JWT_PASSTHROUGH`); `content` digests the redacted settings.
    `known` is False where only its listing could be read.
    """

    kind: str
    id: str
    name: str
    type: str | None = None
    target: str | None = None
    function_arn: str | None = None
    credential: str | None = None
    provider_arns: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    state: str | None = None
    mode: str | None = None
    content: str | None = None
    known: bool = True


class Access(Frozen):
    """Who is let in: `authorizer` is `AWS_IAM`, `CUSTOM_JWT`, `AUTHENTICATE_ONLY` or `NONE`.

    `claims` are the names of claims that a token must carry, `claim_rules` what each must say.
    """

    authorizer: str
    issuer: str | None = None
    clients: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    claim_rules: tuple[str, ...] = ()
    workloads: tuple[str, ...] = ()


class Resource(Frozen):
    """A resource that agents share: memory, browser, code interpreter, credential provider and so on.

    `kind`: `memory`, `browser`, `code-interpreter`, `oauth2-provider`, `api-key-provider`,
    `workload-identity`, `policy-engine`, `payment-provider`, `payment-manager`, `online-evaluation`,
    `capacity-provider`, `consent-portal`, `ab-test`, `registry-record` (what an agent registry says of
    the agents in `targets`, its metadata in `details`), `prompt` (a prompt that a flow names, whose
    `targets` are models and agents and whose `details` digest its concealed text). `policies` are the Cedar
    policies of an engine as `(name, mode, statement)`; `targets` are the ARNs and URLs that it writes
    to or talks to.
    """

    arn: str
    id: str
    name: str
    kind: str
    account: str
    region: str
    status: str | None = None
    role_arn: str | None = None
    kms_key_arn: str | None = None
    secret_arns: tuple[str, ...] = ()
    vendor: str | None = None
    targets: tuple[str, ...] = ()
    network: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    policies: tuple[tuple[str, str, str], ...] | None = ()
    managed_by: str | None = None
    unknown: tuple[str, ...] = ()


class ActionUse(Frozen):
    """When an action was last attempted; None is not in the tracked period."""

    action: str
    last_at: Instant | None = None


class ServiceUse(Frozen):
    """When a role last attempted a service; `actions` only where AWS tracks them, None where it does not."""

    service: str
    last_at: Instant | None = None
    region: str | None = None
    actions: tuple[ActionUse, ...] | None = None


class RoleUse(Frozen):
    """What AWS knows of the use of a role; `services` None is *unknown*, `reason` then says why.

    AWS counts attempts, refused ones included, up to four hours late, over 400 days at least; it
    tracks no data-plane action and no `iam:PassRole`.
    """

    role_arn: str
    services: tuple[ServiceUse, ...] | None = None
    reason: str | None = None
    reported_at: Instant | None = None


class Trails(Frozen):
    """Whether a use would leave a trace in one account and region.

    `management` and `model_invocations` are None where that could not be read, `data_types` lists
    the resource types whose data events some active trail records (`*` for a selector without a
    type), None where that could not be read; `partly_types` are recorded for some resources or for
    one of reading and writing only. Management events are kept for 90 days without any trail too,
    except those of `excluded_sources` in a trail.
    """

    account: str
    region: str
    management: bool | None = None
    data_types: tuple[str, ...] | None = None
    partly_types: tuple[str, ...] = ()
    model_invocations: bool | None = None
    excluded_sources: tuple[str, ...] = ()


class Observed(Frozen):
    """A use of a role that CloudTrail's event history shows, summed over its sessions.

    `attribution` is `session_name` (the service writes the agent's id into it), `only_agent` (no
    other agent has the role) or `not_possible`, where `agent_arn` is None: the role is shared and
    nothing tells whose work it was. `outside` counts the uses in sessions whose name the service of
    the role's agents would not give, `sessions` names a few of them.
    """

    account: str
    region: str
    role_arn: str
    action: str
    agent_arn: str | None
    attribution: str
    last_at: Instant
    count: int
    refused: int = 0
    outside: int = 0
    sessions: tuple[str, ...] = ()


class OwnerState(Frozen):
    """What the identity store says of an owner: `active`, `disabled` or `missing`."""

    name: str
    state: str


class EventWindow(Frozen):
    """From when to when the event history of a place was read; `unread` says what was left out."""

    account: str
    region: str
    since: Instant
    until: Instant
    events: int
    unread: str | None = None
