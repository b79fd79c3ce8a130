"""Agents: one line each, and an identity card."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from recert.tui.ports import Facts
from recert.tui.text import Piece, Role, Row, fit, name, row, say, width_of
from recert.tui.view.facts import (
    as_list,
    as_map,
    branch,
    field,
    heading,
    is_empty,
    short,
    tree,
    words,
)
from recert.tui.view.when import day, stamp
from recert.tui.view.words import severity

_TIER = 11
_KIND = 14
_OWNER = 22
_WIDE = 90
_SHOWN = {
    "arn", "name", "kind", "account", "region", "owner", "purpose", "execution_role_arn",
    "live_versions", "certified", "last_reviewed_at", "next_review_due", "fingerprint",
    "shares_role_with", "risk_tier", "roles", "blast_radius", "integrations", "findings", "events",
}  # fmt: skip


def agent_row(agent: Facts, width: int) -> Row:
    """Return the line of an agent."""
    gap = Piece(" ", Role.PLAIN)
    certified = (
        Piece("✓ certified", Role.GOOD)
        if agent.get("certified")
        else Piece("· not certified", Role.MUTED)
    )
    owner = agent.get("owner")
    tail: list[Piece] = [gap, fit(say(owner) if owner else Piece("▲ no owner", Role.WARN), _OWNER)]
    if width >= _WIDE:
        tail += [gap, fit(say(agent.get("kind") or "", Role.MUTED), _KIND)]
    tail += [gap, fit(certified, 16)]
    head = (gap, fit(severity(str(agent.get("risk_tier") or "unknown")), _TIER), gap)
    room = max(10, width - width_of(head) - width_of(tail))
    return (*head, fit(say(agent.get("name") or agent.get("arn") or ""), room), *tail)


def agent_heading(width: int) -> Row:
    """Return the heading over the agents."""
    tail = (
        " "
        + "owner".ljust(_OWNER)
        + (" " + "kind".ljust(_KIND) if width >= _WIDE else "")
        + " "
        + "state".ljust(16)
    )
    head = " " + "risk".ljust(_TIER + 1)
    return row(say(head + "agent".ljust(max(6, width - len(head) - len(tail))) + tail, Role.RULE))


def agent_detail(agent: Facts, more: Facts | None, now: datetime) -> list[Row]:  # noqa: ARG001 - ages are added by the caller's clock
    """Return the identity card of an agent; `more` adds roles, reach, integrations, findings, events."""
    known = {**agent, **(more or {})}
    owner = known.get("owner")
    lines: list[Row] = [
        name(str(known.get("name") or ""), Role.TITLE),
        name(str(known.get("arn") or ""), Role.MUTED),
        (),
        field("owner", row(say(owner) if owner else Piece("▲ nobody", Role.WARN))),
        field(
            "purpose",
            short(known.get("purpose"))
            if known.get("purpose")
            else row(say("not stated", Role.WARN)),
        ),
        field(
            "kind",
            f"{short(known.get('kind'))}  {short(known.get('account'))}  {short(known.get('region'))}",
        ),
        field("risk", row(severity(str(known.get("risk_tier") or "unknown")))),
        field("live", _live(known)),
        field("role", name(short(known.get("execution_role_arn")))),
    ]
    lines += [
        field("shared with", name(str(arn), Role.WARN))
        for arn in as_list(known.get("shares_role_with"))
    ]
    lines += [field("certified", _certified(known)), ()]
    if more is None:
        lines.append(row(say("reading roles, reach and history …", Role.MUTED)))
    lines += (
        _reach_rows(known)
        + _findings(known.get("findings"))
        + _parts(known)
        + _timeline(known.get("events"))
    )
    return lines


def _live(known: Mapping[str, Any]) -> Row:
    versions = as_list(known.get("live_versions"))
    if not versions:
        return row(say("nothing: no alias serves a version", Role.MUTED))
    return row(say("version " + ", ".join(str(v) for v in versions)))


def _certified(known: Mapping[str, Any]) -> Row:
    due = known.get("next_review_due")
    tail = say(f"  next review {day(due)}" if due else "", Role.MUTED)
    if known.get("certified"):
        return (Piece("✓ yes", Role.GOOD), tail)
    last = known.get("last_reviewed_at")
    return (Piece("✗ no", Role.WARN), say(f"  last reviewed {day(last)}", Role.MUTED), tail)


def _reach_rows(known: Mapping[str, Any]) -> list[Row]:
    roles = as_list(known.get("roles"))
    radius = as_map(known.get("blast_radius"))
    lines: list[Row] = []
    if roles:
        children = []
        for role_fact in roles:
            fact = as_map(role_fact)
            via = f"  {fact['via']}" if fact.get("via") else ""
            children.append(
                [name(str(fact.get("arn") or short(role_fact))) + row(say(via, Role.MUTED))]
            )
        lines += [*branch(heading("Acts through"), children), ()]
    if radius:
        lines.append(heading("Blast radius"))
        for key, value in radius.items():
            alarm = key in {"escalations", "write_actions"} and bool(value)
            lines.append(
                row(
                    say(f"  {short(value):>8}  ", Role.WARN if alarm else Role.STRONG),
                    say(words(str(key))),
                )
            )
        lines.append(())
    return lines


def _findings(findings: Any) -> list[Row]:
    found = as_list(findings)
    if not found:
        return []
    lines: list[Row] = [heading("Findings")]
    for finding in found:
        fact = as_map(finding)
        lines.append(
            (
                Piece("  ", Role.PLAIN),
                severity(str(fact.get("severity", ""))),
                say(f"  {words(str(fact.get('kind', '')))}", Role.STRONG),
                say(f"  {short(fact.get('detail') or '')}", Role.MUTED),
            )
        )
    return [*lines, ()]


def _parts(known: Mapping[str, Any]) -> list[Row]:
    lines: list[Row] = []
    if not is_empty(known.get("integrations")):
        lines += [heading("Integrations"), *tree(known["integrations"], depth=1), ()]
    rest = {k: v for k, v in known.items() if k not in _SHOWN and not is_empty(v)}
    if rest:
        lines += [heading("More"), *tree(rest, depth=1), ()]
    return lines


def _timeline(events: Sequence[Facts] | None) -> list[Row]:
    if not events:
        return []
    lines: list[Row] = [heading("What happened")]
    for event in events:
        at = say(f"  {stamp(event.get('detected_at'))}  ", Role.MUTED)
        lines.append(
            (at, severity(str(event.get("severity", ""))), say(f"  {event.get('kind', '')}"))
        )
    return lines
