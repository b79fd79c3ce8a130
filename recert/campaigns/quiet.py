"""Launching what recert opened by itself: at once, or when the quiet hours are over."""

import json

from sqlmodel import col, select

from recert.campaigns import transitions
from recert.lifecycle import TriggerPolicy
from recert.store.tables import CampaignRow
from recert.store.transaction import Transaction

_BY_ITSELF = frozenset({"event", "drift", "expiry", "cadence"})


def launch(tx: Transaction, row: CampaignRow, policy: TriggerPolicy) -> None:
    """Launch a campaign that is staged, unless these are quiet hours."""
    if row.state == "staged" and not policy.is_quiet(tx.clock.now()):
        transitions.launch(tx, row)


def launch_waiting(tx: Transaction, policy: TriggerPolicy) -> tuple[str, ...]:
    """Launch what quiet hours held back; what a person staged waits for that person."""
    if policy.is_quiet(tx.clock.now()):
        return ()
    statement = (
        select(CampaignRow).where(CampaignRow.state == "staged").order_by(col(CampaignRow.id))
    )
    waiting = [
        row
        for row in tx.session.exec(statement)
        if json.loads(row.trigger).get("kind") in _BY_ITSELF
    ]
    for row in waiting:
        transitions.launch(tx, row)
    return tuple(row.id for row in waiting)
