"""The report that a director reads and prints: one page of HTML that loads nothing and runs nothing."""

import base64
import hashlib
import json
from collections import defaultdict
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template

from recert.evidence.material import Material
from recert.evidence.readme import SOURCES, STANDING, banner
from recert.evidence.tables import IDENTITIES
from recert.evidence.tieout import ROWS, TieOut, gaps_of
from recert.text import plural, visible

_CLASSES = {"complete": "good", "does not add up": "bad", "cancelled": "bad"}
_VERDICT_CLASSES = {
    "revoke": "out",
    "reduce": "out",
    "abstain": "open",
    "no_response": "open",
    "": "open",
}
_LONG = 2000


def _shown(value: Any) -> Any:
    """Make whatever stands in the page harmless to a reader; the markup's own escaping comes after."""
    return visible(value, limit=_LONG) if isinstance(value, str) else value


@cache
def _template() -> tuple[Template, str, str]:
    folder = files("recert.evidence").joinpath("templates")
    # Nothing that is shown is trusted: every value is escaped, and an unknown name is an error.
    environment = Environment(autoescape=True, undefined=StrictUndefined, finalize=_shown)
    style = folder.joinpath("report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    source = folder.joinpath("report.html.j2").read_text(encoding="utf-8")
    # The style is ours and has to stay as it is, to match the hash that the page allows.
    return environment.from_string(source.replace("{{ style }}", style)), style, digest


def render(material: Material, tied: TieOut) -> bytes:
    """Return the report as UTF-8."""
    template, _, digest = _template()
    projection = material.projection
    row = material.row
    reading = projection.readings.get(row["snapshot"] or "", {})
    page = template.render(
        style_hash=digest,
        campaign=row,
        banner=banner(material),
        standing=STANDING[tied.standing],
        standing_class=_CLASSES.get(tied.standing, "warn"),
        facts=_facts(material, tied),
        counts=[
            (name, count, ROWS.get(name, "decisions.csv"))
            for name, count in (
                *tied.counts.items(),
                *((name, count) for name, count in tied.verdicts.items() if count),
            )
        ],
        equations=[equation.as_json() for equation in tied.equations],
        events=[e for e in projection.events.values() if e["campaign"] == material.campaign],
        trigger=json.dumps(row["trigger"]),
        signoffs=_signoffs(material),
        closing=_closing(material),
        gaps=gaps_of(projection, material.campaign),
        limits=reading.get("limits", []),
        decisions=_decisions(material),
        steps=projection.steps[material.campaign],
        ledger=projection.store_id,
        head=str(material.ledger.head),
    )
    return page.encode("utf-8", "replace")


def _facts(material: Material, tied: TieOut) -> list[tuple[str, Any]]:
    row = material.row
    due = f"{row['due_at']} ({row['due_zone']})" if row["due_at"] else "none"
    reading = material.projection.readings.get(row["snapshot"] or "", {})
    caller = reading.get("source", {}).get("caller_arn")
    return [
        ("Campaign", material.campaign),
        ("State", tied.state),
        ("Owner", row["owner"] or "nobody"),
        ("Opened", row["opened_at"]),
        ("Due", due),
        ("Ended", row["ended_at"] or "not yet"),
        ("Source", SOURCES.get(material.source or "", "nothing was read")),
        ("Read at", reading.get("taken_at", "unknown")),
        ("Read by", caller or "nobody (recording)"),
        ("Signature", material.signature),
        ("As of", material.ledger.entries[-1]["at"]),
    ]


def _signoffs(material: Material) -> list[dict[str, Any]]:
    return [
        {**_signed(signoff), "signed": plural(len(signoff["decisions"]), "item")}
        for signoff in material.projection.signoffs.values()
        if signoff["campaign"] == material.campaign
    ]


def _closing(material: Material) -> dict[str, Any] | None:
    closing = material.projection.closings.get(material.campaign)
    if closing is None:
        return None
    return {**_signed(closing), "memo": json.loads(closing["statement"])["memo"]}


def _signed(signed: dict[str, Any]) -> dict[str, Any]:
    """Return name, time and meaning of a signature, and how strongly it is known who signed."""
    statement = json.loads(signed["statement"])
    return {
        "printed": f"{statement['signer'].get('name') or signed['signer']} ({signed['signer']})",
        "at": signed["signed_at"],
        "identity": IDENTITIES.get(signed["strength"], signed["strength"]),
        "signature": signed["signature"],
        "key": signed["key"],
        "meaning": statement["meaning"],
    }


def _decisions(material: Material) -> list[tuple[str, list[dict[str, Any]]]]:
    by_agent: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record in map(json.loads, material.records):
        item = material.projection.items[record["id"]]
        decision = material.projection.decisions.get(item.current or "")
        body = decision.body if decision is not None else {}
        verdict = str(body.get("verdict", ""))
        by_agent[str(record["agent"] or "no agent")].append(
            {
                "item": item.id,
                "title": record["title"],
                "kind": item.kind,
                "privileged": record["privileged"],
                "verdict": verdict.replace("_", " ") or "none yet",
                "class": _VERDICT_CLASSES.get(verdict, "kept"),
                "more": _more(body),
                "state": item.state.replace("_", " "),
                "rationale": body.get("rationale", ""),
                "by": body.get("decided_by", item.reviewer or "nobody"),
                "identity": IDENTITIES.get(str(body.get("strength")), "reviewer"),
                "at": body.get("decided_at", ""),
            }
        )
    return sorted(by_agent.items())


def _more(body: dict[str, Any]) -> str:
    if body.get("verdict") == "reduce":
        return ", ".join(body["reduce_to"])
    if body.get("verdict") == "exception":
        return f"{body['control']}; approved by {body['approver']}, until {body['until']}"
    return f"until {body['until']}" if body.get("until") else ""
