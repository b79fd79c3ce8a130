"""Effective permissions, grant by grant, under every layer."""

from datetime import UTC, datetime
from typing import Any

import pytest
from policy_words import ACCOUNT, CATALOGUE, ROLE, allow, deny, grants, only, policy

from recert.iam.effective import effective_grants
from recert.iam.model import Authority


def test_every_element_of_every_allow_is_a_grant() -> None:
    found = grants(
        policy(allow(["s3:Get*", "sqs:*", "s3:Get*"], Sid="A"), deny("iam:*"), allow("ec2:*")),
        policy(allow("s3:*"), name="q"),
    )
    assert [(g.source.name, g.index, g.sid, g.action) for g in found] == [
        ("p", 0, "A", "s3:Get*"),
        ("p", 0, "A", "sqs:*"),
        ("p", 2, None, "ec2:*"),
        ("q", 0, None, "s3:*"),
    ]
    assert len({g.key for g in found}) == 4


def test_a_key_is_stable_and_tells_places_apart() -> None:
    one = only(policy(allow("s3:Get*")))
    same = only(policy(allow("s3:Get*", "arn:aws:s3:::kb/*")))
    other = only(policy(allow("s3:Get*"), name="q"))
    elsewhere = effective_grants(Authority(f"{ROLE}-2", (policy(allow("s3:Get*")),)), CATALOGUE)[0]
    assert one.key == same.key
    assert len({one.key, other.key, elsewhere.key}) == 3


def test_a_result_names_its_catalogue() -> None:
    grant = only(policy(allow("s3:Get*")))
    assert grant.catalogue_version == CATALOGUE.version
    assert grant.catalogue_digest == CATALOGUE.digest


def test_effective_actions_are_sorted_concrete_and_in_the_letters_of_aws() -> None:
    grant = only(policy(allow("S3:GET*")))
    assert list(grant.effective) == sorted(grant.effective)
    assert grant.effective == CATALOGUE.expand("s3:Get*")


def test_an_unknown_action_stays_effective_as_written() -> None:
    found = grants(policy(allow(["quantum:Entangle", "quantum:*", "s3:FutureThing"])))
    assert [g.effective for g in found] == [
        ("quantum:Entangle",),
        ("quantum:*",),
        ("s3:FutureThing",),
    ]
    assert all(g.unknown == g.effective for g in found)


@pytest.mark.parametrize(
    ("layers", "alive"),
    [
        ({}, True),
        ({"boundary": (policy(allow("s3:*"), kind="boundary"),)}, False),
        ({"boundary": (policy(allow("quantum:E*"), kind="boundary"),)}, True),
        ({"scps": ((policy(allow("*"), deny("quantum:*"), kind="scp"),),)}, False),
        ({"scps": ((policy(allow("*"), deny("quantum:B*"), kind="scp"),),)}, True),
        ({"rcps": ((policy(deny("*", Principal="*"), kind="rcp"),),)}, True),
    ],
)
def test_an_unknown_action_passes_the_layers_too(*, layers: dict[str, Any], alive: bool) -> None:
    grant = only(policy(allow("quantum:Entangle")), **layers)
    assert bool(grant.effective) is alive
    assert bool(grant.blocked) is not alive


# --- denies ---------------------------------------------------------------------------------------


def test_a_deny_blocks_and_is_named() -> None:
    found = grants(policy(allow("s3:*")), policy(deny("s3:Delete*", Sid="NoDelete"), name="guard"))
    (block,) = found[0].blocked
    assert block.actions == CATALOGUE.expand("s3:Delete*")
    assert (block.by, block.policy, block.index, block.sid) == ("deny", "guard", 0, "NoDelete")
    assert not set(block.actions) & set(found[0].effective)


def test_a_deny_on_fewer_resources_blocks_nothing_and_is_noted() -> None:
    grant = only(
        policy(allow("s3:GetObject", "arn:aws:s3:::kb/*"), deny("*", "arn:aws:s3:::kb/secret/*"))
    )
    assert grant.effective == ("s3:GetObject",)
    assert grant.blocked == ()
    assert grant.narrowed[0].actions == ("s3:GetObject",)


def test_denies_of_several_statements_block_together() -> None:
    grant = only(
        policy(
            allow("s3:GetObject", ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"]),
            deny("s3:*", "arn:aws:s3:::a*"),
            deny("s3:*", "arn:aws:s3:::b*"),
        )
    )
    assert grant.effective == ()
    assert [block.index for block in grant.blocked] == [1, 2]


def test_a_deny_beside_the_resources_is_not_even_noted() -> None:
    grant = only(
        policy(allow("s3:GetObject", "arn:aws:s3:::a/*"), deny("s3:*", "arn:aws:s3:::b/*"))
    )
    assert (grant.blocked, grant.narrowed) == ((), ())


def test_a_deny_on_everything_of_a_type_blocks_a_star() -> None:
    grant = only(policy(allow("sqs:SendMessage"), deny("sqs:*", "arn:aws:sqs:*:*:*")))
    assert grant.effective == ()
    role = only(policy(allow("iam:PassRole"), deny("iam:*", f"arn:aws:iam::{ACCOUNT}:role/*")))
    assert role.effective == ()


def test_a_deny_of_another_partition_blocks_nothing() -> None:
    grant = only(policy(allow("sqs:SendMessage"), deny("sqs:*", "arn:aws-cn:sqs:*:*:*")))
    assert grant.effective == ("sqs:SendMessage",)


def test_not_resource_in_a_deny() -> None:
    fence = {
        "Effect": "Deny",
        "Action": "s3:*",
        "NotResource": ["arn:aws:s3:::kb", "arn:aws:s3:::kb/*"],
    }
    inside, outside, both = grants(
        policy(
            allow("s3:GetObject", "arn:aws:s3:::kb/x/*"),
            allow("s3:GetObject", "arn:aws:s3:::other/*"),
            allow("s3:GetObject", "*"),
            fence,
        )
    )
    assert inside.effective == ("s3:GetObject",)
    assert inside.narrowed == ()
    assert outside.effective == ()
    assert both.effective == ("s3:GetObject",)
    assert both.narrowed


def test_not_resource_in_an_allow() -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::*/*"}
    grant = only(policy(statement))
    assert "s3:ListBucket" in grant.effective
    assert "s3:ListAllMyBuckets" in grant.effective
    assert "s3:ReplicateObject" in grant.unfit
    assert grant.resources == ("NotResource: arn:aws:s3:::*/*",)
    assert only(policy({**statement, "NotResource": "*"})).effective == ()


def test_a_deny_under_an_unknown_condition_is_no_protection() -> None:
    condition = {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}
    grant = only(policy(allow("s3:GetObject"), deny("s3:*", Condition=condition)))
    assert grant.effective == ("s3:GetObject",)
    assert grant.unsure[0].index == 1


@pytest.mark.parametrize(
    ("condition", "blocked"),
    [
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin-*"}}, True),
        ({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/sub*"}}, False),
        ({"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}, False),
        ({"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}, True),
        ({"Bool": {"aws:PrincipalIsAWSService": "false"}}, True),
        ({"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, True),
        ({"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, False),
        ({"Null": {"aws:TokenIssueTime": "true"}}, False),
        (
            {
                "Bool": {"aws:PrincipalIsAWSService": "false"},
                "StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-1"},
            },
            False,
        ),
    ],
)
def test_what_is_known_of_the_role_decides_a_condition(
    *, condition: dict[str, Any], blocked: bool
) -> None:
    grant = only(policy(allow("s3:GetObject"), deny("s3:*", Condition=condition)))
    assert (grant.effective == ()) is blocked


def test_an_allow_that_can_no_longer_hold_is_unmet() -> None:
    condition = {"DateLessThan": {"aws:CurrentTime": "2026-12-01T00:00:00Z"}}
    subject = Authority(ROLE, (policy(allow("s3:GetObject", Condition=condition)),))
    before = effective_grants(subject, CATALOGUE, at=datetime(2026, 11, 1, tzinfo=UTC))[0]
    after = effective_grants(subject, CATALOGUE, at=datetime(2026, 12, 2, tzinfo=UTC))[0]
    assert (before.effective, before.conditional, before.unmet) == (
        ("s3:GetObject",),
        True,
        False,
    )
    assert (after.effective, after.unmet) == ((), True)


def test_the_one_action_that_no_policy_can_deny() -> None:
    grant = only(policy(allow("sts:*"), deny("*")))
    assert grant.effective == ("sts:GetCallerIdentity",)


def test_conditions_are_shown_as_written() -> None:
    condition = {
        "StringLike": {"aws:PrincipalTag/Team": ["a*", "b"]},
        "Bool": {"aws:SecureTransport": True},
    }
    grant = only(policy(allow("s3:GetObject", Condition=condition)))
    assert grant.conditional
    assert grant.conditions == {
        "StringLike": {"aws:PrincipalTag/Team": ("a*", "b")},
        "Bool": {"aws:SecureTransport": ("true",)},
    }


# --- ceilings --------------------------------------------------------------------------------------


def test_a_boundary_is_a_ceiling() -> None:
    ceiling = policy(allow("s3:Get*"), deny("s3:GetObjectAcl"), kind="boundary", name="edge")
    grant = only(policy(allow("s3:*")), boundary=(ceiling,))
    assert set(grant.effective) == set(CATALOGUE.expand("s3:Get*")) - {"s3:GetObjectAcl"}
    lacking = next(block for block in grant.blocked if block.index is None)
    assert (lacking.by, lacking.policy) == ("boundary", "edge")
    assert "s3:PutObject" in lacking.actions
    denied = next(block for block in grant.blocked if block.index == 1)
    assert denied.actions == ("s3:GetObjectAcl",)


def test_a_boundary_grants_nothing() -> None:
    assert grants(boundary=(policy(allow("*"), kind="boundary"),)) == ()


def test_a_boundary_on_part_of_the_resources_leaves_the_action() -> None:
    ceiling = policy(allow("s3:*", "arn:aws:s3:::kb/public/*"), kind="boundary")
    inside = only(policy(allow("s3:GetObject", "arn:aws:s3:::kb/*")), boundary=(ceiling,))
    outside = only(policy(allow("s3:GetObject", "arn:aws:s3:::other/*")), boundary=(ceiling,))
    assert inside.effective == ("s3:GetObject",)
    assert inside.narrowed[0].by == "boundary"
    assert outside.effective == ()
    assert outside.blocked[0].by == "boundary"


def test_a_condition_in_a_boundary_lets_through() -> None:
    condition = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
    ceiling = policy(allow("s3:*", Condition=condition), kind="boundary")
    grant = only(policy(allow("s3:GetObject")), boundary=(ceiling,))
    assert grant.effective == ("s3:GetObject",)
    assert grant.unsure[0].by == "boundary"


def test_every_level_of_scps_must_allow() -> None:
    full, narrow = policy(allow("*"), kind="scp"), policy(allow("s3:*"), kind="scp", name="s3-only")
    subject = policy(allow(["s3:GetObject", "ec2:RunInstances"]))
    found = grants(subject, scps=((full,), (narrow,), (full,)))
    assert [g.effective for g in found] == [("s3:GetObject",), ()]
    assert (found[1].blocked[0].by, found[1].blocked[0].policy) == ("scp", "s3-only")
    assert all(not g.effective for g in grants(subject, scps=((full,), ())))


def test_scps_spare_the_management_account_and_service_linked_roles() -> None:
    shut = ((policy(deny("*"), kind="scp"),),)
    subject = policy(allow("s3:GetObject"))
    assert not only(subject, scps=shut).effective
    assert only(subject, scps=shut, management_account=True).effective
    assert only(subject, scps=shut, service_linked=True).effective


def test_an_organisation_that_was_not_read_takes_nothing() -> None:
    assert only(policy(allow("s3:GetObject")), scps=None, rcps=None).effective


def test_an_rcp_restricts_supporting_services_only() -> None:
    level = policy(deny("*", Principal="*"), kind="rcp", name="edge")
    found = grants(policy(allow(["s3:GetObject", "ec2:RunInstances"])), rcps=((level,),))
    assert [g.effective for g in found] == [(), ("ec2:RunInstances",)]
    assert (found[0].blocked[0].by, found[0].blocked[0].policy) == ("rcp", "edge")


def test_an_rcp_for_strangers_leaves_the_own_organisation() -> None:
    condition = {
        "StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"},
        "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
    }
    level = policy(deny("s3:*", Principal="*", Condition=condition), kind="rcp")
    assert only(policy(allow("s3:GetObject")), rcps=((level,),)).effective
