"""Decide, sign, plan, apply, verify, reappear, roll back: through real clients against moto."""

import json
import threading
from types import ModuleType
from typing import Any

import boto3
import pytest

from recert.errors import RefusedError, UsageError
from recert.remediation.service import watch


def start(w: ModuleType, house: Any) -> str:
    document = w.policy(
        w.allow("s3:GetObject", "s3:PutObject", resource="arn:aws:s3:::files/*"),
        w.allow("dynamodb:*", resource=f"arn:aws:dynamodb:us-east-1:{w.ACCOUNT}:table/time"),
    )
    w.make_role("hr", p=document)
    house.sync(w.agent("hr"))
    return str(house.open("hr"))


def test_a_revocation_goes_from_the_decision_to_its_verification(w: ModuleType, house: Any) -> None:
    campaign = start(w, house)
    before = w.inline("hr")
    items = house.revoke(campaign, "s3:PutObject")
    work = house.work(campaign)
    plan = work.plan()
    assert plan.dry_run
    assert w.states(plan) == {items[0]: "planned"}
    (change,) = plan.changes
    assert '-        "s3:PutObject"' in change.diff
    assert w.inline("hr") == before
    report = house.apply(campaign)
    assert w.states(report) == {items[0]: "applied"}
    assert w.inline("hr")["Statement"][0]["Action"] == ["s3:GetObject"]
    assert w.inline("hr")["Statement"][1] == before["Statement"][1]
    assert report.requests[change.id]
    early = work.verify()
    assert "No reading is later" in w.only(early).detail
    assert early.exit_code == 3
    assert w.states(house.verify(campaign)) == {items[0]: "verified"}
    assert house.problems() == []


def test_the_ledger_says_each_call_before_and_after_it(w: ModuleType, house: Any) -> None:
    campaign = start(w, house)
    house.revoke(campaign, "s3:PutObject")
    house.apply(campaign)
    told = [
        (
            one["type"],
            one["body"].get("phase") or one["body"].get("outcome") or one["body"]["state"],
        )
        for one in house.entries()
        if one["type"].startswith(("apply.", "remediation."))
    ]
    assert told == [
        ("apply.planned", "change"),
        ("remediation.recorded", "claimed"),
        ("apply.planned", "call"),
        ("apply.executed", "done"),
        ("apply.executed", "in_place"),
        ("remediation.recorded", "applied"),
    ]


def test_a_campaign_closes_when_everything_revoked_is_verified(w: ModuleType, house: Any) -> None:
    campaign = start(w, house)
    house.revoke(campaign, "s3:PutObject")
    house.attest_rest(campaign)
    owner = house.as_("owner")
    assert owner.campaign(campaign).state == "reviewed"
    with pytest.raises(RefusedError, match="not verified"):
        owner.close(campaign)
    house.apply(campaign)
    assert owner.campaign(campaign).state == "remediating"
    assert any("not verified" in one for one in owner.campaign(campaign).blockers)
    house.verify(campaign)
    view = owner.close(campaign)
    assert (view.state, view.complete) == ("closed", True)
    assert house.problems() == []


def test_applying_again_changes_nothing(w: ModuleType, house: Any) -> None:
    campaign = start(w, house)
    house.revoke(campaign, "s3:PutObject")
    house.apply(campaign)
    calls = house.calls()
    house.work(campaign).apply(calls)
    assert calls.made == []


def test_what_was_revoked_and_comes_back_is_asked_again(w: ModuleType, house: Any) -> None:
    campaign = start(w, house)
    before = w.inline("hr")
    (item,) = house.revoke(campaign, "s3:PutObject")
    house.apply(campaign)
    house.verify(campaign)
    boto3.client("iam").put_role_policy(
        RoleName="hr", PolicyName="p", PolicyDocument=json.dumps(before)
    )
    house.sync()
    (report,) = watch(house.store, house.clock, w.ACTOR, pause=lambda _: None)
    assert w.states(report) == {item: "reappeared"}
    assert report.exit_code == 3
    (again,) = [one for one in house.as_("x").campaigns() if one.predecessor == campaign]
    (line,) = house.lines(again.id)
    assert house.as_("x").item(again.id, line.id).grant["action"] == "s3:PutObject"
    watch(house.store, house.clock, w.ACTOR, pause=lambda _: None)
    assert len([one for one in house.as_("x").campaigns() if one.predecessor == campaign]) == 1
    assert house.problems() == []


def test_what_comes_back_after_the_close_is_asked_in_a_successor(w: ModuleType, house: Any) -> None:
    campaign = start(w, house)
    before = w.inline("hr")
    (item,) = house.revoke(campaign, "s3:PutObject")
    house.attest_rest(campaign)
    house.apply(campaign)
    house.verify(campaign)
    assert house.as_("owner").close(campaign).state == "closed"
    boto3.client("iam").put_role_policy(
        RoleName="hr", PolicyName="p", PolicyDocument=json.dumps(before)
    )
    house.sync()
    (report,) = watch(house.store, house.clock, w.ACTOR, pause=lambda _: None)
    assert w.states(report) == {item: "reappeared"}
    (again,) = [one.id for one in house.as_("x").campaigns() if one.predecessor == campaign]
    titles = [
        line.title
        for one in house.as_("x").campaigns()
        if one.state == "active"
        for line in house.lines(one.id)
    ]
    assert titles.count("Write files on files/*") == 1
    assert house.as_("x").campaign(again).state == "active"
    assert house.as_("owner").campaign(campaign).state == "closed"
    assert house.problems() == []


def test_what_comes_back_as_another_grant_leaves_no_campaign_that_asks_nothing(
    w: ModuleType, house: Any
) -> None:
    campaign = start(w, house)
    (item,) = house.revoke(campaign, "s3:PutObject")
    house.apply(campaign)
    house.verify(campaign)
    grant = {"Effect": "Allow", "Action": "s3:Put*", "Resource": "arn:aws:s3:::files/*"}
    boto3.client("iam").put_role_policy(
        RoleName="hr",
        PolicyName="another",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [grant]}),
    )
    house.sync()
    (report,) = watch(house.store, house.clock, w.ACTOR, pause=lambda _: None)
    assert w.states(report) == {item: "reappeared"}
    campaigns = house.as_("x").campaigns()
    assert "prepare_failed" not in {one.state for one in campaigns}
    grants = [
        house.as_("x").item(one.id, line.id).grant
        for one in campaigns
        if one.id != campaign
        for line in house.lines(one.id)
    ]
    assert [one["action"] for one in grants if one].count("s3:Put*") == 1
    assert house.problems() == []


def test_the_same_permission_through_a_new_grant_is_no_verification(
    w: ModuleType, house: Any
) -> None:
    campaign = start(w, house)
    (item,) = house.revoke(campaign, "s3:PutObject")
    house.apply(campaign)
    sly = w.policy(w.allow("s3:Put*"))
    boto3.client("iam").put_role_policy(
        RoleName="hr", PolicyName="sly", PolicyDocument=json.dumps(sly)
    )
    report = house.verify(campaign)
    assert w.states(report) == {item: "failed"}
    assert "new grant, s3:Put* of sly" in w.only(report).detail


def test_a_rollback_brings_the_document_back_as_it_was(w: ModuleType, house: Any) -> None:
    campaign = start(w, house)
    before = json.dumps(w.inline("hr"))
    (item,) = house.revoke(campaign, "s3:PutObject")
    house.apply(campaign)
    report = house.work(campaign).rollback(house.calls())
    assert w.states(report) == {item: "planned"}
    assert json.dumps(w.inline("hr")) == before
    assert report.exit_code == 0
    again = house.work(campaign).rollback(house.calls())
    assert "Nothing was applied" in w.only(again).detail
    house.sync()
    assert w.states(house.work(campaign).plan()) == {item: "planned"}
    assert house.problems() == []


def test_a_policy_without_statements_is_deleted_and_comes_back(w: ModuleType, house: Any) -> None:
    w.make_role("hr", p=w.policy(w.allow("s3:GetObject")), q=w.policy(w.allow("s3:ListBucket")))
    house.sync(w.agent("hr"))
    campaign = house.open("hr")
    house.revoke(campaign, "s3:GetObject")
    (change,) = house.work(campaign).plan().changes
    assert change.operation.value == "delete_inline"
    house.apply(campaign)
    assert boto3.client("iam").list_role_policies(RoleName="hr")["PolicyNames"] == ["q"]
    house.work(campaign).rollback(house.calls())
    assert w.inline("hr") == w.policy(w.allow("s3:GetObject"))


def test_one_write_for_each_policy_however_many_grants(w: ModuleType, house: Any) -> None:
    actions = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket")
    w.make_role("hr", p=w.policy(w.allow(*actions), w.allow("sqs:SendMessage", "sqs:GetQueueUrl")))
    house.sync(w.agent("hr"))
    campaign = house.open("hr")
    house.revoke(campaign, *actions[:3], "sqs:SendMessage")
    calls = house.calls()
    house.work(campaign).apply(calls)
    assert calls.writes == ["PutRolePolicy"]
    assert w.inline("hr") == w.policy(w.allow("s3:ListBucket"), w.allow("sqs:GetQueueUrl"))
    assert set(w.states(house.verify(campaign)).values()) == {"verified"}


def test_a_reduction_leaves_what_was_named(w: ModuleType, house: Any) -> None:
    campaign = start(w, house)
    keep = ("dynamodb:GetItem", "dynamodb:Query")
    (item,) = house.revoke(campaign, "dynamodb:*", keep=keep)
    house.apply(campaign)
    assert w.inline("hr")["Statement"][1]["Action"] == list(keep)
    assert w.states(house.verify(campaign)) == {item: "verified"}


def test_another_grant_that_still_allows_it_is_named_before_and_after(
    w: ModuleType, house: Any
) -> None:
    w.make_role("hr", p=w.policy(w.allow("s3:GetObject")), q=w.policy(w.allow("s3:Get*")))
    house.sync(w.agent("hr"))
    campaign = house.open("hr")
    (item,) = house.revoke(campaign, "s3:GetObject")
    (planned,) = house.work(campaign).plan().items
    (other,) = planned.still_allowed_by
    assert (other.policy, other.action, other.actions) == ("q", "s3:Get*", ("s3:GetObject",))
    house.apply(campaign)
    report = house.verify(campaign)
    assert w.states(report) == {item: "verified_still_allowed_by"}
    assert [one.action for one in w.only(report).still_allowed_by] == ["s3:Get*"]
    assert w.states(house.work(campaign).plan()) == {item: "verified_still_allowed_by"}
    house.attest_rest(campaign)
    assert house.as_("owner").close(campaign).complete


def test_two_runs_at_once_do_the_work_once(w: ModuleType, house: Any) -> None:
    campaign = start(w, house)
    house.revoke(campaign, "s3:PutObject")
    runs = [house.calls() for _ in range(2)]
    reports = []

    def run(calls: Any) -> None:
        reports.append(house.work(campaign).apply(calls))

    threads = [threading.Thread(target=run, args=(one,)) for one in runs]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [one.writes for one in runs if one.writes] == [["PutRolePolicy"]]
    assert [set(w.states(one).values()) for one in reports] == [{"applied"}, {"applied"}]
    assert house.problems() == []


def test_more_than_the_limit_needs_its_number(w: ModuleType, house: Any) -> None:
    campaign = start(w, house)
    house.revoke(campaign, "s3:PutObject", "s3:GetObject")
    with pytest.raises(RefusedError) as refused:
        house.apply(campaign, limit=1)
    assert refused.value.rule == "limit"
    house.apply(campaign, limit=2)


def test_only_signed_revocations_are_carried_out(w: ModuleType, house: Any) -> None:
    campaign = start(w, house)
    assert house.work(campaign).plan().items == ()
    with pytest.raises(UsageError, match="no signed revocation"):
        house.work(campaign).plan([house.item(campaign, "s3:PutObject")])
