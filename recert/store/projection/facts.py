"""Entries about what reviews rest on: readings, persons, settings, keys, anchors, revocations."""

from collections.abc import Callable
from typing import Any

from recert.store.entries import LATER_COLUMNS
from recert.store.handed import Handed
from recert.store.projection.state import State, require_columns
from recert.store.tables import AgentSetting, EventRow, KeyRow, PersonRow

_READING = {
    "snapshot": str, "taken_at": str, "digest": str, "content_sha256": str, "agents": int, "roles": int,
    "api_calls": int, "gaps": list, "limits": list,
}  # fmt: skip


def _created(state: State, entry: dict[str, Any], _body: dict[str, Any]) -> None:
    state.store_id = entry["ledger"]


def _reading(state: State, entry: dict[str, Any], body: dict[str, Any]) -> None:
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


def _events(state: State, _entry: dict[str, Any], body: dict[str, Any]) -> None:
    for event in body["events"]:
        require_columns(event, EventRow, "snapshot", "campaign")
        state.events[event["id"]] = {**event, "snapshot": body["snapshot"], "campaign": None}


def _person(state: State, _entry: dict[str, Any], body: dict[str, Any]) -> None:
    body = {**LATER_COLUMNS["person"], **body}
    require_columns(body, PersonRow)
    state.persons[body["id"]] = body


def _agent(state: State, _entry: dict[str, Any], body: dict[str, Any]) -> None:
    require_columns(body, AgentSetting)
    state.agents[body["agent"]] = body


def _setting(state: State, entry: dict[str, Any], body: dict[str, Any]) -> None:
    state.settings[str(body["name"])] = {
        "value": body["value"],
        "reason": body.get("reason"),
        "by": entry["actor"]["id"],
        "at": entry["at"],
        "entry": entry["seq"],
    }


def _key_enrolled(state: State, entry: dict[str, Any], body: dict[str, Any]) -> None:
    require_columns(body, KeyRow, "revoked_at", "revoked_by", "reason")
    if body["id"] in state.keys:
        state.note(entry, f"the key {body['id']} was enrolled before")
    unrevoked = {"revoked_at": None, "revoked_by": None, "reason": None, "revoked_in": None}
    state.keys[body["id"]] = {**body, **unrevoked, "entry": entry["seq"]}


def _key_revoked(state: State, entry: dict[str, Any], body: dict[str, Any]) -> None:
    state.keys[body["id"]].update(
        revoked_at=str(body["revoked_at"]),
        revoked_by=str(body["revoked_by"]),
        reason=str(body["reason"]),
        revoked_in=entry["seq"],
    )


def _anchored(state: State, entry: dict[str, Any], body: dict[str, Any]) -> None:
    for name, kind_of in (("kind", str), ("size", int), ("hash", str), ("root", str), ("to", dict)):
        if type(body[name]) is not kind_of:
            raise TypeError(f"{name} is {body[name]!r}")
    for name in ("hash", "root"):
        bytes.fromhex(body[name])
    if not isinstance(body["proof"], str | None):
        raise TypeError(f"proof is {body['proof']!r}")
    told = {"entry": entry["seq"], "at": entry["at"], "by": entry["actor"]["id"]}
    state.anchors.append({**body, **told})


def _remediated(state: State, _entry: dict[str, Any], body: dict[str, Any]) -> None:
    state.remediations[body["item"]] = body["state"]


def _handed(state: State, entry: dict[str, Any], body: dict[str, Any]) -> None:
    if state.handed is not None or state.campaigns:
        state.note(entry, "it makes a part of another ledger of what is none")
    state.handed = Handed.from_json(body["handed"])


HANDLERS: dict[str, Callable[[State, dict[str, Any], dict[str, Any]], None]] = {
    "store.created": _created,
    "reading.recorded": _reading,
    "events.recorded": _events,
    "person.set": _person,
    "agent.set": _agent,
    "setting.changed": _setting,
    "anchor": _anchored,
    "key.enrolled": _key_enrolled,
    "key.revoked": _key_revoked,
    "remediation.recorded": _remediated,
    "handoff.opened": _handed,
}
"""By the type of an entry, how it changes what the ledger leads to."""
