"""The state machines: which step is allowed from where, and one function for each.

A function changes the row and appends its one entry to the ledger in the running transaction;
a step that the machine does not know is refused with the rule `state`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import select

from recert.clock import to_rfc3339
from recert.errors import RefusedError
from recert.store import entries
from recert.store.entry_types import EntryType
from recert.store.tables import CampaignRow, DecisionRow, ItemRow
from recert.store.transaction import Transaction

CAMPAIGN_STEPS: dict[str, tuple[str, ...]] = {
    "draft": ("preparing", "cancelled"),
    "preparing": ("staged", "prepare_failed", "cancelled"),
    "prepare_failed": ("cancelled",),
    "staged": ("active", "cancelled"),
    "active": ("reviewed", "cancelled"),
    "reviewed": ("remediating", "verified"),
    "remediating": ("verified",),
    "verified": ("closed",),
    "closed": (),
    "cancelled": (),
}
"""From each state of a campaign, the states that may follow."""

ITEM_STEPS: dict[str, tuple[str, ...]] = {
    "pending": ("decided", "excluded", "superseded", "conflicted"),
    "decided": ("decided", "pending", "signed_off", "superseded", "conflicted"),
    "conflicted": ("pending", "decided", "excluded", "superseded"),
    "signed_off": (),
    "excluded": (),
    "superseded": (),
}
"""From each state of an item, the states that may follow."""

OPEN = ("draft", "preparing", "staged", "active")
"""States of a campaign in which its items can still change."""
RUNNING = ("preparing", "staged", "active")
"""States of a campaign in which its items can still change hands."""
OVER = ("reviewed", "remediating", "verified")
"""States of a campaign whose review is over, and that is not closed."""
ENDED = ("closed", "cancelled", "prepare_failed")
UNSETTLED = ("pending", "decided", "conflicted")
"""States of an item that somebody still has to act on."""


def require_campaign_step(before: str, after: str) -> None:
    """Refuse a step that the campaign's machine does not know."""
    if after not in CAMPAIGN_STEPS[before]:
        if before == after:
            raise RefusedError(
                f"The campaign is {after} already.", "There is nothing to do.", rule="state"
            )
        raise RefusedError(
            f"A campaign that is {before} cannot become {after}.",
            f"From here it can become {', '.join(CAMPAIGN_STEPS[before]) or 'nothing else'}.",
            rule="state",
        )


def require_item_step(item: str, before: str, after: str) -> None:
    """Refuse a step that the item's machine does not know."""
    if after not in ITEM_STEPS[before]:
        raise RefusedError(f"The item {item} is {before} and cannot become {after}.", rule="state")


def _move(
    tx: Transaction,
    campaign: CampaignRow,
    after: str,
    reason: str = "",
    *,
    closing: Mapping[str, Any] | None = None,
) -> None:
    require_campaign_step(campaign.state, after)
    before, campaign.state = campaign.state, after
    now = to_rfc3339(tx.clock.now())
    if after == "active":
        campaign.launched_at = now
    if after in ENDED:
        campaign.ended_at, campaign.end_reason = now, reason or None
    tx.append(
        EntryType(f"campaign.{after}"),
        entries.campaign_moved(campaign, before, reason, closing=closing),
        campaign=campaign.id,
    )


def prepare(tx: Transaction, campaign: CampaignRow) -> None:
    """Begin to gather the population."""
    _move(tx, campaign, "preparing")


def fail_preparation(tx: Transaction, campaign: CampaignRow, reason: str) -> None:
    """End a campaign whose population could not be gathered."""
    _move(tx, campaign, "prepare_failed", reason)


def stage(tx: Transaction, campaign: CampaignRow) -> None:
    """Freeze the population."""
    _move(tx, campaign, "staged")


def launch(tx: Transaction, campaign: CampaignRow) -> None:
    """Let the reviewers decide."""
    _move(tx, campaign, "active")


def finish_review(tx: Transaction, campaign: CampaignRow, reason: str) -> None:
    """End the deciding: everything is signed off, or was left without a response."""
    _move(tx, campaign, "reviewed", reason)


def begin_remediation(tx: Transaction, campaign: CampaignRow, reason: str = "") -> None:
    """Begin to carry the revocations out."""
    _move(tx, campaign, "remediating", reason)


def verify(tx: Transaction, campaign: CampaignRow, reason: str) -> None:
    """Say that a later reading found every revocation done, or that there was none."""
    _move(tx, campaign, "verified", reason)


def close(
    tx: Transaction, campaign: CampaignRow, reason: str, closing: Mapping[str, Any] | None = None
) -> None:
    """End a verified campaign for good; `closing` is what its owner stated and signed."""
    _move(tx, campaign, "closed", reason, closing=closing)


def cancel(tx: Transaction, campaign: CampaignRow, reason: str) -> None:
    """End a campaign without a result; it needs a reason."""
    if not reason.strip():
        raise RefusedError("A campaign is not cancelled without a reason.", rule="reason")
    _move(tx, campaign, "cancelled", reason.strip())


def _change(
    tx: Transaction, item: ItemRow, kind: EntryType, reason: str, *, before: str | None = None
) -> None:
    item.version += 1
    tx.append(kind, entries.item_changed(item, reason, before=before), campaign=item.campaign)


def reassign(tx: Transaction, item: ItemRow, reviewer: str, reason: str) -> None:
    """Give a pending item another reviewer of record; a conflicted one becomes pending with it."""
    if item.state == "conflicted":
        require_item_step(item.id, item.state, "pending")
        item.state = "pending"
    elif item.state != "pending":
        raise RefusedError(
            f"The item {item.id} is {item.state}; only a pending one changes hands.",
            "Undo the decision first." if item.state == "decided" else "",
            rule="state",
        )
    before, item.reviewer = item.reviewer, reviewer
    _change(tx, item, EntryType.ITEM_REASSIGNED, reason, before=before)


def exclude(tx: Transaction, item: ItemRow, rule: str, reason: str) -> None:
    """Leave an item out of the review, by a rule and with a reason."""
    require_item_step(item.id, item.state, "excluded")
    item.state, item.excluded_by = "excluded", rule
    _change(tx, item, EntryType.ITEM_EXCLUDED, reason)


def supersede(tx: Transaction, item: ItemRow, reason: str) -> None:
    """Take an item out because what it was about is no longer there, or is asked elsewhere."""
    require_item_step(item.id, item.state, "superseded")
    _drop_decision(tx, item)
    item.state = "superseded"
    _change(tx, item, EntryType.ITEM_SUPERSEDED, reason)


def conflict(tx: Transaction, item: ItemRow, reason: str) -> None:
    """Take a pending item from a reviewer who is barred from it."""
    require_item_step(item.id, item.state, "conflicted")
    before, item.reviewer = item.reviewer, None
    item.state = "conflicted"
    _change(tx, item, EntryType.ITEM_CONFLICTED, reason, before=before)


def advance(tx: Transaction, item: ItemRow, answered: str, reviewer: str | None) -> None:
    """Ask an item in the next stage, after its answer; without a reviewer it waits for one."""
    after = "pending" if reviewer is not None else "conflicted"
    require_item_step(item.id, item.state, after)
    before, item.reviewer = item.reviewer, reviewer
    item.state, item.current, item.signoff = after, None, None
    item.stage += 1
    item.version += 1
    reason = f"It goes on to stage {item.stage}."
    tx.append(
        EntryType.ITEM_ADVANCED,
        entries.item_advanced(item, answered, before, reason),
        campaign=item.campaign,
    )


def conclude(
    tx: Transaction,
    item: ItemRow,
    *,
    result: str,
    answers: Sequence[Mapping[str, Any]],
    in_force: str,
    signoff: str | None,
) -> None:
    """Write what the answers of all stages come to; signed off where the one in force is signed."""
    after = "signed_off" if signoff is not None else "decided"
    require_item_step(item.id, item.state, after)
    item.state, item.current, item.signoff = after, in_force, signoff
    item.version += 1
    tx.append(
        EntryType.ITEM_CONCLUDED,
        entries.item_concluded(item, result=result, answers=answers),
        campaign=item.campaign,
    )


def reset(tx: Transaction, item: ItemRow, record: dict[str, Any], reason: str) -> None:
    """Put an item to review again, with the columns of its new record; a decision is superseded."""
    if item.state not in ("pending", "decided"):
        raise RefusedError(f"The item {item.id} is {item.state} and stays so.", rule="state")
    _drop_decision(tx, item)
    _drop_answers(tx, item)
    for name, value in record.items():
        setattr(item, name, value)
    item.state, item.stage = "pending", 1
    _change(tx, item, EntryType.ITEM_RESET, reason)


def _drop_decision(tx: Transaction, item: ItemRow) -> None:
    if item.current is None:
        return
    decision = tx.session.get(DecisionRow, item.current)
    if decision is not None:
        decision.state = "superseded"
    item.current = None


def _drop_answers(tx: Transaction, item: ItemRow) -> None:
    """Let answers of earlier stages go: they rest on what the item no longer is."""
    if item.stage == 1:
        return
    statement = select(DecisionRow).where(
        DecisionRow.item == item.id, DecisionRow.state == "answered"
    )
    for answer in list(tx.session.exec(statement)):
        # The store lets a decision that is not in force only be put in force, then superseded.
        for state in ("current", "superseded"):
            answer.state = state
            tx.session.flush()
