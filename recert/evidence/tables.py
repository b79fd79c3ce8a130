"""CSV for people with spreadsheets: every cell quoted, no cell a formula.

The evidence of record is JSON Lines; these files repeat it. Text from AWS is made visible first,
and a cell that a spreadsheet would execute begins with an apostrophe.
"""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from recert.evidence.material import Material
from recert.text import visible

# The last four are the full-width forms of the first four, which some spreadsheets take for them.
_FORMULA = tuple("=+-@\t\r\n\x00\uff1d\uff0b\uff0d\uff20")
DECISIONS = (
    "entry", "recorded_at", "decision", "item", "agent", "kind", "title", "verdict", "in_force",
    "rationale", "until", "reduce_to", "control", "approver", "decided_by", "decider_name",
    "identity", "decided_at", "zone", "stage", "iteration", "headless", "basis_named", "bulk",
    "bulk_id", "recommendation", "recommendation_reason", "followed", "dwell_ms", "opened",
    "carried_over", "basis_digest", "shown_digest", "supersedes", "signed_by", "signed_at",
    "signature", "entry_prev", "entry_sha256",
)  # fmt: skip
EXCLUSIONS = ("item", "agent", "kind", "title", "state", "rule", "reason", "by", "at", "entry")
EXCEPTIONS = (
    "item", "agent", "title", "reason", "control", "approver", "approver_roles", "expires",
    "next_review", "decided_by", "decided_at", "entry",
)  # fmt: skip
IDENTITIES = {"ssh": "proved (SSH)", "sts": "verified (STS)", "os": "claimed (OS)"}


def cell(value: Any) -> str:
    """Return a value as one harmless cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value if isinstance(value, str) else json.dumps(value)
    # What a spreadsheet looks at is the first character of the raw text and of the shown one.
    shown = visible(text)
    return f"'{shown}" if text.startswith(_FORMULA) or shown.startswith(_FORMULA) else shown


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a table as CSV in UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([cell(value) for value in row])
    return out.getvalue().encode("utf-8")


def decision_rows(material: Material) -> list[list[Any]]:
    """Return every decision of the campaign, superseded ones too, in the order of the ledger."""
    projection = material.projection
    reasons = {record["id"]: record["reason"] for record in map(json.loads, material.records)}
    # Every stage of an item has its sign-off, also where its answer is not the one in force.
    covering: dict[str, dict[str, Any]] = {
        pair["decision"]: signoff
        for signoff in projection.signoffs.values()
        for pair in signoff["decisions"]
    }
    rows = []
    for found in projection.decisions.values():
        body = found.body
        if body["campaign"] != material.campaign:
            continue
        attention = body.get("attention") or {}
        signoff = covering.get(body["id"], {})
        values = {
            **body,
            "entry": found.entry,
            "recorded_at": found.at,
            "decision": body["id"],
            "in_force": found.state,
            "reduce_to": " ".join(body["reduce_to"]),
            "decider_name": projection.persons.get(body["decided_by"], {}).get("name"),
            "identity": IDENTITIES.get(body["strength"], body["strength"]),
            "zone": "UTC",
            "stage": body.get("stage", 1),
            "iteration": 2 if material.row["predecessor"] else 1,
            # Decisions of one request share the first part of what makes a repeated one harmless.
            "bulk_id": str(body["client_id"]).partition("/")[0] if body["bulk"] > 1 else None,
            "recommendation": body.get("recommendation"),
            "recommendation_reason": reasons.get(body["item"]),
            "followed": body.get("followed"),
            "dwell_ms": attention.get("dwell_ms"),
            "opened": attention.get("opened"),
            "carried_over": False,
            "entry_prev": material.ledger.entries[found.entry - 1]["prev"],
            "signed_by": signoff.get("signer"),
            "signed_at": signoff.get("signed_at"),
            "signature": signoff.get("signature"),
            "entry_sha256": material.ledger.hashes[found.entry - 1],
        }
        rows.append([values[name] for name in DECISIONS])
    return rows


def exclusion_rows(material: Material) -> list[list[Any]]:
    """Return every item that was left out of the review, by which rule and by whom."""
    records = {record["id"]: record for record in map(json.loads, material.records)}
    told = _item_entries(material)
    rows = []
    for item in material.projection.items_of(material.campaign):
        if item.state not in ("excluded", "superseded", "conflicted"):
            continue
        entry = told.get(item.id, {})
        record = records[item.id]
        rows.append(
            [
                item.id,
                item.agent,
                item.kind,
                record["title"],
                item.state,
                item.excluded_by,
                entry.get("body", {}).get("reason", record["reason"]),
                entry.get("actor", {}).get("id"),
                entry.get("at"),
                entry.get("seq"),
            ]
        )
    return rows


def exception_rows(material: Material) -> list[list[Any]]:
    """Return every exception in force, with its compensating control and its end."""
    rows = []
    for found, item in material.in_force(("exception",)):
        body = found.body
        rows.append(
            [
                item.id,
                item.agent,
                body["title"],
                body["rationale"],
                body["control"],
                body["approver"],
                " ".join(material.projection.persons.get(body["approver"], {}).get("roles", [])),
                body["until"],
                body["until"],
                body["decided_by"],
                body["decided_at"],
                found.entry,
            ]
        )
    return rows


def _item_entries(material: Material) -> dict[str, dict[str, Any]]:
    return {
        entry["body"]["item"]: entry
        for entry in material.ledger.entries
        if entry["type"].startswith("item.") and entry["campaign"] == material.campaign
    }
