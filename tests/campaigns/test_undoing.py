from types import ModuleType
from typing import Any

import pytest

from recert.campaigns.views import Verdict
from recert.errors import RefusedError


def verdicts(house: Any, campaign: str) -> dict[str, Any]:
    return {line.title: line.verdict for line in house.lines(campaign) if line.verdict}


def test_undo_takes_back_the_last_request_and_redo_puts_it_in_force(house: Any, hr: str) -> None:
    first, second = house.line(hr, "GetObject").id, house.line(hr, "PutObject").id
    house.decide("alice", hr, first)
    house.decide("alice", hr, second, verdict=Verdict.REVOKE, rationale="No.")
    service = house.as_("alice")
    assert service.undo(hr) == (second,)
    assert service.undo(hr) == (first,)
    assert service.undo(hr) == ()
    assert verdicts(house, hr) == {}
    assert service.redo(hr) == (first,)
    assert service.redo(hr) == (second,)
    assert service.redo(hr) == ()
    assert set(verdicts(house, hr).values()) == {Verdict.ATTEST, Verdict.REVOKE}
    assert house.problems() == []


def test_a_bulk_request_goes_back_together(house: Any, hr: str) -> None:
    items = {house.line(hr, text).id for text in ("GetObject", "PutObject")}
    house.decide("alice", hr, *items, rationale="Both.")
    service = house.as_("alice")
    assert set(service.undo(hr)) == items
    assert house.as_("x").counts(hr).decided == 0
    assert set(service.redo(hr)) == items
    assert house.problems() == []


def test_undo_restores_the_decision_before(house: Any, hr: str) -> None:
    item = house.line(hr, "GetObject").id
    house.decide("alice", hr, item)
    house.decide("alice", hr, item, verdict=Verdict.REVOKE, rationale="No.")
    service = house.as_("alice")
    service.undo(hr)
    assert house.line(hr, "GetObject").verdict is Verdict.ATTEST
    service.redo(hr)
    assert house.line(hr, "GetObject").verdict is Verdict.REVOKE
    assert house.problems() == []


def test_a_new_decision_ends_what_could_be_redone(house: Any, hr: str) -> None:
    house.decide("alice", hr, house.line(hr, "GetObject").id)
    service = house.as_("alice")
    service.undo(hr)
    house.decide("alice", hr, house.line(hr, "PutObject").id)
    assert service.redo(hr) == ()


def test_undo_is_the_callers_own(house: Any, hr: str) -> None:
    house.decide("alice", hr, house.line(hr, "GetObject").id)
    assert house.as_("bob").undo(hr) == ()
    assert house.as_("x").counts(hr).decided == 1


def test_what_is_signed_is_not_undone(house: Any, hr: str) -> None:
    house.decide("alice", hr, house.line(hr, "GetObject").id)
    house.as_("alice").sign(hr)
    assert house.as_("alice").undo(hr) == ()


def test_a_decision_on_an_older_basis_is_not_redone(w: ModuleType, house: Any) -> None:
    roles = {"hr-role": ["s3:GetObject"]}
    house.sync(w.estate([w.agent("hr")], roles))
    campaign = house.open("hr")
    house.decide("alice", campaign, house.line(campaign, "GetObject").id)
    house.as_("alice").undo(campaign)
    house.sync(w.estate([w.agent("hr", purpose="salaries")], roles, day=1))
    with pytest.raises(RefusedError) as refused:
        house.as_("alice").redo(campaign)
    assert refused.value.rule == "stale_basis"


def test_nothing_is_undone_in_a_campaign_that_is_over(house: Any, hr: str) -> None:
    house.decide("alice", hr, house.line(hr, "GetObject").id)
    house.as_("owner").cancel(hr, "It was opened by mistake.")
    with pytest.raises(RefusedError) as refused:
        house.as_("alice").undo(hr)
    assert refused.value.rule == "campaign_not_active"
