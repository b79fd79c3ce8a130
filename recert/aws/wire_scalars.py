"""Single values as text on the wire: timestamps in their formats, numbers, headers."""

import base64
import json
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from botocore.model import Shape
from botocore.utils import is_json_value_header

from recert.clock import to_rfc3339


def timestamp(shape: Shape, value: datetime, default: str) -> str | float | int:
    """Return an instant in the shape's own format, else in the protocol's `default`."""
    form = str(shape.serialization.get("timestampFormat", default)).lower()
    if form == "iso8601":
        return to_rfc3339(value)
    if form == "rfc822":
        return format_datetime(value.astimezone(UTC), usegmt=True)
    seconds = value.timestamp()
    return int(seconds) if seconds.is_integer() else seconds


def scalar_text(shape: Shape, value: Any, default: str = "iso8601") -> str:
    """Return a scalar as the text of an element or header."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return str(timestamp(shape, value, default))
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return str(value)


def header_text(shape: Shape, value: Any) -> str:
    """Return the value of a header member."""
    if is_json_value_header(shape):
        return base64.b64encode(json.dumps(value).encode()).decode("ascii")
    if isinstance(value, list):
        return ",".join(scalar_text(shape, item, "rfc822") for item in value)
    return scalar_text(shape, value, "rfc822")
