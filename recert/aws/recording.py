"""Recordings of AWS: JSON Lines, one answer a line, several points in time in one file.

A recording is read whole and checked line by line before anything is played from it. What is kept
in memory is the point in time that is played; the others are checked and counted.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from recert.aws.matching import Entry, Index, Place, name_params
from recert.aws.models import is_global, operation_model, service_model
from recert.aws.shapes import ShapeError, decode, instant
from recert.clock import require_zone, to_rfc3339
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
_REAL_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")
_LONGEST_LINE = 256 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_REDIRECT, _LARGEST_STATUS = 300, 599


@dataclass(frozen=True, slots=True)
class Recording:
    """One point in time of a recording, ready to be played.

    `digest` is the SHA-256 of the whole file; `points` lists every instant that it holds, sorted;
    `pairs` the accounts and regions whose regional services the point in time shows.
    """

    name: str
    digest: str
    points: tuple[datetime, ...]
    at: datetime
    pairs: tuple[Place, ...]
    index: Index
    lines: int

    def answer(
        self, place: Place, service: str, operation: str, params: dict[str, Any]
    ) -> Entry | None:
        """Return the line that answers a request, None where the recording holds none."""
        return self.index.find(place, service, operation, params)


def load_recording(path: Path, at: datetime | None = None) -> Recording:
    """Read and check a recording; `at` picks a point in time, the latest is the default.

    Raises RecordingError, with the number of the line that is to blame.
    """
    try:
        with path.open("rb") as stream:
            return read_recording(stream, name=str(path), at=at)
    except OSError as error:
        raise _unreadable(path, error) from error


def load_points(path: Path) -> tuple[Recording, ...]:
    """Read and check a recording and return every point in time of it, sorted; as `load_recording`."""
    try:
        with path.open("rb") as stream:
            return read_points(stream, name=str(path))
    except OSError as error:
        raise _unreadable(path, error) from error


def instants(path: Path) -> tuple[datetime, ...]:
    """Return the instants of a recording, sorted, looking at nothing else; raises RecordingError."""
    found: set[datetime] = set()
    try:
        with path.open("rb") as stream:
            for number, raw in _lines(stream, hashlib.sha256()):
                found.add(_checked(_moment, raw, number))
    except OSError as error:
        raise _unreadable(path, error) from error
    return tuple(sorted(found))


def _unreadable(path: Path, error: OSError) -> RecordingError:
    return RecordingError(
        f"The recording {visible(str(path))} cannot be read: {error.strerror or error}.",
        "Name a file that exists and that you may read.",
    )


def read_recording(stream: BinaryIO, *, name: str, at: datetime | None = None) -> Recording:
    """Read a recording from an open stream; as `load_recording`."""
    wanted = require_zone(at) if at is not None else None
    scan = _scan(stream, wanted, every=False)
    if wanted is not None and wanted not in scan.points:
        known = ", ".join(to_rfc3339(point) for point in sorted(scan.points))
        raise RecordingError(
            f"The recording holds no point in time {to_rfc3339(wanted)}.",
            f"It holds {known}; name one of these.",
        )
    return scan.recording(name, wanted or max(scan.points))


def read_points(stream: BinaryIO, *, name: str) -> tuple[Recording, ...]:
    """Read every point in time of a recording from an open stream; as `load_points`."""
    scan = _scan(stream, None, every=True)
    return tuple(scan.recording(name, point) for point in sorted(scan.points))


@dataclass(slots=True)
class _Scan:
    """A file that was read and checked: lines of each point, and the entries that were kept."""

    points: dict[datetime, int] = field(default_factory=dict)
    kept: dict[datetime, list[Entry]] = field(default_factory=dict)
    digest: str = ""

    def recording(self, name: str, at: datetime) -> Recording:
        entries = self.kept[at]
        index = Index()
        for entry in entries:
            index.add(entry)
        return Recording(
            name=name,
            digest=self.digest,
            points=tuple(sorted(self.points)),
            at=at,
            pairs=_pairs(entries),
            index=index,
            lines=sum(self.points.values()),
        )


def _scan(stream: BinaryIO, wanted: datetime | None, *, every: bool) -> _Scan:
    """Check every line; keep the entries of the wanted point, of the latest, or of `every` one."""
    digest = hashlib.sha256()
    scan = _Scan()
    for number, raw in _lines(stream, digest):
        moment, entry = parse_line(raw, number)
        scan.points[moment] = scan.points.get(moment, 0) + 1
        if every or moment == (wanted or max(scan.points)):
            if not every and moment not in scan.kept:
                scan.kept.clear()
            scan.kept.setdefault(moment, []).append(entry)
    if not scan.points:
        raise RecordingError(
            "The recording holds no line.", "Record again with recert record --to."
        )
    scan.digest = digest.hexdigest()
    return scan


def _lines(stream: BinaryIO, digest: "hashlib._Hash") -> Iterator[tuple[int, bytes]]:
    number = 0
    while raw := stream.readline(_LONGEST_LINE + 1):
        number += 1
        digest.update(raw)
        if len(raw) > _LONGEST_LINE:
            raise RecordingError(
                f"the line is longer than {_LONGEST_LINE // 1024 // 1024} MiB.",
                "Split the answer into its pages.",
                line=number,
            )
        if number == 1 and raw.startswith(_BOM):
            raise RecordingError(
                "the file starts with a byte order mark.", "Save it as plain UTF-8.", line=1
            )
        if raw.strip():
            yield number, raw


def _pairs(entries: list[Entry]) -> tuple[Place, ...]:
    """Return the places to visit: an account's global answers name no region that must be visited."""
    regional = {entry.place for entry in entries if not is_global(entry.service)}
    covered = {place.account for place in regional}
    lone = {entry.place for entry in entries if entry.place.account not in covered}
    found = {place for place in regional | lone if _REAL_REGION.fullmatch(place.region)}
    found |= {
        Place(place.account, "us-east-1")
        for place in lone
        if not any(other.account == place.account for other in found)
    }
    return tuple(sorted(found, key=lambda place: (place.account, place.region)))


def parse_line(raw: bytes, number: int) -> tuple[datetime, Entry]:
    """Check one line and return its instant and its entry; raises RecordingError."""
    return _checked(_parse, raw, number)


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
