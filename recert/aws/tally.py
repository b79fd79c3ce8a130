"""What a reading counts while it goes on, and what it could not read."""

import threading
import time
from collections import Counter

from recert.aws.calls import CallLog
from recert.aws.interface import CallCounts, Cancelled, ReadingCancelledError
from recert.aws.read import Read
from recert.estate.estate import Gap


class Tally:
    """What a reading counted and missed; shared by every reader of it."""

    def __init__(self, cancelled: Cancelled | None = None) -> None:
        self._lock = threading.Lock()
        self._gaps: dict[tuple[str, ...], Gap] = {}
        self._calls: Counter[str] = Counter()
        self._retries = 0
        self._cancelled = cancelled
        self.log = CallLog(time.time)

    def check(self) -> None:
        """Stop the reading where it was cancelled."""
        if self._cancelled is not None and self._cancelled():
            raise ReadingCancelledError("The reading was interrupted.", "Nothing of it was kept.")

    def count(self, read: Read) -> None:
        """Count one call, or stop the reading where it was cancelled."""
        self.check()
        with self._lock:
            self._calls[read.name] += 1

    def retried(self, times: int) -> None:
        """Count the retries of one call."""
        if times:
            with self._lock:
                self._retries += times

    def miss(self, gap: Gap) -> None:
        """Record a gap; the same one twice counts once."""
        key = (gap.account, gap.region, gap.service, gap.operation, gap.error, gap.subject)
        with self._lock:
            self._gaps.setdefault(key, gap)

    @property
    def made(self) -> int:
        """Return the number of calls so far."""
        with self._lock:
            return self._calls.total()

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Return the gaps, sorted."""
        return tuple(gap for _, gap in sorted(self._gaps.items()))

    @property
    def calls(self) -> CallCounts:
        """Return the counts."""
        return CallCounts(
            self._calls.total(),
            self._retries,
            dict(sorted(self._calls.items())),
            self.log.rows(),
        )
