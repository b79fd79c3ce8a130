"""Text that whoever can name a resource may choose, on every screen."""

import itertools
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Start
from rich.cells import cell_len
from sample import Caller, Sample, Strength
from sample_data import ROWS
from term import Term

from recert.tui.app import RecertApp

HOSTILE = (
    "\x1b]2;PWNED\x1b\\",
    "\x1b[2J\x1b[31mred",
    "\x9b31m c1 csi",
    "\x90dcs\x9c",
    "nul\x00bell\x07back\x08\x08tab\tfeed\x0c",
    "a\rb\nc\x0bd\x85e\u2028f",
    "\u202eevil\u202c\u2066x\u2069",
    "zero\u200bwidth\u200d\ufeff\u00ad",
    "a" + "\u0301" * 60,
    "[/foo]b [b]x[/b [50%]x",
    "[@click=app.quit]click me[/]",
    "[$error]x [link=http://x]y[/link]",
    "cl\u0430ims-\u0430gent",
    "客户通知 東京 👩‍👩‍👧 é",
    "=HYPERLINK(1) {x} %s \\N{BULLET}",
    "\ud800 lone",
    "x" * 10_000,
    "\U000e0041\U000e0042tags",
)


def bad(text: str) -> list[str]:
    return [char for char in text if not char.isprintable()]


class Hostile(Sample):
    """Every text of the sample is replaced by the payloads, one after the other."""

    def __init__(self, *payloads: str) -> None:
        self.payloads = itertools.cycle(payloads)
        rows = tuple(
            (
                kind,
                f"{payload} {i}",
                payload,
                payload if i % 2 else "Write",
                True,
                "new",
                "look",
                payload,
            )
            for i, ((kind, *_rest), payload) in enumerate(zip(ROWS, self.payloads, strict=False))
        )
        super().__init__(rows=rows, caller=Caller(payloads[0], payloads[0], Strength.OS))

    @property
    def payload(self) -> str:
        return next(self.payloads)

    def spoil(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.payload
        if isinstance(value, dict):
            return {
                (self.payload if key == "buckets" else key): self.spoil(inner)
                for key, inner in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.spoil(inner) for inner in value]
        return value

    def item(self, campaign: str, item: str) -> Any:
        view = super().item(campaign, item)
        return view.__class__(
            view.line,
            campaign,
            self.spoil(view.grant),
            self.spoil(view.evidence),
            view.decision,
            self.payload,
        )

    def campaigns(self) -> Any:
        made = super().campaigns()
        return [
            replace(
                made[0],
                name=self.payload,
                owner=self.payload,
                trigger=self.spoil(made[0].trigger),
                blockers=(self.payload,),
                bars=(self.payload,),
                mine_pending=0,
            ),
            *made[1:],
        ]

    def people(self) -> Any:
        return self.spoil(super().people())

    def agents(self) -> Any:
        return [{**self.spoil(agent), "certified": False} for agent in super().agents()]

    def agent(self, agent: str) -> Any:
        return self.spoil(super().agent(agent))

    def events(self, agent: str | None = None) -> Any:
        return [{**self.spoil(event), "live": True} for event in super().events(agent)]

    def ledger(self, before: int | None, limit: int) -> Any:
        return [
            replace(entry, type=self.payload, actor=self.payload, body=self.spoil(entry.body))
            for entry in super().ledger(before, limit)
        ]


def strips(app: RecertApp) -> list[str]:
    found = []
    for screen in app.screen_stack:
        for strip in screen._compositor.render_strips():
            found += [segment.text for segment in strip]
    return found


WALK = (
    "j", "e", "enter", "escape", "escape", "J", "pagedown", "escape", "c", "escape", "n", "escape",
    "d", "escape", "S", "escape", "t", "escape", "x", "escape", "question_mark", "escape", "colon", "escape",
    "r", "a", "escape", "2", "e", "e", "J", "escape", "3", "e", "e", "J", "escape", "4", "e", "e", "5",
    "e", "e", "y",
)  # fmt: skip


@pytest.mark.parametrize("size", [(80, 24), (140, 44)])
async def test_no_control_character_is_drawn_and_no_markup_lives(
    start: Start, size: tuple[int, int]
) -> None:
    async with start(Hostile(*HOSTILE), size=size) as seat:
        for key in WALK:
            await seat.press(key)
            for text in strips(seat.app):
                assert not bad(text), key
        assert seat.app.is_running
        assert not seat.app._exit


async def test_brackets_are_shown_as_they_are(start: Start) -> None:
    async with start(Hostile("[@click=app.quit]x[/]")) as seat:
        assert "[@click=app.quit]x[/] 0" in seat.text()
        await seat.pilot.click("#items", offset=(24, 0))
        await seat.settle()
        assert not seat.app._exit


async def test_an_identifier_with_look_alikes_is_flagged(start: Start) -> None:
    async with start(Hostile("cl\u0430ims"), size=(140, 40)) as seat:
        assert "not plain ASCII" in seat.text()


async def test_wide_letters_keep_the_columns_aligned(start: Start) -> None:
    async with start(Hostile("客户é"), size=(120, 32)) as seat:
        listed = seat.app.screen._compositor.render_strips()
        assert {sum(cell_len(segment.text) for segment in strip) for strip in listed} == {120}


def test_no_control_byte_of_theirs_reaches_the_terminal(tmp_path: Path) -> None:
    folder, state = str(Path(__file__).parent), str(tmp_path / "tui.json")
    code = PROGRAM.format(folders=[folder, str(Path(folder).parent)], state=state)
    term = Term([sys.executable, "-c", code], columns=120, lines=40)
    term.wait_for("of 20 decided")
    for keys, wanted in WAY:
        term.send(keys)
        term.wait_for(wanted)
    term.send("q")
    assert term.end(30) == 0
    text = bytes(term.raw).decode("utf-8", "replace")
    assert "‹U+001B›" in text
    assert "\x1b]2;" not in text
    assert "\x1b[31m" not in text
    # The shape of the mouse's pointer is set by the toolkit; that one ends in a bell.
    assert "\x07" not in re.sub("\x1b]22;[a-z]*\x07", "", text)
    hidden = "\u202e\u200b\u2066\u0000"
    assert not {char for char in text if "\x80" <= char <= "\x9f" or char in hidden}


def second_item_is_read(screen: str) -> bool:
    """Tell whether the evidence beside the list is that of the second item, and whole."""
    return "1 ▲ not plain ASCII" in screen and "agent       claims-intake" in screen


WAY = (
    ("j", second_item_is_read),
    ("J", "copy"),
    ("q", lambda screen: "scroll" not in screen),
    ("2", "staged"),
    ("3", "not certified"),
    ("4", "live"),
    ("5", "entry"),
)
PROGRAM = """
import sys
sys.path[:0] = {folders!r}
from pathlib import Path
from test_hostile import HOSTILE, Hostile
from recert.tui.app import run
raise SystemExit(run(lambda: Hostile("".join(HOSTILE[:9])), banner="SYNTHETIC", state_file=Path({state!r})))
"""
