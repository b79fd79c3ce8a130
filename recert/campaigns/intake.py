"""Taking a reading in: compare it with the one before, record what changed, ask about it.

All in one transaction: a sync that fails half way leaves nothing behind. The same reading again
records no event and touches no campaign.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recert.analysis import Catalogue
from recert.campaigns.asking import Ask, asking, packaged
from recert.campaigns.cadence import MARK, expired, review_what_is_due
from recert.campaigns.catalogue_growth import grown_since
from recert.campaigns.deadlines import Calendar
from recert.campaigns.expiry import ask_again
from recert.campaigns.happenings import cause_json, record_events
from recert.campaigns.leavers import newly_left
from recert.campaigns.leaving import hand_on
from recert.campaigns.preparing import launch_due
from recert.campaigns.reacting import react
from recert.campaigns.scene import make_scene
from recert.campaigns.telling import campaign_told
from recert.campaigns.unowned import ask_whose
from recert.campaigns.verification import verify_revocations
from recert.clock import Clock
from recert.lifecycle import Estate, TriggerPolicy, compare, wildcards_grown
from recert.store.ledger import Actor
from recert.store.readings import latest, snapshot_id, unpack
from recert.store.store import Store
from recert.store.tables import SnapshotRow
from recert.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Intake:
    """What a reading brought; `campaigns` were opened or extended, `unchanged` is a repeat.

    `told` holds the events and `plans` the campaigns as they are then, both as JSON values.
    """

    snapshot: str
    agents: int
    roles: int
    events: int
    campaigns: tuple[str, ...]
    gaps: int
    unchanged: bool
    told: tuple[dict[str, Any], ...] = ()
    plans: tuple[dict[str, Any], ...] = ()


class _DryRunError(Exception):
    """Ends a transaction that was only to be looked at."""


def record_reading(
    store: Store,
    estate: Estate,
    *,
    api_calls: int,
    call_log: Sequence[Mapping[str, Any]] = (),
    clock: Clock,
    policy: TriggerPolicy | None = None,
    actor: Actor,
    dry_run: bool = False,
    catalogue: Catalogue | None = None,
    ask: Ask | None = None,
    calendar: Calendar | None = None,
    leavers: Iterable[str] = (),
) -> Intake:
    """Keep a reading with its events, and open or extend the campaigns that the policy asks for.

    The first reading of an account, region or kind is a baseline: it records new agents and opens
    nothing. A campaign that is opened is active at once, unless the policy holds it back. `leavers`
    are names of people who left. With `dry_run` nothing is kept. `call_log` tells, operation by
    operation, what was asked and answered. Raises RefusedError for a reading of another kind of
    source than the store's, or an older one.
    """
    kit = _Kit(
        policy or TriggerPolicy(),
        ask or asking(catalogue),
        calendar,
        catalogue or packaged(),
        tuple(leavers),
    )
    try:
        with store.write(actor, clock=clock) as tx:
            found = _take(store, tx, estate, (api_calls, call_log), kit)
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
    catalogue: Catalogue
    leavers: tuple[str, ...]


def _take(
    store: Store,
    tx: Transaction,
    estate: Estate,
    calls: tuple[int, Sequence[Mapping[str, Any]]],
    kit: _Kit,
) -> Intake:
    known = snapshot_id(estate)
    if tx.session.get(SnapshotRow, known) is not None:
        return _intake(estate, known, unchanged=True)
    before = latest(tx.session)
    earlier = unpack(before) if before else None
    snapshot = store.save_snapshot(tx, estate, *calls)
    scene = make_scene(tx, snapshot, estate, kit.ask, calendar=kit.calendar, leavers=kit.leavers)
    old = make_scene(tx, snapshot, earlier, kit.ask).estate if earlier is not None else None
    same = earlier is not None and earlier.content_digest == estate.content_digest
    grown = grown_since(tx.session, kit.catalogue)
    events = [*compare(old, scene.estate)]
    if old is not None:
        events += newly_left(tx.session, scene.estate, kit.leavers)
        events += wildcards_grown(scene.estate, grown)
    events = [*{event.key: event for event in events}.values()]
    record_events(tx, snapshot, events)
    campaigns = [*launch_due(tx, kit.policy)]
    # Before what happened is reacted to, so that what ran out is asked with that as its cause.
    over = ask_again(tx, scene, kit.policy)
    campaigns += over.campaigns
    if events or not same:
        campaigns += react(tx, scene, events, kit.policy, earlier=old)
    if old is not None and not same and scene.estate.whole_at is None:
        # A hint reads one agent; what it opens must not depend on which one came first.
        campaigns += ask_whose(tx, scene, kit.policy, old)
    campaigns += hand_on(tx, scene)
    campaigns += verify_revocations(tx, scene)
    aged = expired(tx, scene, kit.policy)
    record_events(tx, snapshot, [one.event for one in aged], MARK)
    campaigns += review_what_is_due(tx, scene, kit.policy, aged)
    causes = [cause_json(snapshot, event) for event in events]
    causes += over.causes
    causes += [cause_json(snapshot, one.event, MARK) for one in aged]
    ids = tuple(dict.fromkeys(campaigns))
    plans = tuple(campaign_told(tx.session, campaign) for campaign in ids)
    return _intake(estate, snapshot, told=causes, campaigns=ids, plans=plans)


def _intake(
    estate: Estate,
    snapshot: str,
    *,
    told: Sequence[dict[str, Any]] = (),
    campaigns: tuple[str, ...] = (),
    plans: tuple[dict[str, Any], ...] = (),
    unchanged: bool = False,
) -> Intake:
    return Intake(
        snapshot=snapshot,
        agents=len(estate.agents),
        roles=len(estate.roles),
        events=len(told),
        campaigns=campaigns,
        gaps=len(estate.coverage.gaps),
        unchanged=unchanged,
        told=tuple(told),
        plans=plans,
    )
