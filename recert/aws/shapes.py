"""JSON values and botocore's shapes: what a recording may hold, and what it means.

`decode` turns JSON into the values that boto3 hands out (aware datetimes, bytes) and refuses what
the shape does not know; `encode` is its inverse for a recording that is being written.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from botocore.model import ListShape, MapShape, Shape, StructureShape

from recert.clock import from_rfc3339, to_rfc3339

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
_DOCUMENT_NAMES = re.compile(r"policy|document|content", re.IGNORECASE)


class ShapeError(ValueError):
    """A value that its shape does not allow; the message starts with the path of the value."""


def instant(text: str) -> datetime:
    """Read an RFC 3339 instant with its zone; raises ValueError for any other form."""
    if not _INSTANT.fullmatch(text):
        raise ValueError(f"{text!r} is no RFC 3339 instant, as in 2026-11-01T09:00:00Z")
    return from_rfc3339(_microseconds(text.upper()))


def _microseconds(text: str) -> str:
    # Python keeps microseconds; the nanoseconds that RFC 3339 allows are cut off.
    return re.sub(r"(\.\d{6})\d+", r"\1", text)


def decode(shape: Shape, value: object, path: str = "$") -> Any:
    """Return the value that boto3 would hand out for `value`; raises ShapeError.

    Lengths, patterns and enumerations are not checked. A null member counts as absent.
    """
    if _is_document(shape):
        return value
    decoder = _DECODERS.get(shape.type_name)
    if decoder is None:
        raise ShapeError(f"{path}: {shape.type_name} cannot be recorded")
    return decoder(shape, value, path)


def _is_document(shape: Shape) -> bool:
    return isinstance(shape, StructureShape) and bool(shape.is_document_type)


def _wrong(shape: Shape, value: object, path: str, wanted: str) -> ShapeError:
    return ShapeError(f"{path}: {shape.name} is {wanted}, not {_kind(value)}")


def _kind(value: object) -> str:
    names = {bool: "a boolean", str: "a string", int: "an integer", float: "a number"}
    if value is None:
        return "null"
    return names.get(type(value), "a list" if isinstance(value, list) else "an object")


def _structure(shape: Shape, value: object, path: str) -> dict[str, Any]:
    structure = cast("StructureShape", shape)
    if structure.serialization.get("eventstream"):
        raise ShapeError(f"{path}: an event stream cannot be recorded")
    if not isinstance(value, Mapping):
        raise _wrong(shape, value, path, "an object")
    members = structure.members
    found: dict[str, Any] = {}
    for name, item in value.items():
        member = members.get(name)
        if member is None:
            raise ShapeError(f"{path}: {shape.name} has no field {name!r}")
        if item is not None:
            found[name] = _member(name, member, item, f"{path}.{name}")
    if structure.is_tagged_union and len(found) != 1:
        raise ShapeError(f"{path}: {shape.name} holds exactly one of {', '.join(sorted(members))}")
    return found


def _member(name: str, shape: Shape, value: object, path: str) -> Any:
    if isinstance(value, Mapping) and takes_policy(name, shape):
        return json.dumps(value, separators=(",", ":"))
    return decode(shape, value, path)


def takes_policy(name: str, shape: Shape) -> bool:
    """Tell whether a string member holds a policy document, which a recording may write as an object."""
    return shape.type_name == "string" and bool(
        _DOCUMENT_NAMES.search(name) or _DOCUMENT_NAMES.search(shape.name)
    )


def _list(shape: Shape, value: object, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise _wrong(shape, value, path, "a list")
    member = cast("ListShape", shape).member
    return [_member("", member, item, f"{path}[{index}]") for index, item in enumerate(value)]


def _map(shape: Shape, value: object, path: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(shape, value, path, "an object")
    member = cast("MapShape", shape).value
    return {
        _string(shape, name, path): decode(member, item, f"{path}.{name}")
        for name, item in value.items()
    }


def _string(shape: Shape, value: object, path: str) -> str:
    if not isinstance(value, str):
        raise _wrong(shape, value, path, "a string")
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise ShapeError(f"{path}: a lone surrogate is no text") from error
    return value


def _integer(shape: Shape, value: object, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(shape, value, path, "an integer")
    # What AWS models as an integer stays exact in every JSON reader; a long has 64 bits.
    bits = 63 if shape.type_name == "long" else 53
    if not -(1 << bits) < value < 1 << bits:
        raise ShapeError(f"{path}: {value} is too large for {shape.name}")
    return value


def _number(shape: Shape, value: object, path: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(shape, value, path, "a number")
    return float(value)


def _boolean(shape: Shape, value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise _wrong(shape, value, path, "a boolean")
    return value


def _timestamp(shape: Shape, value: object, path: str) -> datetime:
    if not isinstance(value, str):
        raise _wrong(shape, value, path, "an RFC 3339 instant")
    try:
        return instant(value)
    except ValueError as error:
        raise ShapeError(f"{path}: {error}") from error


def _blob(shape: Shape, value: object, path: str) -> bytes:
    if not isinstance(value, str):
        raise _wrong(shape, value, path, "base64 text")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ShapeError(f"{path}: {shape.name} is no base64 text") from error


_DECODERS: dict[str, Callable[[Shape, object, str], Any]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "character": _string,
    "integer": _integer,
    "long": _integer,
    "float": _number,
    "double": _number,
    "boolean": _boolean,
    "timestamp": _timestamp,
    "blob": _blob,
}


def encode(value: object) -> Any:
    """Return the JSON form of a value that boto3 handed out: the inverse of `decode`."""
    if isinstance(value, datetime):
        return to_rfc3339(value if value.tzinfo else value.replace(tzinfo=UTC))
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    return value
