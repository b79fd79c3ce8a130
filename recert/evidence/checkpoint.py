"""The head of a ledger as a checkpoint in the text form of C2SP: origin, size, Merkle root.

A fourth line holds the hash of the last entry, which `sha256sum` gives of the last line of the
exported ledger.
"""

import base64
import re
from dataclasses import dataclass

from recert.errors import UsageError
from recert.store.ledger import Head

_HEAD = re.compile(r"([0-9]{1,15}):([0-9a-f]{64})\Z")


@dataclass(frozen=True, slots=True)
class Pinned:
    """A head that was noted earlier, outside the pack: so many entries, the hash of the last."""

    size: int
    hash: str


def checkpoint(ledger: str, head: Head) -> bytes:
    """Return the text of a checkpoint."""
    root = base64.b64encode(bytes.fromhex(head.root)).decode("ascii")
    return f"recert/{ledger}\n{head.size}\n{root}\nchain-head sha256:{head.hash}\n".encode("ascii")


def parse_head(text: str) -> Pinned:
    """Read `SIZE:HASH`; raises UsageError for anything else."""
    found = _HEAD.match(text.strip().lower())
    if found is None or int(found[1]) == 0:
        raise UsageError(
            f"{text!r} is no head.", "Write it as SIZE:HASH, as the export printed it."
        )
    return Pinned(int(found[1]), found[2])
