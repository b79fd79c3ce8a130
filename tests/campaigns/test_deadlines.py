from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recert.campaigns.deadlines import Calendar, in_zone, named_deadline, zone_of
from recert.errors import RefusedError, UsageError

ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "Asia/Kathmandu",
    "Pacific/Auckland", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Casablanca",
)  # fmt: skip


@pytest.mark.parametrize(
    ("table", "now", "days", "due"),
    [
        # Christmas Day 2026 is a Friday; with the 26th and a weekend the next one is Monday.
        ({"holidays": ["2026-12-25"]}, "2026-12-24T09:00:00Z", 1, "2026-12-28T18:00:00Z"),
        ({"holidays": ["12-25", "12-28"]}, "2026-12-24T09:00:00Z", 1, "2026-12-29T18:00:00Z"),
        ({"holidays": ["12-25"]}, "2028-12-24T09:00:00Z", 1, "2028-12-26T18:00:00Z"),
        ({"holidays": ["02-29"]}, "2028-02-28T09:00:00Z", 1, "2028-03-01T18:00:00Z"),
        # A weekend of Friday and Saturday.
        ({"weekend": ["fri", "sat"]}, "2026-12-03T09:00:00Z", 1, "2026-12-06T18:00:00Z"),
        ({"end_of_day": "23:59"}, "2026-12-03T09:00:00Z", 1, "2026-12-04T23:59:00Z"),
        # Berlin skips 02:30 on 28 March 2027, a Sunday that counts here: it becomes 03:30 there.
        (
            {"zone": "Europe/Berlin", "weekend": [], "end_of_day": "02:30"},
            "2027-03-27T09:00:00Z", 1, "2027-03-28T01:30:00Z",
        ),
        # Berlin shows 02:30 twice on 25 October 2026; the later one counts.
        (
            {"zone": "Europe/Berlin", "weekend": [], "end_of_day": "02:30"},
            "2026-10-24T09:00:00Z", 1, "2026-10-25T01:30:00Z",
        ),
        # Lord Howe moves by half an hour.
        (
            {"zone": "Australia/Lord_Howe", "end_of_day": "18:00"},
            "2026-10-02T01:00:00Z", 3, "2026-10-05T07:00:00Z",
        ),
        # A zone ahead: it is Saturday there already.
        ({"zone": "Pacific/Auckland"}, "2026-12-04T12:00:00Z", 0, "2026-12-07T05:00:00Z"),
    ],
)  # fmt: skip
def test_a_deadline_ends_with_a_business_day_of_its_calendar(
    table: dict[str, Any], now: str, days: int, due: str
) -> None:
    calendar = Calendar.from_table(table)
    assert calendar.due_after(datetime.fromisoformat(now), days) == datetime.fromisoformat(due)


def test_business_days_are_counted_without_days_off() -> None:
    calendar = Calendar.from_table({"holidays": ["12-25"]})
    now = datetime(2026, 12, 24, 9, tzinfo=UTC)
    assert calendar.due_after(now, 3, business=True) == datetime(2026, 12, 30, 18, tzinfo=UTC)
    assert calendar.business_days(now, datetime(2026, 12, 30, 1, tzinfo=UTC)) == 3
    assert calendar.business_days(now, now) == 0
    assert calendar.business_days(now, now - timedelta(days=9)) == 0


calendars = st.builds(
    Calendar,
    zone=st.sampled_from(ZONES),
    holidays=st.frozensets(st.dates(date(2026, 1, 1), date(2028, 12, 31)), max_size=20),
    weekend=st.frozensets(st.integers(0, 6), max_size=5),
    end_of_day=st.times().map(lambda one: one.replace(microsecond=0)),
)
instants = st.datetimes(datetime(2026, 1, 1), datetime(2028, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given


@given(calendar=calendars, now=instants, days=st.integers(0, 400), business=st.booleans())
def test_a_deadline_is_never_on_a_day_off_nor_early(
    *, calendar: Calendar, now: datetime, days: int, business: bool
) -> None:
    due = calendar.due_after(now, days, business=business)
    here = calendar.local(due)
    asked = calendar.local(now).date() + timedelta(days=days)
    assert due.utcoffset() == timedelta(0)
    assert calendar.works(here.date()) or here.time() < calendar.end_of_day
    assert here.date() >= asked
    shown = here.replace(tzinfo=None) - datetime.combine(here.date(), calendar.end_of_day)
    # Where the clocks skip the time, what stands there instead is later by the length of the skip.
    assert timedelta(0) <= shown % timedelta(days=1) <= timedelta(days=1) - timedelta(seconds=1)
    if shown:
        wall = datetime.combine(here.date(), calendar.end_of_day, zone_of(calendar.zone))
        assert wall.astimezone(UTC).astimezone(zone_of(calendar.zone)).time() != wall.time()


@given(calendar=calendars, now=instants, days=st.integers(0, 60), business=st.booleans())
def test_more_days_never_end_earlier(
    *, calendar: Calendar, now: datetime, days: int, business: bool
) -> None:
    one = calendar.due_after(now, days, business=business)
    assert calendar.due_after(now, days + 1, business=business) >= one
    if business:
        assert calendar.business_days(now, one) == days or days == 0


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"zone": "Mars/Olympus"}, "no time zone"),
        ({"zone": 3}, "must be a text"),
        ({"holidays": "2026-12-25"}, "must be a list"),
        ({"holidays": ["2026-02-30"]}, "is no day"),
        ({"holidays": ["02-30"]}, "is no day"),
        ({"holidays": [12]}, "is no day"),
        ({"weekend": ["sonntag"]}, "list of weekdays"),
        ({"weekend": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}, "no business day"),
        ({"end_of_day": "25:00"}, "must be a time"),
        ({"end_of_day": 18}, "must be a time"),
        ({"hollidays": []}, "no setting 'hollidays'"),
    ],
)
def test_a_calendar_that_cannot_hold_is_refused_with_its_key(
    table: dict[str, Any], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        Calendar.from_table(table)


def test_a_day_that_is_typed_ends_in_the_zone_and_a_day_off_is_refused() -> None:
    berlin = Calendar("Europe/Berlin", holidays=frozenset({date(2026, 12, 25)}))
    assert named_deadline("2026-12-23", berlin) == datetime(2026, 12, 23, 17, tzinfo=UTC)
    assert named_deadline("2026-12-23T09:00:00Z", berlin) == datetime(2026, 12, 23, 9, tzinfo=UTC)
    with pytest.raises(UsageError, match="no business day") as refused:
        named_deadline("2026-12-25", berlin)
    assert "2026-12-28" in refused.value.remedy
    for text in ("", "tomorrow", "2026-12-32", "2026-12-23T09:00:00"):
        with pytest.raises(UsageError, match="no deadline"):
            named_deadline(text, berlin)


def test_a_deadline_is_written_as_its_zone_reads_it() -> None:
    at = datetime(2026, 12, 23, 17, tzinfo=UTC)
    assert in_zone(at, "Europe/Berlin") == "Wed 2026-12-23 18:00 Europe/Berlin (UTC+01:00)"
    assert in_zone(at, "America/St_Johns").endswith("13:30 America/St_Johns (UTC-03:30)")
    assert in_zone(at, "UTC") == "Wed 2026-12-23 17:00 UTC"


def test_the_owner_moves_a_deadline_with_a_reason(house: Any, hr: str) -> None:
    service = house.as_("owner")
    before = house.entries()[-1]["seq"]
    view = service.extend(hr, "2026-12-23", "the owner is ill", zone="Europe/Berlin")
    assert view.due_at == datetime(2026, 12, 23, 17, tzinfo=UTC)
    assert view.due_zone == "Europe/Berlin"
    assert house.entries()[-1]["seq"] == before + 1
    assert "the owner is ill" in house.entries()[-1]["body"]["reason"]
    with pytest.raises(RefusedError, match="not in the future"):
        service.extend(hr, "2026-10-01", "earlier")
    with pytest.raises(RefusedError, match="reason"):
        service.extend(hr, "2026-12-24", " ")
    with pytest.raises(RefusedError) as refused:
        house.as_("alice").extend(hr, "2026-12-24", "mine")
    assert refused.value.rule == "not_owner"
    assert house.problems() == []


def test_a_calendar_with_a_time_that_never_comes_still_ends() -> None:
    always_off = Calendar(weekend=frozenset(range(7)), end_of_day=time(9))
    with pytest.raises(UsageError, match="no business day"):
        always_off.due_after(datetime(2026, 1, 1, tzinfo=UTC), 1)
