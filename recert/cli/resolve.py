"""What people type instead of an ARN: names, ids, unambiguous beginnings."""

from collections.abc import Callable, Sequence

from recert.errors import AmbiguousNameError, UsageError
from recert.estate.agents import Agent
from recert.estate.estate import Estate


def agent_of(estate: Estate, name: str) -> Agent:
    """Return the agent with this ARN, id or name.

    A name that several agents have is refused with their ARNs; an unknown one with the nearest.
    """
    exact = estate.agents_by_arn.get(name)
    if exact is not None:
        return exact
    ways: tuple[Callable[[Agent], str], ...] = (
        lambda agent: agent.id,
        lambda agent: agent.name,
    )
    for way in ways:
        found = [agent for agent in estate.agents if way(agent) == name]
        if found:
            return _only(name, found)
    folded = [agent for agent in estate.agents if agent.name.casefold() == name.casefold()]
    if folded:
        return _only(name, folded)
    raise _unknown("agent", name, [agent.name for agent in estate.agents])


def _only(name: str, found: Sequence[Agent]) -> Agent:
    if len(found) > 1:
        raise AmbiguousNameError(name, [agent.arn for agent in found])
    return found[0]


def _unknown(kind: str, typed: str, known: Sequence[str]) -> UsageError:
    import difflib  # noqa: PLC0415 - only a mistyped name needs it

    near = difflib.get_close_matches(typed, known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"List them with `recert {kind}s`."
    return UsageError(f"There is no {kind} {typed!r}.", hint)
