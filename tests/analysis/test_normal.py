"""The meaning of policy documents: what covers what, and that nothing breaks it."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recert.analysis import Catalogue, findings, fingerprint, review_subjects
from recert.analysis.normal import grown, units
from recert.estate.authority import InlinePolicy
from recert.estate.estate import Estate
from recert.lifecycle import compare


def doc(*statements: Any, version: str = "2012-10-17") -> str:
    return json.dumps({"Version": version, "Statement": list(statements)})


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*") -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource}


IP = {"Condition": {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}}
TWO = {"Condition": {"StringEquals": {"aws:SourceVpc": ["a", "b"]}}}
ONE = {"Condition": {"StringEquals": {"aws:SourceVpc": ["a"]}}}
NOT_TWO = {"Condition": {"StringNotEquals": {"aws:SourceVpc": ["a", "b"]}}}
NOT_ONE = {"Condition": {"StringNotEquals": {"aws:SourceVpc": ["a"]}}}

WIDER = [
    (doc(allow("s3:GetObject")), doc(allow("s3:Get*"))),
    (doc(allow("s3:GetObject", "arn:aws:s3:::a/*")), doc(allow("s3:GetObject"))),
    (doc(allow("s3:Get*", **IP)), doc(allow("s3:Get*"))),
    (doc(allow("s3:Get*", **ONE)), doc(allow("s3:Get*", **TWO))),
    (doc(allow("s3:Get*", **NOT_TWO)), doc(allow("s3:Get*", **NOT_ONE))),
    (doc(allow("s3:*"), deny("s3:Delete*")), doc(allow("s3:*"))),
    (
        doc({"Effect": "Allow", "NotAction": ["iam:*", "s3:*"], "Resource": "*"}),
        doc({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
    ),
    (doc(allow("sqs:*")), doc({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})),
    (
        doc(allow("s3:*", "arn:aws:s3:::a")),
        doc({**allow("s3:*"), "Resource": ["arn:aws:s3:::a", "arn:aws:s3:::b"]}),
    ),
]


@pytest.mark.parametrize(("narrow", "wide"), WIDER)
def test_wider_is_wider_one_way_only(narrow: str, wide: str) -> None:
    old, new = units(narrow), units(wide)
    assert old is not None
    assert new is not None
    assert grown(old, new)
    assert not grown(new, old)


SAME = [
    (doc(allow("S3:getobject")), doc(allow(["s3:GetObject"]))),
    (doc(allow(["s3:*", "s3:GetObject"])), doc(allow("s3:*"))),
    (doc(allow("s3:**")), doc(allow("s3:*"))),
    (doc(allow("s3:*"), version="2008-10-17"), doc(allow("s3:*"))),
    (
        doc(allow("s3:*", Condition={"ArnEquals": {"AWS:SourceArn": "x"}})),
        doc(allow("s3:*", Condition={"ArnLike": {"aws:sourcearn": ["x"]}})),
    ),
    (
        doc(allow("s3:*", Condition={"Bool": {"aws:SecureTransport": True}})),
        doc(allow("s3:*", Condition={"Bool": {"aws:SecureTransport": "TRUE"}})),
    ),
    (
        doc({"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}),
        doc(
            {
                "Effect": "Allow",
                "Principal": {"AWS": ["arn:aws:iam::111122223333:root"]},
                "Action": "sts:AssumeRole",
            }
        ),
    ),
    (
        doc({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}),
        doc({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:*", "Resource": "*"}),
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_written_another_way_is_the_same(one: str, other: str) -> None:
    assert units(one) is not None
    assert units(one) == units(other)


def test_a_variable_means_something_in_the_newer_version_only() -> None:
    statement = allow("s3:*", "arn:aws:s3:::a/${aws:username}")
    assert units(doc(statement)) != units(doc(statement, version="2008-10-17"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                (
                    "Statement",
                    "Effect",
                    "Action",
                    "NotAction",
                    "Resource",
                    "Principal",
                    "Condition",
                    "x",
                )
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(JSON)
def test_no_document_breaks_the_reading_of_meaning(value: Any) -> None:
    text = json.dumps(value)
    found = units(text)
    assert found is None or found == units(text)


@settings(deadline=None)
@given(document=JSON)
def test_no_document_breaks_an_answer(document: Any, w: Any, catalogue: Catalogue) -> None:
    estate: Estate = w.small()
    text = json.dumps(document)
    odd: Estate = w.with_role(
        estate, w.HR_ROLE, trust=text, inline=(InlinePolicy(name="odd", document=text),)
    )
    tool = odd.functions[0].model_copy(update={"resource_policy": text})
    odd = w.later(odd, functions=(tool,))
    assert review_subjects(odd, w.HR, catalogue)
    assert fingerprint(odd, w.HR)
    assert isinstance(findings(odd, catalogue, w.HR), tuple)
    assert isinstance(compare(estate, odd), tuple)
    assert compare(odd, w.later(odd)) == ()
