"""Trust policies and bucket policies: taken from one principal, proved, and brought back as they were."""

import json
from types import ModuleType
from typing import Any

import boto3

OPS = "arn:aws:iam::123456789012:role/ops"
FOREIGN = "arn:aws:iam::999988887777:root"
SPACED = """{
  "Version": "2012-10-17",
  "Statement": [ {"Sid": "A", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"],
                  "Resource": "*"} ] }"""


def trust(w: ModuleType, *statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=1)


def lets(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more}


def trust_now(role: str = "hr") -> Any:
    return boto3.client("iam").get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]


def raw(w: ModuleType, house: Any, operation: str, **params: str) -> Any:
    """Return what AWS keeps, as text."""
    from recert.aws.executor import Executor, Place  # noqa: PLC0415 - only this looks at texts

    return Executor(house.source).call(Place(w.ACCOUNT, ""), "iam", operation, params).output


def test_one_principal_goes_from_a_trust_policy_and_comes_back_byte_for_byte(
    w: ModuleType, house: Any
) -> None:
    w.make_role("hr", p=w.policy(w.allow("s3:GetObject")))
    bound = {"StringEquals": {"aws:SourceAccount": w.ACCOUNT}}
    before = trust(
        w,
        lets({"Service": "bedrock.amazonaws.com"}, Condition=bound),
        lets({"AWS": [FOREIGN, f"arn:aws:iam::{w.ACCOUNT}:root"]}, Sid="People"),
    )
    boto3.client("iam").update_assume_role_policy(RoleName="hr", PolicyDocument=before)
    house.sync(w.agent("hr"))
    campaign = house.open("hr")
    (item,) = house.revoke(campaign, FOREIGN)
    (change,) = house.work(campaign).plan().changes
    assert change.operation.value == "update_trust"
    calls = house.calls()
    house.work(campaign).apply(calls)
    assert calls.writes == ["UpdateAssumeRolePolicy"]
    after = json.loads(before)
    after["Statement"][1]["Principal"]["AWS"] = [f"arn:aws:iam::{w.ACCOUNT}:root"]
    assert trust_now() == after
    assert w.states(house.verify(campaign)) == {item: "verified"}
    house.work(campaign).rollback(house.calls(), read=house.sync)
    kept = raw(w, house, "GetRole", RoleName="hr")["Role"]["AssumeRolePolicyDocumentText"]
    assert kept == before
    assert w.states(house.work(campaign).plan()) == {item: "planned"}
    assert house.problems() == []


def test_a_principal_that_another_statement_lets_in_is_told(w: ModuleType, house: Any) -> None:
    w.make_role("hr", p=w.policy(w.allow("s3:GetObject")))
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    boto3.client("iam").update_assume_role_policy(
        RoleName="hr",
        PolicyDocument=trust(w, lets({"AWS": FOREIGN}), lets({"AWS": FOREIGN}, Condition=mfa)),
    )
    house.sync(w.agent("hr"))
    campaign = house.open("hr")
    (item,) = house.revoke(campaign, FOREIGN)
    house.apply(campaign)
    left = trust_now()["Statement"]
    assert len(left) == 1
    report = house.verify(campaign)
    assert w.states(report) == {item: "verified_still_allowed_by"}


def test_a_trust_that_changed_its_conditions_goes_back_to_review(w: ModuleType, house: Any) -> None:
    w.make_role("hr", p=w.policy(w.allow("s3:GetObject")))
    iam = boto3.client("iam")
    runs = lets({"Service": "bedrock.amazonaws.com"})
    iam.update_assume_role_policy(
        RoleName="hr", PolicyDocument=trust(w, runs, lets({"AWS": FOREIGN}))
    )
    house.sync(w.agent("hr"))
    campaign = house.open("hr")
    (item,) = house.revoke(campaign, FOREIGN)
    bound = {"StringEquals": {"sts:ExternalId": "x"}}
    newer = trust(w, runs, lets({"AWS": FOREIGN}, Condition=bound))
    iam.update_assume_role_policy(RoleName="hr", PolicyDocument=newer)
    house.sync()
    report = house.apply(campaign)
    assert w.states(report) == {item: "excepted"}
    assert w.only(report).successor
    assert trust_now() == json.loads(newer)


def test_the_last_principal_of_a_trust_policy_is_a_proposal(w: ModuleType, house: Any) -> None:
    w.make_role("hr", p=w.policy(w.allow("s3:GetObject")))
    boto3.client("iam").update_assume_role_policy(
        RoleName="hr", PolicyDocument=trust(w, lets({"AWS": FOREIGN}))
    )
    house.sync(w.agent("hr"))
    campaign = house.open("hr")
    (item,) = house.revoke(campaign, FOREIGN)
    (planned,) = house.work(campaign).plan().items
    assert planned.state.value == "not_supported"
    assert "aws iam delete-role --role-name hr" in planned.proposal.text
    assert planned.item == item


def bucket(w: ModuleType, *statements: dict[str, Any]) -> str:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="files")
    body = trust(w, *statements)
    s3.put_bucket_policy(Bucket="files", Policy=body)
    return body


def bucket_now() -> str:
    return str(boto3.client("s3").get_bucket_policy(Bucket="files")["Policy"])


def opens(*roles: str, **more: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"AWS": list(roles)},
        "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": "arn:aws:s3:::files/*",
        **more,
    }


def test_a_bucket_policy_is_narrowed_for_one_role_and_left_to_the_others(
    w: ModuleType, house: Any
) -> None:
    for role in ("hr", "ops"):
        w.make_role(role, p=w.policy(w.allow("sqs:SendMessage")))
    before = bucket(w, opens(w.role_arn("hr"), OPS, Sid="Team"))
    house.buckets = ("files",)
    house.sync(w.agent("hr"))
    campaign = house.open("hr")
    (item,) = house.revoke(campaign, "s3:PutObject")
    calls = house.calls()
    report = house.work(campaign).apply(calls)
    assert (w.states(report), calls.writes) == ({item: "applied"}, ["PutBucketPolicy"])
    assert json.loads(bucket_now())["Statement"] == [
        {**opens(OPS, Sid="Team")},
        {**opens(w.role_arn("hr")), "Action": ["s3:GetObject"]},
    ]
    assert w.states(house.verify(campaign)) == {item: "verified"}
    house.work(campaign).rollback(house.calls(), read=house.sync)
    assert bucket_now() == before
    assert house.problems() == []


def test_a_bucket_policy_with_nothing_left_is_deleted_and_comes_back(
    w: ModuleType, house: Any
) -> None:
    w.make_role("hr", p=w.policy(w.allow("sqs:SendMessage")))
    before = bucket(w, opens(w.role_arn("hr")))
    house.buckets = ("files",)
    house.sync(w.agent("hr"))
    campaign = house.open("hr")
    items = house.revoke(campaign, "s3:PutObject", "s3:GetObject")
    calls = house.calls()
    house.work(campaign).apply(calls)
    assert calls.writes == ["DeleteBucketPolicy"]
    assert w.states(house.verify(campaign)) == dict.fromkeys(items, "verified")
    house.work(campaign).rollback(house.calls())
    assert bucket_now() == before


def test_what_a_bucket_gives_to_everybody_is_a_proposal(w: ModuleType, house: Any) -> None:
    w.make_role("hr", p=w.policy(w.allow("sqs:SendMessage")))
    bucket(w, {**opens(), "Principal": "*"})
    house.buckets = ("files",)
    house.sync(w.agent("hr"))
    campaign = house.open("hr")
    house.revoke(campaign, "s3:PutObject")
    (planned,) = house.work(campaign).plan().items
    assert planned.state.value == "not_supported"
    assert "boundary" in planned.proposal.text


def test_an_inline_policy_comes_back_byte_for_byte(w: ModuleType, house: Any) -> None:
    w.make_role("hr")
    boto3.client("iam").put_role_policy(RoleName="hr", PolicyName="p", PolicyDocument=SPACED)
    house.sync(w.agent("hr"))
    campaign = house.open("hr")
    house.revoke(campaign, "s3:PutObject")
    house.apply(campaign)
    house.sync()
    house.work(campaign).rollback(house.calls())
    kept = raw(w, house, "GetRolePolicy", RoleName="hr", PolicyName="p")
    assert kept["PolicyDocumentText"] == SPACED
