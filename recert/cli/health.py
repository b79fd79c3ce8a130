"""What `doctor` looks at: the configuration, the store, the last reading and what it could not see."""

from dataclasses import asdict
from typing import Any

from recert.aws.policy import missing_permissions
from recert.campaigns.estates import current_estate
from recert.cli.context import Run
from recert.cli.settings import every_setting
from recert.errors import RecertError
from recert.estate.estate import Estate
from recert.evidence.verify import verify
from recert.text import plural


def examine(run: Run) -> dict[str, Any]:
    """Return every check with its outcome, and what the last reading could not see."""
    checks: list[dict[str, Any]] = []
    estate: Estate | None = None
    try:
        found = every_setting(run.settings)
        place = run.settings.file or "no file; defaults and environment"
        checks.append(_check("configuration", f"{len(found)} settings, {place}"))
    except RecertError as error:
        checks.append(_check("configuration", str(error), ok=False))
        return {"ok": False, "checks": checks, "missing": []}
    try:
        store = run.store
        report = verify(store.location)
        checks.extend(
            {"name": one.name, "ok": one.ok, "detail": one.detail} for one in report.checks
        )
        checks.append(_check("store", f"{store.location}, {store.source or 'no reading yet'}"))
        caller = run.identity(store).caller
        known = (
            "known" if caller.known else "not in the store; `recert people add` makes them known"
        )
        checks.append(_check("caller", f"{caller.id}, identity {caller.strength}, {known}"))
        current = current_estate(store)
        estate = current[1] if current else None
    except RecertError as error:
        checks.append(_check("store", str(error), ok=False))
    if estate is not None:
        gaps = len(estate.coverage.gaps)
        detail = f"{estate.taken_at:%Y-%m-%d %H:%M} UTC, "
        detail += f"{plural(len(estate.agents), 'agent')}, {plural(gaps, 'gap')}"
        checks.append(_check("last reading", detail))
    missing = missing_permissions(estate.coverage.gaps) if estate is not None else ()
    return {
        "ok": all(one["ok"] for one in checks),
        "checks": checks,
        "missing": list(map(asdict, missing)),
    }


def _check(name: str, detail: str, *, ok: bool = True) -> dict[str, Any]:
    return {"name": name, "ok": ok, "detail": detail}
