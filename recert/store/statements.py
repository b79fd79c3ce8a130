"""The exact texts that people sign: canonical JSON over the ledger so far and what they state."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from recert.estate.canonical import digest


def close_statement(
    *,
    ledger: str,
    campaign: str,
    head: Mapping[str, Any],
    signer: Mapping[str, Any],
    at: str,
    counts: Mapping[str, int],
    memo: Sequence[Mapping[str, Any]],
    meaning: str,
) -> str:
    """Return the exact text that closes a campaign: what its owner states, over the ledger so far.

    `head` holds size, head and root of the ledger before the close; `memo` the statements, each with
    name, text and whether it holds without reservation.
    """
    body = {
        "v": 1,
        "ledger": ledger,
        "campaign": campaign,
        **head,
        "signer": dict(signer),
        "at": at,
        "counts": dict(counts),
        "memo": [dict(line) for line in memo],
        "meaning": meaning,
    }
    return json.dumps(body, sort_keys=True, separators=(",", ":"))


def signoff_statement(
    *,
    ledger: str,
    campaign: str,
    size: int,
    head: str,
    root: str,
    signer: Mapping[str, Any],
    at: str,
    counts: Mapping[str, int],
    decisions: Mapping[str, str],
    meaning: str,
) -> str:
    """Return the exact text that a signer signs: canonical JSON over the ledger so far and their decisions.

    `size`, `head` and `root` come from `Store.head` before the sign-off; `decisions` maps item to
    decision; `signer` holds id, printed name, strength and key.
    """
    body = {
        "v": 1,
        "ledger": ledger,
        "campaign": campaign,
        "size": size,
        "head": head,
        "root": root,
        "signer": dict(signer),
        "at": at,
        "counts": dict(counts),
        "decisions_sha256": digest([[item, decisions[item]] for item in sorted(decisions)]),
        "meaning": meaning,
    }
    return json.dumps(body, sort_keys=True, separators=(",", ":"))
