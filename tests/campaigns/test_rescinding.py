"""A signed decision is taken back by one person and confirmed by another; then it is asked again."""

from typing import Any

import pytest
from sqlalchemy import text

from recert.campaigns.remedies import removals
from recert.campaigns.views import Verdict
from recert.errors import RecertError, RefusedError

WHY = {"rationale": "It is needed."}


@pytest.fixture
def signed(house: Any, hr: str) -> tuple[str, str]:
    """Return a campaign and an item of it that alice attested and signed."""
    house.know("alice", "bob")
    item = house.line(hr, "GetObject").id
    house.decide("alice", hr, item, **WHY)
    house.as_("alice").sign(hr)
    return hr, item


def confirm(house: Any, w: Any, who: str, campaign: str, *items: str) -> Any:
    return house.as_(who).confirm_rescission(campaign, items, ask=w.ask)


def test_until_a_second_person_confirms_it_the_decision_stands(
    house: Any, signed: tuple[str, str]
) -> None:
    campaign, item = signed
    made = house.as_("alice").rescind(campaign, (item,), "It was the wrong one.")
    assert made.rescissions[0]["state"] == "requested"
    found = house.as_("x").item(campaign, item)
    assert found.decision.state == "current"
    assert found.rescission["requested_by"] == "alice"
    assert house.as_("x").counts(campaign).attested == 1
    assert house.problems() == []


def test_what_waits_for_a_second_person_stands_with_the_campaign_and_on_the_line_of_the_item(
    house: Any, w: Any, signed: tuple[str, str]
) -> None:
    campaign, item = signed
    bob = house.as_("bob")

    def seen() -> tuple[list[str], str, str]:
        (there,) = [view for view in bob.campaigns() if view.id == campaign]
        assert there.rescissions == bob.campaign(campaign).rescissions
        (line,) = [line for line in house.lines(campaign) if line.id == item]
        assert line.rescission == bob.item(campaign, item).line.rescission
        told = [f"{one['requested_by']} {one['title']}" for one in there.rescissions]
        return told, line.rescission, line.id

    assert seen() == ([], "", item)
    house.as_("alice").rescind(campaign, (item,), "It was the wrong one.")
    assert seen() == (["alice May s3:GetObject"], "requested", item)
    house.as_("alice").withdraw_rescission(campaign, (item,))
    assert seen() == ([], "", item)
    house.as_("alice").rescind(campaign, (item,), "It was wrong after all.")
    confirm(house, w, "bob", campaign, item)
    assert seen() == ([], "confirmed", item)


def test_confirmed_it_has_no_effect_and_a_successor_asks_again(
    house: Any, w: Any, signed: tuple[str, str]
) -> None:
    campaign, item = signed
    house.as_("alice").rescind(campaign, (item,), "It was the wrong one.")
    made = confirm(house, w, "bob", campaign, item)
    found = house.as_("x").item(campaign, item)
    assert (found.line.state, found.decision.state) == ("signed_off", "rescinded")
    assert house.as_("x").counts(campaign).attested == 0
    view = house.as_("x").campaign(campaign)
    assert (view.rescinded, view.completely_reviewed) == (1, 0)
    assert any("rescinded" in one and made.successor in one for one in view.blockers)
    again = house.as_("x").campaign(made.successor)
    assert (again.state, again.predecessor, again.counts.items) == ("active", campaign, 1)
    fresh = house.lines(made.successor)[0]
    assert (fresh.title, fresh.delta) == ("May s3:GetObject", "new")
    assert house.problems() == []


@pytest.mark.parametrize(
    ("who", "rule"), [("alice", "second_person"), ("stranger", "second_person")]
)
def test_only_a_second_person_who_is_known_confirms(
    house: Any, w: Any, signed: tuple[str, str], who: str, rule: str
) -> None:
    campaign, item = signed
    house.as_("alice").rescind(campaign, (item,), "It was the wrong one.")
    with pytest.raises(RefusedError) as refused:
        confirm(house, w, who, campaign, item)
    assert refused.value.rule == rule


def test_who_neither_decided_nor_owns_the_campaign_cannot_ask(
    house: Any, signed: tuple[str, str]
) -> None:
    campaign, item = signed
    with pytest.raises(RefusedError) as refused:
        house.as_("bob").rescind(campaign, (item,), "I see it otherwise.")
    assert refused.value.rule == "not_reviewer"
    house.as_("owner").rescind(campaign, (item,), "The auditor sees it otherwise.")


def test_each_misuse_is_refused_with_its_rule(house: Any, w: Any, signed: tuple[str, str]) -> None:
    campaign, item = signed
    other = house.line(campaign, "s3:*").id

    def rule(call: Any) -> str:
        with pytest.raises(RefusedError) as refused:
            call()
        return refused.value.rule

    alice = house.as_("alice")
    assert rule(lambda: alice.rescind(campaign, (item,), " ")) == "rationale"
    assert rule(lambda: alice.rescind(campaign, (other,), "Wrong.")) == "not_signed"
    assert rule(lambda: confirm(house, w, "bob", campaign, item)) == "not_requested"
    alice.rescind(campaign, (item,), "Wrong.")
    assert rule(lambda: alice.rescind(campaign, (item,), "Wrong.")) == "rescinding"
    alice.withdraw_rescission(campaign, (item,))
    assert rule(lambda: confirm(house, w, "bob", campaign, item)) == "not_requested"
    alice.rescind(campaign, (item,), "Wrong after all.")
    confirm(house, w, "bob", campaign, item)
    assert rule(lambda: alice.rescind(campaign, (item,), "Again.")) == "rescinded"
    house.as_("owner").cancel(campaign, "No longer wanted.")
    assert rule(lambda: alice.rescind(campaign, (item,), "Late.")) == "campaign_not_active"
    assert house.problems() == []


def test_a_rescinded_revocation_is_not_carried_out(house: Any, w: Any, hr: str) -> None:
    house.know("alice", "bob")
    item = house.line(hr, "PutObject").id
    house.decide("alice", hr, item, verdict=Verdict.REVOKE, **WHY)
    house.as_("alice").sign(hr)
    with house.store.read() as session:
        assert [one.item for one in removals(session, hr)] == [item]
    house.as_("alice").rescind(hr, (item,), "It is in use.")
    assert confirm(house, w, "bob", hr, item).applied == ()
    with house.store.read() as session:
        assert removals(session, hr) == ()
        assert [one.item for one in removals(session, hr, rescinded=True)] == [item]


def test_after_it_was_carried_out_it_says_that_it_has_to_be_rolled_back(
    house: Any, w: Any, hr: str
) -> None:
    house.know("alice", "bob")
    item = house.line(hr, "PutObject").id
    house.decide("alice", hr, item, verdict=Verdict.REVOKE, **WHY)
    house.as_("alice").sign(hr)
    house.as_("owner").end_review(hr)
    with house.store.write(house.actor) as tx:
        body = {"item": item, "state": "applied"}
        tx.append("remediation.recorded", body, campaign=hr)
    house.as_("alice").rescind(hr, (item,), "It is in use.")
    made = confirm(house, w, "bob", hr, item)
    assert made.applied == (item,)
    blockers = house.as_("owner").campaign(hr).blockers
    assert any(f"recert remediate {hr} rollback" in one for one in blockers)
    with pytest.raises(RefusedError) as refused:
        house.close(hr)
    assert refused.value.rule == "not_closable"
    with house.store.write(house.actor) as tx:
        body = {"item": item, "state": "planned"}
        tx.append("remediation.recorded", body, campaign=hr)
    assert house.close(hr).state == "closed"
    assert not house.as_("owner").campaign(hr).complete
    assert house.problems() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decision SET state = 'rescinded'",
        "UPDATE rescission SET state = 'confirmed', confirmed_by = requested_by",
        "UPDATE rescission SET rationale = 'x'",
        "DELETE FROM rescission",
    ],
)
def test_the_store_itself_demands_the_second_person(
    house: Any, signed: tuple[str, str], statement: str
) -> None:
    campaign, item = signed
    house.as_("alice").rescind(campaign, (item,), "It was the wrong one.")
    with pytest.raises(RecertError), house.store.write(house.actor) as tx:
        tx.session.connection().execute(text(statement))
