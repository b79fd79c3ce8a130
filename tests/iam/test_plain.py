"""Lines read in one go: they say what the careful reader makes of them, or nothing at all."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recert.iam.grammar import parse_policy
from recert.iam.plain import plain_document, plain_request
from recert.iam.simulate import run_lines, simulate
from recert.iam.simulation_plain import read_plain

FULL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
LINE: dict[str, Any] = {
    "id": "c1",
    "PolicyInputList": [{"Version": "2012-10-17", "Statement": [FULL]}],
    "ActionNames": ["s3:GetObject"],
    "ResourceArns": ["arn:aws:s3:::kb/a"],
    "ContextEntries": [{"ContextKeyName": "a:b", "ContextKeyValues": ["c:d"]}],
}

TEXT = st.sampled_from(
    ["", "*", "a:b", "s3:*", "Allow", "${aws:username}", "\u00e9", "\\", '"', "true"]
)
SCALAR = TEXT | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.none()
SOME = SCALAR | st.lists(SCALAR, max_size=3)
OPERATOR = st.sampled_from(["StringEquals", "bool", "ForAnyValue:StringLikeIfExists", "Null", "No"])
CONDITION = st.dictionaries(OPERATOR, st.dictionaries(TEXT, SOME, max_size=2) | SCALAR, max_size=2)
PRINCIPAL = TEXT | st.dictionaries(st.sampled_from(["AWS", "Service", "No"]), SOME, max_size=2)
STATEMENT = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny", "allow", None])},
    optional={
        "Sid": SCALAR,
        "Action": SOME,
        "NotAction": SOME,
        "Resource": SOME,
        "NotResource": SOME,
        "Principal": PRINCIPAL,
        "NotPrincipal": PRINCIPAL,
        "Condition": CONDITION | SCALAR,
        "Other": SCALAR,
    },
)
POLICY = st.fixed_dictionaries(
    {"Statement": STATEMENT | st.lists(STATEMENT, max_size=3)},
    optional={"Version": st.sampled_from(["2012-10-17", "2008-10-17", "x", None]), "Id": SCALAR},
)


@st.composite
def written(draw: Any, value: Any) -> str:
    """Write a document with spaces, escapes and keys that stand twice, as somebody might."""
    if isinstance(value, dict):
        pairs = list(value.items())
        if pairs and draw(st.integers(0, 9)) == 0:
            pairs.append(draw(st.sampled_from(pairs)))
        inside = [f"{json.dumps(key)}{draw(SPACE)}:{draw(written(each))}" for key, each in pairs]
        return "{" + draw(SPACE) + ",".join(inside) + "}"
    if isinstance(value, list):
        return "[" + ",".join(draw(written(each)) for each in value) + draw(SPACE) + "]"
    text = json.dumps(value, ensure_ascii=draw(st.booleans()))
    return text.replace(":", "\\u003a", 1) if draw(st.integers(0, 20)) == 0 else text


SPACE = st.sampled_from(["", "", " ", "\t"])


@settings(deadline=None, max_examples=400)
@given(st.data(), POLICY, st.booleans())
def test_a_policy_is_read_as_the_careful_reader_reads_it(
    data: st.DataObject, document: Any, in_string: Any
) -> None:
    text = data.draw(written(document))
    text_of = json.dumps(text).encode() if in_string else text.encode()
    found = plain_document(text_of)
    assert found is None or found.policy() == parse_policy(text)


@settings(deadline=None, max_examples=300)
@given(st.data(), POLICY, st.sampled_from(["PolicyInputList", "ResourcePolicy", "Nothing"]))
def test_a_line_is_answered_as_the_careful_reader_answers_it(
    data: st.DataObject, document: Any, key: str
) -> None:
    value = [document] if key == "PolicyInputList" else document
    text = data.draw(written({**LINE, key: value}))
    assert list(run_lines([text.encode()])) == list(run_lines([text]))


def test_the_usual_line_is_plain() -> None:
    for changes in (
        {},
        {"PolicyInputList": [json.dumps({"Statement": FULL})]},
        {"ResourcePolicy": {"Statement": [{**FULL, "Principal": {"AWS": ["*", "1"]}}]}},
        {"ServiceControlPolicies": [[], [{"Statement": [FULL]}]]},
        {"VpcEndpointPolicyInputList": [{"Statement": [FULL]}]},
        {"id": 7},
        {"id": None},
    ):
        line = json.dumps({**LINE, **changes}).encode()
        assert read_plain(line) is not None, changes
        ((answer, good),) = run_lines([line])
        assert good
        assert json.loads(answer) == simulate({**LINE, **changes})


@pytest.mark.parametrize(
    "line",
    [
        b'{"PolicyInputList": [], "ActionNames": ["a:b"], "id": 1, "id": 2}',
        b'{"PolicyInputList": [], "ActionNames": ["a:b"], "id" : 1, "ResourceArns": ["\\u003a"], "id": 2}',
        b'{"PolicyInputList": [], "ActionNames": ["a:b"], "MaxItems": 5}',
        b'\xef\xbb\xbf{"PolicyInputList": [], "ActionNames": ["a:b"]}',
        b'{"PolicyInputList": [], "ActionNames": ["a\xff:b"]}',
        b'{"PolicyInputList": [], "ActionNames": ["a:b\\ud800"]}',
        b'{"PolicyInputList": [], "ActionNames": ["a:b"], "id": NaN}',
        b'{"PolicyInputList": [], "ActionNames": ["a:b"], "id": ' + b"[" * 100_000,
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_the_careful_reader(line: bytes) -> None:
    assert plain_request(line) is None


@pytest.mark.parametrize(
    "text",
    [
        rb'{"Statement": [], "Statement": []}',
        rb'{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Resource": "*"}}',
        rb'{"Statement": {"Effect": "Deny", "Action": "*", "Sid": "\u003a\u003A", "Sid": "b"}}',
        rb'"{\"Statement\": [], \"Id\": \"\\\u0075003a\", \"Id\": \"b\"}"',
        rb'{"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"Bool": {"a": "b"}, "Bool": {}}}}',
    ],
)
def test_no_way_of_writing_hides_a_key_that_stands_twice(text: bytes) -> None:
    assert plain_document(text) is None
