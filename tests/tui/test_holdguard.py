from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from recert.tui.holdguard import BURST, WINDOW, HoldGuard, Press


def judge(times: Iterable[float], key: str = "a") -> list[Press]:
    guard = HoldGuard()
    return [guard.press(key, at) for at in times]


def test_a_press_is_taken() -> None:
    assert judge([10.0]) == [Press.TAKEN]


def test_a_second_press_within_150_ms_is_ignored_also_of_another_key() -> None:
    guard = HoldGuard()
    assert guard.press("a", 0.0) is Press.TAKEN
    assert guard.press("r", 0.149) is Press.IGNORED


def test_a_press_after_150_ms_counts() -> None:
    assert judge([0.0, 0.151])[1] is not Press.IGNORED
    assert judge([0.0, 1.0]) == [Press.TAKEN, Press.TAKEN]


@given(st.floats(0.2, 0.69), st.floats(0.005, 0.08), st.integers(BURST, 200))
def test_a_held_key_decides_one_item_whatever_its_delay_and_rate(
    delay: float, rate: float, repeats: int
) -> None:
    presses = judge([0.0, *(delay + rate * n for n in range(repeats))])
    taken = sum(press in (Press.TAKEN, Press.DOUBTFUL) for press in presses)
    assert taken - presses.count(Press.HELD) == 1


@given(st.floats(0.005, WINDOW - 0.001), st.integers(1, 200))
def test_a_stream_of_presses_is_one_verdict(rate: float, repeats: int) -> None:
    presses = judge([rate * n for n in range(repeats)])
    assert presses[0] is Press.TAKEN
    assert set(presses[1:]) <= {Press.IGNORED}


def test_two_quick_verdicts_in_a_row_are_both_kept() -> None:
    assert judge([0.0, 0.3, 0.4]) == [Press.TAKEN, Press.DOUBTFUL, Press.IGNORED]
