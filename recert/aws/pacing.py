"""Calls spaced out below the rates that AWS documents, so that AWS has nothing to throttle."""

import threading
import time
from collections.abc import Callable

SHARE = 0.8
"""The part of a documented rate that a reading takes; the rest is left to the account's own work."""


class Pacer:
    """Spaces the calls of each operation, account and region."""

    def __init__(
        self,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._lock = threading.Lock()
        self._free: dict[tuple[str, ...], float] = {}

    def wait(self, key: tuple[str, ...], per_second: float | None) -> None:
        """Wait for the next free slot of `key`; None is an operation without a documented rate."""
        if not per_second:
            return
        with self._lock:
            now = self._now()
            slot = max(now, self._free.get(key, now))
            self._free[key] = slot + 1 / (per_second * SHARE)
        if slot > now:
            self._sleep(slot - now)
