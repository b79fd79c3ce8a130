"""Reading a request of the simulation: every element checked, every error with its path."""

from __future__ import annotations

import marshal
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn, cast

from recert.iam.context import EMPTY, Context, Value
from recert.iam.errors import PolicyError
from recert.iam.grammar import Policy, parse_policy
from recert.iam.model import Authority, PolicyKind, SourcedPolicy
from recert.iam.principals import account_of, caller_of

_KEYS: Final = frozenset(
    {
        "id",
        "PolicyInputList",
        "PermissionsBoundaryPolicyInputList",
        "ActionNames",
        "ResourceArns",
        "ResourcePolicy",
        "ResourceOwner",
        "CallerArn",
        "ContextEntries",
        "SessionPolicyInputList",
        "ServiceControlPolicies",
        "ResourceControlPolicies",
        # The rest of the AWS operation, which changes no verdict.
        "ResourceHandlingOption",
        "MaxItems",
        "Marker",
    }
)
_POLICY_KEYS: Final = (
    "PolicyInputList",
    "PermissionsBoundaryPolicyInputList",
    "SessionPolicyInputList",
    "ServiceControlPolicies",
    "ResourceControlPolicies",
)
_MARSHAL: Final = 2
"""The last version that writes equal values as equal bytes."""
_ENTRY_KEYS: Final = frozenset({"ContextKeyName", "ContextKeyValues", "ContextKeyType"})
_SINGLE: Final = frozenset({"string", "numeric", "boolean", "ip", "binary", "date"})
_LISTS: Final = frozenset(f"{name}List" for name in _SINGLE)
_ANYTHING: Final = ("*",)
_CACHED: Final = 64
_LONGEST_RESOURCE: Final = 2048
_LONGEST_ACTION: Final = 128

_parsed: dict[tuple[str | bytes, bool], Policy] = {}


@dataclass(slots=True)
class Simulation:
    """A request as it was read; `key` is the same for requests with the same policies.

    `owner` is None where the request names none, `caller` where nobody calls in particular.
    """

    key: bytes
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    caller: str | None
    owner: str | None
    context: Context
    resource_policy: SourcedPolicy | None
    bounded: bool
    request: Mapping[str, object]

    def authority(self) -> Authority:
        """Parse the policies that bound the caller."""
        request = self.request
        boundary = "PermissionsBoundaryPolicyInputList"
        session = "SessionPolicyInputList"
        return Authority(
            "",
            _policies(request, "PolicyInputList", "inline"),
            _policies(request, boundary, "boundary") or None,
            _policies(request, session, "session") or None,
            _levels(request, "ServiceControlPolicies", "scp"),
            _levels(request, "ResourceControlPolicies", "rcp"),
        )


def read_simulation(request: Mapping[str, object]) -> Simulation:
    """Check the elements of a request that are no policies of the caller, and read them.

    Raises:
        PolicyError: an element is missing, of the wrong type, or none that the operation has.
    """
    if not request.keys() <= _KEYS:
        strange = next(key for key in request if key not in _KEYS)
        _refuse(ascii(strange), "the request has no such element.")
    for key in ("PolicyInputList", "ActionNames"):
        if request.get(key) is None:
            _refuse(key, "is missing.")
    resource_policy = request.get("ResourcePolicy")
    resources = () if request.get("ResourceArns") is None else _texts(request, "ResourceArns")
    for position, resource in enumerate(resources):
        if len(resource) > _LONGEST_RESOURCE:
            _refuse(f"ResourceArns[{position}]", f"is longer than {_LONGEST_RESOURCE} characters.")
    return Simulation(
        _key(request),
        _actions(request),
        resources or _ANYTHING,
        _caller(request.get("CallerArn")),
        _owner(request.get("ResourceOwner")),
        EMPTY if request.get("ContextEntries") is None else _context(request["ContextEntries"]),
        None if resource_policy is None else _resource_policy(resource_policy),
        bool(request.get("PermissionsBoundaryPolicyInputList")),
        request,
    )


def _key(request: Mapping[str, object]) -> bytes:
    policies: Any = [request.get(key) for key in _POLICY_KEYS]
    return marshal.dumps(policies, _MARSHAL)


def _actions(request: Mapping[str, object]) -> tuple[str, ...]:
    actions = _texts(request, "ActionNames")
    for position, action in enumerate(actions):
        if len(action) > _LONGEST_ACTION:
            _refuse(f"ActionNames[{position}]", f"is longer than {_LONGEST_ACTION} characters.")
        service, colon, name = action.partition(":")
        if not (service and colon and name) or "*" in action or "?" in action:
            _refuse(
                f"ActionNames[{position}]",
                "must be one action with its service.",
                "Write it as s3:GetObject, without wildcards.",
            )
    return actions


def _caller(found: object) -> str | None:
    if found is None:
        return None
    if not isinstance(found, str):
        _refuse("CallerArn", "must be a string.")
    if caller_of(found).kind == "anyone" or (":" not in found and "." not in found):
        _refuse("CallerArn", "is neither an ARN nor a service principal.")
    return found


def _owner(found: object) -> str | None:
    if found is None:
        return None
    account = account_of(found) if isinstance(found, str) else None
    if account is None:
        _refuse("ResourceOwner", "must be an account of twelve digits, or an ARN with one.")
    return account


def _context(found: object) -> Context:
    if not isinstance(found, list):
        _refuse("ContextEntries", "must be a list.")
    values: dict[str, Value] = {}
    for position, entry in enumerate(found):
        if type(entry) is not dict or not entry.keys() <= _ENTRY_KEYS:
            _refuse(
                f"ContextEntries[{position}]",
                "must be an object of ContextKeyName, ContextKeyValues, ContextKeyType.",
            )
        name, listed = entry.get("ContextKeyName"), entry.get("ContextKeyValues")
        if type(name) is not str or not name:
            _refuse(f"ContextEntries[{position}].ContextKeyName", "must be a string.")
        key = name.lower()
        if key in values:
            _refuse(
                f"ContextEntries[{position}].ContextKeyName",
                "stands twice.",
                "Name each key once, in any case.",
            )
        if type(listed) is not list:
            _refuse(f"ContextEntries[{position}].ContextKeyValues", "must be a list.")
        values[key] = _value(entry, listed, position)
    return Context(values)


def _value(entry: Mapping[str, object], listed: list[object], position: int) -> Value:
    kind = entry.get("ContextKeyType")
    if kind is None:
        kind = "string" if len(listed) == 1 else "stringList"
    if type(kind) is not str:
        _refuse(f"ContextEntries[{position}].ContextKeyType", "must be a string.")
    if kind in _SINGLE and len(listed) == 1:
        only = listed[0]
        return only if type(only) is str else _text(only, position, 0)
    if kind in _LISTS:
        return tuple([_text(each, position, number) for number, each in enumerate(listed)])
    if kind not in _SINGLE:
        kinds = ", ".join(sorted(_SINGLE | _LISTS))
        at = f"ContextEntries[{position}].ContextKeyType"
        _refuse(at, "is none that IAM has.", f"The types are {kinds}.")
    return _refuse(
        f"ContextEntries[{position}].ContextKeyValues",
        f"must be one value for the type {kind}, not {len(listed)}.",
        f"A multi-valued key has the type {kind}List.",
    )


def _text(found: object, position: int, number: int) -> str:
    if isinstance(found, str):
        return found
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, int | float):
        return repr(found)
    return _refuse(f"ContextEntries[{position}].ContextKeyValues[{number}]", "must be a string.")


def _texts(request: Mapping[str, object], key: str) -> tuple[str, ...]:
    found = request[key]
    if not isinstance(found, list):
        _refuse(key, "must be a list of strings.")
    for position, each in enumerate(found):
        if not isinstance(each, str) or not each:
            _refuse(f"{key}[{position}]", "must be a string that is not empty.")
    return tuple(found)


def _policies(
    request: Mapping[str, object], key: str, kind: PolicyKind
) -> tuple[SourcedPolicy, ...]:
    found = request.get(key)
    if found is None:
        return ()
    return _listed(found, key, kind)


def _levels(
    request: Mapping[str, object], key: str, kind: PolicyKind
) -> tuple[tuple[SourcedPolicy, ...], ...] | None:
    found = request.get(key)
    if found is None:
        return None
    if not isinstance(found, list):
        _refuse(key, "must be a list of levels, each a list of policies.")
    return tuple(
        [_listed(level, f"{key}.{number}", kind) for number, level in enumerate(found, start=1)]
    )


def _listed(found: object, at: str, kind: PolicyKind) -> tuple[SourcedPolicy, ...]:
    if not isinstance(found, list):
        _refuse(at, "must be a list of policies.")
    return tuple(
        [
            SourcedPolicy(_policy(each, f"{at}.{number}", kind), kind, f"{at}.{number}")
            for number, each in enumerate(found, start=1)
        ]
    )


def _resource_policy(found: object) -> SourcedPolicy:
    at = "ResourcePolicy"
    return SourcedPolicy(_policy(found, at, "resource"), "resource", at)


def _policy(found: object, at: str, kind: PolicyKind) -> Policy:
    """Parse a policy, once for each text."""
    if not isinstance(found, str | dict):
        _refuse(at, "a policy is a JSON object, or a string that holds one.")
    of_caller = kind not in ("resource", "rcp")
    key = (found if isinstance(found, str) else marshal.dumps(found, _MARSHAL), of_caller)
    policy = _parsed.get(key)
    if policy is None:
        policy = parse_policy(cast("str | dict[str, object]", found), source=at)
        if of_caller:
            _check_identity(policy, at)
        if len(_parsed) >= _CACHED:
            _parsed.clear()
        _parsed[key] = policy
    return policy


def _check_identity(policy: Policy, at: str) -> None:
    """Refuse what IAM refuses in policies that stand on the caller's side."""
    for statement in policy.statements:
        path = f"{at}: Statement[{statement.index}]"
        if statement.principals is not None or statement.not_principals is not None:
            _refuse(path, "has a principal, which only resource policies have.", "Remove it.")
        if statement.resources is None and statement.not_resources is None:
            _refuse(path, "has no Resource.", "Write Resource or NotResource.")


def _refuse(path: str, what: str, remedy: str = "") -> NoReturn:
    raise PolicyError(what, remedy, path=path)
