"""What there is: campaigns, items, agents, events, and how a review was done."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from sqlmodel import Session

from recert.campaigns import campaign_views, delegating, happenings, item_pages, item_views, naming
from recert.campaigns.asking import packaged
from recert.campaigns.attention import Figures, figures, second_look
from recert.campaigns.counts import tallies
from recert.campaigns.decisions import campaign_row
from recert.campaigns.delegation import delegations
from recert.campaigns.documents import policy_document
from recert.campaigns.handed_file import enclosed
from recert.campaigns.listing import Register, register
from recert.campaigns.people import directory
from recert.campaigns.service.base import Base
from recert.campaigns.views import CampaignView, Counts, Group, ItemFilter, ItemPage, ItemView
from recert.lifecycle import Estate

_EVERY = ItemFilter()


class Looking(Base):
    """Reads; each sees one state of the store."""

    def campaigns(self) -> tuple[CampaignView, ...]:
        """Return every campaign, the most urgent first."""
        with self.store.read() as session:
            return campaign_views.campaigns(session, self.caller, self._now())

    def campaign(self, campaign: str, /) -> CampaignView:
        """Return one campaign."""
        with self.store.read() as session:
            return campaign_views.campaign(session, self.caller, campaign, self._now())

    def counts(self, campaign: str, /) -> Counts:
        """Return how many items are in which state, and how they were decided."""
        with self.store.read() as session:
            row = campaign_row(session, campaign)
            found = tallies(session, [row.id]).get(row.id)
        return found.counts if found else Counts()

    def items(
        self,
        campaign: str,
        wanted: ItemFilter = _EVERY,
        *,
        after: str | None = None,
        limit: int = 200,
    ) -> ItemPage:
        """Return one page of items in review order; `after` is the `next` of the page before."""
        with self.store.read() as session:
            asked = replace(wanted, at=self._now())
            return item_pages.items(session, campaign, asked, after=after, limit=limit)

    def groups(self, campaign: str, wanted: ItemFilter, /) -> tuple[Group, ...]:
        """Return the groups of `wanted.group` in their order, with how much is pending in each."""
        with self.store.read() as session:
            return item_pages.groups(session, campaign, replace(wanted, at=self._now()))

    def item(self, campaign: str, item: str, /) -> ItemView:
        """Return an item with its evidence, the policy document that it comes from among it."""
        with self.store.read() as session:
            (found,) = self._delegated(
                session, campaign, [item_views.item(session, campaign, item)]
            )
        return self._documented(found)

    def views(self, campaign: str, items: Sequence[str], /) -> tuple[ItemView, ...]:
        """Return several items with their evidence, in one state of the store."""
        with self.store.read() as session:
            found = [item_views.item(session, campaign, item) for item in items]
            return self._delegated(session, campaign, found)

    def find_campaign(self, typed: str, /) -> str:
        """Return the id of the campaign that is meant by an id, its beginning, or a name."""
        with self.store.read() as session:
            return naming.find_campaign(session, typed)

    def find_item(self, campaign: str, typed: str, /) -> str:
        """Return the id of the item that is meant by an id or its beginning."""
        with self.store.read() as session:
            return naming.find_item(session, campaign, typed)

    def events(self, agent: str | None = None, /) -> list[dict[str, Any]]:
        """Return lifecycle events in the contract's shape, the latest first."""
        with self.store.read() as session:
            return happenings.listed(session, agent)

    def people(self) -> list[dict[str, Any]]:
        """Return the active persons: `id`, `name`, `roles`."""
        with self.store.read() as session:
            persons = directory(session).persons
        return [
            {"id": one.id, "name": one.name, "roles": list(one.roles)}
            for one in persons
            if one.active
        ]

    def estate(self) -> Estate:
        """Return the last reading with what persons stated laid over it; raises UsageError."""
        return self._readings.current()[1]

    def agents(self) -> list[dict[str, Any]]:
        """Return every agent of the last reading in the contract's shape, by name."""
        return self._registered().rows()

    def agent(self, agent: str, /) -> dict[str, Any]:
        """Return one agent of the last reading; raises LookupError where there is none."""
        return self._registered().row(agent)

    def attention(self, campaign: str, /) -> tuple[Figures, ...]:
        """Return how each reviewer of a campaign worked."""
        with self.store.read() as session:
            campaign_row(session, campaign)
            return figures(session, campaign)

    def second_look(self, campaign: str, /) -> tuple[str, ...]:
        """Return the signed, kept items that somebody else should look at again, drawn by lot."""
        with self.store.read() as session:
            campaign_row(session, campaign)
            return second_look(session, campaign)

    def _delegated(
        self, session: Session, campaign: str, found: Sequence[ItemView]
    ) -> tuple[ItemView, ...]:
        row = campaign_row(session, campaign)
        if not delegations(row.settings):
            return tuple(found)
        people, now = directory(session), self._now()
        return tuple(
            replace(
                one,
                delegate=delegating.delegate_of(people, row, one.line.id, one.line.reviewer, now),
            )
            for one in found
        )

    def _documented(self, view: ItemView) -> ItemView:
        if view.grant is None:
            return view
        estate = self._readings.staged(view.campaign)
        if estate is not None:
            document = policy_document(estate, view.grant)
        else:
            document = self._enclosed.get(view.line.id)
        if document is None:
            return view
        return replace(view, evidence={**view.evidence, "policy_document": document})

    @cached_property
    def _enclosed(self) -> dict[str, Any]:
        with self.store.read() as session:
            return enclosed(session)

    def _registered(self) -> Register:
        _, estate = self._readings.current()
        catalogue = self._catalogue or packaged()
        with self.store.read() as session:
            return register(session, estate, catalogue, self.policy, self._now())
