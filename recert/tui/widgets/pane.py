"""A pane of text that wraps and scrolls: the evidence beside a list, help, raw JSON."""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import BindingType
from textual.events import Resize

from recert.tui.keymap import MOVE
from recert.tui.keys import bindings
from recert.tui.text import Role, Row, row, wrap
from recert.tui.theme import Surface
from recert.tui.widgets.canvas import Canvas, Prose


class Scrolling(Canvas, can_focus=True):
    """Rows that the keys that move scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(MOVE)]

    def action_move(self, by: int) -> None:
        """Scroll by so many lines."""
        self.scroll_relative(y=by, animate=False, immediate=True)

    def action_edge(self, way: int) -> None:
        """Scroll to the beginning or the end."""
        end = max(0, self.row_count() - self.size.height)
        self.scroll_to(y=0 if way < 0 else end, animate=False, immediate=True)

    def action_page(self, way: int) -> None:
        """Scroll by a screenful."""
        by = way * max(1, self.size.height - 1)
        self.scroll_relative(y=by, animate=False, immediate=True)


class Particulars(Scrolling, Prose):
    """What a question is about: as tall as it needs, and scrolling where the screen is too small.

    Its title and its keys stay on the screen, however much there is to read.
    """

    DEFAULT_CSS = """
    Particulars { height: auto; max-height: 70vh; overflow-y: auto; }
    """

    def on_resize(self, event: Resize) -> None:  # noqa: ARG002 - the region knows of the scrollbar
        """Break the rows anew, beside the scrollbar where there is one."""
        self._lines = self._broken(self.scrollable_content_region.width)
        self.changed()


class Pane(Scrolling):
    """Show paragraphs; a row that is too long goes on in the next line, indented as it began."""

    DEFAULT_CSS = """
    Pane { height: 1fr; width: 1fr; background: $panel; scrollbar-gutter: stable; }
    """
    surface = Surface.PANEL

    def __init__(self, *, id: str | None = None, title: str = "") -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._paragraphs: tuple[Row, ...] = ()
        self._wrapped: list[Row] = []
        self._width = 0
        self.title = title

    def show(self, paragraphs: Sequence[Row], *, keep_place: bool = False) -> None:
        """Show other text, from its beginning unless the place is to be kept."""
        self._paragraphs = tuple(paragraphs)
        self._width = 0
        self._layout_text()
        if not keep_place:
            self.scroll_to(y=0, animate=False, immediate=True)

    def _layout_text(self) -> None:
        width = max(4, self.scrollable_content_region.width - 2)
        if width == self._width:
            return
        self._width = width
        margin = row(" ")
        self._wrapped = [
            margin + line
            for paragraph in self._paragraphs
            for line in wrap(paragraph, width, indent=_indent(paragraph))
        ]
        self.changed()

    def on_resize(self, event: Resize) -> None:  # noqa: ARG002 - the width is read from the region
        """Wrap anew."""
        self._layout_text()

    def row_count(self) -> int:
        """Return how many lines the wrapped text has."""
        return len(self._wrapped)

    def row_at(self, index: int, width: int) -> Row:  # noqa: ARG002 - wrapped already
        """Return one line of the wrapped text."""
        return self._wrapped[index]

    def on_focus(self) -> None:
        """Show where the keys go."""
        self.refresh()


_LABELS = {Role.MUTED, Role.KEY}


def _indent(paragraph: Row) -> int:
    """Return where the later lines of a paragraph begin: below its value, or two further in."""
    if not paragraph:
        return 0
    first = paragraph[0]
    if first.role in _LABELS and first.text.endswith(" ") and len(paragraph) > 1:
        return min(cell_len(first.text), 24)
    text = "".join(piece.text for piece in paragraph)
    return min(len(text) - len(text.lstrip(" ")) + 2, 24)
