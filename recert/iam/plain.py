"""Plain JSON, decoded in one go: policies and requests in which nothing is out of the ordinary.

The careful readers, in `grammar` and `simulation_input`, know every way in which a document can be
wrong and name it. Most documents are right: these types decode them without a step of Python for
each element, and leave to the careful reader, by None, whatever they are not sure of. What they
accept they read as the careful reader does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from msgspec import UNSET, DecodeError, Meta, Raw, Struct, UnsetType, field
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
from recert.iam.operators import OPERATORS, operator_named

Texts = str | tuple[str, ...]
Scalars = str | bool | tuple[str | bool, ...]
if TYPE_CHECKING:
    _OperatorName = str
else:
    _OperatorName = Literal[OPERATORS]
Conditions = dict[_OperatorName, dict[Annotated[str, Meta(min_length=1)], Scalars]]
"""Operators in AWS's own spelling only; any other needs the careful reader."""
_ESCAPED: Final = b"\\u003"
"""How an escaped colon begins, `\\u003a`; a text that may hold one is not plain."""


class PlainStatement(Struct, rename="pascal", forbid_unknown_fields=True, gc=False):
    """A statement as it stands in a document."""

    effect: Literal["Allow", "Deny"]
    action: Texts | UnsetType = UNSET
    resource: Texts | UnsetType = UNSET
    condition: Conditions | UnsetType = UNSET
    principal: str | dict[PrincipalKind, Texts] | UnsetType = UNSET
    sid: str | UnsetType = UNSET
    not_action: Texts | UnsetType = UNSET
    not_resource: Texts | UnsetType = UNSET
    not_principal: str | dict[PrincipalKind, Texts] | UnsetType = UNSET


class PlainDocument(Struct, rename="pascal", forbid_unknown_fields=True, gc=False):
    """A policy document as it stands; what `plain_document` returns keeps the grammar."""

    statement: PlainStatement | list[PlainStatement]
    version: Literal["2012-10-17", "2008-10-17"] | UnsetType = UNSET
    id: str | UnsetType = UNSET

    @property
    def listed(self) -> list[PlainStatement]:
        """The statements, one alone as a list too."""
        found = self.statement
        return found if type(found) is list else [found]  # type: ignore[list-item]  # it is one statement

    def policy(self) -> Policy:
        """Parse the document."""
        return Policy(
            VERSION_BY_DEFAULT if self.version is UNSET else self.version,
            None if self.id is UNSET else self.id,
            tuple([plain_statement(each, index) for index, each in enumerate(self.listed)]),
        )

    def suits_caller(self) -> bool:
        """Tell whether it can stand on the caller's side: it names resources and no principals."""
        for each in self.listed:
            if each.principal is not UNSET or each.not_principal is not UNSET:
                return False
            if each.resource is UNSET and each.not_resource is UNSET:
                return False
        return True


class PlainEntry(Struct, rename="pascal", forbid_unknown_fields=True, gc=False):
    """One entry of a request's context."""

    context_key_name: str
    context_key_values: tuple[str, ...]
    context_key_type: str | UnsetType = UNSET


class _Asked(Struct, rename="pascal", forbid_unknown_fields=True, gc=False):
    """What a request asks, as it stands in a line."""

    action_names: tuple[str, ...]
    id: str | int | UnsetType | None = field(name="id", default=UNSET)
    resource_arns: tuple[str, ...] | UnsetType = UNSET
    resource_owner: str | UnsetType = UNSET
    caller_arn: str | UnsetType = UNSET
    context_entries: tuple[PlainEntry, ...] | UnsetType = UNSET


class PlainRequest(_Asked, kw_only=True, gc=False):
    """A request with its policies as texts, so that those that were seen before need no reading."""

    policy_input_list: tuple[Raw, ...]
    resource_policy: Raw | UnsetType = UNSET
    permissions_boundary_policy_input_list: tuple[Raw, ...] | UnsetType = UNSET
    session_policy_input_list: tuple[Raw, ...] | UnsetType = UNSET
    vpc_endpoint_policy_input_list: tuple[Raw, ...] | UnsetType = UNSET
    service_control_policies: tuple[tuple[Raw, ...], ...] | UnsetType = UNSET
    resource_control_policies: tuple[tuple[Raw, ...], ...] | UnsetType = UNSET


Document = str | PlainDocument
"""A policy within a request that was read as a whole; a text holds one that is not read yet."""


class WholeRequest(_Asked, kw_only=True, gc=False):
    """A request with its policies, read at once: the fastest where each policy is another."""

    policy_input_list: tuple[Document, ...]
    resource_policy: Document | UnsetType = UNSET
    permissions_boundary_policy_input_list: tuple[Document, ...] | UnsetType = UNSET
    session_policy_input_list: tuple[Document, ...] | UnsetType = UNSET
    vpc_endpoint_policy_input_list: tuple[Document, ...] | UnsetType = UNSET
    service_control_policies: tuple[tuple[Document, ...], ...] | UnsetType = UNSET
    resource_control_policies: tuple[tuple[Document, ...], ...] | UnsetType = UNSET


_POLICY: Final = Decoder(PlainDocument)
_REQUEST: Final = Decoder(PlainRequest)
_WHOLE: Final = Decoder(WholeRequest)
_TEXT: Final = Decoder(str)
_encode: Final = Encoder().encode


def plain_request(line: bytes) -> PlainRequest | None:
    """Decode a line, None where it is not plain."""
    try:
        found = _REQUEST.decode(line)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if _holds_all(found, line) else None


def whole_request(line: bytes) -> WholeRequest | None:
    """Decode a line with all of its policies, None where it is not plain."""
    try:
        found = _WHOLE.decode(line)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if _holds_all(found, line) else None


def plain_document(text: bytes) -> PlainDocument | None:
    """Decode a policy, an object or a string that holds one, out of a plain line.

    None where it is not plain.
    """
    try:
        if text.startswith(b'"'):
            text = _TEXT.decode(text).encode()
        found = _POLICY.decode(text)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if _holds_all(found, text) and is_sound(found) else None


def _holds_all(found: Struct, text: bytes) -> bool:
    """Tell whether everything in a text was kept: of a key that stands twice one is lost.

    Every pair brings a colon, and no colon of a plain text is hidden behind an escape.
    """
    if _encode(found).count(b":") != text.count(b":"):
        return False
    return b"\\" not in text or _ESCAPED not in text


def is_sound(document: PlainDocument) -> bool:
    """Tell whether a document keeps what the types cannot say."""
    for each in document.listed:
        if (each.action is UNSET) is (each.not_action is UNSET):
            return False
        if each.resource is not UNSET and each.not_resource is not UNSET:
            return False
        principal = each.principal
        if principal is UNSET:
            principal = each.not_principal
        elif each.not_principal is not UNSET:
            return False
        if type(principal) is str and principal != "*":
            return False
    return True


def plain_statement(found: PlainStatement, index: int) -> Statement:
    """Parse a statement of a document that keeps the grammar."""
    # Written out, as every statement of every line passes here.
    action: Any = found.action
    resource: Any = found.resource
    principal, condition, sid = found.principal, found.condition, found.sid
    return Statement(
        index,
        None if sid is UNSET else sid,
        found.effect,
        (action,) if type(action) is str else None if action is UNSET else action,
        None if action is not UNSET else _texts(found.not_action),
        (resource,) if type(resource) is str else None if resource is UNSET else resource,
        None if resource is not UNSET else _texts(found.not_resource),
        None if principal is UNSET else _principals(principal),
        None if found.not_principal is UNSET else _principals(found.not_principal),
        () if condition is UNSET else _conditions(condition),
    )


def _texts(found: Texts | UnsetType) -> tuple[str, ...] | None:
    if type(found) is str:
        return (found,)
    return None if found is UNSET else found  # type: ignore[return-value]  # it is a tuple of texts


def _principals(found: str | dict[PrincipalKind, Texts]) -> tuple[Principal, ...]:
    if isinstance(found, str):
        return EVERYONE
    listed: list[Principal] = []
    for kind, values in found.items():
        if type(values) is str:
            listed.append(Principal(kind, values))
        else:
            listed += [Principal(kind, value) for value in values]
    return tuple(listed)


def _conditions(found: Conditions) -> tuple[Condition, ...]:
    listed: list[Condition] = []
    for name, keys in found.items():
        test: Any = operator_named(name)
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
