"""Which campaign a review opens by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from recert.campaigns.views import CampaignView
from recert.tui.memory import Memory
from recert.tui.ports import Services

RUNNING = "active"
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Opened:
    """The campaign to show, the item to begin with, and the campaigns that were not taken."""

    campaign: CampaignView | None
    item: str | None = None
    has_mine: bool = False
    others: tuple[CampaignView, ...] = ()


def by_urgency(campaigns: Sequence[CampaignView]) -> list[CampaignView]:
    """Order campaigns: what waits for the caller first, then what is due first."""
    return sorted(campaigns, key=lambda c: (c.mine_pending == 0, c.due_at or _NEVER, c.id))


def open_review(services: Services, memory: Memory, store: str, wanted: str | None) -> Opened:
    """Choose: the one that is asked for, else the running one left last, else the most urgent."""
    campaigns = list(services.campaigns())
    place = memory.recall(store)
    active = by_urgency([c for c in campaigns if c.state == RUNNING])
    chosen = next((c for c in campaigns if c.id == wanted), None)
    if chosen is None and place is not None:
        chosen = next((c for c in active if c.id == place.campaign), None)
    if chosen is None and active:
        chosen = active[0]
    if chosen is None:
        return Opened(None, others=tuple(campaigns))
    item = memory.recall_item(store, chosen.id)
    has_mine = chosen.mine_pending + chosen.mine_unsigned > 0
    others = tuple(c for c in campaigns if c.id != chosen.id)
    return Opened(chosen, item, has_mine, others)


def running(services: Services, *, after: str | None) -> str | None:
    """Return the running campaign after another one, round the end."""
    ids = [c.id for c in by_urgency([c for c in services.campaigns() if c.state == RUNNING])]
    if not ids:
        return None
    return ids[(ids.index(after) + 1) % len(ids)] if after in ids else ids[0]
