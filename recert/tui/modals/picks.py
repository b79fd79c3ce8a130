"""Asking for a choice: concrete actions to keep, a person, a command."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from recert.tui.modals.base import Field, Question
from recert.tui.text import Piece, Role, Row, fit, row, say, spread
from recert.tui.theme import Surface
from recert.tui.view.grants import Action
from recert.tui.widgets.canvas import Lines
from recert.tui.widgets.listing import InMemory, Listing


class Narrow(Question[tuple[str, ...]]):
    """Pick the actions that stay; what is not picked goes."""

    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("space", "keep or drop"),
        ("a", "all"),
        ("o", "only advised"),
        ("enter", "done"),
        ("esc", "back"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "flip", "keep or drop", show=False),
        Binding("a", "all", "all or none", show=False),
        Binding("o", "only_advised", "only what the advice keeps", show=False),
        Binding("enter", "done", "done", show=False),
    ]
    DEFAULT_CSS = """
    Narrow Listing { height: auto; max-height: 14; background: $panel; }
    """

    def __init__(self, title: str, actions: Sequence[Action], kept: Iterable[str]) -> None:
        super().__init__()
        self._title = title
        self._actions = tuple(actions)
        self._kept = set(kept)

    def title_text(self) -> str:
        """Return the question."""
        return self._title

    def body(self) -> Iterable[Widget]:
        """Yield the actions and how many of them stay."""
        listing: Listing[Action] = Fitted(self._draw)
        listing.surface = Surface.PANEL
        listing.show(InMemory(self._actions))
        yield Lines([self._state()], surface=Surface.PANEL, id="state")
        yield listing

    def _draw(self, action: Action, _index: int, width: int) -> Row:
        kept = action.name in self._kept
        mark = Piece(" ✓ keep ", Role.GOOD) if kept else Piece(" ✗ drop ", Role.BAD)
        name = say(action.name, Role.PLAIN if kept else Role.MUTED)
        return spread((mark, name), row(say(action.note, Role.MUTED)), width)

    def _state(self) -> Row:
        kept = len(self._kept)
        return row(
            say(f"keep {kept:,}", Role.GOOD), say(f", drop {len(self._actions) - kept:,}", Role.BAD)
        )

    def _refresh(self) -> None:
        self.query_one(Listing).changed()
        self.query_one("#state", Lines).show([self._state()])

    def action_flip(self) -> None:
        """Keep or drop the action under the cursor, and go to the next."""
        listing = self.query_one(Listing)
        if isinstance(listing.current, Action):
            self._kept ^= {listing.current.name}
            listing.move_to(listing.cursor + 1)
            self._refresh()

    def action_all(self) -> None:
        """Keep all; none where all are kept."""
        names = {action.name for action in self._actions}
        self._kept = set() if self._kept == names else names
        self._refresh()

    def action_only_advised(self) -> None:
        """Keep what the advice would keep."""
        self._kept = {action.name for action in self._actions if action.advised}
        self._refresh()

    def action_done(self) -> None:
        """Answer with what stays, where that is some and not all."""
        if not self._kept:
            self._say("Nothing stays: that is a revocation; esc, then r.")
        elif len(self._kept) == len(self._actions):
            self._say("Everything stays: that is an attestation; esc, then a.")
        else:
            self.dismiss(tuple(a.name for a in self._actions if a.name in self._kept))

    def _say(self, what: str) -> None:
        self.query_one("#state", Lines).show([row(say(what, Role.WARN))])


class Fitted(Listing[Action]):
    """A list that is as tall as what it holds, up to the limit of its style."""

    def get_content_height(self, *_: object) -> int:
        """Take as many lines as there are."""
        return self.row_count()


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose: its words, a note, and what the choice stands for."""

    label: str
    note: str
    value: str


class Choose(Question[str]):
    """Choose one of many by typing a part of it."""

    HINTS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("type", "to narrow"),
        ("↑ ↓", "move"),
        ("enter", "take"),
        ("esc", "back"),
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "step(1)", "down", show=False, priority=True),
        Binding("up,ctrl+p", "step(-1)", "up", show=False, priority=True),
        Binding("pagedown", "step(10)", "down", show=False, priority=True),
        Binding("pageup", "step(-10)", "up", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    Choose Listing { height: 14; max-height: 60vh; background: $panel; margin-top: 1; }
    """

    def __init__(
        self, title: str, choices: Sequence[Choice], *, hint: str = "", free: bool = False
    ) -> None:
        super().__init__()
        self._title = title
        self._choices = tuple(choices)
        self._hint = hint
        self._free = free

    def title_text(self) -> str:
        """Return the question."""
        return self._title

    def body(self) -> Iterable[Widget]:
        """Yield the field and what fits what is in it."""
        yield Field(hint=self._hint, id="wanted")
        listing: Listing[Choice] = Listing(_draw_choice, id="choices")
        listing.surface = Surface.PANEL
        listing.can_focus = False
        listing.show(InMemory(self._choices))
        yield listing

    @property
    def _listing(self) -> Listing[Choice]:
        return self.query_one("#choices", Listing)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        words = event.value.casefold().split()
        scored = [(_score(choice, words), i, choice) for i, choice in enumerate(self._choices)]
        fitting = [choice for score, _i, choice in sorted(scored, key=_first_two) if score >= 0]
        self._listing.show(InMemory(fitting))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        chosen = self._listing.current
        if chosen is not None:
            self.dismiss(chosen.value)
        elif self._free and event.value.strip():
            self.dismiss(event.value.strip())

    @on(Listing.Opened)
    def _clicked(self) -> None:
        chosen = self._listing.current
        if chosen is not None:
            self.dismiss(chosen.value)

    def action_step(self, by: int) -> None:
        """Move in the list while the field has the keys."""
        self._listing.move_to(self._listing.cursor + by)


def _draw_choice(choice: Choice, _index: int, width: int) -> Row:
    label = fit(say(choice.label), min(30, max(8, width // 2)))
    return row(" ", label, "  ", say(choice.note, Role.MUTED))


def _score(choice: Choice, words: Sequence[str]) -> int:
    """Return 0 for the best fit, higher for worse, -1 for none."""
    label, note = choice.label.casefold(), choice.note.casefold()
    score = 0
    for word in words:
        if label.startswith(word):
            continue
        if word in label:
            score += 1
        elif word in note:
            score += 2
        else:
            return -1
    return score


_first_two: Callable[[tuple[int, int, Choice]], tuple[int, int]] = lambda entry: entry[:2]  # noqa: E731 - a key for a sort
