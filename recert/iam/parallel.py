"""The simulation over several processes, for long inputs; the answers keep the order of the lines.

A thread reads ahead. What it finds waiting is answered here when it is little, so that a caller who
writes one line and waits for its answer gets it; full chunks are spread over worker processes, and
this process works along.
"""

from __future__ import annotations

import gc
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from recert.iam.simulate import run_lines

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

Answers = list[tuple[str, bool]]

_CHUNK: Final = 256
_BULK: Final = 8 * _CHUNK
"""Lines read ahead before other processes are worth their start."""
_AHEAD: Final = 32 * _CHUNK
_MOST_WORKERS: Final = 7
_HELD: Final = 64
"""Answered chunks kept behind one that a worker has not answered yet."""


def run_many(
    lines: Iterable[str | bytes], *, workers: int | None = None
) -> Iterator[tuple[str, bool]]:
    """Answer as `run_lines` does, over `workers` further processes where there is much to do.

    None takes one for each processor but this one; 0 answers everything here.
    """
    for batch in run_batches(lines, workers=workers):
        yield from batch


def run_batches(lines: Iterable[str | bytes], *, workers: int | None = None) -> Iterator[Answers]:
    """Answer as `run_many` does, a batch at a time.

    A batch holds what is ready before more lines have to be waited for: who writes it out at once
    keeps nobody waiting. It may be empty, where only blank lines were read.
    """
    if workers is None:
        workers = min(_processors() - 1, _MOST_WORKERS)
    usual = gc.get_threshold()
    _settle_down()
    try:
        yield from _spread(lines, workers)
    finally:
        gc.set_threshold(*usual)


def _spread(lines: Iterable[str | bytes], workers: int) -> Iterator[Answers]:
    ahead = _Ahead(lines)
    crew = _Crew(workers)
    waiting: deque[Answers | Future[Answers]] = deque()
    try:
        while (chunk := ahead.take(block=not waiting)) is not None:
            if chunk:
                is_bulk = workers > 0 and (crew.started or ahead.waiting >= _BULK)
                waiting.append(
                    crew.send(chunk)
                    if is_bulk and len(chunk) == _CHUNK and crew.idle
                    else list(run_lines(chunk))
                )
            while waiting and (not chunk or len(waiting) > _HELD or _done(waiting[0])):
                yield _settled(waiting.popleft())
        while waiting:
            yield _settled(waiting.popleft())
    finally:
        ahead.stop()
        crew.dismiss()


def _done(answers: Answers | Future[Answers]) -> bool:
    return isinstance(answers, list) or answers.done()


def _settled(answers: Answers | Future[Answers]) -> Answers:
    return answers if isinstance(answers, list) else answers.result()


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _answer(chunk: list[str | bytes]) -> Answers:
    return list(run_lines(chunk))


def _settle_down() -> None:
    """Collect rarely: answering makes hardly any cycle worth a pass over all that is kept."""
    gc.set_threshold(50_000, 20, 100)


class _Crew:
    """The worker processes, started when the first chunk is sent."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None
        self._sent: list[Future[Answers]] = []

    @property
    def started(self) -> bool:
        return self._pool is not None

    @property
    def idle(self) -> bool:
        """Whether a worker would begin with another chunk soon."""
        self._sent = [each for each in self._sent if not each.done()]
        return len(self._sent) < 2 * self._workers

    def send(self, chunk: list[str | bytes]) -> Future[Answers]:
        if self._pool is None:
            self._pool = self._hired()
        future = self._pool.submit(_answer, chunk)
        self._sent.append(future)
        return future

    def _hired(self) -> ProcessPoolExecutor:
        # Short inputs never pay for these imports. A thread is reading, so that a plain fork could
        # inherit a lock that is held.
        import multiprocessing  # noqa: PLC0415 - see above
        from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - see above

        known = multiprocessing.get_all_start_methods()
        context = multiprocessing.get_context("forkserver" if "forkserver" in known else "spawn")
        if "forkserver" in known:
            context.set_forkserver_preload([__name__])
        return ProcessPoolExecutor(self._workers, context, _settle_down)

    def dismiss(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)


class _Ahead:
    """Lines read ahead by a thread, at most so many."""

    def __init__(self, lines: Iterable[str | bytes]) -> None:
        self._lines = lines
        self._buffer: deque[str | bytes] = deque()
        self._changed = threading.Condition()
        self._ended = self._stopped = False
        self._error: BaseException | None = None
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def waiting(self) -> int:
        return len(self._buffer)

    def _read(self) -> None:
        try:
            for line in self._lines:
                self._buffer.append(line)
                if len(self._buffer) == 1 or len(self._buffer) >= _AHEAD:
                    self._pause()
                if self._stopped:
                    return
        except BaseException as error:  # noqa: BLE001 - it is raised again where the lines are taken
            self._error = error
        finally:
            self._ended = True
            with self._changed:
                self._changed.notify_all()

    def _pause(self) -> None:
        with self._changed:
            self._changed.notify_all()
            while len(self._buffer) >= _AHEAD and not self._stopped:
                self._changed.wait()

    def take(self, *, block: bool) -> list[str | bytes] | None:
        """Return up to a chunk of lines, none where none wait, None at the end."""
        with self._changed:
            while block and not self._buffer and not self._ended:
                self._changed.wait(0.1)
            found = [self._buffer.popleft() for _ in range(min(_CHUNK, len(self._buffer)))]
            self._changed.notify_all()
        if not found and self._ended and not self._buffer:
            if self._error is not None:
                raise self._error
            return None
        return found

    def stop(self) -> None:
        self._stopped = True
        with self._changed:
            self._changed.notify_all()
