"""Which integration explains a grant: for what the agent needs what its role may do.

An explanation names an integration that the judged versions really have and whose resource the
grant can reach. A grant that does more than an explanation covers is not explained.
"""

from collections.abc import Iterable
from functools import lru_cache

from recert.analysis.need import Need
from recert.analysis.needs import agent_needs, base_needs, function_needs
from recert.analysis.ways import ActingRole, Driven
from recert.estate.agents import Agent
from recert.estate.estate import Estate
from recert.iam.narrowing import NOT_RESOURCE
from recert.iam.overlap import intersects, normal


def needs_of(estate: Estate, agent: Agent, reach: Driven, role: ActingRole) -> tuple[Need, ...]:
    """Return what the integrations behind one acting role need of it."""
    if role.role_arn is None:
        return ()
    found: list[Need] = []
    if role.direct:
        found += agent_needs(estate, agent)
    for other in reach.agents:
        mate = estate.agents_by_arn.get(other)
        if mate is not None and role.role_arn in mate.role_arns:
            found += agent_needs(estate, mate)
    for arn, way in reach.functions.items():
        function = estate.functions_by_arn.get(arn)
        if function is not None and function.role_arn == role.role_arn:
            found += function_needs(function.name, way[-1].evidence.partition(" calls ")[0])
    for base in reach.bases_in(estate):
        if base.role_arn == role.role_arn:
            found += base_needs(base)
    return tuple(found)


def explanation(
    needs: Iterable[Need],
    action: str,
    effective: Iterable[str],
    resources: tuple[str, ...],
) -> str | None:
    """Return the name of the integration that explains a grant whole, None where none does."""
    wanted = [name.lower() for name in effective] or [action.lower()]
    for need in needs:
        if need.concrete and ("*" in action or not _named(resources)):
            continue
        if need.actions and not all(_among(name, _asked(need.actions)) for name in wanted):
            continue
        if _reaches(need, resources):
            return need.name
    return None


def explained_actions(
    needs: Iterable[Need], actions: Iterable[str], resources: tuple[str, ...]
) -> tuple[str, ...]:
    """Return those of some concrete actions that an integration explains, each taken alone."""
    asked = [
        _asked(need.actions)
        for need in needs
        if (not need.concrete or _named(resources)) and _reaches(need, resources)
    ]
    return tuple(
        name for name in actions if any(not any(one) or _among(name.lower(), one) for one in asked)
    )


@lru_cache(maxsize=4096)
def _asked(actions: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Return the actions of a need, and those of them that stand for all that begin so."""
    return frozenset(actions), tuple(one for one in actions if one.endswith((":", ":describe")))


def _among(name: str, asked: tuple[frozenset[str], tuple[str, ...]]) -> bool:
    return name in asked[0] or name.startswith(asked[1])


def _reaches(need: Need, resources: tuple[str, ...]) -> bool:
    return not need.resources or any(
        _fits(own, place) for own in resources for place in need.resources
    )


def _fits(resource: str, place: str) -> bool:
    if resource.startswith(NOT_RESOURCE):
        return False
    return intersects(normal(resource), place)


def _named(resources: tuple[str, ...]) -> bool:
    """Tell whether each resource names something: more than a star behind its type."""
    return bool(resources) and all(
        not item.startswith(NOT_RESOURCE) and item != "*" and item.split(":", 5)[-1].strip("*/:")
        for item in resources
    )
