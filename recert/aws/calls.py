"""What a reading asked and what it was answered, operation by operation: the evidence of a population.

An auditor compares it with CloudTrail: request ids and instants are AWS's own. The digests are over
the answers as recert keeps them, that is redacted, so that none can be used to guess a secret.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from recert.aws.matching import Place
from recert.aws.read import Read
from recert.clock import to_rfc3339

Row = dict[str, Any]


@dataclass(slots=True)
class _Line:
    """The calls of one operation in one account and region."""

    answered: int = 0
    items: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    parameters: set[str] = field(default_factory=set)
    digests: list[bytes] = field(default_factory=list)
    requests: list[tuple[datetime, str]] = field(default_factory=list)
    skew: float | None = None


class CallLog:
    """Collects what every call of a reading brought; `now` is the machine's time in seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._lines: dict[tuple[str, str, str, str], _Line] = {}

    def answered(
        self,
        read: Read,
        place: Place,
        named: Iterable[str],
        output: Mapping[str, Any],
        metadata: Mapping[str, Any],
    ) -> None:
        """Note an answer: the parameters that were named, the redacted output, the response's metadata."""
        digest = hashlib.sha256(
            json.dumps(output, sort_keys=True, separators=(",", ":"), default=str).encode()
        ).digest()
        items = sum(len(value) for value in output.values() if isinstance(value, list))
        at, request = _date(metadata), metadata.get("RequestId")
        with self._lock:
            line = self._line(read, place, named)
            line.answered += 1
            line.items += items
            line.digests.append(digest)
            if at is not None and request:
                line.requests.append((at, str(request)))
                skew = self._now() - at.timestamp()
                line.skew = skew if line.skew is None else max(line.skew, skew, key=abs)

    def refused(self, read: Read, place: Place, named: Iterable[str], code: str) -> None:
        """Note a call that was not answered, by its error's code."""
        with self._lock:
            line = self._line(read, place, named)
            line.refused[code] = line.refused.get(code, 0) + 1

    def _line(self, read: Read, place: Place, named: Iterable[str]) -> _Line:
        key = (place.account, place.region, read.service, read.operation)
        line = self._lines.setdefault(key, _Line())
        line.parameters.update(named)
        return line

    def rows(self) -> tuple[Row, ...]:
        """Return a row for each operation of each account and region, sorted."""
        with self._lock:
            return tuple(_row(key, line) for key, line in sorted(self._lines.items()))


def _row(key: tuple[str, str, str, str], line: _Line) -> Row:
    account, region, service, operation = key
    requests = sorted(line.requests)
    return {
        "account": account,
        "region": region,
        "service": service,
        "operation": operation,
        "parameters": sorted(line.parameters),
        "calls": line.answered + sum(line.refused.values()),
        "pages": line.answered,
        "items": line.items,
        "refused": dict(sorted(line.refused.items())),
        "first_request_id": requests[0][1] if requests else None,
        "last_request_id": requests[-1][1] if requests else None,
        "started_at": to_rfc3339(requests[0][0]) if requests else None,
        "ended_at": to_rfc3339(requests[-1][0]) if requests else None,
        "clock_skew_seconds": round(line.skew) if line.skew is not None else None,
        # Sorted, because calls run side by side and answer in any order.
        "responses_sha256": hashlib.sha256(b"".join(sorted(line.digests))).hexdigest(),
    }


def _date(metadata: Mapping[str, Any]) -> datetime | None:
    text = (metadata.get("HTTPHeaders") or {}).get("date")
    try:
        found = parsedate_to_datetime(str(text)) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
