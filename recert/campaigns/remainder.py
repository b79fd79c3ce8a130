"""What nobody answered: how a review ends without it, and how it is asked again.

The answer of somebody who did not answer is `no_response`, written when the review ends, never by
a person. What follows from it is a policy by risk: `keep` and flag, or `revoke`, which asks for so
many revocations that a brake stands before it.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from recert.campaigns import transitions
from recert.campaigns.custody import require_owner
from recert.campaigns.decisions import campaign_row
from recert.campaigns.endings import finish_if_settled
from recert.campaigns.people import directory
from recert.campaigns.reads import rows
from recert.campaigns.stages import Progress, stages_of
from recert.campaigns.transitions import UNSETTLED
from recert.campaigns.views import Caller, NoResponse, Verdict
from recert.clock import to_rfc3339
from recert.errors import RefusedError, UsageError
from recert.store import entries
from recert.store.entry_types import EntryType
from recert.store.ledger import Actor
from recert.store.outcome import Result
from recert.store.tables import DecisionRow, ItemRow
from recert.store.transaction import Transaction
from recert.text import plural

CONSEQUENCES = ("keep", "revoke")
DEFAULT: Mapping[str, str] = {"privileged": "keep", "ordinary": "keep"}
"""What follows from no response, by risk, unless the owner says otherwise."""
BRAKE = 10
"""So many revocations from silence need the owner to name their number."""
SYSTEM = Actor("recert", "os")
_ID_LENGTH = 12


@dataclass(frozen=True, slots=True)
class _Silent:
    item: str
    state: str
    privileged: bool


def preview(
    session: Session,
    campaign: str,
    policy: Mapping[str, str] | None = None,
    *,
    stage: int | None = None,
) -> NoResponse:
    """Return how many items would end without a response, and at most what would follow."""
    row = campaign_row(session, campaign)
    if stage is not None and not 1 <= stage <= stages_of(row).count:
        raise UsageError(f"The campaign {campaign} has no stage {stage}.")
    chosen = _policy(policy)
    silent = _silent(session, campaign, stage)
    counted = dict.fromkeys(CONSEQUENCES, 0)
    for one in silent:
        counted[_consequence(chosen, one)] += 1
    return NoResponse(
        campaign=campaign,
        items=len(silent),
        unsigned=sum(one.state == "decided" for one in silent),
        keep=counted["keep"],
        revoke=counted["revoke"],
        brake=counted["revoke"] > BRAKE,
    )


def end_review(
    tx: Transaction,
    caller: Caller,
    campaign: str,
    *,
    policy: Mapping[str, str] | None = None,
    revocations: int | None = None,
    stage: int | None = None,
) -> NoResponse:
    """End an active review; what is not signed by now gets the answer `no_response`.

    A decision that was not signed is no answer; it stays in the history. With `stage` only that
    stage ends: what was silent there goes on to the next one where the campaign says so, and the
    review ends when nothing is left. Raises RefusedError where the caller is not the owner, and
    where silence would revoke more than the brake allows and `revocations` is not that number.
    """
    row = campaign_row(tx.session, campaign)
    require_owner(directory(tx.session), row, caller)
    transitions.require_campaign_step(row.state, "reviewed")
    told = preview(tx.session, campaign, policy, stage=stage)
    if told.brake and revocations != told.revoke:
        raise RefusedError(
            f"Silence would revoke {plural(told.revoke, 'item')} of {campaign}.",
            f"Confirm the number {told.revoke}, or let silence keep them.",
            rule="mass_revocation",
        )
    chosen = _policy(policy)
    progress = Progress.of(tx, row)
    for one in _silent(tx.session, campaign, stage):
        item = tx.session.get_one(ItemRow, one.item)
        _silence(progress, item, _consequence(chosen, one), last=stage is None)
        tx.session.expunge(item)
    if stage is None:
        reason = f"Ended by {caller.id}; {told.items} without a response."
        transitions.finish_review(tx, row, reason)
    else:
        finish_if_settled(tx, campaign)
    return told


def _silence(progress: Progress, item: ItemRow, consequence: str, *, last: bool) -> None:
    """Answer one item by no response, and move it on; with `last` no stage is left for it."""
    tx, stages = progress.tx, progress.stages
    if stages.count > 1:
        goes_on = not last and item.stage < stages.count and Verdict.NO_RESPONSE in stages.advance
        result = progress.preview(item.id, Verdict.NO_RESPONSE).result
        if goes_on or result is not Result.NO_RESPONSE:
            consequence = "keep"
    decision = _write(tx, item, consequence)
    tx.session.flush()
    if stages.count > 1:
        progress.after(item, decision, signoff=None, last=last)


def _policy(policy: Mapping[str, str] | None) -> dict[str, str]:
    chosen = {**DEFAULT, **(policy or {})}
    for risk, consequence in chosen.items():
        if risk not in DEFAULT or consequence not in CONSEQUENCES:
            raise UsageError(
                f"No response cannot mean {consequence!r} for {risk!r} items.",
                f"Risks are {', '.join(DEFAULT)}; consequences {', '.join(CONSEQUENCES)}.",
            )
    return chosen


def _consequence(policy: Mapping[str, str], one: _Silent) -> str:
    return policy["privileged" if one.privileged else "ordinary"]


def _silent(session: Session, campaign: str, stage: int | None = None) -> list[_Silent]:
    statement = (
        select(col(ItemRow.id), col(ItemRow.state), col(ItemRow.privileged))
        .outerjoin(DecisionRow, col(DecisionRow.id) == col(ItemRow.current))
        .where(col(ItemRow.campaign) == campaign, col(ItemRow.state).in_(UNSETTLED))
        .where(func.coalesce(col(DecisionRow.verdict), "") != Verdict.NO_RESPONSE.value)
        .order_by(col(ItemRow.rank), col(ItemRow.id))
    )
    if stage is not None:
        statement = statement.where(col(ItemRow.stage) == stage)
    return [_Silent(*found) for found in rows(session, statement)]


def _write(tx: Transaction, item: ItemRow, consequence: str) -> DecisionRow:
    transitions.require_item_step(item.id, item.state, "decided")
    unsigned = " It was decided and not signed." if item.state == "decided" else ""
    decision = DecisionRow(
        id=f"d-{uuid.uuid4().hex[:_ID_LENGTH]}",
        item=item.id,
        campaign=item.campaign,
        verdict=Verdict.NO_RESPONSE.value,
        rationale=f"The review ended without a response; that means {consequence}.{unsigned}",
        decided_by=SYSTEM.id,
        strength=SYSTEM.strength,
        decided_at=to_rfc3339(tx.clock.now()),
        basis_digest=item.basis_digest,
        headless=True,
        basis_named=True,
        client_id=f"no-response/{item.stage}/{item.version}/{item.id}",
        supersedes=item.current,
        entry=0,
        stage=item.stage,
        consequence=consequence,
    )
    said = entries.decision_recorded(decision, item)
    entry = tx.append(EntryType.DECISION_RECORDED, said, campaign=item.campaign, actor=SYSTEM)
    decision.entry = entry.seq
    if item.current is not None:
        tx.session.get_one(DecisionRow, item.current).state = "superseded"
    tx.session.add(decision)
    item.state, item.current = "decided", decision.id
    item.version += 1
    return decision
