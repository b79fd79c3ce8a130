from types import ModuleType
from typing import Any

import pytest

from recert.errors import UsageError


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
    house.as_("carol").delegate(campaign, items, "carol", "The owner left.")
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
