"""The tables, derived a second time: what the ledger says that campaigns, items and decisions are.

A `Projection` takes entries in one by one and is the state that they lead to; on the way it notes
every entry that the rules of a campaign do not allow (a decision after the end, on a signed item).
"""

from typing import Any

from recert.errors import LedgerError
from recert.store.projection import facts, reviews
from recert.store.projection.state import State

_HANDLERS = {**facts.HANDLERS, **reviews.HANDLERS}


class Projection(State):
    """The state that entries lead to, taken in one after the other."""

    def apply(self, entry: dict[str, Any]) -> None:
        """Take in the next entry; raises LedgerError where its body is not what its type demands."""
        handler = _HANDLERS.get(entry["type"])
        if handler is None:
            return
        try:
            handler(self, entry, entry["body"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise LedgerError(
                f"Entry {entry['seq']} of the ledger says nothing that a {entry['type']} can say: {error!r}.",
                seq=entry["seq"],
            ) from error
