"""How a store begins: who is known in it first, which owners are nobody yet, which agents to begin with."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from recert.analysis import Catalogue, risk_tier
from recert.campaigns import people
from recert.campaigns.strength import sts_pattern
from recert.lifecycle import Estate

_TIERS = ("critical", "high", "medium", "low")
_MOST = 5
"""Agents in the first campaign: few enough to finish."""


def owners(estate: Estate) -> dict[str, int]:
    """Return the owners that tags name, with how many agents each has, most first."""
    return dict(Counter(agent.owner for agent in estate.agents if agent.owner).most_common())


def first_owner(id: str, arn: str) -> people.Person:  # noqa: A002 - the column's name
    """Return the person who sets a store up, whom AWS knows by an ARN; they own campaigns from then on."""
    return people.Person(
        id=id,
        name=id,
        roles=("reviewer", "campaign_owner"),
        sts=(sts_pattern(arn),),
    )


def unmapped(estate: Estate, known: Iterable[people.Person]) -> list[str]:
    """Return the owners that no person goes by."""
    names = {name.casefold() for one in known for name in (one.id, *one.aliases)}
    return [owner for owner in owners(estate) if owner.casefold() not in names]


def riskiest(estate: Estate, catalogue: Catalogue) -> list[tuple[str, str, str]]:
    """Return the agents to begin with, riskiest first: ARN, name, risk tier."""
    found = [
        (agent.arn, agent.name, risk_tier(estate, agent.arn, catalogue)) for agent in estate.agents
    ]
    found.sort(key=lambda one: (_TIERS.index(one[2]) if one[2] in _TIERS else 0, one[1]))
    return found[:_MOST]


def with_alias(known: Sequence[people.Person], person: str, owner: str) -> list[people.Person]:
    """Return the persons with `owner` as a name of one of them, who is new where nobody has that id."""
    found = [one for one in known if one.id == person]
    if not found:
        aliases = () if owner == person else (owner,)
        return [*known, people.Person(person, person, ("reviewer",), aliases)]
    if owner == person:
        return list(known)
    return [
        replace(one, aliases=(*one.aliases, owner)) if one.id == person else one for one in known
    ]
