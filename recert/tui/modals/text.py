"""Asking for words: a rationale, a date, an exception, a person, a path."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from recert.tui.modals.base import Field, Question
from recert.tui.text import Role, Row, row, say
from recert.tui.theme import Surface
from recert.tui.widgets.canvas import Lines, Prose
from recert.tui.widgets.listing import InMemory, Listing

BLANK = "___"
SNIPPETS = (
    "Needed for ___; used last in ___.",
    "Asked the owner, ___, on ___: still needed because ___.",
    "Left over from ___; nothing uses it since ___.",
    "Too wide: ___ is enough.",
    "Accepted until ___ because ___; watched by ___.",
    "I cannot judge ___; ___ can.",
)
"""Rationales to start from; each has blanks that must be filled."""


_FITTING = {
    "revoke": "Left over from ___; nothing uses it since ___.",
    "reduce": "Too wide: ___ is enough.",
    "exception": "Accepted until ___ because ___; watched by ___.",
    "abstain": "I cannot judge ___; ___ can.",
}
"""The line that comes first for a verdict."""


def unfinished(text: str) -> str:
    """Return why a text is no rationale yet, empty where it is one."""
    if not text.strip():
        return "Say why, in your own words or from a line below."
    if BLANK in text:
        return f"Fill every {BLANK}."
    return ""


@dataclass(frozen=True, slots=True)
class Ask:
    """One field to fill: its name, its hint, what it starts with, whether it may stay empty."""

    name: str
    label: str
    hint: str = ""
    value: str = ""
    optional: bool = False
    is_day: bool = False


class Form(Question[Mapping[str, str]]):
    """A few fields, one after the other; enter goes to the next, and at the last one it is done."""

    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("enter", "next, then done"),
        ("tab", "next field"),
        ("esc", "back, nothing happens"),
    )
    DEFAULT_CSS = """
    Form .label { margin-top: 1; }
    Form #trouble { height: auto; }
    """

    def __init__(
        self, title: str, intro: Sequence[Row], asks: Sequence[Ask], today: date | None
    ) -> None:
        super().__init__()
        self._title = title
        self._intro = tuple(intro)
        self._asks = tuple(asks)
        self._today = today

    def title_text(self) -> str:
        """Return the question."""
        return self._title

    def body(self) -> Iterable[Widget]:
        """Yield a label and a field for each ask."""
        yield Prose(self._intro, surface=Surface.PANEL)
        for ask in self._asks:
            label = row(
                say(ask.label, Role.MUTED),
                say("  may stay empty" if ask.optional else "", Role.RULE),
            )
            yield Lines([label], surface=Surface.PANEL, classes="label")
            yield Field(ask.value, hint=ask.hint, id=f"field-{ask.name}")
        yield from self.extras()
        yield Prose(surface=Surface.PANEL, id="trouble")

    def extras(self) -> Iterable[Widget]:
        """Yield what stands below the fields."""
        return ()

    def values(self) -> dict[str, str]:
        """Return what the fields hold, without the blanks around it."""
        return {ask.name: self._field(ask).value.strip() for ask in self._asks}

    def trouble(self, ask: Ask, value: str) -> str:
        """Return what is wrong with one value, empty where nothing is."""
        if ask.is_day and self._today is not None:
            return day_trouble(value, self._today)
        if BLANK in value:
            return f"Fill every {BLANK}."
        return "" if value or ask.optional else f"{ask.label} is missing."

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        values = self.values()
        at = next(i for i, ask in enumerate(self._asks) if f"field-{ask.name}" == event.input.id)
        is_last = at == len(self._asks) - 1
        for ask in self._asks if is_last else self._asks[at : at + 1]:
            found = self.trouble(ask, values[ask.name])
            if found:
                self._complain(found)
                self._field(ask).focus()
                return
        self._complain("")
        if is_last:
            self.dismiss(values)
        else:
            self._field(self._asks[at + 1]).focus()

    def _field(self, ask: Ask) -> Field:
        return self.query_one(f"#field-{ask.name}", Field)

    def _complain(self, what: str) -> None:
        self.query_one("#trouble", Prose).show([row(say(what, Role.WARN))] if what else [])


class Rationale(Form):
    """Ask why; lines to start from lie below and are completed, never taken as they are."""

    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("enter", "done"),
        ("tab ↓", "lines to start from"),
        ("esc", "back, nothing happens"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "to_snippets", "lines to start from", show=False),
    ]
    DEFAULT_CSS = """
    Rationale Listing { height: auto; max-height: 8; background: $panel; margin-top: 1; }
    """

    def __init__(
        self,
        title: str,
        intro: Sequence[Row],
        value: str,
        recent: Sequence[str],
        *,
        first: str = "",
    ) -> None:
        ask = Ask("rationale", "Why", "in your own words", value)
        super().__init__(title, intro, [ask], None)
        others = sorted(SNIPPETS, key=lambda text: text != _FITTING.get(first))
        self._snippets = (*recent, *(text for text in others if text not in recent))

    def extras(self) -> Iterable[Widget]:
        """Yield the lines to start from."""
        snippets: Listing[str] = Snippets(lambda text, _i, _w: row("  ", say(text, Role.MUTED)))
        snippets.surface = Surface.PANEL
        snippets.show(InMemory(self._snippets))
        yield snippets

    def trouble(self, ask: Ask, value: str) -> str:  # noqa: ARG002 - there is one field only
        """Return what keeps the text from being a rationale."""
        return unfinished(value)

    def action_to_snippets(self) -> None:
        """Go to the lines to start from."""
        self.query_one(Snippets).focus()

    def take(self, text: str) -> None:
        """Put a line into the field, with the first blank selected."""
        field = self.query_one("#field-rationale", Field)
        field.value = text
        field.focus()
        at = text.find(BLANK)
        if at >= 0:
            field.selection = type(field.selection)(at, at + len(BLANK))


class Snippets(Listing[str]):
    """Lines to start from; enter takes one into the field."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "take", "take it", show=False)]

    def get_content_height(self, *_: object) -> int:
        """Take as many lines as there are, up to the limit of the style."""
        return self.row_count()

    def action_take(self) -> None:
        """Take the line under the cursor."""
        screen = self.screen
        if isinstance(screen, Rationale) and self.current is not None:
            screen.take(self.current)


def day_trouble(text: str, today: date) -> str:
    """Return what is wrong with a day in the future, empty where nothing is."""
    try:
        chosen = day_of(text, today)
    except ValueError:
        return "Write a day as 2027-03-31, or a number of days as 90d."
    return "" if chosen > today else "That day is not in the future."


def day_of(text: str, today: date) -> date:
    """Read a day (`2027-03-31`) or a number of days from today (`90d`); raises ValueError."""
    if text.endswith("d") and text[:-1].isdigit() and len(text) < 6:  # noqa: PLR2004 - 9,999 days are enough
        return today + timedelta(days=int(text[:-1]))
    return date.fromisoformat(text)


def end_of(text: str, today: date) -> datetime:
    """Return the last second of a day that `day_of` reads, in UTC."""
    return datetime.combine(day_of(text, today), time(23, 59, 59), UTC)
