import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recert.text import is_suspicious_identifier, plural, visible

HOSTILE = [
    "\x1b]2;PWNED\x07",
    "\x1b[2J",
    "\x9b31m",
    "\u202egnp.exe",
    "a\u200bb",
    "a\u2028b",
    "\x00",
    "\ufeffx",
    "\U000e0041",
    "a\rb",
    "a\tb",
    "\u00a0",
    "\ud800",
    "e" + "\u0301" * 40,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_becomes_code_points(text: str) -> None:
    shown = visible(text)
    assert "‹U+" in shown
    assert shown.isprintable()


@given(st.text())
def test_nothing_that_controls_a_terminal_gets_through(text: str) -> None:
    assert not any(
        unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
        for char in visible(text)
    )


@given(st.text())
def test_showing_twice_changes_nothing(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize("text", ["Prüfung", "代理", "עובד", "arn:aws:s3:::b[prod]", "नमस्ते"])
def test_letters_of_every_script_stay_readable(text: str) -> None:
    assert visible(text) == text


def test_lines_are_kept_on_request_only() -> None:
    assert visible("a\nb", lines=True) == "a\nb"
    assert visible("a\nb") == "a‹U+000A›b"


def test_a_long_text_is_cut_and_says_so() -> None:
    assert visible("x" * 4096, limit=10) == "x" * 10 + "… (4,096 characters)"


def test_look_alikes_are_flagged_in_identifiers() -> None:
    assert is_suspicious_identifier("\u0430gent")
    assert not is_suspicious_identifier("agent-1")


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 agents"), (1, "1 agent"), (1204, "1,204 agents")]
)
def test_counts_carry_their_noun(count: int, text: str) -> None:
    assert plural(count, "agent") == text
