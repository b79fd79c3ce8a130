"""Stages: what goes on to the second one, who answers there, and what all answers come to.

An item goes on by itself as soon as its answer is signed. Nobody answers twice: who gave the answer
of one stage is barred from the next. The outcome of an item is written when no stage is left.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, func, select

from recert.campaigns import transitions
from recert.campaigns.independence import owner_of
from recert.campaigns.people import Directory, directory
from recert.campaigns.reads import rows
from recert.campaigns.views import Verdict
from recert.errors import RefusedError, UsageError
from recert.store.canonical import parse_strict
from recert.store.outcome import Answer, Outcome, Strategy, outcome
from recert.store.tables import CampaignRow, DecisionRow, ItemRow, LedgerRow, SignoffRow
from recert.store.transaction import Transaction

MOST = 2
ADVANCES = (Verdict.ATTEST, Verdict.ATTEST_UNTIL, Verdict.EXCEPTION, Verdict.ABSTAIN)
"""What goes on to the next stage unless the owner says otherwise: all that was not denied."""


@dataclass(frozen=True, slots=True)
class Stages:
    """How a campaign asks: in how many stages, and what their answers come to.

    `blind` hides the answers of one stage from the next; `second` names who answers there,
    None leaves it to the ladder.
    """

    count: int = 1
    strategy: Strategy = Strategy.ONE_DENY_DENIES
    blind: bool = False
    advance: tuple[Verdict, ...] = ADVANCES
    second: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the stages as a campaign's settings hold them."""
        return {
            "count": self.count,
            "strategy": self.strategy.value,
            "blind": self.blind,
            "advance": [one.value for one in self.advance],
            "second": self.second,
        }


ONE = Stages()


def stages_of(campaign: CampaignRow) -> Stages:
    """Return the stages of a campaign."""
    told = parse_strict(campaign.settings).get("stages")
    if not told:
        return ONE
    return Stages(
        count=told["count"],
        strategy=Strategy(told["strategy"]),
        blind=told["blind"],
        advance=tuple(Verdict(one) for one in told["advance"]),
        second=told["second"],
    )


def require_possible(people: Directory, stages: Stages) -> None:
    """Refuse stages that nobody could answer; raises UsageError, RefusedError."""
    if not 1 <= stages.count <= MOST:
        raise UsageError(f"A campaign has one stage or {MOST}.", "Say 1 or 2.")
    if stages.count == 1:
        if stages.blind or stages.second:
            raise UsageError("Only a second stage can be blind or have its reviewer.", "Ask for 2.")
        return
    if not stages.advance:
        raise UsageError("Nothing would go on to the second stage.", "Say what does.")
    named = people.find(stages.second) if stages.second else None
    if stages.second and (named is None or not named.judges):
        raise RefusedError(
            f"{stages.second} is nobody who may review.",
            "`recert people list` names who may.",
            rule="second_stage",
        )
    if not people.judges_other_than():
        raise RefusedError(
            "Nobody is known who could answer a second stage.",
            "Add them with `recert people add`, or ask in one stage.",
            rule="second_stage",
        )


def answers_of(session: Session, item: str) -> list[DecisionRow]:
    """Return the signed answers of the stages that are over, the first stage's first."""
    statement = (
        select(DecisionRow)
        .where(DecisionRow.item == item, DecisionRow.state == "answered")
        .order_by(col(DecisionRow.stage), col(DecisionRow.entry))
    )
    return list(session.exec(statement))


def answered_by(session: Session, item: ItemRow) -> tuple[str, ...]:
    """Return who answered an earlier stage of an item, and so is barred from this one."""
    if item.stage == 1:
        return ()
    return tuple(one.decided_by for one in answers_of(session, item.id))


def require_another(session: Session, people: Directory, item: ItemRow, person: str) -> None:
    """Refuse a person who answered an earlier stage of an item."""
    if any(people.same(person, one) for one in answered_by(session, item)):
        raise RefusedError(
            f"{person} answered an earlier stage of the item {item.id}.",
            "Nobody answers twice; somebody else has to.",
            rule="same_person",
        )


def stages_in(session: Session, campaign: CampaignRow) -> dict[str, int]:
    """Return how many items of a campaign are in which stage."""
    statement = (
        select(ItemRow.stage, func.count())
        .where(ItemRow.campaign == campaign.id)
        .group_by(col(ItemRow.stage))
        .order_by(col(ItemRow.stage))
    )
    return {str(stage): count for stage, count in rows(session, statement)}


@dataclass(slots=True)
class Progress:
    """Moves items of one campaign on after their answer."""

    tx: Transaction
    campaign: CampaignRow
    stages: Stages
    people: Directory
    _signoffs: dict[str, str] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, tx: Transaction, campaign: CampaignRow) -> "Progress":
        """Return the progress of a campaign."""
        return cls(tx, campaign, stages_of(campaign), directory(tx.session))

    def after(
        self, item: ItemRow, decision: DecisionRow, *, signoff: str | None, last: bool = False
    ) -> bool:
        """Move one item on after an answer, signed where `signoff` names it; True if a stage is left.

        The item is as it was decided; it becomes pending in the next stage, or gets its outcome.
        With `last` there is no further stage, as the review ends.
        """
        goes_on = item.stage < self.stages.count and not last
        if goes_on and Verdict(decision.verdict) in self.stages.advance:
            self._advance(item, decision)
            return True
        self._conclude(item, decision, signoff)
        return False

    def preview(self, item: str, verdict: Verdict) -> Outcome:
        """Return what the answers of an item would come to with one more."""
        found = [_answer(one) for one in answers_of(self.tx.session, item)]
        return outcome(self.stages.strategy, [*found, Answer(verdict.value)])

    def _advance(self, item: ItemRow, decision: DecisionRow) -> None:
        over = [*(one.decided_by for one in answers_of(self.tx.session, item.id))]
        if decision.verdict != Verdict.NO_RESPONSE:
            over.append(decision.decided_by)
        reviewer = self._reviewer(item, over)
        decision.state = "answered"
        self.tx.session.flush()
        transitions.advance(self.tx, item, decision.id, reviewer)
        self.tx.session.flush()

    def _reviewer(self, item: ItemRow, over: Sequence[str]) -> str | None:
        """Return who answers the next stage, None where nobody is left to ask."""
        owner = owner_of(item)
        others = [one.id for one in self.people.judges_other_than(owner, *over)]
        wished = [self.stages.second, *others, self.campaign.owner]
        if not item.privileged:
            wished.append(owner)
        for name in wished:
            if name and self._may(name, item, owner) and not self._is_any(name, over):
                return self.people.id_of(name)
        return None

    def _may(self, name: str, item: ItemRow, owner: str | None) -> bool:
        person = self.people.find(name)
        if person is not None and not person.active:
            return False
        return not (item.privileged and self.people.same(name, owner))

    def _is_any(self, name: str, persons: Iterable[str]) -> bool:
        return any(self.people.same(name, one) for one in persons)

    def _conclude(self, item: ItemRow, decision: DecisionRow, signoff: str | None) -> None:
        session = self.tx.session
        answers = [*answers_of(session, item.id), decision]
        found = outcome(self.stages.strategy, [_answer(one) for one in answers])
        chosen = answers[found.in_force]
        if chosen is not decision:
            decision.state = "answered"
            session.flush()
            chosen.state = "current"
            session.flush()
            signoff = self._covering().get(chosen.id)
        transitions.conclude(
            self.tx,
            item,
            result=found.result.value,
            answers=[_told(one) for one in answers],
            in_force=chosen.id,
            signoff=signoff,
        )
        session.flush()

    def _covering(self) -> Mapping[str, str]:
        """Return which sign-off covers each decision of the campaign."""
        if self._signoffs is None:
            statement = (
                select(SignoffRow.id, LedgerRow.entry)
                .join(LedgerRow, col(LedgerRow.seq) == col(SignoffRow.entry))
                .where(SignoffRow.campaign == self.campaign.id)
            )
            self._signoffs = {
                pair["decision"]: name
                for name, text in rows(self.tx.session, statement)
                for pair in parse_strict(text)["body"]["decisions"]
            }
        return self._signoffs


def _answer(row: DecisionRow) -> Answer:
    return Answer(row.verdict, row.until)


def _told(row: DecisionRow) -> dict[str, Any]:
    return {
        "stage": row.stage,
        "decision": row.id,
        "verdict": row.verdict,
        "until": row.until,
        "by": row.decided_by,
    }
