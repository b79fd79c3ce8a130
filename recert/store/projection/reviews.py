"""Entries about campaigns, items, decisions and sign-offs, and the rules that each of them has to keep."""

from collections.abc import Callable
from typing import Any

from recert.store.entries import CAMPAIGN_MUTABLE, CLOSING, LATER_COLUMNS
from recert.store.outcome import Answer, Strategy, outcome
from recert.store.projection.state import DecisionState, ItemState, State, require_columns
from recert.store.tables import CampaignRow, DecisionRow, RescissionRow, SignoffRow

_ENDED = ("closed", "cancelled")
_STATES = (
    "preparing", "prepare_failed", "staged", "active", "reviewed", "remediating", "verified", *_ENDED,
)  # fmt: skip


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


def _attach_events(state: State, campaign: str, ids: list[str]) -> None:
    for event in ids:
        state.events[event]["campaign"] = campaign


def _open_campaign(state: State, entry: dict[str, Any]) -> dict[str, Any]:
    campaign = state.campaigns[entry["campaign"]]
    if campaign["state"] in _ENDED:
        state.note(entry, f"{entry['type']} after the end of the campaign {campaign['id']}")
    return campaign


def _campaign_opened(state: State, entry: dict[str, Any], body: dict[str, Any]) -> None:
    require_columns(body, CampaignRow)
    campaign = body["id"]
    if campaign in state.campaigns:
        state.note(entry, f"the campaign {campaign} was opened before")
    if entry["campaign"] != campaign:
        state.note(entry, f"it opens {campaign} in the name of {entry['campaign']}")
    state.campaigns[campaign] = {key: value for key, value in body.items() if key != "events"}
    state.steps[campaign] = [_step(entry, None, body["state"], "")]
    _attach_events(state, campaign, body["events"])


def _campaign_moved(state: State, entry: dict[str, Any], body: dict[str, Any]) -> None:
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


def _closed(state: State, entry: dict[str, Any], closing: dict[str, Any] | None) -> None:
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


def _campaign_extended(state: State, entry: dict[str, Any], body: dict[str, Any]) -> None:
    campaign = _open_campaign(state, entry)
    campaign.update({name: body[name] for name in CAMPAIGN_MUTABLE})
    _attach_events(state, campaign["id"], body["events"])


def _items_assigned(state: State, entry: dict[str, Any], body: dict[str, Any]) -> None:
    campaign = _open_campaign(state, entry)
    if body["count"] != len(body["items"]):
        state.note(entry, f"it counts {body['count']} items and names {len(body['items'])}")
    for line in body["items"]:
        if line["id"] in state.items:
            state.note(entry, f"the item {line['id']} was assigned before")
        state.items[line["id"]] = ItemState(campaign=campaign["id"], **line)


def _item(state: State, entry: dict[str, Any], name: str) -> ItemState:
    _open_campaign(state, entry)
    item = state.items[name]
    if item.campaign != entry["campaign"]:
        state.note(entry, f"the item {name} belongs to the campaign {item.campaign}")
    if item.state == "signed_off":
        state.note(entry, f"{entry['type']} on the item {name}, which was signed off")
    return item


def _item_changed(state: State, entry: dict[str, Any], body: dict[str, Any]) -> None:
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


def _decided(state: State, entry: dict[str, Any], body: dict[str, Any]) -> None:
    body = {**LATER_COLUMNS["decision"], **body}
    require_columns(body, DecisionRow, "state", "entry")
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


def _undone(state: State, entry: dict[str, Any], body: dict[str, Any]) -> None:
    item = _item(state, entry, body["item"])
    if item.current != body["decision"]:
        state.note(entry, f"it takes back {body['decision']}, which was not in force")
    state.decisions[body["decision"]].state = "undone"
    restored = body["restored"]
    if restored is not None:
        state.decisions[restored].state = "current"
    item.current = restored
    item.state = "decided" if restored else "pending"


def _redone(state: State, entry: dict[str, Any], body: dict[str, Any]) -> None:
    item = _item(state, entry, body["item"])
    if item.current != body["superseded"]:
        state.note(entry, f"it puts {body['decision']} in force over another than the one that was")
    if body["superseded"] is not None:
        state.decisions[body["superseded"]].state = "superseded"
    state.decisions[body["decision"]].state = "current"
    item.current = body["decision"]
    item.state = "decided"


def _signoff(state: State, entry: dict[str, Any], body: dict[str, Any]) -> None:
    require_columns(body, SignoffRow, "entry")
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


def _advanced(state: State, entry: dict[str, Any], body: dict[str, Any]) -> None:
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


def _concluded(state: State, entry: dict[str, Any], body: dict[str, Any]) -> None:
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


def _follows(state: State, item: ItemState, body: dict[str, Any]) -> bool:
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


def _rescinded(state: State, entry: dict[str, Any], body: dict[str, Any]) -> None:
    require_columns(body, RescissionRow)
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


HANDLERS: dict[str, Callable[[State, dict[str, Any], dict[str, Any]], None]] = {
    "campaign.opened": _campaign_opened,
    "campaign.extended": _campaign_extended,
    **{f"campaign.{state}": _campaign_moved for state in _STATES},
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
}
"""By the type of an entry, how it changes what the ledger leads to."""
