"""The population as a table: every item as it was frozen, with all that its reviewer was shown."""

import json
from collections.abc import Mapping
from typing import Any

from recert.evidence.material import Material
from recert.store import canonical

COLUMNS = (
    "item", "kind", "agent", "agent_name", "aliases", "live_versions", "purpose", "owner",
    "backup_owner", "environment", "risk_tier", "role_arn", "role_id", "via", "policy_kind",
    "policy_name", "policy_arn", "policy_version", "statement_sid", "statement_index", "effect",
    "action", "effective_actions", "blocked", "resources", "conditions", "access_levels", "privileged",
    "privileged_why", "meaning", "worst_case", "granted_at", "granted_by", "last_used", "last_used_at",
    "last_used_source", "explained_by", "shared_with", "delta", "last_decision", "last_decided_at",
    "last_decided_by", "recommendation", "recommendation_reason", "risks", "basis_digest",
    "shown_digest", "record_sha256",
)  # fmt: skip
_UNEXPLAINED = "unexplained"
_ENVIRONMENT = ("environment", "env", "stage")


def rows(material: Material) -> list[list[Any]]:
    """Return a row for each item, in the order in which the items were assigned."""
    records = [json.loads(text) for text in material.records]
    stewards = {
        record["agent"]: record["body"].get("shown", {})
        for record in records
        if record["kind"] == "stewardship"
    }
    found = []
    for text, record in zip(material.records, records, strict=True):
        values = _values(material, record, stewards.get(record["agent"], {}))
        values["record_sha256"] = canonical.sha256(text)
        found.append([values.get(name) for name in COLUMNS])
    return found


def _values(
    material: Material, record: Mapping[str, Any], steward: Mapping[str, Any]
) -> dict[str, Any]:
    body = record["body"]
    basis, grant, shown = (body.get(name) or {} for name in ("basis", "grant", "shown"))
    policy = {**(basis.get("policy") or {}), **(grant.get("policy") or {})}
    statement = grant.get("statement") or shown.get("statement") or {}
    used = grant.get("last_used") or shown.get("last_used") or {}
    last = body.get("last") or {}
    owner = basis.get("owner")
    risks = grant.get("risks") or shown.get("risks") or []
    explained = grant.get("explained_by") or shown.get("explained_by")
    return {
        "item": record["id"],
        "kind": record["kind"],
        "agent": record["agent"],
        "agent_name": body.get("agent_name"),
        "aliases": _words(steward.get("aliases")),
        "live_versions": _words(steward.get("live_versions")),
        "purpose": basis.get("purpose"),
        "owner": owner,
        "backup_owner": material.projection.persons.get(str(owner), {}).get("backup"),
        "environment": _environment(steward.get("tags") or {}),
        "role_arn": grant.get("role_arn") or basis.get("role_arn") or shown.get("role_arn"),
        "role_id": basis.get("role_id"),
        "via": grant.get("via") or shown.get("via"),
        "policy_kind": policy.get("kind") or ("trust" if record["kind"] == "trust" else None),
        "policy_name": policy.get("name"),
        "policy_arn": policy.get("arn"),
        "policy_version": policy.get("version_id") or shown.get("version_id"),
        "statement_sid": statement.get("sid"),
        "statement_index": statement.get("index"),
        "effect": "Allow" if record["kind"] in ("permission", "attachment", "trust") else None,
        "action": grant.get("action") or _words(basis.get("actions")),
        "effective_actions": _words(grant.get("effective_actions")),
        "blocked": _json(grant.get("blocked")),
        "resources": _words(grant.get("resources")),
        "conditions": _json(grant.get("conditions") or basis.get("conditions")),
        "access_levels": _words(grant.get("access_levels")) or record["level"] or "none",
        "privileged": bool(record["privileged"]),
        "privileged_why": record["reason"] if record["privileged"] else None,
        "meaning": shown.get("meaning") or record["title"],
        "worst_case": shown.get("worst_case"),
        "granted_at": "unknown",
        "granted_by": "unknown",
        "last_used": used.get("state") or "unknown",
        "last_used_at": used.get("at"),
        "last_used_source": used.get("source") or used.get("words") or "no data",
        "explained_by": _json(explained) if explained else _UNEXPLAINED,
        "shared_with": _words(shown.get("shared_with")),
        "delta": record["delta"],
        "last_decision": last.get("verdict"),
        "last_decided_at": last.get("at"),
        "last_decided_by": last.get("by"),
        "recommendation": record["recommendation"],
        "recommendation_reason": record["reason"],
        "risks": _words(risks),
        "basis_digest": record["basis_digest"],
        "shown_digest": record["shown_digest"],
    }


def _words(value: Any) -> str | None:
    """Return a list as words with spaces between, a text as it is."""
    if not value:
        return None
    if isinstance(value, str):
        return value
    return " ".join(one if isinstance(one, str) else json.dumps(one) for one in value)


def _json(value: Any) -> str | None:
    if not value:
        return None
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _environment(tags: Mapping[str, Any]) -> str | None:
    by_name = {str(name).casefold(): value for name, value in tags.items()}
    return next((str(by_name[name]) for name in _ENVIRONMENT if name in by_name), None)
