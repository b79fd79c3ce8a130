import json
from types import ModuleType
from typing import Any

import pytest

from recert.campaigns.contract import campaign_json, decision_json, item_json, items_json
from recert.errors import UsageError

CAMPAIGN = {
    "id", "name", "state", "trigger", "owner", "opened_at", "due_at", "counts", "complete", "blockers",
}  # fmt: skip
COUNTS = {
    "items", "pending", "decided", "signed_off", "attested", "reduced", "revoked", "excepted",
    "abstained", "no_response", "excluded",
}  # fmt: skip
ITEM = {
    "id", "kind", "state", "agent", "reviewer", "title", "grant", "delta", "recommendation",
    "basis_digest", "decision",
}  # fmt: skip
AGENT = {
    "arn", "name", "kind", "account", "region", "owner", "purpose", "execution_role_arn",
    "live_versions", "certified", "last_reviewed_at", "next_review_due", "fingerprint",
    "shares_role_with", "risk_tier",
}  # fmt: skip
EVENT = {"id", "agent", "kind", "severity", "live", "before", "after", "detected_at", "campaign"}


def test_the_shapes_hold_what_others_rely_on_and_are_plain_json(house: Any, hr: str) -> None:
    service = house.as_("alice")
    house.decide("alice", hr, house.line(hr, "GetObject").id)
    campaign = campaign_json(service.campaign(hr))
    assert campaign.keys() >= CAMPAIGN
    assert campaign["counts"].keys() == COUNTS
    assert campaign["opened_at"] == "2026-11-02T09:00:00Z"
    items = list(items_json(service, hr))
    assert len(items) == campaign["counts"]["items"] == 5
    for item in items:
        assert item.keys() >= ITEM
        assert item["recommendation"].keys() == {"verdict", "reason"}
        assert len(item["basis_digest"]) == 64
    decided = next(item for item in items if item["decision"])
    assert decided["decision"]["verdict"] == "attest"
    assert decided["decision"]["headless"] is True
    json.dumps([campaign, items, service.agents(), service.events()])


def test_agents_and_events_hold_what_others_rely_on(w: ModuleType, house: Any) -> None:
    pair = [w.agent("hr", role="shared"), w.agent("pay", role="shared", owner=None)]
    house.sync(w.estate(pair, {"shared": ["s3:GetObject"]}))
    service = house.as_("x")
    hr, pay = service.agents()
    assert hr.keys() >= AGENT
    assert (hr["live_versions"], hr["certified"], hr["last_reviewed_at"]) == (["1"], False, None)
    assert hr["shares_role_with"] == [pay["arn"]]
    assert pay["owner"] is None
    assert service.agent(hr["arn"]) == hr
    for event in service.events():
        assert event.keys() >= EVENT
    assert len(service.events(hr["arn"])) == 1


def test_an_event_of_no_agent_has_the_agent_null(w: ModuleType, house: Any) -> None:
    roles = {"hr-role": ["s3:GetObject"]}
    house.sync(w.estate([w.agent("hr")], roles))
    gaps = (w.gap("DescribeOrganization", service="organizations"),)
    house.sync(w.estate([w.agent("hr")], roles, day=1, gaps=gaps))
    agents = {
        event["agent"] for event in house.as_("x").events() if event["kind"] == "coverage.gap"
    }
    assert agents <= {None, w.arn("hr")}
    assert agents


def test_what_a_person_states_wins_over_tags_and_is_an_event(w: ModuleType, house: Any) -> None:
    roles = {"hr-role": ["s3:GetObject"]}
    house.sync(w.estate([w.agent("hr", purpose=None)], roles))
    service = house.as_("owner")
    assert service.set_agent(w.arn("hr"), purpose="time off", ask=w.ask) == ()
    assert service.set_agent(w.arn("hr"), owner="bob", ask=w.ask) != ()
    (row,) = service.agents()
    assert (row["owner"], row["purpose"]) == ("bob", "time off")
    kinds = [event["kind"] for event in service.events()]
    assert "owner.changed" in kinds
    house.sync(w.estate([w.agent("hr", owner="carol", purpose=None)], roles, day=1))
    assert service.agents()[0]["owner"] == "bob"
    assert [event["kind"] for event in service.events()] == kinds
    assert house.problems() == []


def test_stating_the_same_again_changes_nothing(w: ModuleType, house: Any) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}))
    service = house.as_("owner")
    service.set_agent(w.arn("hr"), owner="bob", ask=w.ask)
    size = house.store.head().size
    assert service.set_agent(w.arn("hr"), owner="bob", ask=w.ask) == ()
    assert house.store.head().size == size
    with pytest.raises(UsageError):
        service.set_agent(w.arn("hr"), owner="  ")
    with pytest.raises(UsageError, match="no agent"):
        service.set_agent("arn:nothing", owner="bob")


def test_an_empty_store_says_what_to_do(house: Any) -> None:
    assert house.as_("x").campaigns() == ()
    assert house.as_("x").events() == []
    with pytest.raises(UsageError, match="no reading"):
        house.as_("x").agents()


def test_a_decision_and_an_item_stand_alone(house: Any, hr: str) -> None:
    (made,) = house.decide("alice", hr, house.line(hr, "GetObject").id)
    assert decision_json(made)["basis_named"] is False
    view = house.as_("alice").item(hr, house.line(hr, "GetObject").id)
    assert item_json(view)["decision"]["id"] == made.id


def test_an_owner_who_is_stated_twice_on_one_reading_is_two_events(
    w: ModuleType, house: Any
) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}))
    service = house.as_("owner")
    for owner in ("bob", "alice", "bob"):
        house.tomorrow()
        service.set_agent(w.arn("hr"), owner=owner, ask=w.ask)
    kinds = [event["kind"] for event in service.events()]
    assert kinds.count("owner.changed") == 3
    assert len({event["id"] for event in service.events()}) == 4
    assert house.problems() == []
