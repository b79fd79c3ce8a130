"""What came of late is not called unused, and a review that is too old is asked for again."""

from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

from recert.analysis import ReviewSubject
from recert.estate.estate import Estate
from recert.lifecycle import read_trigger_policy


@pytest.fixture
def idle(w: ModuleType) -> Any:
    """Return questions about a role that was not used for long."""

    def ask(found: Estate, name: str) -> tuple[ReviewSubject, ...]:
        return tuple(
            replace(
                one,
                basis={**one.basis, "policy": {"name": "p", "arn": None}},
                shown={**one.shown, "last_used": {"state": "unused"}},
                recommendation="revoke",
                reason="Not used: the role was not used, as IAM reports.",
            )
            if one.kind == "permission"
            else one
            for one in w.ask(found, name)
        )

    return ask


def recommended(house: Any, campaign: str) -> dict[str, tuple[str, str]]:
    service = house.as_("x")
    found = [service.item(campaign, line.id) for line in house.lines(campaign)]
    return {
        one.line.title: (one.line.recommendation.verdict, one.line.recommendation.reason)
        for one in found
        if one.line.kind == "permission"
    }


def test_what_was_granted_since_the_last_reading_is_looked_at(
    w: ModuleType, house: Any, idle: Any
) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}), ask=idle)
    wider = w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject", "s3:PutObject"]}, day=1)
    taken = house.sync(wider, ask=idle)
    found = recommended(house, taken.campaigns[0])
    assert {verdict for verdict, _ in found.values()} == {"look"}
    assert "too new to tell" in found["May s3:PutObject"][1]


def test_what_was_there_all_the_time_may_be_called_unused(
    w: ModuleType, house: Any, idle: Any
) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}), ask=idle)
    taken = house.sync(
        w.estate([w.agent("hr", owner="bob")], {"hr-role": ["s3:GetObject"]}, day=1), ask=idle
    )
    found = recommended(house, taken.campaigns[0])
    assert [verdict for verdict, _ in found.values()] == ["revoke"]


def test_what_came_long_ago_may_be_called_unused_again(
    w: ModuleType, house: Any, idle: Any
) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}), ask=idle)
    wider = {"hr-role": ["s3:GetObject", "s3:PutObject"]}
    house.sync(w.estate([w.agent("hr")], wider, day=1), ask=idle)
    other = w.estate([w.agent("hr", purpose="payroll")], wider, day=100)
    taken = house.sync(other, ask=idle)
    found = [recommended(house, one) for one in taken.campaigns]
    assert {verdict for one in found for verdict, _ in one.values()} == {"revoke"}


def reviewed(w: ModuleType, house: Any) -> dict[str, list[str]]:
    roles = {"hr-role": ["s3:GetObject"]}
    house.know("alice", "bob")
    house.sync(w.estate([w.agent("hr")], roles))
    campaign = house.open("hr")
    house.attest_all(campaign)
    house.close(campaign)
    return roles


def test_a_review_that_is_too_old_is_asked_for_again_once(w: ModuleType, house: Any) -> None:
    roles = reviewed(w, house)
    assert house.sync(w.estate([w.agent("hr")], roles, day=1)).campaigns == ()
    house.clock.instant = house.clock.now() + timedelta(days=400)
    taken = house.sync(w.estate([w.agent("hr")], roles, day=400))
    assert taken.events == 1
    assert len(taken.campaigns) == 1
    view = house.as_("alice").campaign(taken.campaigns[0])
    assert (view.state, view.trigger["kind"]) == ("active", "cadence")
    assert "Last reviewed on" in view.trigger["reason"]
    assert [one["kind"] for one in view.trigger["events"]] == ["certification.expired"]
    assert house.sync(w.estate([w.agent("hr")], roles, day=401)).campaigns == ()
    assert house.problems() == []


def test_the_policy_says_how_old(w: ModuleType, house: Any) -> None:
    roles = reviewed(w, house)
    house.clock.instant = house.clock.now() + timedelta(days=8)
    weekly = read_trigger_policy(
        {"cadence_days": dict.fromkeys(("low", "medium", "high", "critical"), 7)}
    )
    assert len(house.sync(w.estate([w.agent("hr")], roles, day=8), policy=weekly).campaigns) == 1


def test_an_owner_who_left_opens_a_campaign_for_what_they_own_once(
    w: ModuleType, house: Any
) -> None:
    """Row 28: whoever is marked as gone in the people's file owns nothing any more."""
    roles = {"hr-role": ["s3:GetObject"], "pay-role": ["s3:GetObject"]}
    agents = [w.agent("hr"), w.agent("pay", owner="bob")]
    house.know("alice", "bob")
    house.sync(w.estate(agents, roles))
    house.know("alice", active=False)
    taken = house.sync(w.estate(agents, roles, day=1))
    assert taken.events == 1
    assert len(taken.campaigns) == 1
    told = [one for one in house.as_("bob").events() if one["kind"] == "owner.left"]
    assert [(one["agent"], one["before"]) for one in told] == [(w.arn("hr"), {"owner": "alice"})]
    again = house.sync(w.estate(agents, roles, day=2))
    assert (again.events, again.campaigns) == (0, ())
    assert house.problems() == []


QUIET = read_trigger_policy({"quiet": {"from": "08:00", "to": "10:00"}})


def test_in_quiet_hours_a_campaign_is_prepared_and_launched_when_they_are_over(
    w: ModuleType, house: Any
) -> None:
    roles = {"hr-role": ["s3:GetObject"]}
    house.sync(w.estate([w.agent("hr")], roles), policy=QUIET)
    changed = [w.agent("hr", purpose="payroll")]
    taken = house.sync(w.estate(changed, roles, day=1), policy=QUIET)
    (campaign,) = taken.campaigns
    assert house.as_("alice").campaign(campaign).state == "preparing"
    by_hand = house.open("hr", launch=False)
    house.clock.instant = house.clock.now() + timedelta(hours=3)
    taken = house.sync(w.estate(changed, roles, day=2), policy=QUIET)
    assert taken.campaigns == (campaign,)
    assert house.as_("alice").campaign(campaign).state == "active"
    assert house.as_("alice").campaign(by_hand).state == "staged"
    assert house.problems() == []
