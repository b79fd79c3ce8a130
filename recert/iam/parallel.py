"""The simulation over a stream of bytes, and over several processes where the stream is long.

What has arrived is answered before more is waited for, so that a caller who writes one line and
waits for its answer gets it. Where much is waiting, large blocks go to worker processes, and this
process answers small ones meanwhile; the answers keep the order of the lines.
"""

from __future__ import annotations

import gc
import os
from collections import deque
from collections.abc import Callable
from typing import Final

from recert.iam.simulate import answer_all
from recert.iam.workers import Worker, can_read, hire

Write = Callable[[bytes], bool]
"""Takes answers; False where nobody reads them any more."""

_READ: Final = 1 << 18
_LARGE: Final = 1 << 19
"""Bytes of a worker's block: much more than what is answered here between two looks at the workers."""
_SMALL: Final = 1 << 15
_AHEAD: Final = 4 * _LARGE
_HELD: Final = 1 << 24
"""Bytes of lines behind a block that a worker has not answered yet."""
_MOST_WORKERS: Final = 7


class _Block:
    """Whole lines and their answers, or the worker that has them."""

    __slots__ = ("answers", "good", "lines", "worker")

    def __init__(self, lines: bytes, worker: Worker | None = None) -> None:
        self.lines = lines
        self.worker = worker
        self.answers = b""
        self.good = True

    def work(self) -> None:
        """Answer the lines here."""
        self.worker = None
        self.answers, self.good = answer_all(self.lines.split(b"\n"))

    def collect(self) -> None:
        """Take the answers of the worker; one that has died is stood in for."""
        found = self.worker.result() if self.worker is not None else None
        if found is None:
            self.work()
        else:
            self.good, self.answers = found
            self.worker = None


def answer_stream(descriptor: int, write: Write, *, workers: int | None = None) -> bool:
    """Answer the lines that a descriptor yields; tell whether all of them went well.

    `workers` further processes are started where there is much to do: None takes one for each
    processor but this one, 0 answers everything here.
    """
    if workers is None:
        workers = min(_processors() - 1, _MOST_WORKERS)
    usual = gc.get_threshold()
    # Answering makes hardly any cycle worth a pass over all that is kept.
    gc.set_threshold(500_000, 20, 100)
    stream = _Stream(descriptor, write, workers)
    try:
        return stream.run()
    finally:
        stream.dismiss()
        gc.set_threshold(*usual)


class _Stream:
    def __init__(self, descriptor: int, write: Write, workers: int) -> None:
        self._descriptor = descriptor
        self._write = write
        self._wanted = workers
        self._workers: list[Worker] = []
        self._read: deque[bytes] = deque()
        """What was read: whole lines, ready to be answered."""
        self._ready = 0
        self._begun: list[bytes] = []
        """The beginning of a line whose end has not come yet."""
        self._ended = False
        self._waiting: deque[_Block] = deque()
        self._held = 0
        self._good = True

    def run(self) -> bool:
        """Answer until the end, or until nobody reads the answers."""
        while True:
            self._fill()
            if not self._ready and not self._waiting:
                if self._ended:
                    return self._good
                self._take()
                continue
            self._hand_out()
            if self._ready and self._held < _HELD:
                block = _Block(self._cut(_SMALL))
                block.work()
                self._hold(block)
            elif self._waiting:
                # Nothing to do here: the first of the workers' blocks holds all others up.
                self._waiting[0].collect()
            if not self._deliver():
                return self._good

    def dismiss(self) -> None:
        """End the workers."""
        for worker in self._workers:
            worker.dismiss()

    def _fill(self) -> None:
        """Read on while something is there and not too much has been read."""
        while not self._ended and self._ready < _AHEAD and can_read(self._descriptor):
            self._take()

    def _take(self) -> None:
        found = os.read(self._descriptor, _READ)
        if not found:
            self._ended = True
            last = b"".join(self._begun)
            self._begun = []
            if last:
                self._read.append(last)
                self._ready += len(last)
            return
        end = found.rfind(b"\n") + 1
        if end:
            whole = b"".join([*self._begun, found[:end]])
            self._begun = []
            self._read.append(whole)
            self._ready += len(whole)
        if end < len(found):
            self._begun.append(found[end:])

    def _hand_out(self) -> None:
        """Give every idle worker a large block, and hire them when there is the first one."""
        if self._ready < _LARGE or not self._wanted:
            return
        if not self._workers:
            self._workers = hire(self._wanted, answer_all)
            self._wanted = len(self._workers)
        for block in self._waiting:
            if block.worker is not None and block.worker.is_done():
                block.collect()
        busy = {block.worker for block in self._waiting}
        for worker in self._workers:
            if worker not in busy and worker.alive and self._ready >= _LARGE:
                block = _Block(self._cut(_LARGE), worker)
                if worker.send(block.lines):
                    self._hold(block)
                else:
                    block.work()
                    self._hold(block)

    def _cut(self, size: int) -> bytes:
        """Take about so many bytes of whole lines off what was read."""
        parts: list[bytes] = []
        missing = size
        while missing > 0 and self._read:
            first = self._read.popleft()
            if len(first) > missing:
                end = first.find(b"\n", missing) + 1 or len(first)
                if end < len(first):
                    self._read.appendleft(first[end:])
                    first = first[:end]
            parts.append(first)
            missing -= len(first)
        found = b"".join(parts)
        self._ready -= len(found)
        return found

    def _hold(self, block: _Block) -> None:
        self._waiting.append(block)
        self._held += len(block.lines)

    def _deliver(self) -> bool:
        """Write out what is answered, up to the first block that is not."""
        answers: list[bytes] = []
        while self._waiting:
            block = self._waiting[0]
            if block.worker is not None:
                if not block.worker.is_done():
                    break
                block.collect()
            self._waiting.popleft()
            self._held -= len(block.lines)
            self._good = self._good and block.good
            answers.append(block.answers)
        written = b"".join(answers)
        return not written or self._write(written)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
