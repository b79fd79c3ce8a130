"""Reading the ledger for people: the latest entries first."""

import json
from typing import Any

from sqlmodel import col, select

from recert.store.store import Store
from recert.store.tables import LedgerRow


def newest(store: Store, before: int | None, limit: int) -> list[dict[str, Any]]:
    """Return at most `limit` entries older than `before`, the latest first."""
    statement = select(LedgerRow).order_by(col(LedgerRow.seq).desc()).limit(limit)
    if before is not None:
        statement = statement.where(LedgerRow.seq < before)
    with store.read() as session:
        return [_entry(row) for row in session.exec(statement)]


def _entry(row: LedgerRow) -> dict[str, Any]:
    entry = json.loads(row.entry)
    return {
        "seq": row.seq,
        "at": entry["at"],
        "type": entry["type"],
        "actor": entry["actor"]["id"],
        "campaign": entry["campaign"],
        "hash": row.hash,
        "body": entry["body"],
    }
