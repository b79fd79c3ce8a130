"""Owners who left: persons of the store that are no longer active, and what they still own."""

from sqlalchemy import select
from sqlmodel import Session, col

from recert.campaigns.people import directory
from recert.campaigns.reads import rows
from recert.lifecycle import Estate, Event, owners_left
from recert.store.tables import EventRow


def newly_left(session: Session, estate: Estate) -> tuple[Event, ...]:
    """Return an event for each agent whose owner left, where none was recorded before.

    An owner is looked for under every name that the person goes by.
    """
    gone = [name for one in directory(session).persons if not one.active for name in one.names]
    if not gone:
        return ()
    statement = select(col(EventRow.agent), col(EventRow.subject)).where(
        col(EventRow.kind) == "owner.left"
    )
    told = {(agent, owner) for agent, owner in rows(session, statement)}
    return tuple(
        event for event in owners_left(estate, gone) if (event.agent, event.subject) not in told
    )
