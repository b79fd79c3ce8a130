from datetime import UTC, datetime, timedelta, timezone

import pytest

from recert.clock import FixedClock, SystemClock, from_rfc3339, to_rfc3339


def test_an_instant_is_written_in_utc() -> None:
    berlin = datetime(2026, 11, 1, 10, tzinfo=timezone(timedelta(hours=1)))
    assert to_rfc3339(berlin) == "2026-11-01T09:00:00Z"


def test_microseconds_survive_the_round_trip() -> None:
    instant = datetime(2026, 11, 1, 9, 0, 0, 123456, tzinfo=UTC)
    assert from_rfc3339(to_rfc3339(instant)) == instant


@pytest.mark.parametrize("text", ["2026-11-01T09:00:00", "2026-11-01", "yesterday", ""])
def test_a_time_without_zone_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - every kind of refusal is one
        from_rfc3339(text)


def test_the_clocks_tell_aware_instants() -> None:
    assert SystemClock().now().tzinfo is UTC
    with pytest.raises(ValueError, match="zone"):
        FixedClock(datetime(2026, 1, 1))  # noqa: DTZ001 - the naive time is the point
