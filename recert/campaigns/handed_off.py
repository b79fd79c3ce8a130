"""What holds in a file that was handed to a reviewer: until when, and the documents that came with it."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from recert.campaigns.reads import rows
from recert.clock import from_rfc3339
from recert.errors import RefusedError
from recert.store.canonical import parse_strict
from recert.store.entry_types import EntryType
from recert.store.handed import Handed, handed
from recert.store.tables import LedgerRow


def require_decidable(session: Session, now: datetime) -> None:
    """Refuse a decision in a file that would not be taken back any more."""
    part = handed(session)
    if part is not None:
        require_returnable(part, now)


def require_returnable(part: Handed, now: datetime) -> None:
    """Refuse what comes after the last day on which a file may be returned."""
    if now > from_rfc3339(part.expires_at):
        raise RefusedError(
            f"This file could be returned until {part.expires_at}.",
            "Ask the campaign's owner for a new one.",
            rule="expired",
        )


def enclosed(session: Session) -> dict[str, Any]:
    """Return the policy documents that came with a handed file, by item; empty in an ordinary store."""
    if handed(session) is None:
        return {}
    body = told(session, EntryType.HANDOFF_OPENED)[0]["body"]
    texts = {name: parse_strict(text) for name, text in body["documents"].items()}
    return {item: texts[name] for item, name in body["document_of"].items()}


def told(session: Session, kind: EntryType, holding: str = "") -> list[dict[str, Any]]:
    """Return the ledger's entries of one type that hold a text, oldest first."""
    # In canonical form the type stands at the end of an entry, so that no body can pass for it.
    ends = col(LedgerRow.entry).endswith(f',"type":"{kind}","v":1}}', autoescape=True)
    statement = select(col(LedgerRow.entry)).where(ends)
    if holding:
        statement = statement.where(col(LedgerRow.entry).contains(holding, autoescape=True))
    return [parse_strict(text) for (text,) in rows(session, statement.order_by(col(LedgerRow.seq)))]
