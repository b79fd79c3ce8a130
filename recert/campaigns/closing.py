"""The end of a campaign: what it takes to close, and what the record says of the close."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from recert.campaigns import memo, transitions
from recert.campaigns.blockers import bars, look
from recert.campaigns.canonical_text import text_of
from recert.campaigns.certifying import certified
from recert.campaigns.counts import Tally, tallies
from recert.campaigns.custody import require_owner
from recert.campaigns.decisions import campaign_row
from recert.campaigns.listing import CERTIFIED
from recert.campaigns.people import directory
from recert.campaigns.reads import scalar
from recert.campaigns.scene import Scene
from recert.campaigns.signing import UNSIGNED, require_key
from recert.campaigns.views import Caller
from recert.clock import to_rfc3339
from recert.errors import RefusedError
from recert.store import entries
from recert.store.canonical import parse_strict
from recert.store.entry_types import EntryType
from recert.store.ledger import Head
from recert.store.settings import require_signature
from recert.store.signing import Signature, require_prefix
from recert.store.statements import close_statement
from recert.store.tables import CampaignRow, LedgerRow
from recert.store.transaction import Transaction, head_of


@dataclass(frozen=True, slots=True)
class PreparedClose:
    """A closing statement that is about to be signed, and the ledger that it was made over."""

    statement: str
    at: str
    head: Head


def prepare_close(
    session: Session, caller: Caller, campaign: str, *, store_id: str, at: str, key: str
) -> PreparedClose:
    """Return what the caller would sign to close a campaign; nothing is locked.

    Raises RefusedError where the campaign cannot be closed or the key is not the caller's.
    """
    row, tally = _closable(session, caller, campaign, at)
    require_key(session, caller, key)
    return _state(session, caller, row, tally, store_id=store_id, at=at, key=key)


def close(
    tx: Transaction,
    caller: Caller,
    campaign: str,
    scene: Scene,
    *,
    prepared: PreparedClose | None = None,
    signature: Signature | None = None,
) -> None:
    """Close a campaign whose review is over and whose revocations were verified.

    `scene` is the reading against which it is closed; the agents of which everything holds there
    are certified by it. With a key, `prepared` is what was signed and `signature` what the key made
    of it. Raises RefusedError with what is in the way.
    """
    now = to_rfc3339(tx.clock.now())
    row, tally = _closable(tx.session, caller, campaign, now)
    require_signature(tx.session, signature.kind if signature else UNSIGNED)
    if prepared is None or signature is None:
        prepared = _state(tx.session, caller, row, tally, store_id=tx.store_id, at=now, key=None)
    else:
        _require_same(tx, caller, campaign, prepared, signature)
    if row.state in ("reviewed", "remediating"):
        settings = parse_strict(row.settings)
        row.settings = text_of({**settings, CERTIFIED: certified(tx, scene, row)})
        body = entries.campaign_extended(row, "certified")
        tx.append(EntryType.CAMPAIGN_EXTENDED, body, campaign=row.id)
        done = "Every revocation was verified." if tally.removals else "Nothing was revoked."
        transitions.verify(tx, row, done)
    transitions.close(tx, row, f"Closed by {caller.id}.", _closing(caller, prepared, signature))


def _closable(
    session: Session, caller: Caller, campaign: str, now: str
) -> tuple[CampaignRow, Tally]:
    row = campaign_row(session, campaign)
    require_owner(directory(session), row, caller)
    tally = tallies(session, [campaign]).get(campaign, Tally())
    gate = look(session, row, tally, now)
    open_ = row.state not in transitions.OVER
    if gate.untied and not open_:
        raise RefusedError(
            f"The campaign {campaign} does not add up: {'; '.join(gate.untied)}.",
            "Nothing is closed on numbers that disagree; `recert db check` looks for the cause.",
            rule="tie_out",
        )
    if open_ or gate.revocations or gate.not_rolled_back:
        raise RefusedError(
            f"The campaign {campaign} is {row.state} and cannot be closed.",
            " ".join(bars(row, tally, gate)) or "There is nothing left to do.",
            rule="not_closable",
        )
    return row, tally


def _state(
    session: Session,
    caller: Caller,
    row: CampaignRow,
    tally: Tally,
    *,
    store_id: str,
    at: str,
    key: str | None,
) -> PreparedClose:
    head = head_of(session)
    statement = close_statement(
        ledger=store_id,
        campaign=row.id,
        head={"size": head.size, "head": head.hash, "root": head.root},
        signer={
            "id": caller.id,
            "name": caller.name,
            "strength": "ssh" if key else caller.strength.value,
            "key": key,
        },
        at=at,
        counts=memo.counts(tally),
        memo=memo.memo(session, row, tally),
        meaning=memo.MEANING,
    )
    return PreparedClose(statement, at, head)


def _closing(
    caller: Caller, prepared: PreparedClose, signature: Signature | None
) -> dict[str, Any]:
    return {
        "signer": caller.id,
        "name": caller.name,
        "strength": "ssh" if signature else caller.strength.value,
        "signature": signature.kind if signature else UNSIGNED,
        "statement": prepared.statement,
        "key": signature.key if signature else None,
        "armor": signature.armor if signature else None,
        "signed_at": prepared.at,
        "size": prepared.head.size,
        "head": prepared.head.hash,
    }


def _require_same(
    tx: Transaction,
    caller: Caller,
    campaign: str,
    prepared: PreparedClose,
    signature: Signature,
) -> None:
    """Refuse a statement that is not about the campaign as it is now."""
    require_key(tx.session, caller, signature.key)
    require_prefix(tx.session, prepared.head.size, prepared.head.hash)
    marked = f'%,"campaign":{json.dumps(campaign)},"ledger":"%'
    later = (
        select(func.count())
        .select_from(LedgerRow)
        .where(col(LedgerRow.seq) > prepared.head.size)
        .where(col(LedgerRow.entry).like(marked))
    )
    if scalar(tx.session, later):
        raise RefusedError(
            "Something happened to the campaign while its close was being signed.",
            "Look at it and close it again.",
            rule="changed_meanwhile",
        )
