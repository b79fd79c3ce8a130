"""Owner and purpose of an agent, as a person states them."""

from dataclasses import replace

from recert.analysis import Catalogue
from recert.campaigns.asking import Ask, asking
from recert.campaigns.deadlines import Calendar
from recert.campaigns.estates import Readings
from recert.campaigns.happenings import record_events
from recert.campaigns.keeping import require_standing
from recert.campaigns.people import directory
from recert.campaigns.reacting import react
from recert.campaigns.scene import make_scene
from recert.campaigns.wording import require_text
from recert.clock import Clock, to_rfc3339
from recert.errors import UsageError
from recert.lifecycle import Agent, TriggerPolicy, compare
from recert.store import entries
from recert.store.entry_types import EntryType
from recert.store.ledger import Actor
from recert.store.store import Store
from recert.store.tables import AgentSetting
from recert.store.transaction import Transaction

_LONGEST = 2_000


def state_agent(
    store: Store,
    agent: str,
    *,
    owner: str | None = None,
    purpose: str | None = None,
    clock: Clock,
    actor: Actor,
    policy: TriggerPolicy,
    ask: Ask | None = None,
    catalogue: Catalogue | None = None,
    calendar: Calendar | None = None,
) -> tuple[str, ...]:
    """State owner, purpose or both; None leaves that one as it is.

    What differs from before is a lifecycle event, and campaigns follow as after a reading; that an
    owner or a purpose is stated for the first time opens none. Raises UsageError for an agent that
    the last reading does not hold, or a value that is none, RefusedError for who may not say it.
    """
    snapshot, before = Readings(store).current()
    if agent not in before.agents_by_arn:
        raise UsageError(
            f"There is no agent {agent} in the last reading.", "`recert agents` lists them."
        )
    _require_texts(owner, purpose)
    _require_steward(store, actor.id, before.agents_by_arn[agent], owner)
    with store.write(actor, clock=clock) as tx:
        entry = _keep(tx, agent, owner, purpose)
        if entry is None:
            return ()
        made = make_scene(
            tx, snapshot, before, ask or asking(catalogue), catalogue, calendar=calendar
        )
        scene = replace(made, mark=str(entry))
        known = before.agents_by_arn[agent]
        at = clock.now()
        events = tuple(
            event.model_copy(update={"detected_at": at}) for event in compare(before, scene.estate)
        )
        record_events(tx, snapshot, events, scene.mark)
        first = [name for name in ("owner", "purpose") if getattr(known, name) is None]
        causes = tuple(event for event in events if event.kind.partition(".")[0] not in first)
        return react(tx, scene, causes, policy, earlier=before)


def _require_steward(store: Store, by: str, agent: Agent, owner: str | None) -> None:
    """Refuse strangers, and who would take an agent from somebody for themselves.

    The owner and whoever keeps the persons may do both; what others state is an event that is
    reviewed, and the ledger says who stated it.
    """
    with store.read() as session:
        people = directory(session)
        mates = people.team(agent.owner) if agent.owner else ()
        if people.same(agent.owner, by) or any(people.same(one.id, by) for one in mates):
            return
        found = people.find(by)
        if found is None or not found.active:
            require_standing(session, by, f"say whose {agent.name} is or what it is for")
            return
        holder = people.find(agent.owner)
        if holder is not None and holder.active and people.same(owner, by):
            require_standing(session, by, f"take {agent.name} from {holder.id}")


def _require_texts(*values: str | None) -> None:
    for value in values:
        if value is not None and not require_text(value, "An owner or purpose", longest=_LONGEST):
            raise UsageError("An owner or a purpose is not empty.", "State it, or leave it out.")


def _keep(tx: Transaction, agent: str, owner: str | None, purpose: str | None) -> int | None:
    """Keep what was stated and return its entry's number, None where it was stated before."""
    row = tx.session.get(AgentSetting, agent)
    if row is None:
        row = AgentSetting(agent=agent, set_at="", set_by="")
        tx.session.add(row)
    wanted = (owner or row.owner, purpose or row.purpose)
    if row.set_at and (row.owner, row.purpose) == wanted:
        return None
    row.owner, row.purpose = wanted
    row.set_at, row.set_by = to_rfc3339(tx.clock.now()), tx.actor.id
    tx.session.flush()
    return tx.append(EntryType.AGENT_SET, entries.agent_set(row)).seq
