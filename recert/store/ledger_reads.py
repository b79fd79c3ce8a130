"""Reading entries of the ledger back: all of some types, or the latest."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session, col

from recert.store.canonical import parse_strict
from recert.store.entry_types import EntryType
from recert.store.ledger import ENTRY_VERSION
from recert.store.tables import LedgerRow


def of_types(session: Session, *types: EntryType, holding: str = "") -> Iterator[dict[str, Any]]:
    """Yield the entries of these types that hold a text, oldest first."""
    # In canonical form the type stands at the end of an entry, so that no body can pass for it.
    ends = (
        col(LedgerRow.entry).endswith(f',"type":"{one}","v":{ENTRY_VERSION}}}', autoescape=True)
        for one in types
    )
    statement = select(col(LedgerRow.entry)).where(or_(*ends)).order_by(col(LedgerRow.seq))
    if holding:
        statement = statement.where(col(LedgerRow.entry).contains(holding, autoescape=True))
    session.flush()
    for (text,) in session.connection().execute(statement).all():
        yield parse_strict(text)


def newest(session: Session, before: int | None, limit: int) -> list[dict[str, Any]]:
    """Return at most `limit` entries older than `before`, the latest first, each with its `hash`."""
    statement = select(col(LedgerRow.hash), col(LedgerRow.entry))
    if before is not None:
        statement = statement.where(col(LedgerRow.seq) < before)
    statement = statement.order_by(col(LedgerRow.seq).desc()).limit(limit)
    found = session.connection().execute(statement).all()
    return [{**parse_strict(text), "hash": digest} for digest, text in found]
