"""What `recert simulate` answers to lines that are no requests: always an answer, never a traceback."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulation_words import FULL, answers, line

from recert.iam.errors import PolicyError
from recert.iam.simulate import run_lines, simulate

BAD = [
    ("{", None, "Not JSON"),
    ("[1]", None, "JSON object"),
    ("7", None, "JSON object"),
    ('{"id": "c1", "PolicyInputList": [', "c1", "Not JSON"),
    ('{"id": "c1", "PolicyInputList": ' + "[" * 100_000, "c1", "Nested too deeply"),
    ('{"id": {"a": 1}, "ActionNames": ]', {"a": 1}, "Not JSON"),
    ('{"id": "c1', None, "Not JSON"),
    ('{"id": 12', None, "Not JSON"),
    ('{"id": "c1", "a": 1} {', "c1", "Not JSON"),
    ('["id": "c1"]', None, "Not JSON"),
    ("[" * 100_000, None, "Nested too deeply"),
    ('{"id": 1' + "0" * 5000 + "}", None, "too long"),
    ('{"id": 7, "id": 7}', 7, "stands twice"),
    ('{"id": 7, "ActionNames": NaN}', 7, "NaN"),
    (line(PolicyInputList=...), "c1", "PolicyInputList"),
    (line(ActionNames=...), "c1", "ActionNames"),
    (line(ActionNames="s3:GetObject"), "c1", "ActionNames"),
    (line(ActionNames=["s3:*"]), "c1", "ActionNames[0]"),
    (line(ActionNames=["GetObject"]), "c1", "ActionNames[0]"),
    (line(ActionNames=[1]), "c1", "ActionNames[0]"),
    (line(PolicyInputList=FULL), "c1", "PolicyInputList"),
    (line(PolicyInputList=[1]), "c1", "PolicyInputList.1"),
    (line(PolicyInputList=[FULL, "{"]), "c1", "PolicyInputList.2"),
    (line(PolicyInputList=['{"Statement": [], "Statement": []}']), "c1", "stands twice"),
    (line(PolicyInputList=[{"Statement": [{"Effect": "Allow"}]}]), "c1", "Statement[0].Action"),
    (
        line(PolicyInputList=[{"Statement": [{"Effect": "Allow", "Action": "*"}]}]),
        "c1",
        "has no Resource",
    ),
    (
        line(SessionPolicyInputList=[{"Statement": [{**FULL["Statement"], "Principal": "*"}]}]),  # type: ignore[dict-item]
        "c1",
        "has a principal",
    ),
    (line(ResourcePolicy=[]), "c1", "ResourcePolicy"),
    (line(ServiceControlPolicies=[FULL]), "c1", "ServiceControlPolicies.1"),
    (line(ServiceControlPolicies=FULL), "c1", "ServiceControlPolicies"),
    (line(ResourceControlPolicies=[["x"]]), "c1", "ResourceControlPolicies.1.1"),
    (line(ResourceArns="*"), "c1", "ResourceArns"),
    (line(ResourceArns=[""]), "c1", "ResourceArns[0]"),
    (line(ResourceArns=["*", "arn:" + "a" * 2048]), "c1", "ResourceArns[1]"),
    (line(ActionNames=["s3:" + "a" * 128]), "c1", "ActionNames[0]"),
    (line(ResourceOwner="me"), "c1", "ResourceOwner"),
    (line(CallerArn=5), "c1", "CallerArn"),
    (line(CallerArn="me"), "c1", "CallerArn"),
    (line(ContextEntries={"a": "b"}), "c1", "ContextEntries"),
    (line(ContextEntries={}), "c1", "ContextEntries"),
    (line(ResourceArns=""), "c1", "ResourceArns"),
    (
        line(
            ContextEntries=[
                {"ContextKeyName": "a", "ContextKeyValues": ["1"], "ContextKeyType": ["string"]}
            ]
        ),
        "c1",
        "ContextKeyType",
    ),
    (line(ContextEntries=[1]), "c1", "ContextEntries[0]"),
    (
        line(ContextEntries=[{"ContextKeyName": "a", "ContextKeyValues": "x"}]),
        "c1",
        "ContextKeyValues",
    ),
    (line(ContextEntries=[{"ContextKeyName": "", "ContextKeyValues": []}]), "c1", "ContextKeyName"),
    (
        line(
            ContextEntries=[
                {"ContextKeyName": "a", "ContextKeyValues": ["1", "2"], "ContextKeyType": "string"}
            ]
        ),
        "c1",
        "stringList",
    ),
    (
        line(
            ContextEntries=[
                {"ContextKeyName": "a", "ContextKeyValues": ["1"], "ContextKeyType": "text"}
            ]
        ),
        "c1",
        "ContextKeyType",
    ),
    (
        line(
            ContextEntries=[
                {"ContextKeyName": "a", "ContextKeyValues": [{}], "ContextKeyType": "string"}
            ]
        ),
        "c1",
        "ContextKeyValues[0]",
    ),
    (
        line(
            ContextEntries=[
                {"ContextKeyName": name, "ContextKeyValues": ["1"]} for name in ("a", "A")
            ]
        ),
        "c1",
        "stands twice",
    ),
    (line(ResourceArn="*"), "c1", "ResourceArn"),
]


@pytest.mark.parametrize(("bad", "name", "said"), BAD)
def test_a_bad_line_is_answered_by_its_error_and_stops_nothing(
    bad: Any, name: Any, said: str
) -> None:
    before, answer, after = answers(line(id=1), bad, line(id=2))
    assert before[1]
    assert after[1]
    assert not answer[1]
    assert answer[0].keys() == {"id", "error"}
    assert answer[0]["id"] == name
    assert said in answer[0]["error"]
    assert answer[0]["error"].isprintable()
    assert [before[0]["id"], after[0]["id"]] == [1, 2]


def test_blank_lines_and_a_byte_order_mark_are_no_requests() -> None:
    assert len(answers("", "  \n", "\ufeff" + json.dumps(line()))) == 1


KEYS = st.sampled_from(
    [
        "id",
        "PolicyInputList",
        "ActionNames",
        "ResourceArns",
        "ResourcePolicy",
        "ResourceOwner",
        "CallerArn",
        "ContextEntries",
        "ContextKeyName",
        "ContextKeyValues",
        "ContextKeyType",
        "SessionPolicyInputList",
        "ServiceControlPolicies",
        "Statement",
        "Effect",
        "Action",
        "Resource",
        "Principal",
        "Condition",
    ]
)
WORDS = st.sampled_from(["s3:GetObject", "*", "Allow", "arn:aws:s3:::a", "${", "string", "\ud800"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=25,
)


@settings(deadline=None)
@given(st.dictionaries(KEYS, ANYTHING, max_size=8) | ANYTHING)
def test_any_json_at_all_is_answered(document: Any) -> None:
    ((answer, good),) = answers(json.dumps(document))
    assert ("error" in answer) is not good


@settings(deadline=None)
@given(ANYTHING, ANYTHING, KEYS)
def test_any_policy_and_any_element_is_answered(policy: Any, value: Any, key: str) -> None:
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*", key: value}
    for document in (policy, {"Statement": [statement]}, {"Statement": [policy]}):
        ((answer, good),) = answers(line(PolicyInputList=[document]))
        assert ("error" in answer) is not good


@settings(deadline=None)
@given(ANYTHING, st.sampled_from(["ContextKeyName", "ContextKeyValues", "ContextKeyType"]))
def test_any_context_entry_is_answered(value: Any, key: str) -> None:
    entry = {"ContextKeyName": "a", "ContextKeyValues": ["1"], "ContextKeyType": "string"}
    ((answer, good),) = answers(line(ContextEntries=[{**entry, key: value}]))
    assert ("error" in answer) is not good


@settings(deadline=None)
@given(
    ANYTHING,
    st.sampled_from(sorted(set(line()) | {"ResourceArns", "ResourceOwner", "CallerArn"}))
    | st.sampled_from(["ResourcePolicy", "ServiceControlPolicies", "SessionPolicyInputList"]),
)
def test_any_element_is_answered(value: Any, key: str) -> None:
    ((answer, good),) = answers(line(**{key: value}))
    assert ("error" in answer) is not good


def test_bytes_that_are_no_utf8_fail_their_line_only() -> None:
    good = json.dumps(line()).encode()
    found = list(run_lines([good, b'{"id": "n", "x": "\xff"}', b"\xff\xfe", good]))
    assert [well for _, well in found] == [True, False, False, True]
    assert json.loads(found[1][0]) == {"id": "n", "error": "Byte 19 of the line is not UTF-8."}
    assert json.loads(found[2][0])["id"] is None


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_answered(text: str) -> None:
    for answer, good in run_lines([text]):
        assert ("error" in json.loads(answer)) is not good


@pytest.mark.parametrize("extra", ["", "${x:unknown}"])
@pytest.mark.parametrize("element", ["Resource", "NotResource", "Condition"])
def test_a_value_put_in_a_thousand_times_costs_no_more_than_once(element: str, extra: str) -> None:
    repeated = "arn:aws:s3:::" + "${x:k}" * 20_000 + extra
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    if element == "Condition":
        statement["Condition"] = {"StringLike": {"x:k": repeated}}  # type: ignore[assignment]  # a document
    else:
        del statement["Resource"]
        statement[element] = repeated
    entry = {"ContextKeyName": "x:k", "ContextKeyValues": ["*" * 500_000]}
    ((answer, good),) = answers(
        line(
            PolicyInputList=[{"Version": "2012-10-17", "Statement": statement}],
            ResourceArns=["arn:aws:s3:::kb/a"],
            ContextEntries=[{**entry, "ContextKeyType": "string"}],
        )
    )
    assert good
    expected = "allowed" if element == "NotResource" else "implicitDeny"
    assert answer["EvaluationResults"][0]["EvalDecision"] == expected


def test_a_request_as_an_object_raises_what_is_wrong() -> None:
    with pytest.raises(PolicyError, match="ActionNames: is missing"):
        simulate({"PolicyInputList": []})
