"""Tricky rules of IAM that concern effective permissions, each by its number."""

from typing import Any

import pytest
from policy_words import ACCOUNT, CATALOGUE, ROLE, allow, deny, policy

from recert.iam.context import UNKNOWN
from recert.iam.effective import effective_grants
from recert.iam.escalation import escalations
from recert.iam.evaluate import evaluate
from recert.iam.grammar import parse_policy
from recert.iam.grants import EffectiveGrant
from recert.iam.levels import AccessLevel
from recert.iam.model import Authority, Request, request
from recert.iam.targets import TargetRole

ADMIN = f"arn:aws:iam::{ACCOUNT}:role/admin"


def grants(*statements: dict[str, Any]) -> tuple[EffectiveGrant, ...]:
    return effective_grants(Authority(ROLE, (policy(*statements),)), CATALOGUE)


def trust(principal: dict[str, Any]) -> TargetRole:
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}],
    }
    return TargetRole(ADMIN, parse_policy(document))


def open_paths(*statements: dict[str, Any], role: TargetRole) -> set[str]:
    authority = Authority(ROLE, (policy(*statements),))
    return {path.id for path in escalations(authority, (role,), catalogue=CATALOGUE)}


class TestRule9ActionsWithoutResourceTypesNeedStar:
    def test_on_a_bucket_the_listing_of_buckets_is_not_granted(self) -> None:
        (grant,) = grants(allow("s3:ListAllMyBuckets", "arn:aws:s3:::kb"))
        assert grant.effective == ()
        assert grant.unfit == ("s3:ListAllMyBuckets",)

    def test_on_star_it_is(self) -> None:
        (grant,) = grants(allow("s3:ListAllMyBuckets"))
        assert grant.effective == ("s3:ListAllMyBuckets",)

    def test_a_wildcard_on_a_bucket_leaves_them_out(self) -> None:
        (grant,) = grants(allow("s3:List*", "arn:aws:s3:::kb"))
        assert "s3:ListBucket" in grant.effective
        assert "s3:ListAllMyBuckets" in grant.unfit

    def test_a_star_among_the_resources_is_enough(self) -> None:
        (grant,) = grants(allow("s3:ListAllMyBuckets", ["arn:aws:s3:::kb", "*"]))
        assert grant.effective == ("s3:ListAllMyBuckets",)

    def test_a_third_of_all_actions_is_concerned(self) -> None:
        (grant,) = grants(allow("*", "arn:*"))
        assert 6_000 < len(grant.unfit) < 7_500


class TestRule10NotAction:
    def test_with_allow_it_grants_everything_else(self) -> None:
        (grant,) = grants({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})
        assert grant.action == "NotAction: iam:*"
        assert "s3:GetObject" in grant.effective
        assert not any(name.startswith("iam:") for name in grant.effective)
        assert len(grant.effective) == len(CATALOGUE.names) - len(CATALOGUE.expand("iam:*"))

    def test_what_it_leaves_out_is_not_denied(self) -> None:
        found = grants(
            {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, allow("iam:GetRole")
        )
        assert found[1].effective == ("iam:GetRole",)

    def test_with_deny_it_denies_everything_else(self) -> None:
        found = grants(allow("*"), {"Effect": "Deny", "NotAction": "s3:Get*", "Resource": "*"})
        kept = set(CATALOGUE.expand("s3:Get*")) | {"sts:GetCallerIdentity"}
        assert set(found[0].effective) == kept
        assert found[0].blocked[0].by == "deny"

    def test_on_a_resource_it_grants_only_what_accepts_the_resource(self) -> None:
        (grant,) = grants({"Effect": "Allow", "NotAction": "s3:*", "Resource": ADMIN})
        assert "iam:PassRole" in grant.effective
        assert not any(name.startswith("s3:") for name in grant.effective)


class TestRule31PassRole:
    ACTIONS = ("iam:PassRole", "ec2:RunInstances")

    def test_the_target_must_trust_the_service(self) -> None:
        statement = allow(list(self.ACTIONS))
        assert "ec2-001" in open_paths(statement, role=trust({"Service": "ec2.amazonaws.com"}))
        assert "ec2-001" not in open_paths(statement, role=trust({"Service": "glue.amazonaws.com"}))

    def test_the_condition_on_the_service_counts(self) -> None:
        condition = {"StringEquals": {"iam:PassedToService": "glue.amazonaws.com"}}
        statements = (allow("ec2:RunInstances"), allow("iam:PassRole", Condition=condition))
        role = trust({"Service": ["ec2.amazonaws.com", "glue.amazonaws.com"]})
        assert "ec2-001" not in open_paths(*statements, role=role)

    def test_a_deny_kills_it(self) -> None:
        role = trust({"Service": "ec2.amazonaws.com"})
        assert not open_paths(allow(list(self.ACTIONS)), deny("iam:PassRole"), role=role)


class TestRule33ADeletedPrincipal:
    @pytest.mark.parametrize("stranger", ["AROAEXAMPLEEXAMPLE01", "AIDAEXAMPLEEXAMPLE01"])
    def test_an_identifier_in_a_trust_policy_is_no_role(self, stranger: str) -> None:
        assert not open_paths(allow("sts:AssumeRole"), role=trust({"AWS": stranger}))


class TestRule35WhatAwsRefuses:
    @pytest.mark.parametrize(
        ("action", "resource"),
        [
            ("iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/*"),
            ("iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/fp4-*"),
            ("iam:SetDefaultPolicyVersion", "arn:aws:iam::aws:policy/AdministratorAccess"),
            ("iam:AttachRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/*"),
            ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/x"),
        ],
    )
    def test_nothing_is_effective(self, action: str, resource: str) -> None:
        (grant,) = grants(allow(action, resource))
        assert grant.effective == ()

    @pytest.mark.parametrize(
        ("action", "resource"),
        [
            ("iam:GetPolicy", "arn:aws:iam::aws:policy/*"),
            ("iam:CreatePolicyVersion", "arn:aws:iam::*:policy/*"),
            ("iam:CreatePolicyVersion", "*"),
            ("iam:AttachRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/*"),
            ("iam:GetRole", f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/*"),
        ],
    )
    def test_the_rest_is(self, action: str, resource: str) -> None:
        (grant,) = grants(allow(action, resource))
        assert grant.effective == (action,)


class TestRule37LevelsAreLabels:
    def test_passing_a_role_is_no_write(self) -> None:
        (grant,) = grants(allow("iam:PassRole"))
        assert grant.access_levels == (AccessLevel.PERMISSIONS,)

    def test_a_read_that_releases_a_credential_is_marked(self) -> None:
        info = CATALOGUE.info("bedrock-agentcore:GetResourceApiKey")
        assert info is not None
        assert info.level is AccessLevel.READ
        assert info.releases_credentials

    def test_levels_are_those_of_what_is_effective(self) -> None:
        found = grants(allow("s3:*"), deny("s3:Put*"), deny("s3:Delete*"), deny("s3:*Tag*"))
        assert AccessLevel.TAGGING not in found[0].access_levels
        assert AccessLevel.READ in found[0].access_levels


class TestD6ADenyOnAMissingKey:
    """`Deny if SecureTransport is false` says nothing of calls without the key."""

    STATEMENTS = (
        allow("s3:GetObject"),
        deny("s3:*", Condition={"Bool": {"aws:SecureTransport": "false"}}),
    )

    def test_it_blocks_nothing(self) -> None:
        (grant,) = grants(*self.STATEMENTS)
        assert grant.effective == ("s3:GetObject",)
        assert grant.blocked == ()
        assert grant.unsure[0].actions == ("s3:GetObject",)

    def test_a_call_without_the_key_is_allowed(self) -> None:
        authority = Authority(ROLE, (policy(*self.STATEMENTS),))
        asked = request("s3:GetObject", "arn:aws:s3:::kb/a")
        assert evaluate(asked, authority).allowed
        open_question = Request("s3:GetObject", "arn:aws:s3:::kb/a", context=UNKNOWN)
        assert evaluate(open_question, authority).conditional


class TestD7NotActionOnAnArn:
    def test_only_object_actions_are_granted_on_objects(self) -> None:
        statement = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "arn:aws:s3:::kb/*"}
        (grant,) = grants(statement)
        assert "s3:GetObject" in grant.effective
        assert all(name.startswith("s3:") for name in grant.effective)
        assert len(grant.effective) <= 44

    def test_passing_a_role_is_not_kept_on_an_object(self) -> None:
        (grant,) = grants(allow("iam:PassRole", "arn:aws:s3:::kb/*"))
        assert grant.effective == ()
        assert grant.unfit == ("iam:PassRole",)
