"""Messages of a queue that no hint could be taken from: kept to be looked at, no part of the ledger."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from recert.store.tables import SetAsideRow


def keep(session: Session, message: Mapping[str, Any]) -> None:
    """Keep a message, in the columns of its row."""
    session.add(SetAsideRow(**message))


def every(session: Session) -> list[dict[str, Any]]:
    """Return every message that was set aside, the first first."""
    rows = session.exec(select(SetAsideRow).order_by(col(SetAsideRow.id)))
    return [row.model_dump() for row in rows]
