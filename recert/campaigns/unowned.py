"""Agents that nobody owns: the first reading only tells of them, the next asks somebody, once."""

from sqlalchemy import select
from sqlmodel import col

from recert.campaigns.opening import Draft, Scene
from recert.campaigns.preparing import begin
from recert.campaigns.reads import rows
from recert.lifecycle import Estate, Opens, TriggerPolicy
from recert.store.tables import ItemRow
from recert.store.transaction import Transaction

KIND = "owner.changed"
"""The kind of event whose rule says whether, of whom and by when an agent without an owner is asked."""
_DUE_DAYS = 14


def ask_whose(
    tx: Transaction, scene: Scene, policy: TriggerPolicy, earlier: Estate
) -> tuple[str, ...]:
    """Open a campaign for each agent that had no owner in the earlier reading either, and return them.

    An agent that any campaign ever asked about is left alone: that campaign has its stewardship item,
    and its later reviews follow its own events and dates.
    """
    if policy.opens(KIND) is Opens.NOTE:
        return ()
    unowned = [
        agent
        for agent in scene.estate.agents
        if agent.owner is None
        and agent.tags is not None
        and (was := earlier.agents_by_arn.get(agent.arn)) is not None
        and was.owner is None
        and was.tags is not None
    ]
    if not unowned:
        return ()
    statement = select(col(ItemRow.agent)).where(col(ItemRow.agent).is_not(None)).distinct()
    asked = {agent for (agent,) in rows(tx.session, statement)}
    return tuple(
        begin(tx, scene, _draft(agent.arn, agent.name, policy), policy).id
        for agent in sorted(unowned, key=lambda one: one.arn)
        if agent.arn not in asked
    )


def _draft(agent: str, name: str, policy: TriggerPolicy) -> Draft:
    return Draft(
        agents=(agent,),
        name=f"{name}: nobody owns it",
        kind="unowned",
        reason="Nobody is stated as its owner, in this reading and in the one before.",
        due_in_days=policy.event_due.get(KIND, _DUE_DAYS),
    )
