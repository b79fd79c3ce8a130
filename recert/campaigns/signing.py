"""Signing off: the reviewer's decided items, and nobody else's."""

import json
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from recert.campaigns.decisions import campaign_row
from recert.campaigns.endings import finish_if_settled
from recert.campaigns.handed_file import require_decidable
from recert.campaigns.item_pages import reviewers_named
from recert.campaigns.reads import rows, scalar
from recert.campaigns.stages import Progress
from recert.campaigns.views import Caller, Signed, SignSummary
from recert.clock import from_rfc3339, to_rfc3339
from recert.errors import RefusedError
from recert.store import entries
from recert.store.entry_types import EntryType
from recert.store.handed import handed
from recert.store.ledger import Head
from recert.store.settings import require_signature
from recert.store.signing import Signature, require_prefix
from recert.store.statements import signoff_statement
from recert.store.tables import CampaignRow, DecisionRow, ItemRow, KeyRow, LedgerRow, SignoffRow
from recert.store.transaction import Transaction, head_of

MEANING = (
    "I reviewed these items, each on the basis that its decision names, "
    "and these decisions are mine."
)
UNSIGNED = "none"
"""The signature of a sign-off that was made without a key."""
_LETTERS = 12
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class _Mine:
    """The caller's decisions in force in one campaign, by item, with their verdicts counted."""

    caller: Caller
    store_id: str
    campaign: str
    decisions: Mapping[str, str]
    verdicts: Mapping[str, int]
    key: str | None = None

    @property
    def strength(self) -> str:
        """Return how strongly it is known who signs: a person's own key proves it."""
        return "ssh" if self.key else self.caller.strength.value

    def statement(self, at: str, head: Head) -> str:
        """Return the text to sign at an instant, over a ledger that stands there."""
        return signoff_statement(
            ledger=self.store_id,
            campaign=self.campaign,
            size=head.size,
            head=head.hash,
            root=head.root,
            signer={
                "id": self.caller.id,
                "name": self.caller.name,
                "strength": self.strength,
                "key": self.key,
            },
            at=at,
            counts=self.verdicts,
            decisions=self.decisions,
            meaning=MEANING,
        )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement that is about to be signed with a key, and the ledger that it was made over."""

    statement: str
    decisions: Mapping[str, str]
    at: str
    head: Head


def prepare(
    session: Session, caller: Caller, campaign: str, *, store_id: str, at: str, key: str
) -> Prepared:
    """Return the statement that the caller would sign with a key of theirs; nothing is locked.

    Raises RefusedError where the key is not enrolled as the caller's, or nothing is to be signed.
    """
    require_key(session, caller, key)
    over = _over(session, store_id)
    mine = replace(_mine(session, caller, over.ledger, campaign), key=key)
    _require_something(mine)
    head = over.head
    return Prepared(mine.statement(at, head), mine.decisions, at, head)


def summary(
    session: Session, caller: Caller, campaign: str, *, store_id: str, at: str
) -> SignSummary:
    """Return what the caller would sign now, at this instant, and the text of it."""
    campaign_row(session, campaign)
    over = _over(session, store_id)
    mine = _mine(session, caller, over.ledger, campaign)
    return SignSummary(
        campaign=campaign,
        signer=caller.id,
        decided=len(mine.decisions),
        by_verdict=dict(mine.verdicts),
        pending=_pending(session, caller, campaign),
        statement=mine.statement(at, over.head),
        not_independent=_alone(session, mine),
    )


def sign(
    tx: Transaction,
    caller: Caller,
    campaign: str,
    *,
    prepared: Prepared | None = None,
    signature: Signature | None = None,
) -> Signed:
    """Sign the caller's decided items; the others stay as they are.

    With a key, `prepared` is the statement that was signed and `signature` what the key made of it.
    The last sign-off of a campaign ends its review. Raises RefusedError where the campaign is not
    active, nothing of the caller's is decided, or it is not what was signed.
    """
    row = campaign_row(tx.session, campaign)
    if row.state != "active":
        raise RefusedError(
            f"The campaign {campaign} is {row.state}.",
            "It is signed while it is active.",
            rule="campaign_not_active",
        )
    require_decidable(tx.session, tx.clock.now())
    mine = _mine(tx.session, caller, _over(tx.session, tx.store_id).ledger, campaign)
    _require_something(mine)
    if prepared is not None and signature is not None:
        _require_same(tx, mine, prepared, signature)
    require_signature(tx.session, signature.kind if signature else UNSIGNED)
    signoff, advanced = _record(tx, mine, prepared, signature)
    state = finish_if_settled(tx, campaign)
    return Signed(
        id=signoff.id,
        campaign=campaign,
        items=len(mine.decisions),
        signature=signoff.signature,
        signed_at=from_rfc3339(signoff.signed_at),
        campaign_state=state,
        advanced=advanced,
    )


@dataclass(frozen=True, slots=True)
class _Over:
    """The ledger that is signed over: this store's own, or the one that it was handed out from."""

    ledger: str
    head: Head


def _over(session: Session, store_id: str) -> _Over:
    origin = handed(session)
    if origin is not None:
        return _Over(origin.ledger, origin.over)
    return _Over(store_id, head_of(session))


def _record(
    tx: Transaction, mine: _Mine, prepared: Prepared | None, signature: Signature | None
) -> tuple[SignoffRow, int]:
    caller, campaign = mine.caller, mine.campaign
    if prepared is not None and signature is not None:
        mine = replace(mine, key=signature.key)
    else:
        at, head = to_rfc3339(tx.clock.now()), _over(tx.session, tx.store_id).head
        prepared = Prepared(mine.statement(at, head), mine.decisions, at, head)
    signoff = SignoffRow(
        id=f"s-{uuid.uuid4().hex[:_LETTERS]}",
        campaign=campaign,
        signer=caller.id,
        strength=mine.strength,
        signature=signature.kind if signature else UNSIGNED,
        statement=prepared.statement,
        key=signature.key if signature else None,
        armor=signature.armor if signature else None,
        signed_at=prepared.at,
        size=prepared.head.size,
        head=prepared.head.hash,
        entry=0,
    )
    advanced = record_signoff(tx, signoff, mine.decisions)
    return signoff, advanced


def record_signoff(
    tx: Transaction,
    signoff: SignoffRow,
    decisions: Mapping[str, str],
    more: Mapping[str, Any] | None = None,
) -> int:
    """Keep a sign-off with its entry and sign its items off; `more` is what the entry says beside it.

    Returns how many items go on to the next stage.
    """
    body = {**entries.signoff(signoff, decisions), **(more or {})}
    signoff.entry = tx.append(EntryType.SIGNOFF, body, campaign=signoff.campaign).seq
    tx.session.add(signoff)
    tx.session.flush()
    moved = _move_on(tx, signoff, decisions)
    connection = tx.session.connection()
    items = [] if moved is not None else list(decisions)
    for start in range(0, len(items), _CHUNK):
        part = items[start : start + _CHUNK]
        connection.execute(
            update(ItemRow)
            .where(col(ItemRow.id).in_(part), col(ItemRow.state) == "decided")
            .values(state="signed_off", signoff=signoff.id, version=col(ItemRow.version) + 1)
        )
    tx.session.expire_all()
    return moved or 0


def _move_on(tx: Transaction, signoff: SignoffRow, decisions: Mapping[str, str]) -> int | None:
    """Move signed items on by the stages of their campaign, None where it has but one.

    Returns how many of them go on to the next stage.
    """
    progress = Progress.of(tx, tx.session.get_one(CampaignRow, signoff.campaign))
    # In a file that was handed out, items move on when it is taken back.
    if progress.stages.count == 1 or handed(tx.session) is not None:
        return None
    advanced = 0
    for name, decision in decisions.items():
        item, row = tx.session.get_one(ItemRow, name), tx.session.get_one(DecisionRow, decision)
        advanced += progress.after(item, row, signoff=signoff.id)
    return advanced


def _mine(session: Session, caller: Caller, store_id: str, campaign: str) -> _Mine:
    statement = (
        select(col(ItemRow.id), col(DecisionRow.id), col(DecisionRow.verdict))
        .join(DecisionRow, col(DecisionRow.id) == col(ItemRow.current))
        .where(col(ItemRow.campaign) == campaign, col(ItemRow.state) == "decided")
        .where(col(DecisionRow.decided_by) == caller.id)
        .where(col(DecisionRow.verdict) != "no_response")
    )
    found = rows(session, statement)
    verdicts = Counter(verdict for _, _, verdict in found)
    decisions = {item: decision for item, decision, _ in found}
    return _Mine(caller, store_id, campaign, decisions, dict(sorted(verdicts.items())))


def _alone(session: Session, mine: _Mine) -> int:
    """Return how many of the caller's privileged decisions the ledger calls not independent."""
    statement = (
        select(col(LedgerRow.entry))
        .join(DecisionRow, col(DecisionRow.entry) == col(LedgerRow.seq))
        .join(ItemRow, col(ItemRow.current) == col(DecisionRow.id))
        .where(col(ItemRow.campaign) == mine.campaign, col(ItemRow.state) == "decided")
        .where(col(ItemRow.privileged), col(DecisionRow.decided_by) == mine.caller.id)
    )
    told = (
        json.loads(text)["body"].get("independence", {}) for (text,) in rows(session, statement)
    )
    return sum(one.get("independent") is False for one in told)


def _pending(session: Session, caller: Caller, campaign: str) -> int:
    names = reviewers_named(session, campaign, caller.id)
    statement = (
        select(func.count())
        .select_from(ItemRow)
        .where(col(ItemRow.campaign) == campaign, col(ItemRow.state) == "pending")
        .where(col(ItemRow.reviewer).in_(names))
    )
    return int(scalar(session, statement) or 0)


def _require_something(mine: _Mine) -> None:
    if not mine.decisions:
        raise RefusedError(
            f"There is nothing in {mine.campaign} that {mine.caller.id} decided and did not sign.",
            "Decide first; `recert items` lists what is open.",
            rule="nothing_to_sign",
        )


def require_key(session: Session, caller: Caller, key: str) -> None:
    """Refuse a key that is not enrolled as the caller's, or was revoked."""
    row = session.get(KeyRow, key)
    if row is None or row.revoked_at is not None or row.person != caller.id:
        raise RefusedError(
            f"The key {key} is not a valid key of {caller.id}.",
            "Enrol it with `recert people enrol`.",
            rule="key",
        )


def _require_same(tx: Transaction, mine: _Mine, prepared: Prepared, signature: Signature) -> None:
    """Refuse a statement that is not about the caller's decisions as they are now."""
    require_key(tx.session, mine.caller, signature.key)
    if handed(tx.session) is None:
        require_prefix(tx.session, prepared.head.size, prepared.head.hash)
    if prepared.decisions != mine.decisions:
        raise RefusedError(
            "Something was decided or undone while the statement was being signed.",
            "Look at the summary and sign again.",
            rule="changed_meanwhile",
        )
