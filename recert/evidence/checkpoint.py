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

_CHECKPOINT = re.compile(
    rb"recert/(?P<ledger>[A-Za-z0-9-]{1,64})\n(?P<size>[1-9][0-9]{0,14})\n"
    rb"(?P<root>[A-Za-z0-9+/]{43}=)\nchain-head sha256:(?P<hash>[0-9a-f]{64})\n\Z"
)


@dataclass(frozen=True, slots=True)
class Pinned:
    """A head that was noted earlier, outside the pack: so many entries, the hash of the last.

    `ledger` and `root` are None where only the head was noted.
    """

    size: int
    hash: str
    ledger: str | None = None
    root: str | None = None


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


def parse_checkpoint(content: bytes) -> Pinned:
    """Read the text of a checkpoint; raises UsageError for anything else."""
    found = _CHECKPOINT.match(content)
    try:
        if found is None:
            raise ValueError("it has another form")  # noqa: TRY301 - one handler for all
        root = base64.b64decode(found["root"], validate=True)
    except ValueError as error:
        raise UsageError(
            "That is no checkpoint of a ledger.", "Name the file that `recert anchor` wrote."
        ) from error
    return Pinned(int(found["size"]), found["hash"].decode(), found["ledger"].decode(), root.hex())
