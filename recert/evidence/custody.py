"""Who had to decide what, how items changed hands, and who was told when: two tables for people."""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from recert.evidence.material import Material

ASSIGNMENTS = (
    "item", "agent", "kind", "title", "reviewer", "basis", "basis_why", "state", "decided_by",
    "relationship", "independent", "is_owner", "is_creator", "is_last_changer", "can_assume_role",
    "reassigned", "delegated_from", "delegated_to", "delegation_reason", "delegated_by",
    "delegation_valid_from", "delegation_valid_until", "history",
)  # fmt: skip
NOTIFICATIONS = (
    "recipient", "channel", "template", "sent_at", "first_opened_at", "reminder", "level", "result",
    "campaign", "by", "entry",
)  # fmt: skip


def assignment_rows(material: Material) -> list[list[Any]]:
    """Return who had to decide what, who did, and every time that an item changed hands."""
    projection = material.projection
    hands = _hands(material)
    found = []
    for record in map(json.loads, material.records):
        item = projection.items[record["id"]]
        assigned = record["body"].get("assignment") or {}
        decision = projection.decisions.get(item.current or "")
        body = decision.body if decision else {}
        moves = hands.get(item.id, [])
        last = moves[-1] if moves else {}
        values = {
            "item": item.id,
            "agent": item.agent,
            "kind": item.kind,
            "title": record["title"],
            "reviewer": item.reviewer,
            "basis": "explicit" if moves else assigned.get("basis"),
            "basis_why": last.get("reason") or assigned.get("why"),
            "state": item.state,
            "decided_by": body.get("decided_by"),
            "relationship": _relationship(body.get("decided_by"), assigned.get("owner")),
            **_independence(body),
            "reassigned": len(moves),
            "delegated_from": last.get("from"),
            "delegated_to": last.get("to"),
            "delegation_reason": last.get("reason"),
            "delegated_by": last.get("by"),
            "delegation_valid_from": last.get("at"),
            "history": json.dumps(moves) if moves else None,
            **_stood_in(material, item.id, item.reviewer),
        }
        found.append([values.get(name) for name in ASSIGNMENTS])
    return found


def _stood_in(material: Material, item: str, reviewer: str | None) -> dict[str, Any]:
    """Return the last delegation that an item fell under: its reviewer stays, another decides."""
    settings = material.row["settings"]
    made = settings.get("delegations", []) if isinstance(settings, dict) else []
    found = [
        one
        for one in made
        if one["reviewer"].casefold() == (reviewer or "").casefold()
        and (not one["items"] or item in one["items"])
    ]
    if not found:
        return {}
    last = found[-1]
    return {
        "delegated_from": last["reviewer"],
        "delegated_to": last["delegate"],
        "delegation_reason": last["note"],
        "delegated_by": last["by"],
        "delegation_valid_from": last["valid_from"],
        "delegation_valid_until": last["ended_at"] or last["valid_until"],
    }


def _relationship(decided_by: str | None, owner: str | None) -> str | None:
    if decided_by is None:
        return None
    if owner is None:
        return "unknown: the agent has no owner"
    return "owner of the agent" if decided_by == owner else "not the owner of the agent"


def _independence(body: Mapping[str, Any]) -> dict[str, Any]:
    found = body.get("independence") or {}
    names = ("is_owner", "is_creator", "is_last_changer", "can_assume_role")
    if not body or body.get("verdict") == "no_response":
        return {}
    return {name: found.get(name, "unknown") for name in ("independent", *names)}


def _hands(material: Material) -> dict[str, list[dict[str, Any]]]:
    """Return by item every change of its reviewer, in the order of the ledger."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in material.ledger.entries:
        body = entry["body"]
        if entry["campaign"] != material.campaign or not entry["type"].startswith("item."):
            continue
        before, after = body.get("before"), body.get("reviewer")
        if entry["type"] == "item.reassigned" or (before is not None and before != after):
            found[body["item"]].append(
                {
                    "entry": entry["seq"],
                    "at": entry["at"],
                    "by": entry["actor"]["id"],
                    "from": before,
                    "to": after,
                    "reason": body.get("reason"),
                }
            )
    return found


def notification_rows(material: Material) -> list[list[Any]]:
    """Return every message of which the ledger tells."""
    found = []
    for entry in material.ledger.entries:
        if entry["type"] != "reminder.sent" or entry["campaign"] != material.campaign:
            continue
        body = entry["body"]
        values = {
            **body,
            "sent_at": entry["at"],
            "reminder": body["number"],
            "campaign": entry["campaign"],
            "by": entry["actor"]["id"],
            "entry": entry["seq"],
        }
        found.append([values.get(name) for name in NOTIFICATIONS])
    return found
