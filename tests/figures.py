"""Figures of benchmarks: what was measured, the bar that an issue set, and what a peer needed beside it."""

import json
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass
class Spent:
    """What a piece of work took, in seconds; a busy machine shows in the difference of the two."""

    wall: float = 0.0
    cpu: float = 0.0


@contextmanager
def spent() -> Iterator[Spent]:
    """Measure what the block takes: by the clock, and of the processors by this process and its children."""
    took, wall, cpu = Spent(), time.perf_counter(), _processor_time()
    try:
        yield took
    finally:
        took.wall, took.cpu = time.perf_counter() - wall, _processor_time() - cpu


def _processor_time() -> float:
    """Return the seconds of processor time of this process and of the children that it waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak_megabytes() -> float:
    """Return the most memory that this process ever held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@dataclass(frozen=True)
class Figure:
    """One measured value with its bar and its peer, in one unit; what there is none of is None.

    `peer` names who did the same work in the same run; `peer_value` is None where it is not installed.
    """

    room: str
    name: str
    value: float
    unit: str
    cpu: float | None = None
    at_most: float | None = None
    at_least: float | None = None
    peer: str | None = None
    peer_value: float | None = None

    @property
    def holds(self) -> bool | None:
        """Tell whether the bar is met, None where there is none."""
        if self.at_most is not None:
            return self.value <= self.at_most
        return None if self.at_least is None else self.value >= self.at_least

    @property
    def is_compared(self) -> bool:
        """Tell whether the figure is held against anything: a bar or a peer."""
        return self.holds is not None or self.peer is not None

    def cells(self) -> tuple[str, ...]:
        """Return room, name, figure, processor time, bar, whether it is met, and the peer, as text."""
        bar = ""
        if self.at_most is not None:
            bar = f"≤ {shown(self.at_most, self.unit)}"
        elif self.at_least is not None:
            bar = f"≥ {shown(self.at_least, self.unit)}"
        told = "not installed" if self.peer_value is None else shown(self.peer_value, self.unit)
        return (
            self.room,
            self.name,
            shown(self.value, self.unit),
            "" if self.cpu is None else shown(self.cpu, self.unit),
            bar,
            {None: "", True: "yes", False: "NO"}[self.holds],
            f"{self.peer}: {told}" if self.peer else "",
        )


def shown(value: float, unit: str) -> str:
    """Write a value in three significant digits, or whole where it is large, with its unit."""
    size = abs(value)
    digits = 0 if size >= 100 or value == int(value) else 1 if size >= 10 else 2
    return f"{value:,.{digits}f} {unit}".rstrip()


class Figures:
    """Prints each figure of a test, and keeps it in a file where one is asked for."""

    def __init__(self, room: str, file: Path | None) -> None:
        self._room, self._file = room, file

    def __call__(self, name: str, value: float, unit: str, **more: float | str | None) -> None:
        """Tell one figure; `more` are the other fields of `Figure`."""
        figure = Figure(self._room, name, value, unit, **more)  # type: ignore[arg-type]  # checked by the class
        _, told, *rest = figure.cells()
        parts = zip(("", "CPU ", "bar ", "met: ", "beside "), rest, strict=True)
        print(f"\n{told}: " + ", ".join(f"{word}{text}" for word, text in parts if text), end="")
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as out:
                out.write(json.dumps(asdict(figure)) + "\n")

    def seconds(self, name: str, took: Spent, **more: float | str | None) -> None:
        """Tell how many seconds a piece of work took."""
        self(name, took.wall, "s", cpu=took.cpu, **more)

    def milliseconds(self, name: str, took: Spent, **more: float | str | None) -> None:
        """Tell how many milliseconds a piece of work took."""
        self(name, took.wall * 1000, "ms", cpu=took.cpu * 1000, **more)

    def median(self, name: str, took: list[Spent], **more: float | str | None) -> None:
        """Tell the median of several pieces of work in milliseconds."""
        middle = len(took) // 2
        wall, cpu = sorted(one.wall for one in took), sorted(one.cpu for one in took)
        self.milliseconds(name, Spent(wall[middle], cpu[middle]), **more)

    def wall_median(self, name: str, seconds: list[float], **more: float | str | None) -> None:
        """Tell the median time, in milliseconds, that another process took to answer."""
        self(name, sorted(seconds)[len(seconds) // 2] * 1000, "ms", **more)
