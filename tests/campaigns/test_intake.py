from types import ModuleType
from typing import Any

import pytest

from recert.campaigns.views import Verdict
from recert.errors import RefusedError


def test_the_first_reading_is_a_baseline_and_opens_nothing(w: ModuleType, house: Any) -> None:
    taken = house.sync(w.estate([w.agent("hr"), w.agent("pay")], {"hr-role": ["s3:GetObject"]}))
    assert taken.events == 2
    assert taken.campaigns == ()
    assert {event["kind"] for event in house.as_("alice").events()} == {"agent.added"}
    assert house.as_("alice").campaigns() == ()
    assert house.problems() == []


def test_a_change_opens_an_active_campaign_that_carries_its_cause(
    w: ModuleType, house: Any
) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}))
    taken = house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject", "s3:*"]}, day=1))
    assert len(taken.campaigns) == 1
    view = house.as_("alice").campaign(taken.campaigns[0])
    assert view.state == "active"
    assert view.trigger["kind"] == "event"
    assert [event["kind"] for event in view.trigger["events"]] == ["policy.widened"]
    assert view.trigger["events"][0]["after"] is not None
    assert view.counts.items == view.counts.pending == len(house.lines(view.id)) == 3
    found = [one for one in house.as_("alice").events() if one["kind"] == "policy.widened"]
    assert [one["campaign"] for one in found] == [view.id]
    assert house.problems() == []


def test_the_same_reading_again_changes_nothing(w: ModuleType, house: Any) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}))
    changed = w.estate([w.agent("hr", owner="bob")], {"hr-role": ["s3:GetObject"]}, day=1)
    first = house.sync(changed)
    size = house.store.head().size
    again = house.sync(changed)
    assert again.unchanged
    assert (again.events, again.campaigns, again.snapshot) == (0, (), first.snapshot)
    assert house.store.head().size == size


def test_the_same_content_at_another_instant_records_no_event(w: ModuleType, house: Any) -> None:
    roles = {"hr-role": ["s3:GetObject"]}
    house.sync(w.estate([w.agent("hr")], roles))
    taken = house.sync(w.estate([w.agent("hr")], roles, day=1))
    assert (taken.events, taken.campaigns) == (0, ())


def test_a_dry_run_tells_and_keeps_nothing(w: ModuleType, house: Any) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}))
    head = house.store.head()
    changed = w.estate([w.agent("hr", owner="bob")], {"hr-role": ["s3:GetObject"]}, day=1)
    told = house.sync(changed, dry_run=True)
    assert told.events == 1
    assert len(told.campaigns) == 1
    assert house.store.head() == head
    assert house.as_("bob").campaigns() == ()


def test_a_reading_that_fails_half_way_leaves_nothing(w: ModuleType, house: Any) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}))
    head = house.store.head()

    def broken(*_: object) -> Any:
        raise RuntimeError("the analysis stops")

    changed = w.estate([w.agent("hr", owner="bob")], {"hr-role": ["s3:GetObject"]}, day=1)
    with pytest.raises(RuntimeError, match="the analysis stops"):
        house.sync(changed, ask=broken)
    assert house.store.head() == head
    assert len(house.as_("x").events()) == 1


def test_an_agent_that_a_refused_listing_hides_is_not_removed(w: ModuleType, house: Any) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}))
    campaign = house.open("hr")
    hidden = w.estate(
        [], {"hr-role": ["s3:GetObject"]}, day=1, visited=False, gaps=(w.gap("ListAgents"),)
    )
    house.sync(hidden)
    assert "agent.removed" not in {event["kind"] for event in house.as_("x").events()}
    assert {line.state for line in house.lines(campaign)} == {"pending"}
    assert house.problems() == []


def test_an_agent_that_vanishes_ends_what_was_asked_about_it(w: ModuleType, house: Any) -> None:
    roles = {"hr-role": ["s3:GetObject"], "pay-role": ["s3:PutObject"]}
    house.sync(w.estate([w.agent("hr"), w.agent("pay")], roles))
    campaign = house.open("hr", "pay")
    taken = house.sync(w.estate([w.agent("pay")], roles, day=1))
    assert taken.campaigns == (campaign,)
    states = {line.agent: line.state for line in house.lines(campaign)}
    assert states == {w.arn("hr"): "superseded", w.arn("pay"): "pending"}
    house.sync(w.estate([], roles, day=2))
    assert house.as_("x").campaign(campaign).state == "reviewed"
    assert house.problems() == []


def test_an_item_whose_basis_changes_goes_to_review_again(w: ModuleType, house: Any) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject", "s3:*"]}))
    campaign = house.open("hr")
    for line in house.lines(campaign):
        house.decide("alice", campaign, line.id)
    before = {line.title: line.basis_digest for line in house.lines(campaign)}
    purpose = w.agent("hr", purpose="salaries")
    taken = house.sync(w.estate([purpose], {"hr-role": ["s3:GetObject", "s3:*"]}, day=1))
    assert taken.campaigns == (campaign,)
    after = {line.title: line for line in house.lines(campaign)}
    assert {line.state for line in after.values()} == {"pending"}
    assert all(line.basis_digest != before[title] for title, line in after.items())
    seen = after["May s3:*"].id
    with pytest.raises(RefusedError) as refused:
        house.decide("alice", campaign, seen, seen={seen: before["May s3:*"]})
    assert refused.value.rule == "stale_basis"
    told = [entry["type"] for entry in house.entries()]
    assert told.count("item.reset") == 3
    assert house.problems() == []


def test_what_is_new_while_a_campaign_runs_is_asked_in_a_linked_successor(
    w: ModuleType, house: Any
) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}))
    campaign = house.open("hr")
    house.decide("alice", campaign, house.line(campaign, "GetObject").id)
    population = {line.id for line in house.lines(campaign)}
    taken = house.sync(
        w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject", "iam:PassRole"]}, day=1)
    )
    assert {line.id for line in house.lines(campaign)} == population
    assert house.line(campaign, "GetObject").state == "decided"
    (successor,) = taken.campaigns
    view = house.as_("x").campaign(successor)
    assert (view.predecessor, view.state) == (campaign, "active")
    assert [line.title for line in house.lines(successor)] == ["May iam:PassRole"]
    assert house.problems() == []


def test_a_further_cause_without_new_items_extends_the_campaign(w: ModuleType, house: Any) -> None:
    roles = {"hr-role": ["s3:GetObject"]}
    house.sync(w.estate([w.agent("hr")], roles))
    campaign = house.open("hr")
    model = w.agent("hr")
    version = model.versions[0].model_copy(update={"model": "another.model"})
    changed = model.model_copy(update={"versions": (version,)})
    taken = house.sync(w.estate([changed], roles, day=1))
    assert taken.campaigns == (campaign,)
    causes = house.as_("x").campaign(campaign).trigger["events"]
    assert [cause["kind"] for cause in causes] == ["model.changed"]
    assert len(house.as_("x").campaigns()) == 1


def test_a_signed_item_whose_basis_changes_is_asked_again_in_a_successor(
    w: ModuleType, house: Any
) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject", "s3:PutObject"]}))
    campaign = house.open("hr")
    house.decide("alice", campaign, house.line(campaign, "GetObject").id)
    house.as_("alice").sign(campaign)
    role = w.role("hr-role", ["s3:GetObject", "s3:PutObject"], role_id="AROANEW")
    taken = house.sync(w.estate([w.agent("hr")], [role], day=1))
    assert house.line(campaign, "GetObject").state == "signed_off"
    successor = next(one for one in taken.campaigns if one != campaign)
    asked = {line.title: line.delta for line in house.lines(successor)}
    assert asked["May s3:GetObject"] == "changed"
    assert house.problems() == []


def test_a_role_created_anew_under_its_name_invalidates_decisions(
    w: ModuleType, house: Any
) -> None:
    house.sync(w.estate([w.agent("hr")], [w.role("hr-role", ["s3:GetObject"])]))
    campaign = house.open("hr")
    house.decide("alice", campaign, house.line(campaign, "GetObject").id)
    anew = w.role("hr-role", ["s3:GetObject"], role_id="AROAOTHER")
    house.sync(w.estate([w.agent("hr")], [anew], day=1))
    assert house.line(campaign, "GetObject").state == "pending"


def test_an_owner_who_changes_mid_campaign_is_asked_instead_of_the_old_one(
    w: ModuleType, house: Any
) -> None:
    roles = {"hr-role": ["s3:GetObject", "s3:PutObject"]}
    house.sync(w.estate([w.agent("hr")], roles))
    campaign = house.open("hr")
    house.decide("alice", campaign, house.line(campaign, "GetObject").id)
    house.decide("alice", campaign, house.line(campaign, "PutObject").id)
    house.as_("alice").undo(campaign)
    house.sync(w.estate([w.agent("hr", owner="bob")], roles, day=1))
    assert {(line.state, line.reviewer) for line in house.lines(campaign)} == {("pending", "bob")}
    told = [entry for entry in house.entries() if entry["type"] == "decision.recorded"]
    assert len(told) == 2
    assert house.problems() == []


def test_what_cannot_be_read_any_more_is_not_gone(w: ModuleType, house: Any) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}))
    campaign = house.open("hr")
    taken = house.sync(
        w.estate(
            [w.agent("hr")],
            {},
            day=1,
            gaps=(w.gap("GetAccountAuthorizationDetails", service="iam"),),
        )
    )
    assert {line.state for line in house.lines(campaign)} == {"pending"}
    (successor,) = taken.campaigns
    assert [line.kind for line in house.lines(successor)] == ["unread"]


def test_a_reading_of_another_kind_of_source_is_refused(w: ModuleType, house: Any) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}))
    live = w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}, day=1)
    source = live.source.model_copy(update={"kind": "live", "recording_digest": None})
    with pytest.raises(RefusedError) as refused:
        house.sync(live.model_copy(update={"source": source}))
    assert refused.value.rule == "source_kind"


def test_the_same_change_of_two_agents_opens_one_campaign_for_each(
    w: ModuleType, house: Any
) -> None:
    pair = [w.agent("hr", role="shared"), w.agent("pay", role="shared", owner="bob")]
    house.sync(w.estate(pair, {"shared": ["s3:GetObject"]}))
    taken = house.sync(w.estate(pair, {"shared": ["s3:GetObject", "s3:*"]}, day=1))
    assert len(taken.campaigns) == 2
    for campaign in taken.campaigns:
        line = house.line(campaign, "s3:*")
        other = ({w.arn("hr"), w.arn("pay")} - {line.agent}).pop()
        assert house.as_("x").item(campaign, line.id).evidence["linked"] == [other]


def test_an_agent_without_permissions_is_asked_about_its_owner_only(
    w: ModuleType, house: Any
) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": []}))
    campaign = house.open("hr")
    (line,) = house.lines(campaign)
    assert line.kind == "stewardship"
    house.decide("alice", campaign, line.id)
    assert house.as_("alice").sign(campaign).campaign_state == "reviewed"


def test_a_delta_campaign_asks_only_what_was_not_signed_as_it_is(w: ModuleType, house: Any) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}))
    first = house.open("hr")
    house.attest_all(first)
    house.close(first)
    house.tomorrow()
    taken = house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject", "s3:*"]}, day=1))
    (second,) = taken.campaigns
    assert [(line.title, line.delta) for line in house.lines(second)] == [("May s3:*", "new")]
    assert house.lines(first)[0].verdict == Verdict.ATTEST


def test_whose_agents_are_that_nobody_owned_before_is_asked_once_in_one_campaign(
    w: ModuleType, house: Any
) -> None:
    def estate(day: int, action: str = "s3:GetObject") -> Any:
        roles = {"hr-role": ["s3:GetObject"], "pay-role": [action]}
        agents = [
            w.agent("hr", owner=None),
            w.agent("it", owner=None),
            w.agent("pay", role="pay-role", owner="bob"),
        ]
        return w.estate(agents, roles, day=day)

    assert house.sync(estate(0)).campaigns == ()
    assert house.sync(estate(1)).campaigns == (), "the same content at another instant"
    taken = house.sync(estate(2, "s3:PutObject"))
    views = [house.as_("alice").campaign(one) for one in taken.campaigns]
    (view,) = [one for one in views if one.trigger["kind"] == "unowned"]
    assert len(views) == 2
    assert (view.state, view.name) == ("active", "2 agents that nobody owns")
    agents = {line.agent for line in house.lines(view.id)}
    assert len(agents) == 2
    assert {one["kind"] for one in taken.told} <= {"policy.widened", "policy.narrowed"}
    again = house.sync(estate(3, "s3:*"))
    kinds = [house.as_("alice").campaign(one).trigger["kind"] for one in again.campaigns]
    assert "unowned" not in kinds
    assert house.problems() == []
