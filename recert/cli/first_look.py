"""The words of the first run: what may be read, what was typed, what to type next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recert.aws.interface import Reading
from recert.campaigns import people
from recert.errors import UsageError
from recert.estate.estate import Estate
from recert.paths import config_dir, ensure_private_dir

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


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
