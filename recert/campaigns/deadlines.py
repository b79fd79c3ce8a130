"""Deadlines: an instant plus the zone whose calendar it was worked out in."""

from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recert.clock import require_zone
from recert.errors import UsageError

END_OF_DAY = time(18, 0)
_SATURDAY = 5


def due_after(now: datetime, days: int, zone: str = "UTC") -> datetime:
    """Return the end of the business day that is `days` calendar days from `now`, in UTC.

    A Saturday or a Sunday moves to Monday. The clock time is that of the zone on that day, on
    either side of a change of its clocks. Raises UsageError for an unknown zone.
    """
    place = zone_of(zone)
    day = require_zone(now).astimezone(place).date() + timedelta(days=days)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return datetime.combine(day, END_OF_DAY, place).astimezone(UTC)


def zone_of(name: str) -> tzinfo:
    """Return a zone by its IANA name; raises UsageError for an unknown one."""
    if name == "UTC":
        return UTC  # needs no data of the platform
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(
            f"There is no time zone {name!r}.", "Give an IANA name such as Europe/Berlin."
        ) from error
