"""How the review was done: what shows whether reviewers looked, without judging them."""

from collections import defaultdict
from itertools import groupby, pairwise
from statistics import median
from typing import Any

from recert.campaigns.attention import SAMPLE
from recert.clock import from_rfc3339
from recert.evidence.material import Material
from recert.store import canonical
from recert.store.outcome import ACCEPTS

_ATTESTS = ACCEPTS - {"exception"}


def quality(material: Material) -> dict[str, Any]:
    """Return, per reviewer, what `quality.json` holds; shares are whole percents, pauses seconds.

    Decisions of one bulk count as one moment: a pause is the time between two moments.
    """
    by_reviewer: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for decision in material.projection.decisions.values():
        body = decision.body
        if body["campaign"] == material.campaign and body["verdict"] != "no_response":
            by_reviewer[body["decided_by"]].append({**body, "in_force": decision.state})
    return {
        "reviewers": [_reviewer(name, by_reviewer[name]) for name in sorted(by_reviewer)],
        "second_look": _second_look(material),
        "seeded_checks": None,
    }


def _second_look(material: Material) -> dict[str, Any]:
    """Return which kept items somebody else should look at again; which ones follows from the decisions."""
    projection = material.projection
    kept = [
        (item.id, item.current)
        for item in projection.items_of(material.campaign)
        if item.state == "signed_off"
        and item.current is not None
        and projection.decisions[item.current].body["verdict"] in ACCEPTS
    ]
    drawn = sorted((canonical.digest(list(pair)), pair[0]) for pair in kept)
    sample = sorted(item for _, item in drawn[: -(-len(drawn) // SAMPLE)])
    return {
        "of": len(kept),
        "sample": sample,
        "sample_percent": _percent(len(sample), len(kept)),
        "agreement_percent": None,
    }


def _reviewer(name: str, decisions: list[dict[str, Any]]) -> dict[str, Any]:
    current = [body for body in decisions if body["in_force"] == "current"]
    moments = sorted({from_rfc3339(body["decided_at"]) for body in decisions})
    pauses = [int((later - earlier).total_seconds()) for earlier, later in pairwise(moments)]
    told = [body.get("attention") or {} for body in decisions]
    dwell = [int(one["dwell_ms"]) for one in told if one.get("dwell_ms") is not None]
    looked = [bool(one["opened"]) for one in told if one.get("opened") is not None]
    runs = [len(list(run)) for _, run in groupby(body["verdict"] for body in decisions)]
    return {
        "reviewer": name,
        "decisions": len(decisions),
        "in_force": len(current),
        "changed_or_taken_back": len(decisions) - len(current),
        "kept_percent": _percent(
            sum(body["verdict"] in _ATTESTS for body in current), len(current)
        ),
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
        "measured": len(dwell),
        "median_dwell_seconds": round(median(dwell) / 1000) if dwell else None,
        "shortest_dwell_seconds": round(min(dwell) / 1000) if dwell else None,
        "opened_percent": _percent(sum(looked), len(looked)),
        "followed_percent": _percent(
            sum(body.get("followed") is True for body in decisions),
            sum(body.get("followed") is not None for body in decisions),
        ),
        "longest_run_of_one_answer": max(runs),
        "median_pause_seconds": int(median(pauses)) if pauses else None,
        "shortest_pause_seconds": min(pauses) if pauses else None,
    }


def _percent(part: int, whole: int) -> int | None:
    return round(100 * part / whole) if whole else None
