"""Several calls under way at once, with the progress that they make."""

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from typing import TypeVar

from recert.aws.interface import Progress, Step
from recert.aws.tally import Tally

T = TypeVar("T")
R = TypeVar("R")


class Crew:
    """Runs the work of a reading on as many threads as its source allows."""

    def __init__(self, workers: int, tally: Tally, progress: Progress | None = None) -> None:
        self._workers = workers
        self._tally = tally
        self._progress = progress
        self._lock = threading.Lock()

    def tell(self, phase: str, done: int, total: int | None) -> None:
        """Report how far a phase is."""
        if self._progress is not None:
            with self._lock:
                self._progress(Step(phase, done, total, self._tally.made))

    def each(self, phase: str, work: Callable[[T], R], things: Iterable[T]) -> list[R]:
        """Do `work` on every thing and return the results in the order of the things.

        The first exception ends the phase: what has not begun is dropped, what has is waited for.
        """
        waiting: Sequence[T] = list(things)
        self.tell(phase, 0, len(waiting))
        if self._workers <= 1 or len(waiting) <= 1:
            return [
                self._one(phase, work, thing, waiting, index) for index, thing in enumerate(waiting)
            ]
        with ThreadPoolExecutor(self._workers, thread_name_prefix="recert-aws") as pool:
            futures: list[Future[R]] = [pool.submit(work, thing) for thing in waiting]
            try:
                for done, future in enumerate(as_completed(futures), start=1):
                    future.result()
                    self.tell(phase, done, len(waiting))
            except BaseException:
                pool.shutdown(wait=True, cancel_futures=True)
                raise
            return [future.result() for future in futures]

    def _one(
        self, phase: str, work: Callable[[T], R], thing: T, waiting: Sequence[T], index: int
    ) -> R:
        result = work(thing)
        self.tell(phase, index + 1, len(waiting))
        return result
