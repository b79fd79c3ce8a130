"""A review that is too old is asked for again: how old is too old depends on the agent's risk."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from recert.analysis import risk_tier
from recert.campaigns import transitions
from recert.campaigns.asking import packaged
from recert.campaigns.history import last_reviewed
from recert.campaigns.opening import Draft, Scene, open_draft
from recert.campaigns.quiet import launch
from recert.campaigns.reads import rows
from recert.clock import from_rfc3339
from recert.lifecycle import Estate, Severity, TriggerPolicy
from recert.store.tables import CampaignRow, ItemRow
from recert.store.transaction import Transaction

Tier = Callable[[Estate, str], str]


def may_be_due(session: Session, policy: TriggerPolicy, now: datetime) -> bool:
    """Tell whether some review is as old as the policy lets any agent's be."""
    shortest = timedelta(days=min(policy.cadence_days.values()))
    return any(from_rfc3339(at) + shortest <= now for at in last_reviewed(session).values())


def review_what_is_due(
    tx: Transaction, scene: Scene, policy: TriggerPolicy, tier: Tier | None = None
) -> tuple[str, ...]:
    """Open a full campaign for each agent whose last review is older than its tier allows.

    An agent that was never reviewed is due for nothing; one that a campaign is about is left alone.
    """
    now = tx.clock.now()
    if not may_be_due(tx.session, policy, now):
        return ()
    busy = _busy(tx.session)
    opened = []
    for agent, at in sorted(last_reviewed(tx.session).items()):
        if agent in busy or agent not in scene.estate.agents_by_arn:
            continue
        level = Severity(tier(scene.estate, agent) if tier else _tier(scene.estate, agent))
        reviewed, days = from_rfc3339(at), policy.cadence_days[level]
        if reviewed + timedelta(days=days) > now:
            continue
        draft = Draft(
            agents=(agent,),
            name=f"{scene.estate.agents_by_arn[agent].name}: review is due",
            kind="cadence",
            reason=f"Last reviewed on {reviewed:%Y-%m-%d}; its risk is {level.value}, "
            f"which asks for a review every {days} days.",
            due_in_days=policy.due_days[level],
        )
        row = open_draft(tx, scene, draft)
        launch(tx, row, policy)
        opened.append(row.id)
    return tuple(opened)


def _tier(estate: Estate, agent: str) -> str:
    return risk_tier(estate, agent, packaged())


def _busy(session: Session) -> set[str]:
    """Return the agents that a campaign is about which has not ended."""
    statement = (
        select(col(ItemRow.agent))
        .join(CampaignRow, col(CampaignRow.id) == col(ItemRow.campaign))
        .where(col(CampaignRow.state).not_in(transitions.ENDED), col(ItemRow.agent).is_not(None))
        .distinct()
    )
    return {agent for (agent,) in rows(session, statement)}
