"""What is read and closed again: help, raw JSON, a report."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from recert.text import visible
from recert.tui.keymap import EVERYWHERE, MODES, MOVE, SCREENS, TITLES
from recert.tui.keys import Key, help_lines, shown_keys
from recert.tui.modals.base import Question
from recert.tui.text import Piece, Role, Row, row, say
from recert.tui.widgets.pane import Pane

JSON_LIMIT = 400_000
"""Characters of raw JSON that are shown."""


class Reading(Question[None]):
    """A text that scrolls."""

    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("j k pgdn pgup", "scroll"),
        ("y", "copy"),
        ("esc q", "back"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "cancel", "back", show=False),
        Binding("y", "copy_whole", "copy", show=False),
        Binding("enter", "cancel", "back", show=False),
    ]
    DEFAULT_CSS = """
    Reading > #card { width: 100; max-width: 100%; height: 100%; max-height: 100%; margin: 1 2; }
    """

    def __init__(self, title: str, paragraphs: Sequence[Row], copied: str = "") -> None:
        super().__init__()
        self._title = title
        self._paragraphs = tuple(paragraphs)
        self._copied = copied

    def title_text(self) -> str:
        """Return the title."""
        return self._title

    def body(self) -> Iterable[Widget]:
        """Yield the text."""
        yield Pane(id="text")

    def on_mount(self) -> None:
        """Fill in the text and take the keys."""
        pane = self.query_one(Pane)
        pane.show(self._paragraphs)
        pane.focus()

    def action_copy_whole(self) -> None:
        """Copy the whole text."""
        shown = ("".join(piece.text for piece in line) for line in self._paragraphs)
        self.app.copy_to_clipboard(self._copied or "\n".join(shown))


def raw_json(title: str, value: Any) -> Reading:
    """Return a reading of a value as JSON, one line for each of its lines."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    shown = text[:JSON_LIMIT]
    lines = [_json_row(line) for line in visible(shown, lines=True).split("\n")]
    if len(shown) < len(text):
        lines.append(row(say(f"… and {len(text) - len(shown):,} more characters", Role.WARN)))
    return Reading(title, lines, json.dumps(value, indent=2, default=str))


def _json_row(line: str) -> Row:
    head, colon, tail = line.partition('": ')
    if not colon:
        return (Piece(line, Role.CODE),)
    return (Piece(head + '":', Role.ACCENT), Piece(" " + tail, Role.CODE))


def help_for(mode: str, changes: Mapping[str, str], note: str = "") -> Reading:
    """Return the keys of one mode first, then those that work everywhere, and notes."""
    title = TITLES[mode]
    lines: list[Row] = [row(say(f"In {title}", Role.TITLE)), ()]
    lines += _key_rows(SCREENS[mode], changes)
    lines += [(), row(say("Everywhere", Role.TITLE)), ()]
    lines += _key_rows(EVERYWHERE, changes)
    keys = [shown_keys(key, changes) for key in MODES]
    names = ", ".join(key.label for key in MODES)
    lines.append(_key_row(f"{keys[0]}…{keys[-1]}", names, ""))
    lines += _key_rows(MOVE, changes)
    lines += [(), *(row(say(line, Role.MUTED)) for line in (note, *NOTES) if line)]
    lines.append(row(say(", ".join(k.id for k in (*SCREENS[mode], *EVERYWHERE)), Role.MUTED)))
    return Reading(f"Help: {title}", lines)


NOTES = (
    "A second verdict within 150 ms of the first is ignored: a key held down decides one item.",
    "With the mouse: click a row, a key in the last line, a mode in the first.",
    "Keys can be changed in recert.toml under [tui.keymap], by these names:",
)


def _key_rows(keys: Iterable[Key], changes: Mapping[str, str]) -> list[Row]:
    return [_key_row(*line) for line in help_lines(keys, changes)]


def _key_row(keys: str, label: str, explanation: str) -> Row:
    parts = row(say(f"  {keys:<12}", Role.KEY), say(label))
    return (*parts, say(f"  {explanation}", Role.MUTED)) if explanation else parts
