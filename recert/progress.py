"""How far long work has come, told to whoever watches it; the watcher may end the work.

Work tells its steps by `step`, watched or not. A watcher is set for the thread that does the work,
so that what lies between the two need not hand it on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Watch = Callable[[str, int, int | None], None]
"""Is told what is being done, how many of it are done, and of how many, where that is known."""

_watch: ContextVar[Watch | None] = ContextVar("recert_progress", default=None)


def step(what: str, done: int, total: int | None = None) -> None:
    """Tell of a step; raises what the watcher raises, a StoppedError where it ends the work."""
    watch = _watch.get()
    if watch is not None:
        watch(what, done, total)


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """Let somebody watch the work of this thread."""
    token = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(token)
