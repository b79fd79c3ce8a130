"""Which control the review serves, and what the words of the pack mean; and the campaign itself."""

from collections.abc import Mapping
from typing import Any

from recert.evidence.material import Material
from recert.store import canonical

FRAMEWORKS: Mapping[str, tuple[str, ...]] = {
    "NIST SP 800-53 rev. 5": ("AC-2(j)", "AC-6(7)"),
    "PCI DSS 4.0.1": ("7.2.4", "7.2.5.1"),
    "ISO/IEC 27001:2022": ("A.5.15", "A.5.18", "A.8.2"),
    "SOC 2": ("CC6.1", "CC6.2", "CC6.3"),
    "OWASP NHI Top 10 2025": ("NHI1", "NHI5", "NHI9"),
}
_FIELDS = (
    "id", "statement", "owner", "policy", "frequency", "frequency_basis", "retention",
)  # fmt: skip
_CLOSED = (
    "Closed without reservation means: every item of its population is answered and signed by its reviewer, "
    "every revocation was no longer found by a later reading or is formally excepted, every equation "
    "of tieout.json holds, and no call of its reading went unanswered."
)
_TYPES = {"event": "event", "cadence": "periodic", "expiry": "event"}
_ONE_ANSWER = "the one decision of the reviewer of record"
_KEPT = "kept, and asked again in a successor"


def control(material: Material) -> dict[str, Any]:
    """Return what `control.json` holds; what nobody stated is null, with how to state it."""
    settings = material.projection.settings
    stated = {name: settings.get(f"control.{name}") for name in _FIELDS}
    return {
        "control": {name: one["value"] if one else None for name, one in stated.items()},
        "stated": {
            name: {"by": one["by"], "at": one["at"], "entry": one["entry"], "reason": one["reason"]}
            for name, one in stated.items()
            if one
        },
        "unknown": {
            f"control.{name}": f"nobody stated it: `recert config set control.{name} TEXT`"
            for name, one in stated.items()
            if one is None
        },
        "frameworks": {name: list(ids) for name, ids in FRAMEWORKS.items()},
        "period": _period(material),
        "closing_means": _CLOSED,
    }


def _period(material: Material) -> dict[str, Any]:
    row, campaigns = material.row, material.projection.campaigns
    scope = {item.agent for item in material.projection.items_of(material.campaign)}
    earlier = [
        other["ended_at"]
        for name, other in campaigns.items()
        if name != material.campaign
        and other["state"] == "closed"
        and str(other["ended_at"]) <= row["opened_at"]
        and scope & {item.agent for item in material.projection.items_of(name)}
    ]
    begun = max(earlier, default=None)
    return {
        "from": begun,
        "from_reason": None if begun else "no earlier campaign over these agents was closed",
        "to": row["ended_at"] or material.ledger.entries[-1]["at"],
    }


def campaign(material: Material, *, tells_rules: bool = True) -> dict[str, Any]:
    """Return what `campaign.json` holds.

    The first packs did not tell by which rules stages and silence were taken (`tells_rules` false).
    """
    row, projection = material.row, material.projection
    steps = projection.steps[material.campaign]
    settings = row["settings"]
    stages = settings.get("stages") or {}
    trigger = row["trigger"] if isinstance(row["trigger"], dict) else {}
    return {
        **row,
        "type": _TYPES.get(str(trigger.get("kind")), "on demand"),
        "scope_as_written": row["scope"],
        "scope_resolved": sorted(
            {str(item.agent) for item in projection.items_of(material.campaign) if item.agent}
        ),
        "creator": steps[0]["by"],
        "instants": {
            "created_at": row["opened_at"],
            "prepared_at": _when(steps, "staged"),
            "launched_at": row["launched_at"],
            "due_at": row["due_at"],
            "reviewed_at": _when(steps, "reviewed"),
            "closed_at": _when(steps, "closed"),
            "zone": row["due_zone"],
        },
        "stages": stages or [{"stage": 1, "reviewers": "the reviewer of record"}],
        "outcome_strategy": (stages.get("strategy") if tells_rules else None) or _ONE_ANSWER,
        "no_response_rule": _no_response(material) if tells_rules else _KEPT,
        "settings_sha256": canonical.digest(settings),
        "tool": _tools(material),
        "source": material.source,
        "synthetic": projection.synthetic,
        "signature": material.signature,
        "signatures_demanded": projection.demanded,
        "ledger_settings": projection.settings,
        "steps": steps,
        "events": [
            event for event in projection.events.values() if event["campaign"] == material.campaign
        ],
    }


def _no_response(material: Material) -> str:
    """Say what silence came to in this campaign; as long as nobody was silent, what it comes to."""
    meant = {
        str(one.body["consequence"])
        for one in material.projection.decisions.values()
        if one.body["campaign"] == material.campaign and one.body["verdict"] == "no_response"
    }
    if "revoke" in meant:
        return "revoked" if meant == {"revoke"} else "revoked or kept, see consequence in decisions"
    return _KEPT


def _when(steps: list[dict[str, Any]], state: str) -> str | None:
    return next((step["at"] for step in reversed(steps) if step["to"] == state), None)


def _tools(material: Material) -> dict[str, Any]:
    """Return every version that wrote to the ledger, and the schema that the store has."""
    schema = None
    for entry in material.ledger.entries:
        if entry["type"] in ("store.created", "migration"):
            body = entry["body"]
            schema = body.get("to", body.get("schema", schema))
    versions = {str(entry["tool"]["version"]): None for entry in material.ledger.entries}
    return {"name": "recert", "versions": list(versions), "schema": schema, "commit": None}
