"""A running write to the store: what changes, and the ledger entries that say so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from recert.clock import Clock
from recert.errors import LedgerError, RefusedError
from recert.store.handed import TAKES, handed
from recert.store.ledger import GENESIS_PREV, Actor, Entry, Head, make_entry
from recert.store.merkle import Frontier


@dataclass(slots=True)
class Transaction:
    """A running write: the session, and the end of the ledger to append to."""

    session: Session
    actor: Actor
    store_id: str
    clock: Clock
    _head: tuple[str, Frontier] | None = field(default=None, repr=False)
    _handed: bool | None = field(default=None, repr=False)

    def append(
        self,
        type: str,  # noqa: A002 - the name in the ledger
        body: Mapping[str, Any],
        *,
        campaign: str | None = None,
        actor: Actor | None = None,
    ) -> Entry:
        """Append an entry; raises ValueError for an unknown type or a body that JSON cannot hold.

        `actor` stands in for the transaction's own, as where the tool itself acts.
        """
        self._require_taken(type)
        prev, frontier = self._end()
        entry = make_entry(
            ledger=self.store_id,
            seq=frontier.size + 1,
            prev=prev,
            at=self.clock.now(),
            type=type,
            actor=actor or self.actor,
            campaign=campaign,
            body=body,
        )
        grown = frontier.add(entry.text.encode("ascii"))
        connection = self.session.connection()
        connection.execute(
            _APPEND, {"seq": entry.seq, "prev": prev, "hash": entry.hash, "entry": entry.text}
        )
        connection.execute(_GROW, {"value": grown.dump()})
        self._head = (entry.hash, grown)
        return entry

    def _require_taken(self, type: str) -> None:  # noqa: A002 - the name in the ledger
        if self._handed is None:
            self._handed = handed(self.session) is not None
        if self._handed and type not in TAKES:
            raise RefusedError(
                "This file holds one reviewer's part of a campaign and takes decisions only.",
                "Everything else happens in the store that it came from.",
                rule="handed_off",
            )

    def head(self) -> Head:
        """Return where the ledger stands within this transaction."""
        prev, frontier = self._end()
        return Head(frontier.size, prev, frontier.root)

    def _end(self) -> tuple[str, Frontier]:
        if self._head is None:
            self._head = _end(self.session)
        return self._head


# Plain statements: every write runs them, and composing them costs more than they do.
_APPEND = text("INSERT INTO ledger (seq, prev, hash, entry) VALUES (:seq, :prev, :hash, :entry)")
_GROW = text("UPDATE meta SET value = :value WHERE key = 'merkle'")
_LAST = text(
    "SELECT (SELECT value FROM meta WHERE key = 'merkle'), (SELECT max(seq) FROM ledger), "
    "(SELECT hash FROM ledger ORDER BY seq DESC LIMIT 1)"
)


def head_of(session: Session) -> Head:
    """Return where the ledger stands, as a session sees it."""
    prev, frontier = _end(session)
    return Head(frontier.size, prev, frontier.root)


def _end(session: Session) -> tuple[str, Frontier]:
    kept, seq, found = session.connection().execute(_LAST).one()
    if seq is None:
        seq, found = 0, GENESIS_PREV
    try:
        frontier = Frontier.load(kept or "")
        if frontier.size != seq:
            raise ValueError("it stands elsewhere")  # noqa: TRY301 - one handler for all
    except ValueError as error:
        raise LedgerError(
            "The ledger and its Merkle root do not agree.", "Run `recert db check`.", seq=seq
        ) from error
    return found, frontier
