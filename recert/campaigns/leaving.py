"""When a person leaves: what they were to decide goes to somebody who is still there."""

from dataclasses import replace

from sqlalchemy import select
from sqlmodel import Session, col

from recert.campaigns import transitions
from recert.campaigns.assignment import Assigner
from recert.campaigns.independence import owner_of
from recert.campaigns.people import Directory, directory, put
from recert.campaigns.reads import rows
from recert.campaigns.scene import Scene
from recert.campaigns.stages import answered_by
from recert.errors import UsageError
from recert.store.tables import CampaignRow, ItemRow
from recert.store.transaction import Transaction


def leave(tx: Transaction, person: str) -> tuple[str, ...]:
    """Mark a person as gone and hand their pending items on; return the items.

    Each goes down the ladder of assignment as if the campaign were staged now. Where nobody is
    left to ask, the item is conflicted and waits for a reviewer. Decisions that they made stand;
    what they did not sign stays theirs until the review ends. Raises UsageError for an unknown person.
    """
    before = directory(tx.session)
    found = before.find(person)
    if found is None:
        raise UsageError(f"Nobody is known as {person!r}.", "`recert people list` names everybody.")
    put(tx, replace(found, active=False))
    people = directory(tx.session)
    handed = []
    for name, owner in _pending(tx.session, before, found.names):
        item = tx.session.get_one(ItemRow, name)
        assigned = Assigner(people, owner).assign(owner_of(item), privileged=item.privileged)
        reason = f"{found.id} is no longer active."
        over = (found.id, *answered_by(tx.session, item))
        if assigned.reviewer is None or any(people.same(assigned.reviewer, one) for one in over):
            transitions.conflict(tx, item, reason)
        else:
            transitions.reassign(tx, item, assigned.reviewer, reason)
        handed.append(item.id)
    tx.session.flush()
    return tuple(handed)


def hand_on(tx: Transaction, scene: Scene) -> tuple[str, ...]:
    """Hand on what waits for people who left without the store having been told; return the campaigns.

    Who they are, a leavers' file or the identity store said; each item goes down the ladder.
    """
    if not scene.gone:
        return ()
    touched: dict[str, None] = {}
    for name, _ in _pending(tx.session, scene.people, frozenset(scene.gone)):
        item = tx.session.get_one(ItemRow, name)
        agent = scene.estate.agents_by_arn.get(item.agent or "")
        ladder = scene.assigner(tx.session.get_one(CampaignRow, item.campaign))
        assigned = ladder.assign(
            owner_of(item),
            privileged=item.privileged,
            stewards=agent.stewards if agent is not None else (),
        )
        reason = f"{item.reviewer} is among those who left."
        if assigned.reviewer is None or ladder.left(assigned.reviewer):
            transitions.conflict(tx, item, reason)
        else:
            transitions.reassign(tx, item, assigned.reviewer, reason)
        touched[item.campaign] = None
    tx.session.flush()
    return tuple(touched)


def _pending(
    session: Session, people: Directory, gone: frozenset[str]
) -> list[tuple[str, str | None]]:
    """Return the pending items of these people in running campaigns, each with the campaign's owner."""
    known = (people.find(name) for name in gone)
    names = gone.union(*(person.names for person in known if person is not None))
    statement = (
        select(col(ItemRow.id), col(ItemRow.reviewer), col(CampaignRow.owner))
        .join(CampaignRow, col(CampaignRow.id) == col(ItemRow.campaign))
        .where(col(CampaignRow.state).in_(transitions.RUNNING), col(ItemRow.state) == "pending")
        .order_by(col(ItemRow.campaign), col(ItemRow.rank))
    )
    return [
        (item, owner)
        for item, reviewer, owner in rows(session, statement)
        if reviewer and reviewer.casefold() in names
    ]
