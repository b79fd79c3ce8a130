"""A store that was handed to a reviewer: one campaign, their items, and the ledger that they belong to.

It takes decisions, their undoing and sign-offs, and nothing else. What is signed in it is signed
over the ledger that it came from, as that stood when the file was made.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from recert.store.entry_types import EntryType
from recert.store.ledger import Head

HANDED = "handed"
TAKES = frozenset(
    {
        EntryType.DECISION_RECORDED,
        EntryType.DECISION_UNDONE,
        EntryType.DECISION_REDONE,
        EntryType.SIGNOFF,
        EntryType.MIGRATION,
    }
)
"""What may happen in such a store."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What a handed store is a part of: `ledger` stood at `size`, `head`, `root` when it was made.

    `signature` is the least that a sign-off in it needs: `none`, `ssh` or `ssh-touch`. `kind`,
    `synthetic` and `recording` are those of the store that it came from.
    """

    id: str
    ledger: str
    campaign: str
    reviewer: str
    size: int
    head: str
    root: str
    expires_at: str
    signature: str
    kind: str | None
    synthetic: bool
    recording: str | None = None

    @property
    def over(self) -> Head:
        """Return where the ledger stood that a sign-off is made over."""
        return Head(self.size, self.head, self.root)

    def as_json(self) -> dict[str, Any]:
        """Return it as `handoff.opened` holds it."""
        return asdict(self)

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Handed":
        """Return what an entry holds; raises ValueError where a field is missing or of another type."""
        values = {name: found.get(name) for name in cls.__slots__}
        optional = ("kind", "recording")
        for name, value in values.items():
            wanted = {"size": int, "synthetic": bool}.get(name, str)
            if type(value) is not wanted and not (name in optional and value is None):
                raise ValueError(f"{name} is {value!r}")
        return cls(**values)  # type: ignore[arg-type]  # each was checked above

    def text(self) -> str:
        """Return it as the store's own fact."""
        return json.dumps(self.as_json(), sort_keys=True, separators=(",", ":"))


def handed(session: Session) -> Handed | None:
    """Return what a store was handed for, None for an ordinary one."""
    found = session.connection().execute(_PART, {"key": HANDED}).first()
    return Handed.from_json(json.loads(found[0])) if found is not None else None


# A plain statement: every write asks, and composing one costs more than it does.
_PART = text("SELECT value FROM meta WHERE key = :key")
