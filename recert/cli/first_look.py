"""What a first reading tells: what may be read, who owns what, which agents to begin with."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from recert.analysis import risk_tier
from recert.aws.interface import Reading
from recert.aws.sessions import Caller as AwsCaller
from recert.campaigns import people
from recert.errors import UsageError
from recert.estate.estate import Estate
from recert.iam.catalogue import Catalogue
from recert.paths import config_dir, ensure_private_dir

_TIERS = ("critical", "high", "medium", "low")
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_MOST = 5
"""Agents in the first campaign: few enough to finish."""


@dataclass(frozen=True, slots=True)
class Access:
    """One operation that was asked for, and whether it was answered."""

    operation: str
    allowed: bool
    effect: str = ""


def access(reading: Reading) -> list[Access]:
    """Return what the reader may read: every operation that was called, refused ones last."""
    refused = {f"{gap.service}:{gap.operation}": gap.effect for gap in reading.estate.coverage.gaps}
    names = sorted({*reading.calls.by_operation, *refused})
    found = [Access(name, name not in refused, refused.get(name, "")) for name in names]
    return sorted(found, key=lambda one: (not one.allowed, one.operation))


def owners(estate: Estate) -> dict[str, int]:
    """Return the owners that tags name, with how many agents each has, most first."""
    return dict(Counter(agent.owner for agent in estate.agents if agent.owner).most_common())


def parse_person(text: str) -> people.Person:
    """Read `ID`, `ID=Name` or `ID=Name=TAG,TAG`: who somebody is and how owner tags call them."""
    person, _, rest = text.partition("=")
    name, _, tags = rest.partition("=")
    if not person.strip():
        raise UsageError(f"{text!r} names nobody.", "Write ID, ID=NAME or ID=NAME=TAG,TAG.")
    return people.Person(
        id=person.strip(),
        name=name.strip() or person.strip(),
        roles=("reviewer",),
        aliases=tuple(tag.strip() for tag in tags.split(",") if tag.strip()),
    )


def caller_as_person(id: str, caller: AwsCaller) -> people.Person:  # noqa: A002 - the column's name
    """Return the person who runs the first run: they own the campaigns until somebody else does."""
    return people.Person(
        id=id,
        name=id,
        roles=("reviewer", "campaign_owner"),
        sts=(sts_pattern(caller.arn),),
    )


def sts_pattern(arn: str) -> str:
    """Return the pattern of a caller's ARN that holds for their later sessions."""
    head, slash, session = arn.rpartition("/")
    if ":assumed-role/" in arn and slash and "@" not in session:
        return f"{head}/*"
    return arn


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


def short_name(estate: Estate, arn: str) -> str:
    """Return what to type for an agent: its name where that is plain and nobody else's, else its ARN."""
    name = estate.agents_by_arn[arn].name
    alone = sum(agent.name.casefold() == name.casefold() for agent in estate.agents) == 1
    return name if alone and _PLAIN.fullmatch(name) else arn


def remember_regions(regions: Sequence[str]) -> Path | None:
    """Write the regions into a new configuration; None where there is one already."""
    path = config_dir() / "recert.toml"
    if path.exists():
        return None
    ensure_private_dir(path.parent)
    listed = ", ".join(f'"{region}"' for region in regions)
    path.write_text(f"[aws]\nregions = [{listed}]\n", encoding="utf-8")
    return path


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
