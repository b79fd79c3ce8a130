"""The rows of a list of items: the items themselves, and a line over each group of them.

An item has an index in the list of all items; a row is where it stands on the screen. They differ
by the lines over the groups and by the groups that are folded.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from recert.campaigns.views import Group, ItemLine
from recert.tui.paging import Pages


@dataclass(frozen=True, slots=True)
class Over:
    """The line over a group."""

    group: Group
    folded: bool


class Rows:
    """A source of rows over the pages of a list; without groups a row is an index."""

    def __init__(
        self, pages: Pages, groups: Sequence[Group] = (), folded: frozenset[str] = frozenset()
    ) -> None:
        self.pages = pages
        self.groups = tuple(groups)
        self.folded = folded
        self._lay_out()

    def _lay_out(self) -> None:
        """Reckon where each group begins, as rows and as indexes."""
        self._first_rows: list[int] = []
        self._first_items: list[int] = []
        row = item = 0
        for group in self.groups:
            self._first_rows.append(row)
            self._first_items.append(item)
            row += 1 if group.key in self.folded else 1 + group.items
            item += group.items
        self._rows = row

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self._rows if self.groups else len(self.pages)

    def at(self, row: int) -> Over | ItemLine | None:
        """Return what stands in a row, None where an item has not been read yet."""
        if not self.groups:
            return self.pages.at(row)
        over = self.over(row)
        if over is not None:
            return over
        index = self.index_at(row)
        return self.pages.at(index) if index is not None else None

    def _group_at(self, row: int) -> int:
        return bisect_right(self._first_rows, row) - 1

    def over(self, row: int) -> Over | None:
        """Return the line over a group that stands in a row, None where an item does."""
        place = self._group_at(row) if self.groups else -1
        if place < 0 or self._first_rows[place] != row:
            return None
        group = self.groups[place]
        return Over(group, group.key in self.folded)

    def index_at(self, row: int) -> int | None:
        """Return the index of the item in a row, None where there is a line over a group."""
        if not self.groups:
            return row if 0 <= row < len(self.pages) else None
        place = self._group_at(row)
        if place < 0 or row >= self._rows or self._first_rows[place] == row:
            return None
        return self._first_items[place] + row - self._first_rows[place] - 1

    def first_index(self, row: int) -> int:
        """Return the index of the first item of the group that a row belongs to."""
        place = self._group_at(row) if self.groups else -1
        return self._first_items[place] if place >= 0 else 0

    def row_of(self, index: int) -> int:
        """Return the row of an item; of one in a folded group, the line over it."""
        if not self.groups:
            return index
        place = max(0, bisect_right(self._first_items, index) - 1)
        row = self._first_rows[place]
        if self.groups[place].key in self.folded:
            return row
        return row + 1 + index - self._first_items[place]

    def group_at(self, row: int) -> Group | None:
        """Return the group that a row belongs to."""
        place = self._group_at(row) if self.groups else -1
        return self.groups[place] if place >= 0 else None

    def row_over(self, key: str) -> int:
        """Return the row of the line over a group."""
        keys = [group.key for group in self.groups]
        return self._first_rows[keys.index(key)] if key in keys else 0

    def passes_over(self, row: int) -> bool:
        """Tell whether the cursor does not rest in a row: over a group that is open."""
        over = self.over(row)
        return over is not None and not over.folded

    def fold(self, folded: frozenset[str]) -> None:
        """Fold these groups and no others."""
        self.folded = folded
        self._lay_out()

    def shift(self, index: int, pending: int) -> None:
        """Count so many more, or fewer, pending items in the group of an item."""
        place = bisect_right(self._first_items, index) - 1 if self.groups else -1
        if place >= 0:
            group = self.groups[place]
            groups = list(self.groups)
            groups[place] = replace(group, pending=group.pending + pending)
            self.groups = tuple(groups)
