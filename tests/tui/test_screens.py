"""What every screen looks like in each of its states, small and wide, dark, light and without colour."""

import threading
from collections import Counter

import pytest
from conftest import Seat, Start
from sample import Sample, many
from syrupy.assertion import SnapshotAssertion

from recert.errors import StoreError
from recert.tui.ports import Session
from recert.tui.theme import DARK, LIGHT, MONO

LOOKS = (DARK, LIGHT, MONO)
SIZES = ((80, 24), (120, 32))
WALK = (
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
    ("filtered", ("backslash", "slash", "l", "o", "g", "s", "enter")),
    ("decided", ("escape", "G", "r", "g", "j", "r", "s")),
    ("sign-off", ("S",)),
    ("signed", ("y",)),
    ("campaigns", ("2",)),
    ("agents", ("3",)),
    ("events", ("4",)),
    ("evidence", ("5",)),
    ("report", ("v", "enter")),
)


def styles(seat: Seat) -> dict[str, int]:
    """Return how many cells are drawn in each style."""
    found: Counter[str] = Counter()
    for strip in seat.app.screen._compositor.render_strips():
        for segment in strip:
            style = segment.style
            for wall in seat.app.get_line_filters():
                style = wall.apply([segment], seat.app.screen.styles.background)[0].style
            found[str(style.without_color if style and style.color is None else style)] += len(
                segment.text
            )
    return dict(sorted(found.items()))


async def walk(
    start: Start, size: tuple[int, int], look: str
) -> dict[str, tuple[str, dict[str, int]]]:
    pictures = {}
    async with start(size=size, theme=DARK if look == MONO else look, plain=look == MONO) as seat:
        for name, keys in WALK:
            await seat.press(*keys)
            pictures[name] = (seat.text(), styles(seat))
    return pictures


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
async def test_every_screen(
    start: Start, size: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    dark = await walk(start, size, DARK)
    for name, (text, _styles) in dark.items():
        assert text == snapshot(name=name)
    for look in (LIGHT, MONO):
        other = await walk(start, size, look)
        assert {name: text for name, (text, _) in other.items()} == {
            name: text for name, (text, _) in dark.items()
        }
        if look == MONO:
            assert not [style for _, used in other.values() for style in used if "#" in style]
        else:
            assert all(set(used) != set(dark[name][1]) for name, (_, used) in other.items())


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
@pytest.mark.parametrize("state", ["empty", "error", "partial", "done"])
async def test_every_state(
    start: Start, size: tuple[int, int], state: str, snapshot: SnapshotAssertion
) -> None:
    async with start(states()[state], size=size) as seat:
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


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s[0]}x{s[1]}")
async def test_while_the_store_opens(
    start: Start, size: tuple[int, int], snapshot: SnapshotAssertion
) -> None:
    gate = threading.Event()

    class Slow(Sample):
        def session(self) -> Session:
            gate.wait(10)
            return super().session()

    services = Slow()
    async with start(services, size=size, wait=False) as seat:
        await seat.pilot.pause()
        assert seat.text() == snapshot
        gate.set()
        await seat.settle()
        assert "0 of 20 of yours decided" in seat.text()
