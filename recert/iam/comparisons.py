"""How one value of a condition is compared with one value of the request, by operator family.

A comparison answers True, False, or None where either side is not of the operator's type: such a
condition does not hold, be the operator negated or not.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from recert.iam.patterns import arn_like, arn_parts, glob

if TYPE_CHECKING:
    from decimal import Decimal
    from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Comparison = Callable[[str, str], bool | None]
"""Policy value, request value."""

_LONGEST_NUMBER: Final = 400


def _equals(policy: str, request: str) -> bool:
    return policy == request


def _equals_in_any_case(policy: str, request: str) -> bool:
    return policy.lower() == request.lower()


def _like(policy: str, request: str) -> bool:
    return glob(policy)(request)


def _arn(policy: str, request: str) -> bool | None:
    pattern, arn = arn_parts(policy), arn_parts(request)
    return None if pattern is None or arn is None else arn_like(pattern, arn)


def _bool(policy: str, request: str) -> bool | None:
    left, right = policy.lower(), request.lower()
    known = ("true", "false")
    return left == right if left in known and right in known else None


@lru_cache(maxsize=256)
def _number(text: str) -> Decimal | None:
    """Read a decimal number; exponents of up to three digits, so that no number is endless."""
    import re  # noqa: PLC0415 - few requests compare numbers, every process would pay
    from decimal import Decimal  # noqa: PLC0415 - as above

    text = text.strip()
    if len(text) > _LONGEST_NUMBER:
        return None
    shape = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
    return Decimal(text) if re.fullmatch(shape, text) else None


@lru_cache(maxsize=256)
def _instant(text: str) -> Decimal | None:
    """Read a date as seconds since 1970: ISO 8601 as the W3C profiles it, or epoch seconds.

    Four digits are a year. A time without a zone is taken as UTC.
    """
    import re  # noqa: PLC0415 - few requests compare dates, every process would pay
    from datetime import UTC, date, datetime, timedelta, timezone  # noqa: PLC0415 - as above
    from decimal import Decimal  # noqa: PLC0415 - as above

    text = text.strip()
    if len(text) > _LONGEST_NUMBER:
        return None
    if re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?", text) and not re.fullmatch(r"[0-9]{4}", text):
        return Decimal(text)
    found = re.fullmatch(
        r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
        r"(?:[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?"
        r"(Z|z|[+-][0-9]{2}:?[0-9]{2})?)?)?)?",
        text,
    )
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        offset = UTC
        if zone and zone not in "Zz":
            minutes = int(zone[1:3]) * 60 + int(zone[-2:])
            offset = timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes))
        on = date(int(year), int(month or 1), int(day or 1))
        at = datetime(
            on.year, on.month, on.day, int(hour or 0), int(minute or 0), int(second or 0),
            tzinfo=offset,
        )  # fmt: skip
    except (ValueError, OverflowError):
        return None
    past = at.replace(tzinfo=None) - datetime(1970, 1, 1)  # noqa: DTZ001 - both sides are shifted below
    shift = at.utcoffset() or timedelta()
    seconds = Decimal((past - shift).days * 86400 + (past - shift).seconds)
    return seconds + Decimal(f"0.{fraction}") if fraction else seconds


@lru_cache(maxsize=256)
def _network(text: str) -> IPv4Network | IPv6Network | None:
    from ipaddress import ip_network  # noqa: PLC0415 - few requests compare addresses

    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    from ipaddress import ip_address  # noqa: PLC0415 - few requests compare addresses

    try:
        return ip_address(text.strip())
    except ValueError:
        return None


def _ip(policy: str, request: str) -> bool | None:
    network, address = _network(policy), _address(request)
    if network is None or address is None:
        return None
    return address in network


def _ordered(
    read: Callable[[str], Decimal | None], holds: Callable[[Decimal, Decimal], bool]
) -> Comparison:
    def compare(policy: str, request: str) -> bool | None:
        left, right = read(policy), read(request)
        return None if left is None or right is None else holds(right, left)

    return compare


_ORDERS: Final[dict[str, Callable[[Decimal, Decimal], bool]]] = {
    "Equals": lambda request, policy: request == policy,
    "NotEquals": lambda request, policy: request == policy,
    "LessThan": lambda request, policy: request < policy,
    "LessThanEquals": lambda request, policy: request <= policy,
    "GreaterThan": lambda request, policy: request > policy,
    "GreaterThanEquals": lambda request, policy: request >= policy,
}

COMPARISONS: Final[dict[str, Comparison]] = {
    "StringEquals": _equals,
    "StringNotEquals": _equals,
    "StringEqualsIgnoreCase": _equals_in_any_case,
    "StringNotEqualsIgnoreCase": _equals_in_any_case,
    "StringLike": _like,
    "StringNotLike": _like,
    "BinaryEquals": _equals,
    "Bool": _bool,
    "IpAddress": _ip,
    "NotIpAddress": _ip,
    "ArnEquals": _arn,
    "ArnLike": _arn,
    "ArnNotEquals": _arn,
    "ArnNotLike": _arn,
    **{f"Numeric{name}": _ordered(_number, holds) for name, holds in _ORDERS.items()},
    **{f"Date{name}": _ordered(_instant, holds) for name, holds in _ORDERS.items()},
}
"""By base operator; the negated ones say what their opposite says, the caller turns it round."""

WITH_WILDCARDS: Final = frozenset(
    {"StringLike", "StringNotLike", "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"}
)
"""The operators in whose values `*` and `?` mean something."""

WITH_VARIABLES: Final = frozenset({"string", "arn", "bool"})
"""The families in whose values IAM puts in variables."""
