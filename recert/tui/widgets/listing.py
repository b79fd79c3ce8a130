"""The list with a cursor: any number of items, a bounded number of them in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from textual.binding import BindingType
from textual.events import Blur, Click, Focus, MouseScrollDown, MouseScrollUp
from textual.message import Message

from recert.tui.keymap import MOVE
from recert.tui.keys import bindings
from recert.tui.text import Role, Row, row, say
from recert.tui.theme import Surface
from recert.tui.widgets.canvas import Canvas, Lines

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Source(Protocol[T_co]):
    """Where a list's items come from."""

    def __len__(self) -> int:
        """Return how many items there are in all."""
        ...

    def at(self, index: int) -> T_co | None:
        """Return an item, None where it has not been read yet."""
        ...


class InMemory(Generic[T]):
    """A source that holds all of its items."""

    def __init__(self, items: Sequence[T] = ()) -> None:
        self.items = tuple(items)

    def __len__(self) -> int:
        """Return how many items there are."""
        return len(self.items)

    def at(self, index: int) -> T | None:
        """Return an item."""
        return self.items[index] if 0 <= index < len(self.items) else None


Headline = Callable[[int], Row]
"""Draws the heading over a list, given the width of its rows."""


class Heading(Lines):
    """The heading over a list: as wide as the rows below it, scrollbar or not."""

    DEFAULT_CSS = """
    Heading { height: 1; }
    """

    def __init__(self, listing: "Listing[Any]", headline: Headline) -> None:
        super().__init__(id="head")
        self._listing = listing
        self._headline = headline

    def row_count(self) -> int:
        """Return one."""
        return 1

    def row_at(self, index: int, width: int) -> Row:  # noqa: ARG002 - there is one row only
        """Return the heading, in the width of the rows."""
        return self._headline(self._listing.scrollable_content_region.width or width)


Draw = Callable[[Any, int, int], Row]
"""Draws an item, given its index and the width."""


class Listing(Canvas, Generic[T], can_focus=True):
    """Show the items of a source, one a line, with a cursor on one of them and marks on some."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(MOVE)]
    DEFAULT_CSS = """
    Listing { height: 1fr; width: 1fr; scrollbar-gutter: stable; }
    """

    @dataclass
    class Moved(Message):
        """The cursor is on another row."""

        listing: "Listing[Any]"
        index: int

    @dataclass
    class Wanted(Message):
        """A row is visible that has not been read yet."""

        listing: "Listing[Any]"
        index: int

    class Opened(Message):
        """A row was clicked on that the cursor was on already."""

    @dataclass
    class Titled(Message):
        """A row was clicked on in which the cursor does not rest."""

        listing: "Listing[Any]"
        index: int

    def __init__(
        self,
        draw: Draw,
        *,
        passes_over: Callable[[int], bool] | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        """Draw with `draw`; the cursor does not rest in rows that `passes_over` names."""
        super().__init__(id=id)
        self._draw = draw
        self._passes_over = passes_over or (lambda _row: False)
        self._source: Source[T] = InMemory()
        self.cursor = 0
        self.marks: set[int] = set()

    def show(self, source: Source[T], *, cursor: int = 0) -> None:
        """Show another source, with the cursor on `cursor` or as near as there is a row."""
        self._source = source
        self.marks = set()
        self.cursor = self._resting_place(cursor, 1)
        self.changed()
        self._follow()

    @property
    def current(self) -> T | None:
        """The item under the cursor; None where there is none, or none yet."""
        return self._source.at(self.cursor) if len(self._source) else None

    def row_count(self) -> int:
        """Return how many items there are."""
        return len(self._source)

    def row_at(self, index: int, width: int) -> Row:
        """Draw one item, or a sign that it is being read."""
        item = self._source.at(index)
        if item is None:
            self.post_message(self.Wanted(self, index))
            return row(say("   …", Role.MUTED))
        return self._draw(item, index, width)

    def surface_at(self, index: int) -> Surface:
        """Tell the cursor's row and the marked ones from the others."""
        if index == self.cursor:
            return Surface.CURSOR if self.has_focus else Surface.CURSOR_AWAY
        return Surface.MARKED if index in self.marks else self.surface

    def move_to(self, index: int) -> None:
        """Put the cursor on a row, or as near as there is one."""
        index = self._resting_place(index, 1 if index >= self.cursor else -1)
        if index == self.cursor:
            self._follow()
            return
        before, self.cursor = self.cursor, index
        self.refresh_line(before)
        self.refresh_line(index)
        self._follow()
        self.post_message(self.Moved(self, index))

    def _resting_place(self, index: int, way: int) -> int:
        """Return the nearest row where the cursor may rest, looking `way` first."""
        last = self.row_count() - 1
        index = max(0, min(index, last))
        for step in (way, -way):
            place = index
            while 0 <= place <= last and self._passes_over(place):
                place += step
            if 0 <= place <= last:
                return place
        return index

    def _follow(self) -> None:
        height = max(1, self.size.height)
        top = self.scroll_offset.y
        above = self.cursor - 1
        if above >= 0 and above < top and self._passes_over(above):
            self.scroll_to(y=above, animate=False, immediate=True)
            return
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, immediate=True)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, immediate=True)

    def on_resize(self, event: Any) -> None:  # noqa: ARG002 - the event was handled by the canvas
        """Keep the cursor in sight when the screen shrinks."""
        self._follow()

    def on_focus(self, event: Focus) -> None:  # noqa: ARG002 - the interface of Textual
        """Show where the keys go."""
        self.refresh()

    def on_blur(self, event: Blur) -> None:  # noqa: ARG002 - the interface of Textual
        """Show that the keys go elsewhere."""
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Move the cursor to a row; open it where the cursor was there already."""
        index = event.y + self.scroll_offset.y
        if index >= self.row_count():
            return
        if index == self.cursor:
            self.post_message(self.Opened())
        elif self._passes_over(index):
            self.post_message(self.Titled(self, index))
        else:
            self.move_to(index)

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        """Move with the wheel."""
        event.stop()
        self.move_to(self.cursor + 3)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        """Move with the wheel."""
        event.stop()
        self.move_to(self.cursor - 3)

    def action_move(self, by: int) -> None:
        """Move the cursor by so many rows."""
        self.move_to(self.cursor + by)

    def action_edge(self, way: int) -> None:
        """Move the cursor to the first or the last row."""
        self.move_to(0 if way < 0 else self.row_count() - 1)

    def action_page(self, way: int) -> None:
        """Move the cursor by a screenful."""
        self.move_to(self.cursor + way * max(1, self.size.height - 1))
