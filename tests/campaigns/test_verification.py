from types import ModuleType
from typing import Any

import pytest

from recert.campaigns.remedies import removals
from recert.campaigns.views import Verdict
from recert.clock import to_rfc3339
from recert.errors import RefusedError

ACTIONS = ["s3:GetObject", "s3:DeleteObject"]


def revoked(w: ModuleType, house: Any, *, actions: list[str], text: str) -> str:
    house.sync(w.estate([w.agent("hr")], {"hr-role": actions}))
    campaign = str(house.open("hr"))
    line = house.line(campaign, text)
    house.decide("alice", campaign, line.id, verdict=Verdict.REVOKE, rationale="Not needed.")
    house.attest_all(campaign)
    return campaign


def states(house: Any) -> list[str]:
    return [
        one["body"]["state"] for one in house.entries() if one["type"] == "remediation.recorded"
    ]


def test_a_revocation_counts_when_a_later_reading_no_longer_finds_it(
    w: ModuleType, house: Any
) -> None:
    campaign = revoked(w, house, actions=ACTIONS, text="DeleteObject")
    with pytest.raises(RefusedError):
        house.close(campaign)
    house.tomorrow()
    taken = house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}, day=1))
    assert taken.campaigns == (campaign,)
    assert states(house) == ["verified"]
    view = house.close(campaign)
    assert (view.state, view.complete) == ("closed", True)
    assert house.as_("x").agents()[0]["certified"] is True
    assert house.problems() == []


def test_what_is_carried_out_was_signed_when_it_was_signed_off_and_not_when_it_was_decided(
    w: ModuleType, house: Any
) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ACTIONS}))
    campaign = str(house.open("hr"))
    line = house.line(campaign, "DeleteObject")
    house.decide("alice", campaign, line.id, verdict=Verdict.REVOKE, rationale="Not needed.")
    house.tomorrow()
    house.as_("alice").sign(campaign)
    with house.store.read() as session:
        (removal,) = removals(session, campaign)
    assert removal.signed_at == to_rfc3339(house.clock.now())


def test_a_revocation_that_is_still_there_is_not_verified(w: ModuleType, house: Any) -> None:
    campaign = revoked(w, house, actions=ACTIONS, text="DeleteObject")
    house.sync(w.estate([w.agent("hr", purpose="other")], {"hr-role": ACTIONS}, day=1))
    assert states(house) == []
    with pytest.raises(RefusedError):
        house.close(campaign)


def test_a_revocation_that_another_grant_undoes_is_named_with_it(w: ModuleType, house: Any) -> None:
    campaign = revoked(w, house, actions=["s3:*", "s3:GetObject"], text="GetObject")
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:*"]}, day=1))
    told = next(one for one in house.entries() if one["type"] == "remediation.recorded")
    assert told["body"]["state"] == "verified_still_allowed_by"
    assert len(told["body"]["grants"]) == 1
    assert house.close(campaign).state == "closed"


def test_a_grant_that_nobody_reviewed_keeps_a_revocation_from_counting(
    w: ModuleType, house: Any
) -> None:
    campaign = revoked(w, house, actions=["s3:GetObject", "s3:PutObject"], text="GetObject")
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:Get*", "s3:PutObject"]}, day=1))
    assert states(house) == []
    with pytest.raises(RefusedError):
        house.close(campaign)


@pytest.mark.parametrize(
    ("left", "told"), [(ACTIONS, []), (["s3:*"], []), (["s3:GetObject"], ["verified"])]
)
def test_a_role_that_the_agent_lost_its_way_to_is_looked_at_itself(
    w: ModuleType, house: Any, left: list[str], told: list[str]
) -> None:
    revoked(w, house, actions=ACTIONS, text="DeleteObject")
    roles = {"hr-role": left, "other-role": ["s3:GetObject"]}
    house.sync(w.estate([w.agent("hr", role="other-role")], roles, day=1))
    assert states(house) == told


def test_what_could_not_be_read_verifies_nothing(w: ModuleType, house: Any) -> None:
    revoked(w, house, actions=ACTIONS, text="DeleteObject")
    gaps = (w.gap("GetAccountAuthorizationDetails", service="iam"),)
    house.sync(w.estate([w.agent("hr")], {}, day=1, gaps=gaps))
    assert states(house) == []


def test_a_reduction_is_verified_when_no_more_than_it_is_left(w: ModuleType, house: Any) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:*"]}))
    campaign = house.open("hr")
    house.decide(
        "alice",
        campaign,
        house.line(campaign, "s3:*").id,
        verdict=Verdict.REDUCE,
        rationale="It reads only.",
        reduce_to=("s3:GetObject", "s3:ListBucket"),
    )
    house.attest_all(campaign)
    house.tomorrow()
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}, day=1))
    assert states(house) == ["verified"]
    assert house.close(campaign).complete
    assert house.as_("x").agents()[0]["certified"] is True


def test_a_change_after_the_review_is_not_certified_by_its_close(w: ModuleType, house: Any) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}))
    campaign = house.open("hr")
    house.attest_all(campaign)
    house.tomorrow()
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject", "iam:PassRole"]}, day=1))
    assert house.close(campaign).state == "closed"
    assert house.as_("x").agents()[0]["certified"] is False


def test_a_review_of_what_changed_certifies_together_with_the_one_before(
    w: ModuleType, house: Any
) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}))
    first = house.open("hr")
    house.attest_all(first)
    house.close(first)
    house.tomorrow()
    taken = house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject", "s3:*"]}, day=1))
    (second,) = taken.campaigns
    assert len(house.lines(second)) == 1
    assert house.as_("x").agents()[0]["certified"] is False
    house.attest_all(second)
    house.close(second)
    assert house.as_("x").agents()[0]["certified"] is True
