"""Elements of the XML protocols (query, ec2, rest-xml)."""

import re
from typing import Any, cast
from xml.sax.saxutils import escape, quoteattr

from botocore.model import ListShape, MapShape, Shape, StructureShape

from recert.aws.wire_scalars import scalar_text

# What XML 1.0 cannot hold, not even as a reference. No service could have sent it either.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def legal(text: str) -> str:
    """Return `text` with what XML cannot hold replaced by U+FFFD."""
    return _ILLEGAL.sub("\ufffd", text)


def document(root: str, shape: Shape, value: Any) -> bytes:
    """Return a whole XML document with one root element."""
    if shape.type_name != "structure":
        return "".join(_element(root, shape, value)).encode()
    structure = cast("StructureShape", shape)
    return f"<{root}{_attributes(structure, value)}>{children(structure, value)}</{root}>".encode()


def children(shape: StructureShape, value: dict[str, Any]) -> str:
    """Return the elements of a structure's members, without the structure's own element."""
    parts: list[str] = []
    for name, item in value.items():
        member = shape.members[name]
        if not member.serialization.get("xmlAttribute"):
            parts.extend(_element(_tag(member, name), member, item))
    return "".join(parts)


def _tag(member: Shape, name: str) -> str:
    if member.type_name == "list" and member.serialization.get("flattened"):
        inner = cast("ListShape", member).member.serialization.get("name")
        if inner:
            return str(inner)
    return str(member.serialization.get("name", name))


def _attributes(shape: StructureShape, value: dict[str, Any]) -> str:
    parts: list[str] = []
    for name, item in value.items():
        member = shape.members[name]
        if member.serialization.get("xmlAttribute"):
            tag = str(member.serialization.get("name", name))
            space = tag.partition(":")[0]
            parts.append(f' xmlns:{space}="http://www.w3.org/2001/XMLSchema-instance"')
            parts.append(f" {tag}={quoteattr(legal(str(item)))}")
    return "".join(parts)


def _element(tag: str, shape: Shape, value: Any) -> list[str]:
    kind = shape.type_name
    if kind == "structure":
        structure = cast("StructureShape", shape)
        inner = children(structure, value)
        return [f"<{tag}{_attributes(structure, value)}>{inner}</{tag}>"]
    if kind == "list":
        return _list(tag, cast("ListShape", shape), value)
    if kind == "map":
        return _map(tag, cast("MapShape", shape), value)
    # A bare carriage return would reach the reader as a line feed.
    text = escape(legal(scalar_text(shape, value)), {"\r": "&#13;"})
    return [f"<{tag}>{text}</{tag}>"]


def _list(tag: str, shape: ListShape, value: list[Any]) -> list[str]:
    flat = shape.serialization.get("flattened")
    inner = tag if flat else str(shape.member.serialization.get("name", "member"))
    parts = [part for item in value for part in _element(inner, shape.member, item)]
    return parts if flat else [f"<{tag}>", *parts, f"</{tag}>"]


def _map(tag: str, shape: MapShape, value: dict[str, Any]) -> list[str]:
    flat = shape.serialization.get("flattened")
    key_tag = str(shape.key.serialization.get("name", "key"))
    value_tag = str(shape.value.serialization.get("name", "value"))
    entry = tag if flat else "entry"
    parts: list[str] = []
    for name, item in value.items():
        pair = [*_element(key_tag, shape.key, name), *_element(value_tag, shape.value, item)]
        parts.extend([f"<{entry}>", *pair, f"</{entry}>"])
    return parts if flat else [f"<{tag}>", *parts, f"</{tag}>"]
