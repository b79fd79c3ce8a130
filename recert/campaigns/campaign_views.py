"""Campaigns as the faces are shown them, with their counts and what keeps each from being complete."""

import json
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session
from sqlmodel import select as select_rows

from recert.campaigns.blockers import bars, blockers, leaves, look
from recert.campaigns.counts import Tally, tallies
from recert.campaigns.decisions import campaign_row
from recert.campaigns.delegating import listed, pending_for_others
from recert.campaigns.delegation import KEY
from recert.campaigns.people import Directory, directory
from recert.campaigns.rescissions import waiting
from recert.campaigns.stages import stages_in, stages_of
from recert.campaigns.views import Caller, CampaignView
from recert.clock import from_rfc3339
from recert.store.canonical import parse_strict
from recert.store.tables import CampaignRow

_URGENCY = {"active": 0, "staged": 1, "reviewed": 2, "remediating": 2, "verified": 3}


def campaigns(session: Session, caller: Caller, now: str) -> tuple[CampaignView, ...]:
    """Return every campaign: those that wait for the caller first, then by state and deadline."""
    found = list(session.exec(select_rows(CampaignRow)))
    counted = tallies(session)
    asked = waiting(session)
    mine = _names(directory(session), caller)
    views = [
        _view(session, row, counted.get(row.id), mine, now, asked=asked.get(row.id, ()))
        for row in found
    ]
    views.sort(
        key=lambda one: (
            _URGENCY.get(one.state, 4),
            not (one.mine_pending or one.mine_unsigned),
            one.due_at or one.opened_at,
            one.id,
        )
    )
    return tuple(views)


def campaign(session: Session, caller: Caller, name: str, now: str) -> CampaignView:
    """Return one campaign by its id; raises UsageError where there is none."""
    row = campaign_row(session, name)
    counted = tallies(session, [row.id])
    mine = _names(directory(session), caller)
    asked = waiting(session, [row.id]).get(row.id, ())
    return _view(session, row, counted.get(row.id), mine, now, asked=asked)


def _names(people: Directory, caller: Caller) -> frozenset[str]:
    return frozenset(name.casefold() for name in people.names_of(caller.id))


def _view(
    session: Session,
    row: CampaignRow,
    tally: Tally | None,
    mine: frozenset[str],
    now: str,
    *,
    asked: tuple[dict[str, Any], ...],
) -> CampaignView:
    counted = tally or Tally()
    gate = look(session, row, counted, now)
    why = blockers(row, counted, gate)
    return CampaignView(
        id=row.id,
        name=row.name,
        state=row.state,
        trigger=parse_strict(row.trigger),
        owner=row.owner,
        opened_at=from_rfc3339(row.opened_at),
        due_at=from_rfc3339(row.due_at) if row.due_at else None,
        due_zone=row.due_zone,
        counts=counted.counts,
        complete=row.state == "closed" and not why,
        blockers=why,
        agents=tuple(json.loads(row.scope)),
        predecessor=row.predecessor,
        mine_pending=_of(counted.pending, mine) + _for_others(session, row, mine, now),
        mine_unsigned=_of(counted.unsigned, mine),
        delegations=listed(row.settings, now),
        stages=_stages(session, row, counted),
        completely_reviewed=counted.settled,
        rescinded=counted.rescinded,
        rescissions=asked,
        bars=bars(row, counted, gate),
        leaves=leaves(row, counted, gate),
    )


def _for_others(session: Session, row: CampaignRow, mine: frozenset[str], now: str) -> int:
    if not mine or KEY not in row.settings:
        return 0
    return pending_for_others(session, row.id, min(mine), now)


def _stages(session: Session, row: CampaignRow, counted: Tally) -> dict[str, Any]:
    found = stages_of(row)
    there = {"1": counted.counts.items} if found.count == 1 else stages_in(session, row)
    return {**found.as_json(), "items": there}


def _of(counted: Mapping[str | None, int], names: frozenset[str]) -> int:
    return sum(count for name, count in counted.items() if name and name.casefold() in names)
