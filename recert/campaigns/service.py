"""The campaigns of one store, for one caller: everything that the faces can ask and do."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlmodel import Session

from recert.analysis import Catalogue
from recert.campaigns import (
    closing,
    custody,
    delegating,
    happenings,
    queries,
    remainder,
    rescinding,
)
from recert.campaigns.asking import Ask, asking, packaged
from recert.campaigns.attention import Figures, figures, second_look
from recert.campaigns.authority import recorded, refusals_recorded
from recert.campaigns.counts import tallies
from recert.campaigns.deadlines import Calendar, named_deadline
from recert.campaigns.decisions import broken, campaign_row, decide, view
from recert.campaigns.delegating import Wish
from recert.campaigns.documents import policy_document
from recert.campaigns.estates import Readings
from recert.campaigns.handed_off import enclosed
from recert.campaigns.handing_off import HandedOff, hand_off
from recert.campaigns.keeping import require_standing
from recert.campaigns.leaving import leave
from recert.campaigns.listing import Register, register
from recert.campaigns.opening import DUE_DAYS, Scene, make_scene, open_campaign
from recert.campaigns.people import directory
from recert.campaigns.reminders import Plan, Rhythm, plan
from recert.campaigns.reminding import Channel, Sending, send
from recert.campaigns.rescinding import Rescinded
from recert.campaigns.return_checks import VerifySignature
from recert.campaigns.returning import Returned, accept
from recert.campaigns.signing import prepare, sign, summary
from recert.campaigns.stages import ONE, Stages
from recert.campaigns.standing import Delegation, delegations
from recert.campaigns.stewardship import state_agent
from recert.campaigns.undoing import redo, undo
from recert.campaigns.views import (
    Caller,
    CampaignView,
    Counts,
    DecisionRequest,
    DecisionView,
    Group,
    ItemFilter,
    ItemPage,
    ItemView,
    NoResponse,
    Preview,
    Signed,
    SignSummary,
)
from recert.clock import Clock, to_rfc3339
from recert.lifecycle import Estate, TriggerPolicy
from recert.store.ledger import Actor
from recert.store.signing import CLOSE, SIGNOFF, StatementSigner
from recert.store.store import Store
from recert.store.transaction import Transaction

_EVERY = ItemFilter()


class Campaigns:
    """Reads are cheap and see one state of the store; each write is one transaction.

    Raises UsageError for what does not exist, RefusedError (with its rule) for what a rule forbids.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        caller: Caller,
        policy: TriggerPolicy | None = None,
        *,
        catalogue: Catalogue | None = None,
        actor: Actor | None = None,
        calendar: Calendar | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.caller = caller
        self.policy = policy or TriggerPolicy()
        self.actor = actor or Actor(id=caller.id, strength=caller.strength.value)
        self.calendar = calendar or Calendar()
        self._catalogue = catalogue
        self._readings = Readings(store)

    # -- what there is ------------------------------------------------------------------------

    def campaigns(self) -> tuple[CampaignView, ...]:
        """Return every campaign, the most urgent first."""
        with self.store.read() as session:
            return queries.campaigns(session, self.caller, self._now())

    def campaign(self, campaign: str, /) -> CampaignView:
        """Return one campaign."""
        with self.store.read() as session:
            return queries.campaign(session, self.caller, campaign, self._now())

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
            return queries.items(session, campaign, asked, after=after, limit=limit)

    def groups(self, campaign: str, wanted: ItemFilter, /) -> tuple[Group, ...]:
        """Return the groups of `wanted.group` in their order, with how much is pending in each."""
        with self.store.read() as session:
            return queries.groups(session, campaign, replace(wanted, at=self._now()))

    def item(self, campaign: str, item: str, /) -> ItemView:
        """Return an item with its evidence, the policy document that it comes from among it."""
        with self.store.read() as session:
            (found,) = self._delegated(session, campaign, [queries.item(session, campaign, item)])
        return self._documented(found)

    def views(self, campaign: str, items: Sequence[str], /) -> tuple[ItemView, ...]:
        """Return several items with their evidence, in one state of the store."""
        with self.store.read() as session:
            found = [queries.item(session, campaign, item) for item in items]
            return self._delegated(session, campaign, found)

    def find_campaign(self, typed: str, /) -> str:
        """Return the id of the campaign that is meant by an id, its beginning, or a name."""
        with self.store.read() as session:
            return queries.find_campaign(session, typed)

    def find_item(self, campaign: str, typed: str, /) -> str:
        """Return the id of the item that is meant by an id or its beginning."""
        with self.store.read() as session:
            return queries.find_item(session, campaign, typed)

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

    # -- the reviewer's work ------------------------------------------------------------------

    def decide(self, request: DecisionRequest, /) -> tuple[DecisionView, ...]:
        """Record a decision on every item of a request, or on none."""
        with (
            recorded(self, "decide", request.campaign),
            self.store.write(self.actor, clock=self.clock) as tx,
        ):
            made = decide(tx, self.caller, request)
            return tuple(
                view(row, found.as_json() if found else None, broken(tx.session, row))
                for row, found in made
            )

    @refusals_recorded("undo")
    def undo(self, campaign: str, /) -> tuple[str, ...]:
        """Take the caller's last decision back; return the items that it touched."""
        with self.store.write(self.actor, clock=self.clock) as tx:
            return undo(tx, self.caller, campaign)

    @refusals_recorded("redo")
    def redo(self, campaign: str, /) -> tuple[str, ...]:
        """Decide again what was undone last; return the items that it touched."""
        with self.store.write(self.actor, clock=self.clock) as tx:
            return redo(tx, self.caller, campaign)

    @refusals_recorded("reassign")
    def reassign(self, campaign: str, items: Sequence[str], to: str, note: str, /) -> None:
        """Hand pending items to another reviewer, with a note."""
        with self.store.write(self.actor, clock=self.clock) as tx:
            custody.reassign(tx, self.caller, campaign, tuple(items), to=to, note=note)

    @refusals_recorded("delegate")
    def delegate(self, campaign: str, wish: Wish, /) -> Delegation:
        """Let somebody decide for a reviewer for a while, who stays the reviewer of record."""
        with self.store.write(self.actor, clock=self.clock) as tx:
            return delegating.delegate(tx, self.caller, campaign, wish)

    @refusals_recorded("end_delegation")
    def end_delegation(self, campaign: str, delegation: str, /) -> Delegation:
        """End a delegation before its time."""
        with self.store.write(self.actor, clock=self.clock) as tx:
            return delegating.end(tx, self.caller, campaign, delegation)

    def summary(self, campaign: str, /) -> SignSummary:
        """Return what the caller would sign now."""
        with self.store.read() as session:
            return summary(
                session, self.caller, campaign, store_id=self.store.store_id, at=self._now()
            )

    @refusals_recorded("sign")
    def sign(self, campaign: str, /, *, signer: StatementSigner | None = None) -> Signed:
        """Sign the caller's decided items, with a key where `signer` holds one; the others stay open.

        While a human unlocks a key nothing is locked; what changed meanwhile refuses the sign-off.
        """
        prepared, signature = None, None
        if signer is not None:
            with self.store.read() as session:
                prepared = prepare(
                    session,
                    self.caller,
                    campaign,
                    store_id=self.store.store_id,
                    at=self._now(),
                    key=signer.key,
                )
            signature = signer.sign(prepared.statement, SIGNOFF)
        with self.store.write(self.actor, clock=self.clock) as tx:
            return sign(tx, self.caller, campaign, prepared=prepared, signature=signature)

    @refusals_recorded("hand_off")
    def hand_off(
        self,
        campaign: str,
        reviewer: str,
        target: Path,
        /,
        *,
        expires: datetime | None = None,
        need_key: bool = False,
    ) -> HandedOff:
        """Write a reviewer's pending items with their evidence into a file that is a store of its own."""
        return hand_off(
            self.store,
            self.caller,
            campaign,
            reviewer=reviewer,
            target=target,
            estate=self._readings.staged(campaign),
            clock=self.clock,
            actor=self.actor,
            expires=expires,
            need_key=need_key,
        )

    def take_back(self, path: Path, /, *, verify: VerifySignature) -> Returned:
        """Take in what a reviewer decided and signed in a file; refuses with the check that it fails."""
        return accept(self.store, path, clock=self.clock, actor=self.actor, verify=verify)

    # -- the owner's work ---------------------------------------------------------------------

    def open(
        self,
        agents: Sequence[str],
        *,
        name: str | None = None,
        reason: str = "",
        owner: str | None = None,
        due_in_days: int = DUE_DAYS,
        due_at: datetime | None = None,
        business_days: bool = False,
        zone: str | None = None,
        launch: bool = True,
        hard_deadline: bool = False,
        stages: Stages = ONE,
        ask: Ask | None = None,
    ) -> CampaignView:
        """Open a campaign over agents of the last reading; staged unless it is launched, too."""
        opened = open_campaign(
            self.store,
            agents=agents,
            name=name,
            clock=self.clock,
            actor=self.actor,
            reason=reason,
            owner=owner,
            due_in_days=due_in_days,
            due_at=due_at,
            business_days=business_days,
            calendar=replace(self.calendar, zone=zone) if zone else self.calendar,
            launch=launch,
            hard_deadline=hard_deadline,
            stages=stages,
            catalogue=self._catalogue,
            ask=ask,
        )
        return self.campaign(opened)

    def deadline(self, text: str, /, *, zone: str | None = None) -> datetime:
        """Return the instant that a day (its end in the calendar's zone) or an instant names."""
        return named_deadline(text, replace(self.calendar, zone=zone or self.calendar.zone))

    @refusals_recorded("extend")
    def extend(
        self, campaign: str, due: str, reason: str, /, *, zone: str | None = None
    ) -> CampaignView:
        """Give a campaign whose review is not over another deadline, with a reason."""
        with self.store.write(self.actor, clock=self.clock) as tx:
            closing.extend_deadline(
                tx, self.caller, campaign, due, reason, calendar=self.calendar, zone=zone
            )
        return self.campaign(campaign)

    @refusals_recorded("remind")
    def remind(
        self,
        campaign: str,
        channels: Sequence[Channel],
        rhythm: Rhythm,
        /,
        *,
        dry_run: bool = False,
    ) -> tuple[Plan, tuple[Sending, ...]]:
        """Tell those with work left through channels, each once in its window; the owner may."""
        view = self.campaign(campaign)
        with self.store.read() as session:
            row, people = campaign_row(session, campaign), directory(session)
            custody.require_owner(people, row, self.caller)
            found = plan(
                session, row, people, rhythm=rhythm, calendar=self.calendar, now=self.clock.now()
            )
        mark = "SYNTHETIC" if self.store.synthetic else "REPLAY"
        sendings = send(
            self.store,
            found,
            channels,
            view,
            rhythm,
            clock=self.clock,
            actor=self.actor,
            mark="" if self.store.source == "live" else mark,
            dry_run=dry_run,
        )
        return found, sendings

    def preview(self, campaign: str, /) -> Preview:
        """Return who would be asked how much, and what is left out."""
        with self.store.read() as session:
            return closing.preview(session, campaign)

    @refusals_recorded("launch")
    def launch(self, campaign: str, /) -> CampaignView:
        """Let the reviewers of a staged campaign decide."""
        with self.store.write(self.actor, clock=self.clock) as tx:
            closing.launch(tx, self.caller, campaign)
        return self.campaign(campaign)

    @refusals_recorded("exclude")
    def exclude(self, campaign: str, items: Sequence[str], rule: str, reason: str, /) -> None:
        """Leave pending items out, by a rule and with a reason."""
        with self.store.write(self.actor, clock=self.clock) as tx:
            custody.exclude(tx, self.caller, campaign, tuple(items), rule=rule, reason=reason)

    @refusals_recorded("cancel")
    def cancel(self, campaign: str, reason: str, /) -> CampaignView:
        """End a campaign without a result."""
        with self.store.write(self.actor, clock=self.clock) as tx:
            closing.cancel(tx, self.caller, campaign, reason)
        return self.campaign(campaign)

    @refusals_recorded("close")
    def close(
        self, campaign: str, /, *, signer: StatementSigner | None = None, ask: Ask | None = None
    ) -> CampaignView:
        """Close a campaign whose review is over and whose revocations are done; else say what blocks.

        Where `signer` holds a key, its owner signs the close with it.
        """
        prepared, signature = None, None
        if signer is not None:
            with self.store.read() as session:
                prepared = closing.prepare_close(
                    session,
                    self.caller,
                    campaign,
                    store_id=self.store.store_id,
                    at=self._now(),
                    key=signer.key,
                )
            signature = signer.sign(prepared.statement, CLOSE)
        with self._scene(ask) as (tx, scene):
            closing.close(tx, self.caller, campaign, scene, prepared=prepared, signature=signature)
        return self.campaign(campaign)

    def silence(
        self,
        campaign: str,
        policy: Mapping[str, str] | None = None,
        /,
        *,
        stage: int | None = None,
    ) -> NoResponse:
        """Return what would follow if the review, or one stage of it, ended now."""
        with self.store.read() as session:
            return remainder.preview(session, campaign, policy, stage=stage)

    @refusals_recorded("end_review")
    def end_review(
        self,
        campaign: str,
        /,
        *,
        policy: Mapping[str, str] | None = None,
        revocations: int | None = None,
        stage: int | None = None,
    ) -> NoResponse:
        """End an active review; what is not signed gets the answer `no_response`.

        `policy` says what silence means: `keep` or `revoke`, for `privileged` and `ordinary` items;
        with `stage` only that stage ends.
        """
        with self.store.write(self.actor, clock=self.clock) as tx:
            return remainder.end_review(
                tx, self.caller, campaign, policy=policy, revocations=revocations, stage=stage
            )

    @refusals_recorded("reiterate")
    def reiterate(
        self, campaign: str, /, *, due_in_days: int = DUE_DAYS, ask: Ask | None = None
    ) -> CampaignView:
        """Ask again what got no response or an abstention, in a linked campaign."""
        with self._scene(ask) as (tx, scene):
            fresh = remainder.reiterate(
                tx, self.caller, campaign, scene, due_in_days=due_in_days
            ).id
        return self.campaign(fresh)

    @refusals_recorded("rescind")
    def rescind(self, campaign: str, items: Sequence[str], rationale: str, /) -> Rescinded:
        """Ask that signed decisions are taken back; a second person has to confirm it."""
        with self.store.write(self.actor, clock=self.clock) as tx:
            return rescinding.request(tx, self.caller, campaign, items, rationale)

    @refusals_recorded("confirm_rescission")
    def confirm_rescission(
        self, campaign: str, items: Sequence[str], /, *, ask: Ask | None = None
    ) -> Rescinded:
        """Confirm as the second person that signed decisions are taken back."""
        with self._scene(ask) as (tx, scene):
            return rescinding.confirm(tx, self.caller, campaign, items, scene)

    @refusals_recorded("withdraw_rescission")
    def withdraw_rescission(self, campaign: str, items: Sequence[str], /) -> Rescinded:
        """Take the request to rescind back."""
        with self.store.write(self.actor, clock=self.clock) as tx:
            return rescinding.withdraw(tx, self.caller, campaign, items)

    def leave(self, person: str, /) -> tuple[str, ...]:
        """Mark a person as gone and hand their pending items on; return the items."""
        with recorded(self, "people", None), self.store.write(self.actor, clock=self.clock) as tx:
            require_standing(tx.session, self.caller.id, f"say that {person} left")
            return leave(tx, person)

    def set_agent(
        self,
        agent: str,
        /,
        *,
        owner: str | None = None,
        purpose: str | None = None,
        ask: Ask | None = None,
    ) -> tuple[str, ...]:
        """State owner or purpose of an agent; they win over tags.

        Returns the campaigns that this touched; a change of what was stated is a lifecycle event.
        """
        return state_agent(
            self.store,
            agent,
            owner=owner,
            purpose=purpose,
            clock=self.clock,
            actor=self.actor,
            policy=self.policy,
            ask=ask,
            catalogue=self._catalogue,
            calendar=self.calendar,
        )

    # -- inside -------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _scene(self, ask: Ask | None) -> Iterator[tuple[Transaction, Scene]]:
        snapshot, estate = self._readings.current()
        chosen = ask or asking(self._catalogue)
        with self.store.write(self.actor, clock=self.clock) as tx:
            yield (
                tx,
                make_scene(tx, snapshot, estate, chosen, self._catalogue, calendar=self.calendar),
            )

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

    def _now(self) -> str:
        return to_rfc3339(self.clock.now())

    def _registered(self) -> Register:
        _, estate = self._readings.current()
        with self.store.read() as session:
            return self._fresh(session, estate)

    def _fresh(self, session: Session, estate: Estate) -> Register:
        catalogue = self._catalogue or packaged()
        return register(session, estate, catalogue, self.policy, self._now())
