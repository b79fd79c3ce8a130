"""Asking once more before something that others will notice: only the named key, or a typed word, agrees."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from recert.tui.modals.base import Question, hints
from recert.tui.modals.text import Ask, Form
from recert.tui.text import Role, Row, row, say
from recert.tui.theme import Surface
from recert.tui.widgets.pane import Particulars


class Confirm(Question[bool]):
    """Show what would happen; only `y` agrees, and no other key does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "agree", "agree", show=False),
        Binding("q", "cancel", "back", show=False),
    ]

    def __init__(self, title: str, paragraphs: Sequence[Row], verb: str) -> None:
        super().__init__()
        self._title = title
        self._paragraphs = tuple(paragraphs)
        self._verb = verb

    def title_text(self) -> str:
        """Return what would happen."""
        return self._title

    def keys(self) -> Row:
        """Return the key that agrees, and the one that does not."""
        return hints({"y": self._verb, "esc": "back, nothing happens"})

    def body(self) -> Iterable[Widget]:
        """Yield what would happen, in detail."""
        yield Particulars(self._paragraphs, surface=Surface.PANEL, id="what")

    def action_agree(self) -> None:
        """Agree."""
        self.dismiss(True)


class ConfirmTyped(Form):
    """Ask for a word to be typed, for what cannot be taken back; other fields may stand before it."""

    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("enter", "next, then done"),
        ("esc", "back, nothing happens"),
    )

    def __init__(
        self, title: str, paragraphs: Sequence[Row], word: str, asks: Sequence[Ask] = ()
    ) -> None:
        typed = Ask("typed", f"Type {word} to go on")
        super().__init__(title, paragraphs, [*asks, typed], today=None)
        self._word = word

    def trouble(self, ask: Ask, value: str) -> str:
        """Return why a value does not do; of the typed word, that it is another."""
        if ask.name == "typed":
            return "" if value == self._word else f"That is not {self._word}; nothing has happened."
        return super().trouble(ask, value)


def counted(counts: Mapping[str, int], role: Role = Role.PLAIN) -> list[Row]:
    """Return names with their numbers, one a line."""
    return [
        row(say(f"  {number:>6,}  ", Role.STRONG), say(name, role))
        for name, number in counts.items()
    ]
