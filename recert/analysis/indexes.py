"""Who uses what: the relations of an estate, found from their other end."""

from collections.abc import Iterable, Iterator

from recert.analysis.acting import judged_versions
from recert.analysis.lookups import find_agent, find_alias
from recert.estate.agents import Agent
from recert.estate.estate import Estate

Index = dict[str, tuple[str, ...]]
"""ARNs by an ARN, sorted."""


def inverted(pairs: Iterable[tuple[str, str]]) -> Index:
    """Return what goes with the first of each pair."""
    found: dict[str, set[str]] = {}
    for one, other in pairs:
        found.setdefault(one, set()).add(other)
    return {one: tuple(sorted(others)) for one, others in found.items()}


def executors(estate: Estate) -> Index:
    """Return the agents by each of their execution roles."""
    return inverted((arn, agent.arn) for agent in estate.agents for arn in agent.role_arns)


def things_by_role(estate: Estate) -> Index:
    """Return what runs with each role beside agents: functions, knowledge bases, tools."""
    held = [(one.role_arn, one.arn) for one in estate.functions]
    held += [(one.role_arn, one.arn) for one in estate.knowledge_bases]
    held += [(one.role_arn, one.arn) for one in estate.resources]
    return inverted((role, thing) for role, thing in held if role)


def callers(estate: Estate) -> Index:
    """Return the agents that hand work to each agent in a judged version."""
    return inverted(
        (mate.arn, agent.arn)
        for agent in estate.agents
        for mate in _mates(estate, agent)
        if mate.arn != agent.arn
    )


def _mates(estate: Estate, agent: Agent) -> Iterator[Agent]:
    """Yield the agents that the judged versions of one name: collaborators, nodes, targets."""
    for version in judged_versions(agent):
        names = [mate.alias_arn for mate in version.collaborators]
        names += [item.target for item in version.integrations if item.target]
        for name in names:
            alias = find_alias(estate, name) if ":agent-alias/" in name else None
            mate = alias[0] if alias is not None else find_agent(estate, agent, name)
            if mate is not None:
                yield mate
