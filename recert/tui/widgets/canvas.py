"""The widget that everything on the screen is drawn with: rows in, strips out."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.cache import LRUCache
from textual.events import Resize
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from recert.tui.paint import paint
from recert.tui.text import Row, plain, wrap
from recert.tui.theme import DARK, PALETTES, Palette, Surface

_STRIPS = 512


class Canvas(ScrollView, can_focus=False):
    """Draw rows, one a line; subclasses say how many there are and what is in each.

    Only visible rows are asked for, and painted strips are kept in a bounded cache, so that a
    list of any length costs the same.
    """

    DEFAULT_CSS = """
    Canvas { background: $background; overflow-x: hidden; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = []
    surface = Surface.BASE

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, classes=classes)
        self._strips: LRUCache[object, Strip] = LRUCache(_STRIPS)

    @property
    def palette(self) -> Palette:
        """The look of the moment."""
        return PALETTES.get(self.app.theme, PALETTES[DARK])

    def row_count(self) -> int:
        """Return how many rows there are."""
        return 0

    def row_at(self, index: int, width: int) -> Row:
        """Return one row, to be drawn in `width` cells."""
        raise IndexError(index, width)

    def surface_at(self, index: int) -> Surface:  # noqa: ARG002 - for subclasses
        """Return what the row at `index` lies on."""
        return self.surface

    def changed(self) -> None:
        """Draw everything anew, after rows have come, gone or changed."""
        self._strips.clear()
        self.virtual_size = Size(self.scrollable_content_region.width, self.row_count())
        self.refresh()

    def on_resize(self, event: Resize) -> None:
        """Keep the length of the scrollbar true."""
        self.virtual_size = Size(event.size.width, self.row_count())

    def render_line(self, y: int) -> Strip:
        """Return the strip of one visible line."""
        index = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        known = index < self.row_count()
        surface = self.surface_at(index) if known else self.surface
        key = (index if known else -1, width, surface, self.palette.name)
        strip = self._strips.get(key)
        if strip is None:
            line = self.row_at(index, width) if known else ()
            strip = paint(line, width, self.palette, surface)
            self._strips[key] = strip
        strip = strip.apply_offsets(self.scroll_offset.x, index)
        return self._with_selection(strip, index) if self.text_selection else strip

    def _with_selection(self, strip: Strip, index: int) -> Strip:
        selection = self.text_selection
        span = selection.get_span(index) if selection else None
        if span is None:
            return strip
        start, end = span
        end = strip.cell_length if end < 0 else min(end, strip.cell_length)
        style = self.screen.get_component_rich_style("screen--selection")
        return Strip.join(
            [strip.crop(0, start), strip.crop(start, end).apply_style(style), strip.crop(end)]
        )

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the selected text, of the visible part of a long list."""
        first = self.scroll_offset.y
        last = min(self.row_count(), first + self.size.height)
        width = self.scrollable_content_region.width
        lines = [""] * first + [plain(self.row_at(i, width)) for i in range(first, last)]
        return selection.extract("\n".join(lines)), "\n"

    def selection_updated(self, selection: Selection | None) -> None:  # noqa: ARG002 - the interface of Textual
        """Show what is selected."""
        self.refresh()

    def notify_style_update(self) -> None:
        """Forget strips of the look before."""
        self._strips.clear()
        super().notify_style_update()


class Lines(Canvas):
    """A fixed handful of rows."""

    DEFAULT_CSS = """
    Lines { height: auto; overflow-y: hidden; }
    """

    def __init__(
        self,
        lines: Sequence[Row] = (),
        *,
        surface: Surface = Surface.BASE,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Row, ...] = tuple(lines)
        self.surface = surface

    def row_count(self) -> int:
        """Return how many rows there are."""
        return len(self._lines)

    def row_at(self, index: int, width: int) -> Row:  # noqa: ARG002 - rows here are cut, never laid out
        """Return one row."""
        return self._lines[index]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - the interface of Textual
        """Take as many lines as there are rows."""
        return self.row_count()

    def show(self, lines: Sequence[Row]) -> None:
        """Draw other rows."""
        resized = len(lines) != len(self._lines)
        self._lines = tuple(lines)
        self.changed()
        if resized:
            self.refresh(layout=True)


class Prose(Lines):
    """A handful of rows that wrap; as tall as they need."""

    def __init__(
        self,
        lines: Sequence[Row] = (),
        *,
        surface: Surface = Surface.BASE,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(lines, surface=surface, id=id, classes=classes)
        self._paragraphs: tuple[Row, ...] = tuple(lines)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - the interface of Textual
        """Take as many lines as the rows need at this width."""
        return len(self._broken(width))

    def on_resize(self, event: Resize) -> None:
        """Break the rows anew."""
        self._lines = self._broken(event.size.width)
        self.changed()

    def show(self, lines: Sequence[Row]) -> None:
        """Draw other rows."""
        self._paragraphs = tuple(lines)
        self._lines = self._broken(self.size.width)
        self.changed()
        self.refresh(layout=True)

    def _broken(self, width: int) -> tuple[Row, ...]:
        if width <= 0:
            return self._paragraphs
        return tuple(part for line in self._paragraphs for part in wrap(line, width, indent=2))
