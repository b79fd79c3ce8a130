"""Wildcards: what they match, and that no pattern makes a match slow."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recert.iam.automaton import Automaton
from recert.iam.patterns import ResourcePattern, arn_like, arn_parts, glob

PIECES = st.sampled_from(["a", "b", ":", "/", "*", "?", "ab", "::", "**", "*?", "?*"])
PATTERNS = st.lists(PIECES, max_size=10).map("".join)
TEXTS = st.lists(st.sampled_from(["a", "b", ":", "/", "ab"]), max_size=12).map("".join)


def as_regex(pattern: str, star: str = ".*", mark: str = ".") -> str:
    return "".join({"*": star, "?": mark}.get(each, re.escape(each)) for each in pattern)


def by_segments(pattern: str) -> str:
    """Write the documented reading of a resource pattern as a regular expression."""
    *head, tail = pattern.split(":", 5)
    written = []
    for segment in head:
        body = segment.rstrip("*")
        written.append(as_regex(body, "[^:]*", "[^:]") + (".*" if body != segment else ""))
    return ":".join([*written, as_regex(tail)])


@given(PATTERNS, TEXTS)
def test_a_glob_is_the_regular_expression_it_means(pattern: str, text: str) -> None:
    assert glob(pattern)(text) == bool(re.fullmatch(as_regex(pattern), text, re.DOTALL))


@given(PATTERNS, TEXTS)
def test_both_ways_of_matching_agree(pattern: str, text: str) -> None:
    assert glob(pattern)(text) == Automaton(((pattern, True),)).matches(text)


@given(PATTERNS, TEXTS)
def test_a_resource_pattern_keeps_to_the_segments(pattern: str, text: str) -> None:
    found = ResourcePattern(pattern)
    expected = bool(re.fullmatch(by_segments(found.text), text, re.DOTALL))
    assert found.matches(text) == expected
    assert found.automaton.matches(text) == expected


@given(PATTERNS, PATTERNS, TEXTS)
def test_a_text_in_both_patterns_is_an_overlap(left: str, right: str, text: str) -> None:
    if glob(left)(text) and glob(right)(text):
        assert Automaton(((left, True),)).overlaps(right)


@given(PATTERNS, PATTERNS, TEXTS)
def test_what_is_covered_is_matched(left: str, right: str, text: str) -> None:
    if glob(right)(text) and ResourcePattern(left).automaton.covers(right):
        assert ResourcePattern(left).matches(text) or ":" in text
    if glob(right)(text) and Automaton(((left, True),)).covers(right):
        assert glob(left)(text)


@given(PATTERNS)
def test_every_pattern_covers_and_overlaps_itself(pattern: str) -> None:
    whole = Automaton(((re.sub(r"\*+", "*", pattern), True),))
    assert whole.overlaps(pattern)
    assert whole.covers(re.sub(r"\*+", "*", pattern))


@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        ("arn:aws:s3:::kb", "arn:aws:s3:::kb", True),
        ("arn:aws:s3:::kb*", "arn:aws:s3:::kb/a:b", True),
        ("arn:aws:*:*:kb", "arn:aws:s3:::kb", False),
        ("arn:*:s3:*:*:k?", "arn:aws:s3:::kb", True),
        ("*", "arn:aws:s3:::kb", None),
        ("arn:aws:s3:::kb", "kb", None),
    ],
)
def test_arns_are_compared_component_by_component(
    pattern: str, arn: str, *, expected: bool | None
) -> None:
    left, right = arn_parts(pattern), arn_parts(arn)
    assert (None if left is None or right is None else arn_like(left, right)) is expected


HOSTILE: list[tuple[str, Callable[[int], tuple[str, str]]]] = [
    ("stars", lambda size: ("*a" * size + "b", "a" * size * 2)),
    ("marks", lambda size: ("?" * size + "b", "a" * size)),
    ("both", lambda size: ("*?a" * (size // 3) + "b", "a" * size)),
    ("long piece", lambda size: ("*" + "a" * (size // 2) + "b*", "a" * size)),
    ("marked piece", lambda size: ("*" + "a?" * (size // 4) + "b*", "a" * size)),
    ("segments", lambda size: ("arn:a*a:*:b*b:" + "*:" * size + "c", "arn:" + ":a" * size)),
]


@pytest.mark.parametrize(
    "build", [build for _, build in HOSTILE], ids=[name for name, _ in HOSTILE]
)
def test_no_pattern_makes_a_match_slow(build: Callable[[int], tuple[str, str]]) -> None:
    """A backtracking matcher would need longer than the age of the universe for some of these."""
    pattern, text = build(20_000)
    assert not glob(pattern)(text)
    assert not ResourcePattern(pattern).matches(text)
    assert not ResourcePattern(pattern).automaton.covers(text + "*")
