"""The condition operators of IAM: which exist, and what their names promise.

27 base operators, each with `…IfExists` and behind `ForAllValues:` or `ForAnyValue:`. Names are
read without regard to case: IAM stores what it was given, and a policy must not be lost over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

Family = Literal["string", "arn", "numeric", "date", "bool", "binary", "ip", "null"]
Quantifier = Literal["all", "any"]


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator understood; `name` is the base name as AWS writes it.

    `negated`: true unless a value matches. `quantifier` is None for single-valued keys. `when_absent`:
    what a condition is worth, 0 or 1, where the request does not have its key.
    """

    name: str
    family: Family
    negated: bool
    quantifier: Quantifier | None
    if_exists: bool
    when_absent: int


_FAMILIES: Final[dict[Family, tuple[str, ...]]] = {
    "string": (
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLike",
        "StringNotLike",
    ),
    "numeric": (
        "NumericEquals",
        "NumericNotEquals",
        "NumericLessThan",
        "NumericLessThanEquals",
        "NumericGreaterThan",
        "NumericGreaterThanEquals",
    ),
    "date": (
        "DateEquals",
        "DateNotEquals",
        "DateLessThan",
        "DateLessThanEquals",
        "DateGreaterThan",
        "DateGreaterThanEquals",
    ),
    "bool": ("Bool",),
    "binary": ("BinaryEquals",),
    "ip": ("IpAddress", "NotIpAddress"),
    "arn": ("ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"),
    "null": ("Null",),
}
_BASES: Final[dict[str, tuple[str, Family]]] = {
    name.lower(): (name, family) for family, names in _FAMILIES.items() for name in names
}
_QUANTIFIERS: Final[dict[str, Quantifier]] = {"forallvalues": "all", "foranyvalue": "any"}
_IF_EXISTS: Final = "ifexists"

BASE_OPERATORS: Final = tuple(name for name, _ in _BASES.values())


@lru_cache(maxsize=512)
def operator_named(name: str) -> Operator | None:
    """Return the operator that a policy means by `name`, None where IAM has no such operator."""
    head, colon, rest = name.lower().partition(":")
    quantifier = _QUANTIFIERS.get(head) if colon else None
    if colon and quantifier is None:
        return None
    base = rest if colon else head
    if_exists = base.endswith(_IF_EXISTS)
    found = _BASES.get(base.removesuffix(_IF_EXISTS))
    if found is None:
        return None
    canonical, family = found
    negated = "Not" in canonical
    absent = quantifier == "all" if quantifier else if_exists or negated
    return Operator(canonical, family, negated, quantifier, if_exists, int(absent))


OPERATORS: Final = tuple(
    f"{quantifier}{name}{suffix}"
    for name in BASE_OPERATORS
    for quantifier in ("", "ForAllValues:", "ForAnyValue:")
    for suffix in ("", "IfExists")
)
"""Every operator as AWS writes it."""
