from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

from recert.errors import UsageError
from recert.estate.companions import OwnerState
from recert.lifecycle import Steward


def test_what_a_leaver_was_to_decide_goes_to_somebody_who_is_there(
    w: ModuleType, house: Any
) -> None:
    house.know("alice", "bob")
    house.know("owner", roles=("campaign_owner",))
    actions = ["s3:GetObject", "s3:PutObject", "iam:PassRole"]
    house.sync(w.estate([w.agent("hr"), w.agent("pay", owner="bob")], {"hr-role": actions}))
    campaign = house.open("hr", "pay")
    house.decide("alice", campaign, house.line(campaign, "GetObject").id)
    handed = house.as_("owner").leave("Alice")
    assert len(handed) == 2
    lines = {line.title: (line.state, line.reviewer) for line in house.lines(campaign)}
    assert lines["May s3:PutObject"] == ("pending", "owner")
    assert lines["May s3:GetObject"] == ("decided", "alice")
    assert house.as_("alice").sign(campaign).items == 1
    assert "alice" not in {one["id"] for one in house.as_("x").people()}
    assert house.problems() == []


def test_where_nobody_is_left_the_items_wait_for_a_reviewer(w: ModuleType, house: Any) -> None:
    house.know("owner", roles=("campaign_owner",))
    house.sync(w.estate([w.agent("hr", owner="owner")], {"hr-role": ["s3:GetObject"]}))
    campaign = house.open("hr")
    house.as_("owner").leave("owner")
    view = house.as_("x").campaign(campaign)
    assert {line.state for line in house.lines(campaign)} == {"conflicted"}
    assert any("not barred" in one for one in view.blockers)
    house.know("carol", roles=("campaign_owner",))
    items = [line.id for line in house.lines(campaign)]
    house.as_("carol").reassign(campaign, items, "carol", "The owner left.")
    house.attest_all(campaign)
    assert house.as_("x").campaign(campaign).state == "reviewed"
    assert house.problems() == []


def test_an_unknown_person_cannot_leave(house: Any) -> None:
    with pytest.raises(UsageError, match="Nobody is known"):
        house.as_("owner").leave("nobody")


def test_a_summary_says_how_much_is_not_independent(house: Any, hr: str) -> None:
    house.decide("alice", hr, house.line(hr, "iam:PassRole").id, rationale="There is only me.")
    house.decide("alice", hr, house.line(hr, "GetObject").id)
    assert house.as_("alice").summary(hr).not_independent == 1


def test_whoever_left_by_a_file_or_the_identity_store_blocks_nothing(
    w: ModuleType, house: Any
) -> None:
    roles = {"hr-role": ["s3:GetObject"], "pay-role": ["s3:GetObject"]}
    agents = [w.agent("hr"), w.agent("pay", owner="bob")]
    deputy = Steward(rung="backup", name="dora")
    agents = [one.model_copy(update={"stewards": (deputy,)}) for one in agents]
    house.sync(w.estate(agents, roles))
    campaign = house.open("hr", "pay")
    taken = house.sync(w.estate(agents, roles, day=1), leavers=["Alice"])
    assert [one["kind"] for one in taken.told] == ["owner.left"]
    assert {(line.agent, line.reviewer) for line in house.lines(campaign)} == {
        (w.arn("hr"), "dora"), (w.arn("pay"), "bob"),
    }  # fmt: skip
    bob = OwnerState(name="bob", state="disabled")
    seen = w.estate(agents, roles, day=2).model_copy(update={"owners": (bob,)})
    house.sync(seen, leavers=["Alice"])
    assert {line.reviewer for line in house.lines(campaign)} == {"dora"}
    again = house.sync(
        seen.model_copy(update={"taken_at": seen.taken_at + timedelta(days=1)}), leavers=["Alice"]
    )
    assert (again.events, again.campaigns) == (0, ())
    assert house.problems() == []
