"""A review that is too old is asked for again: how old is too old depends on the agent's risk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from recert.analysis import risk_tier
from recert.campaigns import transitions
from recert.campaigns.asking import packaged
from recert.campaigns.happenings import cause_json
from recert.campaigns.history import last_reviewed
from recert.campaigns.opening import Draft
from recert.campaigns.preparing import begin
from recert.campaigns.reads import rows
from recert.campaigns.scene import Scene
from recert.clock import from_rfc3339, to_rfc3339
from recert.lifecycle import Estate, Event, Opens, Severity, TriggerPolicy
from recert.store.tables import CampaignRow, EventRow, ItemRow
from recert.store.transaction import Transaction

KIND = "certification.expired"
MARK = "aged"
"""Tells the event of an age from what else happened to the same reading."""
Tier = Callable[[Estate, str], str]


@dataclass(frozen=True, slots=True)
class Aged:
    """An agent whose last review is older than its risk tier allows."""

    agent: str
    tier: Severity
    reviewed: datetime
    days: int
    event: Event


def may_be_due(session: Session, policy: TriggerPolicy, now: datetime) -> bool:
    """Tell whether some review is as old as the policy lets any agent's be."""
    shortest = timedelta(days=min(policy.cadence_days.values()))
    return any(from_rfc3339(at) + shortest <= now for at in last_reviewed(session).values())


def expired(
    tx: Transaction, scene: Scene, policy: TriggerPolicy, tier: Tier | None = None
) -> tuple[Aged, ...]:
    """Return the agents whose review is due again and that no campaign is about.

    An agent that was never reviewed is due for nothing.
    """
    now = tx.clock.now()
    if not may_be_due(tx.session, policy, now):
        return ()
    busy, told = _busy(tx.session), _told(tx.session)
    found = []
    for agent, at in sorted(last_reviewed(tx.session).items()):
        if agent in busy or agent not in scene.estate.agents_by_arn:
            continue
        level = Severity(tier(scene.estate, agent) if tier else _tier(scene.estate, agent))
        reviewed, days = from_rfc3339(at), policy.cadence_days[level]
        if reviewed + timedelta(days=days) <= now:
            event = _event(scene.estate, policy, agent, (level, reviewed, days), now)
            if policy.opens(KIND, level) is Opens.NOTE and (agent, event.subject) in told:
                continue
            found.append(Aged(agent, level, reviewed, days, event))
    return tuple(found)


def review_what_is_due(
    tx: Transaction, scene: Scene, policy: TriggerPolicy, aged: Sequence[Aged]
) -> tuple[str, ...]:
    """Open a campaign for each agent whose review is due again, unless the policy only notes it."""
    opened = []
    basis = f" ({policy.risk_analysis.words})" if policy.risk_analysis else ""
    for one in aged:
        opens = policy.opens(KIND, one.tier)
        if opens is Opens.NOTE:
            continue
        draft = Draft(
            agents=(one.agent,),
            name=f"{scene.estate.agents_by_arn[one.agent].name}: review is due",
            kind="cadence",
            reason=f"Last reviewed on {one.reviewed:%Y-%m-%d}; its risk is {one.tier.value}, "
            f"which asks for a review every {one.days} days{basis}.",
            depth=opens.value,
            due_in_days=policy.due_in_days([one.event], one.tier),
            causes=(cause_json(scene.snapshot, one.event, MARK),),
            asks=policy.asks([one.event]),
        )
        row = begin(tx, scene, draft, policy)
        opened.append(row.id)
    return tuple(opened)


def _event(
    estate: Estate,
    policy: TriggerPolicy,
    agent: str,
    age: tuple[Severity, datetime, int],
    now: datetime,
) -> Event:
    level, reviewed, days = age
    live = bool(estate.agents_by_arn[agent].live_versions)
    after = {
        "due_at": to_rfc3339(reviewed + timedelta(days=days)),
        "risk_tier": level.value,
        "cadence_days": days,
        "risk_analysis": policy.risk_analysis.words if policy.risk_analysis else None,
    }
    return Event(
        agent=agent,
        kind=KIND,
        severity=level,
        live=live,
        subject=to_rfc3339(reviewed),
        before={"reviewed_at": to_rfc3339(reviewed)},
        after=after,
        detected_at=now,
        how="the last review is older than the agent's risk tier allows",
    )


def _tier(estate: Estate, agent: str) -> str:
    return risk_tier(estate, agent, packaged())


def _told(session: Session) -> set[tuple[str, str]]:
    statement = select(col(EventRow.agent), col(EventRow.subject)).where(col(EventRow.kind) == KIND)
    return {(agent, subject) for agent, subject in rows(session, statement)}


def _busy(session: Session) -> set[str]:
    """Return the agents that a campaign is about which has not ended."""
    statement = (
        select(col(ItemRow.agent))
        .join(CampaignRow, col(CampaignRow.id) == col(ItemRow.campaign))
        .where(col(CampaignRow.state).not_in(transitions.ENDED), col(ItemRow.agent).is_not(None))
        .distinct()
    )
    return {agent for (agent,) in rows(session, statement)}
