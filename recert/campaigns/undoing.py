"""Taking a decision back, and putting it in force again, until it is signed.

What one request decided goes back together. The history is a line: a new decision ends what could
be redone.
"""

from sqlalchemy import func
from sqlmodel import Session, col, select

from recert.campaigns.decisions import campaign_row
from recert.campaigns.views import Caller
from recert.errors import RefusedError
from recert.store import entries
from recert.store.entry_types import EntryType
from recert.store.tables import DecisionRow, ItemRow
from recert.store.transaction import Transaction


def undo(tx: Transaction, caller: Caller, campaign: str) -> tuple[str, ...]:
    """Take back the caller's last request that is not signed; return its items, none where there is none."""
    _require_active(tx, campaign)
    last = _last_in_force(tx.session, caller.id, campaign)
    if last is None:
        return ()
    group = _group(tx.session, last, "current")
    for decision in group:
        item = tx.session.get_one(ItemRow, decision.item)
        restored = _restorable(tx.session, decision, item)
        body = entries.decision_undone(decision, restored)
        tx.append(EntryType.DECISION_UNDONE, body, campaign=campaign)
        decision.state = "undone"
        tx.session.flush()
        if restored is not None:
            restored.state = "current"
        item.current = restored.id if restored else None
        item.state = "decided" if restored else "pending"
        item.version += 1
    tx.session.flush()
    return tuple(decision.item for decision in group)


def redo(tx: Transaction, caller: Caller, campaign: str) -> tuple[str, ...]:
    """Put the request that was undone last in force again; return its items, none where there is none."""
    _require_active(tx, campaign)
    first = _first_undone(tx.session, caller.id, campaign)
    if first is None:
        return ()
    group = _group(tx.session, first, "undone")
    for decision in group:
        item = tx.session.get_one(ItemRow, decision.item)
        _require_same(decision, item)
        before = tx.session.get(DecisionRow, item.current) if item.current else None
        body = entries.decision_redone(decision, before)
        tx.append(EntryType.DECISION_REDONE, body, campaign=campaign)
        if before is not None:
            before.state = "superseded"
        decision.state = "current"
        item.current, item.state = decision.id, "decided"
        item.version += 1
    tx.session.flush()
    return tuple(decision.item for decision in group)


def _require_active(tx: Transaction, campaign: str) -> None:
    row = campaign_row(tx.session, campaign)
    if row.state != "active":
        raise RefusedError(
            f"The campaign {campaign} is {row.state}.",
            "What was decided in it stands.",
            rule="campaign_not_active",
        )


def _last_in_force(session: Session, caller: str, campaign: str) -> DecisionRow | None:
    statement = (
        select(DecisionRow)
        .join(ItemRow, col(ItemRow.current) == col(DecisionRow.id))
        .where(DecisionRow.campaign == campaign, DecisionRow.decided_by == caller)
        .where(DecisionRow.state == "current", ItemRow.state == "decided")
        .order_by(col(DecisionRow.entry).desc())
        .limit(1)
    )
    return session.exec(statement).first()


def _first_undone(session: Session, caller: str, campaign: str) -> DecisionRow | None:
    mine = (DecisionRow.campaign == campaign, DecisionRow.decided_by == caller)
    newest = (
        select(func.max(DecisionRow.entry))
        .where(*mine, DecisionRow.state != "undone")
        .scalar_subquery()
    )
    statement = (
        select(DecisionRow)
        .where(*mine, DecisionRow.state == "undone")
        .where(col(DecisionRow.entry) > func.coalesce(newest, 0))
        .order_by(col(DecisionRow.entry))
        .limit(1)
    )
    return session.exec(statement).first()


def _group(session: Session, one: DecisionRow, state: str) -> list[DecisionRow]:
    """Return what the same request decided and is in the same state, in its order."""
    if one.bulk == 1:
        return [one]
    request = one.client_id.rpartition("/")[0]
    statement = (
        select(DecisionRow)
        .join(ItemRow, col(ItemRow.id) == col(DecisionRow.item))
        .where(DecisionRow.campaign == one.campaign, DecisionRow.state == state)
        .where(col(DecisionRow.client_id).startswith(f"{request}/", autoescape=True))
        .where(col(ItemRow.state).in_(("pending", "decided")))
        .order_by(col(DecisionRow.entry))
    )
    return list(session.exec(statement))


def _restorable(session: Session, decision: DecisionRow, item: ItemRow) -> DecisionRow | None:
    """Return what a decision superseded, where it still rests on what the item is now."""
    if decision.supersedes is None:
        return None
    found = session.get(DecisionRow, decision.supersedes)
    if found is None or found.state != "superseded" or found.basis_digest != item.basis_digest:
        return None
    return found


def _require_same(decision: DecisionRow, item: ItemRow) -> None:
    if item.state not in ("pending", "decided"):
        raise RefusedError(
            f"The item {item.id} is {item.state.replace('_', ' ')}.", rule="item_settled"
        )
    if decision.basis_digest != item.basis_digest or decision.stage != item.stage:
        raise RefusedError(
            f"What the item {item.id} rests on has changed since it was decided.",
            "Look at it again; then decide on what it is now.",
            rule="stale_basis",
        )
