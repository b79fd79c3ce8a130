"""The owner's work: opening a campaign, keeping it going, ending, closing, taking back."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from recert.campaigns import closing, custody, reiterating, remainder, rescinding, steering
from recert.campaigns.asking import Ask
from recert.campaigns.authority import recorded, refusals_recorded
from recert.campaigns.deadlines import named_deadline
from recert.campaigns.decisions import campaign_row
from recert.campaigns.keeping import require_standing
from recert.campaigns.leaving import leave
from recert.campaigns.opening import DUE_DAYS, open_campaign
from recert.campaigns.people import directory
from recert.campaigns.reminders import Plan, Rhythm, plan
from recert.campaigns.reminding import Channel, Sending, send
from recert.campaigns.service.looking import Looking
from recert.campaigns.stages import ONE, Stages
from recert.campaigns.stewardship import state_agent
from recert.campaigns.views import CampaignView, NoResponse, Preview, Rescinded
from recert.store.signing import CLOSE, StatementSigner


class Owning(Looking):
    """What the owner of campaigns does."""

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
        if owner is not None:
            with self.store.read() as session:
                owner = custody.reviewer_named(directory(session), owner, known=(self.caller.id,))
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
        with self._write() as tx:
            steering.extend_deadline(
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
            return steering.preview(session, campaign)

    @refusals_recorded("launch")
    def launch(self, campaign: str, /) -> CampaignView:
        """Let the reviewers of a staged campaign decide."""
        with self._write() as tx:
            steering.launch(tx, self.caller, campaign)
        return self.campaign(campaign)

    @refusals_recorded("exclude")
    def exclude(self, campaign: str, items: Sequence[str], rule: str, reason: str, /) -> None:
        """Leave pending items out, by a rule and with a reason."""
        with self._write() as tx:
            custody.exclude(tx, self.caller, campaign, tuple(items), rule=rule, reason=reason)

    @refusals_recorded("cancel")
    def cancel(self, campaign: str, reason: str, /) -> CampaignView:
        """End a campaign without a result."""
        with self._write() as tx:
            steering.cancel(tx, self.caller, campaign, reason)
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
        with self._write() as tx:
            return remainder.end_review(
                tx, self.caller, campaign, policy=policy, revocations=revocations, stage=stage
            )

    @refusals_recorded("reiterate")
    def reiterate(
        self, campaign: str, /, *, due_in_days: int = DUE_DAYS, ask: Ask | None = None
    ) -> CampaignView:
        """Ask again what got no response or an abstention, in a linked campaign."""
        with self._scene(ask) as (tx, scene):
            fresh = reiterating.reiterate(
                tx, self.caller, campaign, scene, due_in_days=due_in_days
            ).id
        return self.campaign(fresh)

    @refusals_recorded("rescind")
    def rescind(self, campaign: str, items: Sequence[str], rationale: str, /) -> Rescinded:
        """Ask that signed decisions are taken back; a second person has to confirm it."""
        with self._write() as tx:
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
        with self._write() as tx:
            return rescinding.withdraw(tx, self.caller, campaign, items)

    def leave(self, person: str, /) -> tuple[str, ...]:
        """Mark a person as gone and hand their pending items on; return the items."""
        with recorded(self, "people", None), self._write() as tx:
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
        with recorded(self, "agent", None):
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
