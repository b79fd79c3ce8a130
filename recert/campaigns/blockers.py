"""What stands between a campaign and the word complete, in words, each with what resolves it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from recert.campaigns.counts import Tally
from recert.campaigns.reads import rows, scalar
from recert.store.canonical import parse_strict
from recert.store.tables import CampaignRow, DecisionRow, ItemRow, LedgerRow, SnapshotRow
from recert.text import plural

DONE = frozenset({"verified", "gone", "excepted"})
"""Where a revocation stands when it counts."""
_MANY = 5
_CARRIES_OUT = ("reviewed", "remediating", "verified")


@dataclass(frozen=True, slots=True)
class Gate:
    """What of a campaign only a look into its items tells."""

    gaps: int = 0
    unread: int = 0
    revocations: int = 0
    expired: int = 0


def look(session: Session, campaign: CampaignRow, tally: Tally, now: str) -> Gate:
    """Look up what the counts do not say; cheap where there is nothing of the kind."""
    settings = parse_strict(campaign.settings)
    kinds: Mapping[str, int] = settings.get("population", {}).get("kinds", {})
    gaps = scalar(
        session, select(col(SnapshotRow.gaps)).where(col(SnapshotRow.id) == campaign.snapshot)
    )
    # A closed campaign has none open, by the rule of its close; a running one has none signed off.
    waits = campaign.state in _CARRIES_OUT
    revoked = waits and (tally.verdicts.get("revoke", 0) + tally.verdicts.get("reduce", 0))
    ends = tally.verdicts.get("exception", 0) + tally.verdicts.get("attest_until", 0)
    return Gate(
        gaps=int(gaps or 0),
        unread=_unread(session, campaign.id) if kinds.get("unread") else 0,
        revocations=_unverified(session, campaign.id) if revoked else 0,
        expired=_expired(session, campaign.id, now) if ends else 0,
    )


def blockers(campaign: CampaignRow, tally: Tally, gate: Gate) -> tuple[str, ...]:
    """Return what keeps a campaign from being complete, the nearest thing first; none where it is."""
    return (
        *_state(campaign),
        *_waiting(campaign, tally),
        *_answers(campaign, tally, gate),
        *_end(campaign, tally, gate),
    )


def _state(campaign: CampaignRow) -> list[str]:
    if campaign.state == "staged":
        return [f"It is not launched: `recert campaign launch {campaign.id}`."]
    if campaign.state in ("cancelled", "prepare_failed"):
        why = (campaign.end_reason or campaign.state).removesuffix(".")
        return [f"It ended without a result: {why}."]
    if campaign.state in ("draft", "preparing"):
        launch = f"`recert campaign launch {campaign.id}`"
        return [f"It is still being prepared: what happens joins it until {launch} or its time."]
    return []


def _waiting(campaign: CampaignRow, tally: Tally) -> list[str]:
    if campaign.state != "active":
        return []
    found = []
    waiting = sorted(tally.pending.items(), key=lambda one: (-one[1], one[0] or ""))
    for reviewer, count in waiting[:_MANY]:
        if reviewer is None:
            found.append(
                f"{plural(count, 'item')} have no reviewer: `recert campaign reassign {campaign.id}`."
            )
        else:
            found.append(f"{plural(count, 'item')} wait for {reviewer}.")
    if len(waiting) > _MANY:
        rest = sum(count for _, count in waiting[_MANY:])
        found.append(f"{plural(rest, 'item')} wait for {len(waiting) - _MANY} other reviewers.")
    conflicted = tally.states.get("conflicted", 0)
    if conflicted:
        found.append(
            f"{plural(conflicted, 'item')} wait for a reviewer who is not barred: "
            f"`recert campaign reassign {campaign.id}`."
        )
    for reviewer, count in sorted(tally.unsigned.items(), key=lambda one: one[0] or ""):
        who = reviewer or "somebody"
        found.append(
            f"{plural(count, 'decided item')} of {who} not signed: `recert sign {campaign.id}`."
        )
    return found


def _answers(campaign: CampaignRow, tally: Tally, gate: Gate) -> list[str]:
    found = []
    abstained = tally.verdicts.get("abstain", 0)
    if abstained:
        found.append(
            f"{plural(abstained, 'item')} abstained from: somebody else has to decide in a successor."
        )
    silent = tally.verdicts.get("no_response", 0)
    if silent:
        found.append(
            f"{plural(silent, 'item')} without a response: `recert campaign reiterate {campaign.id}`."
        )
    if gate.unread:
        found.append(
            f"{plural(gate.unread, 'part')} of the authority could not be read: "
            "see the items of the kind unread."
        )
    if gate.expired:
        found.append(f"{plural(gate.expired, 'item')} kept until a date that has passed.")
    return found


def _end(campaign: CampaignRow, tally: Tally, gate: Gate) -> list[str]:
    found = []
    if gate.revocations:
        found.append(
            f"{plural(gate.revocations, 'revocation')} not verified by a later reading: "
            f"`recert remediate {campaign.id}`."
        )
    if gate.gaps:
        found.append(
            f"{plural(gate.gaps, 'call')} of its reading could not be answered: `recert doctor`."
        )
    if campaign.state == "active" and not any(
        tally.states.get(state) for state in ("pending", "decided", "conflicted")
    ):
        found.append("Its review has not ended.")
    if campaign.state in ("reviewed", "remediating", "verified"):
        found.append(f"It is not closed: `recert campaign close {campaign.id}`.")
    return found


def _unread(session: Session, campaign: str) -> int:
    statement = (
        select(func.count())
        .select_from(ItemRow)
        .outerjoin(DecisionRow, col(DecisionRow.id) == col(ItemRow.current))
        .where(col(ItemRow.campaign) == campaign, col(ItemRow.kind) == "unread")
        .where(col(ItemRow.state).not_in(("excluded", "superseded")))
        .where(func.coalesce(col(DecisionRow.verdict), "") != "exception")
    )
    return int(scalar(session, statement) or 0)


def _expired(session: Session, campaign: str, now: str) -> int:
    statement = (
        select(func.count())
        .select_from(DecisionRow)
        .where(col(DecisionRow.campaign) == campaign, col(DecisionRow.state) == "current")
        .where(col(DecisionRow.until) <= now)
    )
    return int(scalar(session, statement) or 0)


def _unverified(session: Session, campaign: str) -> int:
    statement = (
        select(col(ItemRow.id))
        .join(DecisionRow, col(DecisionRow.id) == col(ItemRow.current))
        .where(col(ItemRow.campaign) == campaign)
        .where(col(DecisionRow.verdict).in_(("revoke", "reduce")))
    )
    wanted = {item for (item,) in rows(session, statement)}
    states = remediation_states(session, campaign)
    return sum(states.get(item) not in DONE for item in wanted)


def remediation_states(session: Session, campaign: str) -> dict[str, str]:
    """Return where the revocation of each item stands, by the ledger's last word on it."""
    # In canonical form the type stands at the end of an entry, so that no body can pass for it.
    marked = '%,"type":"remediation.recorded","v":1}'
    statement = (
        select(col(LedgerRow.entry))
        .where(col(LedgerRow.entry).like(marked))
        .order_by(col(LedgerRow.seq))
    )
    found: dict[str, str] = {}
    for (text,) in rows(session, statement):
        entry: dict[str, Any] = parse_strict(text)
        if entry["campaign"] == campaign:
            found[entry["body"]["item"]] = entry["body"]["state"]
    return found
