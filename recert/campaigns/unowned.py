"""Agents that nobody owns: the first reading only tells of them, the next asks somebody, once."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import col

from recert.campaigns.opening import Draft
from recert.campaigns.preparing import begin
from recert.campaigns.reads import rows
from recert.campaigns.scene import Scene
from recert.lifecycle import Agent, AgentKind, Estate, Opens, TriggerPolicy
from recert.store.tables import ItemRow
from recert.store.transaction import Transaction

KIND = "owner.changed"
"""The kind of event whose rule says whether, of whom and by when an agent without an owner is asked."""
_DUE_DAYS = 14


def ask_whose(
    tx: Transaction, scene: Scene, policy: TriggerPolicy, earlier: Estate
) -> tuple[str, ...]:
    """Open one campaign about the agents that had no owner in the earlier reading either.

    An agent that any campaign ever asked about is left alone: that campaign has its stewardship item,
    and its later reviews follow its own events and dates. So is a role that only looks like an agent.
    Returns the campaign's id, nothing where nobody is to be asked.
    """
    if policy.opens(KIND) is Opens.NOTE:
        return ()
    before = earlier.agents_by_arn
    unowned = [
        agent
        for agent in scene.estate.agents
        if agent.arn in before and _unowned(agent) and _unowned(before[agent.arn])
    ]
    if not unowned:
        return ()
    statement = select(col(ItemRow.agent)).where(col(ItemRow.agent).is_not(None)).distinct()
    asked = {agent for (agent,) in rows(tx.session, statement)}
    left = [agent for agent in sorted(unowned, key=lambda one: one.arn) if agent.arn not in asked]
    return (begin(tx, scene, _draft(left, policy), policy).id,) if left else ()


def _unowned(agent: Agent) -> bool:
    known = agent.tags is not None and agent.kind is not AgentKind.UNREGISTERED
    return known and agent.owner is None


def _draft(agents: Sequence[Agent], policy: TriggerPolicy) -> Draft:
    alone = len(agents) == 1
    return Draft(
        agents=tuple(agent.arn for agent in agents),
        name=f"{agents[0].name}: nobody owns it"
        if alone
        else f"{len(agents)} agents that nobody owns",
        kind="unowned",
        reason="Nobody is stated as owner, in this reading and in the one before.",
        due_in_days=policy.event_due.get(KIND, _DUE_DAYS),
    )
