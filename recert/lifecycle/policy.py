"""The trigger policy: which events ask for what, of whom, and when it is due.

Read from the table `[triggers]` of `recert.toml` by `recert.lifecycle.policy_file`:

    [triggers]
    window_minutes = 30          # events of one agent join a campaign for so long; 0 launches at once
    [triggers.events]            # a kind, or `thing.*`; the exact kind wins
    "model.changed" = "full"     # full | delta | note
    "trust.widened" = { opens = "full", ask = "security@example.com", due_days = 2 }
    [triggers.due_days]          # by the severity of the gravest event
    critical = 3
    [triggers.tiers.critical]    # for agents of this risk tier
    due_days = 2                 # whatever the severity
    events = { "tag.*" = "full" }
    [triggers.cadence_days]      # by risk tier: how long a certification holds
    critical = 30
    [triggers.risk_analysis]     # what the cadence rests on
    reference = "TRA-2026-04"
    date = 2026-04-01
    review_by = 2027-04-01
    [triggers.quiet]             # campaigns are prepared, and launched when it is over
    from = "20:00"
    to = "07:00"
    zone = "Europe/Madrid"       # UTC without it
    weekends = true
    dates = [2026-12-24]
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import TypeVar

from pydantic import Field

from recert.estate.base import Frozen
from recert.lifecycle.events import Event, Severity
from recert.lifecycle.kinds import KINDS, Opens
from recert.lifecycle.quiet import QuietHours

T = TypeVar("T")

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


class RiskAnalysis(Frozen):
    """The targeted risk analysis that a cadence rests on, and when it is to be looked at again."""

    reference: str
    day: date
    review_by: date | None = None

    @property
    def words(self) -> str:
        """Say it in one line."""
        again = f", to be reviewed by {self.review_by}" if self.review_by else ""
        return f"{self.reference} of {self.day}{again}"


class TierRule(Frozen):
    """What holds for agents of one risk tier instead of the rule for all."""

    events: dict[str, Opens] = Field(default_factory=dict)
    due_days: int | None = None


class TriggerPolicy(Frozen):
    """Which events open what; without a configuration, what is right for most.

    `events` holds the overrides, `asked` whom an event asks instead of the owner, `event_due` the
    days that an event leaves, `due_days` the days by severity, `tiers` the exceptions by risk tier,
    `cadence_days` the days that a certification holds by risk tier. In `quiet` hours, and for
    `window` after it was opened, a campaign is prepared and not launched.
    """

    events: dict[str, Opens] = Field(default_factory=dict)
    asked: dict[str, str] = Field(default_factory=dict)
    event_due: dict[str, int] = Field(default_factory=dict)
    due_days: dict[Severity, int] = DUE_DAYS
    tiers: dict[Severity, TierRule] = Field(default_factory=dict)
    cadence_days: dict[Severity, int] = CADENCE_DAYS
    risk_analysis: RiskAnalysis | None = None
    quiet: QuietHours | None = None
    window: timedelta = timedelta(0)

    def is_quiet(self, instant: datetime) -> bool:
        """Tell whether an aware instant falls into the quiet hours."""
        return self.quiet is not None and self.quiet.covers(instant)

    def holds_back(self, opened: datetime, now: datetime) -> bool:
        """Tell whether a campaign that was opened then is still being prepared."""
        return self.is_quiet(now) or now < opened + self.window

    def opens(self, kind: str, tier: Severity | None = None) -> Opens:
        """Return what an event of this kind opens; an unknown kind is reviewed, not noted."""
        for rules in (self.tiers[tier].events if tier in self.tiers else {}, self.events):
            found = _named(rules, kind)
            if found is not None:
                return found
        row = KINDS.get(kind)
        return row.opens if row else Opens.DELTA

    def due_in_days(self, events: Iterable[Event], tier: Severity | None = None) -> int:
        """Return the days that reviewers get: the fewest that an event, the tier or the severity leaves."""
        found = list(events)
        named = [days for event in found if (days := _named(self.event_due, event.kind))]
        rule = self.tiers.get(tier) if tier is not None else None
        if rule is not None and rule.due_days is not None:
            named.append(rule.due_days)
        if named:
            return min(named)
        ranks = [event.severity for event in found]
        gravest = max(ranks, key=lambda item: item.rank, default=Severity.LOW)
        return self.due_days[gravest]

    def asks(self, events: Iterable[Event]) -> str | None:
        """Return whom the first of these events with a person of its own asks; None is the owner."""
        return next((name for event in events if (name := _named(self.asked, event.kind))), None)


def _named(rules: Mapping[str, T], kind: str) -> T | None:
    """Return the rule of a kind, else that of its thing."""
    for key in (kind, f"{kind.partition('.')[0]}.*"):
        if key in rules:
            return rules[key]
    return None
