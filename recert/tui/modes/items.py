"""The items of a review: read page by page, drawn, and kept true to what is stored."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from textual import on

from recert.campaigns.views import ItemFilter, ItemLine, ItemView
from recert.tui.base import FilterField
from recert.tui.modes.grouping import Grouping
from recert.tui.paging import SIZE, Found, Pages, Walk, is_open, seek, walk
from recert.tui.ports import Services
from recert.tui.rows import Over, Rows
from recert.tui.text import Piece, Role, Row, say
from recert.tui.view.campaigns import done_of
from recert.tui.view.groups import group_row
from recert.tui.view.items import Layout, Look, item_heading, item_row, layout
from recert.tui.view.progress import Share, progress_note, progress_row
from recert.tui.widgets.canvas import Lines
from recert.tui.widgets.listing import Heading, Listing
from recert.tui.widgets.pane import Pane


class ItemList(Grouping):
    """The list half of the review."""

    def __init__(self) -> None:
        super().__init__()
        self.view: ItemView | None = None
        self.only_open = False
        self.only_mine = True
        self._walking = False
        self._mine = 0
        """How many items the caller has in this campaign, as far as that has been counted."""

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
        note = progress_note(
            saving=len(self.outbox),
            marked=len(self.marked),
            mine=self.only_mine,
            undecided=self.only_open,
            group=self.group or "",
            text=self.filter_text,
        )
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


def is_open_at(pages: Pages, index: int) -> bool:
    """Tell whether the item at an index waits for a decision."""
    line = pages.at(index)
    return line is not None and is_open(line)


def _seek_or_first(services: Any, way: Walk, item: str) -> Found:
    """Find an item; where it is gone, begin at the beginning."""
    found = seek(services, way, lambda line: line.id == item)
    return found if found.at is not None else walk(services, replace(way, up_to=0))
