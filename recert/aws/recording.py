"""Recordings of AWS: JSON Lines, one answer a line, several points in time in one file.

A recording is read whole and checked line by line before anything is played from it. What is kept
in memory is the point in time that is played; the others are checked and counted.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from recert.aws.matching import Entry, Index, Place
from recert.aws.models import is_global
from recert.aws.recording_line import parse_instant, parse_line
from recert.clock import require_zone, to_rfc3339
from recert.errors import RecordingError
from recert.text import visible

_REAL_REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")
_LONGEST_LINE = 256 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


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
                found.add(parse_instant(raw, number))
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
