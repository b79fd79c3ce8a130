"""The canonical form: one byte string for one value, and its digest.

Restricted JSON (string keys, strings, integers below 2**53, booleans, null, lists, maps; no
floats), sorted keys, no white space, ASCII only. For such values the bytes equal those of RFC 8785
where keys are ASCII, so that any verifier with a JSON parser can re-derive them.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

_LARGEST = 2**53
_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
)


def canonical(value: object) -> bytes:
    """Return the canonical bytes of a restricted JSON value; raises ValueError for anything else."""
    if not _is_plain(value):
        _require_restricted(value, "$")
    return _ENCODER.encode(value).encode("ascii")


def digest(value: object) -> str:
    """Return the SHA-256 of the canonical bytes, as 64 hex digits."""
    return hashlib.sha256(canonical(value)).hexdigest()


def unordered(value: Any) -> Any:
    """Return a JSON value with every list in an order of its own: lists in which order says nothing."""
    if isinstance(value, Mapping):
        return {key: unordered(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return sorted((unordered(item) for item in value), key=_sort_key)
    return value


def _sort_key(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _is_plain(value: object) -> bool:
    """Tell of exact JSON types whether they are restricted; others need the longer look, with a path."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return -_LARGEST < value < _LARGEST  # type: ignore[operator]  # it is an int
    if kind is dict:
        for key, item in value.items():  # type: ignore[attr-defined]  # it is a dict
            if type(key) is not str or not (type(item) is str or _is_plain(item)):
                return False
        return True
    return kind is list and all(map(_is_plain, value))  # type: ignore[call-overload]  # it is a list


def _require_restricted(value: object, path: str) -> None:
    if value is None or isinstance(value, bool | str):
        return
    if isinstance(value, int):
        if abs(value) >= _LARGEST:
            raise ValueError(f"{path}: {value} is too large for canonical JSON")
        return
    if isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _require_restricted(item, f"{path}[{index}]")
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError(f"{path}: key {key!r} is no string")  # noqa: TRY004 - a bad value, as the rest
            _require_restricted(item, f"{path}.{key}")
        return
    raise ValueError(f"{path}: {type(value).__name__} has no canonical form")


def parse_strict(data: bytes | str) -> Any:
    """Parse JSON and refuse duplicate keys and non-finite numbers; raises ValueError."""
    if type(data) is str and not data.startswith("\ufeff"):
        return _DECODER.decode(data)
    return json.loads(data, object_pairs_hook=_unique, parse_constant=_refuse)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [key for key, _ in pairs]
        twice = next(key for key in names if names.count(key) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return found


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is no JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse)
