"""The rules of evaluation 1 to 20, each by its number, through the contract of the simulation."""

from typing import Any

import pytest
from rule_words import (
    DENIED,
    NO,
    OBJECT,
    TOPIC,
    YES,
    allow,
    ask,
    decided,
    deny,
    policy,
    when,
    without,
)


def held(
    operator: str, values: Any, given: Any, *, version: str = "2012-10-17", **more: Any
) -> bool:
    """Tell whether a condition on one key holds; None is a key that the request does not have."""
    context = {**({} if given is None else {"aws:Key": given}), **more}
    values = values if isinstance(values, list) else [values]
    statement = allow(**when(operator, "aws:Key", *values))
    return decided(statement, context=context, version=version) == YES


class TestRule1ExplicitDenyBeatsEverything:
    @pytest.mark.parametrize(
        "layers",
        [
            {"resource": policy(deny(Principal="*"))},
            {"boundary": [policy(allow(), deny("s3:GetObject"))]},
            {"session": [policy(allow(), deny("s3:GetObject"))]},
            {"scps": [[policy(allow(), deny("s3:GetObject"))]]},
            {"rcps": [[policy(deny("s3:GetObject", Principal="*"))]]},
        ],
    )
    def test_in_any_layer(self, layers: Any) -> None:
        result = ask(allow(), **layers)
        assert result["EvalDecision"] == DENIED
        assert result["DecidedBy"] == {"scps": "scp", "rcps": "rcp"}.get(*[next(iter(layers))] * 2)

    def test_beside_the_allow(self) -> None:
        assert decided(allow("s3:*"), deny("s3:GetObject")) == DENIED

    def test_but_for_the_one_action_that_needs_no_permission(self) -> None:
        assert decided(deny(), action="sts:GetCallerIdentity", on="*") == YES


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("S3:gEtObJeCt", "s3:GetObject", YES),  # 2: case does not count in actions
        ("s3:GetObject", "S3:GETOBJECT", YES),
        ("s3:Get?bject", "s3:GetObject", YES),  # 3: one character, no regular expression
        ("s3:GetO?ject", "s3:GetObbject", NO),
        ("s3:Get.bject", "s3:GetObject", NO),
        ("s3:Get*Acl", "s3:GetObjectAcl", YES),
        ("s3:Get*Acl", "s3:GetObject", NO),
        ("*", "s3:GetObject", YES),
        ("*:*", "s3:GetObject", YES),
        ("s3:GetObject ", "s3:GetObject", NO),
        ("s3:GetObject,s3:PutObject", "s3:GetObject", NO),
        ("newservice:*", "newservice:DoThings", YES),
    ],
)
def test_rules_2_and_3_actions(pattern: str, action: str, expected: str) -> None:
    assert decided(allow(pattern), action=action, on="*") == expected


@pytest.mark.parametrize(
    ("pattern", "resource", "expected"),
    [
        ("arn:aws:s3:::kb-*/b.txt", OBJECT, YES),  # 4: a star runs over slashes
        ("arn:aws:s3:::kb-docs/?.txt", OBJECT, NO),
        ("arn:aws:s3:::kb-docs/a/?.txt", OBJECT, YES),
        ("arn:aws:sns:*:topic", TOPIC, YES),  # 5: at the end of a segment over colons, too
        ("arn:aws:sns:us-e*:topic", TOPIC, YES),
        ("arn:aws:sns:us-*-1:topic", TOPIC, NO),
        ("arn:aws:sns:us-*-1:*:topic", TOPIC, YES),
        ("arn:aws:sns:us-east-1?111122223333:topic", TOPIC, NO),
        ("arn:aws:s3:::*/*", OBJECT, YES),  # 6: the resource type may be a wildcard
        ("arn:aws:*:*:*:*/*", "arn:aws:dynamodb:us-east-1:111122223333:table/orders", YES),
        ("arn:aws:bedrock:*:*:*-model/*", "arn:aws:bedrock:us-east-1::foundation-model/x", YES),
        ("arn:aws:logs:*:*:/aws-glue/*", "arn:aws:logs:us-east-1:111122223333:/aws-glue/x", YES),
        ("arn:aws:s3:::KB-DOCS/*", OBJECT, NO),  # 7: resource ids are case-sensitive
        ("arn:aws:SNS:us-east-1:111122223333:topic", TOPIC, YES),
        ("arn:aws:s3:::*", "arn:aws-cn:s3:::kb-docs", NO),  # 8: the partition counts
        ("*", "arn:aws-cn:s3:::kb-docs", YES),
    ],
)
def test_rules_4_to_8_resources(pattern: str, resource: str, expected: str) -> None:
    assert decided(allow("*", pattern), on=resource) == expected


@pytest.mark.parametrize("operator", ["ArnLike", "ArnEquals"])
def test_rule_5_segments_are_compared_apart_in_conditions(operator: str) -> None:
    assert not held(operator, "arn:aws:sns:*:topic", TOPIC)
    assert held(operator, "arn:aws:sns:*:*:topic", TOPIC)
    assert held(operator, "arn:aws:sns:us-*-1:*:t?pic", TOPIC)


def test_rule_7_case_of_keys_and_values() -> None:
    statement = allow(**when("StringEquals", "AWS:sourceVPC", "vpc-1"))
    assert decided(statement, context={"aws:SourceVpc": "vpc-1"}) == YES
    assert not held("StringEquals", "Vpc-1", "vpc-1")
    assert held("StringEqualsIgnoreCase", "Vpc-1", "vpc-1")
    assert not held("StringEquals", "vpc-*", "vpc-1")
    assert held("StringLike", "vpc-*", "vpc-1")


@pytest.mark.parametrize("asked", ["*", "arn:aws:s3:::kb-docs"])
def test_rule_9_an_action_without_resource_types_needs_the_star(asked: str) -> None:
    given = {"action": "s3:ListAllMyBuckets", "on": asked}
    assert decided(allow("s3:*", "arn:aws:s3:::*"), **given) == NO
    assert decided(allow("s3:*", "arn:aws:s3:::kb-docs"), **given) == NO
    assert decided(allow("s3:*", "*"), **given) == YES
    assert decided(allow(), deny("s3:*", "arn:aws:s3:::*"), **given) == YES


def test_rule_10_not_action() -> None:
    everything_but_iam = without(allow(), "Action", NotAction="iam:*")
    assert decided(everything_but_iam) == YES
    assert decided(everything_but_iam, action="iam:ListRoles", on="*") == NO
    assert decided(everything_but_iam, allow("iam:*"), action="iam:ListRoles", on="*") == YES
    only_s3 = without(deny(), "Action", NotAction="s3:*")
    assert decided(allow(), only_s3, action="sns:Publish", on=TOPIC) == DENIED
    assert decided(allow(), only_s3) == YES


def test_rule_11_not_resource() -> None:
    but_kb = without(allow(), "Resource", NotResource="arn:aws:s3:::kb-docs/*")
    assert decided(but_kb) == NO
    assert decided(but_kb, on="arn:aws:s3:::other/x") == YES
    only_kb = without(deny(), "Resource", NotResource="arn:aws:s3:::kb-docs/*")
    assert decided(allow(), only_kb) == YES
    assert decided(allow(), only_kb, on="arn:aws:s3:::other/x") == DENIED
    assert decided(without(allow(), "Resource", NotResource="*")) == NO


@pytest.mark.parametrize(
    ("rule", "operator", "values", "given", "expected"),
    [
        (12, "StringEquals", "vpc-1", None, False),
        (12, "StringNotEquals", "vpc-1", None, True),
        (12, "ArnNotLike", "arn:aws:s3:::*", None, True),
        (12, "NumericLessThan", "5", None, False),
        (12, "NotIpAddress", "10.0.0.0/8", None, True),
        (13, "StringEqualsIfExists", "vpc-1", None, True),
        (13, "StringEqualsIfExists", "vpc-1", "vpc-2", False),
        (13, "BoolIfExists", "false", None, True),
        (13, "Bool", "false", None, False),
        (14, "Null", "true", None, True),
        (14, "Null", "true", "x", False),
        (14, "Null", "false", "x", True),
        (14, "Null", "false", None, False),
        (14, "Null", True, None, True),
        (14, "Null", "true", [], True),
        (15, "ForAllValues:StringEquals", "a", None, True),
        (15, "ForAllValues:StringEquals", "a", [], True),
        (15, "ForAllValues:StringEquals", "a", "", True),
        (15, "ForAllValues:StringEquals", ["a", "b"], ["a", "b"], True),
        (15, "ForAllValues:StringEquals", ["a", "b"], ["a", "c"], False),
        (15, "ForAllValues:StringNotEquals", "a", None, True),
        (15, "ForAllValues:StringNotEquals", "a", ["b", "a"], False),
        (16, "ForAnyValue:StringEquals", "a", None, False),
        (16, "ForAnyValue:StringNotEquals", "a", None, False),
        (16, "ForAnyValue:StringEquals", "a", ["b", "a"], True),
        (16, "ForAnyValue:StringNotEquals", "a", ["b", "a"], True),
        (16, "ForAnyValue:StringNotEquals", ["a", "b"], ["b", "a"], False),
        (17, "StringEquals", "a", ["a"], False),
        (17, "StringNotEquals", "b", ["a"], False),
        (17, "StringEqualsIfExists", "a", ["a"], False),
        (18, "StringEquals", ["vpc-1", "vpc-2"], "vpc-2", True),
        (18, "StringNotEquals", ["vpc-1", "vpc-2"], "vpc-2", False),
        (18, "StringNotEquals", ["vpc-1", "vpc-2"], "vpc-3", True),
        (18, "NumericLessThan", ["5", "10"], "9", True),
        (18, "NumericNotEquals", ["5", "10"], "10", False),
    ],
)
def test_rules_12_to_18_conditions(
    rule: int, operator: str, values: Any, given: Any, *, expected: bool
) -> None:
    assert held(operator, values, given) is expected, rule


def test_rule_12_a_negated_deny_hits_every_call_without_the_key() -> None:
    fence = deny(**when("StringNotEquals", "aws:SourceVpc", "vpc-1"))
    assert decided(allow(), fence) == DENIED
    assert decided(allow(), fence, context={"aws:SourceVpc": "vpc-1"}) == YES


def test_rule_13_only_if_exists_denies_access_keys() -> None:
    key = "aws:MultiFactorAuthPresent"
    assert decided(allow(), deny(**when("BoolIfExists", key, "false"))) == DENIED
    assert decided(allow(), deny(**when("Bool", key, "false"))) == YES


def test_rule_15_a_negated_deny_over_all_values_denies_without_the_key() -> None:
    fence = deny(**when("ForAllValues:StringNotEquals", "aws:TagKeys", "team"))
    assert decided(allow(), fence) == DENIED


def test_rule_18_operators_and_keys_must_all_hold() -> None:
    both = {
        "StringEquals": {"aws:SourceVpc": "vpc-1", "aws:SourceVpce": "vpce-1"},
        "Bool": {"aws:SecureTransport": "true"},
    }
    context = {"aws:SourceVpc": "vpc-1", "aws:SourceVpce": "vpce-1", "aws:SecureTransport": "true"}
    assert decided(allow(Condition=both), context=context) == YES
    for key in context:
        assert decided(allow(Condition=both), context={**context, key: "x"}) == NO


class TestRule19Variables:
    HOME = "arn:aws:s3:::kb-docs/${aws:username}/*"

    @pytest.mark.parametrize(
        ("pattern", "name", "resource", "expected"),
        [
            (HOME, "alice", "arn:aws:s3:::kb-docs/alice/x", YES),
            (HOME, "alice", "arn:aws:s3:::kb-docs/bob/x", NO),
            (HOME, None, "arn:aws:s3:::kb-docs/alice/x", NO),
            (HOME, None, "arn:aws:s3:::kb-docs/${aws:username}/x", NO),
            (HOME, "a*", "arn:aws:s3:::kb-docs/alice/x", NO),
            (HOME, ["alice"], "arn:aws:s3:::kb-docs/alice/x", NO),
            ("arn:aws:s3:::kb/${aws:username, 'all'}/*", None, "arn:aws:s3:::kb/all/x", YES),
            ("arn:aws:s3:::kb/${aws:username, 'all'}/*", "bob", "arn:aws:s3:::kb/all/x", NO),
            ("arn:aws:s3:::kb/${*}", None, "arn:aws:s3:::kb/x", NO),
            ("arn:aws:s3:::kb/a${$}b", None, "arn:aws:s3:::kb/a$b", YES),
            ("arn:aws:s3:::kb/a${?}b", None, "arn:aws:s3:::kb/axb", NO),
        ],
    )
    def test_in_resources(self, pattern: str, name: Any, resource: str, expected: str) -> None:
        context = {} if name is None else {"aws:username": name}
        assert decided(allow("*", pattern), on=resource, context=context) == expected

    def test_are_text_in_the_older_version(self) -> None:
        old = {"version": "2008-10-17", "context": {"aws:username": "alice"}}
        assert decided(allow("*", self.HOME), on="arn:aws:s3:::kb-docs/alice/x", **old) == NO
        assert held("StringEquals", "${aws:u}", "${aws:u}", version="2008-10-17", **{"aws:u": "x"})

    def test_in_conditions(self) -> None:
        assert held("StringEquals", "${aws:u}", "bob", **{"aws:u": "bob"})
        assert held("StringEquals", "${AWS:U}", "bob", **{"aws:u": "bob"})
        assert not held("StringLike", "${aws:u}", "bob", **{"aws:u": "b*"})
        assert held("StringLike", "${aws:u}", "b*", **{"aws:u": "b*"})
        assert not held("StringEquals", "${aws:u}", "bob")
        assert not held("StringNotEquals", "${aws:u}", "bob")
        assert held("StringEquals", ["${aws:u}", "bob"], "bob")
        assert held("StringEquals", "${aws:PrincipalTag/team, 'a'}", "a")
        assert not held("NumericEquals", "${aws:u}", "5", **{"aws:u": "5"})
        assert held("ArnEquals", "${aws:u}", TOPIC, **{"aws:u": TOPIC})

    def test_an_unresolved_one_under_not_resource_matches_nothing(self) -> None:
        but_home = without(allow(), "Resource", NotResource=self.HOME)
        assert decided(but_home) == YES


def test_rule_20_a_boundary_is_a_ceiling() -> None:
    assert decided(boundary=[policy(allow())]) == NO
    assert decided(allow(), boundary=[policy(allow("s3:*"))]) == YES
    result = ask(allow(), boundary=[policy(allow("ec2:*"))])
    assert (result["EvalDecision"], result["DecidedBy"]) == (NO, "boundary")
    assert decided(allow(), boundary=[policy(allow(), deny("s3:*"))]) == DENIED
