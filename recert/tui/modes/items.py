"""The items of a review: read page by page, drawn, marked, and kept true to what is stored."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from textual import on

from recert.campaigns.views import ItemFilter, ItemLine, ItemView
from recert.tui.base import FilterField
from recert.tui.modes.questions import Questioning
from recert.tui.paging import SIZE, Found, Pages, Walk, is_open, seek, walk
from recert.tui.ports import Services
from recert.tui.rows import Over, Rows
from recert.tui.text import Piece, Role, Row, say
from recert.tui.view.campaigns import done_of
from recert.tui.view.groups import GROUPINGS, group_row, grouping_words
from recert.tui.view.items import Layout, Look, Share, item_heading, item_row, layout, progress_row
from recert.tui.widgets.canvas import Lines
from recert.tui.widgets.listing import Heading, Listing
from recert.tui.widgets.pane import Pane


class ItemList(Questioning):
    """The list half of the review."""

    def __init__(self) -> None:
        super().__init__()
        self.pages: Pages | None = None
        self.view: ItemView | None = None
        self.only_open = False
        self.only_mine = True
        self.marked: dict[str, ItemLine] = {}
        self._anchor: int | None = None
        self._walking = False
        self.rows: Rows | None = None
        self.group: str | None = None
        """By what the items are grouped; None until the first look says what was left last."""
        self.by_words = False
        self._mine = 0
        """How many items the caller has in this campaign, as far as that has been counted."""

    def look(self) -> None:
        """Read the evidence for the item under the cursor."""
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

    def _filter(self) -> ItemFilter:
        session = self.recert.session
        mine = session.caller.id if session and self.only_mine else None
        return ItemFilter(
            reviewer=mine,
            text=self.filter_text,
            undecided=self.only_open,
            group=self.group or "",
        )

    def list_anew(self, item: str | None = None) -> None:
        """Read the list from its beginning, with the cursor on an item where one is named."""
        campaign = self.campaign
        if campaign is None:
            return
        if self.group is None:
            self.group = self.recert.grouping()
        self.pages = Pages(campaign.id, self._filter())
        self.rows = None
        self.forget_marks()
        self.view = None
        self.walk_to(item or 0)

    def walk_to(self, place: int | str) -> None:
        """Read on to an index, or to the item with an id."""
        pages = self.pages
        if pages is None:
            return
        self._walking = True
        named = isinstance(place, str)
        way = pages.way_to(place) if isinstance(place, int) else pages.way_on()
        asks_groups = self.rows is None and bool(pages.wanted.group)

        def read(services: Services) -> Found:
            groups = services.groups(pages.campaign, pages.wanted) if asks_groups else None
            found = _seek_or_first(services, way, str(place)) if named else walk(services, way)
            return replace(found, groups=tuple(groups) if groups is not None else None)

        self.ask("items", read, about=(pages, way, place))

    def read_page(self, found: Found, about: tuple[Pages, Walk, int | str]) -> None:
        """Take a page in, and put the cursor where it was wanted."""
        pages, way, place = about
        self._walking = False
        if pages is not self.pages:
            return
        wanted = replace(pages.wanted, group="")
        if wanted == ItemFilter(reviewer=wanted.reviewer) and self.only_mine:
            self._mine = found.total
        pages.fill(found, way)
        if self.rows is None:
            self._first_page(pages, found, place)
        elif isinstance(place, str) and found.at is not None:
            self.move_to_index(found.at)
            self.listing.changed()
        else:
            self.listing.changed()
        self.frame()
        self.look()

    def _first_page(self, pages: Pages, found: Found, place: int | str) -> None:
        start = found.at if found.at is not None else 0
        keys = {group.key for group in found.groups or ()}
        folded = frozenset(self.recert.folds.get(self.group or "", ())) & keys
        self.rows = Rows(pages, found.groups or (), folded)
        self.listing.show(self.rows, cursor=self.rows.row_of(start))
        self.focus_unless_typing()
        if found.total == 0:
            self._nothing_fits()
        elif not isinstance(place, str) and not is_open_at(pages, 0):
            nearest = pages.next_undecided(0, 1)
            self.move_to_index(nearest if nearest is not None else 0)

    def move_to_index(self, index: int) -> None:
        """Put the cursor on an item by its index; a folded group that it is in opens."""
        rows = self.rows
        if rows is None:
            return
        group = rows.group_at(rows.row_of(index))
        if group is not None and group.key in rows.folded:
            self._fold(rows.folded - {group.key})
        self.listing.move_to(rows.row_of(index))

    @property
    def index(self) -> int:
        """The index of the item under the cursor; of a folded group, that of its first item."""
        rows = self.rows
        if rows is None:
            return 0
        found = rows.index_at(self.listing.cursor)
        return found if found is not None else rows.first_index(self.listing.cursor)

    def _nothing_fits(self) -> None:
        self.view = None
        self.query_one("#evidence", Pane).show([])
        self.query_one("#brief", Lines).show([])
        if self.filter_text:
            self.tell_nothing_fits()
        elif self.only_open:
            self.tell(
                "Nothing is undecided. ",
                say("S", Role.KEY),
                " signs off, ",
                say("o", Role.KEY),
                " shows all.",
            )
        else:
            self.tell(
                "This campaign asks nothing of you. ",
                say("m", Role.KEY),
                " shows everyone's items.",
            )

    @on(Listing.Wanted)
    def _wanted(self, event: Listing.Wanted) -> None:
        event.stop()
        index = self.rows.index_at(event.index) if self.rows is not None else None
        if index is not None and not self._walking:
            self.walk_to(index)

    # Drawing.

    def _draw(self, line: Over | ItemLine, _index: int, width: int) -> Row:
        if isinstance(line, Over):
            return group_row(self.group or "", line.group, width, folded=line.folded)
        look = Look(line.id in self.marked, self.outbox.holds(line.id))
        return item_row(line, self._layout(width), look)

    def heading(self, width: int) -> Row:
        """Return the heading over the items."""
        return item_heading(self._layout(width))

    def _layout(self, width: int) -> Layout:
        return layout(width, with_agent=self.has_several_agents, words=self.by_words)

    @property
    def has_several_agents(self) -> bool:
        """Whether the campaign is about more than one agent."""
        return self.campaign is not None and len(self.campaign.agents) > 1

    def frame(self) -> None:
        """Draw what stands around the list."""
        campaign = self.campaign
        if campaign is None or not self.is_mounted:
            return
        width = self.size.width
        self.call_after_refresh(self.query_one(Heading).changed)
        note = self._progress_note()
        now = self.recert.clock.now()
        line = progress_row(campaign, self._share(), now, width, note)
        self.query_one("#progress", Lines).show([line])

    def _share(self) -> Share:
        campaign = self.campaign
        if campaign is None:
            return Share(0, 0)
        if self.only_mine and self._mine:
            return Share(self._mine - campaign.mine_pending, self._mine, " of yours")
        done, total = done_of(campaign)
        return Share(done, total)

    def _progress_note(self) -> Row:
        saving = len(self.outbox)
        parts: list[Piece] = []
        if saving:
            parts.append(say(f"… saving {saving}", Role.WARN))
        if self.marked:
            parts.append(say(f"{len(self.marked)} selected", Role.LIT))
        shown = [
            word for word, on_ in (("mine", self.only_mine), ("undecided", self.only_open)) if on_
        ]
        if shown:
            parts.append(say(" + ".join(shown), Role.MUTED))
        if self.group:
            parts.append(say(f"by {self.group}", Role.MUTED))
        if self.filter_text:
            parts.append(say(f"/{self.filter_text}", Role.LIT))
        joined: list[Piece] = []
        for at, part in enumerate(parts):
            joined += [say(" · ", Role.MUTED), part] if at else [part]
        return tuple(joined)

    def on_resize(self) -> None:
        """Lay the frame out anew."""
        self.call_after_refresh(self.frame)

    def focus_unless_typing(self) -> None:
        """Give the keys to the list, unless a filter is being typed."""
        if not isinstance(self.focused, FilterField):
            self.listing.focus()

    def all_done(self) -> bool:
        """Tell whether every item of the list is in memory and decided."""
        pages = self.pages
        return pages is not None and pages.is_whole() and pages.next_undecided(0, 1) is None

    def chosen(self) -> tuple[ItemLine, ...]:
        """Return the marked items, else the one under the cursor."""
        if self._anchor is not None:
            # Keys may come faster than the list tells that its cursor moved.
            self.mark_range(self._anchor, self.listing.cursor)
        if self.marked:
            return tuple(self.marked.values())
        return (self.current,) if self.current is not None else ()

    def paint(self, lines: Sequence[ItemLine]) -> None:
        """Draw lines as they are now; items that are not in memory need no drawing."""
        if self.pages is None:
            return
        for line in lines:
            self._shift_counts(self.pages, line)
            self.pages.put(line)
        self.listing.changed()
        self.frame()

    def _shift_counts(self, pages: Pages, line: ItemLine) -> None:
        index = pages.index_of(line.id)
        old = pages.at(index) if index is not None else None
        if old is None or self.campaign is None or is_open(old) == is_open(line):
            return
        by = 1 if is_open(old) else -1
        counts = self.campaign.counts
        counts = replace(counts, pending=counts.pending - by, decided=counts.decided + by)
        mine = self.campaign.mine_pending - (by if self._is_mine(line) else 0)
        self.campaign = replace(self.campaign, counts=counts, mine_pending=mine)
        if self.rows is not None and index is not None:
            self.rows.shift(index, -by)

    def _is_mine(self, line: ItemLine) -> bool:
        session = self.recert.session
        return session is not None and line.reviewer == session.caller.id

    def go_to(self, item: str) -> None:
        """Put the cursor on an item."""
        index = self.pages.index_of(item) if self.pages else None
        if index is not None:
            self.move_to_index(index)
        else:
            self.walk_to(item)

    def action_undecided(self, way: int) -> None:
        """Go to the next or the previous undecided item; read on where none is in memory."""
        pages = self.pages
        if pages is None:
            return
        index = pages.next_undecided(self.index, way)
        if index is not None:
            self.move_to_index(index)
        elif len(pages) > SIZE:
            self._seek_undecided()
        elif self.campaign is not None and not len(self.outbox):
            self._say_done()

    def _seek_undecided(self) -> None:
        pages = self.pages
        if pages is None:
            return
        after = self.index
        way = replace(pages.way_to(after), up_to=pages.way_on().up_to)
        base = way.page * SIZE
        seen = {line.id for i in range(base, after + 1) if (line := pages.at(i)) is not None}
        fits = lambda line: is_open(line) and line.id not in seen and not self.outbox.holds(line.id)  # noqa: E731 - one condition
        self._walking = True
        self.ask("items", lambda services: seek(services, way, fits), about=(pages, way, ""))

    def _say_done(self) -> None:
        self.tell(
            Piece("✓ ", Role.GOOD),
            "Everything here is decided. ",
            say("S", Role.KEY),
            " reads it over and signs it off.",
        )

    # Selecting.

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

    # Grouping.

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


def is_open_at(pages: Pages, index: int) -> bool:
    """Tell whether the item at an index waits for a decision."""
    line = pages.at(index)
    return line is not None and is_open(line)


def _seek_or_first(services: Any, way: Walk, item: str) -> Found:
    """Find an item; where it is gone, begin at the beginning."""
    found = seek(services, way, lambda line: line.id == item)
    return found if found.at is not None else walk(services, replace(way, up_to=0))
