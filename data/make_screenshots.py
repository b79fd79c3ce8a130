"""Draw the pictures of the README: the demo in the terminal UI, in a throw-away store.

    python data/make_screenshots.py [--to FOLDER]

Each picture is an SVG of what the terminal shows after the keys that are listed with it.
"""

import argparse
import asyncio
import os
import re
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from recert.cli import demo_store
from recert.cli.context import Run
from recert.cli.terminal import Desk
from recert.clock import FixedClock
from recert.demo import OWNER
from recert.tui.app import RecertApp
from recert.tui.memory import Memory
from recert.tui.theme import DARK, LIGHT

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SMALL, WIDE = (80, 24), (132, 38)


@dataclass(frozen=True)
class Picture:
    """A picture: its name, the keys that lead to it, size and look of the terminal, and who sits there."""

    name: str
    keys: tuple[str, ...]
    size: tuple[int, int] = WIDE
    theme: str = DARK
    user: str = ""


PICTURES = (
    Picture("review", ("j", "j")),
    Picture("review-80x24", ("j",), SMALL),
    Picture("evidence-light", ("j", "j", "enter"), WIDE, LIGHT),
    Picture("narrow", ("j", "j", "n", "j", "j", "space", "j", "space"), SMALL),
    Picture("rationale", ("r",), SMALL, LIGHT),
    Picture("sign-off", ("j", "a", "S"), SMALL),
    Picture("by-service", ("b", "g", "z", "j"), WIDE),
    Picture("campaigns", ("2",), user=OWNER),
    Picture("agents", ("3",)),
    Picture("events", ("4",)),
    Picture("help", ("question_mark",), SMALL),
)


async def settle(app: RecertApp) -> None:
    """Wait until nothing is being read and nothing is left to draw."""
    quiet = 0
    while quiet < 8:  # noqa: PLR2004 - eight frames without work are enough
        await asyncio.sleep(0.02)
        busy = any(not worker.is_finished for worker in app.workers)
        quiet = 0 if busy else quiet + 1


async def draw(picture: Picture, target: Path, folder: Path) -> None:
    """Draw one picture in a store of its own."""
    if picture.user:
        os.environ["RECERT_USER"] = picture.user
    else:
        os.environ.pop("RECERT_USER", None)
    run = Run({"store": str(folder / f"{picture.name}.db"), "quiet": True})
    run.__dict__["clock"] = FixedClock(NOW)
    store = demo_store.ensure(run)
    desk = Desk(run, store)
    app = RecertApp(
        lambda: desk,
        banner="SYNTHETIC",
        theme=picture.theme,
        memory=Memory(folder / f"{picture.name}.json"),
        clock=FixedClock(NOW),
    )
    async with app.run_test(size=picture.size) as pilot:
        await settle(app)
        for key in picture.keys:
            await pilot.press(key)
            await settle(app)
        drawn = app.export_screenshot(title="recert")
    (target / f"{picture.name}.svg").write_text(without_links(drawn), encoding="utf-8")
    store.close()


def without_links(svg: str) -> str:
    """Return the picture with fonts of the reader's machine only."""
    return re.sub(r',?\s*url\("https?:[^"]*"\)\s*format\("[^"]*"\)', "", svg)


def main() -> None:
    """Draw every picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    root = Path(__file__).resolve().parent.parent
    parser.add_argument("--to", type=Path, default=root / "screenshots")
    target: Path = parser.parse_args().to
    target.mkdir(parents=True, exist_ok=True)
    os.environ.pop("NO_COLOR", None)
    with tempfile.TemporaryDirectory() as folder:
        for picture in PICTURES:
            asyncio.run(draw(picture, target, Path(folder)))
            print(f"{target / picture.name}.svg")


if __name__ == "__main__":
    main()
