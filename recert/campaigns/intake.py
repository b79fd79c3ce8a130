"""Taking a reading in: compare it with the one before, record what changed, ask about it.

All in one transaction: a sync that fails half way leaves nothing behind. The same reading again
records no event and touches no campaign.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recert.analysis import Catalogue, unread
from recert.campaigns import drift
from recert.campaigns.asking import Ask, asking
from recert.campaigns.cadence import may_be_due, review_what_is_due
from recert.campaigns.deadlines import Calendar
from recert.campaigns.drift import Drift
from recert.campaigns.endings import finish_if_settled
from recert.campaigns.expiry import ask_again, expired_agents
from recert.campaigns.happenings import cause_json, record_events
from recert.campaigns.leavers import newly_left
from recert.campaigns.opening import Draft, Scene, extend, make_scene, open_draft
from recert.campaigns.population import Subject
from recert.campaigns.quiet import launch, launch_waiting
from recert.campaigns.verification import verify_revocations
from recert.clock import Clock, to_rfc3339
from recert.lifecycle import CampaignPlan, Estate, Event, Opens, TriggerPolicy, compare, plan
from recert.store.ledger import Actor
from recert.store.readings import latest, snapshot_id, unpack
from recert.store.store import Store
from recert.store.tables import CampaignRow, SnapshotRow
from recert.store.transaction import Transaction

_DRIFT_DAYS = 7
"""Days for what changed in a running campaign without a cause that the policy asks about."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What a reading brought; `campaigns` were opened or extended, `unchanged` is a repeat."""

    snapshot: str
    agents: int
    roles: int
    events: int
    campaigns: tuple[str, ...]
    gaps: int
    unchanged: bool


class _DryRunError(Exception):
    """Ends a transaction that was only to be looked at."""


def record_reading(
    store: Store,
    estate: Estate,
    *,
    api_calls: int,
    clock: Clock,
    policy: TriggerPolicy | None = None,
    actor: Actor,
    dry_run: bool = False,
    catalogue: Catalogue | None = None,
    ask: Ask | None = None,
    calendar: Calendar | None = None,
) -> Intake:
    """Keep a reading with its events, and open or extend the campaigns that the policy asks for.

    The first reading of an account, region or kind is a baseline: it records new agents and opens
    nothing. A campaign that is opened is active at once. With `dry_run` nothing is kept. Raises
    RefusedError for a reading of another kind of source than the store's, or an older one.
    """
    kit = _Kit(policy or TriggerPolicy(), ask or asking(catalogue), calendar)
    try:
        with store.write(actor) as tx:
            tx.clock = clock
            found = _take(store, tx, estate, api_calls, kit)
            if dry_run:
                raise _DryRunError  # noqa: TRY301 - leaving the transaction is the point
    except _DryRunError:
        return found
    return found


@dataclass(frozen=True, slots=True)
class _Kit:
    policy: TriggerPolicy
    ask: Ask
    calendar: Calendar | None


def _take(store: Store, tx: Transaction, estate: Estate, api_calls: int, kit: _Kit) -> Intake:
    known = snapshot_id(estate)
    if tx.session.get(SnapshotRow, known) is not None:
        return _intake(estate, known, 0, (), unchanged=True)
    before = latest(tx.session)
    earlier = unpack(before) if before else None
    snapshot = store.save_snapshot(tx, estate, api_calls)
    same = earlier is not None and earlier.content_digest == estate.content_digest
    now = tx.clock.now()
    scene = make_scene(tx, snapshot, estate, kit.ask, calendar=kit.calendar)
    left = newly_left(tx.session, scene.estate) if earlier is not None else ()
    overdue = may_be_due(tx.session, kit.policy, now)
    waiting = launch_waiting(tx, kit.policy)
    if same and not (left or overdue or expired_agents(tx.session, to_rfc3339(now))):
        return _intake(estate, snapshot, 0, waiting, unchanged=False)
    old = make_scene(tx, snapshot, earlier, kit.ask).estate if earlier is not None else None
    events = (*(() if same else compare(old, scene.estate)), *left)
    record_events(tx, snapshot, events)
    reacted = react(tx, scene, events, kit.policy, earlier=old) if events or not same else ()
    campaigns = tuple(dict.fromkeys((*waiting, *reacted)))
    verified = verify_revocations(tx, scene)
    campaigns = (*campaigns, *(one for one in verified if one not in campaigns))
    campaigns = (
        *campaigns,
        *ask_again(tx, scene, kit.policy),
        *review_what_is_due(tx, scene, kit.policy),
    )
    return _intake(estate, snapshot, len(events), campaigns, unchanged=False)


def _intake(
    estate: Estate, snapshot: str, events: int, campaigns: Sequence[str], *, unchanged: bool
) -> Intake:
    return Intake(
        snapshot=snapshot,
        agents=len(estate.agents),
        roles=len(estate.roles),
        events=events,
        campaigns=tuple(campaigns),
        gaps=len(estate.coverage.gaps),
        unchanged=unchanged,
    )


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
    plans = {one.agents[0]: one for one in plan(events, policy, names=names)}
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
            found = _Agent(tx, scene, agent, plans.get(agent), causes, policy)
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


@dataclass(frozen=True, slots=True)
class _Agent:
    """One agent of a reading that changed, or that a running campaign asks about."""

    tx: Transaction
    scene: Scene
    agent: str
    plan: CampaignPlan | None
    causes: list[dict[str, object]]
    policy: TriggerPolicy

    def react(self, *, running: bool) -> list[str]:
        if not running:
            return self._open(None, {})
        about = self.scene.subject(self.tx, self.agent, self.causes)
        asked = self.scene.ask(self.scene.estate, self.agent)
        certain = not unread(self.scene.estate, self.agent)
        now = drift.settle(self.tx, self.scene, about, asked, certain=certain)
        missing = {(one.kind, one.subject) for one in asked} - now.open
        if self.plan is None or self.plan.depth is not Opens.FULL:
            missing -= now.signed
        for campaign in now.touched:
            row = self.tx.session.get_one(CampaignRow, campaign)
            extend(self.tx, row, "basis changed", self.causes)
        if missing:
            return [*now.touched, *self._open(now, {self.agent: frozenset(missing)})]
        if self.plan is not None and not now.touched:
            row = self.tx.session.get_one(CampaignRow, now.running[-1])
            extend(self.tx, row, "further cause", self.causes)
            return [row.id]
        return list(now.touched)

    def _open(self, now: Drift | None, only: Mapping[str, frozenset[tuple[str, str]]]) -> list[str]:
        estate = self.scene.estate
        name = f"{estate.agents_by_arn[self.agent].name}: changed while it was reviewed"
        plan = self.plan
        draft = Draft(
            agents=(self.agent,),
            name=plan.name if plan else name,
            kind="event" if plan else "drift",
            reason=plan.reason if plan else "Its population changed while it was reviewed.",
            depth="full" if only or plan is None else plan.depth.value,
            due_in_days=plan.due_in_days if plan else _DRIFT_DAYS,
            predecessor=now.running[-1] if now and now.running else None,
            causes=tuple(self.causes),
            only=only,
        )
        row = open_draft(self.tx, self.scene, draft)
        launch(self.tx, row, self.policy)
        return [row.id]
