"""What happens to owners outside the agents, as events."""

import csv
from collections.abc import Iterable
from datetime import date

from recert.errors import UsageError
from recert.estate.agents import Agent
from recert.estate.estate import Estate
from recert.lifecycle.changes import Change
from recert.lifecycle.events import Event
from recert.lifecycle.kinds import severity_of

_KIND = "owner.left"
_HEADS = frozenset({"name", "owner", "email", "user", "id"})


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


def owner_disabled(before: Estate, after: Estate, agent: Agent) -> Change | None:
    """Return the change of an agent whose owner the identity store no longer lets in.

    A user who is not there counts as gone only where an earlier reading found them: not every owner
    is a user of the identity store.
    """
    if agent.owner is None:
        return None
    name = agent.owner.strip().casefold()
    old, new = before.owner_states.get(name), after.owner_states.get(name)
    if new == old or new in (None, "active") or (new == "missing" and old != "active"):
        return None
    how = f"the identity store says that {agent.owner} is {new}"
    return Change(_KIND, agent.owner, {"owner": agent.owner}, {"state": new}, how)


def read_leavers(text: str, name: str, today: date) -> tuple[str, ...]:
    """Return who left by a day, of lines as `NAME` or `NAME,2026-11-30`; raises UsageError.

    A heading, empty lines and what follows `#` are skipped; a day to come leaves its person in.
    """
    found: list[str] = []
    for number, row in enumerate(csv.reader(text.lstrip("\ufeff").splitlines()), start=1):
        cells = [cell.strip() for cell in row]
        who = cells[0] if cells else ""
        if not who or who.startswith("#") or (number == 1 and who.casefold() in _HEADS):
            continue
        day = cells[1] if len(cells) > 1 else ""
        try:
            left = date.fromisoformat(day) if day else today
        except ValueError as error:
            raise UsageError(
                f"{name}, line {number}: {day!r} is no date.",
                "Write a day that exists, as 2026-11-30, or none.",
            ) from error
        if left <= today:
            found.append(who)
    return tuple(found)
