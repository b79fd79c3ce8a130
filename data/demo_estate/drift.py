"""How one place of the demo estate becomes another: one agent, role or guardrail at a time."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from demo_estate.model import Agent, Place, Role, Version

T = TypeVar("T")


def changed(things: tuple[T, ...], name: str, change: Callable[[T], T]) -> tuple[T, ...]:
    """Return the things with the one of that name changed; raises LookupError where there is none."""
    if not any(_name(one) == name for one in things):
        raise LookupError(name)
    return tuple(change(one) if _name(one) == name else one for one in things)


def _name(thing: Any) -> str:
    return str(thing.name)


def with_role(place: Place, name: str, **fields: Any) -> Place:
    """Return the place with fields of one role replaced."""

    def change(role: Role) -> Role:
        return replace(role, **fields)

    return replace(place, roles=changed(place.roles, name, change))


def with_draft(place: Place, name: str, **fields: Any) -> Place:
    """Return the place with the working copy of one agent changed, and nothing that runs."""

    def change(agent: Agent) -> Agent:
        return replace(agent, draft=replace(agent.draft, **fields))

    return replace(place, agents=changed(place.agents, name, change))


def released(place: Place, name: str, number: str, **fields: Any) -> Place:
    """Return the place with one agent changed, and every alias of it moved to that new version."""

    def change(agent: Agent) -> Agent:
        version: Version = replace(agent.draft, **fields)
        return replace(
            agent,
            draft=version,
            versions={**agent.versions, number: version},
            aliases=dict.fromkeys(agent.aliases, number),
        )

    return replace(place, agents=changed(place.agents, name, change))


def with_function(place: Place, name: str, **fields: Any) -> Place:
    """Return the place with fields of one function replaced."""
    return replace(
        place, functions=changed(place.functions, name, lambda one: replace(one, **fields))
    )
