"""How the review was done: what shows whether reviewers looked, without judging them."""

from collections import defaultdict
from itertools import groupby, pairwise
from statistics import median
from typing import Any

from recert.clock import from_rfc3339
from recert.evidence.material import Material

_KEPT = ("attest", "attest_until")


def quality(material: Material) -> dict[str, Any]:
    """Return, per reviewer, what `quality.json` holds; shares are whole percents, pauses seconds.

    Decisions of one bulk count as one moment: a pause is the time between two moments.
    """
    by_reviewer: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for decision in material.projection.decisions.values():
        body = decision.body
        if body["campaign"] == material.campaign and body["verdict"] != "no_response":
            by_reviewer[body["decided_by"]].append({**body, "in_force": decision.state})
    return {"reviewers": [_reviewer(name, by_reviewer[name]) for name in sorted(by_reviewer)]}


def _reviewer(name: str, decisions: list[dict[str, Any]]) -> dict[str, Any]:
    current = [body for body in decisions if body["in_force"] == "current"]
    moments = sorted({from_rfc3339(body["decided_at"]) for body in decisions})
    pauses = [int((later - earlier).total_seconds()) for earlier, later in pairwise(moments)]
    runs = [len(list(run)) for _, run in groupby(body["verdict"] for body in decisions)]
    return {
        "reviewer": name,
        "decisions": len(decisions),
        "in_force": len(current),
        "changed_or_taken_back": len(decisions) - len(current),
        "kept_percent": _percent(sum(body["verdict"] in _KEPT for body in current), len(current)),
        "bulk_percent": _percent(sum(body["bulk"] > 1 for body in decisions), len(decisions)),
        "largest_bulk": max(body["bulk"] for body in decisions),
        "headless_percent": _percent(sum(body["headless"] for body in decisions), len(decisions)),
        "basis_named_percent": _percent(
            sum(body["basis_named"] for body in decisions), len(decisions)
        ),
        "self_reported_percent": _percent(
            sum(bool(body.get("attention", {}).get("self_reported")) for body in decisions),
            len(decisions),
        ),
        "longest_run_of_one_answer": max(runs),
        "median_pause_seconds": int(median(pauses)) if pauses else None,
        "shortest_pause_seconds": min(pauses) if pauses else None,
    }


def _percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None
