"""The campaign as OSCAL assessment results, for tools that read NIST's format.

A decision is an observation, a revocation a finding against AC-6(7), a sign-off an attestation,
and every entry that moved the campaign a line of the assessment log. Identifiers are derived from
the ledger, so that the same evidence gives the same file.
"""

import re
import uuid
from collections.abc import Sequence
from typing import Any

from recert.campaigns.revocations import DONE
from recert.clock import from_rfc3339, to_rfc3339
from recert.evidence.material import Material
from recert.evidence.readme import STANDING, banner
from recert.evidence.tieout import TieOut
from recert.store import canonical
from recert.store.outcome import DENIES
from recert.text import visible

VERSION = "1.2.1"
CONTROLS = ("ac-2", "ac-6", "ac-6.7")
OBJECTIVE = "ac-6.7_obj"
_NS = "urn:recert:oscal"
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$^@\"'])")
_HOLDS = {True: "without reservation", False: "with reservation"}


def assessment_results(material: Material, tied: TieOut) -> dict[str, Any]:
    """Return the document; everything that people or AWS wrote is escaped, as OSCAL's prose is Markdown."""
    ids = _Ids(material.projection.store_id, material.campaign)
    result = _result(material, tied, ids)
    agents = sorted(
        {str(item.agent) for item in material.projection.items_of(material.campaign) if item.agent}
    )
    if agents:
        result["local-definitions"] = {"components": [_component(ids, agent) for agent in agents]}
    return {
        "assessment-results": {
            "uuid": ids("document", material.ledger.head.hash),
            "metadata": {
                "title": _line(f"Recertification {material.campaign}"),
                "last-modified": material.ledger.entries[-1]["at"],
                "version": str(material.ledger.head.size),
                "oscal-version": VERSION,
                "roles": [
                    {"id": "assessor", "title": "Reviewer of record"},
                    {"id": "owner", "title": "Campaign owner"},
                ],
                "parties": [
                    {"uuid": ids("party", who), "type": "person", "name": _token_text(who)}
                    for who in _people(material)
                ],
            },
            "import-ap": {"href": f"#{ids('resource', 'campaign.json')}"},
            "results": [result],
            "back-matter": {
                "resources": [
                    {
                        "uuid": ids("resource", name),
                        "title": name,
                        "description": about,
                        "rlinks": [{"href": name}],
                    }
                    for name, about in (
                        ("campaign.json", "The campaign: its cause, scope, settings and steps."),
                        ("ledger.jsonl", "The ledger, which is the evidence of record."),
                        ("population.jsonl", "Every item that was put up for review."),
                    )
                ]
            },
        }
    }


class _Ids:
    """Makes identifiers of version 5 in the name of one ledger and campaign."""

    def __init__(self, ledger: str, campaign: str) -> None:
        self._root = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:recert:{ledger}:{campaign}")

    def __call__(self, kind: str, name: str) -> str:
        return str(uuid.uuid5(self._root, f"{kind}:{name}"))


def _line(text: str) -> str:
    """Return text for one line of Markdown: visible, unbroken, and nothing in it markup."""
    shown = " ".join(visible(text, limit=2000).split()) or "none"
    return _MARKDOWN.sub(r"\\\1", shown)


def _token_text(text: str) -> str:
    """Return text for a plain string: no white space around it, never empty."""
    return " ".join(visible(text, limit=400).split()) or "unknown"


def _instant(text: str | None) -> str:
    """Return an instant as OSCAL takes it, empty where the text is none."""
    try:
        return to_rfc3339(from_rfc3339(text)) if text else ""
    except ValueError:
        return ""


def _prop(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": _NS, "value": _token_text(value)}


def _people(material: Material) -> list[str]:
    row, projection = material.row, material.projection
    found = [
        row["owner"] or "nobody",
        *(step["by"] for step in projection.steps[material.campaign]),
    ]
    found += [
        d.body["decided_by"]
        for d in projection.decisions.values()
        if d.body["campaign"] == material.campaign
    ]
    closing = projection.closings.get(material.campaign)
    found += [closing["signer"]] if closing is not None else []
    found += [
        s["signer"] for s in projection.signoffs.values() if s["campaign"] == material.campaign
    ]
    return list(dict.fromkeys(str(who) for who in found))


def _component(ids: _Ids, agent: str) -> dict[str, Any]:
    return {
        "uuid": ids("agent", agent),
        "type": "software",
        "title": _line(agent),
        "description": "An AI agent on AWS that acts through IAM roles.",
        "status": {"state": "operational"},
    }


def _result(material: Material, tied: TieOut, ids: _Ids) -> dict[str, Any]:
    row, projection = material.row, material.projection
    result: dict[str, Any] = {
        "uuid": ids("result", material.campaign),
        "title": _line(str(row["name"])),
        "description": _line(f"{STANDING[tied.standing]} {banner(material)}"),
        "start": row["opened_at"],
        "props": [
            _prop("state", tied.state),
            _prop("standing", tied.standing),
            _prop("source", str(material.source)),
            _prop("signature", material.signature),
            _prop("chain-head", material.ledger.head.hash),
        ],
        "reviewed-controls": {
            "control-selections": [
                {"include-controls": [{"control-id": name} for name in CONTROLS]}
            ]
        },
        "assessment-log": {
            "entries": [
                {
                    "uuid": ids("step", str(step["entry"])),
                    "title": _line(f"{step['from'] or 'new'} to {step['to']}"),
                    "start": step["at"],
                    "logged-by": [{"party-uuid": ids("party", step["by"])}],
                    "props": [_prop("ledger-entry", str(step["entry"]))],
                }
                for step in projection.steps[material.campaign]
            ]
        },
    }
    if row["ended_at"]:
        result["end"] = row["ended_at"]
    attestations = _attestations(material, ids)
    if attestations:
        result["attestations"] = attestations
    decided = zip(("observations", "risks", "findings"), _decisions(material, ids), strict=True)
    return result | {name: found for name, found in decided if found}


def _attestations(material: Material, ids: _Ids) -> list[dict[str, Any]]:
    projection = material.projection
    found = [
        _attestation(ids, "Sign-off", "assessor", signoff)
        for signoff in projection.signoffs.values()
        if signoff["campaign"] == material.campaign
    ]
    closing = projection.closings.get(material.campaign)
    if closing is not None:
        memo = canonical.parse_strict(closing["statement"])["memo"]
        lines = [f"{line['text']} ({_HOLDS[bool(line['holds'])]})" for line in memo]
        found.append(_attestation(ids, "Close", "owner", closing, lines))
    return found


def _attestation(
    ids: _Ids, title: str, role: str, signed: dict[str, Any], lines: Sequence[str] = ()
) -> dict[str, Any]:
    """Return what somebody signed as an attestation: who, when, how strongly that is known, and what."""
    meaning = str(canonical.parse_strict(signed["statement"])["meaning"])
    return {
        "responsible-parties": [{"role-id": role, "party-uuids": [ids("party", signed["signer"])]}],
        "parts": [
            {
                "name": "authorization-statement",
                "ns": _NS,
                "title": title,
                "props": [
                    _prop("signed-at", signed["signed_at"]),
                    _prop("signature", signed["signature"]),
                    _prop("identity", signed["strength"]),
                    _prop("ledger-entry", str(signed["entry"])),
                ],
                "prose": _line(" ".join((meaning, *lines))),
            }
        ],
    }


def _decisions(
    material: Material, ids: _Ids
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    observations, risks, findings = [], [], []
    for name, decision in material.projection.decisions.items():
        body = decision.body
        if body["campaign"] != material.campaign or decision.state != "current":
            continue
        observations.append(_observation(material, ids, name))
        if body["verdict"] not in DENIES:
            continue
        removed = material.projection.remediations.get(body["item"])
        done = removed in DONE and removed != "excepted"
        title = _line(f"{body['verdict']}: {body['title']}")
        risks.append(
            {
                "uuid": ids("risk", name),
                "title": title,
                "description": _line(body["rationale"]),
                "statement": "The agent can exercise a permission that its reviewer decided to remove.",
                "status": "closed" if done else "open",
            }
        )
        findings.append(
            {
                "uuid": ids("finding", name),
                "title": title,
                "description": _line(body["rationale"]),
                "target": {
                    "type": "objective-id",
                    "target-id": OBJECTIVE,
                    "status": {"state": "satisfied" if done else "not-satisfied"},
                },
                "related-observations": [{"observation-uuid": ids("observation", name)}],
                "related-risks": [{"risk-uuid": ids("risk", name)}],
            }
        )
    return observations, risks, findings


def _observation(material: Material, ids: _Ids, name: str) -> dict[str, Any]:
    decision = material.projection.decisions[name]
    body = decision.body
    observation: dict[str, Any] = {
        "uuid": ids("observation", name),
        "title": _line(f"{body['verdict']}: {body['title']}"),
        "description": _line(body["rationale"]),
        "methods": ["EXAMINE"],
        "types": ["finding" if body["verdict"] in DENIES else "control-objective"],
        "origins": [
            {"actors": [{"type": "party", "actor-uuid": ids("party", body["decided_by"])}]}
        ],
        "relevant-evidence": [
            {
                "href": "ledger.jsonl",
                "description": f"Entry {decision.entry} of the ledger.",
                "props": [
                    _prop("ledger-entry", str(decision.entry)),
                    _prop("ledger-entry-hash", material.ledger.hashes[decision.entry - 1]),
                    _prop("basis-digest", body["basis_digest"]),
                ],
            }
        ],
        "collected": decision.at,
    }
    expires = _instant(body["until"])
    if expires:
        observation["expires"] = expires
    if body["agent"]:
        observation["subjects"] = [
            {
                "subject-uuid": ids("agent", body["agent"]),
                "type": "component",
                "title": _line(body["agent"]),
            }
        ]
    return observation
