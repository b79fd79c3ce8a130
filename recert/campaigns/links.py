"""Linked items: the same grant of a role that several agents act with.

Who takes it from one agent takes it from all of them. The one who decides is told whom it breaks;
the reviewers of the others are shown that it was decided.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from recert.campaigns.reads import rows
from recert.campaigns.transitions import ENDED
from recert.store.outcome import DENIES
from recert.store.tables import CampaignRow, DecisionRow, ItemRow


@dataclass(frozen=True, slots=True)
class Link:
    """The item of another agent that is about the same grant, and what was decided on it.

    `item`, `campaign` and `reviewer` are None where no campaign asks about that agent now.
    """

    agent: str
    item: str | None = None
    campaign: str | None = None
    reviewer: str | None = None
    verdict: str | None = None
    decided_by: str | None = None
    signed: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the link in the contract's shape."""
        return asdict(self)

    @property
    def breaks(self) -> bool:
        """Tell whether what was decided there takes something away here, too."""
        return self.verdict in DENIES


def links(session: Session, item: ItemRow) -> tuple[Link, ...]:
    """Return the other agents that share what an item is about, each with its latest item."""
    agents = json.loads(item.body).get("linked") or []
    if not agents:
        return ()
    found = {agent: Link(agent) for agent in sorted(agents)}
    found.update({one.agent: one for one in _asked(session, item, agents)})
    return tuple(found.values())


def _asked(session: Session, item: ItemRow, agents: Sequence[str]) -> list[Link]:
    statement = (
        select(
            col(ItemRow.agent),
            col(ItemRow.id),
            col(ItemRow.campaign),
            col(ItemRow.reviewer),
            col(DecisionRow.verdict),
            col(DecisionRow.decided_by),
            col(ItemRow.state),
        )
        .join(CampaignRow, col(CampaignRow.id) == col(ItemRow.campaign))
        .outerjoin(DecisionRow, col(DecisionRow.id) == col(ItemRow.current))
        .where(col(ItemRow.agent).in_(agents), col(ItemRow.kind) == item.kind)
        .where(col(ItemRow.subject) == item.subject, col(CampaignRow.state).not_in(ENDED))
        .where(col(ItemRow.state).not_in(("excluded", "superseded")))
        .order_by(col(CampaignRow.opened_at), col(CampaignRow.id))
    )
    return [
        Link(str(agent), name, campaign, reviewer, verdict, by, state == "signed_off")
        for agent, name, campaign, reviewer, verdict, by, state in rows(session, statement)
    ]
