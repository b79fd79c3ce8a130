"""Two stages: what goes on, who answers there, what stays hidden, and what it all comes to."""

from typing import Any

import pytest

from recert.campaigns.contract import campaign_json, item_json
from recert.campaigns.stages import Stages
from recert.campaigns.views import Verdict
from recert.errors import RefusedError, UsageError
from recert.store.outcome import Strategy

WHY = {"rationale": "It is needed."}


@pytest.fixture
def two(house: Any, w: Any) -> Any:
    """Return a function that opens a campaign of two stages over hr, first alice, then bob."""
    house.know("bob", "carol")
    house.sync(w.estate([w.agent("hr")], {"hr-role": ("s3:GetObject", "s3:PutObject")}))

    def open_(**stages: Any) -> str:
        return str(house.open("hr", stages=Stages(count=2, second="bob", **stages)))

    return open_


def view(house: Any, campaign: str, item: str) -> Any:
    return house.as_("x").item(campaign, item)


def answer(house: Any, campaign: str, text: str, who: str, verdict: Verdict, **more: Any) -> str:
    item = house.line(campaign, text).id
    values = {**WHY, "reduce_to": ("s3:GetObject",), **more}
    house.decide(who, campaign, item, verdict=verdict, **values)
    house.as_(who).sign(campaign)
    return str(item)


def test_what_was_not_denied_goes_on_as_soon_as_it_is_signed(house: Any, two: Any) -> None:
    campaign = two()
    item = house.line(campaign, "GetObject").id
    house.decide("alice", campaign, item, **WHY)
    assert view(house, campaign, item).line.stage == 1
    signed = house.as_("alice").sign(campaign)
    assert (signed.items, signed.advanced, signed.campaign_state) == (1, 1, "active")
    found = view(house, campaign, item)
    assert (found.line.stage, found.line.state, found.line.reviewer) == (2, "pending", "bob")
    assert found.decision is None
    assert [one.decided_by for one in found.answers] == ["alice"]
    denied = answer(house, campaign, "PutObject", "alice", Verdict.REVOKE)
    assert view(house, campaign, denied).line.state == "signed_off"
    assert house.problems() == []


@pytest.mark.parametrize(
    "case",
    [
        (Strategy.ONE_DENY_DENIES, Verdict.ATTEST, Verdict.REVOKE, "revoke", "bob"),
        (Strategy.ONE_ACCEPT_ACCEPTS, Verdict.ATTEST, Verdict.REVOKE, "attest", "alice"),
        (Strategy.ALL_MUST_ACCEPT, Verdict.ATTEST, Verdict.ATTEST, "attest", "bob"),
        (Strategy.ALL_MUST_ACCEPT, Verdict.ATTEST, Verdict.ABSTAIN, "abstain", "bob"),
        (Strategy.ALL_MUST_ACCEPT, Verdict.ABSTAIN, Verdict.ATTEST, "abstain", "alice"),
        (Strategy.ONE_DENY_DENIES, Verdict.ABSTAIN, Verdict.ATTEST, "attest", "bob"),
        (Strategy.ACCEPTED_IF_NOT_DENIED, Verdict.ABSTAIN, Verdict.ABSTAIN, "abstain", "bob"),
    ],
)
def test_one_answer_is_in_force_with_its_own_signature(
    house: Any, two: Any, case: tuple[Strategy, Verdict, Verdict, str, str]
) -> None:
    strategy, first, second, verdict, by = case
    campaign = two(strategy=strategy)
    item = answer(house, campaign, "GetObject", "alice", first)
    answer(house, campaign, "GetObject", "bob", second)
    found = view(house, campaign, item)
    assert found.line.state == "signed_off"
    assert (found.decision.verdict, found.decision.decided_by) == (verdict, by)
    assert sorted(one.state for one in found.answers) == ["answered", "current"]
    told = next(one["body"] for one in house.entries() if one["type"] == "item.concluded")
    covered = next(
        one["body"]
        for one in house.entries()
        if one["type"] == "signoff" and one["body"]["id"] == told["signoff"]
    )
    assert covered["signer"] == by
    counts = house.as_("x").counts(campaign)
    assert counts.items == counts.pending + counts.decided + counts.signed_off
    assert house.problems() == []


def test_nobody_answers_twice(house: Any, two: Any) -> None:
    campaign = two()
    item = answer(house, campaign, "GetObject", "alice", Verdict.ATTEST)
    with pytest.raises(RefusedError) as refused:
        house.as_("bob").reassign(campaign, (item,), "alice", "You know it.")
    assert refused.value.rule == "same_person"
    with pytest.raises(UsageError, match="Nobody is known as 'dora'"):
        house.as_("bob").reassign(campaign, (item,), "dora", "You know it.")
    house.as_("bob").reassign(campaign, (item,), "carol", "You know it.")
    answer(house, campaign, "GetObject", "carol", Verdict.ATTEST)
    assert view(house, campaign, item).line.state == "signed_off"


def test_a_person_is_the_same_by_any_of_their_names(house: Any, two: Any) -> None:
    house.know("alice", aliases=("alice@example.com",))
    campaign = two()
    item = answer(house, campaign, "GetObject", "alice", Verdict.ATTEST)
    with pytest.raises(RefusedError) as refused:
        house.as_("bob").reassign(campaign, (item,), "alice@example.com", "You know it.")
    assert refused.value.rule == "same_person"


def test_where_nobody_is_left_to_ask_the_item_waits_for_a_reviewer(house: Any, w: Any) -> None:
    house.know("alice")
    house.sync(w.estate([w.agent("hr")], {"hr-role": ("s3:GetObject",)}))
    campaign = house.as_("alice").open([w.arn("hr")], ask=w.ask, stages=Stages(count=2)).id
    item = answer(house, campaign, "GetObject", "alice", Verdict.ATTEST)
    found = view(house, campaign, item).line
    assert (found.state, found.stage, found.reviewer) == ("conflicted", 2, None)
    assert any("not barred" in one for one in house.as_("alice").campaign(campaign).blockers)
    house.know("bob")
    house.as_("alice").reassign(campaign, (item,), "bob", "Somebody else has to.")
    answer(house, campaign, "GetObject", "bob", Verdict.ATTEST)
    assert house.problems() == []


def test_a_blind_stage_does_not_show_what_the_first_one_said(house: Any, two: Any) -> None:
    campaign = two(blind=True)
    item = answer(house, campaign, "GetObject", "alice", Verdict.ATTEST)
    shown = item_json(view(house, campaign, item))
    assert shown["answers"] == [{"stage": 1, "hidden": True}]
    assert "It is needed" not in str(shown)
    answer(house, campaign, "GetObject", "bob", Verdict.ATTEST)
    told = item_json(view(house, campaign, item))["answers"]
    assert [one["decided_by"] for one in told] == ["alice", "bob"]


def test_a_changed_basis_asks_the_first_stage_again(house: Any, two: Any, w: Any) -> None:
    campaign = two()
    item = answer(house, campaign, "GetObject", "alice", Verdict.ATTEST)
    changed = w.agent("hr", purpose="payroll")
    house.sync(w.estate([changed], {"hr-role": ("s3:GetObject", "s3:PutObject")}, day=1))
    found = view(house, campaign, item)
    assert (found.line.stage, found.line.state, found.line.reviewer) == (1, "pending", "alice")
    assert found.answers == ()
    assert house.problems() == []
    answer(house, campaign, "GetObject", "alice", Verdict.ATTEST)
    answer(house, campaign, "GetObject", "bob", Verdict.ATTEST)
    assert house.problems() == []


def test_what_was_decided_in_one_stage_is_not_put_in_force_in_the_next(
    house: Any, two: Any
) -> None:
    campaign = two()
    item = house.line(campaign, "GetObject").id
    house.decide("alice", campaign, item, **WHY)
    house.decide("alice", campaign, item, verdict=Verdict.REVOKE, **WHY)
    house.as_("alice").undo(campaign)
    house.as_("alice").sign(campaign)
    with pytest.raises(RefusedError):
        house.as_("alice").redo(campaign)
    assert house.as_("alice").undo(campaign) == ()
    assert house.problems() == []


def test_silence_in_the_second_stage_is_weighed_with_the_first_answer(house: Any, two: Any) -> None:
    kept = two(strategy=Strategy.ONE_ACCEPT_ACCEPTS)
    item = answer(house, kept, "GetObject", "alice", Verdict.ATTEST)
    house.as_("owner").end_review(kept)
    found = view(house, kept, item)
    assert (found.line.state, found.decision.verdict) == ("signed_off", Verdict.ATTEST)
    silent = house.line(kept, "PutObject")
    assert (silent.state, silent.verdict) == ("decided", Verdict.NO_RESPONSE)
    assert house.problems() == []
    open_ = two(strategy=Strategy.ALL_MUST_ACCEPT)
    item = answer(house, open_, "GetObject", "alice", Verdict.ATTEST)
    house.as_("owner").end_review(open_, policy={"ordinary": "revoke"})
    found = view(house, open_, item)
    assert (found.line.state, found.decision.verdict) == ("decided", Verdict.NO_RESPONSE)
    assert found.decision.consequence == "revoke"
    assert house.problems() == []


def test_a_silent_first_stage_goes_on_where_the_owner_wants_it(house: Any, two: Any) -> None:
    campaign = two(advance=(Verdict.ATTEST, Verdict.NO_RESPONSE))
    told = house.as_("owner").end_review(campaign, stage=1)
    assert told.items == 3
    lines = house.lines(campaign)
    assert {(one.stage, one.state, one.reviewer) for one in lines} == {(2, "pending", "bob")}
    assert house.as_("owner").campaign(campaign).state == "active"
    for one in lines:
        house.decide("bob", campaign, one.id, **WHY)
    assert house.as_("bob").sign(campaign).campaign_state == "reviewed"
    assert house.problems() == []


def test_a_silent_first_stage_ends_where_silence_does_not_go_on(house: Any, two: Any) -> None:
    campaign = two()
    house.as_("owner").end_review(campaign, stage=1)
    assert house.as_("owner").campaign(campaign).state == "reviewed"
    assert house.problems() == []


def test_the_campaign_tells_its_stages_and_how_far_they_are(house: Any, two: Any) -> None:
    campaign = two(blind=True, strategy=Strategy.ALL_MUST_ACCEPT)
    answer(house, campaign, "GetObject", "alice", Verdict.ATTEST)
    shown = campaign_json(house.as_("owner").campaign(campaign))
    assert shown["stages"] == {
        "count": 2,
        "strategy": "allMustAccept",
        "blind": True,
        "advance": ["attest", "attest_until", "exception", "abstain"],
        "second": "bob",
        "items": {"1": 2, "2": 1},
    }
    assert shown["progress"] == {
        "items": 3,
        "decided": 0,
        "completely_reviewed": 0,
        "rescinded": 0,
    }


@pytest.mark.parametrize(
    ("stages", "error"),
    [
        (Stages(count=3), UsageError),
        (Stages(count=1, blind=True), UsageError),
        (Stages(count=2, advance=()), UsageError),
        (Stages(count=2, second="nobody"), RefusedError),
    ],
)
def test_stages_that_nobody_could_answer_are_refused(
    house: Any, two: Any, stages: Stages, error: type[Exception]
) -> None:
    with pytest.raises(error):
        house.open("hr", stages=stages)


def test_a_second_stage_needs_somebody_who_is_known(house: Any, w: Any) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ("s3:GetObject",)}))
    with pytest.raises(RefusedError) as refused:
        house.open("hr", stages=Stages(count=2))
    assert refused.value.rule == "second_stage"


def test_a_leaver_does_not_hand_an_item_back_to_who_answered_first(house: Any, two: Any) -> None:
    campaign = two()
    item = answer(house, campaign, "GetObject", "alice", Verdict.ATTEST)
    house.as_("owner").leave("bob")
    assert view(house, campaign, item).line.reviewer != "alice"
    assert house.problems() == []
