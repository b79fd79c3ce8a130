import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recert.estate.canonical import canonical, digest, parse_strict

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_the_canonical_form_is_stable_under_parsing(value: object) -> None:
    data = canonical(value)
    assert canonical(parse_strict(data)) == data
    assert data.isascii()


@given(st.dictionaries(st.text(), st.integers(0, 9)))
def test_key_order_does_not_matter(value: dict[str, int]) -> None:
    turned = dict(reversed(value.items()))
    assert digest(value) == digest(turned)


def test_the_digest_is_plain_sha256_of_the_bytes() -> None:
    assert digest({"b": 1, "a": "é"}) == hashlib.sha256(b'{"a":"\\u00e9","b":1}').hexdigest()


@pytest.mark.parametrize("value", [1.5, 2**53, {1: 2}, b"x", {"a": [object()]}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"\$"):
        canonical(value)


@pytest.mark.parametrize("text", ['{"a":1,"a":2}', "NaN", '[{"x":1,"x":1}]'])
def test_ambiguous_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - either sentence will do
        parse_strict(text)


def test_strict_parsing_reads_what_json_reads() -> None:
    text = '{"a": [1, null, true, "x"]}'
    assert parse_strict(text) == json.loads(text)
