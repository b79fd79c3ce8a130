"""What every mode shares: its frame, its way of asking, and the states that are not a list."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from recert.errors import RecertError, TerminalNeededError
from recert.tui.keymap import EVERYWHERE
from recert.tui.keys import Key
from recert.tui.lending import on_the_terminal
from recert.tui.messages import Answered, Failed, TerminalWanted
from recert.tui.modals.base import Field
from recert.tui.ports import Services
from recert.tui.text import Piece, Role, Row, cut, row, say
from recert.tui.widgets.bars import KeyBar, Notice, TopBar
from recert.tui.widgets.canvas import Prose
from recert.tui.widgets.listing import Listing

if TYPE_CHECKING:
    from recert.tui.app import RecertApp

_FILTER = 40
"""Cells of a filter's text that are said again."""
Question = Callable[[Services], Any]


def sentence(error: RecertError) -> Row:
    """Return what happened and what to do."""
    parts: list[Piece] = [Piece("✗ ", Role.BAD), say(error.what, Role.BAD)]
    if error.remedy:
        parts += [Piece(" ", Role.PLAIN), say(error.remedy)]
    return tuple(parts)


def unexpected(what: str, error: BaseException | None) -> RecertError:
    """Return what is said of a failure that nobody foresaw."""
    return RecertError(
        f"{what} failed in a way that recert did not expect ({type(error).__name__}).",
        "ctrl+r tries again; what was acknowledged is stored.",
    )


class FilterField(Field):
    """Where a filter is typed; hidden while there is none."""

    DEFAULT_CSS = """
    FilterField { display: none; }
    """


class Asking(Screen[Any]):
    """A screen that asks the services in worker threads and is told the answers by message."""

    @property
    def recert(self) -> "RecertApp":
        """The app, with its own type."""
        from recert.tui.app import RecertApp  # noqa: PLC0415 - the app imports its screens

        app = self.app
        if not isinstance(app, RecertApp):
            raise TypeError(app)
        return app

    def ask(
        self,
        topic: str,
        question: Question,
        *,
        about: object = None,
        exclusive: bool = False,
        on_terminal: Question | None = None,
    ) -> None:
        """Put a question to the services, in a thread; Answered or Failed comes back with `about`.

        `exclusive` lets a later question of the same topic replace one that is under way;
        `on_terminal` is asked instead, with the screen put away, where somebody has to be asked on the
        terminal itself.
        """
        self.run_worker(
            partial(self._answer, topic, question, about, on_terminal),
            name=topic,
            group=topic,
            thread=True,
            exclusive=exclusive,
            exit_on_error=False,
        )

    def _answer(
        self, topic: str, question: Question, about: object, on_terminal: Question | None
    ) -> None:
        services = self.recert.services
        if services is None:
            return
        try:
            value = question(services)
        except TerminalNeededError as error:
            if on_terminal is None:
                self.post_message(Failed(topic, about, error))
            else:
                self.post_message(TerminalWanted(topic, about, on_terminal, error))
            return
        except RecertError as error:
            self.post_message(Failed(topic, about, error))
            return
        self.post_message(Answered(topic, about, value))

    @on(TerminalWanted)
    def _lend_the_terminal(self, event: TerminalWanted) -> None:
        services = self.recert.services
        if services is None:
            return
        try:
            value = on_the_terminal(self.app, partial(event.question, services))
        except SuspendNotSupported:
            self.post_message(Failed(event.topic, event.about, event.error))
        except RecertError as error:
            self.post_message(Failed(event.topic, event.about, error))
        except Exception as error:  # noqa: BLE001 - as for a worker: the screen stays up and says it
            self.post_message(Failed(event.topic, event.about, unexpected(event.topic, error)))
        else:
            self.post_message(Answered(event.topic, event.about, value))

    @on(Worker.StateChanged)
    def _broken(self, event: Worker.StateChanged) -> None:
        event.stop()
        if event.state is WorkerState.ERROR:
            error = unexpected(event.worker.name, event.worker.error)
            self.post_message(Failed(event.worker.name, None, error))


class Mode(Asking):
    """One of the five modes: a bar above, the body, what just happened, the keys."""

    NAME: ClassVar[str] = ""
    KEYS: ClassVar[tuple[Key, ...]] = ()
    BINDINGS: ClassVar[list[BindingType]] = []
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (112, "-wide")]  # noqa: RUF012 - declared by Textual
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 - declared by Textual
        (0, "-tiny"),
        (9, "-short"),
        (20, "-tall"),
    ]
    DEFAULT_CSS = """
    Mode { layout: vertical; background: $background; overflow: hidden; }
    Mode #frame { height: 1fr; }
    Mode #blank { display: none; height: 1fr; padding: 1 2; }
    Mode.-blank #blank { display: block; }
    Mode.-blank #body { display: none; }
    Mode #body { height: 1fr; }
    Mode.-tiny KeyBar { display: none; }
    Mode.-tiny Notice { max-height: 1; }
    Mode.-short Notice { max-height: 2; }
    Mode.-tiny TopBar { height: 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.loaded = False
        self.filter_text = ""
        self._asked_for = ""

    def compose(self) -> ComposeResult:
        """Compose the frame; the body comes from the mode."""
        yield TopBar(self.NAME)
        with Vertical(id="frame"):
            yield Prose(id="blank")
            yield from self.body()
        yield FilterField(
            hint="show only what has this in it; enter keeps it, esc clears", id="filter"
        )
        yield Notice()
        yield KeyBar(tuple(self.footer_keys()), self.recert.keymap)

    def footer_keys(self) -> Iterable[Key]:
        """Return the keys that the footer shows, the most used first, help at the end."""
        by_id = {key.id: key for key in EVERYWHERE}
        tail = ("app.filter", "app.pane", "app.quit_back", "app.help")
        return [*self.KEYS, *(by_id[identity] for identity in tail)]

    def body(self) -> Iterable[Widget]:
        """Yield the widgets between the bars; one of them has the id `body`."""
        raise TypeError(self)

    def load(self) -> None:
        """Ask for everything that this mode shows; called when the services are there, and to refresh."""
        raise TypeError(self)

    def on_mount(self) -> None:
        """Paint the frame at once; data follows when the services are there."""
        self.blank(
            row(say("Opening the store …", Role.MUTED)),
            row(
                say(
                    "The first time, the estate is read and compared; that takes a few seconds.",
                    Role.MUTED,
                )
            ),
        )
        if self._asked_for:
            self.call_after_refresh(self.filter_for, self._asked_for)
        self.greet()

    def on_screen_resume(self) -> None:
        """Load when the mode is first looked at."""
        self.greet()

    def greet(self) -> None:
        """Show who is at work as soon as that is known, and load what has not been."""
        bar = self.query_one(TopBar)
        bar.warn(self.recert.banner)
        if self.recert.problem is not None:
            self.blank(sentence(self.recert.problem), row(say("q quits.", Role.MUTED)))
        if self.recert.session is None:
            return
        bar.tell(who=self.recert.who)
        if not self.loaded:
            self.loaded = True
            self.load()

    def blank(self, *lines: Row) -> None:
        """Say in words why there is no list."""
        self.query_one("#blank", Prose).show(lines)
        self.add_class("-blank")

    def unblank(self) -> None:
        """Show the body again."""
        self.remove_class("-blank")

    def tell(self, *parts: Piece | str) -> None:
        """Say what just happened, above the keys."""
        self.query_one(Notice).tell(row(*parts))

    def hush(self) -> None:
        """Take back what was said."""
        self.query_one(Notice).hush()

    def refuse(self, error: RecertError) -> None:
        """Say what went wrong and what to do."""
        session = self.recert.session
        line = sentence(error)
        if session and session.as_others and getattr(error, "rule", "") == "not_owner":
            line = (*line, Piece(" ", Role.PLAIN), say(session.as_others))
        self.query_one(Notice).tell(line)

    @on(Failed)
    def _failed(self, event: Failed) -> None:
        self.failed(event)

    @on(Answered)
    def _answered(self, event: Answered) -> None:
        self.answered(event)

    def failed(self, event: Failed) -> None:
        """Take a no; a mode with nothing to show yet shows the reason in its place."""
        if self.has_class("-blank"):
            self.blank(sentence(event.error), row(say("ctrl+r tries again.", Role.MUTED)))
        else:
            self.refuse(event.error)

    def answered(self, event: Answered) -> None:
        """Take an answer."""
        raise TypeError(event)

    @on(Listing.Opened)
    def _opened(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Open what is under the cursor; nothing opens unless the mode says so."""

    def back(self) -> bool:
        """Go one step back inside this mode; False where this is the top already."""
        field = self.query_one(FilterField)
        if not field.display and not self.filter_text:
            return False
        field.display = False
        field.value = ""
        self.focus_list()
        if self.filter_text:
            self.apply_filter("")
        return True

    def filter_for(self, text: str) -> None:
        """Show only what has a text in it, and show that text where it can be changed."""
        self._asked_for = text
        if self.is_mounted:
            field = self.query_one(FilterField)
            field.display = True
            field.value = text
            self.focus_list()

    def focus_list(self) -> None:
        """Give the keys back to the list."""
        self.query(Listing).first().focus()

    def action_filter(self) -> None:
        """Ask what to show only, above the keys."""
        field = self.query_one(FilterField)
        field.display = True
        field.focus()

    @on(Input.Changed, "#filter")
    def _filter_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.value.strip() != self.filter_text:
            self.apply_filter(event.value.strip())

    @on(Input.Submitted, "#filter")
    def _filter_kept(self, event: Input.Submitted) -> None:
        event.stop()
        if not self.filter_text:
            self.query_one(FilterField).display = False
        self.focus_list()

    def action_pane(self) -> None:
        """Show more of the evidence, or less."""

    def apply_filter(self, text: str) -> None:
        """Show only what fits a text; the empty text shows everything."""
        self.filter_text = text

    def tell_nothing_fits(self) -> None:
        """Say that a filter leaves nothing, and how it is cleared."""
        self.tell(
            "Nothing has ",
            say(cut(self.filter_text, _FILTER), Role.STRONG),
            " in it. ",
            say("esc", Role.KEY),
            " clears.",
        )

    def under_cursor(self) -> str:
        """Return what `y` copies."""
        return ""

    def raw(self) -> object:
        """Return what `J` shows as JSON, None where there is nothing under the cursor."""
        return None

    def action_back(self) -> None:
        """Go back one step; never quits."""
        self.hush()
        self.back()

    def action_refresh_view(self) -> None:
        """Ask for everything anew."""
        self.hush()
        self.load()
