"""A fault after every single call, one at a time: the next run knows where it stood and goes on."""

import json
from types import ModuleType
from typing import Any

import boto3
import pytest

MOST = 30


def furnish(w: ModuleType) -> str:
    """Fill the account: an inline policy, a policy at its limit of versions, an attachment."""
    w.make_role("hr", p=w.policy(w.allow("sqs:SendMessage", "sqs:GetQueueUrl")))
    found = str(w.make_policy("data", w.policy(w.allow("s3:ListBucket")), "hr"))
    iam = boto3.client("iam")
    for actions in (["a:b"], ["c:d"], ["e:f"], ["s3:GetObject", "s3:PutObject"]):
        iam.create_policy_version(
            PolicyArn=found,
            PolicyDocument=json.dumps(w.policy(w.allow(*actions))),
            SetAsDefault=True,
        )
    w.make_policy("gone", w.policy(w.allow("sns:Publish")), "hr")
    return found


@pytest.fixture
def scene(w: ModuleType, anew: Any) -> Any:
    """Return what sets the scene again and again: the account, and a store with its revocations."""
    first = anew()
    found = furnish(w)
    first.sync(w.agent("hr"))
    campaign = first.open("hr")
    first.revoke(campaign, "sqs:SendMessage", "s3:PutObject", "sns:Publish")
    signed = first.store.location.read_bytes()

    def again() -> tuple[Any, str, str]:
        house = anew(signed)
        furnish(w)
        house.clock.instant, house.agents = first.clock.instant, first.agents
        return house, campaign, found

    return again


def in_place(w: ModuleType, found: str) -> bool:
    attached = boto3.client("iam").list_attached_role_policies(RoleName="hr")["AttachedPolicies"]
    return (
        w.inline("hr") == w.policy(w.allow("sqs:GetQueueUrl"))
        and w.managed(found) == w.policy(w.allow("s3:GetObject"))
        and [one["PolicyName"] for one in attached] == ["data"]
    )


@pytest.mark.parametrize("fault", ["crash_after", "lose_after"])
def test_a_fault_around_any_call_is_recorded_and_gone_on_with(
    w: ModuleType, scene: Any, fault: str
) -> None:
    for number in range(1, MOST):
        house, campaign, found = scene()
        calls = house.calls(**{fault: number})
        crashed = False
        try:
            house.work(campaign).apply(calls)
        except w.Crash:
            crashed = True
        if len(calls.made) < number:
            break
        assert crashed == (fault != "lose_after"), number
        assert house.problems() == [], number
        told = house.entries("remediation.recorded")
        done = {one["body"]["item"]: one["body"]["state"] for one in told}
        assert set(done.values()) <= {"claimed", "applied"}, number
        report = house.work(campaign).apply(house.calls())
        assert set(w.states(report).values()) == {"applied"}, (number, report.items)
        assert in_place(w, found), number
    else:
        pytest.fail("more calls than expected")
    assert number > MOST // 3
    assert set(w.states(house.verify(campaign)).values()) == {"verified"}


@pytest.mark.campaign
def test_a_crash_during_a_rollback_is_gone_on_with(w: ModuleType, scene: Any) -> None:
    for number in range(1, MOST):
        house, campaign, found = scene()
        before = (w.inline("hr"), w.managed(found))
        house.apply(campaign)
        calls = house.calls(crash_after=number)
        try:
            house.work(campaign).rollback(calls)
        except w.Crash:
            house.work(campaign).rollback(house.calls())
        assert (w.inline("hr"), w.managed(found)) == before, number
        attached = boto3.client("iam").list_attached_role_policies(RoleName="hr")
        assert len(attached["AttachedPolicies"]) == 2
        assert house.problems() == []
        if len(calls.made) < number:
            break
    else:
        pytest.fail("more calls than expected")
