"""By what items stand together, which groups are folded, and in which words a line tells them."""

from textual import on

from recert.tui.modes.marking import Marking
from recert.tui.text import Role, say
from recert.tui.view.groups import GROUPINGS, grouping_words
from recert.tui.widgets.listing import Listing


class Grouping(Marking):
    """A list of items in groups that can be folded."""

    def __init__(self) -> None:
        super().__init__()
        self.group: str | None = None
        """By what the items are grouped; None until the first look says what was left last."""
        self.by_words = False

    def list_anew(self, item: str | None = None) -> None:
        """Read the list from its beginning, with the cursor on an item where one is named."""
        raise TypeError(item)

    def look(self) -> None:
        """Read the evidence for the item under the cursor."""
        raise TypeError(self)

    def move_to_index(self, index: int) -> None:
        """Put the cursor on an item by its index; a folded group that it is in opens."""
        rows = self.rows
        if rows is None:
            return
        group = rows.group_at(rows.row_of(index))
        if group is not None and group.key in rows.folded:
            self._fold(rows.folded - {group.key})
        self.listing.move_to(rows.row_of(index))

    def action_group(self) -> None:
        """Group the items by the next thing that they may have in common, or by nothing."""
        place = GROUPINGS.index(self.group) if self.group in GROUPINGS else 0
        self.group = GROUPINGS[(place + 1) % len(GROUPINGS)]
        self.recert.keep_grouping(self.group)
        current = self.current
        self.list_anew(current.id if current is not None else None)
        self.tell("Grouped by " if self.group else "In review order: ", *grouping_words(self.group))

    def action_fold(self) -> None:
        """Fold the group under the cursor, or open it."""
        rows = self.rows
        group = rows.group_at(self.listing.cursor) if rows is not None else None
        if rows is None or group is None:
            self.tell(say("b", Role.KEY), " groups the items; then a group can be folded.")
            return
        self._fold(rows.folded ^ {group.key})
        self.listing.move_to(rows.row_over(group.key))
        self.look()

    def action_fold_all(self) -> None:
        """Fold every group, or open them all."""
        rows = self.rows
        if rows is None or not rows.groups:
            return
        group = rows.group_at(self.listing.cursor)
        every = frozenset(one.key for one in rows.groups)
        self._fold(frozenset() if rows.folded == every else every)
        self.listing.move_to(rows.row_over(group.key) if group is not None else 0)
        self.look()

    @on(Listing.Titled)
    def _titled(self, event: Listing.Titled) -> None:
        event.stop()
        over = self.rows.over(event.index) if self.rows is not None else None
        if self.rows is not None and over is not None:
            self._fold(self.rows.folded | {over.group.key})
            self.listing.move_to(event.index)
            self.look()

    def _fold(self, folded: frozenset[str]) -> None:
        if self.rows is None:
            return
        self.rows.fold(folded)
        self.recert.folds[self.group or ""] = folded
        self._show_marks()

    def action_words(self) -> None:
        """Say permissions in plain words, or as action and resource."""
        self.by_words = not self.by_words
        self.listing.changed()
        self.frame()
