"""How a reviewer's keys become decisions: painted at once, stored behind, taken back where refused."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from recert.campaigns.views import (
    Attention,
    CampaignView,
    DecisionRequest,
    ItemLine,
    ItemView,
    Verdict,
)
from recert.errors import RecertError, RefusedError
from recert.text import plural
from recert.tui.base import Mode
from recert.tui.holdguard import WINDOW, HoldGuard, Press
from recert.tui.messages import Failed
from recert.tui.outbox import Outbox, Parcel, new_client_id
from recert.tui.text import Piece, Role, say
from recert.tui.view.words import VERDICTS

_RECENT = 3
_LOOKS = 2_000
"""Items whose look is remembered; the oldest are forgotten first."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What was on the screen of one item, for how long, and whether it was opened.

    `dwell` are seconds of earlier looks; `since` (seconds, monotonic) is set during a look.
    """

    basis: str
    digest: str
    opened: bool
    dwell: float = 0.0
    since: float | None = None

    def left(self) -> "Shown":
        """Return it as it is when the cursor has gone on."""
        return replace(self, dwell=self._so_far(), since=None)

    def attention(self) -> Attention:
        """Return what a decision tells of the look at its item."""
        return Attention(round(self._so_far() * 1000), self.opened)

    def _so_far(self) -> float:
        return self.dwell + (time.monotonic() - self.since if self.since is not None else 0.0)


class Deciding(Mode):
    """The half of the review that writes; the other half shows and moves."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox = Outbox()
        self.guard = HoldGuard()
        self.campaign: CampaignView | None = None
        self.drafts: dict[str, str] = {}
        self.recent: list[str] = []
        self._held_back = False
        self._leaving = False
        self._shown: dict[str, Shown] = {}
        self._wanted_words: dict[tuple[Verdict, bool, bool], RecertError] = {}

    # What the other half provides.

    def chosen(self) -> tuple[ItemLine, ...]:
        """Return the marked items, else the one under the cursor."""
        raise TypeError(self)

    def looked_at(self) -> ItemView | None:
        """Return the evidence that is on the screen, None while it is being read."""
        raise TypeError(self)

    def paint(self, lines: Sequence[ItemLine]) -> None:
        """Draw these lines as they are now."""
        raise TypeError(lines)

    def go_on(self, decided: Sequence[ItemLine]) -> None:
        """Go to the next undecided item."""
        raise TypeError(decided)

    def go_to(self, item: str) -> None:
        """Put the cursor on an item."""
        raise TypeError(item)

    def all_done(self) -> bool:
        """Tell whether nothing on the list waits for a decision."""
        raise TypeError(self)

    def ask_why(self, parcel: Parcel, error: RecertError) -> None:
        """Ask for the rationale that a decision was refused for."""
        raise TypeError(parcel, error)

    # Verdicts that need no question.

    def action_decide(self, verdict: str) -> None:
        """Decide the chosen items; a held key decides one of them."""
        lines = self.chosen()
        if not lines:
            return
        press = self.guard.press(self.recert.last_key, self.recert.last_key_at)
        if press is Press.HELD:
            self._take_back()
        elif press is not Press.IGNORED and not self._asks_first(lines, Verdict(verdict)):
            self._held_back = press is Press.DOUBTFUL
            self.decide(self.request_for(lines, Verdict(verdict)), lines)
            if self._held_back:
                self.set_timer(WINDOW, self._send_held)

    def _asks_first(self, lines: Sequence[ItemLine], verdict: Verdict) -> bool:
        """Ask why at once, where the like of it was refused for want of a rationale before."""
        request = self.request_for(lines, verdict)
        error = self._wanted_words.get(_kind_of(request, lines))
        if error is None or request.rationale:
            return False
        self.ask_why(Parcel(request, tuple(lines)), error)
        return True

    def _send_held(self) -> None:
        self._held_back = False
        self.pump()

    def _take_back(self) -> None:
        parcel = self.outbox.recall() if self._held_back else None
        self._held_back = False
        if parcel is not None:
            self.paint(parcel.before)
            self.go_to(parcel.items[0])
            self.tell("The key was held down: ", say("one item", Role.STRONG), " was decided.")

    def request_for(
        self, lines: Sequence[ItemLine], verdict: Verdict, **more: Any
    ) -> DecisionRequest:
        """Return a decision that names what was seen and what was shown."""
        assert_campaign = self.campaign
        if assert_campaign is None:
            raise TypeError(self)
        looked = {line.id: self._shown[line.id] for line in lines if line.id in self._shown}
        seen = {line.id: line.basis_digest for line in lines}
        seen |= {item: look.basis for item, look in looked.items()}
        drafted = self.drafts.get(lines[0].id, "") if len(lines) == 1 else ""
        return DecisionRequest(
            campaign=assert_campaign.id,
            items=tuple(line.id for line in lines),
            verdict=verdict,
            rationale=more.pop("rationale", drafted),
            seen=seen,
            shown={item: look.digest for item, look in looked.items()},
            attention={item: look.attention() for item, look in looked.items()},
            headless=False,
            client_id=new_client_id(),
            **more,
        )

    def was_shown(self, view: ItemView, *, whole: bool) -> None:
        """Remember which evidence has been on the screen, and whether all of it could be read."""
        before = self._shown.get(view.line.id)
        opened = whole or (before is not None and before.opened)
        look = Shown(view.line.basis_digest, view.shown_digest, opened)
        if before is not None:
            look = replace(look, dwell=before.dwell, since=before.since)
        if look.since is None:
            look = replace(look, since=time.monotonic())
        self._shown[view.line.id] = look
        if len(self._shown) > _LOOKS:
            self._shown.pop(next(iter(self._shown)))

    def no_longer_shown(self, item: str) -> None:
        """Stop the time of a look."""
        if item in self._shown:
            self._shown[item] = self._shown[item].left()

    def decide(self, request: DecisionRequest, lines: Sequence[ItemLine]) -> None:
        """Paint a decision, put it in the queue, and go on."""
        self.hush()
        self.outbox.put(Parcel(request, tuple(lines)))
        self.paint([replace(line, verdict=request.verdict, state="decided") for line in lines])
        self.go_on(lines)
        self.pump()

    # The queue.

    def pump(self) -> None:
        """Store the next decision, unless one is being stored or the last key may be held down."""
        if self._held_back and self.outbox.is_last():
            return
        parcel = self.outbox.send()
        if parcel is not None:
            self.ask("decide", lambda services: services.decide(parcel.request), about=parcel)

    def still_saving(self) -> bool:
        """Tell whether a decision is on the screen and not in the store."""
        return len(self.outbox) > 0

    def leave_when_saved(self) -> None:
        """Quit as soon as everything is stored; a second time, at once."""
        if self._leaving:
            self.app.exit()
        self._leaving = True
        self._held_back = False
        self.tell("Storing what you decided, then leaving …")
        self.pump()

    def stored(self) -> None:
        """Take the acknowledgement of a decision."""
        parcel = self.outbox.settled()
        if parcel is not None:
            self._remember(parcel.request.rationale)
            for item in parcel.items:
                self.drafts.pop(item, None)
            self.paint(self._as_stored(parcel))
            self._tell_stored(parcel)
        self._after_parcel()

    def _as_stored(self, parcel: Parcel) -> list[ItemLine]:
        verdict = parcel.request.verdict
        return [
            replace(line, verdict=verdict, state="decided")
            for line in parcel.before
            if not self.outbox.holds(line.id)
        ]

    def _tell_stored(self, parcel: Parcel) -> None:
        glyph, word, role = VERDICTS[parcel.request.verdict]
        title = parcel.before[0].title
        what = (
            say(title, Role.STRONG)
            if len(parcel.items) == 1
            else say(plural(len(parcel.items), "item"))
        )
        more = say("  stored; u undoes", Role.MUTED)
        done: tuple[Piece | str, ...] = ()
        if self.all_done():
            done = (
                "  Everything here is decided. ",
                say("S", Role.KEY),
                " reads it over and signs.",
            )
        self.tell(Piece(f"{glyph} {word} ", role), what, more, *done)

    def _remember(self, rationale: str) -> None:
        if rationale and rationale not in self.recent:
            self.recent = [rationale, *self.recent][:_RECENT]

    def refused(self, event: Failed) -> None:
        """Take a decision back that was refused, and say why; ask for a rationale where that is all."""
        parcel = self.outbox.settled()
        if parcel is None:
            return
        self.paint([line for line in parcel.before if not self.outbox.holds(line.id)])
        error = event.error
        wants_words = isinstance(error, RefusedError) and "rationale" in error.rule
        if wants_words and self.recert.here is self:
            self._wanted_words[_kind_of(parcel.request, parcel.before)] = error
            self.go_to(parcel.items[0])
            self.ask_why(parcel, error)
        else:
            if not len(self.outbox):
                self.go_to(parcel.items[0])
            remedy = "c says why." if wants_words else error.remedy
            self.refuse(RecertError(f"{self._named(parcel)}: {error.what}", remedy))
        self._after_parcel()

    def _named(self, parcel: Parcel) -> str:
        word = VERDICTS[parcel.request.verdict][1]
        first = parcel.before[0].title
        return (
            f"{word} {first}"
            if len(parcel.items) == 1
            else f"{word} {plural(len(parcel.items), 'item')}"
        )

    def _after_parcel(self) -> None:
        if self._leaving and not len(self.outbox):
            self.app.exit()
            return
        self.pump()
        self.count_anew()

    def count_anew(self) -> None:
        """Ask for the counts of the campaign; what comes back replaces what was painted."""
        campaign = self.campaign
        if campaign is not None:
            self.ask("counts", lambda services: services.campaign(campaign.id), exclusive=True)


def _kind_of(request: DecisionRequest, lines: Sequence[ItemLine]) -> tuple[Verdict, bool, bool]:
    """Return what makes two decisions alike to the rule that asks for a rationale."""
    return request.verdict, len(lines) > 1, any(line.privileged for line in lines)
