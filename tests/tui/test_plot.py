from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from recert.tui.text import plain, width_of
from recert.tui.view.plot import burn_down

START = datetime(2026, 11, 16, tzinfo=UTC)
DUE = START + timedelta(days=10)


def test_it_is_full_before_any_decision_and_empty_after_the_last() -> None:
    decided = [START + timedelta(days=5)] * 4
    line = plain(burn_down(4, decided, START, DUE, now=DUE, width=10))
    assert line == "████      "


def test_the_future_is_dots() -> None:
    line = plain(burn_down(4, [], START, DUE, now=START + timedelta(days=3), width=10))
    assert line == "████······"


def test_what_is_open_is_never_drawn_as_nothing() -> None:
    decided = [START] * 999
    assert set(plain(burn_down(1000, decided, START, DUE, now=DUE, width=10))) == {"▁"}


@given(
    st.integers(0, 50),
    st.lists(st.integers(0, 30), max_size=60),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_it_is_as_wide_as_asked_whatever_the_times(
    total: int, hours: list[int], now: int, width: int
) -> None:
    decided = [START + timedelta(hours=h * 9) for h in hours]
    line = burn_down(total, decided, START, DUE, now=START + timedelta(days=now), width=width)
    assert width_of(line) == (width if total and width else 0)
