"""Which integration explains a grant: for what the agent needs what its role may do.

An explanation names an integration that the judged versions really have and whose resource the
grant can reach. A grant that does more than an explanation covers is not explained.
"""

from collections.abc import Iterable

from recert.analysis.acting import ActingRole, Driven
from recert.analysis.needs import agent_needs, base_needs, function_needs
from recert.analysis.needs_words import Need
from recert.estate.agents import Agent
from recert.estate.estate import Estate
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
    for base in estate.knowledge_bases:
        if base.arn in reach.knowledge_bases and base.role_arn == role.role_arn:
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
        if need.actions and not all(_among(name, need.actions) for name in wanted):
            continue
        if not need.resources or any(
            _fits(own, place) for own in resources for place in need.resources
        ):
            return need.name
    return None


def _among(name: str, actions: tuple[str, ...]) -> bool:
    return any(
        name == own or (own.endswith((":", ":describe")) and name.startswith(own))
        for own in actions
    )


def _fits(resource: str, place: str) -> bool:
    if resource.startswith("NotResource"):
        return False
    return intersects(normal(resource), place)


def _named(resources: tuple[str, ...]) -> bool:
    """Tell whether each resource names something: more than a star behind its type."""
    return bool(resources) and all(
        not item.startswith("NotResource") and item != "*" and item.split(":", 5)[-1].strip("*/:")
        for item in resources
    )
