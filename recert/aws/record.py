"""Writing a recording: every answer of a reading, concealed, in the format that a replay takes."""

import hashlib
import json
import os
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from botocore.model import OperationModel

from recert.aws.collect.run import collect
from recert.aws.interface import AwsSource, Cancelled, Options, Progress, Reading
from recert.aws.keyring import Keyring
from recert.aws.matching import Place
from recert.aws.read import Read
from recert.aws.redaction import redact
from recert.aws.shapes import encode
from recert.clock import Clock, FixedClock, to_rfc3339
from recert.errors import AwsError
from recert.estate.estate import Gap, Source
from recert.text import visible

_SCOPE = re.compile(r"Credential=[^/]+/\d+/([a-z0-9-]+)/")
_FAILED = 400
_DEFAULTS = Options()


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was written: the reading that it came from, the lines, the SHA-256 of the file."""

    reading: Reading
    lines: int
    digest: str


class Recorder:
    """Writes one line for each call that a client made, from whichever thread."""

    def __init__(self, stream: BinaryIO, at: datetime, keyring: Keyring, *, marked: bool) -> None:
        self._stream = stream
        self._at = to_rfc3339(at)
        self._keyring = keyring
        self._marked = marked
        self._lock = threading.Lock()
        self._local = threading.local()
        self._digest = hashlib.sha256()
        self.lines = 0

    @property
    def digest(self) -> str:
        """Return the SHA-256 of what was written so far."""
        return self._digest.hexdigest()

    def listen(self, client: Any, place: Place) -> None:
        """Record every call of a client."""
        events = client.meta.events
        service = str(client.meta.service_model.service_name)

        def begin(params: Mapping[str, Any], **_: object) -> None:
            self._local.params, self._local.region = dict(params), place.region

        def signed(request: Any, **_: object) -> None:
            header = request.headers.get("Authorization", b"")
            text = header.decode("latin-1") if isinstance(header, bytes) else str(header)
            found = _SCOPE.search(text)
            self._local.region = found[1] if found else place.region

        def answered(
            http_response: Any, parsed: Mapping[str, Any], model: OperationModel, **_: object
        ) -> None:
            self._write(place, service, model.name, http_response.status_code, parsed)

        def failed(exception: Exception, event_name: str, **_: object) -> None:
            code = str(getattr(exception, "code", type(exception).__name__))
            error = {"Code": code, "Message": "The call got no answer."}
            operation = event_name.rpartition(".")[2]
            self._write(place, service, operation, _FAILED, {"Error": error})

        events.register_first("before-parameter-build", begin)
        events.register_first("before-send", signed)
        events.register_last("after-call", answered)
        events.register_last("after-call-error", failed)

    def _write(
        self, place: Place, service: str, operation: str, status: int, parsed: Mapping[str, Any]
    ) -> None:
        line: dict[str, Any] = {
            "at": self._at,
            "account": place.account,
            "region": self._local.region,
            "service": service,
            "operation": operation,
            "params": encode(self._local.params),
            "status": status,
        }
        if "Error" in parsed:
            error = parsed["Error"]
            code, message = str(error.get("Code") or "Unknown"), str(error.get("Message") or "")
            line["error"] = {"Code": code, "Message": message}
        else:
            output = {name: item for name, item in parsed.items() if name != "ResponseMetadata"}
            line["output"] = encode(redact(service, output, self._keyring, marked=self._marked))
        raw = json.dumps(line, separators=(",", ":")).encode("ascii") + b"\n"
        with self._lock:
            self._stream.write(raw)
            self._digest.update(raw)
            self.lines += 1


class _Listened:
    """A source whose clients are all recorded; an `AwsSource`."""

    def __init__(self, inner: AwsSource, recorder: Recorder) -> None:
        self._inner = inner
        self._recorder = recorder
        self._lock = threading.Lock()
        self._heard: set[int] = set()
        self.places = inner.places
        self.workers = inner.workers
        self.replayed = inner.replayed
        self.organization_account = inner.organization_account
        self.gaps: tuple[Gap, ...] = inner.gaps
        self.limits: tuple[str, ...] = inner.limits

    def client(self, service: str, place: Place) -> Any:
        client = self._inner.client(service, place)
        with self._lock:
            if id(client) not in self._heard:
                self._heard.add(id(client))
                self._recorder.listen(client, place)
        return client

    def source(self) -> Source:
        return self._inner.source()

    def taken_at(self, clock: Clock) -> datetime:
        return self._inner.taken_at(clock)

    def offers(self, service: str, place: Place) -> bool:
        return self._inner.offers(service, place)

    def holds(self, read: Read, account: str, **named: str) -> bool:
        return self._inner.holds(read, account, **named)

    def pace(self, read: Read, place: Place) -> None:
        self._inner.pace(read, place)


def record(
    source: AwsSource,
    path: Path,
    *,
    clock: Clock,
    keyring: Keyring,
    options: Options = _DEFAULTS,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> Recorded:
    """Read everything as `collect` does, and write every answer to `path` (mode 0600).

    The file appears only when the reading is complete. Raises AwsError where it cannot be written.
    """
    at = source.taken_at(clock)
    with _new_file(path) as stream:
        recorder = Recorder(stream, at, keyring, marked=source.replayed)
        reading = collect(
            _Listened(source, recorder),
            clock=FixedClock(at),
            keyring=keyring,
            options=options,
            progress=progress,
            cancelled=cancelled,
        )
    return Recorded(reading, recorder.lines, recorder.digest)


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    draft = path.with_name(path.name + ".partial")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(handle, "wb") as stream:
                yield stream
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise AwsError(
            f"The recording {visible(str(path))} cannot be written: {error.strerror or error}.",
            "Name a file in a folder that you may write.",
        ) from error
