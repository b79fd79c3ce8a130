"""The grammar of IAM policy documents: JSON in, frozen values out.

Structure is checked as IAM checks it (elements, types, versions, operators, duplicate keys), names
are not: an action of a service that nobody knows yet is a valid action. Two readings are wider
than IAM's own, because a document that came from AWS must never be lost: an empty list matches
nothing (`NotAction: []` therefore everything), and Sids may repeat.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final, Literal, NoReturn, TypeGuard

from msgspec import Struct

from recert.iam.errors import PolicyError
from recert.iam.operators import Operator, operator_named

_TYPE_NAMES: Final = {
    dict: "an object",
    list: "a list",
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    type(None): "null",
}

Effect = Literal["Allow", "Deny"]
PrincipalKind = Literal["*", "AWS", "Service", "Federated", "CanonicalUser"]

VERSION_WITH_VARIABLES: Final = "2012-10-17"
VERSION_BY_DEFAULT: Final = "2008-10-17"

_POLICY_KEYS: Final = frozenset({"Version", "Id", "Statement"})
_STATEMENT_KEYS: Final = frozenset(
    {
        "Sid",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Principal",
        "NotPrincipal",
        "Condition",
    }
)
PRINCIPAL_KINDS: Final = ("AWS", "Service", "Federated", "CanonicalUser")
_SHOWN: Final = 60


class Principal(Struct, frozen=True, gc=False):
    """One principal of a `Principal` or `NotPrincipal` element; `kind` "*" is the bare star."""

    kind: PrincipalKind
    value: str


class Condition(Struct, frozen=True, gc=False):
    """One key of one condition operator: `values` are alternatives, as text.

    `operator` and `key` stand as the policy writes them, `test` is the operator understood.
    """

    operator: str
    key: str
    values: tuple[str, ...]
    test: Operator


class Statement(Struct, frozen=True, gc=False):
    """One statement; an element that the document does not have is None, an empty list is ().

    `index` counts from 0 within the document; texts stand as the document writes them.
    """

    index: int
    sid: str | None
    effect: Effect
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    not_resources: tuple[str, ...] | None
    principals: tuple[Principal, ...] | None
    not_principals: tuple[Principal, ...] | None
    conditions: tuple[Condition, ...]


class Policy(Struct, frozen=True, gc=False):
    """A policy document; `version` is 2008-10-17 where the document names none, as IAM reads it."""

    version: str
    id: str | None
    statements: tuple[Statement, ...]

    @property
    def has_variables(self) -> bool:
        """Tell whether `${…}` is a variable in this document; in the older version it is text."""
        return self.version == VERSION_WITH_VARIABLES


EVERYONE: Final = (Principal("*", "*"),)


def parse_policy(document: str | bytes | Mapping[str, object], *, source: str = "") -> Policy:
    """Parse a policy document: JSON text, UTF-8 bytes, or the object that such a text holds.

    Raises:
        PolicyError: the document is not one that IAM would accept; `path` names the element, behind
            `source` where one is given.
    """
    found = _decoded(document, source) if isinstance(document, str | bytes) else document
    if not _is_object(found):
        _refuse(source, f"a policy is a JSON object, not {_kind(found)}.")
    try:
        return _policy(found)
    except PolicyError as error:
        if not source:
            raise
        raise PolicyError(error.fault, error.remedy, path=f"{source}: {error.path}") from None


def unique_pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Build an object from its pairs for the JSON decoder; refuses a key that stands twice."""
    built = dict(pairs)
    if len(built) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise PolicyError(f"the key {_shown(twice)} stands twice in one object.", "Keep one.")
    return built


def _no_constant(name: str) -> NoReturn:
    raise PolicyError(f"{name} is not JSON.", "Write a number or a string.")


DECODER: Final = json.JSONDecoder(object_pairs_hook=unique_pairs, parse_constant=_no_constant)


def _decoded(text: str | bytes, source: str) -> object:
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        return DECODER.decode(text.removeprefix("\ufeff"))
    except PolicyError as error:
        raise PolicyError(error.fault, error.remedy, path=source) from None
    except UnicodeDecodeError as error:
        raise PolicyError(f"byte {error.start} is not UTF-8.", path=source) from None
    except json.JSONDecodeError as error:
        what = f"not JSON at line {error.lineno}, column {error.colno}: {error.msg}."
        raise PolicyError(what, path=source) from None
    except RecursionError:
        raise PolicyError("nested too deeply for a policy.", path=source) from None
    except ValueError:
        raise PolicyError("a number in it has too many digits.", path=source) from None


def _policy(document: Mapping[str, object]) -> Policy:
    if not document.keys() <= _POLICY_KEYS:
        strange = next(key for key in document if key not in _POLICY_KEYS)
        _refuse(_shown(strange), "a policy has no such element.", "It has Statement.")
    version = document.get("Version", VERSION_BY_DEFAULT)
    if version not in (VERSION_WITH_VARIABLES, VERSION_BY_DEFAULT):
        _refuse("Version", f"{_shown(version)} is no version.", "Write 2012-10-17 or 2008-10-17.")
    policy_id = document.get("Id")
    if policy_id is not None and not isinstance(policy_id, str):
        _refuse("Id", f"must be a string, not {_kind(policy_id)}.")
    if "Statement" not in document:
        _refuse("Statement", "is missing.", "A policy is a list of statements.")
    found = document["Statement"]
    if not isinstance(found, list | tuple):
        if _is_object(found):
            return Policy(str(version), policy_id, (_placed(found, 0, "Statement"),))
        _refuse("Statement", f"must be an object or a list of them, not {_kind(found)}.")
    statements = [_placed(each, index, "") for index, each in enumerate(found)]
    return Policy(str(version), policy_id, tuple(statements))


def _placed(found: object, index: int, at: str) -> Statement:
    """Parse a statement; what is wrong in it is told with its place, which costs nothing else."""
    try:
        return _statement(found, index)
    except PolicyError as error:
        inside = f".{error.path}" if error.path else ""
        path = (at or f"Statement[{index}]") + inside
        raise PolicyError(error.fault, error.remedy, path=path) from None


def _statement(found: object, index: int) -> Statement:
    if not _is_object(found):
        _refuse("", f"must be an object, not {_kind(found)}.")
    if not found.keys() <= _STATEMENT_KEYS:
        strange = next(key for key in found if key not in _STATEMENT_KEYS)
        _refuse(_shown(strange), "a statement has no such element.")
    effect = found.get("Effect")
    if effect not in ("Allow", "Deny"):
        what = f"{_shown(effect)} is no effect." if "Effect" in found else "is missing."
        _refuse("Effect", what, "Write Allow or Deny, in these letters.")
    sid = found.get("Sid")
    if sid is not None and not isinstance(sid, str):
        _refuse("Sid", f"must be a string, not {_kind(sid)}.")
    actions, not_actions = _either(found, "Action", "NotAction")
    if actions is None and not_actions is None:
        _refuse("Action", "is missing.", "Write Action or NotAction.")
    resources, not_resources = _either(found, "Resource", "NotResource")
    principals = not_principals = None
    if "Principal" in found:
        principals = _principals(found["Principal"], "Principal")
        if "NotPrincipal" in found:
            _refuse("", "has both Principal and NotPrincipal.", "Keep one of them.")
    elif "NotPrincipal" in found:
        not_principals = _principals(found["NotPrincipal"], "NotPrincipal")
    return Statement(
        index,
        sid,
        effect,
        actions,
        not_actions,
        resources,
        not_resources,
        principals,
        not_principals,
        _conditions(found["Condition"]) if "Condition" in found else (),
    )


def _either(
    found: Mapping[str, object], plain: str, negated: str
) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    if plain in found:
        if negated in found:
            _refuse("", f"has both {plain} and {negated}.", "Keep one of them.")
        only = found[plain]
        return (only,) if type(only) is str else _texts(only, plain), None
    if negated in found:
        return None, _texts(found[negated], negated)
    return None, None


def _texts(found: object, at: str) -> tuple[str, ...]:
    if type(found) is str:
        return (found,)
    if isinstance(found, list | tuple):
        for each in found:
            if type(each) is not str:
                position = next(i for i, one in enumerate(found) if one is each)
                _refuse(f"{at}[{position}]", f"must be a string, not {_kind(each)}.")
        return tuple(found)
    return _refuse(at, f"must be a string or a list of strings, not {_kind(found)}.")


def _principals(found: object, at: str) -> tuple[Principal, ...]:
    if isinstance(found, str):
        if found != "*":
            _refuse(at, f"{_shown(found)} has no kind.", 'Write "*" or {"AWS": …}.')
        return EVERYONE
    if not _is_object(found):
        _refuse(at, f'must be "*" or an object, not {_kind(found)}.')
    listed: list[Principal] = []
    for kind, values in found.items():
        if kind not in PRINCIPAL_KINDS:
            kinds = ", ".join(PRINCIPAL_KINDS)
            _refuse(f"{at}.{_shown(kind)}", "is no kind of principal.", f"The kinds are {kinds}.")
        listed.extend([Principal(kind, value) for value in _texts(values, f"{at}.{kind}")])
    return tuple(listed)


def _conditions(found: object) -> tuple[Condition, ...]:
    if not _is_object(found):
        _refuse("Condition", f"must be an object, not {_kind(found)}.")
    listed: list[Condition] = []
    for name, keys in found.items():
        test = operator_named(name) if isinstance(name, str) else None
        if test is None:
            _refuse(f"Condition.{_shown(name)}", "is no condition operator.")
        if not _is_object(keys):
            _refuse(f"Condition.{name}", f"must be an object, not {_kind(keys)}.")
        for key, values in keys.items():
            if type(key) is not str or not key:
                _refuse(f"Condition.{name}", f"{_shown(key)} is no condition key.")
            texts = (values,) if type(values) is str else _values(values, name, key)
            listed.append(Condition(name, key, texts, test))
    return tuple(listed)


def _values(found: object, name: str, key: str) -> tuple[str, ...]:
    if isinstance(found, list | tuple):
        for each in found:
            if type(each) is not str:
                break
        else:
            return tuple(found)
    at = f"Condition.{name}.{_shown(key)}"
    if isinstance(found, list | tuple):
        return tuple([_scalar(each, f"{at}[{i}]") for i, each in enumerate(found)])
    return (_scalar(found, at),)


def _scalar(found: object, at: str) -> str:
    """Write a boolean or a number of a condition as the text that IAM compares."""
    if isinstance(found, str):
        return found
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, int | float) and abs(found) < math.inf:
        return repr(found)
    what = "a number without end" if isinstance(found, float) else _kind(found)
    return _refuse(at, f"must be a string, a number or a boolean, not {what}.")


def _is_object(found: object) -> TypeGuard[Mapping[Any, object]]:
    # A look at the type spares the slow check for a Mapping, which hardly anything else is.
    return type(found) is dict or isinstance(found, Mapping)


def _refuse(path: str, what: str, remedy: str = "") -> NoReturn:
    raise PolicyError(what, remedy, path=path)


def _kind(found: object) -> str:
    return _TYPE_NAMES.get(type(found), "something else")


def _shown(found: object) -> str:
    """Quote a value of the document, short and in ASCII: it may hold control characters."""
    text = ascii(found) if isinstance(found, str | int | float) else _kind(found)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
