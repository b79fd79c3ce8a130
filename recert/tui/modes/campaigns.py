"""Campaigns: what is open, who is late, what blocks the close."""

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import BindingType

from recert.campaigns.views import CampaignView, ItemFilter
from recert.tui.keymap import CAMPAIGNS
from recert.tui.keys import Key, bindings
from recert.tui.messages import Answered
from recert.tui.modes.owning import Owning
from recert.tui.ports import Services
from recert.tui.text import Role, Row, row, say
from recert.tui.view.campaigns import (
    Tallier,
    Tally,
    campaign_detail,
    campaign_heading,
    campaign_row,
    decided_at,
    last_seen,
)

_PAGE = 500
_ENTRIES = 5_000
"""Latest ledger entries that the burn-down is drawn from."""
_COUNTED = 20_000
"""Items that are counted at most; beyond it the pane says how many were."""


class CampaignsMode(Owning):
    """List the campaigns; beside it the one under the cursor."""

    NAME = "campaigns"
    NOUN = ("campaign", "campaigns")
    STARTS_OPEN = True
    KEYS: ClassVar[tuple[Key, ...]] = CAMPAIGNS
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(CAMPAIGNS)]

    def question(self, services: Services) -> Sequence[CampaignView]:
        """Read every campaign."""
        return services.campaigns()

    def on_screen_resume(self) -> None:
        """Read anew each time: reviews go on elsewhere."""
        if self.loaded:
            self.load()

    def heading(self, width: int) -> Row:
        """Return the heading over the list."""
        return campaign_heading(width)

    def draw(self, item: CampaignView, width: int) -> Row:
        """Return the line of a campaign."""
        return campaign_row(item, width, self.recert.clock.now())

    def identity(self, item: CampaignView) -> str:
        """Return its id."""
        return item.id

    def label(self, item: CampaignView) -> str:
        """Return its name."""
        return item.name

    def words(self, item: CampaignView) -> str:
        """Return what a filter looks at."""
        return f"{item.id} {item.name} {item.state} {item.owner or ''} {' '.join(item.agents)}"

    def detail(self, item: CampaignView, more: Any) -> list[Row]:
        """Return everything about it."""
        tally = more if isinstance(more, Tally) else None
        return campaign_detail(item, tally, self.recert.clock.now())

    def deeper(self, services: Services, item: CampaignView) -> Tally:
        """Count its items by reviewer, agent and level, and read when they were decided."""
        tallier, after, total = Tallier(), None, 0
        while tallier.read < _COUNTED:
            page = services.items(item.id, ItemFilter(), after=after, limit=_PAGE)
            tallier.add(page.items)
            after, total = page.next, page.total
            if after is None:
                break
        entries = services.ledger(None, _ENTRIES)
        return tallier.tally(total, decided_at(entries, item.id), last_seen(entries, item.id))

    def empty(self) -> Sequence[Row]:
        """Say what opens a campaign."""
        return [
            row(say("There is no campaign yet.", Role.TITLE)),
            (),
            row("A change that matters opens one at the next ", say("recert sync", Role.CODE), "."),
            row(
                say("recert campaign open", Role.CODE),
                " opens one by hand. ",
                say("4", Role.KEY),
                " shows what has changed.",
            ),
        ]

    def action_open(self) -> None:
        """Review the campaign under the cursor."""
        if self.listing.current is not None:
            self.recert.review(self.listing.current.id)

    def action_export(self) -> None:
        """Export the pack of the campaign under the cursor."""
        if self.listing.current is not None:
            self.ask_where(self.listing.current.id)

    def raw(self) -> object:
        """Return the campaign as JSON would have it."""
        current = self.listing.current
        return self.plain_value(current) if current is not None else None

    def answered_more(self, event: Answered) -> None:
        """Take the outcome of an export, or of a step of the owner's."""
        if not self.answered_step(event):
            self.reported(event)
