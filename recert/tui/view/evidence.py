"""The evidence for one item: what it means, how bad it can get, why it is asked, what it rests on."""

from collections.abc import Mapping, Sequence
from typing import Any

from recert.campaigns.views import DecisionView, ItemView
from recert.tui.text import Piece, Role, Row, cut, name, row, say
from recert.tui.view.facts import (
    as_list,
    as_map,
    differences,
    field,
    heading,
    is_empty,
    short,
    tree,
    words,
)
from recert.tui.view.grants import listed, policy_name, use_of
from recert.tui.view.origins import (
    also_allowed,
    effective,
    inside,
    named,
    origin,
    reach,
    statement,
)
from recert.tui.view.people import decision_rows, earlier_stages, linked, taken_back
from recert.tui.view.words import level_mark, severity, suggestion

_KNOWN = {
    "meaning",
    "worst_case",
    "causes",
    "why",
    "policy_document",
    "document",
    "changes",
    "before",
    "after",
    "also_allowed_by",
    "still_allowed_by",
    "reach",
    "unknown",
    "coverage",
    "explained_by",
    "shared_with",
    "overlaps",
    "keep",
    "hops",
    "via",
    "last_used",
    "risks",
    "narrowed",
    "unsure",
    "unread",
    "grants",
    "grants_total",
    "explained",
    "catalogue",
    "resource_policy",
    "gaps",
    "basis",
    "assignment",
    "problems",
    "statement",
}
_GRANT_KNOWN = {
    "id",
    "role_arn",
    "via",
    "policy",
    "statement",
    "action",
    "resources",
    "conditions",
    "effective_actions",
    "conditional",
    "blocked",
    "access_levels",
    "last_used",
    "explained_by",
    "risks",
}


def brief(view: ItemView) -> list[Row]:
    """Return the few lines that matter most, for a screen with no room for the whole."""
    evidence = view.evidence
    lines = [_what(view)]
    worst = evidence.get("worst_case")
    if worst:
        lines.append(row(Piece("worst case  ", Role.MUTED), say(short(worst), Role.BAD)))
    lines.append(_use_and_cause(view))
    advice = view.line.recommendation
    reason = row(say(f" · {advice.reason}", Role.MUTED)) if advice.reason else ()
    lines.append((Piece("advice      ", Role.MUTED), suggestion(advice.verdict), *reason))
    return lines


def _what(view: ItemView) -> Row:
    """Return the permission as the policy writes it; where there is none, what the item means."""
    if view.grant is None:
        return row(say(view.evidence.get("meaning") or view.line.title))
    resources = listed(as_list(view.grant.get("resources")), 2)
    source = as_map(view.grant.get("policy"))
    return row(
        say(short(view.grant.get("action")), Role.CODE),
        say(" on ", Role.MUTED),
        say(resources, Role.CODE),
        say(f"  {source.get('kind', '')} {policy_name(source)}", Role.MUTED),
    )


def evidence_rows(view: ItemView) -> list[Row]:
    """Return the whole evidence for an item, the most telling part first."""
    parts: list[Sequence[Row]] = [
        _head(view),
        _decision(view.decision),
        taken_back(view),
        earlier_stages(view),
        linked(view),
        _meaning(view),
        _why_now(view),
    ]
    if view.grant is not None:
        parts += [origin(view.grant, view.evidence), effective(view.grant, view.evidence)]
    parts += [
        inside(view.evidence),
        also_allowed(view.evidence),
        _changes(view.evidence),
        _unknown(view.evidence),
        reach(view.evidence),
    ]
    if view.grant is not None or "policy_document" in view.evidence or "document" in view.evidence:
        parts.append(statement(view))
    parts += [_rest(view), _digests(view)]
    lines: list[Row] = []
    for part in parts:
        if part:
            lines += [*part, ()]
    return lines


def _head(view: ItemView) -> list[Row]:
    line = view.line
    marks = row(level_mark(line.kind, line.level, privileged=line.privileged))
    if line.privileged:
        marks += row("  ", say("▲ privileged", Role.BAD))
    marks += row("  ", say(f"{line.delta} since the last review", Role.MUTED))
    advice = line.recommendation
    reason = row(say(f"  {advice.reason}")) if advice.reason else ()
    return [
        name(line.title, Role.TITLE),
        marks,
        field("agent", name(line.agent_name, Role.STRONG)),
        field("reviewer", short(line.reviewer) if line.reviewer else "nobody yet", _why_them(view)),
        *([field("stands in", short(view.delegate))] if view.delegate else []),
        *([field("stage", f"{line.stage}")] if view.answers or line.stage > 1 else []),
        field("advice", row(suggestion(advice.verdict)) + reason),
    ]


def _why_them(view: ItemView) -> Row:
    why = as_map(view.evidence.get("assignment")).get("why")
    return row(say(f"  {why}", Role.MUTED)) if why else ()


def _decision(decision: DecisionView | None) -> list[Row]:
    if decision is None:
        return []
    note = "without the screen" if decision.headless else ""
    return [heading("Decided", note), *decision_rows(decision)]


def _meaning(view: ItemView) -> list[Row]:
    lines: list[Row] = []
    for key, label, role in (
        ("meaning", "means", Role.PLAIN),
        ("worst_case", "worst case", Role.BAD),
    ):
        value = view.evidence.get(key)
        if not is_empty(value):
            lines.append(field(label, row(say(short(value), role))))
    if view.grant is not None or "last_used" in view.evidence:
        lines.append(field("last use", use_of(view)))
    problems = as_list(view.evidence.get("problems"))
    lines += [field("problem", row(say(f"▲ {short(named(p))}", Role.BAD))) for p in problems]
    for risk in as_list(as_map(view.grant).get("risks") or view.evidence.get("risks")):
        fact = as_map(risk)
        text = fact.get("detail") or fact.get("kind") or short(risk)
        lines.append(field("risk", row(say(f"▲ {words(str(text))}", Role.WARN))))
    return lines


def _use_and_cause(view: ItemView) -> Row:
    if view.grant is not None or "last_used" in view.evidence:
        return (Piece("last use    ", Role.MUTED), *use_of(view))
    causes = as_list(view.evidence.get("causes") or view.evidence.get("why"))
    said = _cause(causes[0]) if causes else "the whole agent is reviewed"
    return (Piece("why now     ", Role.MUTED), say(said))


def _why_now(view: ItemView) -> list[Row]:
    causes = as_list(view.evidence.get("causes") or view.evidence.get("why"))
    return [heading("Why it is asked now"), *(_cause_row(c) for c in causes)] if causes else []


def _cause_row(cause: Any) -> Row:
    fact = as_map(cause)
    if not fact:
        return row("  ", say(short(cause)))
    mark = severity(str(fact["severity"])) if fact.get("severity") else Piece("·", Role.RULE)
    reach = "  live" if fact.get("live") else ""
    return (Piece("  ", Role.PLAIN), mark, say(f"  {_cause(cause)}"), say(reach, Role.WARN))


def _cause(cause: Any) -> str:
    fact = as_map(cause)
    return str(fact.get("words") or fact.get("how") or fact.get("kind") or short(cause))


def _changes(evidence: Mapping[str, Any]) -> list[Row]:
    changes = evidence.get("changes")
    rows: list[Row] = []
    if changes:
        for change in as_list(changes):
            fact = as_map(change)
            rows += (
                differences(fact.get("before"), fact.get("after"))
                if fact
                else [row(say(short(change)))]
            )
    elif "before" in evidence or "after" in evidence:
        rows = differences(evidence.get("before"), evidence.get("after"))
    return (
        [heading("Changed since the last signature"), *(row("  ") + line for line in rows)]
        if rows
        else []
    )


def _unknown(evidence: Mapping[str, Any]) -> list[Row]:
    gaps = [
        *as_list(evidence.get("unread")),
        *as_list(evidence.get("gaps") or evidence.get("unknown")),
    ]
    gaps += as_list(evidence.get("coverage"))
    rows = [row(say("  ? ", Role.WARN), say(_gap_words(gap))) for gap in gaps]
    return [heading("Not known", "unknown is not none"), *rows] if rows else []


def _gap_words(gap: Any) -> str:
    fact = as_map(gap)
    if not fact:
        return short(gap)
    call = f"{fact.get('service', '')}:{fact.get('operation', '')}".strip(":")
    return "; ".join(str(part) for part in (call, fact.get("error"), fact.get("effect")) if part)


def _basis(view: ItemView) -> list[Row]:
    """Return what the decision rests on; for a grant, what is not shown above already."""
    basis = as_map(view.evidence.get("basis"))
    if view.grant is not None:
        basis = {key: basis[key] for key in ("owner", "purpose", "integration") if key in basis}
    return [row("  ") + line for line in tree(basis)]


def _rest(view: ItemView) -> list[Row]:
    rest = {k: v for k, v in view.evidence.items() if k not in _KNOWN and not is_empty(v)}
    grant = as_map(view.grant)
    rest |= {k: v for k, v in grant.items() if k not in _GRANT_KNOWN and not is_empty(v)}
    return [heading("More"), *(row("  ") + line for line in tree(rest))] if rest else []


def _digests(view: ItemView) -> list[Row]:
    return [
        heading("What a decision here rests on", "when it changes, the item is asked again"),
        *_basis(view),
        field("basis", row(say(_short_digest(view.line.basis_digest), Role.MUTED))),
        field("shown", row(say(_short_digest(view.shown_digest), Role.MUTED))),
        field("item", row(say(view.line.id, Role.MUTED))),
    ]


def _short_digest(digest: str) -> str:
    return cut(digest, 26)
