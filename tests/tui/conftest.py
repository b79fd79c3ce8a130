import itertools
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from textual import _wait
from textual.pilot import Pilot

sys.path.insert(0, str(Path(__file__).parent))

from sample import Sample
from sample_data import NOW

from recert.clock import FixedClock
from recert.tui.app import RecertApp
from recert.tui.memory import Memory
from recert.tui.modes import looking, review

# Textual's pilot sleeps 20 ms twice after each key to see whether the process is idle; `Seat.settle`
# asks the app itself, so that a short look is enough.
_wait.SLEEP_GRANULARITY = 0.004
_wait.SLEEP_IDLE = _wait.SLEEP_GRANULARITY / 20

Start = Callable[..., AbstractAsyncContextManager["Seat"]]


class Seat:
    """Somebody at the keyboard of a running app."""

    def __init__(self, app: RecertApp, pilot: Pilot[None], services: Sample) -> None:
        self.app = app
        self.pilot = pilot
        self.services = services

    async def settle(self) -> None:
        """Wait until the store is open, no worker is at work and nothing is left to read or draw."""
        while self.app.session is None and self.app.problem is None:
            await self.pilot.pause(0.002)
        quiet = rounds = 0
        while quiet < 5:
            await self.pilot.pause(0.002)
            rounds += 1
            busy = any(not worker.is_finished for worker in self.app.workers)
            quiet = 0 if busy or (self._still_looking() and rounds < 200) else quiet + 1

    def _still_looking(self) -> bool:
        """Tell whether the evidence on the screen is that of another item than the cursor's."""
        for screen in self.app._reviews():
            current = screen.current if screen.pages is not None else None
            if current is not None and (screen.view is None or screen.view.line.id != current.id):
                return True
        return False

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds; the test's own time limit ends a wait in vain."""
        while not holds():
            await self.pilot.pause(0.01)

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def write(self, text: str) -> None:
        names = {
            " ": "space",
            "@": "at",
            ".": "full_stop",
            "-": "minus",
            ":": "colon",
            "_": "underscore",
        }
        for char in text:
            await self.pilot.press(names.get(char, char))
        await self.settle()

    def lines(self) -> list[str]:
        """Return what the terminal shows, the screens below a question included."""
        width, height = self.app.size
        grid = [" " * width] * height
        for screen in self.app.screen_stack:
            for y, strips in enumerate(screen._compositor.render_strips()):
                x = 0
                for segment in strips:
                    row, text = grid[y], segment.text
                    if segment.style is not None or not isinstance(text, str) or text.strip():
                        grid[y] = row[:x] + text + row[x + len(text) :]
                    x += len(text)
        return [line.rstrip() for line in grid]

    def text(self) -> str:
        return "\n".join(self.top())

    def top(self) -> list[str]:
        """Return the lines of the topmost screen."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    @property
    def review(self) -> review.ReviewMode:
        return next(iter(self.app._reviews()))


@pytest.fixture
def homes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep every file of whole processes in a folder of their own; the caller is the demo's persona."""
    for name in ("DATA", "STATE", "CONFIG", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    for name in ("NO_COLOR", "SSH_AUTH_SOCK", "SSH_ASKPASS", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RECERT_USER", "maria.sanchez")
    return tmp_path


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    monkeypatch.setattr(looking, "_PAUSE", 0.001)
    monkeypatch.delenv("NO_COLOR", raising=False)

    runs = itertools.count()

    @asynccontextmanager
    async def begin(
        services: Sample | None = None,
        *,
        size: tuple[int, int] = (80, 24),
        theme: str = "recert-dark",
        plain: bool = False,
        apart: float = 1.0,
        memory: Memory | None = None,
        keymap: dict[str, str] | None = None,
        wait: bool = True,
        group: str = "",
    ) -> AsyncIterator[Seat]:
        chosen = services or Sample()
        app = RecertApp(
            lambda: chosen,
            banner=chosen.banner,
            theme=theme,
            no_colour=plain,
            memory=memory or Memory(tmp_path / f"tui-{next(runs)}.json"),
            clock=FixedClock(NOW),
            keymap=keymap,
            group=group,
        )
        ticks = itertools.count(0.0, apart)
        app.key_time = lambda _event: next(ticks)
        async with app.run_test(size=size) as pilot:
            seat = Seat(app, pilot, chosen)
            if wait:
                await seat.settle()
            yield seat

    return begin
