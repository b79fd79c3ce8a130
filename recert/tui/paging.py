"""A list of any length, read page by page; only a few pages are kept."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from recert.campaigns.views import Group, ItemFilter, ItemLine
from recert.tui.ports import Services

SIZE = 200
KEPT = 12
"""Pages in memory at most."""


@dataclass(frozen=True, slots=True)
class Walk:
    """Where to read from: a page whose cursor is known, and the page to read up to."""

    campaign: str
    wanted: ItemFilter
    page: int
    cursor: str | None
    up_to: int


@dataclass(frozen=True, slots=True)
class Found:
    """What a walk came to: the cursors that it learned, and the last page that it read."""

    page: int
    items: tuple[ItemLine, ...]
    total: int
    cursors: tuple[str | None, ...]
    at: int | None = None
    """The index of the item that was looked for, None where it is not in this page."""
    groups: tuple[Group, ...] | None = None
    """The groups of the list, where they were asked for."""


def walk(services: Services, way: Walk) -> Found:
    """Read pages in order up to the wanted one; the end of the list ends the walk."""
    return seek(services, way, lambda _line: False)


def seek(services: Services, way: Walk, fits: Callable[[ItemLine], bool]) -> Found:
    """Read pages in order until an item fits, or up to the wanted page."""
    page, cursor = way.page, way.cursor
    cursors: list[str | None] = []
    while True:
        read = services.items(way.campaign, way.wanted, after=cursor, limit=SIZE)
        at = next((page * SIZE + i for i, line in enumerate(read.items) if fits(line)), None)
        cursors.append(read.next)
        if at is not None or page >= way.up_to or read.next is None:
            return Found(page, read.items, read.total, tuple(cursors), at)
        page, cursor = page + 1, read.next


class Pages:
    """The pages of one list that are in memory, and the cursors of those that were read once."""

    def __init__(self, campaign: str, wanted: ItemFilter) -> None:
        self.campaign = campaign
        self.wanted = wanted
        self.total = 0
        self._cursors: list[str | None] = [None]
        self._pages: OrderedDict[int, list[ItemLine]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many items the list has in all."""
        return self.total

    def at(self, index: int) -> ItemLine | None:
        """Return an item, None where its page is not in memory."""
        page = self._pages.get(index // SIZE)
        if page is None or index % SIZE >= len(page):
            return None
        return page[index % SIZE]

    def way_to(self, index: int) -> Walk:
        """Return how to read the page that an index is in."""
        page = index // SIZE
        known = min(page, len(self._cursors) - 1)
        return Walk(self.campaign, self.wanted, known, self._cursors[known], page)

    def way_on(self) -> Walk:
        """Return how to read from the beginning to the end, to look for something."""
        return Walk(self.campaign, self.wanted, 0, None, 1_000_000)

    def fill(self, found: Found, way: Walk) -> None:
        """Take a page in, and let the one go that was looked at longest ago."""
        self.total = found.total
        for offset, cursor in enumerate(found.cursors):
            index = way.page + offset + 1
            if index == len(self._cursors) and cursor is not None:
                self._cursors.append(cursor)
        self._pages[found.page] = list(found.items)
        self._pages.move_to_end(found.page)
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)

    def index_of(self, item: str) -> int | None:
        """Return where an item is, as far as it is in memory."""
        for page, lines in self._pages.items():
            for offset, line in enumerate(lines):
                if line.id == item:
                    return page * SIZE + offset
        return None

    def put(self, line: ItemLine) -> int | None:
        """Replace the line of an item; return where it is, None where it is not in memory."""
        index = self.index_of(line.id)
        if index is not None:
            self._pages[index // SIZE][index % SIZE] = line
        return index

    def is_whole(self) -> bool:
        """Tell whether every page is in memory."""
        return sum(len(page) for page in self._pages.values()) >= self.total

    def next_undecided(self, start: int, way: int) -> int | None:
        """Return the nearest undecided item in memory, going `way` from `start`, round the end once."""
        count = self.total
        for step in range(1, count + 1):
            index = (start + way * step) % count
            line = self.at(index)
            if line is not None and is_open(line):
                return index
            if line is None:
                return None
        return None


def is_open(line: ItemLine) -> bool:
    """Tell whether an item still waits for a decision."""
    return line.state == "pending" and line.verdict is None
