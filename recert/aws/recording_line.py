"""One line of a recording: checked against the model of its operation before anything is played."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from recert.aws.matching import Entry, Place, name_params
from recert.aws.models import operation_model, service_model
from recert.aws.shapes import ShapeError, decode, instant
from recert.errors import RecordingError
from recert.estate.canonical import parse_strict
from recert.text import visible

T = TypeVar("T")
_KEYS = frozenset(
    {"at", "account", "region", "service", "operation", "params", "status", "output", "error"}
)
_REQUIRED = ("at", "account", "region", "service", "operation", "params", "status")
_ACCOUNT = re.compile(r"\d{12}")
_REGION = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_REDIRECT, _LARGEST_STATUS = 300, 599


def parse_line(raw: bytes, number: int) -> tuple[datetime, Entry]:
    """Check one line and return its instant and its entry; raises RecordingError."""
    return _checked(_parse, raw, number)


def parse_instant(raw: bytes, number: int) -> datetime:
    """Return the instant of a line, looking at nothing else; raises RecordingError."""
    return _checked(_moment, raw, number)


def _checked(parse: Callable[[bytes, int], T], raw: bytes, number: int) -> T:
    """Read a line, and say of every fault in which line it is."""
    try:
        return parse(raw, number)
    except UnicodeDecodeError as error:
        raise RecordingError("the line is not UTF-8.", "Save it as UTF-8.", line=number) from error
    except RecursionError as error:
        raise RecordingError("the line is nested too deeply.", "Check it.", line=number) from error
    except json.JSONDecodeError as error:
        cut = "" if raw.endswith(b"\n") else " It has no line end: the file may have been cut off."
        raise RecordingError(
            f"no valid JSON: {error.msg} at column {error.colno}.{cut}",
            "Mend the line or record again.",
            line=number,
        ) from error
    except ValueError as error:
        raise RecordingError(
            f"{visible(str(error), limit=400)}.", "Mend the line or record again.", line=number
        ) from error


def _moment(raw: bytes, _number: int) -> datetime:
    return _instant(_object(raw).get("at"))


def _object(raw: bytes) -> dict[str, Any]:
    line = parse_strict(raw.decode("utf-8"))
    if not isinstance(line, dict):
        raise ValueError("a line must be a JSON object")  # noqa: TRY004 - _checked catches one kind
    return line


def _parse(raw: bytes, number: int) -> tuple[datetime, Entry]:
    line = _object(raw)
    missing = [key for key in _REQUIRED if key not in line]
    if missing:
        raise ValueError(f"the key {missing[0]!r} is missing")
    unknown = sorted(set(line) - _KEYS)
    if unknown:
        raise ValueError(f"there is no key {unknown[0]!r}")
    moment = _instant(line["at"])
    place = Place(
        _text(line, "account", _ACCOUNT, "12 digits"), _text(line, "region", _REGION, "a region")
    )
    service, operation = _operation(line)
    model = operation_model(service, operation)
    params = _params(model.input_shape, line["params"], operation)
    status, output, code, message = _answer(line, model.output_shape, operation)
    entry = Entry(
        line=number,
        place=place,
        service=service,
        operation=operation,
        named=name_params(service, operation, params, place),
        status=status,
        output=output,
        error_code=code,
        error_message=message,
    )
    return moment, entry


def _instant(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("at must be an RFC 3339 instant")  # noqa: TRY004 - as above
    return instant(value)


def _text(line: dict[str, Any], key: str, form: re.Pattern[str], wanted: str) -> str:
    value = line[key]
    if not isinstance(value, str) or not form.fullmatch(value):
        raise ValueError(f"{key} must be {wanted}")
    return value


def _operation(line: dict[str, Any]) -> tuple[str, str]:
    service, operation = line["service"], line["operation"]
    if not isinstance(service, str) or not isinstance(operation, str):
        raise ValueError("service and operation must be strings")  # noqa: TRY004 - as above
    try:
        service_model(service)
    except KeyError as error:
        raise ValueError(f"there is no service {service!r}") from error
    try:
        operation_model(service, operation)
    except KeyError as error:
        raise ValueError(f"{service} has no operation {operation!r}") from error
    return service, operation


def _params(shape: Any, value: object, operation: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("params must be an object")  # noqa: TRY004 - as above
    if shape is None:
        if value:
            raise ValueError(f"{operation} takes no parameter {next(iter(value))!r}")
        return {}
    found: dict[str, Any] = decode(shape, value, "params")
    return found


def _answer(line: dict[str, Any], shape: Any, operation: str) -> tuple[int, bytes | None, str, str]:
    status = line["status"]
    if isinstance(status, bool) or not isinstance(status, int):
        raise ValueError("status must be an HTTP status code")  # noqa: TRY004 - as above
    if ("output" in line) == ("error" in line):
        raise ValueError("a line holds either output or error")
    if "error" in line:
        if not _REDIRECT <= status <= _LARGEST_STATUS:
            raise ValueError(f"an error has a status from 300 to 599, not {status}")
        code, message = _error(line["error"])
        return status, None, code, message
    if not 200 <= status < _REDIRECT:  # noqa: PLR2004 - success, RFC 9110
        raise ValueError(f"an output has a status from 200 to 299, not {status}")
    output = line["output"]
    if not isinstance(output, dict):
        raise ValueError("output must be an object")  # noqa: TRY004 - as above
    output = {name: value for name, value in output.items() if name != "ResponseMetadata"}
    if shape is None:
        if output:
            raise ValueError(f"{operation} answers nothing, so not {next(iter(output))!r}")
    else:
        decode(shape, output, "output")
    return status, json.dumps(output, separators=(",", ":")).encode("ascii"), "", ""


def _error(value: object) -> tuple[str, str]:
    if not isinstance(value, dict) or set(value) - {"Code", "Message", "Type"}:
        raise ValueError("error must hold Code and Message")
    code, message = value.get("Code"), value.get("Message") or ""
    if not isinstance(code, str) or not code or not isinstance(message, str):
        raise ValueError("error must hold a Code and a Message, both strings")
    return code, message


def decode_output(entry: Entry) -> dict[str, Any]:
    """Return the decoded output of an entry that was checked before."""
    shape = operation_model(entry.service, entry.operation).output_shape
    if shape is None or entry.output is None:
        return {}
    try:
        found: dict[str, Any] = decode(shape, json.loads(entry.output), "output")
    except ShapeError as error:
        raise RecordingError(str(error), line=entry.line) from error
    return found
