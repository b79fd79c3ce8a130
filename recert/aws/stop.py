"""Stopping at a signal: a wait ends at once, work at its next safe point."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Stop:
    """Whether to stop: a signal ends a wait at once, and work at its next safe point."""

    def __init__(self) -> None:
        self.asked = False
        self._waiting = False

    def __call__(self) -> bool:
        """Tell whether a stop was asked for."""
        return self.asked

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Stop at SIGINT and SIGTERM instead of dying of them."""
        kept = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
        for one in kept:
            signal.signal(one, self._caught)
        try:
            yield
        finally:
            for one, handler in kept.items():
                signal.signal(one, handler)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Let a signal end what is done inside; what a poll was about to bring comes again."""
        self._waiting = True
        try:
            yield
        except _StoppedError:
            pass
        finally:
            self._waiting = False

    def _caught(self, _: int, __: FrameType | None) -> None:
        self.asked = True
        if self._waiting:
            self._waiting = False
            raise _StoppedError


class _StoppedError(BaseException):
    """A signal ended a wait; no `Exception`, which botocore would take for an error of the network."""
