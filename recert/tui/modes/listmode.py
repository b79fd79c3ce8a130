"""A mode that is a list with a pane beside it: campaigns, agents, events, the ledger."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from textual import on
from textual.containers import Container, Vertical
from textual.widget import Widget

from recert.text import plural
from recert.tui.base import Mode
from recert.tui.messages import Answered
from recert.tui.ports import Services
from recert.tui.text import Role, Row, row, say
from recert.tui.view.items import rule
from recert.tui.widgets.bars import Notice, TopBar
from recert.tui.widgets.canvas import Lines
from recert.tui.widgets.listing import Heading, InMemory, Listing
from recert.tui.widgets.pane import Pane

T = TypeVar("T")


class ListMode(Mode, Generic[T]):
    """Read everything once in a worker, then filter and show it from memory."""

    NOUN = ("thing", "things")
    STARTS_OPEN: ClassVar[bool] = False
    """Whether the pane is open below the list from the start, on a screen with no room beside it."""
    DEFAULT_CSS = """
    ListMode #body { layout: vertical; }
    ListMode #split { layout: vertical; height: 1fr; }
    ListMode #left { height: 1fr; width: 1fr; }
    ListMode #over { height: 1; display: none; }
    ListMode #pane { height: 1fr; display: none; }
    ListMode.-open #pane, ListMode.-open #over { display: block; }
    ListMode.-short #pane, ListMode.-tiny #pane { display: none; }
    ListMode.-short #over, ListMode.-tiny #over { display: none; }
    ListMode.-tiny #head { display: none; }
    ListMode.-wide #split { layout: horizontal; }
    ListMode.-wide #over { display: none; }
    ListMode.-wide #left { width: 3fr; }
    ListMode.-wide #pane { display: block; width: 2fr; }
    ListMode.-zoom #left, ListMode.-zoom #over { display: none; }
    ListMode.-zoom #pane { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.things: tuple[T, ...] = ()
        self._more: Any = None
        self.set_class(self.STARTS_OPEN, "-open")

    def body(self) -> Iterable[Widget]:
        """Yield list and pane."""
        listing: Listing[T] = Listing(
            lambda item, _index, width: self.draw(item, width), id="things"
        )
        yield Vertical(
            Container(
                Vertical(Heading(listing, self.heading), listing, id="left"),
                Lines(id="over"),
                Pane(id="pane"),
                id="split",
            ),
            id="body",
        )

    @property
    def listing(self) -> Listing[T]:
        """The list."""
        return self.query_one("#things", Listing)

    # What each mode says.

    def question(self, services: Services) -> Sequence[T]:
        """Return everything that this mode lists; called in a worker thread."""
        raise TypeError(services)

    def heading(self, width: int) -> Row:
        """Return the heading over the list."""
        raise TypeError(width)

    def draw(self, item: T, width: int) -> Row:
        """Return the line of an item."""
        raise TypeError(item, width)

    def detail(self, item: T, more: Any) -> list[Row]:
        """Return what the pane shows; `more` is the answer to `deeper`, None until it is there."""
        raise TypeError(item, more)

    def identity(self, item: T) -> str:
        """Return what stays the same when the list is read anew."""
        raise TypeError(item)

    def label(self, item: T) -> str:
        """Return what a person calls it."""
        return self.identity(item)

    def words(self, item: T) -> str:
        """Return the text that a filter looks at."""
        raise TypeError(item)

    def empty(self) -> Sequence[Row]:
        """Say why there is nothing, and which key or command leads on."""
        raise TypeError(self)

    def deeper(self, services: Services, item: T) -> Any:  # noqa: ARG002 - for modes that have more to show
        """Read more about one item, in a worker thread."""
        return None

    # What they share.

    def load(self) -> None:
        """Read the list."""
        self.ask("list", self.question, exclusive=True)

    def answered(self, event: Answered) -> None:
        """Take the list, or more about the item under the cursor."""
        if event.topic == "list":
            self._take(tuple(event.value))
        elif event.topic == "deeper":
            current = self.listing.current
            if current is not None and self.identity(current) == event.about:
                self._more = event.value
                self._show_detail(keep_place=True)
        else:
            self.answered_more(event)

    def answered_more(self, event: Answered) -> None:
        """Take the answer to a question of this mode's own."""
        raise TypeError(event)

    def _take(self, things: tuple[T, ...]) -> None:
        current = self.listing.current
        self.things = things
        if not things:
            self.blank(*self.empty())
            return
        self.unblank()
        self._fill(self.identity(current) if current is not None else None)

    def _fill(self, stay: str | None) -> None:
        wanted = self.filter_text.casefold().split()
        fitting = [t for t in self.things if all(w in self.words(t).casefold() for w in wanted)]
        ids = [self.identity(thing) for thing in fitting]
        self.listing.show(InMemory(fitting), cursor=ids.index(stay) if stay in ids else 0)
        count = plural(len(fitting), *self.NOUN)
        of_all = f" of {len(self.things):,}" if len(fitting) < len(self.things) else ""
        crumbs = row(say(f" {count}{of_all}", Role.STRONG), *self.crumb())
        self.query_one(TopBar).tell(crumbs=crumbs)
        if not fitting and not self.query_one(Notice).speaks:
            self.tell_nothing_fits()
        if self.focused is None:
            self.listing.focus()
        self.call_after_refresh(self._frame)
        self._look()

    def crumb(self) -> Row:
        """Return what else the line of the place says."""
        return ()

    def _frame(self) -> None:
        self.query_one(Heading).changed()

    def on_resize(self) -> None:
        """Lay the frame out anew."""
        self.call_after_refresh(self._frame)

    @on(Listing.Moved)
    def _moved(self, event: Listing.Moved) -> None:
        event.stop()
        self._look()

    def _look(self) -> None:
        self._more = None
        self._show_detail(keep_place=False)
        current = self.listing.current
        if current is not None:
            item = current
            self.ask(
                "deeper", lambda s: self.deeper(s, item), about=self.identity(item), exclusive=True
            )

    def _show_detail(self, *, keep_place: bool) -> None:
        current = self.listing.current
        rows = self.detail(current, self._more) if current is not None else []
        self.query_one("#pane", Pane).show(rows, keep_place=keep_place)
        title = self.label(current) if current is not None else ""
        self.query_one("#over", Lines).show([rule(title, self.size.width)])

    def apply_filter(self, text: str) -> None:
        """Show only what has a text in it."""
        self.filter_text = text
        self.hush()
        current = self.listing.current
        self._fill(self.identity(current) if current is not None else None)

    def focus_list(self) -> None:
        """Give the keys back to the list."""
        self.listing.focus()

    def action_pane(self) -> None:
        """Open the pane below the list, or close it; on a wide screen, give it the whole width."""
        if self.has_class("-wide") or self.has_class("-zoom"):
            self.toggle_class("-zoom")
        else:
            self.toggle_class("-open")
        self._after_pane()

    def action_open(self) -> None:
        """Give the pane the whole screen."""
        self.add_class("-zoom")
        self._after_pane()

    def _after_pane(self) -> None:
        pane = self.query_one("#pane", Pane)
        (pane if self.has_class("-zoom") else self.listing).focus()
        self.call_after_refresh(self._frame)

    def back(self) -> bool:
        """Clear the filter, give the list its place back, close the pane: one step at a time."""
        if super().back():
            return True
        if self.has_class("-zoom"):
            self.remove_class("-zoom")
        elif self.has_class("-open") and not self.STARTS_OPEN and not self.has_class("-wide"):
            self.remove_class("-open")
        else:
            return False
        self._after_pane()
        return True

    def under_cursor(self) -> str:
        """Return the name of what is under the cursor."""
        return self.identity(self.listing.current) if self.listing.current is not None else ""
