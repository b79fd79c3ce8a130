"""What holds in a file that was handed to a reviewer: until when, and the documents that came with it."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from recert.clock import from_rfc3339
from recert.errors import RefusedError
from recert.store.canonical import parse_strict
from recert.store.entry_types import EntryType
from recert.store.handed import Handed, handed
from recert.store.ledger_reads import of_types


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
    body = next(of_types(session, EntryType.HANDOFF_OPENED))["body"]
    texts = {name: parse_strict(text) for name, text in body["documents"].items()}
    return {item: texts[name] for item, name in body["document_of"].items()}
