"""What a reviewer is asked before a decision: why, until when, under which control, what stays, who else."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from recert.campaigns.views import CampaignView, DecisionView, ItemLine, SignSummary, Verdict
from recert.errors import RecertError
from recert.text import plural
from recert.tui.messages import Answered
from recert.tui.modals.picks import Choice, Choose, Narrow
from recert.tui.modals.signing import SignOff
from recert.tui.modals.text import Ask, Form, Rationale, end_of
from recert.tui.modes.deciding import Deciding
from recert.tui.outbox import Parcel, new_client_id
from recert.tui.text import Role, Row, row, say
from recert.tui.view.grants import narrowable
from recert.tui.view.words import VERDICTS, strength_words


class Questioning(Deciding):
    """The verdicts that need a question, undo, and the sign-off."""

    def ask_why(self, parcel: Parcel, error: RecertError) -> None:
        """Ask for the rationale that a decision was refused for, and decide again with it."""
        request, lines = parcel.request, parcel.before
        intro = [*self._about(lines), row(say(error.what, Role.WARN))]
        glyph, word, _role = VERDICTS[request.verdict]
        question = Rationale(
            f"{glyph} {word}: why?", intro, request.rationale, self.recent, first=request.verdict
        )

        def answered(values: Mapping[str, str]) -> None:
            words = values["rationale"]
            self.decide(replace(request, rationale=words, client_id=new_client_id()), lines)

        self.recert.put(question, answered)

    def _about(self, lines: Sequence[ItemLine]) -> list[Row]:
        if len(lines) == 1:
            line = lines[0]
            return [row(say(line.title, Role.STRONG)), row(say(line.agent_name, Role.MUTED))]
        return [
            row(
                say(plural(len(lines), "item"), Role.STRONG), say(", one rationale for all of them")
            )
        ]

    def action_rationale(self) -> None:
        """Write why: kept for the next verdict, or put to the verdict that is there."""
        lines = self.chosen()
        if not lines:
            return
        view = self.looked_at()
        is_shown = view is not None and len(lines) == 1 and view.line.id == lines[0].id
        decision = view.decision if view is not None and is_shown else None
        value = decision.rationale if decision else self.drafts.get(lines[0].id, "")
        question = Rationale("Rationale", self._about(lines), value, self.recent)
        self.recert.put(question, partial(self._said_why, lines, decision))

    def _said_why(
        self, lines: Sequence[ItemLine], decision: DecisionView | None, values: Mapping[str, str]
    ) -> None:
        words = values["rationale"]
        if decision is not None and lines[0].state == "decided":
            again = self.request_for(
                lines,
                decision.verdict,
                rationale=words,
                until=decision.until,
                reduce_to=decision.reduce_to,
                control=decision.control,
                approver=decision.approver,
            )
            self.decide(again, lines)
            return
        for line in lines:
            self.drafts[line.id] = words
        self.tell(
            "Kept for the next verdict on ", say(plural(len(lines), "item"), Role.STRONG), "."
        )

    def action_until(self) -> None:
        """Ask for the day until which the chosen items are attested."""
        lines = self.chosen()
        if not lines:
            return
        today = self.recert.clock.now().date()
        asks = [
            Ask(
                "day", "Until (a day, or a number of days)", "2027-03-31 or 90d", "90d", is_day=True
            ),
            Ask("why", "Why", "until the migration is done …", self._draft(lines), optional=True),
        ]

        def answered(values: Mapping[str, str]) -> None:
            request = self.request_for(
                lines,
                Verdict.ATTEST_UNTIL,
                until=end_of(values["day"], today),
                rationale=values["why"],
            )
            self.decide(request, lines)

        self.recert.put(Form("◷ Attest until", self._about(lines), asks, today), answered)

    def action_exception(self) -> None:
        """Ask for what an exception needs: a control, an approver, an expiry, a reason."""
        lines = self.chosen()
        if not lines:
            return
        today = self.recert.clock.now().date()
        asks = [
            Ask("control", "Control that makes up for it", "alarm on every PutObject …"),
            Ask("approver", "Approver", "who accepts the risk"),
            Ask(
                "day",
                "Expires (a day, or a number of days)",
                "2027-03-31 or 90d",
                "90d",
                is_day=True,
            ),
            Ask("why", "Why", "", self._draft(lines)),
        ]

        def answered(values: Mapping[str, str]) -> None:
            request = self.request_for(
                lines,
                Verdict.EXCEPTION,
                control=values["control"],
                approver=values["approver"],
                expires=end_of(values["day"], today),
                rationale=values["why"],
            )
            self.decide(request, lines)

        self.recert.put(Form("◊ Exception", self._about(lines), asks, today), answered)

    def _draft(self, lines: Sequence[ItemLine]) -> str:
        return self.drafts.get(lines[0].id, "")

    def action_narrow(self) -> None:
        """Ask which of the concrete actions stay."""
        lines = self.chosen()
        if len(lines) != 1:
            self.tell(
                say("Narrow one item at a time; \\ clears the selection.", Role.WARN)
                if lines
                else ""
            )
            return
        view = self.looked_at()
        if view is None or view.line.id != lines[0].id:
            self.tell("The evidence is still being read; press n again.")
            return
        actions = narrowable(view)
        if len(actions) < 2:  # noqa: PLR2004 - one action cannot be narrowed
            self.tell(
                say("There is nothing to pick from: it allows one action or none.", Role.WARN)
            )
            return
        kept = view.decision.reduce_to if view.decision else [a.name for a in actions if a.advised]

        def answered(names: tuple[str, ...]) -> None:
            self.decide(self.request_for(lines, Verdict.REDUCE, reduce_to=names), lines)

        self.recert.put(Narrow(f"◐ Narrow {lines[0].title}", actions, kept), answered)

    def action_delegate(self) -> None:
        """Ask who should decide instead."""
        lines = self.chosen()
        if lines:
            self.ask("people", lambda services: services.people(), about=lines)

    def offer_people(self, event: Answered) -> None:
        """Let the reviewer choose whom to hand the items to."""
        lines: tuple[ItemLine, ...] = event.about if isinstance(event.about, tuple) else ()
        choices = [
            Choice(str(p.get("id")), str(p.get("name") or ""), str(p.get("id")))
            for p in event.value
        ]

        def chosen(person: str) -> None:
            ask = Ask("note", "What should they know", "you changed this role last …")
            form = Form(
                f"Hand to {person}", self._about(lines), [ask], self.recert.clock.now().date()
            )
            self.recert.put(form, lambda values: self._hand_over(lines, person, values["note"]))

        self.recert.put(Choose("Hand it to whom?", choices, hint="name", free=True), chosen)

    def _hand_over(self, lines: Sequence[ItemLine], person: str, note: str) -> None:
        campaign = self.campaign
        if campaign is None:
            return
        items = [line.id for line in lines]
        self.ask(
            "delegate",
            lambda services: services.reassign(campaign.id, items, person, note),
            about=person,
        )

    # Undo and sign-off.

    def _when_saved(self) -> CampaignView | None:
        if self.still_saving():
            self.tell("Still storing a decision; press again in a moment.")
            return None
        return self.campaign

    def action_undo(self) -> None:
        """Take the last decision back."""
        campaign = self._when_saved()
        if campaign is not None:
            self.ask("undo", lambda services: services.undo(campaign.id), about="Undone")

    def action_redo(self) -> None:
        """Decide again what was undone last."""
        campaign = self._when_saved()
        if campaign is not None:
            self.ask("undo", lambda services: services.redo(campaign.id), about="Redone")

    def action_sign(self) -> None:
        """Show what would be signed."""
        campaign = self._when_saved()
        if campaign is not None:
            self.ask("summary", lambda services: services.summary(campaign.id))

    def offer_signing(self, summary: SignSummary) -> None:
        """Ask for the signature; only `y` gives it."""
        session = self.recert.session
        strength = strength_words(session.caller.strength) if session else ""
        campaign = summary.campaign

        def answered(agreed: bool) -> None:  # noqa: FBT001 - the answer of a question
            if agreed:
                self.tell("Signing …")
                self.ask(
                    "sign",
                    lambda services: services.sign(campaign),
                    on_terminal=lambda services: services.sign(campaign, asks=True),
                )

        self.recert.put(SignOff(summary, strength), answered)
