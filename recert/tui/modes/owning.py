"""The owner's work on a campaign: launch, remind, hand on, end the review, close, ask again, cancel."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from recert.campaigns.views import CampaignView, ItemFilter, NoResponse, Preview
from recert.text import plural
from recert.tui.base import Question
from recert.tui.messages import Answered
from recert.tui.modals.confirm import Confirm, ConfirmTyped, counted
from recert.tui.modals.picks import Choice, Choose
from recert.tui.modals.read import Reading
from recert.tui.modals.text import Ask, Form
from recert.tui.modes.exporting import Exporting
from recert.tui.modes.rescinding import TOPIC as RESCIND
from recert.tui.modes.rescinding import offer_waiting, outcome
from recert.tui.ports import Facts, Services
from recert.tui.text import Piece, Role, Row, row, say

T = TypeVar("T")
_PAGE = 500
_SILENCE = ("privileged", "ordinary")
_WAYS_ON: tuple[Row, ...] = (
    row(
        say("m", Role.KEY),
        say(" reminds who has work left, ", Role.MUTED),
        say("d", Role.KEY),
        say(" hands open items on, ", Role.MUTED),
        say("n", Role.KEY),
        say(" ends the review.", Role.MUTED),
    ),
)


class Owning(Exporting[CampaignView]):
    """The questions before each step, and the step itself in a worker."""

    def _here(self) -> CampaignView | None:
        return self.listing.current

    def _do(self, done: str, step: Question, on_terminal: Question | None = None) -> None:
        """Take a step in a worker; `done` says afterwards what happened."""
        self.tell("…")
        self.ask("step", step, about=done, on_terminal=on_terminal)

    # Launch.

    def action_launch(self) -> None:
        """Show who would be asked how much, then launch."""
        campaign = self._here()
        if campaign is None:
            return
        if campaign.state not in {"staged", "preparing"}:
            self.tell(f"It is {campaign.state}; only a staged campaign is launched.")
            return
        self.ask("preview", lambda services: services.preview(campaign.id), about=campaign)

    def _offer_launch(self, campaign: CampaignView, told: Preview) -> None:
        lines: list[Row] = [row(say(campaign.name, Role.STRONG)), ()]
        lines += [row(say("They are asked:", Role.MUTED)), *counted(told.reviewers)]
        lines += [(), row(say("About:", Role.MUTED)), *counted(told.kinds)]
        if told.excluded:
            left_out = row(say("Left out, by rule:", Role.MUTED))
            lines += [(), left_out, *counted(told.excluded, Role.WARN)]
        lines += [(), row("From then on the population stands as it is.")]

        def agreed(_yes: bool) -> None:  # noqa: FBT001 - the answer of a question
            self._do("Launched", lambda services: services.launch(campaign.id))

        self.recert.put(Confirm(f"Launch {campaign.id}", lines, "launch"), agreed)

    # Remind.

    def action_remind(self) -> None:
        """Show who would be reminded, then send it."""
        campaign = self._here()
        if campaign is not None:
            self.ask("reminders", lambda s: s.reminders(campaign.id), about=campaign)

    def _offer_reminders(self, campaign: CampaignView, planned: Sequence[Facts]) -> None:
        if not planned:
            self.tell("Nobody is to be reminded: nothing waits, or it was said already.")
            return
        lines: list[Row] = [row(say(campaign.name, Role.STRONG)), ()]
        for one in planned:
            left = f"  {one['pending']} to decide, {one['unsigned']} to sign"
            note = say(f"  {one['template']}", Role.MUTED)
            lines.append(row("  ", say(one["person"], Role.STRONG), say(left), note))
        lines += [(), row("Each sending is recorded; the message names counts, no permissions.")]

        def agreed(_yes: bool) -> None:  # noqa: FBT001 - as above
            self.begin("reminding", lambda services: services.remind(campaign.id))

        title = f"Remind {plural(len(planned), 'person', 'people')}"
        self.recert.put(Confirm(title, lines, "send"), agreed)

    # Hand on.

    def action_reassign(self) -> None:
        """Ask whose open items go to whom."""
        campaign = self._here()
        if campaign is not None:
            self.ask("holders", lambda services: holders(services, campaign.id), about=campaign)

    def _offer_holders(self, campaign: CampaignView, found: Any) -> None:
        open_, people = found
        if not open_:
            self.tell("Nothing is open in this campaign.")
            return
        choices = [
            Choice(name, f"{plural(len(items), 'open item')}", name)
            for name, items in open_.items()
        ]
        others = [
            Choice(str(p.get("id")), str(p.get("name") or ""), str(p.get("id"))) for p in people
        ]

        def to_whom(holder: str) -> None:
            rest = [choice for choice in others if choice.value != holder]
            question = Choose(f"Hand {holder}'s open items to whom?", rest, hint="name", free=True)
            self.recert.put(question, partial(self._ask_note, campaign, open_[holder]))

        self.recert.put(Choose("Whose open items?", choices, hint="name"), to_whom)

    def _ask_note(self, campaign: CampaignView, items: Sequence[str], person: str) -> None:
        ask = Ask("note", "What should they know", "is on leave until …")
        intro = [row(say(plural(len(items), "open item"), Role.STRONG))]
        form = Form(f"Hand to {person}", intro, [ask], self.recert.clock.now().date())

        def noted(values: Mapping[str, str]) -> None:
            self._do(
                f"Handed to {person}",
                lambda s: s.reassign(campaign.id, items, person, values["note"]),
            )

        self.recert.put(form, noted)

    # The end of the review.

    def action_end_review(self) -> None:
        """Ask what silence means, show what that comes to, and end the review."""
        campaign = self._here()
        if campaign is None:
            return
        if campaign.state != "active":
            self.tell(f"It is {campaign.state}; only the review of an active campaign is ended.")
            return
        asks = [
            Ask(name, f"No answer on {name} items means keep, or revoke", "keep", "keep")
            for name in _SILENCE
        ]
        intro = [row("What is not signed by now gets the answer ", say("no response", Role.STRONG))]
        form = Silence(f"End the review of {campaign.id}", intro, asks)

        def chosen(values: Mapping[str, str]) -> None:
            policy = {name: values[name] for name in _SILENCE}
            self.ask(
                "silence",
                lambda services: services.silence(campaign.id, policy),
                about=(campaign, policy),
            )

        self.recert.put(form, chosen)

    def _offer_end(self, about: Any, told: NoResponse) -> None:
        campaign, policy = about
        lines: list[Row] = [
            *counted(
                {
                    "without a signed answer": told.items,
                    "of them decided, but not signed": told.unsigned,
                    "to be kept": told.keep,
                    "to be revoked": told.revoke,
                }
            ),
            (),
        ]
        if told.brake:
            lines.append(row(say("Silence would revoke many: name their number.", Role.BAD)))
        word = str(told.revoke) if told.brake else campaign.id
        question = ConfirmTyped(f"End the review of {campaign.id}", lines, word)

        def typed(_values: Mapping[str, str]) -> None:
            self._do(
                "The review is over",
                lambda s: s.end_review(
                    campaign.id, policy=policy, revocations=told.revoke if told.brake else None
                ),
            )

        self.recert.put(question, typed)

    # Close, again, cancel.

    def action_close(self) -> None:
        """Close the campaign, or show what is in the way."""
        campaign = self._here()
        if campaign is None:
            return
        if campaign.state in {"closed", "cancelled"}:
            self.tell(f"It is {campaign.state} already.")
            return
        if campaign.bars:
            title = f"What keeps {campaign.id} from its close"
            ways = [(), *_WAYS_ON] if campaign.state == "active" else []
            self.recert.put(Reading(title, [*_marked(campaign.bars), *ways]))
            return
        lines: list[Row] = [row(say(campaign.name, Role.STRONG)), ()]
        if campaign.leaves:
            why = _marked(campaign.leaves)
            lines += [row("Closed, it stays incomplete, because of:"), *why, ()]
        lines.append(row("A closed campaign is never opened again."))

        def agreed(_yes: bool) -> None:  # noqa: FBT001 - as above
            self._do(
                "Closed",
                lambda services: services.close(campaign.id),
                on_terminal=lambda services: services.close(campaign.id, asks=True),
            )

        self.recert.put(Confirm(f"Close {campaign.id}", lines, "close"), agreed)

    def action_rescissions(self) -> None:
        """Confirm or withdraw what somebody asked to take back."""
        campaign = self._here()
        if campaign is not None:
            offer_waiting(self, campaign, self.things)

    def action_reiterate(self) -> None:
        """Ask again, in a linked campaign, what got no answer."""
        campaign = self._here()
        if campaign is None:
            return
        lines = [
            row(say(campaign.name, Role.STRONG)),
            (),
            row("What got no response, or was abstained from, is asked in a linked campaign."),
        ]

        def agreed(_yes: bool) -> None:  # noqa: FBT001 - as above
            self._do("Asked again", lambda services: services.reiterate(campaign.id))

        self.recert.put(Confirm(f"Ask again what {campaign.id} left", lines, "ask"), agreed)

    def action_cancel_campaign(self) -> None:
        """Ask for a reason and the campaign's id, then cancel it."""
        campaign = self._here()
        if campaign is None:
            return
        intro = [row("A cancelled campaign has no result and is never opened again.")]
        ask = Ask("reason", "Why", "the agent is retired …")
        question = ConfirmTyped(f"Cancel {campaign.id}", intro, campaign.id, [ask])

        def typed(values: Mapping[str, str]) -> None:
            self._do("Cancelled", lambda s: s.cancel(campaign.id, values["reason"]))

        self.recert.put(question, typed)

    # Answers.

    def answered_step(self, event: Answered) -> bool:
        """Take the answer to one of these questions; False where it is none of them."""
        about: Any = event.about
        takers: Mapping[str, Any] = {
            "preview": self._offer_launch,
            "reminders": self._offer_reminders,
            "holders": self._offer_holders,
            "silence": self._offer_end,
        }
        if event.topic in takers:
            takers[event.topic](about, event.value)
            return True
        if event.topic == RESCIND:
            self.tell(*outcome(event.value, about))
            self.load()
            return True
        if event.topic != "step":
            return False
        self.tell(Piece("✓ ", Role.GOOD), say(f"{about}.", Role.STRONG))
        self.load()
        return True


class Silence(Form):
    """Ask what no answer means: keep, or revoke."""

    def __init__(self, title: str, intro: Sequence[Row], asks: Sequence[Ask]) -> None:
        super().__init__(title, intro, asks, today=None)

    def trouble(self, ask: Ask, value: str) -> str:
        """Return that a word is neither of the two."""
        return "" if value in {"keep", "revoke"} else f"{ask.label}: write keep or revoke."


def _marked(sentences: Sequence[str]) -> list[Row]:
    return [row(Piece("▲ ", Role.WARN), say(one)) for one in sentences]


def holders(services: Services, campaign: str) -> tuple[dict[str, list[str]], Sequence[Any]]:
    """Return the open items of each reviewer of a campaign, and the known persons."""
    found: dict[str, list[str]] = {}
    after = None
    wanted = ItemFilter(undecided=True)
    while True:
        page = services.items(campaign, wanted, after=after, limit=_PAGE)
        for line in page.items:
            found.setdefault(line.reviewer or "nobody", []).append(line.id)
        after = page.next
        if after is None:
            return found, services.people()
