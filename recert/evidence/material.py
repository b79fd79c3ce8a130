"""What a pack is made of: the ledger as text, what it leads to, and the population's records."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from recert.errors import LedgerError
from recert.progress import step
from recert.store.ledger import ChainVerifier, Head
from recert.store.merkle import Frontier
from recert.store.projection import Projection
from recert.store.projection.state import DecisionState, ItemState
from recert.store.settings import LEVELS

_TOLD = 500
"""Entries between two words about how far the reading is."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """A ledger that was verified entry by entry.

    `texts` are the exact entries, `hashes` and `frontiers` where it stood after each.
    """

    texts: tuple[str, ...]
    entries: tuple[dict[str, Any], ...]
    hashes: tuple[str, ...]
    frontiers: tuple[Frontier, ...]
    projection: Projection
    head: Head

    def root_at(self, size: int) -> str:
        """Return the Merkle root after `size` entries."""
        return self.frontiers[size - 1].root if size else Frontier().root


def read_ledger(texts: Iterable[str]) -> Ledger:
    """Verify a ledger and derive what it leads to; raises LedgerError naming the first bad entry."""
    verifier = ChainVerifier()
    projection = Projection()
    kept: list[str] = []
    entries: list[dict[str, Any]] = []
    hashes: list[str] = []
    frontiers: list[Frontier] = []
    for number, text in enumerate(texts):
        if number % _TOLD == 0:
            step("reading the ledger", number)
        entry = verifier.feed(text)
        projection.apply(entry)
        kept.append(text)
        entries.append(entry)
        hashes.append(verifier.head_hash)
        frontiers.append(verifier.frontier)
    if not kept:
        raise LedgerError("The ledger is empty.", seq=0)
    return Ledger(
        tuple(kept), tuple(entries), tuple(hashes), tuple(frontiers), projection, verifier.head
    )


@dataclass(frozen=True, slots=True)
class Material:
    """A verified ledger, one of its campaigns, and the records of that campaign's items.

    `records` are canonical JSON texts in the order in which the items were assigned.
    """

    ledger: Ledger
    campaign: str
    records: Sequence[str]

    @property
    def projection(self) -> Projection:
        """Return what the ledger leads to."""
        return self.ledger.projection

    @property
    def row(self) -> dict[str, Any]:
        """Return the campaign as the ledger knows it."""
        return self.projection.campaigns[self.campaign]

    @property
    def source(self) -> str | None:
        """Return `demo`, `replay` or `live`, None where nothing was read."""
        return self.projection.source

    @property
    def recordings(self) -> list[str]:
        """Return the digests of the recordings that were replayed, each once."""
        found = [
            reading["source"].get("recording_digest")
            for reading in self.projection.readings.values()
        ]
        return list(dict.fromkeys(digest for digest in found if digest))

    @property
    def signature(self) -> str:
        """Return the weakest signature among the campaign's sign-offs; `none` where there is none."""
        found = {
            str(signoff["signature"])
            for signoff in self.projection.signoffs.values()
            if signoff["campaign"] == self.campaign
        }
        return next((level for level in LEVELS if level in found), LEVELS[0])

    def in_force(self, verdicts: Collection[str]) -> list[tuple[DecisionState, ItemState]]:
        """Return the decisions of these verdicts that are in force, each with its item."""
        return [
            (decision, self.projection.items[decision.body["item"]])
            for decision in self.projection.decisions.values()
            if decision.body["campaign"] == self.campaign
            and decision.state == "current"
            and decision.body["verdict"] in verdicts
        ]
