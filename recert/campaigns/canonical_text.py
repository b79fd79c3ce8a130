"""JSON values as text, their digests and the short ids made of them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from recert.store.entries import RECORD, restricted

_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
)
_LARGEST = 2**53


def _no_float(text: str) -> Any:
    raise ValueError(f"{text} is no integer")


def _integer(text: str) -> int:
    found = int(text)
    if abs(found) >= _LARGEST:
        raise ValueError(f"{text} is too large")
    return found


_CHECKER = json.JSONDecoder(parse_float=_no_float, parse_int=_integer, parse_constant=_no_float)


def text_of(value: Any) -> str:
    """Return the canonical text of a JSON value; what canonical JSON cannot hold becomes its text.

    The same bytes as `recert.store.canonical.canonical`, an order of magnitude sooner.
    """
    try:
        text = _ENCODER.encode(value)
        _CHECKER.decode(text)
    except (TypeError, ValueError):
        return _ENCODER.encode(restricted(value))
    return text


def texts_of(*values: Any) -> tuple[str, ...]:
    """Return the canonical texts of several JSON values, checked together."""
    try:
        found = tuple(_ENCODER.encode(value) for value in values)
        _CHECKER.decode(f"[{','.join(found)}]")
    except (TypeError, ValueError):
        return tuple(_ENCODER.encode(restricted(value)) for value in values)
    return found


def digest_of_text(text: str) -> str:
    """Return the SHA-256 of a canonical text, as 64 hex digits."""
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def digest_of(value: Any) -> str:
    """Return the digest of a JSON value."""
    return digest_of_text(text_of(value))


def record_digest(columns: Mapping[str, Any]) -> str:
    """Return the digest of an item's frozen part, where `body` is canonical text already.

    Equals `digest(item_record(row))`, without parsing the body again.
    """
    before = ",".join(f'"{name}":{_ENCODER.encode(columns[name])}' for name in _BEFORE_BODY)
    after = _ENCODER.encode({name: columns[name] for name in _AFTER_BODY})
    return digest_of_text(f'{{{before},"body":{columns["body"]},{after[1:]}')


_BEFORE_BODY = tuple(name for name in sorted(RECORD) if name < "body")
_AFTER_BODY = tuple(name for name in sorted(RECORD) if name > "body")


def short_id(prefix: str, parts: Sequence[Any], length: int) -> str:
    """Return a short stable id of some JSON values: `c-7f3a9c`, with so many hex digits."""
    text = _ENCODER.encode(parts)
    return f"{prefix}-{hashlib.sha256(text.encode('ascii')).hexdigest()[:length]}"
