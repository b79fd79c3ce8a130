"""Quiet hours: when a campaign may be prepared but is put before nobody."""

from datetime import UTC, date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from recert.estate.base import Frozen

_SATURDAY = 5


class QuietHours(Frozen):
    """From `start` to `end` by the clock of a zone, over midnight where `end` comes first.

    With `weekends` Saturdays and Sundays are quiet from end to end, and so is each of `dates`.
    """

    start: time
    end: time
    zone: str = "UTC"
    weekends: bool = False
    dates: tuple[date, ...] = ()

    def covers(self, instant: datetime) -> bool:
        """Tell whether an aware instant falls into them."""
        here = instant.astimezone(zone_of(self.zone))
        if here.date() in self.dates:
            return True
        if self.weekends and here.weekday() >= _SATURDAY:
            return True
        now = here.time()
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end

    @property
    def words(self) -> str:
        """Say them in one line."""
        more = ", and weekends" if self.weekends else ""
        days = f", and {', '.join(map(str, self.dates))}" if self.dates else ""
        return f"{self.start:%H:%M}–{self.end:%H:%M} {self.zone}{more}{days}"


def zone_of(name: str) -> tzinfo:
    """Return a zone by its IANA name; raises KeyError, ValueError or OSError for none."""
    return UTC if name == "UTC" else ZoneInfo(name)
