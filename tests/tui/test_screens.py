"""What every screen looks like in each of its states, small and wide, dark, light and without colour."""

import threading
from collections.abc import Callable
from itertools import groupby
from string import ascii_letters

import pytest
from conftest import Seat, Start
from rich.cells import cell_len
from sample import Sample, asked_back, many, signed
from syrupy.assertion import SnapshotAssertion

from recert.errors import StoreError
from recert.tui.ports import Session
from recert.tui.theme import DARK, LIGHT, MONO

LOOKS = (DARK, LIGHT, MONO)
LETTERS = ascii_letters + "0123456789"
SIZES = ((80, 24), (120, 32))
Way = tuple[tuple[str, tuple[str, ...]], ...]
REVIEWER: Way = (
    ("review", ()),
    ("review, evidence", ("j", "j", "e")),
    ("review, item", ("enter",)),
    ("help", ("escape", "escape", "question_mark")),
    ("rationale", ("escape", "a")),
    ("narrow", ("escape", "n")),
    ("until", ("escape", "t")),
    ("exception", ("escape", "x")),
    ("delegate", ("escape", "d")),
    ("palette", ("escape", "colon")),
    ("json", ("escape", "J")),
    ("selected", ("escape", "space", "space")),
    ("grouped by service, one folded", ("backslash", "g", "b", "z")),
    ("in words", ("z", "w")),
    ("filtered", ("w", "b", "b", "b", "b", "slash", "l", "o", "g", "s", "enter")),
    ("decided", ("escape", "G", "r", "g", "j", "r", "s")),
    ("sign-off", ("S",)),
    ("signed", ("y",)),
    ("campaigns", ("2",)),
    ("agents", ("3",)),
    ("events", ("4",)),
    ("evidence", ("5",)),
    ("report", ("v", "enter")),
)
SIGNER: Way = (("ask for a signed decision back", ("g", "R")),)
OWNER: Way = (
    ("told what is asked back", ()),
    ("campaigns, something asked back", ("2",)),
    ("confirm or withdraw", ("R",)),
    ("remind", ("escape", "m")),
    ("reassign, from whom", ("escape", "d")),
    ("end the review", ("escape", "n")),
    ("close, blocked", ("escape", "c")),
    ("ask again", ("escape", "i")),
    ("cancel", ("escape", "X")),
    ("export", ("escape", "x")),
    ("launch", ("escape", "g", "j", "l")),
)
WALKS: dict[str, tuple[Callable[[], Sample], Way]] = {
    "reviewer": (Sample, REVIEWER),
    "signer": (signed, SIGNER),
    "owner": (lambda: asked_back("i00000"), OWNER),
}


def looks(seat: Seat) -> str:
    """Return how each cell looks: runs of one style by a letter, and what each letter stands for.

    A run of 12 cells in the style `c` is written `12c`.
    """
    letters: dict[str, str] = {}
    lines = []
    background = seat.app.screen.styles.background
    for strip in seat.app.screen._compositor.render_strips():
        segments = list(strip)
        for wall in seat.app.get_line_filters():
            segments = wall.apply(segments, background)
        cells: list[str] = []
        for segment in segments:
            style = segment.style
            if style and not segment.text.strip() and not (style.reverse or style.underline):
                style = style.background_style  # nobody sees in which colour a blank is written
            named = letters.setdefault(str(style), LETTERS[len(letters)])
            cells += named * cell_len(segment.text)
        lines.append("".join(f"{len(list(run))}{letter}" for letter, run in groupby(cells)))
    legend = [f"{letter}: {style}" for style, letter in letters.items()]
    return "\n".join(lines + legend)


async def walk(
    start: Start, size: tuple[int, int], look: str, services: Sample, way: Way
) -> dict[str, tuple[str, str]]:
    pictures = {}
    theme = DARK if look == MONO else look
    async with start(services, size=size, theme=theme, plain=look == MONO, group="risk") as seat:
        for name, keys in way:
            await seat.press(*keys)
            pictures[name] = (seat.text(), looks(seat))
    return pictures


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("who", WALKS)
async def test_every_screen(
    start: Start, size: tuple[int, int], who: str, snapshot: SnapshotAssertion
) -> None:
    services, way = WALKS[who]
    dark = await walk(start, size, DARK, services(), way)
    for name, (text, _looks) in dark.items():
        assert text == snapshot(name=name)
    for look in LOOKS:
        drawn = dark if look == DARK else await walk(start, size, look, services(), way)
        assert {name: text for name, (text, _) in drawn.items()} == {
            name: text for name, (text, _) in dark.items()
        }
        for name, (_text, cells) in drawn.items():
            assert cells == snapshot(name=f"{name}, {look}")
            assert look != MONO or "#" not in cells


def states() -> dict[str, Sample]:
    locked = Sample()
    locked.fail = dict.fromkeys(
        ("campaigns", "agents", "events", "ledger"),
        StoreError("The store is locked by another recert.", "Try again in a moment."),
    )
    return {
        "empty": Sample(no_campaigns=True),
        "error": locked,
        "partial": Sample(rows=many(1200)),
        "done": Sample(rows=Sample().rows[9:12]),
    }


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("state", ["empty", "error", "partial", "done"])
async def test_every_state(
    start: Start, size: tuple[int, int], state: str, look: str, snapshot: SnapshotAssertion
) -> None:
    theme = DARK if look == MONO else look
    sample = states()[state]
    async with start(sample, size=size, theme=theme, plain=look == MONO, group="risk") as seat:
        if state == "done":
            await seat.press("a", "a", "a")
        for key, name in (
            ("1", "review"),
            ("2", "campaigns"),
            ("3", "agents"),
            ("4", "events"),
            ("5", "evidence"),
        ):
            await seat.press(key)
            assert seat.text() == snapshot(name=name)
            assert looks(seat) == snapshot(name=f"{name}, looks")


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
@pytest.mark.parametrize("look", LOOKS)
async def test_while_the_store_opens(
    start: Start, size: tuple[int, int], look: str, snapshot: SnapshotAssertion
) -> None:
    gate = threading.Event()

    class Slow(Sample):
        def session(self) -> Session:
            gate.wait(10)
            return super().session()

    services = Slow()
    theme = DARK if look == MONO else look
    async with start(services, size=size, wait=False, theme=theme, plain=look == MONO) as seat:
        await seat.pilot.pause()
        assert seat.text() == snapshot
        assert looks(seat) == snapshot(name="looks")
        gate.set()
        await seat.settle()
        assert "0 of 20 of yours decided" in seat.text()
