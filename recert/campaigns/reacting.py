"""What lifecycle events do to campaigns: bring running ones up to date, join, open, follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from recert.analysis import ReviewSubject, risk_tier, unread
from recert.campaigns import drift
from recert.campaigns.asking import packaged
from recert.campaigns.drift import Drift
from recert.campaigns.endings import finish_if_settled
from recert.campaigns.happenings import cause_json
from recert.campaigns.history import Key
from recert.campaigns.opening import Draft, extend
from recert.campaigns.population import Subject, basis_digest
from recert.campaigns.preparing import begin, being_prepared, join
from recert.campaigns.reads import rows
from recert.campaigns.revocations import removes
from recert.campaigns.scene import Scene
from recert.clock import from_rfc3339, to_rfc3339
from recert.lifecycle import CampaignPlan, Estate, Event, Opens, Severity, TriggerPolicy, plan
from recert.store.canonical import parse_strict
from recert.store.tables import CampaignRow, DecisionRow, ItemRow
from recert.store.transaction import Transaction

_DRIFT_DAYS = 7
"""Days for what changed in a running campaign without a cause that the policy asks about."""
_FIELDS = ("agent", "kind", "severity", "live", "subject", "before", "after", "how")


def react(
    tx: Transaction,
    scene: Scene,
    events: Sequence[Event],
    policy: TriggerPolicy,
    *,
    earlier: Estate | None,
) -> tuple[str, ...]:
    """Bring running campaigns up to date and open what the policy asks for; return their ids."""
    estate = scene.estate
    names = {agent.arn: agent.name for agent in estate.agents}
    tiers = _tiers(estate, events) if policy.tiers else {}
    plans = {one.agents[0]: one for one in plan(events, policy, names=names, tiers=tiers)}
    by_agent: dict[str, list[Event]] = {}
    for event in events:
        by_agent.setdefault(event.agent, []).append(event)
    gone = {event.agent for event in events if event.kind == "agent.removed"}
    touched: dict[str, None] = {}
    running = drift.running_agents(tx.session)
    for agent in [*plans, *sorted(running - set(plans))]:
        causes = [
            cause_json(scene.snapshot, event, scene.mark) for event in by_agent.get(agent, ())
        ]
        if agent in estate.agents_by_arn:
            found = _Agent(tx, scene, agent, plans.get(agent), causes, policy, tiers.get(agent))
            touched.update(dict.fromkeys(found.react(running=agent in running)))
        elif agent in gone and earlier is not None:
            about = Subject(agent, earlier.agents_by_arn[agent].name, None)
            left = drift.settle(tx, scene, about, (), certain=True)
            touched.update(dict.fromkeys(left.touched))
            for campaign in left.touched:
                extend(tx, tx.session.get_one(CampaignRow, campaign), "agent removed", causes)
    for campaign in touched:
        finish_if_settled(tx, campaign)
    return tuple(touched)


def _tiers(estate: Estate, events: Sequence[Event]) -> dict[str, Severity]:
    """Return the risk tier of each agent that events are about."""
    agents = {event.agent for event in events if event.agent in estate.agents_by_arn}
    return {agent: Severity(risk_tier(estate, agent, packaged())) for agent in sorted(agents)}


@dataclass(frozen=True, slots=True)
class _Agent:
    """One agent of a reading that changed, or that a running campaign asks about."""

    tx: Transaction
    scene: Scene
    agent: str
    plan: CampaignPlan | None
    causes: list[dict[str, object]]
    policy: TriggerPolicy
    tier: Severity | None

    def react(self, *, running: bool) -> list[str]:
        if not running:
            return self._open(None, {}, taken_away(self.tx.session, self.scene, self.agent))
        about = self.scene.subject(self.tx, self.agent, self.causes)
        asked = self.scene.ask(self.scene.estate, self.agent)
        certain = not unread(self.scene.estate, self.agent)
        now = drift.settle(self.tx, self.scene, about, asked, certain=certain)
        missing = {(one.kind, one.subject) for one in asked} - now.open
        settled = now.signed | self._settled(about, asked)
        held = being_prepared(self.tx.session, self.agent)
        if held is not None and (self.plan is not None or missing or now.touched):
            draft = self._joint(held)
            if Opens(draft.depth) is not Opens.FULL:
                missing -= settled
            fresh = [one for one in asked if (one.kind, one.subject) in missing]
            join(self.tx, self.scene, held, about, fresh, draft)
            return self._extended(now, {held.id: None})
        if self.plan is None or self.plan.depth is not Opens.FULL:
            missing -= settled
        touched = self._extended(now, {})
        if missing:
            return [*touched, *self._open(now, {self.agent: frozenset(missing)})]
        if self.plan is not None and not now.touched:
            row = self.tx.session.get_one(CampaignRow, now.running[-1])
            extend(self.tx, row, "further cause", self.causes)
            return [row.id]
        return touched

    def _settled(self, about: Subject, asked: Sequence[ReviewSubject]) -> frozenset[Key]:
        """Return what was signed in any campaign as it is now, and has not run out."""
        now = to_rfc3339(max(self.tx.clock.now(), self.scene.estate.taken_at))
        return frozenset(
            key
            for one in asked
            if (past := about.past.get(key := (one.kind, one.subject))) is not None
            and (past.until is None or past.until > now)
            and past.basis_digest == basis_digest(about, one)
        )

    def _extended(self, now: Drift, joined: dict[str, None]) -> list[str]:
        """Tell every other campaign that lost or reset items why; return all of them."""
        for campaign in now.touched:
            if campaign not in joined:
                row = self.tx.session.get_one(CampaignRow, campaign)
                extend(self.tx, row, "basis changed", self.causes)
        return list(dict.fromkeys((*now.touched, *joined)))

    def _joint(self, held: CampaignRow) -> Draft:
        """Return what a campaign would be if its causes and the new ones had come at once."""
        trigger = parse_strict(held.trigger)
        told: list[Mapping[str, Any]] = [*trigger["events"], *self.causes]
        events = [_event(line) for line in told if line["agent"] == self.agent]
        names = {self.agent: self.scene.estate.agents_by_arn[self.agent].name}
        tiers = {} if self.tier is None else {self.agent: self.tier}
        found = plan(events, self.policy, names=names, tiers=tiers)
        if not found:
            return Draft(
                agents=(self.agent,),
                name=held.name,
                kind=trigger["kind"],
                reason=trigger["reason"],
                depth=trigger["depth"],
                predecessor=held.predecessor,
                causes=tuple(self.causes),
                asks=trigger.get("asks"),
            )
        return self._draft(found[0], trigger["kind"], held.predecessor, {})

    def _open(
        self,
        now: Drift | None,
        only: Mapping[str, frozenset[tuple[str, str]]],
        predecessor: str | None = None,
    ) -> list[str]:
        predecessor = now.running[-1] if now and now.running else predecessor
        draft = self._draft(self.plan, "event" if self.plan else "drift", predecessor, only)
        return [begin(self.tx, self.scene, draft, self.policy).id]

    def _draft(
        self,
        asked: CampaignPlan | None,
        kind: str,
        predecessor: str | None,
        only: Mapping[str, frozenset[tuple[str, str]]],
    ) -> Draft:
        name = self.scene.estate.agents_by_arn[self.agent].name
        if asked is None:
            return Draft(
                agents=(self.agent,),
                name=f"{name}: changed while it was reviewed",
                kind=kind,
                reason="Its population changed while it was reviewed.",
                due_in_days=_DRIFT_DAYS,
                predecessor=predecessor,
                causes=tuple(self.causes),
                only=only,
            )
        return Draft(
            agents=(self.agent,),
            name=asked.name,
            kind="event" if kind == "drift" else kind,
            reason=asked.reason,
            depth="full" if only else asked.depth.value,
            due_in_days=asked.due_in_days,
            predecessor=predecessor,
            causes=tuple(self.causes),
            only=only,
            asks=asked.asks,
        )


def taken_away(session: Session, scene: Scene, agent: str) -> str | None:
    """Return the latest campaign that took something of an agent away which is there again.

    What asks about it is that campaign's successor, so that nobody is asked twice.
    """
    statement = (
        select(col(ItemRow.kind), col(ItemRow.subject), col(ItemRow.campaign))
        .join(DecisionRow, col(DecisionRow.id) == col(ItemRow.current))
        .join(CampaignRow, col(CampaignRow.id) == col(ItemRow.campaign))
        .where(col(ItemRow.agent) == agent, removes(), col(DecisionRow.state) == "current")
        .order_by(col(CampaignRow.opened_at).desc(), col(ItemRow.campaign))
    )
    taken = list(rows(session, statement))
    if not taken:
        return None
    asked = {(one.kind, one.subject) for one in scene.ask(scene.estate, agent)}
    return next((campaign for *key, campaign in taken if tuple(key) in asked), None)


def _event(line: Mapping[str, Any]) -> Event:
    """Return the event that a cause tells of."""
    at: datetime = from_rfc3339(str(line["detected_at"]))
    return Event(**{name: line[name] for name in _FIELDS}, detected_at=at)
