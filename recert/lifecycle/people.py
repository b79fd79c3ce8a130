"""What happens to owners outside AWS, as events."""

from collections.abc import Iterable

from recert.estate.estate import Estate
from recert.lifecycle.events import Event
from recert.lifecycle.kinds import severity_of

_KIND = "owner.left"


def owners_left(estate: Estate, leavers: Iterable[str]) -> tuple[Event, ...]:
    """Return an event for each agent whose owner stands among those who left.

    Names are compared as they stand in owner tags, without regard to case or surrounding space.
    """
    gone = {name.strip().casefold() for name in leavers if name.strip()}
    return tuple(
        Event(
            agent=agent.arn,
            kind=_KIND,
            severity=severity_of(_KIND, live=bool(agent.live_versions)),
            live=bool(agent.live_versions),
            subject=agent.owner,
            before={"owner": agent.owner},
            after=None,
            detected_at=estate.taken_at,
            how=f"{agent.owner} stands among those who left",
        )
        for agent in estate.agents
        if agent.owner is not None and agent.owner.strip().casefold() in gone
    )
