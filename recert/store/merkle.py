"""The Merkle root of RFC 6962 over the ledger's entries, kept as its frontier while entries come.

Leaf: SHA-256 of a zero byte and the entry; node: SHA-256 of a one byte and both children. The
frontier holds the roots of the full subtrees, the largest first: one per set bit of the size.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

_HASH = 32
EMPTY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The state of a growing tree; immutable, so that a rollback costs nothing."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def add(self, entry: bytes) -> "Frontier":
        """Return the frontier with one more leaf."""
        node = hashlib.sha256(b"\x00" + entry).digest()
        peaks = list(self.peaks)
        bits = self.size
        while bits & 1:
            node = hashlib.sha256(b"\x01" + peaks.pop() + node).digest()
            bits >>= 1
        peaks.append(node)
        return Frontier(self.size + 1, tuple(peaks))

    @property
    def root(self) -> str:
        """Return the root as 64 hex digits."""
        if not self.peaks:
            return EMPTY
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = hashlib.sha256(b"\x01" + peak + node).digest()
        return node.hex()

    def dump(self) -> str:
        """Return the frontier as text."""
        return f"{self.size}:{','.join(peak.hex() for peak in self.peaks)}"

    @classmethod
    def load(cls, text: str) -> "Frontier":
        """Read what `dump` wrote; raises ValueError for anything else."""
        size, _, peaks = text.partition(":")
        found = tuple(bytes.fromhex(peak) for peak in peaks.split(",") if peak)
        frontier = cls(int(size), found)
        if frontier.size.bit_count() != len(found) or any(len(peak) != _HASH for peak in found):
            raise ValueError("no frontier of a Merkle tree")
        return frontier


def root(entries: Iterable[bytes]) -> str:
    """Return the Merkle root of entries."""
    frontier = Frontier()
    for entry in entries:
        frontier = frontier.add(entry)
    return frontier.root
