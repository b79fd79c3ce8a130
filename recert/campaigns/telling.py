"""What a sync says of a campaign that it opened, joined or extended."""

from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from recert.campaigns.reads import rows
from recert.store.canonical import parse_strict
from recert.store.tables import CampaignRow, ItemRow


def campaign_told(session: Session, campaign: str) -> dict[str, Any]:
    """Return a campaign with its causes and how many items each reviewer has, as a JSON value."""
    row = session.get_one(CampaignRow, campaign)
    trigger = parse_strict(row.trigger)
    statement = (
        select(col(ItemRow.reviewer), func.count())
        .where(col(ItemRow.campaign) == campaign, col(ItemRow.state) == "pending")
        .group_by(col(ItemRow.reviewer))
    )
    reviewers = {str(reviewer): int(number) for reviewer, number in rows(session, statement)}
    return {
        "id": row.id,
        "name": row.name,
        "state": row.state,
        "agents": parse_strict(row.scope),
        "kind": trigger["kind"],
        "depth": trigger["depth"],
        "reason": trigger["reason"],
        "predecessor": row.predecessor,
        "due_at": row.due_at,
        "causes": [
            {name: event[name] for name in ("id", "kind", "severity", "live", "words")}
            for event in trigger["events"]
        ],
        "pending": sum(reviewers.values()),
        "reviewers": reviewers,
    }
