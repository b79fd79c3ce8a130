"""No sequence of calls reaches an undefined state, loses a decision or breaks the ledger."""

import contextlib
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlmodel import col, select

from recert.campaigns.stages import ADVANCES, Stages
from recert.campaigns.transitions import CAMPAIGN_STEPS, ITEM_STEPS
from recert.campaigns.views import Verdict
from recert.errors import RefusedError, UsageError
from recert.store.outcome import Strategy
from recert.store.tables import DecisionRow, LedgerRow

PEOPLE = ("alice", "bob", "carol", "owner")
MEANS = st.sampled_from(("keep", "revoke"))
ACTIONS = ("s3:GetObject", "s3:*", "iam:PassRole", "s3:PutObject")


class Reviews(RuleBasedStateMachine):
    world: Any

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="recert-machine-"))
        self.house = self.world.House.build(self.folder)
        self.day = 0
        self.decided = 0
        self.states: dict[str, str] = {}
        self.house.know("bob", "carol")
        self.house.sync(self._estate("alice", 3))
        self._open(two=True, strategy=Strategy.ONE_DENY_DENIES, blind=False)

    def teardown(self) -> None:
        try:
            assert self.house.problems() == []
        finally:
            self.house.store.close()
            shutil.rmtree(self.folder)

    def _estate(self, owner: str, actions: int) -> Any:
        agents = [self.world.agent("hr", owner=owner), self.world.agent("pay", role="hr-role")]
        return self.world.estate(agents, {"hr-role": ACTIONS[:actions]}, day=self.day)

    def _open(self, *, two: bool, strategy: Strategy, blind: bool) -> None:
        stages = Stages(
            count=2,
            strategy=strategy,
            blind=blind,
            advance=(*ADVANCES, Verdict.NO_RESPONSE),
        )
        self.house.open("hr", **({"stages": stages} if two else {}))

    def _campaign(self, pick: int) -> str:
        views = sorted(self.house.as_("x").campaigns(), key=lambda one: one.id)
        return views[pick % len(views)].id

    def _items(self, campaign: str, pick: int, count: int) -> list[str]:
        lines = self.house.lines(campaign)
        return [lines[(pick + n) % len(lines)].id for n in range(min(count, len(lines)))]

    @rule(
        who=st.sampled_from(PEOPLE),
        pick=st.integers(0, 9),
        count=st.integers(1, 3),
        verdict=st.sampled_from(list(Verdict)),
    )
    def decide(self, who: str, pick: int, count: int, verdict: Verdict) -> None:
        campaign = self._campaign(pick)
        items = self._items(campaign, pick, count)
        if not items:
            return
        with contextlib.suppress(RefusedError):
            made = self.house.decide(
                who,
                campaign,
                *items,
                verdict=verdict,
                rationale="Because.",
                until=self.house.clock.now() + timedelta(days=3),
                control="c",
                approver="carol",
                reduce_to=("s3:GetObject",),
            )
            self.decided += len(made)

    @rule(who=st.sampled_from(PEOPLE), pick=st.integers(0, 9), steps=st.integers(1, 2))
    def undo(self, who: str, pick: int, steps: int) -> None:
        service, campaign = self.house.as_(who), self._campaign(pick)
        with contextlib.suppress(RefusedError):
            service.undo(campaign)
            if steps > 1:
                service.redo(campaign)

    @rule(who=st.sampled_from(PEOPLE), pick=st.integers(0, 9))
    def sign(self, who: str, pick: int) -> None:
        with contextlib.suppress(RefusedError):
            self.house.as_(who).sign(self._campaign(pick))

    @rule(who=st.sampled_from(PEOPLE), to=st.sampled_from(PEOPLE), pick=st.integers(0, 9))
    def reassign(self, who: str, to: str, pick: int) -> None:
        campaign = self._campaign(pick)
        # Whom nobody knows, and no tag brought in, is asked nothing.
        with contextlib.suppress(RefusedError, UsageError):
            self.house.as_(who).reassign(campaign, self._items(campaign, pick, 1), to, "Note.")

    @rule(who=st.sampled_from(PEOPLE), pick=st.integers(0, 9))
    def exclude(self, who: str, pick: int) -> None:
        campaign = self._campaign(pick)
        items = self._items(campaign, pick, 1)
        with contextlib.suppress(RefusedError):
            self.house.as_(who).exclude(campaign, items, "scope", "Out of scope.")

    @rule(owner=st.sampled_from(("alice", "bob")), actions=st.integers(0, 4))
    def read(self, owner: str, actions: int) -> None:
        self.day += 1
        self.house.tomorrow()
        self.house.sync(self._estate(owner, actions))

    @rule(pick=st.integers(0, 9), owner=st.sampled_from(("alice", "bob")))
    def state(self, pick: int, owner: str) -> None:
        name = self.world.arn(("hr", "pay")[pick % 2])
        self.house.as_("owner").set_agent(name, owner=owner, ask=self.world.ask)

    @rule(two=st.booleans(), blind=st.booleans(), strategy=st.sampled_from(list(Strategy)))
    def open(self, *, two: bool, blind: bool, strategy: Strategy) -> None:
        if len(self.house.as_("x").campaigns()) < 4:
            # With too few people left, two stages are refused.
            with contextlib.suppress(RefusedError, UsageError):
                self._open(two=two, strategy=strategy, blind=blind and two)

    @rule(
        who=st.sampled_from(PEOPLE),
        pick=st.integers(0, 9),
        step=st.sampled_from(("ask", "confirm", "withdraw")),
    )
    def rescind(self, who: str, pick: int, step: str) -> None:
        service, campaign = self.house.as_(who), self._campaign(pick)
        signed = [one.id for one in self.house.lines(campaign, states=("signed_off",))]
        if not signed:
            return
        items = (signed[pick % len(signed)],)
        with contextlib.suppress(RefusedError, UsageError):
            if step == "ask":
                service.rescind(campaign, items, "It was wrong.")
            elif step == "confirm":
                service.confirm_rescission(campaign, items, ask=self.world.ask)
            else:
                service.withdraw_rescission(campaign, items)

    @rule(person=st.sampled_from(("bob", "carol")), back=st.booleans())
    def leave(self, person: str, *, back: bool) -> None:
        if back:
            self.house.know(person)
        else:
            self.house.as_("owner").leave(person)

    @rule(days=st.integers(1, 5))
    def wait(self, days: int) -> None:
        """Let time pass, so that what was kept until a date runs out and is asked again."""
        self.day += days
        self.house.tomorrow(days)
        self.house.sync(self._estate("alice", 3))

    @rule(pick=st.integers(0, 9), stage=st.sampled_from((None, 1, 2)), means=MEANS)
    def end(self, pick: int, stage: int | None, means: str) -> None:
        service, campaign = self.house.as_("owner"), self._campaign(pick)
        with contextlib.suppress(RefusedError, UsageError):
            told = service.silence(campaign, {"ordinary": means}, stage=stage)
            self.decided += service.end_review(
                campaign, policy={"ordinary": means}, revocations=told.revoke, stage=stage
            ).items
        with contextlib.suppress(RefusedError):
            service.reiterate(campaign, ask=self.world.ask)

    @rule(pick=st.integers(0, 9), end=st.sampled_from(("close", "cancel", "launch")))
    def finish(self, pick: int, end: str) -> None:
        service, campaign = self.house.as_("owner"), self._campaign(pick)
        with contextlib.suppress(RefusedError):
            if end == "close":
                service.close(campaign, ask=self.world.ask)
            elif end == "cancel":
                service.cancel(campaign, "No longer wanted.")
            else:
                service.launch(campaign)

    @invariant()
    def counts_add_up_and_states_are_known(self) -> None:
        for view in self.house.as_("x").campaigns():
            counts = view.counts
            assert view.state in CAMPAIGN_STEPS
            parts = counts.pending + counts.decided + counts.signed_off + counts.excluded
            lines = self.house.lines(view.id)
            assert parts == counts.items == len(lines)
            for line in lines:
                self._follow(line)

    def _follow(self, line: Any) -> None:
        before = self.states.get(line.id)
        self.states[line.id] = line.state
        assert line.stage in {1, 2}
        if before in {"signed_off", "excluded", "superseded"}:
            assert line.state == before
        assert line.state in ITEM_STEPS
        assert (line.verdict is not None) == (line.state in {"decided", "signed_off"})

    @invariant()
    def nobody_answers_an_item_twice_and_each_outcome_is_that_of_its_answers(self) -> None:
        with self.house.store.read() as session:
            given = session.exec(
                select(DecisionRow.item, DecisionRow.decided_by, DecisionRow.stage).where(
                    col(DecisionRow.state).in_(("answered", "current", "rescinded"))
                )
            ).all()
        by_item: dict[str, list[str]] = {}
        for item, by, _ in given:
            by_item.setdefault(item, []).append(by)
        for persons in by_item.values():
            assert len(persons) == len({*persons}) or "recert" in persons

    @invariant()
    def no_decision_is_lost(self) -> None:
        with self.house.store.read() as session:
            texts = session.exec(select(LedgerRow.entry)).all()
        assert (
            sum(text.endswith('"type":"decision.recorded","v":1}') for text in texts)
            == self.decided
        )


def machine(w: Any) -> type[Reviews]:
    return type("ReviewsHere", (Reviews,), {"world": w})


def walk(w: Any, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine(w),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_short_walk(w: Any) -> None:
    walk(w, examples=6, steps=12)


@pytest.mark.campaign
@pytest.mark.parametrize("_part", range(4))
def test_long_walks(w: Any, _part: int) -> None:
    """In parts, so that several processes share them; each is random on its own."""
    walk(w, examples=20, steps=30)
