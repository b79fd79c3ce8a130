"""Campaigns as an owner sees them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from typing import Any

from recert.campaigns.deadlines import in_zone
from recert.campaigns.views import CampaignView, ItemLine
from recert.clock import from_rfc3339
from recert.text import plural
from recert.tui.ports import LedgerEntry
from recert.tui.text import Piece, Role, Row, fit, row, say, width_of
from recert.tui.view.facts import as_list, as_map, field, heading, short, words
from recert.tui.view.items import bar
from recert.tui.view.people import delegation_rows, stage_rows, waiting_rows
from recert.tui.view.plot import burn_down, captions
from recert.tui.view.when import ago, left, span, stamp, until
from recert.tui.view.words import severity, state

_STATE = 13
_BAR = 8
_COUNT = 8
_AGE = 6
_WIDE = 90
"""From here on a list of campaigns has room for how long each has been open."""
_MINE = 8
_DUE = 9
_PLOT = 40


def done_of(campaign: CampaignView) -> tuple[int, int]:
    """Return how many items have an answer, and how many there are to answer."""
    counts = campaign.counts
    return counts.decided + counts.signed_off, counts.items - counts.excluded


def campaign_row(campaign: CampaignView, width: int, now: datetime) -> Row:
    """Return the line of a campaign."""
    done, total = done_of(campaign)
    overdue = campaign.due_at is not None and campaign.due_at < now and campaign.state == "active"
    due = left(campaign.due_at, now) if campaign.state == "active" else ""
    gap = Piece(" ", Role.PLAIN)
    age = span(now - campaign.opened_at) if campaign.state == "active" else ""
    asked = f"↶ {len(campaign.rescissions)} back" if campaign.rescissions else ""
    mine = say(f"{campaign.mine_pending} mine" if campaign.mine_pending else asked, Role.WARN)
    tail = (
        gap,
        fit(mine, _MINE),
        *bar(done, total, _BAR),
        fit(say(f" {done}/{total}"), _COUNT),
        *((fit(say(age, Role.MUTED), _AGE), gap) if width >= _WIDE else ()),
        fit(say(due, Role.BAD if overdue else Role.MUTED), _DUE),
    )
    head = (gap, fit(state(campaign.state), _STATE), gap)
    room = max(10, width - width_of(head) - width_of(tail))
    return (*head, fit(say(campaign.name), room), *tail)


def campaign_heading(width: int) -> Row:
    """Return the heading over the campaigns."""
    age = "open".ljust(_AGE + 1) if width >= _WIDE else ""
    tail = " " + "".ljust(_MINE) + "progress".ljust(_BAR + _COUNT) + age + "due".ljust(_DUE)
    head = " " + "state".ljust(_STATE + 1)
    return row(
        say(head + "campaign".ljust(max(8, width - len(head) - len(tail))) + tail, Role.RULE)
    )


@dataclass(frozen=True, slots=True)
class Tally:
    """How far each reviewer, agent and level is: name to (open, all); `read` of `total` items."""

    reviewers: Mapping[str, tuple[int, int]]
    agents: Mapping[str, tuple[int, int]]
    levels: Mapping[str, tuple[int, int]]
    read: int
    total: int
    decided: tuple[datetime, ...] = ()
    """When the decisions in force were taken, as far as the latest ledger entries tell."""
    seen: Mapping[str, datetime] = dataclass_field(default_factory=dict)
    """When each person did something in the campaign last, as far as those entries tell."""


def decided_at(entries: Sequence[LedgerEntry], campaign: str) -> tuple[datetime, ...]:
    """Return the instants of a campaign's decisions, without those that were taken back."""
    steps = {"decision.recorded": 1, "decision.redone": 1, "decision.undone": -1}
    times: list[datetime] = []
    for entry in sorted(entries, key=lambda entry: entry.seq):
        step = steps.get(entry.type, 0) if entry.campaign == campaign else 0
        if step > 0:
            times.append(from_rfc3339(entry.at))
        elif step < 0 and times:
            times.pop()
    return tuple(times)


def last_seen(entries: Sequence[LedgerEntry], campaign: str) -> dict[str, datetime]:
    """Return when each person did something in a campaign last."""
    ordered = sorted(entries, key=lambda entry: entry.seq)
    return {e.actor: from_rfc3339(e.at) for e in ordered if e.campaign == campaign}


@dataclass
class Tallier:
    """Count items as they are read, page by page."""

    _all: dict[str, Counter[str]] = dataclass_field(default_factory=dict)
    _open: dict[str, Counter[str]] = dataclass_field(default_factory=dict)
    read: int = 0

    def add(self, lines: Iterable[ItemLine]) -> None:
        """Count a page."""
        for line in lines:
            self.read += 1
            names = (
                ("reviewers", line.reviewer or "nobody"),
                ("agents", line.agent_name),
                ("levels", line.level or line.kind),
            )
            for kind, name in names:
                self._all.setdefault(kind, Counter())[name] += 1
                if line.state == "pending":
                    self._open.setdefault(kind, Counter())[name] += 1

    def tally(
        self,
        total: int,
        decided: tuple[datetime, ...] = (),
        seen: Mapping[str, datetime] | None = None,
    ) -> Tally:
        """Return what was counted so far."""

        def of(kind: str) -> dict[str, tuple[int, int]]:
            still = self._open.get(kind, Counter())
            return {n: (still[n], c) for n, c in self._all.get(kind, Counter()).most_common(12)}

        return Tally(
            of("reviewers"), of("agents"), of("levels"), self.read, total, decided, seen or {}
        )


def due(campaign: CampaignView) -> str:
    """Write a campaign's deadline as its own zone reads it."""
    if campaign.due_at is None or campaign.due_zone == "UTC":
        return stamp(campaign.due_at)
    return in_zone(campaign.due_at, campaign.due_zone)


def campaign_detail(campaign: CampaignView, tally: Tally | None, now: datetime) -> list[Row]:
    """Return everything about a campaign: cause, counts, who is late, what blocks the close."""
    lines: list[Row] = [
        row(say(campaign.name, Role.TITLE)),
        row(say(campaign.id, Role.MUTED), "  ", state(campaign.state)),
        (),
        field("owner", campaign.owner or "nobody"),
        field("opened", f"{stamp(campaign.opened_at)}, {ago(campaign.opened_at, now)}"),
        field(
            "due",
            f"{due(campaign)}, {until(campaign.due_at, now)}" if campaign.due_at else "no due date",
        ),
        (),
    ]
    lines += waiting_rows(campaign)
    lines += _count_rows(campaign)
    lines += stage_rows(campaign)
    lines += delegation_rows(campaign.delegations)
    lines += _blocker_rows(campaign)
    lines += [(), *_cause_rows(campaign.trigger)]
    if tally is None:
        return [*lines, (), row(say("counting by reviewer, agent and level …", Role.MUTED))]
    lines += _burn_down_rows(campaign, tally, now)
    lines += [(), heading("By reviewer")]
    for name, counts in tally.reviewers.items():
        lines += [_tally_row(name, *counts), *_last_word(campaign, tally, name, now)]
    for title, part in (("By agent", tally.agents), ("By level", tally.levels)):
        lines += [(), heading(title), *(_tally_row(name, *counts) for name, counts in part.items())]
    if tally.read < tally.total:
        lines.append(row(say(f"counted {tally.read:,} of {tally.total:,} items", Role.WARN)))
    return lines


def _last_word(campaign: CampaignView, tally: Tally, name: str, now: datetime) -> list[Row]:
    """Return since when nothing came from a reviewer who still has open items."""
    if not tally.reviewers[name][0] or campaign.state != "active":
        return []
    at = tally.seen.get(name)
    if at is None:
        return [row(say(f"    nothing yet, for {span(now - campaign.opened_at)}", Role.WARN))]
    return [row(say(f"    last {ago(at, now)}", Role.MUTED))]


def _burn_down_rows(campaign: CampaignView, tally: Tally, now: datetime) -> list[Row]:
    done, total = done_of(campaign)
    if campaign.due_at is None or not done or campaign.state != "active":
        return []
    times = tally.decided[-done:]
    plot = burn_down(total, times, campaign.opened_at, campaign.due_at, now=now, width=_PLOT)
    under = captions(total, total - done, _PLOT)
    lead = Piece("  ", Role.PLAIN)
    return [(), heading("Burn-down", "until the due date"), (lead, *plot), (lead, *under)]


def _cause_rows(trigger: Mapping[str, Any]) -> list[Row]:
    lines = [heading("Why it was opened")]
    reason = trigger.get("reason") or trigger.get("kind")
    if reason:
        lines.append(row("  ", say(words(str(reason)))))
    for event in as_list(trigger.get("events")):
        fact = as_map(event)
        if fact:
            marks = (severity(str(fact.get("severity", ""))), Piece("  ", Role.PLAIN))
            lines.append(
                (Piece("  ", Role.PLAIN), *marks, say(short(fact.get("kind") or fact.get("id"))))
            )
        else:
            lines.append(row("  ", say(short(event))))
    return lines


def _count_rows(campaign: CampaignView) -> list[Row]:
    counts = campaign.counts
    done, total = done_of(campaign)
    lines = [
        heading("Progress"),
        (Piece("  ", Role.PLAIN), *bar(done, total, 30), say(f"  {done} of {total}")),
    ]
    named = (
        ("pending", counts.pending, Role.WARN),
        ("signed off", counts.signed_off, Role.GOOD),
        ("attested", counts.attested, Role.GOOD),
        ("narrowed", counts.reduced, Role.WARN),
        ("revoked", counts.revoked, Role.BAD),
        ("excepted", counts.excepted, Role.WARN),
        ("abstained", counts.abstained, Role.MUTED),
        ("no response", counts.no_response, Role.BAD),
        ("excluded", counts.excluded, Role.MUTED),
        ("taken back", campaign.rescinded, Role.WARN),
        ("completely reviewed", campaign.completely_reviewed, Role.GOOD),
    )
    lines += [
        row(say(f"  {number:>6,}  ", role), say(label)) for label, number, role in named if number
    ]
    return [*lines, ()]


def _blocker_rows(campaign: CampaignView) -> list[Row]:
    if campaign.complete:
        return [heading("Close"), row(Piece("  ✓ ", Role.GOOD), "everything ties out")]
    if not campaign.blockers:
        return [heading("Close"), row("  not yet complete")]
    count = plural(len(campaign.blockers), "thing")
    lines = [heading("Close", f"{count} in the way")]
    return lines + [row(Piece("  ▲ ", Role.WARN), say(text)) for text in campaign.blockers]


def _tally_row(name: str, still: int, total: int) -> Row:
    left = say(f"  {still} open" if still else "  done", Role.WARN if still else Role.GOOD)
    return (Piece("  ", Role.PLAIN), fit(say(name), 23), *bar(total - still, total, 8), left)
