"""Wildcard patterns: whether they share a text, and whether one holds the other."""

import time
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recert.iam.overlap import (
    LITERAL_STAR,
    NO_COLON,
    NO_SLASH,
    SOME,
    contains,
    intersects,
    normal,
)

LETTERS = "a:/"
TEXTS = ["".join(t) for n in range(6) for t in product(LETTERS, repeat=n)]
patterns = st.text("a:/*?", max_size=5)
shapes = st.text("a:/" + NO_COLON + NO_SLASH + SOME, max_size=4)


def fits(pattern: str, text: str) -> bool:
    """Say by plain recursion whether a text fits; the definition that the engine is held to."""
    if not pattern:
        return not text
    kind, rest = pattern[0], pattern[1:]
    if kind == "*":
        return any(fits(rest, text[n:]) for n in range(len(text) + 1))
    if kind in (NO_COLON, NO_SLASH, SOME):
        barred = {NO_COLON: ":", NO_SLASH: ":/", SOME: ""}[kind]
        for n in range(1, len(text) + 1):
            if text[n - 1] in barred:
                return False
            if fits(rest, text[n:]):
                return True
        return False
    return bool(text) and kind in ("?", text[0]) and fits(rest, text[1:])


def language(pattern: str) -> set[str]:
    return {text for text in TEXTS if fits(pattern, text)}


@given(patterns, patterns)
def test_two_elements_intersect_exactly_when_a_text_fits_both(a: str, b: str) -> None:
    shared = language(a) & language(b)
    found = intersects(normal(a), normal(b))
    if shared:
        assert found
    elif len(a) + len(b) <= 5:  # a shared text then is short enough to stand among the texts
        assert not found
    assert found == intersects(normal(b), normal(a))


@given(patterns, shapes)
def test_an_element_meets_an_arn_shape_exactly_when_a_text_fits_both(a: str, b: str) -> None:
    shared = language(a) & language(b)
    found = intersects(normal(a), b)
    if shared:
        assert found
    elif len(a) + len(b) <= 5:
        assert not found
    assert found == intersects(b, normal(a))


@given(patterns, st.one_of(patterns.map(normal), shapes))
def test_containment_is_claimed_only_where_no_text_contradicts_it(outer: str, inner: str) -> None:
    if contains(normal(outer), inner):
        assert language(inner) <= language(outer)


@given(patterns)
def test_every_pattern_contains_itself_and_is_contained_in_a_star(pattern: str) -> None:
    form = normal(pattern)
    assert contains(form, form)
    assert contains("*", form)


@pytest.mark.parametrize(
    ("outer", "inner", "held"),
    [
        ("arn:aws:s3:::*", "arn:aws:s3:::kb/*", True),
        ("arn:aws:s3:::kb/*", "arn:aws:s3:::*", False),
        ("arn:aws:s3:::kb*", "arn:aws:s3:::kb/*", True),
        ("arn:aws:s3:::kb/?", "arn:aws:s3:::kb/*", False),
        ("arn:aws:s3:::kb/*?", "arn:aws:s3:::kb/?*", True),
        ("arn:*:s3:::*", "arn:aws:s3:::kb", True),
        ("arn:aws:s3:::*/*", "arn:aws:s3:::a/b/c", True),
        ("*a*b*", "xaxbx", True),
        ("*a*b*", "xbxax", False),
        ("arn:aws:s3:::KB", "arn:aws:s3:::kb", False),
    ],
)
def test_containment_of_elements_as_they_are_written(*, outer: str, inner: str, held: bool) -> None:
    assert contains(normal(outer), normal(inner)) is held


def test_a_variable_may_be_anything_where_access_may_only_grow() -> None:
    element = "arn:aws:s3:::home/${aws:PrincipalTag/team}/*"
    assert intersects(normal(element), "arn:aws:s3:::home/red/x")
    assert not contains(normal(element, wide=False), "arn:aws:s3:::home/red/x")
    assert contains(normal(element, wide=False), normal(element, wide=False))


def test_a_variable_is_text_in_the_older_version() -> None:
    element = "arn:aws:s3:::home/${aws:username}/*"
    assert not intersects(normal(element, variables=False), "arn:aws:s3:::home/red/x")


def test_escapes_are_the_characters_themselves() -> None:
    assert normal("a${*}b${?}c${$}d") == f"a{LITERAL_STAR}b\x11c$d"
    assert not intersects(normal("a${*}"), "ab")


def test_control_characters_of_a_document_are_no_wildcards() -> None:
    assert not intersects(normal("arn:\x03"), "arn:aws")


def test_patterns_cannot_be_made_slow() -> None:
    evil = "*a" * 500 + "b"
    started = time.perf_counter()
    assert not contains(normal("*a" * 300 + "c"), "a" * 1000)
    assert intersects(normal(evil), normal("?" * 1000 + "*" + "ab" * 200))
    assert not intersects(normal(evil), "a" * 1500)
    assert time.perf_counter() - started < 5
