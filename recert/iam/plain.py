"""Plain JSON, decoded in one go: policies and requests in which nothing is out of the ordinary.

The careful readers, in `grammar` and `simulation_input`, know every way in which a document can be
wrong and name it. Most documents are right: these types decode them without a step of Python for
each element, and leave to the careful reader, by None, whatever they are not sure of. What they
accept they read as the careful reader does.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from msgspec import UNSET, DecodeError, Raw, Struct, UnsetType, field
from msgspec.json import Decoder, Encoder

from recert.iam.grammar import (
    EVERYONE,
    VERSION_BY_DEFAULT,
    Condition,
    Policy,
    Principal,
    PrincipalKind,
    Statement,
)
from recert.iam.operators import operator_named

Texts = str | tuple[str, ...]
Scalars = str | bool | tuple[str | bool, ...]
_ESCAPED: Final = b"\\u003"
"""How an escaped colon begins, `\\u003a`; a text that may hold one is not plain."""


class _Statement(Struct, rename="pascal", forbid_unknown_fields=True, gc=False):
    effect: Literal["Allow", "Deny"]
    action: Texts | UnsetType = UNSET
    resource: Texts | UnsetType = UNSET
    condition: dict[str, dict[str, Scalars]] | UnsetType = UNSET
    principal: str | dict[PrincipalKind, Texts] | UnsetType = UNSET
    sid: str | UnsetType = UNSET
    not_action: Texts | UnsetType = UNSET
    not_resource: Texts | UnsetType = UNSET
    not_principal: str | dict[PrincipalKind, Texts] | UnsetType = UNSET


class _Policy(Struct, rename="pascal", forbid_unknown_fields=True, gc=False):
    statement: _Statement | list[_Statement]
    version: Literal["2012-10-17", "2008-10-17"] | UnsetType = UNSET
    id: str | UnsetType = UNSET


class PlainEntry(Struct, rename="pascal", forbid_unknown_fields=True, gc=False):
    """One entry of a request's context."""

    context_key_name: str
    context_key_values: tuple[str, ...]
    context_key_type: str | UnsetType = UNSET


class PlainRequest(Struct, rename="pascal", forbid_unknown_fields=True, gc=False):
    """A request of the simulation as it stands in a line; its policies are not read yet."""

    policy_input_list: tuple[Raw, ...]
    action_names: tuple[str, ...]
    id: str | int | UnsetType | None = field(name="id", default=UNSET)
    resource_arns: tuple[str, ...] | UnsetType = UNSET
    resource_owner: str | UnsetType = UNSET
    caller_arn: str | UnsetType = UNSET
    context_entries: tuple[PlainEntry, ...] | UnsetType = UNSET
    resource_policy: Raw | UnsetType = UNSET
    permissions_boundary_policy_input_list: tuple[Raw, ...] | UnsetType = UNSET
    session_policy_input_list: tuple[Raw, ...] | UnsetType = UNSET
    vpc_endpoint_policy_input_list: tuple[Raw, ...] | UnsetType = UNSET
    service_control_policies: tuple[tuple[Raw, ...], ...] | UnsetType = UNSET
    resource_control_policies: tuple[tuple[Raw, ...], ...] | UnsetType = UNSET


_POLICY: Final = Decoder(_Policy)
_REQUEST: Final = Decoder(PlainRequest)
_TEXT: Final = Decoder(str)
_encode: Final = Encoder().encode


def plain_request(line: bytes) -> PlainRequest | None:
    """Decode a line, None where it is not plain."""
    try:
        found = _REQUEST.decode(line)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if _holds_all(found, line) else None


def plain_policy(text: bytes) -> Policy | None:
    """Parse a policy, an object or a string that holds one, out of a plain line.

    None where it is not plain.
    """
    try:
        if text.startswith(b'"'):
            text = _TEXT.decode(text).encode()
        found = _POLICY.decode(text)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return _policy(found) if _holds_all(found, text) else None


def _holds_all(found: Struct, text: bytes) -> bool:
    """Tell whether everything in a text was kept: of a key that stands twice one is lost.

    Every pair brings a colon, and no colon of a plain text is hidden behind an escape.
    """
    if _encode(found).count(b":") != text.count(b":"):
        return False
    return b"\\" not in text or _ESCAPED not in text


def _policy(found: _Policy) -> Policy | None:
    listed = found.statement
    if type(listed) is not list:
        listed = [listed]  # type: ignore[list-item]  # it is one statement
    statements: list[Statement] = []
    for index, each in enumerate(listed):
        made = _statement(each, index)
        if made is None:
            return None
        statements.append(made)
    version, name = found.version, found.id
    return Policy(
        VERSION_BY_DEFAULT if version is UNSET else version,
        None if name is UNSET else name,
        tuple(statements),
    )


def _statement(found: _Statement, index: int) -> Statement | None:
    # Written out, as every statement of every line passes here.
    actions: Any = found.action
    actions = None if actions is UNSET else actions if type(actions) is tuple else (actions,)
    resources: Any = found.resource
    resources = (
        None if resources is UNSET else resources if type(resources) is tuple else (resources,)
    )
    not_actions = None if found.not_action is UNSET else _texts(found.not_action)
    not_resources = None if found.not_resource is UNSET else _texts(found.not_resource)
    if (actions is None) is (not_actions is None):
        return None
    if resources is not None and not_resources is not None:
        return None
    principals = not_principals = conditions = None
    if found.principal is not UNSET:
        principals = _principals(found.principal)
        if principals is None:
            return None
    if found.not_principal is not UNSET:
        not_principals = _principals(found.not_principal)
        if not_principals is None or principals is not None:
            return None
    if found.condition is not UNSET:
        conditions = _conditions(found.condition)
        if conditions is None:
            return None
    sid = found.sid
    return Statement(
        index,
        None if sid is UNSET else sid,
        found.effect,
        actions,
        not_actions,
        resources,
        not_resources,
        principals,
        not_principals,
        conditions or (),
    )


def _texts(found: Texts) -> tuple[str, ...]:
    return found if isinstance(found, tuple) else (found,)


def _principals(found: str | dict[PrincipalKind, Texts]) -> tuple[Principal, ...] | None:
    if isinstance(found, str):
        return EVERYONE if found == "*" else None
    listed: list[Principal] = []
    for kind, values in found.items():
        if type(values) is str:
            listed.append(Principal(kind, values))
        else:
            listed += [Principal(kind, value) for value in values]
    return tuple(listed)


def _conditions(found: dict[str, dict[str, Scalars]]) -> tuple[Condition, ...] | None:
    listed: list[Condition] = []
    for name, keys in found.items():
        test = operator_named(name)
        if test is None or "" in keys:
            return None
        for key, values in keys.items():
            if type(values) is str:
                texts: tuple[str, ...] = (values,)
            elif type(values) is tuple:
                texts = tuple(map(_text, values)) if _holds_booleans(values) else values  # type: ignore[assignment]  # it holds texts only
            else:
                texts = (_text(values),)
            listed.append(Condition(name, key, texts, test))
    return tuple(listed)


def _holds_booleans(values: tuple[Any, ...]) -> bool:
    for each in values:  # noqa: SIM110 - a generator costs more than the loop
        if type(each) is not str:
            return True
    return False


def _text(found: Any) -> str:
    return found if type(found) is str else "true" if found else "false"
