"""From decision to proof: what was to be removed, by which change, and what a later reading found."""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from recert.clock import from_rfc3339
from recert.evidence.material import Material
from recert.store import canonical
from recert.store.outcome import DENIES
from recert.store.projection.state import DecisionState, ItemState

REMEDIATION = (
    "item", "agent", "title", "decision", "reduce_to", "decided_by", "decided_at", "signed_off",
    "state", "detail", "change", "method", "policy", "before_sha256", "after_sha256", "ticket",
    "assignee", "due", "claimed_at", "claimed_by", "applied_at", "applied_by", "request_ids",
    "cloudtrail_event_id", "verified_at", "still_allowed_by", "rolled_back_at", "rollback", "entry",
)  # fmt: skip


@dataclass(slots=True)
class Removal:
    """What the ledger tells of the removal of one item."""

    state: str = "not begun"
    entry: int | None = None
    detail: str = ""
    change: str | None = None
    still: list[Any] = field(default_factory=list)
    snapshot: str | None = None
    at: dict[str, str] = field(default_factory=dict)
    by: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Books:
    """Removals by item; changes, request ids and instants of rolling back by change.

    `passes` are the readings that removals were looked for in, by reading and entry that tells of it.
    """

    removals: dict[str, Removal] = field(default_factory=lambda: defaultdict(Removal))
    changes: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    rolled_back: dict[str, str] = field(default_factory=dict)
    passes: list[dict[str, Any]] = field(default_factory=list)


def books(material: Material) -> Books:
    """Read everything that the ledger tells of the campaign's removals."""
    found = Books()
    for entry in material.ledger.entries:
        if entry["campaign"] != material.campaign:
            continue
        body, kind = entry["body"], entry["type"]
        if kind == "remediation.recorded":
            _stands(found, entry)
        elif kind == "apply.planned" and body.get("phase") == "change":
            found.changes[body["change"]] = {**body, "entry": entry["seq"]}
        elif kind == "apply.executed" and body.get("request_id"):
            found.requests[body["change"]].append(str(body["request_id"]))
        elif kind == "apply.rolled_back" and body.get("phase") == "done":
            found.rolled_back[body["change"]] = entry["at"]
        elif kind == "apply.verified":
            _pass(found, entry, body.get("items") or [])
    return found


def _pass(found: Books, entry: dict[str, Any], items: list[dict[str, Any]]) -> None:
    """Note what a reading showed; what is told of one reading in a row is one pass."""
    snapshot = entry["body"].get("snapshot")
    if found.passes and found.passes[-1]["snapshot"] == snapshot:
        found.passes[-1]["items"] += items
        return
    found.passes.append(
        {
            "entry": entry["seq"],
            "at": entry["at"],
            "by": entry["actor"]["id"],
            "snapshot": snapshot,
            "items": list(items),
        }
    )


def _stands(found: Books, entry: dict[str, Any]) -> None:
    body = entry["body"]
    one = found.removals[body["item"]]
    one.state, one.entry = str(body["state"]), int(entry["seq"])
    one.detail = str(body.get("detail") or "")
    one.change = body.get("change") or one.change
    one.still = body.get("still_allowed_by") or body.get("grants") or []
    one.at[one.state], one.by[one.state] = entry["at"], entry["actor"]["id"]
    if body.get("snapshot"):
        one.snapshot = str(body["snapshot"])
        _pass(found, entry, [{"item": body["item"], "state": one.state}])


def rows(material: Material, told: Books) -> list[list[Any]]:
    """Return everything that is to be taken away, by which change, and where that stands."""
    found = []
    for decision, item in material.in_force(DENIES):
        one = told.removals.get(item.id, Removal())
        change = told.changes.get(one.change or "", {})
        body = decision.body
        values = {
            "item": item.id,
            "agent": item.agent,
            "title": body["title"],
            "decision": body["verdict"],
            "reduce_to": " ".join(body["reduce_to"]),
            "decided_by": body["decided_by"],
            "decided_at": body["decided_at"],
            "signed_off": item.state == "signed_off",
            "state": one.state,
            "detail": one.detail,
            "change": one.change,
            "method": change.get("operation"),
            "policy": json.dumps(change["target"], sort_keys=True) if change else None,
            "before_sha256": change.get("before_sha256"),
            "after_sha256": change.get("after_sha256"),
            "ticket": one.detail if "handed_over" in one.at else None,
            "claimed_at": one.at.get("claimed"),
            "claimed_by": one.by.get("claimed"),
            "applied_at": one.at.get("applied"),
            "applied_by": one.by.get("applied"),
            "request_ids": " ".join(told.requests.get(one.change or "", [])) or None,
            "verified_at": one.at.get("verified") or one.at.get("gone"),
            "still_allowed_by": json.dumps(one.still, sort_keys=True) if one.still else None,
            "rolled_back_at": told.rolled_back.get(one.change or ""),
            "rollback": f"changes/{one.change}.json" if change else None,
            "entry": one.entry,
        }
        found.append([values.get(name) for name in REMEDIATION])
    return found


def _digest(document: str | None) -> str | None:
    """Return the SHA-256 of a document's text."""
    if document is None:
        return None
    return hashlib.sha256(document.encode("utf-8", "surrogatepass")).hexdigest()


def changes(told: Books) -> dict[str, dict[str, Any]]:
    """Return each change by the path of its file: both documents, and what came of the calls."""
    return {
        f"changes/{_name(change)}.json": {
            **body,
            "request_ids": told.requests.get(change, []),
            "rolled_back_at": told.rolled_back.get(change),
        }
        for change, body in told.changes.items()
    }


def _name(change: str) -> str:
    """Return an identifier as the name of a file, its digest where it could not be one."""
    plain = change.isascii() and change.replace("-", "").replace("_", "").isalnum()
    return change if plain and len(change) <= 40 else canonical.digest(change)  # noqa: PLR2004 - well below a path's limit


def verification(material: Material, told: Books) -> dict[str, Any]:
    """Return what `verification.json` holds: each later reading, and what it found of every item."""
    readings = material.projection.readings
    passes = [
        {
            **{name: one[name] for name in ("entry", "at", "by")},
            "reading": _reading(readings.get(one["snapshot"] or "", {})),
            "items": [
                {"item": found.get("item"), "state": found.get("state"), "found": _found(found)}
                for found in one["items"]
            ],
        }
        for one in told.passes
    ]
    return {
        "passes": passes,
        "items": [_item(told, one, readings) for one in material.in_force(DENIES)],
    }


def _found(one: dict[str, Any]) -> str:
    state = str(one.get("state"))
    return _FOUND.get(state, state)


_FOUND = {
    "verified": "absent or narrowed",
    "gone": "absent before anything was applied",
    "reappeared": "reappeared",
    "verified_still_allowed_by": "absent, and still allowed by another grant",
    "failed": "still present",
    "planned": "still present",
    "applied": "not looked at since it was applied",
}


def _reading(reading: dict[str, Any]) -> dict[str, Any]:
    names = ("snapshot", "taken_at", "digest", "content_sha256")
    source = reading.get("source", {})
    return {
        **{name: reading.get(name) for name in names},
        "caller_arn": source.get("caller_arn"),
        "recording_digest": source.get("recording_digest"),
        "gaps": len(reading.get("gaps", ())),
    }


def _item(
    told: Books,
    pair: tuple[DecisionState, ItemState],
    readings: dict[str, dict[str, Any]],
) -> dict[str, Any]:
    decision, item = pair
    one = told.removals.get(item.id, Removal())
    applied, verified = one.at.get("applied"), one.at.get("verified") or one.at.get("gone")
    reading = readings.get(one.snapshot or "", {})
    later = None
    if applied is not None and reading:
        # What proves a removal is a reading that was taken after the change, not one told of later.
        later = from_rfc3339(reading["taken_at"]) >= from_rfc3339(applied)
    return {
        "item": item.id,
        "decision": decision.body["verdict"],
        "state": one.state,
        "found": _FOUND.get(one.state, "not verified"),
        "applied_at": applied,
        "verified_at": verified,
        "reading": reading.get("snapshot"),
        "read_after_applied": later,
        "still_allowed_by": one.still,
    }


def after(material: Material, told: Books) -> dict[str, dict[str, Any]]:
    """Return by path, for each item that was verified, what stands in its place since."""
    found = {}
    for decision, item in material.in_force(DENIES):
        one = told.removals.get(item.id)
        if one is None or not {"verified", "gone"} & one.at.keys():
            continue
        change = told.changes.get(one.change or "", {})
        document = change.get("after")
        found[f"after/{_name(item.id)}.json"] = {
            "item": item.id,
            "title": decision.body["title"],
            "state": one.state,
            "verified_at": one.at.get("verified") or one.at.get("gone"),
            "policy": change.get("target"),
            "document": document,
            "document_sha256": _digest(document),
            "document_unknown": None
            if document
            else "nothing is left of it, or nothing was written",
            "still_allowed_by": one.still,
        }
    return found
