"""Long work that says how far it is and can be stopped."""

import threading
import time
from collections.abc import Callable

from recert.errors import StoppedError

_APART = 0.1
"""Seconds between two words about the same work."""


class Job:
    """One piece of long work: a worker thread does it, the screen watches and may stop it."""

    def __init__(self, title: str, told: Callable[["Job"], object]) -> None:
        self.title = title
        self.done_text = ""
        self._told = told
        self._stop = threading.Event()
        self._last = 0.0

    def watch(self, what: str, done: int, total: int | None) -> None:
        """Take a word from the work, in its thread; raises StoppedError once the work is to stop."""
        if self._stop.is_set():
            raise StoppedError(f"Stopped: {self.title}.", "Nothing of it was left behind.")
        now = time.monotonic()
        if now - self._last < _APART and self.done_text:
            return
        self._last = now
        of_all = f" of {total:,}" if total is not None else ""
        self.done_text = f"{what}, {done:,}{of_all}" if done or total else what
        self._told(self)

    def stop(self) -> None:
        """Let the work end at its next word."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Tell whether it was asked to stop."""
        return self._stop.is_set()
