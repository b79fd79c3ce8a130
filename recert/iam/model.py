"""The values of an evaluation: what bounds a principal, what it asks for, what IAM answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from msgspec import Struct

from recert.iam.context import EMPTY, Context, Value, context_of
from recert.iam.grammar import (
    VERSION_WITH_VARIABLES,
    Condition,
    Policy,
    Statement,
    parse_policy,
)

PolicyKind = Literal[
    "inline",
    "customer-managed",
    "aws-managed",
    "boundary",
    "session",
    "scp",
    "rcp",
    "endpoint",
    "resource",
    "trust",
    "key",
]
Decision = Literal["allowed", "explicitDeny", "implicitDeny"]
Layer = Literal["identity", "resource", "boundary", "session", "endpoint", "scp", "rcp"]
LAYERS: Final[tuple[Layer, ...]] = get_args(Layer)
ALLOW_ALL: Final[Mapping[str, str]] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
"""The statement that allows every action on every resource."""
_OPEN: Final = parse_policy({"Version": VERSION_WITH_VARIABLES, "Statement": [ALLOW_ALL]})


class SourcedPolicy(Struct, frozen=True, gc=False):
    """A policy with where it comes from; `arn` and `version_id` are None where it has none."""

    policy: Policy
    kind: PolicyKind
    name: str
    arn: str | None = None
    version_id: str | None = None


def allowing_all(kind: PolicyKind, name: str) -> SourcedPolicy:
    """Return a policy that takes nothing: for a ceiling nobody could read, or a caller who may all."""
    return SourcedPolicy(_OPEN, kind, name)


class Source(Struct, frozen=True, gc=False):
    """Where a policy comes from, without the policy."""

    kind: PolicyKind
    name: str
    arn: str | None = None
    version_id: str | None = None


Level = tuple[SourcedPolicy, ...]
"""The policies attached at one level of an organisation; a level without any denies everything."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Everything that bounds one principal, of its own side.

    `boundary` and `session` are None where there is none. `scps` and `rcps` list the levels root
    first; None where there is no organisation, or where nobody could read it. `rcps` are those of
    the account of the resource. A level of RCPs that has any policy has `RCPFullAWSAccess` too.

    `endpoint`: the policy of the VPC endpoint that the calls go through, None where they go through
    none, or where nobody knows.

    `management_account`: SCPs do not touch the principal. `service_linked`: neither SCPs nor RCPs.
    """

    role_arn: str
    identity: tuple[SourcedPolicy, ...] = ()
    boundary: tuple[SourcedPolicy, ...] | None = None
    session: tuple[SourcedPolicy, ...] | None = None
    scps: tuple[Level, ...] | None = None
    rcps: tuple[Level, ...] | None = None
    management_account: bool = False
    service_linked: bool = False
    endpoint: tuple[SourcedPolicy, ...] | None = None


class Request(Struct, frozen=True, gc=False):
    """One question to IAM.

    `resource` is an ARN or `*`; with wildcards in it the question is about any resource that it
    covers: an Allow on some of them is reachable, a Deny protects when it covers them all.
    `principal` is an ARN, a service principal, or None for the role of the authority itself.
    `resource_account` is None where the ARN tells, or where it is the principal's own.

    `unresourced`: the action takes no resource, so that only `*` is ever asked for. `rcp_exempt`:
    the resource is one that RCPs leave alone, as those of the management account and AWS managed
    keys are.
    """

    action: str
    resource: str = "*"
    principal: str | None = None
    context: Context = EMPTY
    resource_account: str | None = None
    unresourced: bool = False
    rcp_exempt: bool = False


def request(
    action: str,
    resource: str = "*",
    principal: str | None = None,
    context: Mapping[str, Value] | None = None,
    **options: bool | str | None,
) -> Request:
    """Build a request from condition keys as they come, in any case; a tuple is a multi-valued key.

    `complete=False`: keys that are not there are unknown, not absent.
    """
    complete = bool(options.pop("complete", True))
    known = context_of(context or {}, complete=complete)
    return Request(action, resource, principal, known, **options)  # type: ignore[arg-type]  # the options are the remaining fields


class Match(Struct, frozen=True, gc=False):
    """A statement that speaks to a request.

    `level` counts the levels of SCPs or RCPs from the root, 0 elsewhere. `open` holds the
    conditions that may or may not hold; `open_keys` every context key that is unknown in it. Where
    both are empty the statement certainly speaks.
    """

    layer: Layer
    source: SourcedPolicy | Source
    statement: Statement
    level: int = 0
    open: tuple[Condition, ...] = ()
    open_keys: tuple[str, ...] = ()

    @property
    def certain(self) -> bool:
        """Tell whether nothing unknown stands between the statement and the request."""
        return not self.open and not self.open_keys


class Verdict(Struct, frozen=True, gc=False):
    """What IAM answers, and why.

    `decision` is the reading that shows more access: an Allow that rests on an unknown condition
    counts, a Deny that does is no protection. `certain` tells whether every value of the unknown
    keys gives this decision; `rests_on` holds the statements whose unknown conditions it hangs on.

    Where the context of the request is not complete and no resource policy is given, the policy of
    a resource that has to agree (a key, a role to assume, any resource of another account) is
    unknown too: an allowed verdict is not certain then, and `reason` says so.

    `matched`: the statements that made the decision: every Deny, or every Allow of an allowed
    request. `speaking`: all statements that speak to the request, by layer. `missing`: context keys
    that a policy asks for and the request does not have.
    """

    decision: Decision
    decided_by: Layer
    certain: bool = True
    matched: tuple[Match, ...] = ()
    rests_on: tuple[Match, ...] = ()
    missing: tuple[str, ...] = ()
    speaking: tuple[Match, ...] = ()
    reason: str = ""

    @property
    def allowed(self) -> bool:
        """Tell whether the request can succeed."""
        return self.decision == "allowed"

    @property
    def conditional(self) -> bool:
        """Tell whether the request succeeds under some values of the unknown keys only."""
        return self.decision == "allowed" and not self.certain
