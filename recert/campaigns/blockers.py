"""What stands between a campaign and the word complete, in words, each with what resolves it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from recert.campaigns.counts import Tally
from recert.campaigns.reads import rows, scalar
from recert.campaigns.revocations import CARRIED_OUT, remediation_states, unverified
from recert.campaigns.tieout import equations
from recert.campaigns.transitions import OVER
from recert.store.canonical import parse_strict
from recert.store.tables import CampaignRow, DecisionRow, ItemRow, RescissionRow, SnapshotRow
from recert.text import plural

_MANY = 5


@dataclass(frozen=True, slots=True)
class Gate:
    """What of a campaign only a look into its items tells."""

    gaps: int = 0
    unread: int = 0
    revocations: int = 0
    expired: int = 0
    rescinded: tuple[str, ...] = ()
    """The campaigns that ask again about what was rescinded; empty names are none."""
    not_rolled_back: int = 0
    untied: tuple[str, ...] = ()
    """What does not add up, in words."""


def look(session: Session, campaign: CampaignRow, tally: Tally, now: str) -> Gate:
    """Look up what the counts do not say; cheap where there is nothing of the kind."""
    settings = parse_strict(campaign.settings)
    kinds: Mapping[str, int] = settings.get("population", {}).get("kinds", {})
    gaps = scalar(
        session, select(col(SnapshotRow.gaps)).where(col(SnapshotRow.id) == campaign.snapshot)
    )
    # A closed campaign has none open, by the rule of its close; a running one has none signed off.
    waits = campaign.state in OVER
    revoked = waits and tally.removals
    ends = tally.verdicts.get("exception", 0) + tally.verdicts.get("attest_until", 0)
    revocations = unverified(session, campaign.id) if revoked else 0
    untied: list[str] = []
    if waits:
        told = equations(session, campaign, tally)
        untied = [one.words for one in told if not one.holds]
    asked = _rescinded(session, campaign.id) if tally.rescinded else []
    return Gate(
        gaps=int(gaps or 0),
        unread=_unread(session, campaign.id) if kinds.get("unread") else 0,
        revocations=revocations,
        expired=_expired(session, campaign.id, now) if ends else 0,
        rescinded=tuple(dict.fromkeys(successor or "" for successor, _, _ in asked)),
        not_rolled_back=_not_rolled_back(session, campaign.id, asked),
        untied=tuple(untied),
    )


def blockers(campaign: CampaignRow, tally: Tally, gate: Gate) -> tuple[str, ...]:
    """Return what keeps a campaign from being complete, the nearest thing first; none where it is."""
    return (
        *_state(campaign),
        *_waiting(campaign, tally),
        *_answers(campaign, tally, gate),
        *_undone(campaign, tally, gate),
        *_gaps(gate),
        *_end(campaign),
    )


def bars(campaign: CampaignRow, tally: Tally, gate: Gate) -> tuple[str, ...]:
    """Return what has to be done before a campaign can be closed, one sentence each."""
    return (
        *_state(campaign),
        *_waiting(campaign, tally),
        *_undone(campaign, tally, gate),
    )


def leaves(campaign: CampaignRow, tally: Tally, gate: Gate) -> tuple[str, ...]:
    """Return why a campaign would not be complete though it were closed, one sentence each."""
    return (*_answers(campaign, tally, gate), *_gaps(gate))


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
                f"{plural(count, 'item has', 'items have')} no reviewer: "
                f"`recert campaign reassign {campaign.id}`."
            )
        else:
            found.append(
                f"{plural(count, 'item waits', 'items wait')} for {reviewer}: "
                f"`recert items {campaign.id} --mine --open`, `recert campaign remind {campaign.id}`."
            )
    if len(waiting) > _MANY:
        rest = sum(count for _, count in waiting[_MANY:])
        found.append(
            f"{plural(rest, 'item waits', 'items wait')} for "
            f"{plural(len(waiting) - _MANY, 'other reviewer')}: "
            f"`recert campaign remind {campaign.id}`."
        )
    conflicted = tally.states.get("conflicted", 0)
    if conflicted:
        found.append(
            f"{plural(conflicted, 'item waits', 'items wait')} for a reviewer who is not barred: "
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
            f"{plural(abstained, 'item')} abstained from, which somebody else has to decide: "
            f"`recert campaign reiterate {campaign.id}`."
        )
    silent = tally.verdicts.get("no_response", 0)
    if silent:
        found.append(
            f"{plural(silent, 'item')} without a response: `recert campaign reiterate {campaign.id}`."
        )
    if gate.unread:
        found.append(
            f"{plural(gate.unread, 'part')} of the authority could not be read: "
            "`recert doctor --print-policy` tells what the reader needs, then `recert sync`."
        )
    if gate.expired:
        found.append(
            f"{plural(gate.expired, 'item')} kept until a date that has passed: "
            "`recert sync` asks again."
        )
    if tally.rescinded:
        there = ", ".join(name for name in gate.rescinded if name)
        found.append(
            f"{plural(tally.rescinded, 'decision')} rescinded"
            + (
                f", asked again in {there}: `recert items {there.split(', ')[0]}`."
                if there
                else ", and not there any more: `recert sync`."
            )
        )
    return found


def _undone(campaign: CampaignRow, tally: Tally, gate: Gate) -> list[str]:
    found = [f"It does not add up ({one}): `recert db check`." for one in gate.untied]
    if gate.not_rolled_back:
        found.append(
            f"{plural(gate.not_rolled_back, 'revocation')} carried out and then rescinded: "
            f"`recert remediate {campaign.id} rollback`."
        )
    if gate.revocations:
        found.append(
            f"{plural(gate.revocations, 'revocation')} not verified by a later reading: "
            f"`recert remediate {campaign.id}`."
        )
    if campaign.state == "active" and not any(
        tally.states.get(state) for state in ("pending", "decided", "conflicted")
    ):
        found.append(f"Its review has not ended: `recert campaign end {campaign.id}`.")
    return found


def _gaps(gate: Gate) -> list[str]:
    if not gate.gaps:
        return []
    return [f"{plural(gate.gaps, 'call')} of its reading could not be answered: `recert doctor`."]


def _end(campaign: CampaignRow) -> list[str]:
    if campaign.state in OVER:
        return [f"It is not closed: `recert campaign close {campaign.id}`."]
    return []


def _rescinded(session: Session, campaign: str) -> list[tuple[str | None, str, bool]]:
    statement = select(
        col(RescissionRow.successor), col(RescissionRow.item), col(RescissionRow.applied)
    ).where(col(RescissionRow.campaign) == campaign, col(RescissionRow.state) == "confirmed")
    return [(successor, item, applied) for successor, item, applied in rows(session, statement)]


def _not_rolled_back(
    session: Session, campaign: str, asked: Sequence[tuple[str | None, str, bool]]
) -> int:
    applied = [item for _, item, was in asked if was]
    if not applied:
        return 0
    states = remediation_states(session, campaign)
    return sum(states.get(item) in CARRIED_OUT for item in applied)


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
