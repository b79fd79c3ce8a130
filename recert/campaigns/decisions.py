"""Deciding: one request, one transaction, acknowledged when it is on disk."""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from recert.campaigns import transitions
from recert.campaigns.attention import habit, told
from recert.campaigns.handed_file import require_decidable
from recert.campaigns.independence import Independence
from recert.campaigns.links import Link, links
from recert.campaigns.narrowing import Narrowed, narrowed
from recert.campaigns.people import directory
from recert.campaigns.rules import Ruling
from recert.campaigns.stages import require_another
from recert.campaigns.views import Caller, DecisionRequest, DecisionView, Verdict
from recert.clock import from_rfc3339, to_rfc3339
from recert.errors import RefusedError, UsageError
from recert.store import entries
from recert.store.entry_types import EntryType
from recert.store.outcome import DENIES
from recert.store.tables import CampaignRow, DecisionRow, ItemRow
from recert.store.transaction import Transaction

_ID_LENGTH = 12
_CHUNK = 500


def decide(
    tx: Transaction, caller: Caller, request: DecisionRequest
) -> tuple[tuple[DecisionRow, Independence | None], ...]:
    """Record a decision on every item of a request, or on none.

    A request with the `client_id` of an earlier one returns what that recorded. Raises UsageError
    for an unknown campaign or item, RefusedError with the rule that says no.
    """
    wanted = tuple(dict.fromkeys(request.items))
    if not wanted:
        raise UsageError("Name at least one item.")
    campaign = campaign_row(tx.session, request.campaign)
    client = request.client_id or uuid.uuid4().hex
    require_decidable(tx.session, tx.clock.now())
    # Without a client's own id nothing can have been recorded under it.
    repeated = request.client_id and _repeated(tx.session, client, wanted, request, caller)
    if repeated:
        return tuple((row, None) for row in repeated)
    people = directory(tx.session)
    now = tx.clock.now()
    before = habit(tx.session, caller.id, campaign.id, now)
    ruling = Ruling(request, caller, people, campaign, now, before)
    ruling.check_request()
    items = item_rows(tx.session, campaign.id, wanted)
    for item in items:
        _require_answerable(tx.session, item)
        require_another(tx.session, people, item, caller.id)
    judged = [(item, ruling.check_item(item)) for item in items]
    made = [
        (_record(tx, ruling, item, found, client=f"{client}/{item.id}"), found)
        for item, found in judged
    ]
    tx.session.flush()
    return tuple(made)


def _require_answerable(session: Session, item: ItemRow) -> None:
    """Refuse an item of which the stages have come to no response already."""
    if item.state != "decided" or item.current is None:
        return
    if session.get_one(DecisionRow, item.current).verdict == Verdict.NO_RESPONSE:
        raise RefusedError(
            f"The item {item.id} ended without a response.",
            f"`recert campaign reiterate {item.campaign}` asks again.",
            rule="item_settled",
        )


def campaign_row(session: Session, campaign: str) -> CampaignRow:
    """Return a campaign by its id; raises UsageError where there is none."""
    row = session.get(CampaignRow, campaign)
    if row is None:
        raise UsageError(f"There is no campaign {campaign!r}.", "`recert campaigns` lists them.")
    return row


def item_rows(session: Session, campaign: str, wanted: Sequence[str]) -> list[ItemRow]:
    """Return items of one campaign in the order in which they were named; raises UsageError."""
    found: dict[str, ItemRow] = {}
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        statement = select(ItemRow).where(col(ItemRow.id).in_(part), ItemRow.campaign == campaign)
        found.update((row.id, row) for row in session.exec(statement))
    for item in wanted:
        if item not in found:
            raise UsageError(
                f"There is no item {item!r} in the campaign {campaign}.",
                f"`recert items {campaign}` lists them.",
            )
    return [found[item] for item in wanted]


def _repeated(
    session: Session, client: str, wanted: Sequence[str], request: DecisionRequest, caller: Caller
) -> list[DecisionRow]:
    """Return what an earlier request with this client id recorded, empty where there was none."""
    keys = [f"{client}/{item}" for item in wanted]
    rows: dict[str, DecisionRow] = {}
    for start in range(0, len(keys), _CHUNK):
        part = keys[start : start + _CHUNK]
        statement = select(DecisionRow).where(col(DecisionRow.client_id).in_(part))
        rows.update((row.client_id, row) for row in session.exec(statement))
    if not rows:
        return []
    same = [
        row
        for row in rows.values()
        if row.verdict == request.verdict.value
        and row.campaign == request.campaign
        and row.decided_by == caller.id
        and row.rationale == request.rationale.strip()
    ]
    if len(same) != len(wanted):
        raise RefusedError(
            "A request with this client id was recorded before, and said something else.",
            "Use a new one.",
            rule="client_id",
        )
    return [rows[key] for key in keys]


def _record(
    tx: Transaction, ruling: Ruling, item: ItemRow, found: Independence, *, client: str
) -> DecisionRow:
    transitions.require_item_step(item.id, item.state, "decided")
    decision = _row(ruling, item, client)
    said = {**entries.decision_recorded(decision, item), **_beside(ruling, item, decision, found)}
    decision.entry = tx.append(EntryType.DECISION_RECORDED, said, campaign=item.campaign).seq
    if item.current is not None:
        tx.session.get_one(DecisionRow, item.current).state = "superseded"
    tx.session.add(decision)
    item.state, item.current = "decided", decision.id
    item.version += 1
    return decision


def _row(ruling: Ruling, item: ItemRow, client: str) -> DecisionRow:
    request, caller = ruling.request, ruling.caller
    kept = narrowed(item, request) if request.verdict is Verdict.REDUCE else Narrowed()
    ends = request.verdict in (Verdict.ATTEST_UNTIL, Verdict.EXCEPTION)
    excepted = request.verdict is Verdict.EXCEPTION
    return DecisionRow(
        id=f"d-{uuid.uuid4().hex[:_ID_LENGTH]}",
        item=item.id,
        campaign=item.campaign,
        verdict=request.verdict.value,
        rationale=request.rationale.strip(),
        until=to_rfc3339(ruling.until) if ends and ruling.until else None,
        reduce_to=json.dumps(list(kept.actions)),
        reduce_resources=json.dumps(list(kept.resources)),
        control=request.control if excepted else None,
        approver=ruling.people.id_of(request.approver or "") if excepted else None,
        decided_by=caller.id,
        strength=caller.strength.value,
        decided_at=to_rfc3339(ruling.now),
        basis_digest=item.basis_digest,
        shown_digest=request.shown.get(item.id),
        headless=request.headless,
        basis_named=item.id in request.seen,
        bulk=ruling.bulk,
        client_id=client,
        supersedes=item.current,
        entry=0,
        stage=item.stage,
    )


def _beside(
    ruling: Ruling, item: ItemRow, decision: DecisionRow, found: Independence
) -> dict[str, Any]:
    """Return what the ledger says of a decision beyond its row: how far it can be relied on."""
    request = ruling.request
    excepted = request.verdict is Verdict.EXCEPTION
    return {
        "independence": found.as_json(),
        "reviewer_of_record": item.reviewer,
        "delegation": stood_in.id if (stood_in := ruling.stands_in(item)) else None,
        "approver_known": excepted and ruling.people.find(decision.approver) is not None,
        "recommendation": item.recommendation,
        "followed": followed(item.recommendation, request.verdict),
        "attention": told(
            request.attention.get(item.id),
            before=ruling.habit,
            verdict=request.verdict.value,
            bulk=ruling.bulk,
            chosen_by=request.chosen_by,
        ),
    }


def followed(recommendation: str, verdict: Verdict) -> bool | None:
    """Tell whether a verdict is what was suggested, None where nothing was."""
    if recommendation not in ("attest", "reduce", "revoke"):
        return None
    given = "attest" if verdict is Verdict.ATTEST_UNTIL else verdict.value
    return given == recommendation


def broken(session: Session, row: DecisionRow) -> tuple[Link, ...]:
    """Return the other agents that lose what a decision takes away, as they act with the same role."""
    if row.verdict not in DENIES:
        return ()
    return links(session, session.get_one(ItemRow, row.item))


def view(
    row: DecisionRow,
    independence: Mapping[str, Any] | None = None,
    breaks: Sequence[Link] = (),
) -> DecisionView:
    """Return a decision as the faces are handed it.

    `independence` is what the ledger says of it, `breaks` whom else it takes something from.
    """
    told = dict(independence or {})
    independent = told.get("independent")
    return DecisionView(
        id=row.id,
        verdict=Verdict(row.verdict),
        rationale=row.rationale,
        decided_by=row.decided_by,
        decided_at=from_rfc3339(row.decided_at),
        basis_digest=row.basis_digest,
        headless=row.headless,
        until=from_rfc3339(row.until) if row.until else None,
        reduce_to=tuple(json.loads(row.reduce_to)),
        control=row.control,
        approver=row.approver,
        basis_named=row.basis_named,
        bulk=row.bulk,
        independent=independent if isinstance(independent, bool) else None,
        independence=told,
        breaks=tuple(one.as_json() for one in breaks),
        stage=row.stage,
        state=row.state,
        reduce_resources=tuple(json.loads(row.reduce_resources)),
        consequence=row.consequence,
    )
