"""How a review was done: how long, how many at once, how often the same answer.

Nothing of it decides; all of it stands in the evidence, and the reviewer can see it, too. What a
face measured (time on the item, details opened) is as good as the face; the rest is worked out here.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from sqlalchemy import select, text
from sqlmodel import Session, col

from recert.campaigns.canonical_text import digest_of
from recert.campaigns.reads import rows
from recert.campaigns.views import Attention
from recert.clock import from_rfc3339
from recert.store.outcome import ACCEPTS
from recert.store.tables import DecisionRow, ItemRow, LedgerRow

LOOP = 5
"""So many headless decisions within `WINDOW` are a loop, and count as one decision in bulk."""
WINDOW = timedelta(seconds=60)
SAMPLE = 10
"""Of the items that are kept, one in so many gets a second look, and at least one."""
_GLANCE, _LOOKED_BACK = 32, 500


@dataclass(frozen=True, slots=True)
class Habit:
    """What the caller did before in this campaign, the latest first: verdict and instant."""

    verdicts: tuple[str, ...] = ()
    burst: int = 0

    def run(self, verdict: str) -> int:
        """Return how many times this answer was given in a row, this time included."""
        found = 1
        for before in self.verdicts:
            if before != verdict:
                break
            found += 1
        return found


# A plain statement: every decision asks, and composing one costs more than it does.
_LATEST = text(
    "SELECT verdict, headless, decided_at FROM decision "
    "WHERE campaign = :campaign AND decided_by = :caller ORDER BY entry DESC LIMIT :many"
)


def habit(session: Session, caller: str, campaign: str, now: datetime) -> Habit:
    """Return the caller's latest decisions in a campaign, and how many headless ones just now."""
    since = now - WINDOW
    found: Sequence[Any] = ()
    for limit in (_GLANCE, _LOOKED_BACK):
        asked = {"campaign": campaign, "caller": caller, "many": limit}
        found = session.connection().execute(_LATEST, asked).all()
        # One answer all along, or all of it just now, may go on further back.
        alike = len({verdict for verdict, _, _ in found}) == 1
        if len(found) < limit or not (alike or from_rfc3339(found[-1][2]) > since):
            break
    burst = 0
    for _, headless, at in found:
        if from_rfc3339(at) <= since:
            break
        burst += bool(headless)
    return Habit(tuple(verdict for verdict, _, _ in found), burst)


def told(
    measured: Attention | None, *, before: Habit, verdict: str, bulk: int, chosen_by: str = ""
) -> dict[str, Any]:
    """Return what the ledger says of the attention that a decision got."""
    return {
        "dwell_ms": measured.dwell_ms if measured else None,
        "opened": measured.opened if measured else None,
        "run": before.run(verdict),
        "burst": before.burst + 1,
        "bulk": bulk,
        "filter": chosen_by.strip() or None,
    }


@dataclass(frozen=True, slots=True)
class Figures:
    """One reviewer's work in one campaign; shares are whole percent, times milliseconds.

    `pace_ms` are the times between one request and the next; None where they cannot be known.
    """

    reviewer: str
    decisions: int
    requests: int
    bulk_share: int
    headless_share: int
    kept_share: int
    opened_share: int | None
    followed_share: int | None
    longest_run: int
    dwell_ms_median: int | None
    dwell_ms_least: int | None
    pace_ms_median: int | None
    self_reported_share: int
    """Decisions of which only whoever held a handed file tells how they came about."""

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON value."""
        return asdict(self)


def figures(session: Session, campaign: str) -> tuple[Figures, ...]:
    """Return the figures of each reviewer of a campaign, superseded decisions included."""
    statement = (
        select(col(LedgerRow.entry))
        .join(DecisionRow, col(DecisionRow.entry) == col(LedgerRow.seq))
        .where(col(DecisionRow.campaign) == campaign)
        .where(col(DecisionRow.verdict) != "no_response")
        .order_by(col(DecisionRow.entry))
    )
    by_reviewer: dict[str, list[dict[str, Any]]] = {}
    for (line,) in rows(session, statement):
        body = json.loads(line)["body"]
        by_reviewer.setdefault(body["decided_by"], []).append(body)
    return tuple(_figures(name, by_reviewer[name]) for name in sorted(by_reviewer))


def _figures(reviewer: str, bodies: Sequence[dict[str, Any]]) -> Figures:
    noted = [body.get("attention") or {} for body in bodies]
    opened = [one["opened"] for one in noted if one.get("opened") is not None]
    followed = [body["followed"] for body in bodies if body.get("followed") is not None]
    dwell = [one["dwell_ms"] for one in noted if one.get("dwell_ms") is not None]
    requests = {body["client_id"].rpartition("/")[0]: body["decided_at"] for body in bodies}
    instants = sorted(from_rfc3339(at) for at in requests.values())
    pace = [
        round((later - earlier).total_seconds() * 1000) for earlier, later in pairwise(instants)
    ]
    return Figures(
        reviewer=reviewer,
        decisions=len(bodies),
        requests=len(requests),
        bulk_share=_share([body["bulk"] > 1 for body in bodies]) or 0,
        headless_share=_share([body["headless"] for body in bodies]) or 0,
        kept_share=_share([body["verdict"] in ACCEPTS for body in bodies]) or 0,
        opened_share=_share(opened),
        followed_share=_share(followed),
        longest_run=max((one.get("run", 1) for one in noted), default=0),
        dwell_ms_median=round(median(dwell)) if dwell else None,
        dwell_ms_least=min(dwell, default=None),
        pace_ms_median=round(median(pace)) if pace else None,
        self_reported_share=_share([bool(one.get("self_reported")) for one in noted]) or 0,
    )


def _share(found: Sequence[bool]) -> int | None:
    return round(100 * sum(found) / len(found)) if found else None


def second_look(session: Session, campaign: str) -> tuple[str, ...]:
    """Return the signed, kept items of a campaign that somebody else should look at again.

    At least one in `SAMPLE`; which ones follows from their decisions, so that nobody chooses them
    and everybody finds the same.
    """
    statement = (
        select(col(ItemRow.id), col(DecisionRow.id))
        .join(DecisionRow, col(DecisionRow.id) == col(ItemRow.current))
        .where(col(ItemRow.campaign) == campaign, col(ItemRow.state) == "signed_off")
        .where(col(DecisionRow.verdict).in_(ACCEPTS), col(DecisionRow.state) == "current")
    )
    drawn = sorted(
        (digest_of([item, decision]), item) for item, decision in rows(session, statement)
    )
    return tuple(sorted(item for _, item in drawn[: -(-len(drawn) // SAMPLE)]))
