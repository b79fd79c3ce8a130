"""The last reading, with what persons stated about owner and purpose laid over it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from recert.errors import UsageError
from recert.lifecycle import Agent, Estate
from recert.store.handed import handed
from recert.store.store import Store
from recert.store.tables import AgentSetting, CampaignRow, SnapshotRow

_KEPT = 3


@dataclass(frozen=True, slots=True)
class Stated:
    """What a person stated for an agent; None is *not stated*."""

    owner: str | None = None
    purpose: str | None = None


def stated(session: Session) -> dict[str, Stated]:
    """Return what was stated, by agent."""
    rows = session.exec(select(AgentSetting))
    return {row.agent: Stated(row.owner, row.purpose) for row in rows}


def overlay(estate: Estate, said: Mapping[str, Stated]) -> Estate:
    """Return the estate with the stated owners and purposes; the same one where none was."""
    agents = []
    for agent in estate.agents:
        over = said.get(agent.arn)
        update = {
            name: value
            for name in ("owner", "purpose")
            if over is not None and (value := getattr(over, name)) is not None
        }
        agents.append(agent.model_copy(update=update) if update else agent)
    if all(new is old for new, old in zip(agents, estate.agents, strict=True)):
        return estate
    return with_agents(estate, tuple(agents))


def with_agents(estate: Estate, agents: tuple[Agent, ...]) -> Estate:
    """Return the estate with other agents."""
    fields = {name: getattr(estate, name) for name in Estate.model_fields}
    # The parts were validated when they were read; a copy would keep the indexes of the old agents.
    return Estate.model_construct(**{**fields, "agents": agents})


def latest_id(session: Session) -> str | None:
    """Return the id of the latest reading, None where there is none."""
    newest = select(SnapshotRow.id).order_by(col(SnapshotRow.entry).desc()).limit(1)
    return session.exec(newest).first()


class Readings:
    """The current estate of a store, unpacked once for as long as nothing newer is there."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: tuple[str, dict[str, Stated], Estate] | None = None
        self._staged: dict[str, Estate] = {}

    def current(self) -> tuple[str, Estate]:
        """Return the id of the last reading and its estate; raises UsageError where there is none."""
        with self._store.read() as session:
            latest, said = latest_id(session), stated(session)
            part = handed(session)
        if latest is None and part is not None:
            raise UsageError(
                f"This file holds {part.reviewer}'s part of the campaign {part.campaign}, no estate.",
                "What its items rest on stands beside each of them.",
            )
        if latest is None:
            raise UsageError("The store holds no reading yet.", "Take one with `recert sync`.")
        if self._known is not None and self._known[:2] == (latest, said):
            return latest, self._known[2]
        found = self._store.snapshot(latest)
        if found is None:
            raise UsageError("The store holds no reading yet.", "Take one with `recert sync`.")
        self._known = (latest, said, overlay(found[1], said))
        return latest, self._known[2]

    def staged(self, campaign: str) -> Estate | None:
        """Return the reading that a campaign was staged on, the last few of them kept unpacked."""
        with self._store.read() as session:
            row = session.get(CampaignRow, campaign)
        if row is None or row.snapshot is None:
            return None
        if row.snapshot not in self._staged:
            found = self._store.snapshot(row.snapshot)
            if found is None:
                return None
            while len(self._staged) >= _KEPT:
                self._staged.pop(next(iter(self._staged)))
            self._staged[row.snapshot] = found[1]
        return self._staged[row.snapshot]


def current_estate(store: Store) -> tuple[str, Estate] | None:
    """Return the id of the last reading and its estate with what was stated, None where there is none."""
    with store.read() as session:
        if latest_id(session) is None:
            return None
    return Readings(store).current()
