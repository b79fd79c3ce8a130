"""The tables, derived a second time: what the ledger says that campaigns, items and decisions are.

A `Projection` takes entries in one by one and is the state that they lead to; on the way it notes
every entry that the rules of a campaign do not allow (a decision after the end, on a signed item).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import SQLModel

from recert.errors import LedgerError
from recert.store.entries import CAMPAIGN_MUTABLE, CLOSING, JSON_COLUMNS, LATER_COLUMNS
from recert.store.handed import Handed
from recert.store.outcome import Answer, Strategy, outcome
from recert.store.settings import demanded
from recert.store.tables import (
    AgentSetting,
    CampaignRow,
    DecisionRow,
    EventRow,
    KeyRow,
    PersonRow,
    RescissionRow,
    SignoffRow,
)

ENDED = ("closed", "cancelled")


@dataclass(slots=True)
class ItemState:
    """An item as the ledger knows it; `record` is the digest of its frozen part."""

    id: str
    campaign: str
    kind: str
    agent: str | None
    reviewer: str | None
    state: str
    excluded_by: str | None
    basis_digest: str
    record: str
    current: str | None = None
    signoff: str | None = None
    stage: int = 1
    answers: list[str] = field(default_factory=list)
    """The signed decision of each stage, the first stage's first."""


@dataclass(slots=True)
class DecisionState:
    """A decision: the body of its entry, the state that it is in now, and the entry's number."""

    body: dict[str, Any]
    state: str
    entry: int
    at: str


@dataclass(slots=True)
class Projection:
    """Everything that a ledger leads to, by id; `problems` are (entry, sentence)."""

    store_id: str = ""
    readings: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    persons: dict[str, dict[str, Any]] = field(default_factory=dict)
    agents: dict[str, dict[str, Any]] = field(default_factory=dict)
    campaigns: dict[str, dict[str, Any]] = field(default_factory=dict)
    steps: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    items: dict[str, ItemState] = field(default_factory=dict)
    decisions: dict[str, DecisionState] = field(default_factory=dict)
    signoffs: dict[str, dict[str, Any]] = field(default_factory=dict)
    rescissions: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    closings: dict[str, dict[str, Any]] = field(default_factory=dict)
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    anchors: list[dict[str, Any]] = field(default_factory=list)
    remediations: dict[str, str] = field(default_factory=dict)
    handed: Handed | None = None
    problems: list[tuple[int, str]] = field(default_factory=list)

    @property
    def kind(self) -> str | None:
        """Return `live` or `replay` by the first reading, None where there is none."""
        for reading in self.readings.values():
            return str(reading["source"]["kind"])
        return self.handed.kind if self.handed else None

    @property
    def synthetic(self) -> bool:
        """Tell whether the first reading, and so the store, was made up."""
        for reading in self.readings.values():
            return bool(reading["source"]["synthetic"])
        return self.handed.synthetic if self.handed else False

    @property
    def demanded(self) -> str:
        """Return what a sign-off needs, as the ledger stands."""
        if self.handed is not None:
            return self.handed.signature
        values = {name: setting["value"] for name, setting in self.settings.items()}
        return demanded(values, kind=self.kind, synthetic=self.synthetic)

    def items_of(self, campaign: str) -> list[ItemState]:
        """Return a campaign's items in the order in which they were assigned."""
        return [item for item in self.items.values() if item.campaign == campaign]

    def apply(self, entry: dict[str, Any]) -> None:
        """Take in the next entry; raises LedgerError where its body is not what its type demands."""
        handler = _HANDLERS.get(entry["type"])
        if handler is None and entry["type"].startswith("campaign."):
            handler = _campaign_moved
        if handler is None:
            return
        try:
            handler(self, entry, entry["body"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise LedgerError(
                f"Entry {entry['seq']} of the ledger says nothing that a {entry['type']} can say: {error!r}.",
                seq=entry["seq"],
            ) from error

    def note(self, entry: dict[str, Any], sentence: str) -> None:
        """Note that a rule did not allow an entry."""
        self.problems.append((entry["seq"], f"entry {entry['seq']}: {sentence}"))


_READING = {
    "snapshot": str, "taken_at": str, "digest": str, "content_sha256": str, "agents": int, "roles": int,
    "api_calls": int, "gaps": list, "limits": list,
}  # fmt: skip


def _require(body: dict[str, Any], table: type[SQLModel], *without: str) -> None:
    """Refuse a body that does not hold the columns of a row, each of its type."""
    for column in table.metadata.tables[str(table.__tablename__)].columns:
        if column.name in without:
            continue
        value = body[column.name]
        if column.name in JSON_COLUMNS or (value is None and column.nullable):
            continue
        if type(value) is not column.type.python_type:
            raise TypeError(f"{column.name} is {value!r}")


def _created(state: Projection, entry: dict[str, Any], _body: dict[str, Any]) -> None:
    state.store_id = entry["ledger"]


def _reading(state: Projection, entry: dict[str, Any], body: dict[str, Any]) -> None:
    for name, kind_of in _READING.items():
        if not isinstance(body[name], kind_of):
            raise TypeError(f"{name} is {body[name]!r}")
    source = body["source"]
    if source["kind"] not in ("live", "replay") or not isinstance(source["synthetic"], bool):
        raise ValueError("it does not say where it comes from")
    if state.kind not in (None, source["kind"]):
        state.note(entry, f"a {source['kind']} reading in a {state.kind} store")
    if source["synthetic"] and state.readings and not state.synthetic:
        state.note(entry, "a synthetic reading in a store of real accounts")
    state.readings[body["snapshot"]] = {**body, "entry": entry["seq"], "recorded_at": entry["at"]}


def _events(state: Projection, _entry: dict[str, Any], body: dict[str, Any]) -> None:
    for event in body["events"]:
        _require(event, EventRow, "snapshot", "campaign")
        state.events[event["id"]] = {**event, "snapshot": body["snapshot"], "campaign": None}


def _person(state: Projection, _entry: dict[str, Any], body: dict[str, Any]) -> None:
    body = {**LATER_COLUMNS["person"], **body}
    _require(body, PersonRow)
    state.persons[body["id"]] = body


def _agent(state: Projection, _entry: dict[str, Any], body: dict[str, Any]) -> None:
    _require(body, AgentSetting)
    state.agents[body["agent"]] = body


def _setting(state: Projection, entry: dict[str, Any], body: dict[str, Any]) -> None:
    state.settings[str(body["name"])] = {
        "value": body["value"],
        "reason": body.get("reason"),
        "by": entry["actor"]["id"],
        "at": entry["at"],
        "entry": entry["seq"],
    }


def _attach_events(state: Projection, campaign: str, ids: list[str]) -> None:
    for event in ids:
        state.events[event]["campaign"] = campaign


def _campaign_opened(state: Projection, entry: dict[str, Any], body: dict[str, Any]) -> None:
    _require(body, CampaignRow)
    campaign = body["id"]
    if campaign in state.campaigns:
        state.note(entry, f"the campaign {campaign} was opened before")
    if entry["campaign"] != campaign:
        state.note(entry, f"it opens {campaign} in the name of {entry['campaign']}")
    state.campaigns[campaign] = {key: value for key, value in body.items() if key != "events"}
    state.steps[campaign] = [_step(entry, None, body["state"], "")]
    _attach_events(state, campaign, body["events"])


def _step(entry: dict[str, Any], before: str | None, after: str, reason: str) -> dict[str, Any]:
    return {
        "entry": entry["seq"],
        "at": entry["at"],
        "by": entry["actor"]["id"],
        "identity": entry["actor"]["auth"],
        "from": before,
        "to": after,
        "reason": reason,
    }


def _open_campaign(state: Projection, entry: dict[str, Any]) -> dict[str, Any]:
    campaign = state.campaigns[entry["campaign"]]
    if campaign["state"] in ENDED:
        state.note(entry, f"{entry['type']} after the end of the campaign {campaign['id']}")
    return campaign


def _campaign_moved(state: Projection, entry: dict[str, Any], body: dict[str, Any]) -> None:
    campaign = _open_campaign(state, entry)
    if body["from"] != campaign["state"] or f"campaign.{body['to']}" != entry["type"]:
        state.note(
            entry, f"a step from {body['from']} to {body['to']}, where it was {campaign['state']}"
        )
    campaign.update(
        state=body["to"],
        launched_at=body["launched_at"],
        ended_at=body["ended_at"],
        end_reason=body["end_reason"],
    )
    state.steps[campaign["id"]].append(_step(entry, body["from"], body["to"], body["reason"]))
    if body["to"] == "closed":
        _closed(state, entry, body.get("closing"))


def _closed(state: Projection, entry: dict[str, Any], closing: dict[str, Any] | None) -> None:
    if closing is None:
        return
    for name in CLOSING:
        if not isinstance(closing[name], str | int | None):
            raise TypeError(f"{name} is {closing[name]!r}")
    state.closings[entry["campaign"]] = {
        **{name: closing[name] for name in CLOSING},
        "campaign": entry["campaign"],
        "demanded": state.demanded,
        "entry": entry["seq"],
    }


def _campaign_extended(state: Projection, entry: dict[str, Any], body: dict[str, Any]) -> None:
    campaign = _open_campaign(state, entry)
    campaign.update({name: body[name] for name in CAMPAIGN_MUTABLE})
    _attach_events(state, campaign["id"], body["events"])


def _items_assigned(state: Projection, entry: dict[str, Any], body: dict[str, Any]) -> None:
    campaign = _open_campaign(state, entry)
    if body["count"] != len(body["items"]):
        state.note(entry, f"it counts {body['count']} items and names {len(body['items'])}")
    for line in body["items"]:
        if line["id"] in state.items:
            state.note(entry, f"the item {line['id']} was assigned before")
        state.items[line["id"]] = ItemState(campaign=campaign["id"], **line)


def _item(state: Projection, entry: dict[str, Any], name: str) -> ItemState:
    _open_campaign(state, entry)
    item = state.items[name]
    if item.campaign != entry["campaign"]:
        state.note(entry, f"the item {name} belongs to the campaign {item.campaign}")
    if item.state == "signed_off":
        state.note(entry, f"{entry['type']} on the item {name}, which was signed off")
    return item


def _item_changed(state: Projection, entry: dict[str, Any], body: dict[str, Any]) -> None:
    item = _item(state, entry, body["item"])
    if entry["type"] == "item.reset":
        for one in item.answers:
            state.decisions[one].state = "superseded"
        item.answers, item.stage = [], 1
    if item.current is not None and item.current != body["current"]:
        state.decisions[item.current].state = "superseded"
    item.state = body["state"]
    item.reviewer = body["reviewer"]
    item.excluded_by = body["excluded_by"]
    item.current = body["current"]
    item.basis_digest = body["basis_digest"]
    item.record = body["record"]


def _decided(state: Projection, entry: dict[str, Any], body: dict[str, Any]) -> None:
    body = {**LATER_COLUMNS["decision"], **body}
    _require(body, DecisionRow, "state", "entry")
    item = _item(state, entry, body["item"])
    if body["id"] in state.decisions:
        state.note(entry, f"the decision {body['id']} was recorded before")
    if body["record"] != item.record:
        state.note(entry, f"a decision on a state of the item {item.id} that it was not in")
    if item.state in ("excluded", "superseded"):
        state.note(entry, f"a decision on the item {item.id}, which was {item.state}")
    if body["stage"] != item.stage:
        state.note(entry, f"a decision for stage {body['stage']} of the item {item.id}")
    if body["decided_by"] in {state.decisions[one].body["decided_by"] for one in item.answers}:
        state.note(entry, f"the same person in two stages of the item {item.id}")
    if item.current is not None:
        state.decisions[item.current].state = "superseded"
        if body["supersedes"] != item.current:
            state.note(entry, f"a second decision on the item {item.id} that hides the first")
    state.decisions[body["id"]] = DecisionState(body, "current", entry["seq"], entry["at"])
    item.state = "decided"
    item.current = body["id"]


def _undone(state: Projection, entry: dict[str, Any], body: dict[str, Any]) -> None:
    item = _item(state, entry, body["item"])
    if item.current != body["decision"]:
        state.note(entry, f"it takes back {body['decision']}, which was not in force")
    state.decisions[body["decision"]].state = "undone"
    restored = body["restored"]
    if restored is not None:
        state.decisions[restored].state = "current"
    item.current = restored
    item.state = "decided" if restored else "pending"


def _redone(state: Projection, entry: dict[str, Any], body: dict[str, Any]) -> None:
    item = _item(state, entry, body["item"])
    if item.current != body["superseded"]:
        state.note(entry, f"it puts {body['decision']} in force over another than the one that was")
    if body["superseded"] is not None:
        state.decisions[body["superseded"]].state = "superseded"
    state.decisions[body["decision"]].state = "current"
    item.current = body["decision"]
    item.state = "decided"


def _signoff(state: Projection, entry: dict[str, Any], body: dict[str, Any]) -> None:
    _require(body, SignoffRow, "entry")
    if body["id"] in state.signoffs:
        state.note(entry, f"the sign-off {body['id']} was recorded before")
    for pair in body["decisions"]:
        item = _item(state, entry, pair["item"])
        if item.current != pair["decision"]:
            state.note(entry, f"a sign-off of {pair['decision']}, which is not in force")
        item.state = "signed_off"
        item.signoff = body["id"]
        item.answers.append(pair["decision"])
    state.signoffs[body["id"]] = {**body, "demanded": state.demanded, "entry": entry["seq"]}


def _advanced(state: Projection, entry: dict[str, Any], body: dict[str, Any]) -> None:
    campaign = _open_campaign(state, entry)
    item, answer = state.items[body["item"]], state.decisions[body["answered"]]
    silent = item.state == "decided" and answer.body["verdict"] == "no_response"
    over = item.current == body["answered"] and (item.state == "signed_off" or silent)
    if item.campaign != campaign["id"] or not over or body["stage"] != item.stage + 1:
        state.note(entry, f"a step of the item {item.id} into stage {body['stage']}")
    if silent:
        item.answers.append(body["answered"])
    answer.state = "answered"
    item.state = body["state"]
    item.reviewer = body["reviewer"]
    item.stage = body["stage"]
    item.current = None
    item.signoff = None


def _concluded(state: Projection, entry: dict[str, Any], body: dict[str, Any]) -> None:
    campaign = _open_campaign(state, entry)
    item = state.items[body["item"]]
    if item.current is not None and item.current not in item.answers:
        item.answers.append(item.current)
    told = [one["decision"] for one in body["answers"]]
    if item.campaign != campaign["id"] or told != item.answers or not _follows(state, item, body):
        state.note(entry, f"an outcome of the item {item.id} that its answers do not come to")
    for one in told:
        state.decisions[one].state = "current" if one == body["in_force"] else "answered"
    item.state = body["state"]
    item.current = body["in_force"]
    item.signoff = body["signoff"]


def _follows(state: Projection, item: ItemState, body: dict[str, Any]) -> bool:
    """Derive the outcome of an item's answers again, and tell whether it is the one that was told."""
    stages = state.campaigns[item.campaign]["settings"].get("stages") or {}
    given = [state.decisions[one].body for one in item.answers]
    found = outcome(
        Strategy(stages.get("strategy", Strategy.ONE_DENY_DENIES)),
        [Answer(one["verdict"], one["until"]) for one in given],
    )
    in_force = item.answers[found.in_force]
    signed = state.signoffs.get(body["signoff"] or "", {"decisions": []})["decisions"]
    covered = any(pair["decision"] == in_force for pair in signed)
    after = "signed_off" if covered else "decided"
    return (body["result"], body["in_force"], body["state"]) == (found.result, in_force, after)


def _rescinded(state: Projection, entry: dict[str, Any], body: dict[str, Any]) -> None:
    _require(body, RescissionRow)
    _open_campaign(state, entry)
    item, decision = state.items[body["item"]], state.decisions[body["decision"]]
    if item.state != "signed_off" or item.current != body["decision"]:
        state.note(entry, f"it takes back {body['decision']}, which is not signed and in force")
    if body["state"] == "confirmed":
        asked = state.rescissions.get(body["id"], {}).get("state")
        if asked != "requested" or body["confirmed_by"] in (None, body["requested_by"]):
            state.note(entry, f"a rescission of {body['decision']} without a second person")
        decision.state = "rescinded"
    state.rescissions[body["id"]] = body


def _key_enrolled(state: Projection, entry: dict[str, Any], body: dict[str, Any]) -> None:
    _require(body, KeyRow, "revoked_at", "revoked_by", "reason")
    if body["id"] in state.keys:
        state.note(entry, f"the key {body['id']} was enrolled before")
    unrevoked = {"revoked_at": None, "revoked_by": None, "reason": None, "revoked_in": None}
    state.keys[body["id"]] = {**body, **unrevoked, "entry": entry["seq"]}


def _key_revoked(state: Projection, entry: dict[str, Any], body: dict[str, Any]) -> None:
    state.keys[body["id"]].update(
        revoked_at=str(body["revoked_at"]),
        revoked_by=str(body["revoked_by"]),
        reason=str(body["reason"]),
        revoked_in=entry["seq"],
    )


def _anchored(state: Projection, entry: dict[str, Any], body: dict[str, Any]) -> None:
    for name, kind_of in (("kind", str), ("size", int), ("hash", str), ("root", str), ("to", dict)):
        if type(body[name]) is not kind_of:
            raise TypeError(f"{name} is {body[name]!r}")
    for name in ("hash", "root"):
        bytes.fromhex(body[name])
    if not isinstance(body["proof"], str | None):
        raise TypeError(f"proof is {body['proof']!r}")
    told = {"entry": entry["seq"], "at": entry["at"], "by": entry["actor"]["id"]}
    state.anchors.append({**body, **told})


def _remediated(state: Projection, _entry: dict[str, Any], body: dict[str, Any]) -> None:
    state.remediations[body["item"]] = body["state"]


def _handed(state: Projection, entry: dict[str, Any], body: dict[str, Any]) -> None:
    if state.handed is not None or state.campaigns:
        state.note(entry, "it makes a part of another ledger of what is none")
    state.handed = Handed.from_json(body["handed"])


_HANDLERS: dict[str, Callable[[Projection, dict[str, Any], dict[str, Any]], None]] = {
    "store.created": _created,
    "reading.recorded": _reading,
    "events.recorded": _events,
    "person.set": _person,
    "agent.set": _agent,
    "setting.changed": _setting,
    "anchor": _anchored,
    "campaign.opened": _campaign_opened,
    "campaign.extended": _campaign_extended,
    "items.assigned": _items_assigned,
    "item.reassigned": _item_changed,
    "item.excluded": _item_changed,
    "item.superseded": _item_changed,
    "item.conflicted": _item_changed,
    "item.advanced": _advanced,
    "item.concluded": _concluded,
    "item.reset": _item_changed,
    "decision.recorded": _decided,
    "decision.undone": _undone,
    "decision.redone": _redone,
    "decision.rescinded": _rescinded,
    "signoff": _signoff,
    "key.enrolled": _key_enrolled,
    "key.revoked": _key_revoked,
    "remediation.recorded": _remediated,
    "handoff.opened": _handed,
}
