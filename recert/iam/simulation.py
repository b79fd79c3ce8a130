"""A request of the simulation as it was read, and what its elements are called."""

from __future__ import annotations

from typing import Final, NoReturn

from msgspec import Struct

from recert.iam.arns import account_of
from recert.iam.context import Context
from recert.iam.errors import PolicyError
from recert.iam.policyset import Loaded, PolicySet
from recert.iam.principals import caller_of

IDENTITY: Final = "PolicyInputList"
BOUNDARY: Final = "PermissionsBoundaryPolicyInputList"
SESSION: Final = "SessionPolicyInputList"
ENDPOINT: Final = "VpcEndpointPolicyInputList"
SCPS: Final = "ServiceControlPolicies"
RCPS: Final = "ResourceControlPolicies"
RESOURCE: Final = "ResourcePolicy"

SINGLE_TYPES: Final = frozenset({"string", "numeric", "boolean", "ip", "binary", "date"})
LIST_TYPES: Final = frozenset(f"{name}List" for name in SINGLE_TYPES)
"""The types of context keys: of one value, of several."""
ANYTHING: Final = ("*",)
LONGEST_RESOURCE: Final = 2048
LONGEST_ACTION: Final = 128
"""In characters, as the AWS operation has it."""


class Simulation(Struct, gc=False):
    """A request as it was read; `layers` are its compiled policies.

    `owner` is None where the request names none, `caller` where nobody calls in particular.
    """

    id: object
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    caller: str | None
    owner: str | None
    context: Context
    resource_policy: PolicySet | None
    layers: Loaded

    @property
    def bounded(self) -> bool:
        """Tell whether a boundary is part of the simulation."""
        return self.layers.boundary is not None


def read_caller(found: object) -> str | None:
    """Check `CallerArn`; raises PolicyError."""
    if found is None:
        return None
    if not isinstance(found, str):
        refuse("CallerArn", "must be a string.")
    if caller_of(found).kind == "anyone" or (":" not in found and "." not in found):
        refuse("CallerArn", "is neither an ARN nor a service principal.")
    return found


def read_owner(found: object) -> str | None:
    """Return the account that `ResourceOwner` names; raises PolicyError."""
    if found is None:
        return None
    account = account_of(found) if isinstance(found, str) else None
    if account is None:
        refuse("ResourceOwner", "must be an account of twelve digits, or an ARN with one.")
    return account


def refuse(path: str, what: str, remedy: str = "") -> NoReturn:
    """Raise a PolicyError about an element of the request."""
    raise PolicyError(what, remedy, path=path)
