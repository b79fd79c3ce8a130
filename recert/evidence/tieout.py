"""Does it add up? The counts of a campaign, and the equations that they must fulfil."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from recert.campaigns.revocations import DONE
from recert.store.outcome import DENIES
from recert.store.projection import Projection
from recert.store.projection.state import ItemState

VERDICTS = ("attest", "attest_until", "reduce", "revoke", "exception", "abstain", "no_response")
OUT_OF_REVIEW = ("excluded", "superseded")
_ANSWERED = ("decided", "signed_off")
ROWS = {
    "items": "population.csv",
    "excluded": "exclusions.csv",
    "superseded": "exclusions.csv",
    "conflicted": "exclusions.csv",
    "pending": "assignments.csv",
    "decided": "assignments.csv",
    "signed_off": "assignments.csv",
    "rescinded": "decisions.csv",
    "revoke": "remediation.csv",
    "reduce": "remediation.csv",
    "exception": "exceptions.csv",
}
"""The table whose rows a count is made of; those of the other verdicts are in `decisions.csv`."""


@dataclass(frozen=True, slots=True)
class Equation:
    """One thing that must be equal: what it says, both sides, and what they are made of."""

    name: str
    left: int
    right: int
    detail: str

    @property
    def holds(self) -> bool:
        """Tell whether both sides are equal."""
        return self.left == self.right

    def as_json(self) -> dict[str, Any]:
        """Return the equation as `tieout.json` holds it."""
        return {
            "name": self.name,
            "left": self.left,
            "right": self.right,
            "holds": self.holds,
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True)
class TieOut:
    """The counts of a campaign, its equations, and how the campaign stands.

    `standing` is one of `interim`, `cancelled`, `does not add up`, `gaps`, `complete`.
    """

    state: str
    counts: dict[str, int]
    verdicts: dict[str, int]
    equations: tuple[Equation, ...]
    gaps: int

    @property
    def holds(self) -> bool:
        """Tell whether every equation holds."""
        return all(equation.holds for equation in self.equations)

    @property
    def interim(self) -> bool:
        """Tell whether the campaign has not been closed."""
        return self.state != "closed"

    @property
    def complete(self) -> bool:
        """Tell whether the campaign is closed, adds up, and left nothing unread."""
        return self.standing == "complete"

    @property
    def standing(self) -> str:
        """Return how the campaign stands, in one word or two."""
        if self.state == "cancelled":
            return "cancelled"
        if self.interim:
            return "interim"
        if not self.holds:
            return "does not add up"
        return "gaps" if self.gaps else "complete"

    def as_json(self) -> dict[str, Any]:
        """Return what `tieout.json` holds."""
        return {
            "state": self.state,
            "standing": self.standing,
            "counts": self.counts,
            "verdicts": self.verdicts,
            "rows": {
                name: ROWS.get(name, "decisions.csv") for name in (*self.counts, *self.verdicts)
            },
            "equations": [equation.as_json() for equation in self.equations],
            "holds": self.holds,
            "gaps": self.gaps,
        }


def tie_out(projection: Projection, campaign: str, population: int) -> TieOut:
    """Count a campaign; `population` is the number of lines in the population's file."""
    items = projection.items_of(campaign)
    states = Counter(item.state for item in items)
    verdicts = Counter(_verdict(projection, item) for item in items if item.current is not None)
    verdicts = Counter({name: verdicts[name] for name in VERDICTS})
    answered = sum(verdicts.values()) - verdicts["no_response"]
    out = states["excluded"] + states["superseded"]
    rescinded = sum(_is_rescinded(projection, item) for item in items)
    counts = {
        "items": len(items),
        "excluded": states["excluded"],
        "superseded": states["superseded"],
        "conflicted": states["conflicted"],
        "pending": states["pending"],
        "decided": states["decided"],
        "signed_off": states["signed_off"],
        "rescinded": rescinded,
    }
    equations = (
        Equation("population", population, len(items), "items in the population = items assigned"),
        Equation(
            "answers",
            len(items),
            out + answered + verdicts["no_response"] + rescinded,
            "items = excluded + superseded + decided + without response + rescinded",
        ),
        Equation(
            "verdicts",
            sum(item.state in _ANSWERED for item in items) - verdicts["no_response"] - rescinded,
            sum(verdicts[name] for name in VERDICTS if name != "no_response"),
            "items decided = attested + attested until + reduced + revoked + excepted + abstained",
        ),
        Equation(
            "signatures",
            answered,
            _signed(projection, items),
            "items decided by a person = items signed off by the person who decided",
        ),
        Equation(
            "reviewers",
            len({item.reviewer for item in items if item.state not in OUT_OF_REVIEW}),
            len({item.reviewer for item in items if item.state == "signed_off"}),
            "reviewers of record = reviewers with a sign-off",
        ),
        Equation(
            "revocations",
            verdicts["revoke"] + verdicts["reduce"],
            sum(
                _verdict(projection, item) in DENIES
                and projection.remediations.get(item.id) in DONE
                for item in items
                if item.current is not None
            ),
            "items to revoke or reduce = items that a later read no longer found, or excepted",
        ),
    )
    return TieOut(
        state=projection.campaigns[campaign]["state"],
        counts=counts,
        verdicts=dict(verdicts),
        equations=equations,
        gaps=len(gaps_of(projection, campaign)),
    )


def gaps_of(projection: Projection, campaign: str) -> list[dict[str, Any]]:
    """Return what the campaign's reading could not read; every reading's where it names none."""
    snapshot = projection.campaigns[campaign]["snapshot"]
    if snapshot in projection.readings:
        return list(projection.readings[snapshot]["gaps"])
    return [gap for reading in projection.readings.values() for gap in reading["gaps"]]


def _verdict(projection: Projection, item: ItemState) -> str:
    """Return the verdict on an item, empty where there is none in force."""
    decision = projection.decisions.get(item.current or "")
    if decision is None or decision.state == "rescinded":
        return ""
    return str(decision.body["verdict"])


def _is_rescinded(projection: Projection, item: ItemState) -> bool:
    decision = projection.decisions.get(item.current or "")
    return decision is not None and decision.state == "rescinded"


def _signed(projection: Projection, items: list[ItemState]) -> int:
    found = 0
    for item in items:
        decision = projection.decisions.get(item.current or "")
        signoff = projection.signoffs.get(item.signoff or "")
        if decision is None or signoff is None or _verdict(projection, item) in ("", "no_response"):
            continue
        found += decision.body["decided_by"] == signoff["signer"]
    return found
