"""What ran out is asked again by itself, once, in a linked campaign that carries that cause."""

from datetime import UTC, datetime
from typing import Any

from recert.campaigns.views import Verdict

UNTIL = datetime(2026, 11, 12, tzinfo=UTC)
ROLES = {"hr-role": ["s3:GetObject", "s3:PutObject"]}


def kept_until(house: Any, w: Any) -> str:
    """Return a closed campaign in which one of several items was kept until a date."""
    house.sync(w.estate([w.agent("hr")], ROLES))
    campaign: str = house.open("hr")
    item = house.line(campaign, "GetObject").id
    house.decide("alice", campaign, item, verdict=Verdict.ATTEST_UNTIL, until=UNTIL)
    house.attest_all(campaign)
    house.close(campaign)
    return campaign


def test_what_ran_out_keeps_its_cause_when_something_else_happens_in_the_same_reading(
    house: Any, w: Any
) -> None:
    first = kept_until(house, w)
    house.tomorrow(days=20)
    wider = {"hr-role": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]}
    opened = house.sync(w.estate([w.agent("hr")], wider, day=20)).campaigns
    views = [house.as_("x").campaign(one) for one in opened]
    kinds = {one.trigger["kind"]: one for one in views}
    assert set(kinds) == {"expiry", "event"}
    expiry = kinds["expiry"]
    assert expiry.predecessor == first
    assert [one["kind"] for one in expiry.trigger["events"]] == ["attestation.expired"]
    assert [one.title for one in house.lines(expiry.id)] == ["May s3:GetObject"]
    # The event asks about what is new, and not about what was signed as it is.
    assert [one.title for one in house.lines(kinds["event"].id)] == ["May s3:DeleteObject"]
    told = [one for one in house.as_("x").events() if one["kind"] == "attestation.expired"]
    assert [(one["agent"], one["campaign"]) for one in told] == [(w.arn("hr"), expiry.id)]
    assert house.problems() == []


def test_a_running_campaign_that_asks_already_is_told_of_the_expiry_once(
    house: Any, w: Any
) -> None:
    kept_until(house, w)
    again = house.open("hr")
    house.tomorrow(days=20)
    taken = house.sync(w.estate([w.agent("hr")], ROLES, day=20))
    assert (taken.campaigns, taken.events) == ((again,), 1)
    house.tomorrow()
    later = house.sync(w.estate([w.agent("hr")], ROLES, day=21))
    assert (later.campaigns, later.events) == ((), 0)
    told = house.as_("x").campaign(again).trigger["events"]
    assert [one["kind"] for one in told] == ["attestation.expired"]
    assert house.problems() == []


def test_what_ran_out_is_asked_again_when_the_campaign_that_asked_was_cancelled(
    house: Any, w: Any
) -> None:
    kept_until(house, w)
    house.tomorrow(days=20)
    (once,) = house.sync(w.estate([w.agent("hr")], ROLES, day=20)).campaigns
    house.as_("owner").cancel(once, "By mistake.")
    house.tomorrow()
    (twice,) = house.sync(w.estate([w.agent("hr")], ROLES, day=21)).campaigns
    assert house.as_("x").campaign(twice).trigger["kind"] == "expiry"


def test_a_reading_from_after_the_date_asks_again_whatever_the_clock_says(
    house: Any, w: Any
) -> None:
    first = kept_until(house, w)
    (again,) = house.sync(w.estate([w.agent("hr")], ROLES, day=20)).campaigns
    view = house.as_("x").campaign(again)
    assert (view.trigger["kind"], view.predecessor) == ("expiry", first)


def test_what_is_no_longer_there_is_not_asked_when_it_ran_out(house: Any, w: Any) -> None:
    kept_until(house, w)
    house.tomorrow(days=20)
    assert house.sync(w.estate([], {}, day=20)).campaigns == ()
    assert not [one for one in house.as_("x").events() if one["kind"] == "attestation.expired"]


def test_what_was_signed_as_it_is_is_not_asked_again_beside_a_campaign_about_one_item(
    house: Any, w: Any
) -> None:
    kept_until(house, w)
    house.tomorrow(days=20)
    house.sync(w.estate([w.agent("hr")], ROLES, day=20))
    house.tomorrow()
    others = [w.agent("hr"), w.agent("it", owner="bob")]
    roles = {**ROLES, "it-role": ["s3:GetObject"]}
    opened = house.sync(w.estate(others, roles, day=21)).campaigns
    assert {one.agent for name in opened for one in house.lines(name)} == {w.arn("it")}
