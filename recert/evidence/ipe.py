"""How the population was made: who asked AWS what, what came back, and what became of it."""

from collections import Counter
from typing import Any

from recert.evidence.material import Material


def ipe(material: Material) -> dict[str, Any]:
    """Return what `ipe.json` holds: each reading with its calls, and the way from calls to items."""
    row, projection = material.row, material.projection
    readings = [_reading(one) for one in projection.readings.values()]
    return {
        "source": material.source,
        "synthetic": projection.synthetic,
        "population_from": row["snapshot"],
        "readings": readings,
        "steps": _steps(material),
        "filters": _filters(material),
        "reperform": _reperform(material),
    }


def _reading(reading: dict[str, Any]) -> dict[str, Any]:
    calls = reading.get("calls") or []
    places = sorted({(line["account"], line["region"]) for line in (*calls, *reading["visits"])})
    caller = reading["source"].get("caller_arn")
    skews = [
        int(line["clock_skew_seconds"])
        for line in calls
        if line.get("clock_skew_seconds") is not None
    ]
    started = [line["started_at"] for line in calls if line.get("started_at")]
    ended = [line["ended_at"] for line in calls if line.get("ended_at")]
    return {
        **reading,
        "calls": calls,
        "caller_arn": caller,
        "partition": str(caller or "arn:aws").split(":")[1],
        "accounts": sorted({account for account, _ in places}),
        "regions": sorted({region for _, region in places}),
        "started_at": min(started, default=None),
        "ended_at": max(ended, default=None),
        "clock_skew_seconds": max(skews, key=abs, default=None),
        "totals": {
            "operations": len({(line["service"], line["operation"]) for line in calls}),
            "calls": sum(line["calls"] for line in calls),
            "pages": sum(line["pages"] for line in calls),
            "items": sum(line["items"] for line in calls),
            "refused": sum(sum(line["refused"].values()) for line in calls),
        },
    }


def _steps(material: Material) -> list[dict[str, Any]]:
    """Return how many rows each step of the way held."""
    reading = material.projection.readings.get(material.row["snapshot"] or "", {})
    items = material.projection.items_of(material.campaign)
    states = Counter(item.state for item in items)
    out = states["excluded"] + states["superseded"]
    return [
        {"step": "agents read", "rows": reading.get("agents")},
        {"step": "roles read", "rows": reading.get("roles")},
        {"step": "agents in scope", "rows": len({item.agent for item in items if item.agent})},
        {"step": "items of the population", "rows": len(items)},
        {"step": "items excluded or superseded", "rows": out},
        {"step": "items to decide", "rows": len(items) - out},
    ]


def _filters(material: Material) -> dict[str, Any]:
    settings = material.row["settings"]
    told = settings.get("population") if isinstance(settings, dict) else None
    return {
        "scope": material.row["scope"],
        "population_rule": (told or {}).get("rule"),
        "exclusion_rules": sorted(
            {
                str(item.excluded_by)
                for item in material.projection.items_of(material.campaign)
                if item.excluded_by
            }
        ),
    }


def _reperform(material: Material) -> str:
    if material.source == "live":
        regions = sorted(
            {
                visit["region"]
                for reading in material.projection.readings.values()
                for visit in reading["visits"]
            }
        )
        return f"recert sync --regions {','.join(regions)}" if regions else "recert sync"
    if material.source == "demo":
        return "recert demo --no-tui --reset"
    return "recert sync --from RECORDING, with a recording of the digest in readings[].source"
