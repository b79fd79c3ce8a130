"""Policy variables: `${key}`, `${key, 'default'}` and the escapes `${*}`, `${?}`, `${$}`.

A variable is resolved by a single, non-empty value of the request context; a multi-valued or an
empty one does not resolve it. Wildcards inside a resolved value or an escape are plain text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_OPEN: Final = "${"
_ESCAPES: Final = frozenset("*?$")


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable in a template: `key` in lower case, `default` None where the policy has none."""

    key: str
    name: str
    default: str | None


@dataclass(frozen=True, slots=True)
class Literal:
    """Text of an escape: its wildcards are none."""

    text: str


Part = str | Variable | Literal


@dataclass(frozen=True, slots=True)
class Template:
    """A value with variables in it, split into its parts."""

    parts: tuple[Part, ...]

    @property
    def variables(self) -> tuple[Variable, ...]:
        """The variables, in the order in which they stand."""
        return tuple(part for part in self.parts if isinstance(part, Variable))


Values = Mapping[str, str | tuple[str, ...]]
"""The values of a request's context, by key in lower case."""
Piece = tuple[str, bool]
"""A text with whether it is pattern (True) or plain text (False)."""
Pieces = tuple[Piece, ...]
"""A resolved value."""


@lru_cache(maxsize=512)
def template(value: str) -> Template | None:
    """Split a value at its variables; None where it has none."""
    if _OPEN not in value:
        return None
    parts: list[Part] = []
    position = 0
    while (start := value.find(_OPEN, position)) >= 0:
        end = value.find("}", start)
        if end < 0:
            break
        if start > position:
            parts.append(value[position:start])
        parts.append(_part(value[start + 2 : end]))
        position = end + 1
    if position < len(value):
        parts.append(value[position:])
    if all(isinstance(part, str) for part in parts):
        return None
    return Template(tuple(parts))


def _part(inner: str) -> Part:
    if inner in _ESCAPES:
        return Literal(inner)
    name, separator, rest = inner.partition(", ")
    default = None
    if separator:
        rest = rest.strip()
        if len(rest) >= 2 and rest[0] == rest[-1] == "'":  # noqa: PLR2004 - an opening and a closing quote
            default = rest[1:-1]
        else:
            name = inner
    name = name.strip()
    return Variable(name.lower(), name, default)


def resolve(found: Template, values: Values, longest: int) -> Pieces | None:
    """Put the values of the context into a template; None where a variable stays unresolved.

    `longest` is the length of what the result is compared with: values are plain text, so that
    beyond it nothing can match, and what would follow is left out.
    """
    if any(part.default is None and not _value(part, values) for part in found.variables):
        return None
    return _filled(found, values, longest, lambda part: (part.default or "", False))


def widened(found: Template, values: Values, longest: int) -> Pieces:
    """Put a `*` where a variable has no value: what the template can become at most.

    `longest` is as for `resolve`.
    """
    return _filled(found, values, longest, lambda _: ("*", True))


def _value(variable: Variable, values: Values) -> str:
    """Return the one value of a variable's key, empty where there is none or there are several."""
    value = values.get(variable.key)
    return value if isinstance(value, str) else ""


def _filled(
    found: Template, values: Values, longest: int, otherwise: Callable[[Variable], Piece]
) -> Pieces:
    room = longest
    pieces: list[Piece] = []
    for part in found.parts:
        if isinstance(part, str):
            pieces.append((part, True))
            continue
        if isinstance(part, Literal):
            pieces.append((part.text, False))
            continue
        value = _value(part, values)
        text, is_pattern = (value, False) if value else otherwise(part)
        if is_pattern:
            pieces.append((text, True))
        elif room >= 0:
            pieces.append((text, False))
            room -= len(text)
    return tuple(pieces)


def joined(pieces: Pieces) -> str:
    """Return the resolved value as plain text."""
    return "".join(text for text, _ in pieces)


def shielded(pieces: Pieces, text: str) -> tuple[str, str]:
    """Return a pattern and a text in which the plain wildcards of the pieces match themselves.

    Plain `*` and `?` are replaced, on both sides, by characters that neither side holds.
    """
    pattern = joined(pieces)
    if not any(not is_pattern and ("*" in each or "?" in each) for each, is_pattern in pieces):
        return pattern, text
    taken = set(pattern) | set(text)
    free = (chr(code) for code in range(0xE000, 0x110000) if chr(code) not in taken)
    star, mark = next(free), next(free)
    table = {ord("*"): star, ord("?"): mark}
    shielding = "".join(
        each if is_pattern else each.translate(table) for each, is_pattern in pieces
    )
    return shielding, text.translate(table)
