"""Instants and spans as people say them."""

from datetime import datetime, timedelta

from recert.clock import from_rfc3339

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_SOON = timedelta(days=2)


def span(length: timedelta) -> str:
    """Write a span in its largest whole unit: `3 d`, `5 h`, `12 min`."""
    length = abs(length)
    if length >= _SOON:
        return f"{length // _DAY} d"
    if length >= _HOUR:
        return f"{length // _HOUR} h"
    return f"{length // timedelta(minutes=1)} min"


def until(due: datetime | None, now: datetime) -> str:
    """Write how long there is to an instant, or how long it is over."""
    if due is None:
        return "no due date"
    return f"due in {span(due - now)}" if due >= now else f"overdue by {span(now - due)}"


def left(due: datetime | None, now: datetime) -> str:
    """Write how long there is to an instant for a narrow column: `3 d`, or `2 d late`."""
    if due is None:
        return ""
    return span(due - now) if due >= now else f"{span(now - due)} late"


def ago(instant: datetime, now: datetime) -> str:
    """Write how long ago an instant was."""
    if abs(now - instant) < _MINUTE:
        return "just now"
    return f"{span(now - instant)} ago" if instant <= now else f"in {span(instant - now)}"


def stamp(instant: datetime | str | None) -> str:
    """Write an instant to the minute, in UTC; a text that is no instant is shown as it is."""
    if instant is None:
        return "never"
    if isinstance(instant, str):
        try:
            return stamp(from_rfc3339(instant))
        except ValueError:
            return instant
    return instant.strftime("%Y-%m-%d %H:%M UTC")


def moment(instant: datetime | str | None) -> str:
    """Write an instant to the minute for a column whose heading names the zone."""
    return stamp(instant).removesuffix(" UTC")


def day(instant: datetime | str | None) -> str:
    """Write the day of an instant, in UTC."""
    return stamp(instant)[:10] if instant is not None else "never"
