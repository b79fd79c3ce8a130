"""Policy documents: what is read, and how exactly a bad one is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recert.iam.errors import PolicyError
from recert.iam.grammar import Principal, parse_policy
from recert.iam.operators import BASE_OPERATORS, operator_named

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=12,
)
ELEMENTS = st.sampled_from(
    [
        "Version",
        "Id",
        "Statement",
        "Sid",
        "Effect",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Principal",
        "NotPrincipal",
        "Condition",
        "StringEquals",
        "Bool",
        "AWS",
        "Service",
    ]
)
WORDS = st.sampled_from(["Allow", "Deny", "*", "s3:*", "2012-10-17", "arn:aws:s3:::x", ""])
NEARLY = st.recursive(
    WORDS | JSON,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ELEMENTS, inner, max_size=5),
    max_leaves=20,
)
PLAIN = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


def of(**elements: Any) -> dict[str, Any]:
    statement = {**PLAIN, **elements}
    return {"Statement": [{key: value for key, value in statement.items() if value is not ...}]}


def test_a_document_is_read_with_every_element() -> None:
    text = json.dumps(
        {
            "Version": "2012-10-17",
            "Id": "kb",
            "Statement": {
                "Sid": "Read",
                "Effect": "Allow",
                "Principal": {"AWS": ["111122223333"], "Service": "bedrock.amazonaws.com"},
                "Action": "s3:GetObject",
                "NotResource": ["arn:aws:s3:::a", "arn:aws:s3:::b"],
                "Condition": {
                    "ForAnyValue:StringLikeIfExists": {"aws:TagKeys": "team"},
                    "Bool": {"aws:SecureTransport": True},
                    "NumericLessThan": {"s3:max-keys": [10, 1.5]},
                },
            },
        }
    )
    for document in (text, text.encode(), json.loads(text), "\ufeff" + text):
        policy = parse_policy(document)
        (statement,) = policy.statements
        assert (policy.version, policy.id, policy.has_variables) == ("2012-10-17", "kb", True)
        assert (statement.index, statement.sid, statement.effect) == (0, "Read", "Allow")
        assert (statement.actions, statement.not_actions) == (("s3:GetObject",), None)
        assert (statement.resources, statement.not_resources) == (
            None,
            ("arn:aws:s3:::a", "arn:aws:s3:::b"),
        )
        assert statement.principals == (
            Principal("AWS", "111122223333"),
            Principal("Service", "bedrock.amazonaws.com"),
        )
        listed = [(each.operator, each.key, each.values) for each in statement.conditions]
        assert listed == [
            ("ForAnyValue:StringLikeIfExists", "aws:TagKeys", ("team",)),
            ("Bool", "aws:SecureTransport", ("true",)),
            ("NumericLessThan", "s3:max-keys", ("10", "1.5")),
        ]


def test_no_version_is_the_older_one() -> None:
    policy = parse_policy(of())
    assert (policy.version, policy.has_variables) == ("2008-10-17", False)


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ("[]", ""),
        ("{", ""),
        ('{"Statement": NaN}', ""),
        ('{"Statement": [], "Statement": []}', ""),
        (b"\xff", ""),
        ("[" * 100_000, ""),
        ('{"Version": ' + "1" * 5000 + "}", ""),
        ({}, "Statement"),
        ({"Statement": "x"}, "Statement"),
        ({"Statement": [1]}, "Statement[0]"),
        ({"Statement": [], "Extra": 1}, "'Extra'"),
        ({"Version": "2020-01-01", "Statement": []}, "Version"),
        ({"Version": ["2012-10-17"], "Statement": []}, "Version"),
        ({"Id": 1, "Statement": []}, "Id"),
        (of(Effect="allow"), "Statement[0].Effect"),
        (of(Effect=["Allow"]), "Statement[0].Effect"),
        (of(Effect=...), "Statement[0].Effect"),
        (of(Sid=1), "Statement[0].Sid"),
        (of(Action=...), "Statement[0].Action"),
        (of(Action=None), "Statement[0].Action"),
        (of(Action=["s3:*", 1]), "Statement[0].Action[1]"),
        (of(NotAction="s3:*"), "Statement[0]"),
        (of(NotResource="*"), "Statement[0]"),
        (of(Resource={}), "Statement[0].Resource"),
        (of(action="s3:*"), "Statement[0].'action'"),
        (of(Principal="me"), "Statement[0].Principal"),
        (of(Principal={"Aws": "*"}), "Statement[0].Principal.'Aws'"),
        (of(Principal={"AWS": 1}), "Statement[0].Principal.AWS"),
        (of(Principal="*", NotPrincipal="*"), "Statement[0]"),
        (of(Condition=[]), "Statement[0].Condition"),
        (of(Condition={"StringIs": {}}), "Statement[0].Condition.'StringIs'"),
        (
            of(Condition={"ForNoValue:StringEquals": {}}),
            "Statement[0].Condition.'ForNoValue:StringEquals'",
        ),
        (of(Condition={"Bool": []}), "Statement[0].Condition.Bool"),
        (of(Condition={"Bool": {"": "x"}}), "Statement[0].Condition.Bool"),
        (of(Condition={"Bool": {"k": None}}), "Statement[0].Condition.Bool.'k'"),
        (of(Condition={"Bool": {"k": ["x", {}]}}), "Statement[0].Condition.Bool.'k'[1]"),
        (of(Condition={"Bool": {"k": float("inf")}}), "Statement[0].Condition.Bool.'k'"),
    ],
)
def test_a_bad_document_is_refused_with_its_path(document: Any, path: str) -> None:
    with pytest.raises(PolicyError) as refused:
        parse_policy(document)
    assert refused.value.path == path
    assert refused.value.what
    assert str(refused.value).isprintable()


def test_an_error_names_its_source_and_shows_no_control_characters() -> None:
    with pytest.raises(PolicyError, match=r"^policy kb: Statement\[0\]\.'\\x1b\[31m") as refused:
        parse_policy(of(**{"\x1b[31m" + "x" * 500: 1}), source="policy kb")
    assert len(str(refused.value)) < 200


def test_the_largest_documents_are_read() -> None:
    actions = [f"service{number}:Action{number}" for number in range(5000)]
    text = json.dumps(of(Action=actions))
    assert len(text) > 120_000
    assert len(parse_policy(text).statements[0].actions or ()) == 5000
    many = {"Statement": [PLAIN] * 2000}
    assert len(parse_policy(json.dumps(many)).statements) == 2000


def test_every_operator_is_known_in_all_its_forms() -> None:
    assert len(BASE_OPERATORS) == 26 + 1
    for base in BASE_OPERATORS:
        for head in ("", "ForAllValues:", "ForAnyValue:"):
            for tail in ("", "IfExists"):
                found = operator_named(head + base.upper() + tail)
                assert found is not None
                assert found.name == base
                assert (found.quantifier, found.if_exists) == (
                    {"": None, "ForAllValues:": "all", "ForAnyValue:": "any"}[head],
                    bool(tail),
                )


@given(JSON | NEARLY)
def test_any_json_is_a_policy_or_a_policy_error(document: Any) -> None:
    for given_as in (document, json.dumps(document)):
        try:
            parse_policy(given_as)
        except PolicyError as error:
            assert error.what  # noqa: PT017 - either outcome is right, this one must say why


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_any_text_is_a_policy_or_a_policy_error(text: str | bytes) -> None:
    try:
        parse_policy(text)
    except PolicyError as error:
        assert error.what  # noqa: PT017 - as above
