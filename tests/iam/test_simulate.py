"""The contract of `recert simulate`, line by line."""

import json
from typing import Any

import pytest
from simulation_words import FULL, OWN, SESSION, answers, line


def result(**elements: Any) -> dict[str, Any]:
    ((answer, good),) = answers(line(**elements))
    assert good, answer
    found: dict[str, Any] = answer["EvaluationResults"][0]
    return found


@pytest.mark.parametrize(
    ("boundary", "policies", "expected"),
    [
        (["*"], ["*"], True),
        (["*"], [], True),
        (["*"], ["*", "!s3:*"], True),
        (["ec2:*"], ["*"], False),
        (["*", "!s3:*"], ["*"], False),
    ],
)
def test_what_the_boundary_says_is_told_apart_from_what_decides(
    boundary: list[str],
    policies: list[str],
    expected: bool,  # noqa: FBT001 - a value of the table
) -> None:
    def written(actions: list[str]) -> list[dict[str, Any]]:
        return [
            {
                "Statement": {
                    "Effect": "Deny" if each.startswith("!") else "Allow",
                    "Action": each.removeprefix("!"),
                    "Resource": "*",
                }
            }
            for each in actions
        ]

    found = result(
        PolicyInputList=written(policies), PermissionsBoundaryPolicyInputList=written(boundary)
    )
    assert found["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": expected}


def test_a_result_has_the_keys_of_the_contract() -> None:
    statement = {"Sid": "All", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    ((answer, good),) = answers(line(PolicyInputList=[FULL, {"Statement": [statement]}]))
    assert good
    assert answer == {
        "id": "c1",
        "EvaluationResults": [
            {
                "EvalActionName": "s3:GetObject",
                "EvalResourceName": "*",
                "EvalDecision": "allowed",
                "MatchedStatements": [
                    {
                        "SourcePolicyId": "PolicyInputList.1",
                        "SourcePolicyType": "identity",
                        "StatementIndex": 0,
                        "Sid": None,
                    },
                    {
                        "SourcePolicyId": "PolicyInputList.2",
                        "SourcePolicyType": "identity",
                        "StatementIndex": 0,
                        "Sid": "All",
                    },
                ],
                "MissingContextValues": [],
                "DecidedBy": "identity",
            }
        ],
    }


def test_every_action_is_asked_on_every_resource_in_order() -> None:
    ((answer, _),) = answers(
        line(
            ActionNames=["s3:GetObject", "s3:PutObject"],
            ResourceArns=["arn:aws:s3:::a/x", "arn:aws:s3:::b/x"],
        )
    )
    found = [
        (each["EvalActionName"], each["EvalResourceName"]) for each in answer["EvaluationResults"]
    ]
    assert found == [
        ("s3:GetObject", "arn:aws:s3:::a/x"),
        ("s3:GetObject", "arn:aws:s3:::b/x"),
        ("s3:PutObject", "arn:aws:s3:::a/x"),
        ("s3:PutObject", "arn:aws:s3:::b/x"),
    ]


def test_a_policy_is_an_object_or_a_string_that_holds_one() -> None:
    assert result(PolicyInputList=[json.dumps(FULL)])["EvalDecision"] == "allowed"
    assert result(PolicyInputList=[FULL])["EvalDecision"] == "allowed"


@pytest.mark.parametrize(
    ("layer", "given_policies", "name"),
    [
        ("identity", {"PolicyInputList": [FULL, "DENY"]}, "PolicyInputList.2"),
        ("resource", {"ResourcePolicy": "DENY"}, "ResourcePolicy"),
        (
            "boundary",
            {"PermissionsBoundaryPolicyInputList": ["DENY"]},
            "PermissionsBoundaryPolicyInputList.1",
        ),
        ("session", {"SessionPolicyInputList": [FULL, "DENY"]}, "SessionPolicyInputList.2"),
        ("scp", {"ServiceControlPolicies": [[FULL], [FULL, "DENY"]]}, "ServiceControlPolicies.2.2"),
        ("rcp", {"ResourceControlPolicies": [["DENY"]]}, "ResourceControlPolicies.1.1"),
    ],
)
def test_a_deny_names_its_layer_policy_and_statement(
    layer: str, given_policies: dict[str, Any], name: str
) -> None:
    denying: dict[str, Any] = {"Sid": "No", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    if layer in ("resource", "rcp"):
        denying["Principal"] = "*"
    other = {**denying, "Effect": "Allow", "Action": "sqs:*"}
    text = json.dumps(given_policies).replace(
        '"DENY"', json.dumps({"Version": "2012-10-17", "Statement": [other, denying]})
    )
    found = result(CallerArn=SESSION, ResourceArns=["arn:aws:s3:::a/x"], **json.loads(text))
    assert (found["EvalDecision"], found["DecidedBy"]) == ("explicitDeny", layer)
    assert found["MatchedStatements"] == [
        {"SourcePolicyId": name, "SourcePolicyType": layer, "StatementIndex": 1, "Sid": "No"}
    ]


def test_a_grant_of_the_resource_is_decided_by_it() -> None:
    grant = {
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": SESSION},
            "Action": "*",
            "Resource": "*",
        }
    }
    found = result(PolicyInputList=[], CallerArn=SESSION, ResourcePolicy=json.dumps(grant))
    assert (found["EvalDecision"], found["DecidedBy"]) == ("allowed", "resource")
    assert [each["SourcePolicyId"] for each in found["MatchedStatements"]] == ["ResourcePolicy"]


def test_a_boundary_is_reported_as_aws_does() -> None:
    for action, expected in (("s3:*", True), ("sqs:*", False)):
        boundary = {"Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}}
        found = result(PermissionsBoundaryPolicyInputList=[boundary])
        assert found["PermissionsBoundaryDecisionDetail"] == {
            "AllowedByPermissionsBoundary": expected
        }


def test_no_organisation_is_not_an_empty_level() -> None:
    for key, layer in (("ServiceControlPolicies", "scp"), ("ResourceControlPolicies", "rcp")):
        assert result(**{key: ...})["EvalDecision"] == "allowed"
        assert result(**{key: []})["EvalDecision"] == "allowed"
        found = result(**{key: [[]]})
        assert (found["EvalDecision"], found["DecidedBy"]) == ("implicitDeny", layer)


def test_missing_keys_are_those_that_the_policies_ask_for_here() -> None:
    statements = [
        {
            "Effect": "Allow",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::${aws:username}/*",
            "Condition": {"StringEquals": {"aws:SourceVpc": "${aws:PrincipalTag/vpc}"}},
        },
        {
            "Effect": "Deny",
            "Action": "s3:*",
            "Resource": "*",
            "Condition": {"Null": {"AWS:sourcevpc": "true"}},
        },
        {
            "Effect": "Allow",
            "Action": "sqs:*",
            "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "true"}},
        },
        {
            "Effect": "Allow",
            "Action": "s3:*",
            "Resource": "arn:aws:s3:::z/*",
            "Condition": {"Bool": {"aws:ViaAWSService": "true"}},
        },
    ]
    policy = {"Version": "2012-10-17", "Statement": statements}
    asked = {"PolicyInputList": [policy], "ResourceArns": ["arn:aws:s3:::alice/x"]}
    found = result(**asked)
    assert set(found["MissingContextValues"]) == {
        "AWS:sourcevpc",
        "aws:PrincipalTag/vpc",
        "aws:username",
    }
    entries = [
        {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
        for key, value in (
            ("aws:sourceVPC", "vpc-1"),
            ("aws:PrincipalTag/vpc", "vpc-1"),
            ("aws:username", "alice"),
        )
    ]
    found = result(ContextEntries=entries, **asked)
    assert (found["EvalDecision"], found["MissingContextValues"]) == ("allowed", [])


@pytest.mark.parametrize(
    ("kind", "values", "operator", "expected"),
    [
        ("string", ["5"], "StringEquals", True),
        ("stringList", ["5"], "StringEquals", False),
        ("stringList", ["4", "5"], "ForAnyValue:StringEquals", True),
        ("numeric", ["5"], "NumericEquals", True),
        ("numericList", ["5"], "NumericEquals", False),
        ("numeric", [5], "NumericEquals", True),
        ("boolean", ["true"], "Bool", True),
        ("boolean", [True], "Bool", True),
        ("ip", ["10.0.0.5"], "IpAddress", True),
        ("ipList", ["10.0.0.5"], "ForAllValues:IpAddress", True),
        ("date", ["2026-01-01T00:00:00Z"], "DateEquals", True),
        ("binary", ["QQ=="], "BinaryEquals", True),
        ("stringList", [], "ForAllValues:StringEquals", True),
        (None, ["5"], "StringEquals", True),
    ],
)
def test_context_entries_have_types(
    kind: str | None, values: list[Any], operator: str, *, expected: bool
) -> None:
    wanted = {
        "Bool": "true",
        "IpAddress": "10.0.0.0/8",
        "DateEquals": "1767225600",
        "BinaryEquals": "QQ==",
    }.get(operator.rsplit(":", 1)[-1], "5")
    statement = {
        "Effect": "Allow",
        "Action": "*",
        "Resource": "*",
        "Condition": {operator: {"app:Key": wanted}},
    }
    entry = {"ContextKeyName": "APP:key", "ContextKeyValues": values, "ContextKeyType": kind}
    policy = {"Version": "2012-10-17", "Statement": statement}
    found = result(PolicyInputList=[policy], ContextEntries=[entry])
    assert (found["EvalDecision"] == "allowed") is expected


def test_the_owner_is_in_the_arn_or_named_or_the_caller() -> None:
    bucket, queue = "arn:aws:s3:::a", f"arn:aws:sqs:us-east-1:{OWN}:q"
    far = "444455556666"
    for owner in (far, f"arn:aws:iam::{far}:root"):
        given_owner = {"CallerArn": SESSION, "ResourceOwner": owner}
        assert result(ResourceArns=[bucket], **given_owner)["EvalDecision"] == "implicitDeny"
        assert result(ResourceArns=[queue], **given_owner)["EvalDecision"] == "allowed"
    assert result(ResourceArns=[bucket], CallerArn=SESSION)["EvalDecision"] == "allowed"
    theirs = queue.replace(OWN, far)
    assert result(ResourceArns=[theirs], CallerArn=SESSION)["EvalDecision"] == "implicitDeny"
    assert result(ResourceArns=[theirs])["EvalDecision"] == "allowed"


def test_a_resource_with_wildcards_asks_for_any_that_it_covers() -> None:
    policy = {
        "Statement": [
            {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::kb/a*"},
            {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::kb/ab*"},
        ]
    }
    asked = {"PolicyInputList": [policy]}
    assert result(**asked)["EvalDecision"] == "allowed"
    for resource, expected in (
        ("arn:aws:s3:::kb/*", "allowed"),
        ("arn:aws:s3:::kb/a*", "allowed"),
        ("arn:aws:s3:::kb/abc*", "explicitDeny"),
        ("arn:aws:s3:::kb/b*", "implicitDeny"),
    ):
        assert result(ResourceArns=[resource], **asked)["EvalDecision"] == expected, resource


def test_null_is_an_element_that_is_not_there() -> None:
    absent = dict.fromkeys(
        ["ResourcePolicy", "ResourceOwner", "CallerArn", "ServiceControlPolicies", "ContextEntries"]
    )
    assert result(**absent)["EvalDecision"] == "allowed"
