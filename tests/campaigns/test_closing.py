from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest

from recert.campaigns.views import Verdict
from recert.errors import RefusedError, UsageError


def reviewed(w: ModuleType, house: Any, **gaps: Any) -> str:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}, **gaps))
    campaign = str(house.open("hr"))
    house.attest_all(campaign)
    return campaign


def test_a_campaign_with_nothing_revoked_closes_complete_and_certifies(
    w: ModuleType, house: Any
) -> None:
    campaign = reviewed(w, house)
    view = house.as_("x").campaign(campaign)
    assert not view.complete
    assert view.blockers == (f"It is not closed: `recert campaign close {campaign}`.",)
    view = house.close(campaign)
    assert (view.state, view.complete, view.blockers) == ("closed", True, ())
    (row,) = house.as_("x").agents()
    assert row["certified"] is True
    assert row["last_reviewed_at"] == "2026-11-02T09:00:00Z"
    assert row["next_review_due"] > row["last_reviewed_at"]
    steps = [one["type"] for one in house.entries() if one["campaign"] == campaign]
    assert steps[-2:] == ["campaign.verified", "campaign.closed"]
    assert house.problems() == []


def test_an_agent_that_changed_since_is_not_certified(w: ModuleType, house: Any) -> None:
    house.close(reviewed(w, house))
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject", "s3:*"]}, day=1))
    (row,) = house.as_("x").agents()
    assert row["certified"] is False


def test_a_certification_ends_with_its_cadence(w: ModuleType, house: Any) -> None:
    house.close(reviewed(w, house))
    house.tomorrow(days=400)
    (row,) = house.as_("x").agents()
    assert row["certified"] is False


def test_a_certification_ends_with_the_first_date_that_somebody_set(
    w: ModuleType, house: Any
) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}))
    campaign = house.open("hr")
    house.decide(
        "alice",
        campaign,
        house.line(campaign, "GetObject").id,
        verdict=Verdict.ATTEST_UNTIL,
        until=datetime(2026, 11, 10, tzinfo=UTC),
    )
    house.attest_all(campaign)
    house.close(campaign)
    assert house.as_("x").agents()[0]["certified"] is True
    house.tomorrow(days=9)
    assert house.as_("x").agents()[0]["certified"] is False


def test_a_gap_blocks_the_word_complete(w: ModuleType, house: Any) -> None:
    campaign = reviewed(w, house, gaps=(w.gap("GetBucketTagging", service="s3"),))
    view = house.as_("x").campaign(campaign)
    assert (view.bars, len(view.leaves)) == ((), 1)
    view = house.close(campaign)
    assert not view.complete
    assert any("could not be answered" in one for one in view.blockers)


def test_a_revocation_that_no_reading_verified_blocks_the_close(w: ModuleType, house: Any) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ["s3:GetObject"]}))
    campaign = house.open("hr")
    line = house.line(campaign, "GetObject")
    house.decide("alice", campaign, line.id, verdict=Verdict.REVOKE, rationale="No.")
    house.attest_all(campaign)
    view = house.as_("x").campaign(campaign)
    assert view.state == "reviewed"
    assert [one for one in view.bars if "not verified by a later reading" in one]
    with pytest.raises(RefusedError, match="not verified by a later reading") as refused:
        house.close(campaign)
    assert refused.value.rule == "not_closable"
    with house.store.write(house.actor) as tx:
        told = {"item": line.id, "state": "not_supported"}
        tx.append("remediation.recorded", told, campaign=campaign)
    with pytest.raises(RefusedError):
        house.close(campaign)
    with house.store.write(house.actor) as tx:
        told = {"item": line.id, "state": "verified"}
        tx.append("remediation.recorded", told, campaign=campaign)
    view = house.close(campaign)
    assert (view.state, view.complete) == ("closed", True)


def test_a_running_campaign_is_not_closed(house: Any, hr: str) -> None:
    assert house.as_("owner").campaign(hr).bars
    with pytest.raises(RefusedError, match="wait for alice"):
        house.close(hr)


def test_only_its_owner_ends_a_campaign(house: Any, hr: str) -> None:
    for act in (
        lambda: house.as_("alice").close(hr),
        lambda: house.as_("alice").cancel(hr, "no"),
        lambda: house.as_("alice").exclude(hr, [house.lines(hr)[0].id], "scope", "no"),
    ):
        with pytest.raises(RefusedError) as refused:
            act()
        assert refused.value.rule == "not_owner"


def test_a_campaign_is_cancelled_with_a_reason_and_takes_nothing_more(house: Any, hr: str) -> None:
    with pytest.raises(RefusedError) as refused:
        house.as_("owner").cancel(hr, "  ")
    assert refused.value.rule == "reason"
    view = house.as_("owner").cancel(hr, "It was opened by mistake.")
    assert view.state == "cancelled"
    assert view.blockers == ("It ended without a result: It was opened by mistake.",)
    assert not view.complete
    with pytest.raises(RefusedError) as refused:
        house.as_("owner").launch(hr)
    assert refused.value.rule == "state"


def test_a_preview_tells_who_is_asked_how_much(w: ModuleType, house: Any) -> None:
    roles = {"hr-role": ["s3:GetObject", "s3:*"], "pay-role": ["s3:PutObject"]}
    house.sync(w.estate([w.agent("hr"), w.agent("pay", owner="bob")], roles))
    campaign = house.open("hr", "pay", launch=False)
    item = house.line(campaign, "PutObject").id
    house.as_("owner").exclude(campaign, [item], "out of scope", "It is being retired.")
    found = house.as_("owner").preview(campaign)
    assert found.reviewers == {"alice": 3, "bob": 1}
    assert found.kinds == {"permission": 2, "stewardship": 2}
    assert found.excluded == {"out of scope": 1}
    counts = house.as_("x").counts(campaign)
    assert (counts.items, counts.pending, counts.excluded) == (5, 4, 1)
    assert house.problems() == []


def test_an_exclusion_needs_a_rule_and_a_reason(house: Any, hr: str) -> None:
    item = house.lines(hr)[0].id
    for rule, reason in (("", "because"), ("scope", " ")):
        with pytest.raises(RefusedError) as refused:
            house.as_("owner").exclude(hr, [item], rule, reason)
        assert refused.value.rule == "reason"


def test_a_pending_item_is_handed_on_with_a_note(house: Any, hr: str) -> None:
    item = house.line(hr, "GetObject").id
    with pytest.raises(RefusedError) as refused:
        house.as_("alice").reassign(hr, [item], "bob", " ")
    assert refused.value.rule == "note"
    with pytest.raises(RefusedError) as refused:
        house.as_("bob").reassign(hr, [item], "bob", "mine")
    assert refused.value.rule == "not_reviewer"
    house.as_("alice").reassign(hr, [item], "bob", "Bob wrote it.")
    assert house.line(hr, "GetObject").reviewer == "bob"
    assert house.decide("bob", hr, item)
    with pytest.raises(RefusedError) as refused:
        house.as_("bob").reassign(hr, [item], "alice", "Back.")
    assert refused.value.rule == "state"
    told = next(one for one in house.entries() if one["type"] == "item.reassigned")
    assert (told["body"]["before"], told["body"]["reason"]) == ("alice", "Bob wrote it.")
    assert house.problems() == []


def test_a_privileged_item_is_not_handed_to_its_owner(house: Any, hr: str) -> None:
    house.know("alice", "bob")
    item = house.line(hr, "iam:PassRole").id
    house.as_("alice").reassign(hr, [item], "bob", "Privileged.")
    with pytest.raises(RefusedError) as refused:
        house.as_("bob").reassign(hr, [item], "alice", "Yours.")
    assert refused.value.rule == "independence"


def test_an_unknown_agent_or_none_opens_nothing(w: ModuleType, house: Any) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": []}))
    with pytest.raises(UsageError, match="no agent"):
        house.open("other")
    with pytest.raises(UsageError, match="at least one agent"):
        house.open()


def test_an_empty_population_ends_at_once_with_a_sentence(w: ModuleType, house: Any) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": []}))
    campaign = house.open("hr", ask=lambda *_: ())
    view = house.as_("x").campaign(campaign)
    assert view.state == "prepare_failed"
    assert view.blockers == ("It ended without a result: There is nothing to ask.",)
    assert house.problems() == []
