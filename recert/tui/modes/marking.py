"""Where the cursor is in a list of items, and which of them are selected."""

from recert.campaigns.views import ItemLine
from recert.tui.modes.questions import Questioning
from recert.tui.paging import Pages
from recert.tui.rows import Over, Rows
from recert.tui.text import Role, say
from recert.tui.widgets.listing import Listing


class Marking(Questioning):
    """The items that a verdict is about: those selected, else the one under the cursor."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: Pages | None = None
        self.rows: Rows | None = None
        self.marked: dict[str, ItemLine] = {}
        self._anchor: int | None = None

    def frame(self) -> None:
        """Draw what stands around the list."""
        raise TypeError(self)

    @property
    def listing(self) -> Listing[Over | ItemLine]:
        """The list of items, with a line over each group of them."""
        return self.query_one("#items", Listing)

    @property
    def current(self) -> ItemLine | None:
        """The item under the cursor; None on the line over a folded group."""
        found = self.listing.current
        return found if isinstance(found, ItemLine) else None

    def passes_over(self, row_: int) -> bool:
        """Tell whether the cursor does not rest in a row."""
        return self.rows is not None and self.rows.passes_over(row_)

    @property
    def index(self) -> int:
        """The index of the item under the cursor; of a folded group, that of its first item."""
        rows = self.rows
        if rows is None:
            return 0
        found = rows.index_at(self.listing.cursor)
        return found if found is not None else rows.first_index(self.listing.cursor)

    def chosen(self) -> tuple[ItemLine, ...]:
        """Return the marked items, else the one under the cursor."""
        if self._anchor is not None:
            # Keys may come faster than the list tells that its cursor moved.
            self.mark_range(self._anchor, self.listing.cursor)
        if self.marked:
            return tuple(self.marked.values())
        return (self.current,) if self.current is not None else ()

    def action_select(self) -> None:
        """Select the item under the cursor, or take it out, and go to the next."""
        line = self.current
        if line is None:
            return
        self._anchor = None
        if self.marked.pop(line.id, None) is None:
            self.marked[line.id] = line
        self._show_marks()
        self.listing.action_move(1)

    def action_select_range(self) -> None:
        """Begin a range at the cursor; the second time, end it."""
        if self._anchor is not None:
            self._anchor = None
            return
        self._anchor = self.listing.cursor
        self.mark_range(self._anchor, self._anchor)
        self.tell("Move to the other end of the range; ", say("\\", Role.KEY), " clears it.")

    def mark_range(self, start: int, end: int) -> None:
        """Select every item from one row to another, as far as they have been read."""
        if self.rows is None:
            return
        low, high = sorted((start, end))
        lines = [self.rows.at(row_) for row_ in range(low, high + 1)]
        self.marked = {line.id: line for line in lines if isinstance(line, ItemLine)}
        self._show_marks()

    def action_clear_marks(self) -> None:
        """Select nothing."""
        self.forget_marks()
        self.hush()

    def forget_marks(self) -> None:
        """Select nothing."""
        self._anchor = None
        self.marked = {}
        self._show_marks()

    def _show_marks(self) -> None:
        pages, rows = self.pages, self.rows
        indexes = (pages.index_of(item) for item in self.marked) if pages and rows else ()
        self.listing.marks = {
            rows.row_of(index) for index in indexes if index is not None and rows is not None
        }
        self.listing.changed()
        self.frame()
