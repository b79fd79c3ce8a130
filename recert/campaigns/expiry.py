"""What was kept until a date is asked again when the date has passed."""

from sqlalchemy import select
from sqlmodel import Session, col

from recert.campaigns.history import last_signed
from recert.campaigns.opening import Draft, Scene
from recert.campaigns.preparing import begin
from recert.campaigns.reads import rows
from recert.campaigns.transitions import OPEN
from recert.clock import to_rfc3339
from recert.lifecycle import TriggerPolicy
from recert.store.tables import CampaignRow, DecisionRow, ItemRow
from recert.store.transaction import Transaction
from recert.text import plural

Key = tuple[str, str]
_DUE_DAYS = 14


def expired_agents(session: Session, now: str) -> list[str]:
    """Return the agents of which a signed decision has run out, whatever was decided since."""
    statement = (
        select(col(ItemRow.agent))
        .join(DecisionRow, col(DecisionRow.id) == col(ItemRow.current))
        .where(col(DecisionRow.until) <= now, col(ItemRow.state) == "signed_off")
        .where(col(DecisionRow.state) == "current")
        .where(col(ItemRow.agent).is_not(None))
        .distinct()
        .order_by(col(ItemRow.agent))
    )
    return [agent for (agent,) in rows(session, statement)]


def ask_again(tx: Transaction, scene: Scene, policy: TriggerPolicy) -> tuple[str, ...]:
    """Open a campaign for each agent with decisions that ran out and are not asked about already."""
    now = to_rfc3339(tx.clock.now())
    opened = []
    for agent in expired_agents(tx.session, now):
        if agent not in scene.estate.agents_by_arn:
            continue
        past = last_signed(tx.session, agent)
        over = {key: one for key, one in past.items() if one.until and one.until <= now}
        there = {(one.kind, one.subject) for one in scene.ask(scene.estate, agent)}
        wanted = (over.keys() & there) - _asked(tx.session, agent)
        if not wanted:
            continue
        name = scene.estate.agents_by_arn[agent].name
        draft = Draft(
            agents=(agent,),
            name=f"{name}: kept until now",
            kind="expiry",
            reason=f"{plural(len(wanted), 'item')} kept until a date that has passed.",
            due_in_days=_DUE_DAYS,
            predecessor=max(over[key].campaign for key in wanted),
            only={agent: frozenset(wanted)},
        )
        row = begin(tx, scene, draft, policy)
        opened.append(row.id)
    return tuple(opened)


def _asked(session: Session, agent: str) -> set[Key]:
    statement = (
        select(col(ItemRow.kind), col(ItemRow.subject))
        .join(CampaignRow, col(CampaignRow.id) == col(ItemRow.campaign))
        .where(col(ItemRow.agent) == agent, col(CampaignRow.state).in_(OPEN))
        .where(col(ItemRow.state).not_in(("excluded", "superseded", "signed_off")))
    )
    return {(kind, subject) for kind, subject in rows(session, statement)}
