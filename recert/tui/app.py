"""The terminal UI: it paints its frame first and opens the store behind it."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from textual import on
from textual.app import App
from textual.binding import BindingType
from textual.events import Event
from textual.events import Key as KeyEvent
from textual.filter import LineFilter, Monochrome, NoColor
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from recert.clock import Clock, SystemClock
from recert.errors import RecertError
from recert.tui.base import Mode
from recert.tui.keymap import EVERYWHERE, EVIDENCE, MODES, SCREENS, TITLES
from recert.tui.keys import bindings
from recert.tui.memory import Memory
from recert.tui.messages import Answered, Failed
from recert.tui.modals.base import Question
from recert.tui.modals.picks import Choice, Choose
from recert.tui.modals.read import help_for, raw_json
from recert.tui.modes.agents import AgentsMode
from recert.tui.modes.campaigns import CampaignsMode
from recert.tui.modes.events import EventsMode
from recert.tui.modes.evidence import EvidenceMode
from recert.tui.modes.review import ReviewMode
from recert.tui.paint import ControlWall, NoColour
from recert.tui.ports import OpenServices, Services, Session
from recert.tui.settings import Settings, wants_no_colour
from recert.tui.terminal import terminal_is_gone
from recert.tui.text import Piece, Role, Row, say
from recert.tui.theme import DARK, LIGHT, MONO, PALETTES, textual_theme
from recert.tui.view.groups import GROUPINGS
from recert.tui.view.words import who

_HANGUP_SECONDS = 1.0
_INTERRUPTED = 130


class RecertApp(App[None]):
    """Five modes over one set of services."""

    TITLE = "recert"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings((*EVERYWHERE, *MODES))]
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "review": ReviewMode,
        "campaigns": CampaignsMode,
        "agents": AgentsMode,
        "events": EventsMode,
        "evidence": EvidenceMode,
    }
    DEFAULT_MODE = "review"
    CSS = """
    Screen { color: $foreground; }
    * { scrollbar-size-vertical: 1; scrollbar-color: $scrollbar; }
    """

    def __init__(
        self,
        open_services: OpenServices,
        *,
        banner: str | None = None,
        theme: str = DARK,
        keymap: Mapping[str, str] | None = None,
        memory: Memory | None = None,
        clock: Clock | None = None,
        no_colour: bool | None = None,
        group: str = "risk",
    ) -> None:
        self._walls: list[LineFilter] = [ControlWall()]
        super().__init__()
        for palette in PALETTES.values():
            self.register_theme(textual_theme(palette))
        plain = bool(os.environ.get("NO_COLOR")) if no_colour is None else no_colour
        if plain:
            self._walls.append(NoColour())
        self.plain = plain
        self.theme = MONO if plain else theme
        self.animation_level = "none"
        self.keymap: Mapping[str, str] = dict(keymap or {})
        self.set_keymap(dict(self.keymap))
        self._open_services = open_services
        self.services: Services | None = None
        self.session: Session | None = None
        self.problem: RecertError | None = None
        self.banner = banner
        self.memory = memory or Memory()
        self.clock: Clock = clock or SystemClock()
        self.key_time: Callable[[KeyEvent], float] = lambda event: event.time
        self.last_key = ""
        self.last_key_at = 0.0
        self.folds: dict[str, frozenset[str]] = {"delta": frozenset({"unchanged"})}
        """Which groups are folded, by what they are groups of."""
        self._group = group

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Put our walls last; what is without colour is ours to say, not Textual's."""
        others = [f for f in super().get_line_filters() if not isinstance(f, (Monochrome, NoColor))]
        return [*others, *self._walls]

    @property
    def who(self) -> Row:
        """Who is at work, and how strongly that is known."""
        return who(self.session.caller) if self.session else ()

    def grouping(self) -> str:
        """Return by what items are grouped: as it was left last, else as the settings say."""
        kept = self.memory.recall_grouping(self.session.store_id) if self.session else None
        return kept if kept in GROUPINGS else self._group

    def keep_grouping(self, group: str) -> None:
        """Remember by what items are grouped."""
        self._group = group
        if self.session is not None:
            self.memory.keep_grouping(self.session.store_id, group)

    def on_mount(self) -> None:
        """Open the store once the frame has been painted."""
        self.call_after_refresh(self.open_store)
        if not self.is_headless and sys.__stdin__ is not None:
            self.set_interval(_HANGUP_SECONDS, self._leave_with_the_terminal)

    def _leave_with_the_terminal(self) -> None:
        """End when the terminal is gone: Textual's reader would spin on it for ever."""
        if sys.__stdin__ is not None and terminal_is_gone(sys.__stdin__.fileno()):
            self.exit(return_code=_INTERRUPTED)

    def open_store(self) -> None:
        """Open the store in a thread."""
        self.run_worker(self._open, name="opening the store", thread=True, exit_on_error=False)

    def _open(self) -> None:
        try:
            services = self._open_services()
            session = services.session()
        except RecertError as error:
            self.post_message(Failed("open", None, error))
            return
        self.post_message(Answered("open", None, (services, session)))

    @on(Answered)
    def _store_opened(self, event: Answered) -> None:
        self.services, self.session = event.value
        self.problem = None
        self.banner = self.session.banner or self.banner if self.session else self.banner
        self._greet_all()

    @on(Failed)
    def _store_failed(self, event: Failed) -> None:
        self.problem = event.error
        self._greet_all()

    @on(Worker.StateChanged)
    def _broken(self, event: Worker.StateChanged) -> None:
        if event.state is WorkerState.ERROR:
            kind = type(event.worker.error).__name__
            self.problem = RecertError(
                f"The store could not be opened ({kind}).", "`recert doctor` looks for the cause."
            )
            self._greet_all()

    def _greet_all(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, Mode):
                screen.greet()

    async def on_event(self, event: Event) -> None:
        """Note which key came when, and drop the echo of a key that opened a question."""
        if isinstance(event, KeyEvent) and not event.is_forwarded:
            at = self.key_time(event)
            top = self.screen_stack[-1] if self.screen_stack else None
            if isinstance(top, Question) and top.is_echo(event.key, at):
                return
            self.last_key, self.last_key_at = event.key, at
        await super().on_event(event)

    def put(self, question: Question[Any], then: Callable[[Any], None] | None = None) -> None:
        """Lay a question over the mode; `then` is called with the answer, not where there is none."""
        question.opened_by(self.last_key, self.last_key_at)

        def answered(answer: Any) -> None:
            if then is not None and answer is not None:
                then(answer)

        self.push_screen(question, answered)

    @property
    def here(self) -> Mode | None:
        """The mode that is looked at, None while a question lies over it."""
        return self.screen if isinstance(self.screen, Mode) else None

    def action_mode(self, name: str) -> None:
        """Go to a mode."""
        self.switch_mode(name)

    def review(self, campaign: str) -> None:
        """Open the review of a campaign."""
        self.switch_mode("review")
        for screen in self._reviews():
            screen.open_campaign(campaign)

    def show_events(self, agent: str) -> None:
        """Show the events of one agent."""
        self.switch_mode("events")
        if isinstance(self.screen, EventsMode):
            self.screen.filter_for(agent)

    def action_help(self) -> None:
        """Show the keys of this screen first, then those that work everywhere."""
        if self.here is not None:
            note = self.session.as_others if self.session else ""
            self.put(help_for(self.here.NAME, self.keymap, note))

    def action_palette(self) -> None:
        """Offer everything that can be done here, and what the other modes do, by name."""
        if self.here is None:
            return
        mode = self.here.NAME
        offered = [(mode, key) for key in (*SCREENS[mode], *MODES, *EVERYWHERE) if key.palette]
        offered += [("evidence", key) for key in EVIDENCE if mode != "evidence"]
        choices = [
            Choice(
                key.label,
                f"{TITLES[where]}  " * (where != mode) + (key.help or f"key {key.shown}"),
                key.id,
            )
            for where, key in offered
        ]
        by_id = {key.id: (where, key) for where, key in offered}

        def run(identity: str) -> None:
            where, key = by_id[identity]
            if where != mode:
                self.switch_mode(where)
            self.call_later(self.run_action, key.action, self.screen)

        self.put(Choose("Do what?", choices, hint="attest, export, agents …"), run)

    def action_raw(self) -> None:
        """Show what is under the cursor as JSON."""
        value = self.here.raw() if self.here else None
        if value is not None:
            self.put(raw_json("JSON", value))

    def action_copy_line(self) -> None:
        """Copy what is under the cursor, through the terminal."""
        here = self.here
        text = here.under_cursor() if here else ""
        if here is not None and text:
            self.copy_to_clipboard(text)
            here.tell(Piece("✓ ", Role.GOOD), "Copied ", say(text, Role.STRONG), ".")

    def action_next_theme(self) -> None:
        """Go from dark to light, or back; without colour there is one look only."""
        if not self.plain:
            self.theme = LIGHT if self.theme == DARK else DARK

    def action_copy_or_quit(self) -> None:
        """Copy what is selected with the mouse; quit where nothing is."""
        selected = self.screen.get_selected_text()
        if selected:
            self.copy_to_clipboard(selected)
            self.screen.clear_selection()
            return
        self.action_leave()

    def action_quit_or_back(self) -> None:
        """Go back one step, and quit from the top."""
        here = self.here
        if here is None or not here.back():
            self.action_leave()

    def action_leave(self) -> None:
        """Quit once every decision that is on the screen is in the store."""
        for screen in self._reviews():
            if screen.still_saving():
                screen.leave_when_saved()
                return
        self.exit()

    def _reviews(self) -> list[ReviewMode]:
        return [
            screen
            for stack in self._screen_stacks.values()
            for screen in stack
            if isinstance(screen, ReviewMode)
        ]


def run(
    open_services: OpenServices,
    *,
    banner: str | None = None,
    settings: Mapping[str, Any] | None = None,
    state_file: Path | None = None,
) -> int:
    """Run the terminal UI until it is quit, and return the exit code.

    `open_services` is called in a thread after the first paint. `settings` is the table `[tui]` of
    the configuration; raises UsageError where it holds what no setting is.
    """
    chosen = Settings.of(settings or {})
    memory = Memory(state_file) if state_file else None
    app = RecertApp(
        open_services,
        banner=banner,
        theme=chosen.theme,
        keymap=chosen.keymap,
        memory=memory,
        no_colour=wants_no_colour(os.environ),
        group=chosen.group,
    )
    app.run()
    return app.return_code or 0
