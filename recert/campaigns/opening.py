"""Opening a campaign: by a trigger, by hand, or as the successor of one that goes on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from recert.analysis import Catalogue, ReviewSubject
from recert.campaigns import transitions
from recert.campaigns.asking import Ask, asking
from recert.campaigns.canonical_text import short_id, text_of
from recert.campaigns.deadlines import Calendar
from recert.campaigns.estates import Readings
from recert.campaigns.happenings import take_up
from recert.campaigns.people import Directory
from recert.campaigns.population import Columns, Mill, assign, in_review_order
from recert.campaigns.scene import Scene, make_scene
from recert.campaigns.stages import ONE, Stages, require_possible
from recert.campaigns.wording import require_text
from recert.clock import Clock, to_rfc3339
from recert.errors import UsageError
from recert.lifecycle import Estate
from recert.store import entries
from recert.store.canonical import parse_strict
from recert.store.entry_types import EntryType
from recert.store.ledger import Actor
from recert.store.store import Store
from recert.store.tables import CampaignRow
from recert.store.transaction import Transaction
from recert.text import plural

_LETTERS = 6
DUE_DAYS = 14
"""Days that reviewers get in a campaign that a person opens, unless they say otherwise."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A campaign that is about to be opened.

    `depth` is `full`, or `delta` for what was not signed as it is now. `only` narrows an agent to
    some of its subjects, by kind and subject; `causes` are its lifecycle events as JSON lines.
    With `hard_deadline` nothing is decided after the deadline; else it is only overdue. `due_at`
    names the deadline itself; `business_days` counts business days only.
    """

    agents: tuple[str, ...]
    name: str
    kind: str
    reason: str
    depth: str = "full"
    due_in_days: int = DUE_DAYS
    owner: str | None = None
    predecessor: str | None = None
    causes: tuple[Mapping[str, Any], ...] = ()
    only: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    hard_deadline: bool = False
    due_at: datetime | None = None
    business_days: bool = False
    asks: str | None = None
    """Whom the trigger policy asks instead of the owner."""
    stages: Stages = ONE


def open_campaign(
    store: Store,
    *,
    agents: Iterable[str],
    name: str | None = None,
    clock: Clock,
    actor: Actor,
    reason: str = "",
    owner: str | None = None,
    due_in_days: int = DUE_DAYS,
    due_at: datetime | None = None,
    business_days: bool = False,
    calendar: Calendar | None = None,
    launch: bool = True,
    hard_deadline: bool = False,
    stages: Stages = ONE,
    catalogue: Catalogue | None = None,
    ask: Ask | None = None,
) -> str:
    """Open a campaign by hand over agents of the last reading and return its id.

    With `launch` its reviewers can decide at once; else it is staged. Raises UsageError where there
    is no reading or no such agent.
    """
    snapshot, estate = Readings(store).current()
    chosen = _chosen(agents, estate)
    with store.write(actor, clock=clock) as tx:
        scene = make_scene(
            tx, snapshot, estate, ask or asking(catalogue), catalogue, calendar=calendar
        )
        if due_at is not None and due_at <= clock.now():
            raise UsageError(
                f"The deadline {to_rfc3339(due_at)} is not in the future.", "Give a later one."
            )
        draft = Draft(
            agents=chosen,
            name=require_text(name, "The name", longest=200) or _name(estate, chosen),
            kind="manual",
            reason=require_text(reason, "The reason") or f"Opened by {actor.id}.",
            due_in_days=due_in_days,
            owner=owner,
            hard_deadline=hard_deadline,
            due_at=due_at,
            business_days=business_days,
            stages=stages,
        )
        require_possible(scene.people, stages)
        row = open_draft(tx, scene, draft)
        if launch:
            launch_if_staged(tx, row)
        return row.id


def _chosen(agents: Iterable[str], estate: Estate) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(agents))
    if not chosen:
        raise UsageError("A campaign needs at least one agent.", "Name agents by their ARN.")
    for agent in chosen:
        if agent not in estate.agents_by_arn:
            raise UsageError(
                f"There is no agent {agent} in the last reading.", "`recert agents` lists them."
            )
    return chosen


def open_draft(tx: Transaction, scene: Scene, draft: Draft, *, stage: bool = True) -> CampaignRow:
    """Open a campaign, gather its population and, with `stage`, freeze it.

    An empty population ends it as prepare_failed: there is nothing to ask.
    """
    row = _open(tx, scene, draft)
    transitions.prepare(tx, row)
    items, subjects = gather(tx, scene, draft, row)
    assign(tx, row.id, items)
    if not any(item["state"] == "pending" for item in items):
        transitions.fail_preparation(tx, row, "There is nothing to ask.")
        return row
    row.settings = text_of(_settings(scene, draft, items, subjects))
    _tell(tx, row, "population")
    if stage:
        transitions.stage(tx, row)
    return row


def launch_if_staged(tx: Transaction, row: CampaignRow) -> bool:
    """Launch a campaign that was staged, and tell whether it was; one that asks nothing has ended."""
    if row.state != "staged":
        return False
    transitions.launch(tx, row)
    return True


def gather(
    tx: Transaction, scene: Scene, draft: Draft, row: CampaignRow
) -> tuple[list[Columns], int]:
    """Return the items of a campaign in review order, and how many subjects were looked at."""
    mill = Mill(tx.session, row.id, scene.assigner(row))
    items: list[Columns] = []
    subjects = 0
    for agent in draft.agents:
        asked = scene.ask(scene.estate, agent)
        about = scene.subject(tx, agent, draft.causes)
        if draft.kind == "rescission":
            # What is being rescinded is no decision that a delta could be told against.
            about = replace(about, past={})
        subjects += len(asked)
        wanted = _narrowed(asked, draft.only.get(agent))
        made = mill.items(about, wanted)
        if draft.depth == "delta":
            made = [item for item in made if item["delta"] != "unchanged"] or made
        items.extend(made)
        if agent not in draft.only:
            items.extend(mill.removed(about, asked))
    return in_review_order(items), subjects


def _narrowed(
    asked: Sequence[ReviewSubject], only: frozenset[tuple[str, str]] | None
) -> Sequence[ReviewSubject]:
    return asked if only is None else [one for one in asked if (one.kind, one.subject) in only]


def _open(tx: Transaction, scene: Scene, draft: Draft) -> CampaignRow:
    now = tx.clock.now()
    row = CampaignRow(
        id=_free_id(tx, scene, draft),
        name=draft.name,
        state="draft",
        trigger=text_of(trigger_json(draft, scene.snapshot, tx.actor.id)),
        scope=text_of(list(draft.agents)),
        settings=text_of({"agents": _names(scene, draft)}),
        owner=draft.owner or _campaign_owner(scene.people, tx.actor.id),
        opened_at=to_rfc3339(now),
        due_at=to_rfc3339(_deadline(scene.calendar, draft, now)),
        due_zone=scene.calendar.zone,
        snapshot=scene.snapshot,
        predecessor=draft.predecessor,
        catalogue=scene.catalogue,
    )
    tx.session.add(row)
    tx.session.flush()
    ids = [str(cause["id"]) for cause in draft.causes]
    take_up(tx, row.id, ids)
    tx.append(EntryType.CAMPAIGN_OPENED, entries.campaign_opened(row, ids), campaign=row.id)
    return row


def _deadline(calendar: Calendar, draft: Draft, now: datetime) -> datetime:
    if draft.due_at is not None:
        return draft.due_at
    return calendar.due_after(now, draft.due_in_days, business=draft.business_days)


def _tell(tx: Transaction, row: CampaignRow, reason: str) -> None:
    tx.append(EntryType.CAMPAIGN_EXTENDED, entries.campaign_extended(row, reason), campaign=row.id)


def trigger_json(draft: Draft, snapshot: str, by: str) -> dict[str, Any]:
    """Return the cause of a campaign as its `trigger` holds it."""
    return {
        "kind": draft.kind,
        "reason": draft.reason,
        "depth": draft.depth,
        "by": by,
        "snapshot": snapshot,
        "predecessor": draft.predecessor,
        **({"asks": draft.asks} if draft.asks else {}),
        "events": [dict(cause) for cause in draft.causes],
    }


def extend(
    tx: Transaction, row: CampaignRow, reason: str, causes: Sequence[Mapping[str, Any]]
) -> None:
    """Add causes to a campaign, each once."""
    trigger = parse_strict(row.trigger)
    known = {event["id"] for event in trigger["events"]}
    fresh = [dict(cause) for cause in causes if cause["id"] not in known]
    trigger["events"] = [*trigger["events"], *fresh]
    row.trigger = text_of(trigger)
    ids = [str(cause["id"]) for cause in fresh]
    take_up(tx, row.id, ids)
    tx.append(
        EntryType.CAMPAIGN_EXTENDED, entries.campaign_extended(row, reason, ids), campaign=row.id
    )


def _names(scene: Scene, draft: Draft) -> dict[str, Any]:
    return {
        agent: {
            "name": scene.estate.agents_by_arn[agent].name,
            "owner": scene.estate.agents_by_arn[agent].owner,
        }
        for agent in draft.agents
    }


def _settings(
    scene: Scene, draft: Draft, items: Sequence[Columns], subjects: int
) -> dict[str, Any]:
    kinds: dict[str, int] = {}
    for item in items:
        kinds[item["kind"]] = kinds.get(item["kind"], 0) + 1
    return {
        "agents": _names(scene, draft),
        "deadline": "hard" if draft.hard_deadline else "soft",
        **({"stages": draft.stages.as_json()} if draft.stages.count > 1 else {}),
        "population": {
            "snapshot": scene.snapshot,
            "rule": f"every subject of {plural(len(draft.agents), 'agent')}, depth {draft.depth}",
            "subjects": subjects,
            "items": len(items),
            "kinds": kinds,
        },
    }


def _free_id(tx: Transaction, scene: Scene, draft: Draft) -> str:
    parts = [scene.snapshot, list(draft.agents), draft.name, draft.kind, draft.predecessor]
    for attempt in range(1_000):
        found = short_id("c", [*parts, attempt], _LETTERS)
        if tx.session.get(CampaignRow, found) is None:
            return found
    raise UsageError("This campaign was opened a thousand times.", "Give it another name.")


def _campaign_owner(people: Directory, actor: str) -> str:
    owners = people.with_role("campaign_owner")
    if not owners or any(people.same(one.id, actor) for one in owners):
        return people.id_of(actor)
    return owners[0].id


def _name(estate: Estate, agents: Sequence[str]) -> str:
    names = [estate.agents_by_arn[agent].name for agent in agents]
    if len(names) == 1:
        return f"{names[0]}: review"
    more = len(names) - 2
    return ", ".join(names[:2]) + (f" and {more} more" if more > 0 else "")
