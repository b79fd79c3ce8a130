"""The items of a review: read page by page, drawn, marked, and kept true to what is stored."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from textual import on

from recert.campaigns.views import ItemFilter, ItemLine, ItemView
from recert.tui.base import FilterField
from recert.tui.modes.questions import Questioning
from recert.tui.paging import SIZE, Found, Pages, Walk, is_open, seek, walk
from recert.tui.text import Piece, Role, Row, say
from recert.tui.view.campaigns import done_of
from recert.tui.view.items import Look, Share, item_heading, item_row, progress_row
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
        self._mine = 0
        """How many items the caller has in this campaign, as far as that has been counted."""

    def look(self) -> None:
        """Read the evidence for the item under the cursor."""
        raise TypeError(self)

    @property
    def listing(self) -> Listing[ItemLine]:
        """The list of items."""
        return self.query_one("#items", Listing)

    def _filter(self) -> ItemFilter:
        session = self.recert.session
        mine = session.caller.id if session and self.only_mine else None
        return ItemFilter(reviewer=mine, text=self.filter_text, undecided=self.only_open)

    def list_anew(self, item: str | None = None) -> None:
        """Read the list from its beginning, with the cursor on an item where one is named."""
        campaign = self.campaign
        if campaign is None:
            return
        self.pages = Pages(campaign.id, self._filter())
        self.forget_marks()
        self.view = None
        self.walk_to(item or 0)

    def walk_to(self, place: int | str) -> None:
        """Read on to an index, or to the item with an id."""
        pages = self.pages
        if pages is None:
            return
        self._walking = True
        if isinstance(place, int):
            way = pages.way_to(place)
            self.ask("items", lambda services: walk(services, way), about=(pages, way, place))
        else:
            way = pages.way_on()
            self.ask(
                "items",
                lambda services: _seek_or_first(services, way, place),
                about=(pages, way, place),
            )

    def read_page(self, found: Found, about: tuple[Pages, Walk, int | str]) -> None:
        """Take a page in, and put the cursor where it was wanted."""
        pages, way, place = about
        self._walking = False
        if pages is not self.pages:
            return
        first = len(pages) == 0
        if pages.wanted == ItemFilter(reviewer=pages.wanted.reviewer) and self.only_mine:
            self._mine = found.total
        pages.fill(found, way)
        if first:
            start = found.at if found.at is not None else 0
            self.listing.show(pages, cursor=start)
            self.focus_unless_typing()
            if found.total == 0:
                self._nothing_fits()
            elif not isinstance(place, str) and not is_open_at(pages, 0):
                nearest = pages.next_undecided(0, 1)
                self.listing.move_to(nearest if nearest is not None else 0)
        elif isinstance(place, str) and found.at is not None:
            self.listing.changed()
            self.listing.move_to(found.at)
        else:
            self.listing.changed()
        self.frame()
        self.look()

    def _nothing_fits(self) -> None:
        self.view = None
        self.query_one("#evidence", Pane).show([])
        self.query_one("#brief", Lines).show([])
        if self.filter_text:
            self.tell(
                "Nothing has ",
                say(self.filter_text, Role.STRONG),
                " in it. ",
                say("esc", Role.KEY),
                " clears.",
            )
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
        if not self._walking:
            self.walk_to(event.index)

    # Drawing.

    def _draw(self, line: ItemLine, _index: int, width: int) -> Row:
        saving = self.outbox.holds(line.id)
        look = Look(line.id in self.marked, saving, self.has_several_agents)
        return item_row(line, width, look)

    def heading(self, width: int) -> Row:
        """Return the heading over the items."""
        return item_heading(width, with_agent=self.has_several_agents)

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
        return (self.listing.current,) if self.listing.current is not None else ()

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

    def _is_mine(self, line: ItemLine) -> bool:
        session = self.recert.session
        return session is not None and line.reviewer == session.caller.id

    def go_to(self, item: str) -> None:
        """Put the cursor on an item."""
        index = self.pages.index_of(item) if self.pages else None
        if index is not None:
            self.listing.move_to(index)
        else:
            self.walk_to(item)

    def action_undecided(self, way: int) -> None:
        """Go to the next or the previous undecided item; read on where none is in memory."""
        pages = self.pages
        if pages is None:
            return
        index = pages.next_undecided(self.listing.cursor, way)
        if index is not None:
            self.listing.move_to(index)
        elif len(pages) > SIZE:
            self._seek_undecided()
        elif self.campaign is not None and not len(self.outbox):
            self._say_done()

    def _seek_undecided(self) -> None:
        pages = self.pages
        if pages is None:
            return
        after = self.listing.cursor
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
        line = self.listing.current
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
        if self.pages is None:
            return
        low, high = sorted((start, end))
        lines = [self.pages.at(index) for index in range(low, high + 1)]
        self.marked = {line.id: line for line in lines if line is not None}
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
        pages = self.pages
        indexes = (pages.index_of(item) for item in self.marked) if pages else ()
        self.listing.marks = {index for index in indexes if index is not None}
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
