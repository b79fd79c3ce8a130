from datetime import timedelta
from typing import Any

import pytest

from recert.campaigns.delegating import Wish
from recert.campaigns.views import Verdict
from recert.errors import RefusedError, UsageError


def wish(house: Any, to: str = "bob", *, days: int = 5, **more: Any) -> Wish:
    return Wish(to, house.clock.now() + timedelta(days=days), more.pop("note", "away"), **more)


def plain(house: Any, campaign: str) -> str:
    return str(house.line(campaign, "May s3:GetObject").id)


def abstain(house: Any, name: str, campaign: str, item: str) -> Any:
    return house.decide(name, campaign, item, verdict=Verdict.ABSTAIN, rationale="I cannot tell.")


def test_a_delegate_decides_and_both_stand_in_the_ledger(house: Any, hr: str) -> None:
    made = house.as_("alice").delegate(hr, wish(house))
    item = plain(house, hr)
    abstain(house, "bob", hr, item)
    told = [one for one in house.entries() if one["type"] == "decision.recorded"][-1]["body"]
    assert (told["decided_by"], told["reviewer_of_record"]) == ("bob", "alice")
    assert told["delegation"] == made.id
    assert house.line(hr, "May s3:GetObject").reviewer == "alice"
    assert house.as_("bob").sign(hr).items == 1
    # The reviewer of record decides beside them.
    other = house.line(hr, "May s3:PutObject").id
    abstain(house, "alice", hr, other)
    told = [one for one in house.entries() if one["type"] == "decision.recorded"][-1]["body"]
    assert (told["decided_by"], told["delegation"]) == ("alice", None)
    assert house.problems() == []


def test_a_delegate_sees_what_they_may_decide(house: Any, hr: str) -> None:
    assert house.lines(hr, reviewer="bob") == []
    assert house.as_("bob").campaign(hr).mine_pending == 0
    item = plain(house, hr)
    house.as_("alice").delegate(hr, wish(house, items=(item,)))
    assert [line.id for line in house.lines(hr, reviewer="bob")] == [item]
    assert house.as_("bob").campaign(hr).mine_pending == 1
    assert house.as_("bob").item(hr, item).delegate == "bob"
    other = house.line(hr, "May s3:PutObject").id
    assert house.as_("bob").item(hr, other).delegate is None
    with pytest.raises(RefusedError) as refused:
        abstain(house, "bob", hr, other)
    assert refused.value.rule == "not_reviewer"
    assert house.as_("alice").campaign(hr).mine_pending == 5


def test_a_delegation_holds_from_its_beginning_to_its_end(house: Any, hr: str) -> None:
    since = house.clock.now() + timedelta(days=1)
    house.as_("alice").delegate(hr, wish(house, days=3, since=since))
    item = plain(house, hr)
    for day, holds in enumerate((False, True, True, True, False)):
        view = house.as_("bob").campaign(hr)
        assert view.delegations[0]["holds"] is holds, day
        assert bool(house.lines(hr, reviewer="bob")) is holds
        if holds:
            abstain(house, "bob", hr, item)
            house.as_("bob").undo(hr)
        else:
            with pytest.raises(RefusedError) as refused:
                abstain(house, "bob", hr, item)
            assert refused.value.rule == "delegation_over"
        house.tomorrow()
    # What they decided while it held stays theirs to sign.
    assert house.problems() == []


def test_a_delegation_can_be_ended_before_its_time(house: Any, hr: str) -> None:
    made = house.as_("alice").delegate(hr, wish(house))
    with pytest.raises(RefusedError):
        house.as_("carol").end_delegation(hr, made.id)
    with pytest.raises(UsageError, match="no delegation"):
        house.as_("alice").end_delegation(hr, "g-none")
    house.clock.instant += timedelta(hours=1)
    house.as_("alice").end_delegation(hr, made.id)
    with pytest.raises(RefusedError):
        abstain(house, "bob", hr, plain(house, hr))
    assert house.problems() == []


def test_the_owner_delegates_for_somebody_else_and_nobody_else_does(house: Any, hr: str) -> None:
    with pytest.raises(RefusedError) as refused:
        house.as_("carol").delegate(hr, wish(house, reviewer="alice"))
    assert refused.value.rule == "not_reviewer"
    made = house.as_("owner").delegate(hr, wish(house, reviewer="alice"))
    assert (made.reviewer, made.by) == ("alice", "owner")


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"to": "alice"}, "delegate"),
        ({"note": "  "}, "note"),
        ({"days": 0}, "until"),
        ({"days": -3}, "until"),
        ({"to": "gone"}, "inactive"),
    ],
)
def test_a_delegation_that_makes_no_sense_is_refused(
    house: Any, hr: str, more: dict[str, Any], rule: str
) -> None:
    house.know("gone", active=False)
    size = house.store.head().size
    with pytest.raises(RefusedError) as refused:
        house.as_("alice").delegate(hr, wish(house, **more))
    assert refused.value.rule == rule
    assert house.store.head().size == size


def test_independence_holds_for_a_delegate_as_for_everybody(house: Any, hr: str) -> None:
    # bob is the reviewer of record of the privileged item, and alice, who owns the agent, stands in.
    house.know("alice", "bob")
    privileged = house.line(hr, "iam:PassRole").id
    house.as_("owner").reassign(hr, [privileged], "bob", "a second person")
    house.as_("bob").delegate(hr, wish(house, to="alice"))
    with pytest.raises(RefusedError) as refused:
        house.decide("alice", hr, privileged, rationale="It is mine.")
    assert refused.value.rule == "independence"


def test_an_item_of_somebody_else_cannot_be_delegated(house: Any, hr: str) -> None:
    item = plain(house, hr)
    house.as_("owner").reassign(hr, [item], "carol", "she knows it")
    with pytest.raises(RefusedError):
        house.as_("alice").delegate(hr, wish(house, items=(item,)))
    with pytest.raises(UsageError):
        house.as_("alice").delegate(hr, wish(house, items=("i-none",)))


def test_a_campaign_that_ended_delegates_nothing(house: Any, hr: str) -> None:
    house.as_("owner").cancel(hr, "over")
    with pytest.raises(RefusedError) as refused:
        house.as_("alice").delegate(hr, wish(house))
    assert refused.value.rule == "campaign_not_active"
