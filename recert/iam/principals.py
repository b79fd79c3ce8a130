"""Who calls, and whether a Principal element means that caller.

A match has a strength, because what a resource policy gives depends on how it names the caller:
an account delegates, a role is still held by boundary and session policy, a user or `*` by the
session policy only, a session by neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Final, Literal

from recert.iam.arns import parts_of
from recert.iam.grammar import Principal

CallerKind = Literal[
    "role", "session", "user", "federated-user", "root", "service", "federated", "anyone"
]

_SERVICE_LINKED_PATH: Final = "aws-service-role/"
_SERVICE_LINKED_NAME: Final = "AWSServiceRoleFor"


_KINDS: Final[dict[tuple[str, str], CallerKind]] = {
    ("sts", "assumed-role"): "session",
    ("sts", "federated-user"): "federated-user",
    ("iam", "role"): "role",
    ("iam", "user"): "user",
    ("iam", "root"): "root",
}


_MEANT: Final[dict[str, CallerKind]] = {"Service": "service", "Federated": "federated"}


class Strength(IntEnum):
    """How directly a policy names a caller; of several matches the strongest counts."""

    NONE = 0
    ACCOUNT = 1
    ROLE = 2
    DIRECT = 3
    SESSION = 4


# Reading a member off its class costs more than the comparison that it is read for.
NAMES_NONE: Final = Strength.NONE
NAMES_ACCOUNT: Final = Strength.ACCOUNT
NAMES_ROLE: Final = Strength.ROLE
NAMES_DIRECT: Final = Strength.DIRECT
NAMES_SESSION: Final = Strength.SESSION


@dataclass(frozen=True, slots=True)
class Caller:
    """The principal of a request; `role` is the role's name without its path.

    `kind` "anyone": nobody told who calls. `account` is None for services and federated callers.
    """

    kind: CallerKind
    arn: str
    account: str | None = None
    partition: str = "aws"
    role: str | None = None
    service_linked: bool = False

    @property
    def has_identity(self) -> bool:
        """Tell whether identity policies, boundaries and SCPs exist for such a caller."""
        return self.kind not in ("service", "federated")


ANYONE: Final = Caller("anyone", "")


@lru_cache(maxsize=512)
def caller_of(arn: str | None) -> Caller:
    """Read a caller: role, session, user, root or federated-user ARN, or a service principal.

    A SAML or OIDC provider, and any other text, is a federated caller, known by that text alone.
    """
    if not arn:
        return ANYONE
    parts = parts_of(arn)
    if parts is None or parts[0] != "arn":
        is_service = arn.endswith((".amazonaws.com", ".amazonaws.com.cn", ".amazon.com"))
        return Caller("service" if is_service else "federated", arn)
    _, partition, service, _, account, resource = parts
    head, _, rest = resource.partition("/")
    kind = _KINDS.get((service, head))
    if kind is None:
        return Caller("federated", arn)
    if kind == "session":
        role = rest.split("/", 1)[0]
        linked = role.startswith(_SERVICE_LINKED_NAME)
        return Caller(kind, arn, account, partition, role, linked)
    if kind == "role":
        role = rest.rsplit("/", 1)[-1]
        return Caller(kind, arn, account, partition, role, rest.startswith(_SERVICE_LINKED_PATH))
    return Caller(kind, arn, account, partition)


def strongest(principals: tuple[Principal, ...], caller: Caller) -> Strength:
    """Return how strongly a Principal element names the caller."""
    found = NAMES_NONE
    for principal in principals:
        strength = _strength(principal, caller)
        found = max(found, strength)
    return found


def spared(principals: tuple[Principal, ...], caller: Caller, *, bounded: bool) -> bool:
    """Tell whether a Deny with this NotPrincipal element leaves the caller alone.

    IAM checks the account, then the role, then the session: all must be listed. A principal with a
    boundary is never spared.
    """
    if any(_is_star(principal) for principal in principals):
        return not bounded
    if not caller.has_identity:
        return strongest(principals, caller) > NAMES_NONE
    if bounded:
        return False
    named = {_strength(principal, caller) for principal in principals}
    needed = {
        "session": {NAMES_SESSION, NAMES_ROLE, NAMES_ACCOUNT},
        "role": {NAMES_ROLE, NAMES_ACCOUNT},
        "federated-user": {NAMES_SESSION, NAMES_ACCOUNT},
        "user": {NAMES_DIRECT, NAMES_ACCOUNT},
        "root": {NAMES_DIRECT},
    }.get(caller.kind)
    return needed is not None and needed <= named


def is_account(value: str, caller: Caller) -> bool:
    """Tell whether a principal is the caller's account, as a number or as its root ARN."""
    return value == caller.account or (
        value == f"arn:{caller.partition}:iam::{caller.account}:root" and caller.account is not None
    )


def _is_star(principal: Principal) -> bool:
    return principal.value == "*" and principal.kind in ("*", "AWS")


def _strength(principal: Principal, caller: Caller) -> Strength:
    if _is_star(principal):
        return NAMES_DIRECT
    if principal.kind == "AWS":
        return _named(principal.value, caller)
    is_meant = principal.value == caller.arn and _MEANT.get(principal.kind) == caller.kind
    return NAMES_DIRECT if is_meant else NAMES_NONE


def _named(value: str, caller: Caller) -> Strength:
    """Tell how strongly an `AWS` principal names a caller."""
    if caller.account is None:
        return NAMES_NONE
    if value == caller.arn:
        return _BY_ARN.get(caller.kind, NAMES_DIRECT)
    if is_account(value, caller):
        return NAMES_DIRECT if caller.kind == "root" else NAMES_ACCOUNT
    if caller.kind == "session" and _names_role(value, caller):
        return NAMES_ROLE
    return NAMES_NONE


_BY_ARN: Final[dict[CallerKind, Strength]] = {
    "session": NAMES_SESSION,
    "federated-user": NAMES_SESSION,
    "role": NAMES_ROLE,
}


def _names_role(value: str, caller: Caller) -> bool:
    """Compare by name: a session's ARN drops the role's path; names are unique in an account."""
    head = f"arn:{caller.partition}:iam::{caller.account}:role/"
    return value.startswith(head) and value.rsplit("/", 1)[-1] == caller.role
