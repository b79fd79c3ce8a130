"""The frame of every question that lies over a mode."""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Paste
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input

from recert.tui.holdguard import WINDOW
from recert.tui.text import Role, Row, row, say, spread
from recert.tui.theme import Surface
from recert.tui.widgets.canvas import Lines

R = TypeVar("R")
TEXT_LIMIT = 2_000
"""Characters that a rationale may have."""


class Field(Input):
    """A text field of one line that takes any paste: line ends become spaces, the rest is cut."""

    DEFAULT_CSS = """
    Field { border: none; height: 1; padding: 0 1; background: $bar; }
    Field:focus { border: none; background: $input-selection-background; }
    """

    def __init__(self, value: str = "", *, hint: str = "", id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(value=value, placeholder=hint, max_length=TEXT_LIMIT, compact=True, id=id)
        self.cursor_blink = False

    def _on_paste(self, event: Paste) -> None:
        event.stop()
        event.prevent_default()
        text = " ".join(event.text[: TEXT_LIMIT * 2].split())
        self.insert_text_at_cursor(text[: max(0, TEXT_LIMIT - len(self.value))])


class Title(Lines):
    """What the question is about, and what kind of data lies below it."""

    def __init__(self, title: str, banner: str | None) -> None:
        super().__init__(surface=Surface.PANEL, id="title")
        self._title = title
        self._banner = banner

    def row_count(self) -> int:
        """Return two: the title, and room below it."""
        return 2

    def row_at(self, index: int, width: int) -> Row:
        """Return the line of the title, or the room below it."""
        if index:
            return ()
        badge = row(say(f" {self._banner} ", Role.BADGE)) if self._banner else ()
        return spread(row(say(self._title, Role.TITLE)), badge, width)


class Question(ModalScreen[R | None], Generic[R]):
    """A question with a title, a body and a line of keys; esc answers None.

    The key that opened it may still be held down; the app drops its repeats (`is_echo`).
    """

    TITLE_TEXT: ClassVar[str] = ""
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (("esc", "back"),)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "back", show=False),
        Binding("ctrl+c", "cancel", "back", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    Question { align: center middle; background: $background 60%; }
    Question > #card {
        width: 76; max-width: 100%; height: auto; max-height: 100%;
        background: $panel; border: round $border; padding: 0 1;
        border-title-color: $foreground; border-title-style: bold;
    }
    Question Lines { background: $panel; }
    Question #keys { height: 1; margin-top: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._opening_key = ""
        self._repeated_at = 0.0

    def compose(self) -> ComposeResult:
        """Compose the card."""
        with Vertical(id="card"):
            yield Title(self.title_text(), getattr(self.app, "banner", None))
            yield from self.body()
            yield Lines([self.keys()], surface=Surface.PANEL, id="keys")

    def title_text(self) -> str:
        """Return what the question is about."""
        return self.TITLE_TEXT

    def keys(self) -> Row:
        """Return the line of the keys."""
        return hints(dict(self.HINTS))

    def body(self) -> Iterable[Widget]:
        """Yield what stands between the title and the keys."""
        return ()

    def opened_by(self, key: str, at: float) -> None:
        """Remember the key that opened this, and when."""
        self._opening_key, self._repeated_at = key, at

    def is_echo(self, key: str, at: float) -> bool:
        """Tell whether a key is but the opening key, still held down."""
        if not self._opening_key:
            return False
        if key == self._opening_key and at - self._repeated_at < WINDOW:
            self._repeated_at = at
            return True
        self._opening_key = ""
        return False

    def action_cancel(self) -> None:
        """Answer nothing."""
        self.dismiss(None)


def hints(keys: Mapping[str, str]) -> Row:
    """Return a line of keys and what they do."""
    parts: Row = ()
    for key, label in keys.items():
        parts += row(say(key, Role.KEY), say(f" {label}   ", Role.MUTED))
    return parts
