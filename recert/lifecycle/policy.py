"""The trigger policy: which events ask for what, and when it is due.

Read from the table `[triggers]` of `recert.toml`:

    [triggers.events]            # a kind, or `thing.*`; the exact kind wins
    "model.changed" = "full"     # full | delta | note
    "policy.*" = "delta"
    [triggers.due_days]          # by the severity of the gravest event
    critical = 3
    [triggers.cadence_days]      # by risk tier: how long a certification holds
    critical = 90
    [triggers.quiet]             # campaigns are prepared, and launched when it is over
    from = "20:00"
    to = "07:00"
    zone = "Europe/Madrid"       # UTC without it
    weekends = true
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

from pydantic import Field

from recert.errors import UsageError
from recert.estate.base import Frozen
from recert.lifecycle.events import Event, Severity
from recert.lifecycle.kinds import KINDS, Opens
from recert.lifecycle.quiet import QuietHours, zone_of

_LONGEST_DAYS = 3650
_TABLES = ("events", "due_days", "cadence_days", "quiet")
_QUIET = ("from", "to", "zone", "weekends")
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")

DUE_DAYS: dict[Severity, int] = {
    Severity.CRITICAL: 3,
    Severity.HIGH: 7,
    Severity.MEDIUM: 14,
    Severity.LOW: 30,
}
CADENCE_DAYS: dict[Severity, int] = {
    Severity.CRITICAL: 30,
    Severity.HIGH: 90,
    Severity.MEDIUM: 180,
    Severity.LOW: 365,
}


class TriggerPolicy(Frozen):
    """Which events open what; without a configuration, what is right for most.

    `events` holds the overrides, `due_days` the days by severity, `cadence_days` the days that a
    certification holds by risk tier; in `quiet` hours no campaign is launched.
    """

    events: dict[str, Opens] = Field(default_factory=dict)
    due_days: dict[Severity, int] = DUE_DAYS
    cadence_days: dict[Severity, int] = CADENCE_DAYS
    quiet: QuietHours | None = None

    @classmethod
    def from_table(
        cls, table: Mapping[str, Any], *, text: str = "", name: str = "recert.toml"
    ) -> "TriggerPolicy":
        """Validate the table `[triggers]`; raises UsageError with the nearest name.

        `text` is the file's text, so that the error can name the line.
        """
        reader = _Reader(text, name)
        for key in table:
            reader.require(key, _TABLES, "trigger setting")
        return cls(
            events=reader.events(table.get("events", {})),
            due_days=reader.days(table.get("due_days", {}), "due_days", DUE_DAYS),
            cadence_days=reader.days(table.get("cadence_days", {}), "cadence_days", CADENCE_DAYS),
            quiet=reader.quiet(table["quiet"]) if "quiet" in table else None,
        )

    def is_quiet(self, instant: datetime) -> bool:
        """Tell whether an aware instant falls into the quiet hours."""
        return self.quiet is not None and self.quiet.covers(instant)

    def opens(self, kind: str) -> Opens:
        """Return what an event of this kind opens; an unknown kind is reviewed, not noted."""
        thing = kind.partition(".")[0]
        for key in (kind, f"{thing}.*"):
            if key in self.events:
                return self.events[key]
        row = KINDS.get(kind)
        return row.opens if row else Opens.DELTA

    def due_in_days(self, events: Iterable[Event]) -> int:
        """Return the days that reviewers get: those of the gravest event."""
        ranks = [event.severity for event in events]
        gravest = max(ranks, key=lambda item: item.rank, default=Severity.LOW)
        return self.due_days[gravest]


class _Reader:
    """Checks the parts of the table; every complaint names file, line and nearest name."""

    def __init__(self, text: str, name: str) -> None:
        self._lines = text.splitlines()
        self._name = name

    def require(self, key: str, known: Iterable[str], what: str) -> None:
        choices = list(known)
        if key in choices:
            return
        near = difflib.get_close_matches(key, choices, n=1, cutoff=0.4)
        hint = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(choices)}."
        raise UsageError(f"{self._where(key)}: there is no {what} {key!r}.", hint)

    def events(self, table: object) -> dict[str, Opens]:
        kinds = [*KINDS, *dict.fromkeys(f"{kind.partition('.')[0]}.*" for kind in KINDS)]
        found: dict[str, Opens] = {}
        for key, value in self._entries(table, "events").items():
            self.require(key, kinds, "event")
            if not isinstance(value, str):
                raise UsageError(
                    f"{self._where(key)}: {key} must be a string.", "Use full, delta or note."
                )
            if value not in list(Opens):
                near = difflib.get_close_matches(value, list(Opens), n=1, cutoff=0.4)
                hint = f"Did you mean {near[0]}?" if near else "Use full, delta or note."
                raise UsageError(f"{self._where(key)}: {key} cannot open {value!r}.", hint)
            found[key] = Opens(value)
        return found

    def days(
        self, table: object, name: str, default: Mapping[Severity, int]
    ) -> dict[Severity, int]:
        found = dict(default)
        for key, value in self._entries(table, name).items():
            self.require(key, list(Severity), "severity")
            whole = isinstance(value, int) and not isinstance(value, bool)
            if not whole or not 1 <= value <= _LONGEST_DAYS:
                raise UsageError(
                    f"{self._where(key, name)}: {name}.{key} is {value!r}.",
                    f"Give whole days from 1 to {_LONGEST_DAYS}.",
                )
            found[Severity(key)] = value
        return found

    def quiet(self, table: object) -> QuietHours:
        entries = self._entries(table, "quiet")
        for key in entries:
            self.require(key, _QUIET, "setting of quiet hours")
        hours = [self._hour(entries.get(key), key) for key in ("from", "to")]
        zone, weekends = entries.get("zone", "UTC"), entries.get("weekends", False)
        if not isinstance(weekends, bool):
            raise UsageError(
                f"{self._where('weekends', 'quiet')}: weekends is {weekends!r}.",
                "Write true or false.",
            )
        try:
            zone_of(zone)
        except (KeyError, ValueError, OSError, TypeError) as error:
            raise UsageError(
                f"{self._where('zone', 'quiet')}: there is no time zone {zone!r}.",
                "Give an IANA name such as Europe/Berlin.",
            ) from error
        return QuietHours(start=hours[0], end=hours[1], zone=zone, weekends=weekends)

    def _hour(self, value: object, key: str) -> time:
        if isinstance(value, str) and _HOUR.fullmatch(value):
            return time.fromisoformat(value)
        raise UsageError(
            f"{self._where(key, 'quiet')}: quiet.{key} is {value!r}.",
            'Write the hour as "20:00".',
        )

    def _entries(self, table: object, name: str) -> dict[str, Any]:
        if not isinstance(table, Mapping):
            raise UsageError(
                f"{self._where(name)}: triggers.{name} must be a table.",
                f"Write it as [triggers.{name}].",
            )
        return dict(table)

    def _where(self, key: str, table: str = "") -> str:
        inside = not table
        for number, line in enumerate(self._lines, start=1):
            head = line.strip()
            if table and head.startswith("["):
                inside = head.startswith(f"[triggers.{table}]")
            left = head.partition("=")[0].strip().strip("\"'")
            if inside and (left == key or head.startswith(f"[triggers.{key}]")):
                return f"{self._name}, line {number}"
        return self._name
