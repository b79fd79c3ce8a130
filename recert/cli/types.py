"""Values that people type: instants, days, regions."""

from datetime import UTC, datetime, time
from typing import Any

import click


class Instant(click.ParamType):  # type: ignore[type-arg]  # only the newest click is generic
    """An RFC 3339 instant with its zone."""

    name = "instant"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the instant in UTC."""
        if isinstance(value, datetime):
            return value
        from recert.clock import from_rfc3339  # noqa: PLC0415 - only this option needs it

        try:
            return from_rfc3339(str(value).strip())
        except ValueError:
            self.fail(f"{value!r} is no instant; write 2026-11-01T09:00:00Z.", param, ctx)


class Day(click.ParamType):  # type: ignore[type-arg]  # only the newest click is generic
    """A day, which ends with its last second in UTC, or an RFC 3339 instant."""

    name = "date"
    clock = time(23, 59, 59)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return the instant in UTC at which the day is over."""
        if isinstance(value, datetime):
            return value
        text = str(value).strip()
        try:
            if len(text) == len("2026-11-01"):
                day = datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
                return datetime.combine(day, self.clock, tzinfo=UTC)
            from recert.clock import from_rfc3339  # noqa: PLC0415 - only this option needs it

            return from_rfc3339(text)
        except ValueError:
            self.fail(
                f"{value!r} is no date; write 2026-12-31, or 2026-12-31T12:00:00Z.", param, ctx
            )


class FirstDay(Day):
    """A day, which begins with its first second in UTC, or an RFC 3339 instant."""

    clock = time(0, 0)


class Words(click.ParamType):  # type: ignore[type-arg]  # only the newest click is generic
    """Words with commas between them; may be given several times."""

    name = "list"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        """Return the words."""
        if isinstance(value, tuple):
            return value
        found = tuple(word.strip() for word in str(value).split(",") if word.strip())
        if not found:
            self.fail("Name at least one.", param, ctx)
        return found
