"""Deadlines: an instant plus the zone whose calendar it was worked out in.

A deadline is the end of a business day in a zone. It is kept as an instant in UTC beside the name
of the zone, so that a change of the zone's clocks between opening and deadline moves neither the
clock time that was promised nor the day.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recert.clock import from_rfc3339, require_zone
from recert.errors import UsageError

END_OF_DAY = time(18, 0)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_KEYS = ("zone", "holidays", "weekend", "end_of_day")
_LONGEST = 3_650
"""Days that a search for the next business day may take before the calendar counts as having none."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which days count in a zone, and when they end.

    `holidays` are days of one year, `yearly` days (month, day) of every year; `weekend` are
    weekdays, Monday 0.
    """

    zone: str = "UTC"
    holidays: frozenset[date] = frozenset()
    yearly: frozenset[tuple[int, int]] = frozenset()
    weekend: frozenset[int] = frozenset({5, 6})
    end_of_day: time = END_OF_DAY

    @classmethod
    def from_table(cls, table: Mapping[str, Any], *, name: str = "[campaigns]") -> "Calendar":
        """Return the calendar of a configuration; raises UsageError with the key that is wrong."""
        unknown = sorted(set(table) - set(_KEYS))
        if unknown:
            raise UsageError(
                f"{name} has no setting {unknown[0]!r}.", f"Known are {', '.join(_KEYS)}."
            )
        zone = table.get("zone", "UTC")
        if not isinstance(zone, str):
            raise UsageError(f"{name} zone must be a text.", 'Write zone = "Europe/Berlin".')
        zone_of(zone)
        once, yearly = _holidays(table.get("holidays", []), name)
        return cls(
            zone=zone,
            holidays=once,
            yearly=yearly,
            weekend=_weekend(table.get("weekend", ["sat", "sun"]), name),
            end_of_day=_end_of_day(table.get("end_of_day", END_OF_DAY), name),
        )

    def works(self, day: date) -> bool:
        """Tell whether a day is a business day."""
        return not (
            day.weekday() in self.weekend
            or day in self.holidays
            or (day.month, day.day) in self.yearly
        )

    def next_business_day(self, day: date) -> date:
        """Return the day itself where it is a business day, else the next one; raises UsageError."""
        for _ in range(_LONGEST):
            if self.works(day):
                return day
            day += timedelta(days=1)
        raise UsageError("The calendar has no business day.", "Look at weekend and holidays.")

    def due_after(self, now: datetime, days: int, *, business: bool = False) -> datetime:
        """Return the end of the business day that is `days` days from `now`, in UTC.

        The days are those of the calendar, or with `business` only business days; a deadline
        that would fall on a day off moves to the next business day.
        """
        day = self.local(now).date()
        if not business:
            return self.due_on(day + timedelta(days=days))
        for _ in range(days):
            day = self.next_business_day(day + timedelta(days=1))
        return self.due_on(day)

    def due_on(self, day: date) -> datetime:
        """Return when a day is over, in UTC; a day off ends with the next business day."""
        return self.at(self.next_business_day(day), self.end_of_day)

    def at(self, day: date, clock: time) -> datetime:
        """Return the instant of a clock time, in UTC.

        A time that the clocks show twice means the later one, and one that they skip the time after
        the change: a deadline never comes earlier than it was read.
        """
        place = zone_of(self.zone)
        found = [datetime.combine(day, clock, place).replace(fold=fold) for fold in (0, 1)]
        return max(one.astimezone(UTC) for one in found)

    def local(self, instant: datetime) -> datetime:
        """Return an instant as the clocks of the zone show it."""
        return require_zone(instant).astimezone(zone_of(self.zone))

    def business_days(self, earlier: datetime, later: datetime) -> int:
        """Return how many business days have begun after the day of `earlier`, up to `later`'s."""
        day, last = self.local(earlier).date(), self.local(later).date()
        count = 0
        while day < last:
            day += timedelta(days=1)
            count += self.works(day)
        return count


def named_deadline(text: str, calendar: Calendar) -> datetime:
    """Return the instant of a deadline that somebody typed: a day, or an RFC 3339 instant.

    A day that is off is refused, as whoever names it means that day. Raises UsageError.
    """
    try:
        if len(text.strip()) > len("2026-12-31"):
            return from_rfc3339(text.strip())
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{text!r} is no deadline.", "Write 2026-12-31.") from error
    if not calendar.works(day):
        near = calendar.next_business_day(day)
        raise UsageError(
            f"{day:%A}, {day} is no business day.", f"The next one is {near:%A}, {near}."
        )
    return calendar.due_on(day)


def in_zone(instant: datetime, zone: str) -> str:
    """Write an instant as people of a zone read it, with the zone and its offset."""
    here = require_zone(instant).astimezone(zone_of(zone))
    offset = here.strftime("%z")
    told = "" if zone == "UTC" else f" (UTC{offset[:3]}:{offset[3:5]})"
    return f"{here:%a %Y-%m-%d %H:%M} {zone}{told}"


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


def _holidays(found: Any, name: str) -> tuple[frozenset[date], frozenset[tuple[int, int]]]:
    if not isinstance(found, list):
        raise UsageError(f"{name} holidays must be a list.", 'Write holidays = ["2026-12-25"].')
    once: set[date] = set()
    yearly: set[tuple[int, int]] = set()
    for one in found:
        if isinstance(one, date) and not isinstance(one, datetime):
            once.add(one)
            continue
        try:
            if isinstance(one, str) and len(one) == len("12-25"):
                # A leap year takes every day that any year has.
                day = date.fromisoformat(f"2024-{one}")
                yearly.add((day.month, day.day))
            else:
                once.add(date.fromisoformat(one))
        except (TypeError, ValueError) as error:
            raise UsageError(
                f"{name} holidays: {one!r} is no day.",
                'Write "2026-12-25", or "12-25" for every year.',
            ) from error
    return frozenset(once), frozenset(yearly)


def _weekend(found: Any, name: str) -> frozenset[int]:
    if not isinstance(found, list) or not all(one in WEEKDAYS for one in found):
        raise UsageError(
            f"{name} weekend must be a list of weekdays.", 'Write weekend = ["sat", "sun"].'
        )
    if set(found) == set(WEEKDAYS):
        raise UsageError(f"{name} weekend leaves no business day.", "Take one out.")
    return frozenset(WEEKDAYS.index(one) for one in found)


def _end_of_day(found: Any, name: str) -> time:
    try:
        clock = found if isinstance(found, time) else time.fromisoformat(found)
    except (TypeError, ValueError):
        clock = None
    if clock is None or clock.tzinfo is not None:
        raise UsageError(f"{name} end_of_day must be a time.", 'Write end_of_day = "18:00".')
    return clock
