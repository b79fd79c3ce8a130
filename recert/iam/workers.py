"""Worker processes that answer blocks of lines, each behind a pair of pipes.

A worker reads a whole block, answers it, writes the whole answer: whoever sends only to an idle
worker never waits for one that waits for him.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import struct
import sys
from collections.abc import Callable
from typing import Final

Answer = Callable[[list[bytes]], tuple[bytes, bool]]

_HEAD: Final = struct.Struct("<?Q")
"""Before each block: whether all lines went well (unused on the way there), and its length."""
_PIPE: Final = 1 << 20


class Worker:
    """A process with the pipes to and from it; `alive` until a pipe turns out to be broken."""

    def __init__(self, process: int, to: int, back: int) -> None:
        self._process = process
        self._to = to
        self._back = back
        self.alive = True

    def send(self, block: bytes) -> bool:
        """Send a block to an idle worker; False where it has died."""
        try:
            _write_all(self._to, _HEAD.pack(True, len(block)) + block)
        except OSError:
            self.alive = False
        return self.alive

    def is_done(self) -> bool:
        """Tell whether an answer, or the end of the worker, can be read without waiting long."""
        return can_read(self._back)

    def result(self) -> tuple[bool, bytes] | None:
        """Wait for the answer to the block sent last; None where the worker has died."""
        head = _read_all(self._back, _HEAD.size)
        if head is not None:
            good, size = _HEAD.unpack(head)
            answers = _read_all(self._back, size)
            if answers is not None:
                return good, answers
        self.alive = False
        return None

    def dismiss(self) -> None:
        """End the worker: idle ones leave when their pipe closes, one that works when it writes."""
        os.close(self._to)
        os.close(self._back)
        os.waitpid(self._process, 0)

    def leave_to(self) -> None:
        """Close this end of the pipes, in another process that has inherited them."""
        os.close(self._to)
        os.close(self._back)


def can_read(descriptor: int) -> bool:
    """Tell whether a read would not wait; where that cannot be asked, it would."""
    if not hasattr(select, "poll"):
        return False
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    return bool(waiting.poll(0))


def hire(count: int, answer: Answer) -> list[Worker]:
    """Start workers; none where a process cannot be forked safely."""
    if not sys.platform.startswith("linux"):
        return []
    workers: list[Worker] = []
    for _ in range(count):
        from_parent, to = _pipe()
        back, to_parent = _pipe()
        sys.stdout.flush()
        try:
            process = os.fork()
        except OSError:
            for each in (from_parent, to, back, to_parent):
                os.close(each)
            break
        if process == 0:
            _serve(from_parent, to_parent, [*workers, Worker(0, to, back)], answer)
        os.close(from_parent)
        os.close(to_parent)
        workers.append(Worker(process, to, back))
    return workers


def _pipe() -> tuple[int, int]:
    """Make a pipe that holds a whole block, where the system lets it."""
    import fcntl  # noqa: PLC0415 - not everywhere, and only long inputs have workers

    source, sink = os.pipe()
    with contextlib.suppress(OSError, AttributeError):
        fcntl.fcntl(sink, fcntl.F_SETPIPE_SZ, _PIPE)
    return source, sink


def _serve(source: int, sink: int, inherited: list[Worker], answer: Answer) -> None:
    """Answer blocks until the pipe is closed, then end this process; never returns."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for worker in inherited:
            worker.leave_to()
        while (head := _read_all(source, _HEAD.size)) is not None:
            block = _read_all(source, _HEAD.unpack(head)[1])
            if block is None:
                break
            answers, good = answer(block.split(b"\n"))
            _write_all(sink, _HEAD.pack(good, len(answers)) + answers)
    finally:
        # Not the way out of the parent: its buffers and its cleaning up are its own.
        os._exit(0)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _read_all(descriptor: int, size: int) -> bytes | None:
    """Read so many bytes, None where the pipe ends before."""
    parts: list[bytes] = []
    while size > 0:
        found = os.read(descriptor, min(size, 1 << 20))
        if not found:
            return None
        parts.append(found)
        size -= len(found)
    return b"".join(parts)
