"""Anchors: where the head of the ledger was noted outside, each an entry of the ledger itself.

A chain shows nobody who can rewrite all of it; a head that stands elsewhere does. The entry only
says where to look: what counts is the copy that its holder of the pack cannot change.
"""

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from recert.errors import UsageError
from recert.evidence import timestamp
from recert.evidence.checkpoint import Pinned, checkpoint, parse_checkpoint, parse_head
from recert.evidence.checks import check
from recert.evidence.material import Ledger
from recert.evidence.report import Check
from recert.evidence.timestamp import TimestampError
from recert.store import entries
from recert.store.entry_types import EntryType
from recert.store.ledger import Actor, Head
from recert.store.signing import require_prefix
from recert.store.store import Store
from recert.text import plural

HEAD, USER_AGENT, S3, RFC3161 = "head", "user-agent", "s3", "rfc3161"
KINDS = (HEAD, USER_AGENT, S3, RFC3161)


def record(
    store: Store,
    kind: str,
    head: Head,
    *,
    actor: Actor,
    to: Mapping[str, Any],
    proof: bytes | None = None,
) -> int:
    """Append the entry of an anchor and return its number.

    `to` says where the head stands; `proof` is what came back, as a token. Raises RefusedError
    where the ledger is no longer the one that was anchored.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of anchor")
    text = base64.b64encode(proof).decode("ascii") if proof is not None else None
    with store.write(actor) as tx:
        require_prefix(tx.session, head.size, head.hash)
        body = entries.anchored(kind, asdict(head), to, text)
        return tx.append(EntryType.ANCHOR, body).seq


def user_agent(store_id: str, head: Head) -> str:
    """Return what a client of AWS adds to its user agent: CloudTrail keeps it with each call."""
    return f"md/ledger#{store_id} md/head#{head.size}.{head.hash}"


def pinned(text: str) -> Pinned:
    """Read a head that was noted outside: `SIZE:HASH`, or the path of a checkpoint's file.

    Raises UsageError for anything else.
    """
    path = Path(text)
    if ":" in text or not path.is_file():
        return parse_head(text)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read.", "Check its permissions.") from error
    return parse_checkpoint(content)


def files(store_id: str, anchor: Mapping[str, Any]) -> dict[str, bytes]:
    """Return by suffix the files of an anchor: the checkpoint that was noted, and its proof."""
    found = {".checkpoint": checkpoint(store_id, _head(anchor))}
    if anchor["proof"] is not None:
        found[".tsr"] = _proof(anchor)
    return found


def _head(anchor: Mapping[str, Any]) -> Head:
    return Head(anchor["size"], anchor["hash"], anchor["root"])


def _proof(anchor: Mapping[str, Any]) -> bytes:
    try:
        return base64.b64decode(str(anchor["proof"]), validate=True)
    except (ValueError, binascii.Error):
        return b""


def checks(ledger: Ledger, tsa: Path | None) -> list[Check]:
    """Hold every anchor against the ledger, and every time stamp against pinned authorities."""
    trusted = timestamp.roots(tsa) if tsa is not None else ()
    anchors = ledger.projection.anchors
    problems = [problem for one in anchors for problem in _problems(ledger, one, trusted)]
    kinds = sorted({str(one["kind"]) for one in anchors})
    told = f"{plural(len(anchors), 'anchor')}{': ' if kinds else ''}{', '.join(kinds)}"
    if RFC3161 in kinds:
        told += "; " + (
            "time stamps verified by the given authorities"
            if trusted
            else "no authorities were pinned, so who stamped is as certain as this ledger is"
        )
    return [check("anchors", problems, told)]


def _problems(ledger: Ledger, anchor: Mapping[str, Any], trusted: tuple[Any, ...]) -> Iterator[str]:
    entry, size = anchor["entry"], anchor["size"]
    if not 0 < size < entry:
        yield f"entry {entry}: it anchors a head that was not there yet"
        return
    if ledger.hashes[size - 1] != anchor["hash"] or ledger.root_at(size) != anchor["root"]:
        yield f"entry {entry}: the ledger up to entry {size} is not the one that was anchored"
        return
    if anchor["kind"] != RFC3161:
        return
    data = checkpoint(ledger.projection.store_id, _head(anchor))
    try:
        token = timestamp.read(_proof(anchor))
        timestamp.require_over(token, data)
        if trusted:
            timestamp.require_signed(token, data, trusted)
    except TimestampError as error:
        yield f"entry {entry}: {error.what}"
