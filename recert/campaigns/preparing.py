"""Campaigns that recert opened by itself and that are still being prepared.

For the window of the trigger policy, and in quiet hours, such a campaign is gathered and put before
nobody: what happens to its agent meanwhile joins it, with its cause. When the time is over its
population is frozen and it is launched; what happens then is for a linked successor.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from recert.analysis import ReviewSubject
from recert.campaigns import transitions
from recert.campaigns.canonical_text import text_of
from recert.campaigns.opening import Draft, extend, launch_if_staged, open_draft, trigger_json
from recert.campaigns.population import Mill, Subject, assign, in_review_order
from recert.campaigns.reads import rows, scalar
from recert.campaigns.scene import Scene
from recert.clock import from_rfc3339, to_rfc3339
from recert.lifecycle import TriggerPolicy
from recert.store.canonical import parse_strict
from recert.store.tables import CampaignRow, ItemRow
from recert.store.transaction import Transaction

_BY_ITSELF = frozenset({"event", "drift", "expiry", "cadence", "unowned"})
_WAITING = ("preparing", "staged")


def begin(tx: Transaction, scene: Scene, draft: Draft, policy: TriggerPolicy) -> CampaignRow:
    """Open a campaign, and launch it unless the policy holds it back for a while."""
    now = tx.clock.now()
    held = policy.holds_back(now, now)
    row = open_draft(tx, scene, draft, stage=not held)
    launch_if_staged(tx, row)
    return row


def being_prepared(session: Session, agent: str) -> CampaignRow | None:
    """Return the campaign that what happens to an agent joins, None where there is none."""
    statement = (
        select(CampaignRow)
        .where(col(CampaignRow.state) == "preparing", col(CampaignRow.scope) == text_of([agent]))
        .order_by(col(CampaignRow.opened_at), col(CampaignRow.id))
    )
    return session.scalars(statement).first()


def join(  # noqa: PLR0917 - a scene, a campaign, and what joins it
    tx: Transaction,
    scene: Scene,
    row: CampaignRow,
    about: Subject,
    fresh: Sequence[ReviewSubject],
    draft: Draft,
) -> None:
    """Add what a later reading brought to a campaign that is being prepared.

    `draft` says what the campaign would be if all its causes had come at once; of its subjects
    `fresh` are those that it does not ask about yet. The earlier deadline stays.
    """
    trigger = parse_strict(row.trigger)
    row.name, row.snapshot = draft.name, scene.snapshot
    row.trigger = text_of(
        {**trigger_json(draft, scene.snapshot, trigger["by"]), "events": trigger["events"]}
    )
    mill = Mill(tx.session, row.id, scene.assigner(row))
    made = mill.items(about, fresh)
    if draft.depth == "delta":
        made = [item for item in made if item["delta"] != "unchanged"]
    known = _known(tx.session, row.id)
    made = [item for item in made if item["id"] not in known]
    assign(tx, row.id, in_review_order(made, first=len(known)))
    row.settings = text_of(_recount(tx.session, scene, row))
    due = scene.calendar.due_after(from_rfc3339(row.opened_at), draft.due_in_days)
    if row.due_at is not None and due < from_rfc3339(row.due_at):
        row.due_at = to_rfc3339(due)
    extend(tx, row, "joined while it was prepared", draft.causes)


def launch_due(tx: Transaction, policy: TriggerPolicy) -> tuple[str, ...]:
    """Launch what the policy no longer holds back; what a person staged waits for that person."""
    now = tx.clock.now()
    statement = (
        select(CampaignRow)
        .where(col(CampaignRow.state).in_(_WAITING))
        .order_by(col(CampaignRow.id))
    )
    launched = []
    for row in tx.session.scalars(statement):
        own = parse_strict(row.trigger).get("kind") in _BY_ITSELF
        if own and not policy.holds_back(from_rfc3339(row.opened_at), now) and release(tx, row):
            launched.append(row.id)
    return tuple(launched)


def release(tx: Transaction, row: CampaignRow) -> bool:
    """Freeze the population of a campaign and launch it; one without any open item ends instead."""
    if row.state == "preparing":
        if not _pending(tx.session, row.id):
            transitions.fail_preparation(tx, row, "Nothing is left to ask.")
            return False
        transitions.stage(tx, row)
    transitions.launch(tx, row)
    return True


def _known(session: Session, campaign: str) -> Collection[str]:
    statement = select(col(ItemRow.id)).where(col(ItemRow.campaign) == campaign)
    return {item for (item,) in rows(session, statement)}


def _pending(session: Session, campaign: str) -> int:
    statement = (
        select(func.count())
        .select_from(ItemRow)
        .where(col(ItemRow.campaign) == campaign, col(ItemRow.state) == "pending")
    )
    return int(scalar(session, statement) or 0)


def _recount(session: Session, scene: Scene, row: CampaignRow) -> Mapping[str, Any]:
    """Return the settings with the population as it stands now."""
    statement = (
        select(col(ItemRow.kind), func.count())
        .where(col(ItemRow.campaign) == row.id)
        .group_by(col(ItemRow.kind))
    )
    kinds = {kind: int(number) for kind, number in rows(session, statement)}
    settings = parse_strict(row.settings)
    population = {
        **settings.get("population", {}),
        "snapshot": scene.snapshot,
        "items": sum(kinds.values()),
        "kinds": kinds,
    }
    return {**settings, "population": population}
