import pytest

from recert.tui.modes import deciding
from recert.tui.modes.deciding import Shown


def test_only_the_time_under_the_cursor_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(deciding.time, "monotonic", lambda: now[0])
    look = Shown("b", "s", opened=False, since=100.0)
    now[0] = 103.0
    left = look.left()
    now[0] = 900.0
    assert left.attention().dwell_ms == 3000
    assert left.attention().opened is False
