"""Does a campaign add up? The equations that stand before its close, counted in the database."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from recert.campaigns.counts import Tally
from recert.campaigns.reads import scalar
from recert.store.canonical import parse_strict
from recert.store.tables import CampaignRow, DecisionRow, ItemRow, SignoffRow


@dataclass(frozen=True, slots=True)
class Equation:
    """Two numbers that have to be equal, and what they are."""

    what: str
    left: int
    right: int

    @property
    def holds(self) -> bool:
        """Tell whether they are equal."""
        return self.left == self.right

    @property
    def words(self) -> str:
        """Say what does not add up."""
        return f"{self.what}: {self.left} and {self.right}"


def equations(session: Session, campaign: CampaignRow, tally: Tally) -> tuple[Equation, ...]:
    """Return the equations of a campaign whose review is over; revocations are judged apart."""
    counts = tally.counts
    settings = parse_strict(campaign.settings)
    staged = settings.get("population", {}).get("items", counts.items)
    return (
        Equation("items in the population, items there are", staged, counts.items),
        Equation(
            "items, those left out and those answered or without a response",
            counts.items,
            counts.excluded + counts.signed_off + counts.no_response,
        ),
        Equation(
            "decisions in force or rescinded, items decided",
            sum(tally.verdicts.values()) + tally.rescinded,
            counts.decided + counts.signed_off,
        ),
        Equation(
            "items signed off, sign-offs by who decided them",
            counts.signed_off,
            _covered(session, campaign.id),
        ),
    )


def _covered(session: Session, campaign: str) -> int:
    statement = (
        select(func.count())
        .select_from(ItemRow)
        .join(DecisionRow, col(DecisionRow.id) == col(ItemRow.current))
        .join(SignoffRow, col(SignoffRow.id) == col(ItemRow.signoff))
        .where(col(ItemRow.campaign) == campaign, col(ItemRow.state) == "signed_off")
        .where(col(SignoffRow.signer) == col(DecisionRow.decided_by))
    )
    return int(scalar(session, statement) or 0)
