"""What an interrupted reading of AWS had read: kept, concealed, so that the next one need not ask again.

One file (0600) for one caller, its places and its options. Each answer is a line of its own, written
before the next call, so that no end of the process loses it; a line that was cut off is left out. The
pages of a listing count only together, because a token of yesterday may be worth nothing. Refusals
are never kept: what failed is asked again. A file that is too old, or that was written under another
concealment key, is not used.
"""

import base64
import hashlib
import json
import os
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from recert.aws.matching import Place
from recert.clock import Clock, to_rfc3339
from recert.errors import AwsError
from recert.paths import ensure_private_dir
from recert.text import visible

MOST_HOURS = 6
"""An older part is read again: a reading is of one instant as nearly as AWS lets it be."""

_FORM = 1
_END = "end"


class Spool:
    """The answers of a reading under way, and those of the one before that was interrupted."""

    def __init__(self, path: Path, *, key_id: str, clock: Clock) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known: dict[str, dict[str, Any]] = {}
        self._begun = clock.now()
        self._key_id = key_id
        self._resumed = self._load(clock.now())
        self._handle = self._open()
        self.taken = 0

    @property
    def since(self) -> datetime | None:
        """Return when the interrupted reading began, None where nothing is taken from one."""
        return self._begun if self._resumed else None

    def find(
        self, place: Place, name: str, params: Mapping[str, Any]
    ) -> tuple[dict[str, Any] | None, dict[str, Any]] | None:
        """Return an answer and its metadata, None where none is kept; no answer is *there is nothing*."""
        with self._lock:
            line = self._known.get(_key(place, name, params))
            if line is None:
                return None
            self.taken += 1
        output = None if line["output"] is None else _decoded(line["output"])
        return output, dict(line["metadata"])

    def keep(
        self,
        place: Place,
        name: str,
        params: Mapping[str, Any],
        output: Mapping[str, Any] | None,
        *,
        metadata: Mapping[str, Any] | None = None,
        listing: str = "",
    ) -> None:
        """Keep an answer; one page of a `listing` counts once `close` says that all of them are there."""
        self._write(
            {
                "key": _key(place, name, params),
                "listing": listing,
                "output": None if output is None else _encoded(output),
                "metadata": {"RequestId": str((metadata or {}).get("RequestId") or "")},
            }
        )

    def close(self, listing: str) -> None:
        """Say that every page of a listing was kept."""
        self._write({_END: listing})

    def name(self, place: Place, name: str, params: Mapping[str, Any]) -> str:
        """Return the name of the listing that begins with this call."""
        return _key(place, name, params)

    def done(self) -> None:
        """Forget everything: the reading is complete."""
        os.close(self._handle)
        self._path.unlink(missing_ok=True)

    def leave(self) -> None:
        """Leave what was kept for the next reading."""
        os.close(self._handle)

    def _load(self, now: datetime) -> bool:
        try:
            with self._path.open("rb") as stream:
                head = _line(stream.readline())
                if not self._usable(head, now):
                    return False
                parts: dict[str, list[dict[str, Any]]] = {}
                for raw in stream:
                    self._take(_line(raw), parts)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise _unusable(self._path, error) from error
        self._begun = datetime.fromisoformat(str(head["begun"]))
        return True

    def _usable(self, head: Mapping[str, Any], now: datetime) -> bool:
        try:
            begun = datetime.fromisoformat(str(head.get("begun")))
            young = timedelta() <= now - begun < timedelta(hours=MOST_HOURS)
        except (TypeError, ValueError):
            return False
        return head.get("form") == _FORM and head.get("key_id") == self._key_id and young

    def _take(self, line: dict[str, Any], parts: dict[str, list[dict[str, Any]]]) -> None:
        if isinstance(line.get(_END), str):
            for one in parts.pop(line[_END], ()):
                self._known[one["key"]] = one
        elif {"key", "listing", "output", "metadata"} <= set(line):
            if line["listing"]:
                parts.setdefault(str(line["listing"]), []).append(line)
            else:
                self._known[str(line["key"])] = line

    def _open(self) -> int:
        fresh = 0 if self._resumed else os.O_TRUNC
        try:
            ensure_private_dir(self._path.parent)
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | fresh, 0o600)
        except OSError as error:
            raise _unusable(self._path, error) from error
        self._handle = handle
        if not self._resumed:
            begun = to_rfc3339(self._begun)
            self._write({"form": _FORM, "key_id": self._key_id, "begun": begun})
        else:
            # A line that was cut off must not swallow the next one.
            os.write(handle, b"\n")
        return handle

    def _write(self, line: Mapping[str, Any]) -> None:
        raw = json.dumps(line, separators=(",", ":")).encode("ascii") + b"\n"
        with self._lock:
            os.write(self._handle, raw)


def spool_path(folder: Path, *parts: object) -> Path:
    """Return the file for a caller, its places and its options."""
    name = hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return folder / f"{name}.jsonl"


def _unusable(path: Path, error: OSError) -> AwsError:
    return AwsError(
        f"What was read cannot be kept in {visible(str(path))}: {error.strerror or error}.",
        "Give recert a folder that it may write.",
    )


def _line(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _key(place: Place, name: str, params: Mapping[str, Any]) -> str:
    text = json.dumps(_encoded(dict(params)), sort_keys=True, separators=(",", ":"))
    whole = f"{place.account} {place.region} {name} {text}"
    return hashlib.sha256(whole.encode("ascii", "backslashreplace")).hexdigest()


def _encoded(value: Any) -> Any:
    """Return a value in JSON's terms; what JSON has no word for is marked, and so is what looks marked."""
    if isinstance(value, datetime):
        return {"$at": value.isoformat()}
    if isinstance(value, bytes | bytearray):
        return {"$bytes": base64.b64encode(value).decode("ascii")}
    if isinstance(value, Mapping):
        plain = {str(name): _encoded(item) for name, item in value.items()}
        return {"$map": plain} if any(name.startswith("$") for name in plain) else plain
    if isinstance(value, list | tuple):
        return [_encoded(item) for item in value]
    return value


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$at" in value:
        return datetime.fromisoformat(value["$at"])
    if "$bytes" in value:
        return base64.b64decode(value["$bytes"])
    inner = value.get("$map", value)
    return {name: _decoded(item) for name, item in inner.items()}
