"""The reverse question, over many principals."""

import pytest
from policy_words import ACCOUNT, CATALOGUE, allow, deny, policy

from recert.iam.effective import effective_grants
from recert.iam.model import Authority
from recert.iam.who_can import WhoCan


def arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def test_a_users_own_name_opens_nothing_to_a_role() -> None:
    own = "arn:aws:iam::*:user/${aws:username}"
    either = "arn:aws:iam::*:user/${aws:username, 'shared'}"
    user = f"arn:aws:iam::{ACCOUNT}:user/kim"
    index = WhoCan(
        [
            Authority(arn("role"), (policy(allow("iam:CreateAccessKey", own)),)),
            Authority(user, (policy(allow("iam:CreateAccessKey", own)),)),
            Authority(arn("with-default"), (policy(allow("iam:CreateAccessKey", either)),)),
        ],
        CATALOGUE,
    )
    able = [each.principal for each in index.query("iam:CreateAccessKey")]
    assert able == [user, arn("with-default")]
    (grant,) = effective_grants(
        Authority(arn("role"), (policy(allow("iam:CreateAccessKey", own)),)), CATALOGUE
    )
    assert (grant.effective, grant.resources) == ((), (own,))


READ_KB = allow("s3:GetObject", "arn:aws:s3:::kb/*")
ROLES = [
    Authority(arn("reader"), (policy(READ_KB),)),
    Authority(arn("admin"), (policy(allow("*")),)),
    Authority(arn("denied"), (policy(allow("*"), deny("s3:*", "arn:aws:s3:::kb/*")),)),
    Authority(
        arn("bounded"), (policy(allow("*")),), boundary=(policy(allow("ec2:*"), kind="boundary"),)
    ),
    Authority(
        arn("perhaps"),
        (policy({**READ_KB, "Condition": {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}}),),
    ),
    Authority(arn("nobody"), ()),
    Authority(arn("future"), (policy(allow("quantum:*")),)),
    Authority(
        arn("inverse"), (policy({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),)
    ),
]
INDEX = WhoCan(ROLES, CATALOGUE)


@pytest.mark.parametrize(
    ("action", "resource", "names"),
    [
        ("s3:GetObject", None, "reader admin denied perhaps inverse"),
        ("S3:getobject", "arn:aws:s3:::kb/a", "reader admin perhaps inverse"),
        ("s3:GetObject", "arn:aws:s3:::other/a", "admin denied inverse"),
        ("s3:GetObject", "arn:aws:s3:::k*", "reader admin denied perhaps inverse"),
        ("s3:ListBucket", "arn:aws:s3:::kb", "admin denied inverse"),
        ("s3:GetObject", "arn:aws:s3:::kb", ""),
        ("ec2:RunInstances", None, "admin denied bounded inverse"),
        ("iam:PassRole", arn("x"), "admin denied"),
        ("quantum:Entangle", None, "future"),
        ("quantum:*", None, "future"),
        ("nothing:Known", None, ""),
        ("", None, ""),
    ],
)
def test_who_can(action: str, resource: str | None, names: str) -> None:
    found = INDEX.query(action, resource)
    assert [each.principal for each in found] == [arn(name) for name in names.split()]


def test_the_grants_that_let_it_through_are_named() -> None:
    (reader, *_) = INDEX.query("s3:GetObject", "arn:aws:s3:::kb/a")
    assert reader.via == (effective_grants(ROLES[0], CATALOGUE)[0].key,)
    assert reader.actions == ("s3:GetObject",)
    assert not reader.conditional


def test_a_condition_makes_the_answer_conditional() -> None:
    by_role = {each.principal: each for each in INDEX.query("s3:GetObject")}
    assert by_role[arn("perhaps")].conditional
    assert not by_role[arn("admin")].conditional


def test_a_wildcard_asks_for_any_of_its_actions() -> None:
    by_role = {each.principal: each for each in INDEX.query("s3:Get*")}
    assert by_role[arn("reader")].actions == ("s3:GetObject",)
    assert by_role[arn("admin")].actions == CATALOGUE.expand("s3:Get*")


def test_the_answer_agrees_with_the_effective_grants() -> None:
    for action in ("s3:GetObject", "iam:PassRole", "ec2:RunInstances", "bedrock:InvokeModel"):
        expected = [
            role.role_arn
            for role in ROLES
            if any(action in grant.effective for grant in effective_grants(role, CATALOGUE))
        ]
        assert [each.principal for each in INDEX.query(action)] == expected
