"""Reading a trigger policy from its table: every complaint names file, line and nearest name."""

import difflib
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from recert.errors import UsageError
from recert.lifecycle.events import Severity
from recert.lifecycle.kinds import KINDS, Opens
from recert.lifecycle.policy import CADENCE_DAYS, DUE_DAYS, RiskAnalysis, TierRule, TriggerPolicy
from recert.lifecycle.quiet import QuietHours, zone_of
from recert.lifecycle.table_reader import TableReader

_LONGEST_DAYS = 3650
_LONGEST_WINDOW = 7 * 24 * 60
_TABLES = (
    "events", "due_days", "tiers", "cadence_days", "risk_analysis", "quiet", "window_minutes",
)  # fmt: skip
_EVENT = ("opens", "ask", "due_days")
_TIER = ("events", "due_days")
_ANALYSIS = ("reference", "date", "review_by")
_QUIET = ("from", "to", "zone", "weekends", "dates")
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_OPENS = "Use full, delta or note."
_KINDS = (*KINDS, *dict.fromkeys(f"{kind.partition('.')[0]}.*" for kind in KINDS))


def read_trigger_policy(
    table: Mapping[str, Any], *, text: str = "", name: str = "recert.toml"
) -> TriggerPolicy:
    """Return the policy of the table `[triggers]`; raises UsageError with the line and the nearest name.

    `text` is the text of the file `name`, so that the error can name the line.
    """
    reader = _Reader(text, name)
    for key in table:
        reader.require(key, _TABLES, "trigger setting", "triggers")
    opens, asked, due = reader.events(table.get("events", {}), "triggers.events")
    return TriggerPolicy(
        events=opens,
        asked=asked,
        event_due=due,
        due_days=reader.days(table.get("due_days", {}), "due_days", DUE_DAYS),
        tiers=reader.tiers(table.get("tiers", {})),
        cadence_days=reader.days(table.get("cadence_days", {}), "cadence_days", CADENCE_DAYS),
        risk_analysis=reader.analysis(table["risk_analysis"]) if "risk_analysis" in table else None,
        quiet=reader.quiet(table["quiet"]) if "quiet" in table else None,
        window=reader.window(table.get("window_minutes", 0)),
    )


class _Reader(TableReader):
    """Checks the parts of the table."""

    def events(
        self, table: object, path: str
    ) -> tuple[dict[str, Opens], dict[str, str], dict[str, int]]:
        opens: dict[str, Opens] = {}
        asked: dict[str, str] = {}
        due: dict[str, int] = {}
        for key, value in self.entries(table, path).items():
            self.require(key, _KINDS, "event", path)
            if not isinstance(value, Mapping):
                opens[key] = self._opens(value, key, path)
                continue
            for name in value:
                self.require(name, _EVENT, f"setting of {key}", f"{path}.{key}")
            if "opens" in value:
                opens[key] = self._opens(value["opens"], key, path)
            if "ask" in value:
                asked[key] = self.name_in(value["ask"], path, key, f"{key}.ask")
            if "due_days" in value:
                due[key] = self._day(value["due_days"], path, key, f"{key}.due_days")
        return opens, asked, due

    def tiers(self, table: object) -> dict[Severity, TierRule]:
        found: dict[Severity, TierRule] = {}
        for key, value in self.entries(table, "triggers.tiers").items():
            self.require(key, list(Severity), "risk tier", "triggers.tiers")
            path = f"triggers.tiers.{key}"
            entries = self.entries(value, path)
            for name in entries:
                self.require(name, _TIER, "setting of a tier", path)
            opens, asked, due = self.events(entries.get("events", {}), f"{path}.events")
            if asked or due:
                raise UsageError(
                    f"{self.where(f'{path}.events', next(iter({**asked, **due})))}: "
                    "a tier says of an event only what it opens.",
                    _OPENS,
                )
            days = entries.get("due_days")
            found[Severity(key)] = TierRule(
                events=opens,
                due_days=None
                if days is None
                else self._day(days, path, "due_days", f"tiers.{key}.due_days"),
            )
        return found

    def days(
        self, table: object, name: str, default: Mapping[Severity, int]
    ) -> dict[Severity, int]:
        found, path = dict(default), f"triggers.{name}"
        for key, value in self.entries(table, path).items():
            self.require(key, list(Severity), "severity", path)
            found[Severity(key)] = self._day(value, path, key, f"{name}.{key}")
        return found

    def analysis(self, table: object) -> RiskAnalysis:
        path = "triggers.risk_analysis"
        entries = self.entries(table, path)
        for key in entries:
            self.require(key, _ANALYSIS, "setting of the risk analysis", path)
        reference = self.name_in(entries.get("reference"), path, "reference", "its reference")
        made = self._date(entries.get("date"), path, "date")
        again = entries.get("review_by")
        review_by = None if again is None else self._date(again, path, "review_by")
        if review_by is not None and review_by <= made:
            raise UsageError(
                f"{self.where(path, 'review_by')}: review_by {review_by} is not after {made}.",
                "Give a later date.",
            )
        return RiskAnalysis(reference=reference, day=made, review_by=review_by)

    def quiet(self, table: object) -> QuietHours:
        path = "triggers.quiet"
        entries = self.entries(table, path)
        for key in entries:
            self.require(key, _QUIET, "setting of quiet hours", path)
        hours = [self._hour(entries.get(key), key) for key in ("from", "to")]
        zone, weekends = entries.get("zone", "UTC"), entries.get("weekends", False)
        if not isinstance(weekends, bool):
            raise UsageError(
                f"{self.where(path, 'weekends')}: weekends is {weekends!r}.",
                "Write true or false.",
            )
        dates = entries.get("dates", [])
        if not isinstance(dates, list):
            raise UsageError(
                f"{self.where(path, 'dates')}: dates is {dates!r}.", "Write a list of dates."
            )
        try:
            zone_of(zone)
        except (KeyError, ValueError, OSError, TypeError) as error:
            raise UsageError(
                f"{self.where(path, 'zone')}: there is no time zone {zone!r}.",
                "Give an IANA name such as Europe/Berlin.",
            ) from error
        return QuietHours(
            start=hours[0],
            end=hours[1],
            zone=zone,
            weekends=weekends,
            dates=tuple(self._date(value, path, "dates") for value in dates),
        )

    def window(self, value: object) -> timedelta:
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not 0 <= int(str(value)) <= _LONGEST_WINDOW:
            raise UsageError(
                f"{self.where('triggers', 'window_minutes')}: window_minutes is {value!r}.",
                f"Give whole minutes from 0 to {_LONGEST_WINDOW}.",
            )
        return timedelta(minutes=int(str(value)))

    def _opens(self, value: object, key: str, path: str) -> Opens:
        if not isinstance(value, str):
            raise UsageError(f"{self.where(path, key)}: {key} must be a string.", _OPENS)
        if value not in list(Opens):
            near = difflib.get_close_matches(value, list(Opens), n=1, cutoff=0.4)
            hint = f"Did you mean {near[0]}?" if near else _OPENS
            raise UsageError(f"{self.where(path, key)}: {key} cannot open {value!r}.", hint)
        return Opens(value)

    def _day(self, value: object, path: str, key: str, shown: str) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _LONGEST_DAYS:
            return value
        raise UsageError(
            f"{self.where(path, key)}: {shown} is {value!r}.",
            f"Give whole days from 1 to {_LONGEST_DAYS}.",
        )

    def _date(self, value: object, path: str, key: str) -> date:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            return date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError as error:
            raise UsageError(
                f"{self.where(path, key)}: {key} {value!r} is no date.",
                "Write a day that exists, as 2026-04-01.",
            ) from error

    def _hour(self, value: object, key: str) -> time:
        if isinstance(value, str) and _HOUR.fullmatch(value):
            return time.fromisoformat(value)
        raise UsageError(
            f"{self.where('triggers.quiet', key)}: quiet.{key} is {value!r}.",
            'Write the hour as "20:00".',
        )
