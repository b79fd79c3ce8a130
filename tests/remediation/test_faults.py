"""A fault after every single call, one at a time: the next run knows where it stood and goes on."""

import json
from types import ModuleType
from typing import Any

import boto3
import pytest

MOST = 45
FOREIGN = "arn:aws:iam::999988887777:root"
OPS = "arn:aws:iam::123456789012:role/ops"


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
    runs = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    iam.update_assume_role_policy(
        RoleName="hr",
        PolicyDocument=json.dumps(
            w.policy(
                {**runs, "Principal": {"Service": "bedrock.amazonaws.com"}},
                {**runs, "Principal": {"AWS": FOREIGN}},
            )
        ),
    )
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="files")
    s3.put_bucket_policy(Bucket="files", Policy=json.dumps(opens(w, w.role_arn("hr"), OPS)))
    return found


def opens(w: ModuleType, *roles: str) -> dict[str, Any]:
    """Return the policy of a bucket that lets roles delete files."""
    return w.policy(
        w.allow("s3:DeleteObject", resource="arn:aws:s3:::files/*", Principal={"AWS": list(roles)})
    )


@pytest.fixture
def scene(w: ModuleType, anew: Any) -> Any:
    """Return what sets the scene again and again: the account, and a store with its revocations."""
    first = anew()
    found = furnish(w)
    first.buckets = ("files",)
    first.sync(w.agent("hr"))
    campaign = first.open("hr")
    first.revoke(
        campaign, "sqs:SendMessage", "s3:PutObject", "sns:Publish", FOREIGN, "s3:DeleteObject"
    )
    signed = first.store.location.read_bytes()

    def again() -> tuple[Any, str, str]:
        house = anew(signed)
        furnish(w)
        house.clock.instant, house.agents = first.clock.instant, first.agents
        house.buckets = first.buckets
        return house, campaign, found

    return again


def in_place(w: ModuleType, found: str) -> bool:
    attached = boto3.client("iam").list_attached_role_policies(RoleName="hr")["AttachedPolicies"]
    return (
        w.inline("hr") == w.policy(w.allow("sqs:GetQueueUrl"))
        and w.managed(found) == w.policy(w.allow("s3:GetObject"))
        and [one["PolicyName"] for one in attached] == ["data"]
        and len(trust_now()) == 1
        and bucket_now() == opens(w, OPS)
    )


def trust_now() -> Any:
    found = boto3.client("iam").get_role(RoleName="hr")["Role"]
    return found["AssumeRolePolicyDocument"]["Statement"]


def bucket_now() -> Any:
    return json.loads(boto3.client("s3").get_bucket_policy(Bucket="files")["Policy"])


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
        before = (w.inline("hr"), w.managed(found), trust_now(), bucket_now())
        house.apply(campaign)
        calls = house.calls(crash_after=number)
        try:
            house.work(campaign).rollback(calls)
        except w.Crash:
            house.work(campaign).rollback(house.calls())
        after = (w.inline("hr"), w.managed(found), trust_now(), bucket_now())
        assert after == before, number
        attached = boto3.client("iam").list_attached_role_policies(RoleName="hr")
        assert len(attached["AttachedPolicies"]) == 2
        assert house.problems() == []
        if len(calls.made) < number:
            break
    else:
        pytest.fail("more calls than expected")
