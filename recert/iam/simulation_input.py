"""Reading a request of the simulation with care: every element checked, every error with its path."""

from __future__ import annotations

import marshal
from collections.abc import Mapping
from typing import Any, Final, cast

from recert.iam.context import EMPTY, Context, Value
from recert.iam.model import PolicyKind
from recert.iam.policy_cache import CACHE, compiled
from recert.iam.policyset import Loaded, PolicySet, united
from recert.iam.simulation import (
    ANYTHING,
    BOUNDARY,
    ENDPOINT,
    IDENTITY,
    LIST_TYPES,
    LONGEST_ACTION,
    LONGEST_RESOURCE,
    RCPS,
    RESOURCE,
    SCPS,
    SESSION,
    SINGLE_TYPES,
    Simulation,
    read_caller,
    read_owner,
    refuse,
)

_KEYS: Final = frozenset(
    {
        "id",
        "ActionNames",
        "ResourceArns",
        "ResourceOwner",
        "CallerArn",
        "ContextEntries",
        *(IDENTITY, RESOURCE, BOUNDARY, SESSION, ENDPOINT, SCPS, RCPS),
        # The rest of the AWS operation, which changes no verdict.
        "ResourceHandlingOption",
        "MaxItems",
        "Marker",
    }
)
_MARSHAL: Final = 2
"""The last version that writes equal values as equal bytes."""
_ENTRY_KEYS: Final = frozenset({"ContextKeyName", "ContextKeyValues", "ContextKeyType"})


def read_simulation(request: Mapping[str, object]) -> Simulation:
    """Check every element of a request, its policies among them, and read it.

    Raises:
        PolicyError: an element is missing, of the wrong type, or none that the operation has.
    """
    if not request.keys() <= _KEYS:
        strange = next(key for key in request if key not in _KEYS)
        refuse(ascii(strange), "the request has no such element.")
    for key in (IDENTITY, "ActionNames"):
        if request.get(key) is None:
            refuse(key, "is missing.")
    resource_policy = request.get(RESOURCE)
    resources = () if request.get("ResourceArns") is None else _texts(request, "ResourceArns")
    for position, resource in enumerate(resources):
        if len(resource) > LONGEST_RESOURCE:
            refuse(f"ResourceArns[{position}]", f"is longer than {LONGEST_RESOURCE} characters.")
    return Simulation(
        request.get("id"),
        _actions(request),
        resources or ANYTHING,
        read_caller(request.get("CallerArn")),
        read_owner(request.get("ResourceOwner")),
        EMPTY if request.get("ContextEntries") is None else _context(request["ContextEntries"]),
        None if resource_policy is None else _policy(resource_policy, RESOURCE, "resource"),
        _layers(request),
    )


def _layers(request: Mapping[str, object]) -> Loaded:
    return Loaded(
        "",
        _layer(request, IDENTITY, "inline") or united(()),
        _layer(request, BOUNDARY, "boundary"),
        _layer(request, SESSION, "session"),
        _layer(request, ENDPOINT, "endpoint"),
        _levels(request, SCPS, "scp"),
        _levels(request, RCPS, "rcp"),
    )


def _actions(request: Mapping[str, object]) -> tuple[str, ...]:
    actions = _texts(request, "ActionNames")
    for position, action in enumerate(actions):
        if len(action) > LONGEST_ACTION:
            refuse(f"ActionNames[{position}]", f"is longer than {LONGEST_ACTION} characters.")
        service, colon, name = action.partition(":")
        if not (service and colon and name) or "*" in action or "?" in action:
            refuse(
                f"ActionNames[{position}]",
                "must be one action with its service.",
                "Write it as s3:GetObject, without wildcards.",
            )
    return actions


def _context(found: object) -> Context:
    if not isinstance(found, list):
        refuse("ContextEntries", "must be a list.")
    values: dict[str, Value] = {}
    for position, entry in enumerate(found):
        if type(entry) is not dict or not entry.keys() <= _ENTRY_KEYS:
            refuse(
                f"ContextEntries[{position}]",
                "must be an object of ContextKeyName, ContextKeyValues, ContextKeyType.",
            )
        name, listed = entry.get("ContextKeyName"), entry.get("ContextKeyValues")
        if type(name) is not str or not name:
            refuse(f"ContextEntries[{position}].ContextKeyName", "must be a string.")
        key = name.lower()
        if key in values:
            refuse(
                f"ContextEntries[{position}].ContextKeyName",
                "stands twice.",
                "Name each key once, in any case.",
            )
        if type(listed) is not list:
            refuse(f"ContextEntries[{position}].ContextKeyValues", "must be a list.")
        values[key] = _value(entry, listed, position)
    return Context(values)


def _value(entry: Mapping[str, object], listed: list[object], position: int) -> Value:
    kind = entry.get("ContextKeyType")
    if kind is None:
        kind = "string" if len(listed) == 1 else "stringList"
    if type(kind) is not str:
        refuse(f"ContextEntries[{position}].ContextKeyType", "must be a string.")
    if kind in SINGLE_TYPES and len(listed) == 1:
        only = listed[0]
        return only if type(only) is str else _text(only, position, 0)
    if kind in LIST_TYPES:
        return tuple([_text(each, position, number) for number, each in enumerate(listed)])
    if kind not in SINGLE_TYPES:
        kinds = ", ".join(sorted(SINGLE_TYPES | LIST_TYPES))
        at = f"ContextEntries[{position}].ContextKeyType"
        refuse(at, "is none that IAM has.", f"The types are {kinds}.")
    return refuse(
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
    return refuse(f"ContextEntries[{position}].ContextKeyValues[{number}]", "must be a string.")


def _texts(request: Mapping[str, object], key: str) -> tuple[str, ...]:
    found = request[key]
    if not isinstance(found, list):
        refuse(key, "must be a list of strings.")
    for position, each in enumerate(found):
        if not isinstance(each, str) or not each:
            refuse(f"{key}[{position}]", "must be a string that is not empty.")
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
        refuse(key, "must be a list of levels, each a list of policies.")
    return tuple(
        [
            united(_listed(level, f"{key}.{number}", kind))
            for number, level in enumerate(found, start=1)
        ]
    )


def _listed(found: object, at: str, kind: PolicyKind) -> tuple[PolicySet, ...]:
    if not isinstance(found, list):
        refuse(at, "must be a list of policies.")
    return tuple(
        [_policy(each, f"{at}.{number}", kind) for number, each in enumerate(found, start=1)]
    )


def _policy(found: object, at: str, kind: PolicyKind) -> PolicySet:
    """Parse and compile a policy, once for each text."""
    if not isinstance(found, str | dict):
        refuse(at, "a policy is a JSON object, or a string that holds one.")
    key = (marshal.dumps(cast("Any", found), _MARSHAL), at)
    known = CACHE.find(key)
    if known is not None:
        return known
    return CACHE.keep(key, compiled(cast("str | dict[str, object]", found), at, kind))
