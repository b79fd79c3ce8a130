from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest

from recert.campaigns.views import Verdict
from recert.errors import RefusedError, UsageError

UNTIL = datetime(2026, 11, 10, tzinfo=UTC)


def test_silence_is_an_outcome_that_no_person_gives(house: Any, hr: str) -> None:
    house.decide("alice", hr, house.line(hr, "GetObject").id)
    house.as_("alice").sign(hr)
    house.decide("alice", hr, house.line(hr, "PutObject").id)
    told = house.as_("owner").silence(hr)
    assert (told.items, told.unsigned, told.keep, told.revoke) == (4, 1, 4, 0)
    house.as_("owner").end_review(hr)
    view = house.as_("x").campaign(hr)
    assert (view.state, view.counts.no_response, view.counts.attested) == ("reviewed", 4, 1)
    assert any("without a response" in one for one in view.blockers)
    line = house.line(hr, "PutObject")
    assert line.verdict is Verdict.NO_RESPONSE
    decision = house.as_("x").item(hr, line.id).decision
    assert decision.decided_by == "recert"
    assert "not signed" in decision.rationale
    said = [one for one in house.entries() if one["type"] == "decision.recorded"]
    assert [one["body"]["verdict"] for one in said].count("attest") == 2
    assert house.problems() == []
    view = house.close(hr)
    assert (view.state, view.complete) == ("closed", False)
    assert house.as_("x").agents()[0]["certified"] is False


def test_only_the_owner_ends_a_running_review(house: Any, hr: str) -> None:
    with pytest.raises(RefusedError) as refused:
        house.as_("alice").end_review(hr)
    assert refused.value.rule == "not_owner"
    house.as_("owner").end_review(hr)
    with pytest.raises(RefusedError) as refused:
        house.as_("owner").end_review(hr)
    assert refused.value.rule == "state"


def test_a_brake_stands_before_mass_revocation(w: ModuleType, house: Any) -> None:
    actions = [f"s3:Get{number:02}" for number in range(20)]
    house.sync(w.estate([w.agent("hr")], {"hr-role": [*actions, "iam:PassRole"]}))
    campaign = house.open("hr")
    policy = {"ordinary": "revoke", "privileged": "keep"}
    told = house.as_("owner").silence(campaign, policy)
    assert (told.items, told.keep, told.revoke, told.brake) == (22, 1, 21, True)
    for revocations in (None, 20, 22):
        with pytest.raises(RefusedError) as refused:
            house.as_("owner").end_review(campaign, policy=policy, revocations=revocations)
        assert refused.value.rule == "mass_revocation"
    assert house.as_("x").campaign(campaign).state == "active"
    house.as_("owner").end_review(campaign, policy=policy, revocations=21)
    said = [one["body"] for one in house.entries() if one["type"] == "decision.recorded"]
    assert sorted({one["consequence"] for one in said}) == ["keep", "revoke"]


@pytest.mark.parametrize("policy", [{"odd": "keep"}, {"ordinary": "attest"}])
def test_a_policy_that_is_none_is_refused(house: Any, hr: str, policy: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="No response cannot mean"):
        house.as_("owner").silence(hr, policy)


def test_what_nobody_answered_is_asked_again_in_a_linked_campaign(
    w: ModuleType, house: Any, hr: str
) -> None:
    house.know("bob")
    house.decide("alice", hr, house.line(hr, "GetObject").id)
    abstained = house.line(hr, "PutObject")
    house.decide("alice", hr, abstained.id, verdict=Verdict.ABSTAIN, rationale="I do not know it.")
    house.as_("alice").sign(hr)
    with pytest.raises(RefusedError) as refused:
        house.as_("owner").reiterate(hr, ask=w.ask)
    assert refused.value.rule == "nothing_left"
    house.as_("owner").end_review(hr)
    again = house.as_("owner").reiterate(hr, ask=w.ask)
    assert (again.predecessor, again.state, again.trigger["kind"]) == (hr, "active", "reiteration")
    asked = {line.title: line.reviewer for line in house.lines(again.id)}
    assert asked == {
        "May iam:PassRole": "bob",
        "May s3:*": "alice",
        "May s3:PutObject": "bob",
        "hr belongs to alice": "alice",
    }
    assert house.as_("x").campaign(hr).state == "reviewed"
    assert house.problems() == []


def test_what_was_kept_until_a_date_is_asked_again_when_it_has_passed(
    w: ModuleType, house: Any
) -> None:
    roles = {"hr-role": ["s3:GetObject", "s3:PutObject"]}
    house.sync(w.estate([w.agent("hr")], roles))
    campaign = house.open("hr")
    house.decide(
        "alice",
        campaign,
        house.line(campaign, "GetObject").id,
        verdict=Verdict.ATTEST_UNTIL,
        until=UNTIL,
    )
    house.decide(
        "alice",
        campaign,
        house.line(campaign, "PutObject").id,
        verdict=Verdict.EXCEPTION,
        rationale="Until the migration.",
        control="Alarmed.",
        approver="bob",
        expires=datetime(2026, 12, 24, tzinfo=UTC),
    )
    house.attest_all(campaign)
    house.close(campaign)
    house.tomorrow(days=3)
    assert house.sync(w.estate([w.agent("hr")], roles, day=3)).campaigns == ()
    house.tomorrow(days=10)
    taken = house.sync(w.estate([w.agent("hr")], roles, day=13))
    (again,) = taken.campaigns
    view = house.as_("x").campaign(again)
    assert (view.trigger["kind"], view.predecessor) == ("expiry", campaign)
    assert [line.title for line in house.lines(again)] == ["May s3:GetObject"]
    (cause,) = view.trigger["events"]
    assert (cause["kind"], cause["severity"]) == ("attestation.expired", "medium")
    item = house.line(campaign, "GetObject").id
    assert (cause["before"]["item"], cause["before"]["until"]) == (item, "2026-11-10T00:00:00Z")
    shown = house.as_("x").item(again, house.line(again, "GetObject").id)
    assert [one["kind"] for one in shown.evidence["causes"]] == ["attestation.expired"]
    assert taken.events == 1
    house.tomorrow()
    assert house.sync(w.estate([w.agent("hr")], roles, day=14)).campaigns == ()
    house.attest_all(again)
    house.close(again)
    house.tomorrow()
    assert house.sync(w.estate([w.agent("hr")], roles, day=15)).campaigns == ()
    house.tomorrow(days=60)
    (third,) = house.sync(w.estate([w.agent("hr")], roles, day=75)).campaigns
    assert [line.title for line in house.lines(third)] == ["May s3:PutObject"]
    view = house.as_("x").campaign(third)
    assert view.predecessor == campaign
    assert [one["kind"] for one in view.trigger["events"]] == ["exception.expired"]
    assert house.problems() == []
