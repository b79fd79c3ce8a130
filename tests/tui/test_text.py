import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from recert.tui.text import (
    Piece,
    Role,
    cut,
    cut_middle,
    fit,
    fit_row,
    name,
    plain,
    row,
    say,
    spread,
    width_of,
    wrap,
)

TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=60)


@given(TEXTS, st.integers(1, 40))
def test_a_piece_is_fitted_to_exactly_the_width_whatever_its_letters(text: str, width: int) -> None:
    assert cell_len(fit(say(text), width).text) == width
    assert cell_len(fit(say(text), width, middle=True).text) == width


@given(st.lists(TEXTS, max_size=5), st.integers(1, 60))
def test_a_row_is_fitted_to_exactly_the_width(texts: list[str], width: int) -> None:
    assert width_of(fit_row(row(*map(say, texts)), width)) == width


@given(TEXTS)
def test_what_is_said_has_no_character_that_a_terminal_acts_on(text: str) -> None:
    assert say(text).text.isprintable()


@given(TEXTS, st.integers(4, 40))
def test_wrapped_lines_are_never_wider_than_the_width(text: str, width: int) -> None:
    for line in wrap(row(say(text)), width, indent=2):
        assert width_of(line) <= width


@given(st.lists(st.text("abcdef", min_size=1, max_size=12), max_size=20), st.integers(6, 40))
def test_wrapping_loses_no_word(words: list[str], width: int) -> None:
    joined = "".join(
        plain(line).strip() for line in wrap(row(say(" ".join(words))), width, indent=2)
    )
    assert joined.replace(" ", "") == "".join(words)


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("arn:aws:s3:::claims-intake", 12, "arn:a…intake"),
        ("short", 12, "short"),
        ("客户通知客户通知", 9, "客户…通知"),
        ("abcdefgh", 3, "ab…"),
    ],
)
def test_the_middle_is_cut_so_that_both_ends_stay(text: str, width: int, expected: str) -> None:
    got = cut_middle(text, width)
    assert got == expected or cell_len(got) <= width


def test_a_cut_says_that_something_is_missing() -> None:
    assert cut("abcdef", 4) == "abc…"
    assert cut("abc", 3) == "abc"


def test_brackets_stay_brackets() -> None:
    assert plain(row(say("[bold]a[/foo][@click=app.quit]"))) == "[bold]a[/foo][@click=app.quit]"


def test_an_identifier_with_look_alikes_is_flagged() -> None:
    assert "not plain ASCII" in plain(name("cl\u0430ims"))
    assert plain(name("claims")) == "claims"


def test_the_right_side_survives_a_narrow_line() -> None:
    line = spread(row("a long way to here"), (Piece("SYNTHETIC", Role.BADGE),), 14)
    assert plain(line).endswith("SYNTHETIC")
    assert width_of(line) == 14
