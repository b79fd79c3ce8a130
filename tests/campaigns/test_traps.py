"""The traps that other products fell into, each by its name; those of other rooms are named there.

`not_supported` for what AWS cannot do stands in tests/remediation, cells of a spreadsheet in
tests/evidence, days of a clock change in tests/campaigns/test_deadlines.py.
"""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert as sql_insert
from sqlalchemy import text
from sqlmodel import select

from recert.campaigns.contract import items_json
from recert.campaigns.views import ItemFilter, Verdict
from recert.errors import RecertError, RefusedError
from recert.evidence.pack import stored_ledger
from recert.evidence.tieout import tie_out
from recert.store.tables import DecisionRow

WHY = {"rationale": "It is needed."}


def subjects(w: Any, count: int) -> tuple[Any, ...]:
    return tuple(
        w.ReviewSubject(
            kind="permission",
            agent=w.arn("hr"),
            subject=f"grant {number}",
            title=f"May read the bucket {number}",
            basis={"number": number},
            grant={"id": f"g{number}"},
        )
        for number in range(count)
    )


@pytest.mark.parametrize("count", [1_001, pytest.param(10_001, marks=pytest.mark.campaign)])
def test_trap_more_than_1000_and_10000_items_counts_completion_and_export_agree(
    house: Any, w: Any, count: int
) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ()}))
    asked = subjects(w, count)
    campaign = house.open("hr", ask=lambda *_: asked)
    service = house.as_("alice")
    listed = [one["id"] for one in items_json(service, campaign)]
    assert len(listed) == len(set(listed)) == service.counts(campaign).items == count
    house.decide("alice", campaign, *listed[:-1], rationale="All of these are needed.")
    assert service.sign(campaign).items == count - 1
    view = service.campaign(campaign)
    assert (view.state, view.counts.pending, view.complete) == ("active", 1, False)
    assert any("1 item wait" in one for one in view.blockers)
    house.decide("alice", campaign, listed[-1], rationale="This one, too.")
    assert service.sign(campaign).campaign_state == "reviewed"
    with house.store.read() as session:
        found = tie_out(stored_ledger(session).projection, campaign, count)
    assert found.counts["items"] == found.counts["signed_off"] == count
    assert found.holds


def test_trap_a_decision_after_sign_off_close_or_deadline_is_refused_in_the_database(
    house: Any, hr: str
) -> None:
    item = house.line(hr, "GetObject").id
    house.decide("alice", hr, item, **WHY)
    with house.store.read() as session:
        row = session.exec(select(DecisionRow)).one().model_dump()

    def insert(**more: Any) -> str:
        values = {**row, "id": "d-late", "client_id": "late", "supersedes": None, **more}
        with pytest.raises(RecertError) as refused, house.store.write(house.actor) as tx:
            tx.session.connection().execute(sql_insert(DecisionRow), [values])
        return refused.value.what

    assert "not what the decision rests on" in insert(basis_digest="0" * 64)
    assert "not what the decision rests on" in insert(stage=2)
    assert "only the reviewer of record" in insert(decided_by="mallory")
    house.as_("alice").sign(hr)
    assert "signed off" in insert()
    house.as_("owner").end_review(hr)
    other = house.line(hr, "PutObject")
    assert "takes no decision" in insert(item=other.id, basis_digest=other.basis_digest)
    house.close(hr)
    assert insert()


def test_trap_a_decision_after_a_hard_deadline_is_refused_by_rule_and_in_the_database(
    house: Any, w: Any
) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ("s3:GetObject",)}))
    campaign = house.open("hr", hard_deadline=True, due_in_days=1)
    item = house.line(campaign, "GetObject").id
    house.decide("alice", campaign, item)
    with house.store.read() as session:
        row = session.exec(select(DecisionRow)).one().model_dump()
    house.tomorrow(5)
    with pytest.raises(RefusedError) as refused:
        house.decide("alice", campaign, item)
    assert refused.value.rule == "deadline"
    late = {**row, "id": "d-late", "client_id": "late", "decided_at": "2026-11-07T09:00:00Z"}
    with pytest.raises(RefusedError, match="deadline"), house.store.write(house.actor) as tx:
        tx.session.add(DecisionRow(**late))
    assert house.as_("owner").end_review(campaign).items == 2


def test_trap_overwriting_leaves_history(house: Any, hr: str) -> None:
    item = house.line(hr, "GetObject").id
    for verdict in (Verdict.ATTEST, Verdict.REVOKE, Verdict.ABSTAIN):
        house.decide("alice", hr, item, verdict=verdict, **WHY)
    with house.store.read() as session:
        kept = [(one.verdict, one.state) for one in session.exec(select(DecisionRow))]
    assert sorted(kept) == [
        ("abstain", "current"),
        ("attest", "superseded"),
        ("revoke", "superseded"),
    ]
    told = [one for one in house.entries() if one["type"] == "decision.recorded"]
    assert [one["body"]["verdict"] for one in told] == ["attest", "revoke", "abstain"]
    with pytest.raises(RefusedError, match="never removed"), house.store.write(house.actor) as tx:
        tx.session.connection().execute(text("DELETE FROM decision"))


def test_trap_an_owner_changes_mid_campaign(house: Any, w: Any, hr: str) -> None:
    item = house.line(hr, "GetObject").id
    house.decide("alice", hr, item, **WHY)
    actions = ("s3:GetObject", "s3:*", "iam:PassRole", "s3:PutObject")
    house.sync(w.estate([w.agent("hr", owner="bob")], {"hr-role": actions}, day=1))
    line = house.line(hr, "GetObject")
    assert (line.state, line.reviewer) == ("pending", "bob")
    with pytest.raises(RefusedError) as refused:
        house.decide("alice", hr, item, **WHY)
    assert refused.value.rule == "not_reviewer"
    assert house.problems() == []


def test_trap_a_role_with_two_agents(house: Any, w: Any) -> None:
    agents = [w.agent("hr"), w.agent("pay", owner="bob", role="hr-role")]
    house.sync(w.estate(agents, {"hr-role": ("s3:GetObject",)}))
    campaign = house.open("hr", "pay")
    found = {
        one.agent: house.as_("x").item(campaign, one.id).links
        for one in house.lines(campaign)
        if one.kind == "permission"
    }
    assert found[w.arn("hr")][0]["agent"] == w.arn("pay")
    assert found[w.arn("pay")][0]["agent"] == w.arn("hr")


def test_trap_a_subject_without_permissions_does_not_block_or_nag(house: Any, w: Any) -> None:
    agents = [w.agent("hr"), w.agent("bare", owner="bob", role="bare-role")]
    house.sync(w.estate(agents, {"hr-role": ("s3:GetObject",), "bare-role": ()}))

    def ask(estate: Any, name: str) -> Any:
        return () if name == w.arn("bare") else w.ask(estate, name)

    campaign = house.open("hr", "bare", ask=ask)
    assert {one.agent for one in house.lines(campaign)} == {w.arn("hr")}
    house.attest_all(campaign)
    assert house.as_("owner").close(campaign, ask=ask).state == "closed"
    empty = house.open("bare", ask=ask)
    view = house.as_("owner").campaign(empty)
    assert (view.state, view.counts.items) == ("prepare_failed", 0)
    assert view.blockers == ("It ended without a result: There is nothing to ask.",)


def test_trap_the_same_event_twice_opens_one_campaign(house: Any, w: Any) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ("s3:GetObject",)}))
    house.tomorrow(60)
    changed = w.estate([w.agent("hr")], {"hr-role": ("s3:GetObject", "s3:*")}, day=60)
    first = house.sync(changed)
    assert len(first.campaigns) == 1
    again = house.sync(changed)
    assert (again.events, again.campaigns, again.unchanged) == (0, (), True)
    assert len(house.as_("x").campaigns()) == 1


def test_trap_an_abstention_is_not_reviewed(house: Any, hr: str) -> None:
    for one in house.lines(hr):
        house.decide(one.reviewer, hr, one.id, verdict=Verdict.ABSTAIN, rationale="I cannot tell.")
    for name in sorted({one.reviewer for one in house.lines(hr)}):
        house.as_(name).sign(hr)
    house.close(hr)
    view = house.as_("owner").campaign(hr)
    assert (view.state, view.complete, view.counts.abstained) == ("closed", False, 5)
    assert any(f"recert campaign reiterate {hr}" in one for one in view.blockers)


def test_trap_a_role_deleted_and_recreated_under_its_name_invalidates_decisions(
    house: Any, w: Any
) -> None:
    before = w.role("hr-role", ("s3:GetObject",), role_id="AROAFIRST")
    house.sync(w.estate([w.agent("hr")], [before]))
    campaign = house.open("hr")
    item = house.line(campaign, "GetObject")
    house.decide("alice", campaign, item.id, **WHY)
    after = w.role("hr-role", ("s3:GetObject",), role_id="AROASECOND")
    house.sync(w.estate([w.agent("hr")], [after], day=1))
    found = house.line(campaign, "GetObject")
    assert found.state == "pending"
    assert found.basis_digest != item.basis_digest
    house.attest_all(campaign)
    house.close(campaign)
    third = w.role("hr-role", ("s3:GetObject",), role_id="AROATHIRD")
    house.tomorrow(3)
    house.sync(w.estate([w.agent("hr")], [third], day=3))
    fresh = house.open("hr")
    assert house.line(fresh, "GetObject").delta == "changed"
    assert house.line(fresh, "belongs").delta == "unchanged"


def test_trap_reviewer_is_owner_and_last_policy_editor(house: Any, w: Any) -> None:
    house.know("alice", "bob", "carl")
    one = w.agent("hr").model_copy(update={"tags": {"last-modified-by": "bob"}})
    house.sync(w.estate([one], {"hr-role": ("iam:PassRole",)}))
    campaign = house.open("hr")
    assert house.line(campaign, "PassRole").reviewer == "carl"
    for barred in ("alice", "bob"):
        item = house.line(campaign, "PassRole").id
        with pytest.raises(RefusedError) as refused:
            house.as_("carl").reassign(campaign, (item,), barred, "You know it.")
        assert refused.value.rule == "independence"


def test_trap_all_items_without_response_and_a_rule_to_revoke_meet_the_brake(
    house: Any, w: Any
) -> None:
    house.sync(w.estate([w.agent("hr")], {"hr-role": ()}))
    asked = subjects(w, 40)
    campaign = house.open("hr", ask=lambda *_: asked)
    policy = {"ordinary": "revoke", "privileged": "revoke"}
    owner = house.as_("owner")
    told = owner.silence(campaign, policy)
    assert (told.items, told.revoke, told.brake) == (40, 40, True)
    with pytest.raises(RefusedError) as refused:
        owner.end_review(campaign, policy=policy)
    assert refused.value.rule == "mass_revocation"
    assert owner.campaign(campaign).state == "active"
    owner.end_review(campaign, policy=policy, revocations=40)
    view = owner.campaign(campaign)
    assert (view.state, view.counts.no_response) == ("reviewed", 40)
    assert any("40 revocations not verified" in one for one in view.blockers)
    with pytest.raises(RefusedError):
        owner.close(campaign, ask=lambda *_: asked)


def test_trap_a_decision_at_the_end_of_a_month_or_on_a_leap_day_runs_out_on_its_day(
    house: Any, w: Any
) -> None:
    house.clock.instant = w.START.replace(year=2028, month=2, day=27)
    house.sync(w.estate([w.agent("hr")], {"hr-role": ("s3:GetObject",)}, day=482))
    campaign = house.open("hr")
    item = house.line(campaign, "GetObject").id
    leap = w.START.replace(year=2028, month=2, day=29)
    house.decide("alice", campaign, item, verdict=Verdict.ATTEST_UNTIL, until=leap, **WHY)
    for one in house.lines(campaign, undecided=True):
        house.decide("alice", campaign, one.id, **WHY)
    house.as_("alice").sign(campaign)
    house.close(campaign)
    for day, opened in ((28, 0), (29, 1)):
        house.clock.instant = leap.replace(day=day) + timedelta(minutes=1)
        days = (house.clock.instant - w.START).days
        found = house.sync(w.estate([w.agent("hr")], {"hr-role": ("s3:GetObject",)}, day=days))
        assert len(found.campaigns) == opened


def test_trap_numbers_that_do_not_tie_out_stop_the_close(house: Any, hr: str) -> None:
    house.as_("owner").end_review(hr)
    with house.store.write(house.actor) as tx:
        tx.session.connection().execute(
            text("UPDATE item SET state = 'pending' WHERE title LIKE '%PutObject'")
        )
    with pytest.raises(RefusedError) as refused:
        house.close(hr)
    assert refused.value.rule == "tie_out"
    assert "5 and 4" in str(refused.value.what)
    blockers = house.as_("owner").campaign(hr).blockers
    assert any(one.startswith("It does not add up") for one in blockers)


def test_trap_unchanged_items_are_folded_and_never_attested_by_themselves(
    house: Any, w: Any, hr: str
) -> None:
    house.attest_all(hr)
    house.close(hr)
    again = house.open("hr")
    lines = house.lines(again)
    assert {one.delta for one in lines} == {"unchanged"}
    assert {(one.state, one.verdict) for one in lines} == {("pending", None)}
    house.as_("owner").end_review(again)
    assert house.as_("x").counts(again).attested == 0


def test_trap_two_people_at_once_lose_nothing(house: Any, hr: str) -> None:
    item = house.line(hr, "GetObject")
    house.as_("alice").reassign(hr, (item.id,), "bob", "Please.")
    with pytest.raises(RefusedError) as refused:
        house.decide("alice", hr, item.id, seen={item.id: item.basis_digest})
    assert refused.value.rule == "not_reviewer"
    house.decide("bob", hr, item.id, client_id="once")
    house.decide("bob", hr, item.id, client_id="once")
    assert len([one for one in house.entries() if one["type"] == "decision.recorded"]) == 1
    found = house.as_("x").items(hr, ItemFilter(states=("decided",)))
    assert [one.id for one in found.items] == [item.id]
