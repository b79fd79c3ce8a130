"""Reading a request of the simulation: every element checked, every error with its path.

A line in which nothing is out of the ordinary is read by `read_plain`, all others, and requests that
are objects already, by `read_simulation`. Policies that come again are parsed and compiled no more.
"""

from __future__ import annotations

import marshal
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NoReturn, cast

from msgspec import UNSET, Raw, Struct

from recert.iam.arns import account_of
from recert.iam.context import EMPTY, Context, Value
from recert.iam.errors import PolicyError
from recert.iam.grammar import DECODER, Policy, parse_policy
from recert.iam.model import PolicyKind, Source, SourcedPolicy
from recert.iam.plain import (
    Document,
    PlainDocument,
    PlainEntry,
    PlainRequest,
    WholeRequest,
    is_sound,
    plain_document,
    plain_request,
    whole_request,
)
from recert.iam.plain_set import PlainSet
from recert.iam.policyset import Loaded, PolicySet, united
from recert.iam.principals import caller_of

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
        "VpcEndpointPolicyInputList",
        # The rest of the AWS operation, which changes no verdict.
        "ResourceHandlingOption",
        "MaxItems",
        "Marker",
    }
)
_MARSHAL: Final = 2
"""The last version that writes equal values as equal bytes."""
_ENTRY_KEYS: Final = frozenset({"ContextKeyName", "ContextKeyValues", "ContextKeyType"})
_SINGLE: Final = frozenset({"string", "numeric", "boolean", "ip", "binary", "date"})
_LISTS: Final = frozenset(f"{name}List" for name in _SINGLE)
_ANYTHING: Final = ("*",)
_WATCHED: Final = 32
_RUN: Final = 512
"""Of so many lines the first few tell how the others are read."""
_CACHED: Final = 1024
_REMEMBERED: Final = 4096
_CACHED_BYTES: Final = 4 << 20
"""How much text of policies is kept compiled; twenty times as much memory may stand behind it."""
_LONGEST_RESOURCE: Final = 2048
_LONGEST_ACTION: Final = 128

_IDENTITY: Final = "PolicyInputList"
_BOUNDARY: Final = "PermissionsBoundaryPolicyInputList"
_SESSION: Final = "SessionPolicyInputList"
_ENDPOINT: Final = "VpcEndpointPolicyInputList"
_SCPS: Final = "ServiceControlPolicies"
_RCPS: Final = "ResourceControlPolicies"
_RESOURCE: Final = "ResourcePolicy"
_ON_RESOURCES: Final = frozenset({"resource", "rcp", "endpoint"})

_compiled: dict[tuple[bytes, str], PolicySet] = {}
_compiled_bytes = 0
_seen: set[int] = set()
"""What came once: hashes of keys. Most policies of a long input come once, and keeping those would
only push what is being worked with out of the processor's caches."""


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


class _NotPlainError(Exception):
    """A line needs the careful reader."""


class _Recurrence:
    """Whether policies come again: some lines of each run are read so that it shows.

    Where hardly any does, the others are read as a whole, each policy for itself.
    """

    __slots__ = ("_known", "_lines", "_read")

    def __init__(self) -> None:
        self._lines = self._read = self._known = 0

    def is_sparse(self) -> bool:
        """Count a line, and tell whether it had better be read as a whole."""
        self._lines += 1
        if self._lines <= _WATCHED:
            return False
        if self._lines >= _RUN:
            self._lines = self._read = self._known = 0
        return self._known * 2 < self._read

    def count(self, *, known: bool) -> None:
        """Count a policy."""
        self._read += 1
        self._known += known


_recurrence: Final = _Recurrence()


def read_plain(line: bytes) -> Simulation | None:
    """Read a line in which nothing is out of the ordinary, None where something is.

    What it reads, `read_simulation` reads alike; what is wrong, that one tells.
    """
    if _recurrence.is_sparse():
        whole = whole_request(line)
        if whole is not None:
            found = _simulation(whole)
            if found is not None:
                return found
    request = plain_request(line)
    return None if request is None else _simulation(request)


def _simulation(found: PlainRequest | WholeRequest) -> Simulation | None:
    resources = found.resource_arns
    caller, owner, entries = found.caller_arn, found.resource_owner, found.context_entries
    try:
        for action in found.action_names:
            if not _is_action(action):
                return None
        if resources is UNSET or not resources:
            resources = _ANYTHING
        elif not all(map(_is_resource, resources)):
            return None
        policy = found.resource_policy
        boundary, session = (
            found.permissions_boundary_policy_input_list,
            found.session_policy_input_list,
        )
        endpoint = found.vpc_endpoint_policy_input_list
        scps, rcps = found.service_control_policies, found.resource_control_policies
        return Simulation(
            None if found.id is UNSET else found.id,
            found.action_names,
            resources,
            None if caller is UNSET else _known_caller(caller),
            None if owner is UNSET else _known_owner(owner),
            EMPTY if entries is UNSET else _plain_context(entries),
            None if policy is UNSET else _plain(policy, _source("resource", _RESOURCE)),
            Loaded(
                "",
                _plain_layer(found.policy_input_list, "inline", _IDENTITY),
                _plain_layer(boundary, "boundary", _BOUNDARY) if boundary else None,
                _plain_layer(session, "session", _SESSION) if session else None,
                _plain_layer(endpoint, "endpoint", _ENDPOINT) if endpoint else None,
                _plain_levels(scps, "scp", _SCPS) if scps else (),
                _plain_levels(rcps, "rcp", _RCPS) if rcps else (),
            ),
        )
    except (PolicyError, _NotPlainError, ValueError, RecursionError):
        return None


def _is_action(action: str) -> bool:
    service, colon, name = action.partition(":")
    return bool(service and name and colon) and (
        len(action) <= _LONGEST_ACTION and "*" not in action and "?" not in action
    )


def _is_resource(resource: str) -> bool:
    return 0 < len(resource) <= _LONGEST_RESOURCE


@lru_cache(maxsize=512)
def _known_caller(found: str) -> str | None:
    return _caller(found)


@lru_cache(maxsize=512)
def _known_owner(found: str) -> str | None:
    return _owner(found)


def _plain_context(entries: tuple[PlainEntry, ...]) -> Context:
    values: dict[str, Value] = {}
    for entry in entries:
        listed, kind = entry.context_key_values, entry.context_key_type
        if kind in _SINGLE or (kind is UNSET and len(listed) == 1):
            (values[entry.context_key_name.lower()],) = listed
        elif kind in _LISTS or kind is UNSET:
            values[entry.context_key_name.lower()] = listed
        else:
            raise _NotPlainError
    if len(values) != len(entries) or "" in values:
        raise _NotPlainError
    return Context(values)


def _plain_layer(found: tuple[Raw | Document, ...], kind: PolicyKind, *at: str | int) -> PolicySet:
    if len(found) == 1:
        return _plain(found[0], _source(kind, *at, 1))
    return united(
        tuple([_plain(each, _source(kind, *at, n)) for n, each in enumerate(found, start=1)])
    )


def _plain_levels(
    found: tuple[tuple[Raw | Document, ...], ...], kind: PolicyKind, at: str
) -> tuple[PolicySet, ...]:
    return tuple([_plain_layer(each, kind, at, n) for n, each in enumerate(found, start=1)])


@lru_cache(maxsize=512)
def _source(kind: PolicyKind, *at: str | int) -> Source:
    return Source(kind, ".".join(map(str, at)))


def _plain(found: Raw | Document, source: Source) -> PolicySet:
    if type(found) is PlainDocument:
        if is_sound(found) and (source.kind in _ON_RESOURCES or found.suits_caller()):
            return PlainSet(found, source)
        raise _NotPlainError
    if type(found) is str:
        document = plain_document(found.encode())
        if document is None:
            raise _NotPlainError
        return _plain(document, source)
    return _recurring(bytes(cast("Raw", found)), source)


def _recurring(text: bytes, source: Source) -> PolicySet:
    """Read the text of a policy that may have come before."""
    at = source.name
    key = (text, at)
    known = _compiled.get(key)
    _recurrence.count(known=known is not None)
    if known is not None:
        return known
    document = plain_document(text)
    if document is not None and (source.kind in _ON_RESOURCES or document.suits_caller()):
        return _keep(key, PlainSet(document, source))
    # One policy may need care where the line does not.
    careful = DECODER.decode(text.decode())
    if not isinstance(careful, str | dict):
        raise _NotPlainError
    return _keep(key, _parsed(careful, at, source.kind))


def _parsed(found: str | dict[str, object], at: str, kind: PolicyKind) -> PolicySet:
    policy = parse_policy(found, source=at)
    if kind not in _ON_RESOURCES:
        _check_identity(policy, at)
    return PolicySet((SourcedPolicy(policy, kind, at),))


def _keep(key: tuple[bytes, str], made: PolicySet) -> PolicySet:
    """Keep a policy that comes a second time for the requests that follow."""
    global _compiled_bytes  # noqa: PLW0603 - the size of the cache beside the cache
    mark = hash(key)
    if mark not in _seen:
        if len(_seen) >= _REMEMBERED:
            _seen.clear()
        _seen.add(mark)
        return made
    size = len(key[0])
    _compiled_bytes += size
    if len(_compiled) >= _CACHED or _compiled_bytes > _CACHED_BYTES:
        _compiled.clear()
        _compiled_bytes = size
    _compiled[key] = made
    return made


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
        request.get("id"),
        _actions(request),
        resources or _ANYTHING,
        _caller(request.get("CallerArn")),
        _owner(request.get("ResourceOwner")),
        EMPTY if request.get("ContextEntries") is None else _context(request["ContextEntries"]),
        None if resource_policy is None else _policy(resource_policy, _RESOURCE, "resource"),
        _layers(request),
    )


def _layers(request: Mapping[str, object]) -> Loaded:
    return Loaded(
        "",
        _layer(request, _IDENTITY, "inline") or united(()),
        _layer(request, _BOUNDARY, "boundary"),
        _layer(request, _SESSION, "session"),
        _layer(request, _ENDPOINT, "endpoint"),
        _levels(request, _SCPS, "scp"),
        _levels(request, _RCPS, "rcp"),
    )


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


def _layer(request: Mapping[str, object], key: str, kind: PolicyKind) -> PolicySet | None:
    found = request.get(key)
    listed = () if found is None else _listed(found, key, kind)
    return united(listed) if listed else None


def _levels(request: Mapping[str, object], key: str, kind: PolicyKind) -> tuple[PolicySet, ...]:
    found = request.get(key)
    if found is None:
        return ()
    if not isinstance(found, list):
        _refuse(key, "must be a list of levels, each a list of policies.")
    return tuple(
        [
            united(_listed(level, f"{key}.{number}", kind))
            for number, level in enumerate(found, start=1)
        ]
    )


def _listed(found: object, at: str, kind: PolicyKind) -> tuple[PolicySet, ...]:
    if not isinstance(found, list):
        _refuse(at, "must be a list of policies.")
    return tuple(
        [_policy(each, f"{at}.{number}", kind) for number, each in enumerate(found, start=1)]
    )


def _policy(found: object, at: str, kind: PolicyKind) -> PolicySet:
    """Parse and compile a policy, once for each text."""
    if not isinstance(found, str | dict):
        _refuse(at, "a policy is a JSON object, or a string that holds one.")
    key = (marshal.dumps(cast("Any", found), _MARSHAL), at)
    known = _compiled.get(key)
    if known is not None:
        return known
    return _keep(key, _parsed(cast("str | dict[str, object]", found), at, kind))


def _check_identity(policy: Policy, at: str) -> None:
    """Refuse what IAM refuses in policies that stand on the caller's side."""
    for statement in policy.statements:
        if statement.principals is not None or statement.not_principals is not None:
            path = f"{at}: Statement[{statement.index}]"
            _refuse(path, "has a principal, which only resource policies have.", "Remove it.")
        if statement.resources is None and statement.not_resources is None:
            path = f"{at}: Statement[{statement.index}]"
            _refuse(path, "has no Resource.", "Write Resource or NotResource.")


def _refuse(path: str, what: str, remedy: str = "") -> NoReturn:
    raise PolicyError(what, remedy, path=path)
