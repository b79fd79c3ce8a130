"""The clock that every service is given: an instant with a zone, never a naive time."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant, in UTC."""

    def now(self) -> datetime:
        """Return an aware datetime in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is set; for tests and for replays."""

    def __init__(self, instant: datetime) -> None:
        self.instant = require_zone(instant)

    def now(self) -> datetime:
        """Return the instant that was set last."""
        return self.instant


def require_zone(instant: datetime) -> datetime:
    """Return `instant` in UTC; a naive time is a programming error and raises ValueError."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a zone")
    return instant.astimezone(UTC)


def to_rfc3339(instant: datetime) -> str:
    """Write an instant as `2026-11-01T09:00:00Z`, with microseconds only where there are any."""
    text = require_zone(instant).isoformat()
    return text.removesuffix("+00:00") + "Z"


def from_rfc3339(text: str) -> datetime:
    """Read an RFC 3339 instant; raises ValueError where the zone or the form is missing."""
    return require_zone(datetime.fromisoformat(text))
