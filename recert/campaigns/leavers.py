"""Owners who left: persons of the store that are no longer active, and what they still own."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlmodel import Session, col

from recert.campaigns.people import directory
from recert.campaigns.reads import rows
from recert.lifecycle import Estate, Event, owners_left
from recert.store.tables import EventRow


def newly_left(session: Session, estate: Estate, leavers: Iterable[str] = ()) -> tuple[Event, ...]:
    """Return an event for each agent whose owner left, where none was recorded before.

    An owner is looked for under every name that the person goes by; `leavers` are further names.
    """
    known = directory(session)
    gone = [name for one in known.persons if not one.active for name in one.names]
    for leaver in leavers:
        person = known.find(leaver)
        gone += [leaver, *(person.names if person else ())]
    if not gone:
        return ()
    statement = select(col(EventRow.agent), col(EventRow.subject)).where(
        col(EventRow.kind) == "owner.left"
    )
    told = {(agent, owner) for agent, owner in rows(session, statement)}
    return tuple(
        event for event in owners_left(estate, gone) if (event.agent, event.subject) not in told
    )
