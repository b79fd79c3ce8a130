"""Bodies of the JSON protocols."""

import base64
import json
from typing import Any, cast

from botocore.model import ListShape, MapShape, Shape, StructureShape

from recert.aws.wire_scalars import timestamp


def body(shape: Shape, value: Any, instants: str) -> bytes:
    """Return the JSON body of a value; `instants` is the protocol's own timestamp format."""
    return json.dumps(_plain(shape, value, instants), separators=(",", ":")).encode("ascii")


def _plain(shape: Shape, value: Any, instants: str) -> Any:  # noqa: PLR0911 - one for each type
    kind = shape.type_name
    if kind == "structure":
        structure = cast("StructureShape", shape)
        if structure.is_document_type:
            return value
        members = structure.members
        return {
            str(members[name].serialization.get("name", name)): _plain(
                members[name], item, instants
            )
            for name, item in value.items()
        }
    if kind == "list":
        member = cast("ListShape", shape).member
        return [_plain(member, item, instants) for item in value]
    if kind == "map":
        member = cast("MapShape", shape).value
        return {name: _plain(member, item, instants) for name, item in value.items()}
    if kind == "timestamp":
        return timestamp(shape, value, instants)
    if kind == "blob":
        return base64.b64encode(value).decode("ascii")
    return value
