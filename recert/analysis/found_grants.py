"""Risks that grants carry, gathered by acting role and kind."""

from collections.abc import Iterable

from recert.analysis.analyst import Analyst
from recert.analysis.found import Found
from recert.analysis.grants import ReviewGrant
from recert.analysis.words import few

_SHOWN = 20
_KINDS = {
    "admin_access": ("critical", "may do anything", "Replace it by the actions that are needed."),
    "privilege_escalation": (
        "critical",
        "can gain permissions that nobody gave it",
        "Take away one action of each path, or limit it to named roles.",
    ),
    "secret_readable": ("high", "can read secrets", "Limit it to the secrets that it needs."),
    "guardrail_mutable": (
        "high",
        "can change or detach its own guardrail",
        "Take the action away: guardrails are changed by people, not by agents.",
    ),
    "foreign_account": (
        "medium",
        "reaches into another account",
        "Say whether that account is one of yours.",
    ),
    "wildcard_action": ("high", "holds actions with wildcards", "Name the actions."),
    "wildcard_resource": ("medium", "is not limited to named resources", "Name the resources."),
    "beyond_baseline": (
        "medium",
        "holds permissions that no integration explains",
        "Revoke them, or state the purpose that needs them.",
    ),
    "unlogged_action": (
        "low",
        "can act without a trace unless data events are recorded",
        "Record data events for these services, or take the actions away.",
    ),
}


def grant_findings(analyst: Analyst, agent_arn: str) -> Iterable[Found]:
    """Yield one finding for each kind of risk of each acting role, with the grants that carry it."""
    name = analyst.agent(agent_arn).name
    held: dict[tuple[str, str], list[ReviewGrant]] = {}
    for grant in analyst.grants(agent_arn):
        for kind in grant.risks:
            if kind == "guardrail_mutable" and not grant.role.direct:
                continue
            held.setdefault((grant.role_arn, kind), []).append(grant)
    for (role_arn, kind), found in held.items():
        severity, words, remedy = _KINDS[kind]
        elements = sorted({grant.action for grant in found})
        role = role_arn.rpartition("/")[2]
        yield Found(
            kind,
            _severity(kind, severity, found, analyst, role_arn),
            agent_arn,
            role_arn,
            f"{name}, through role {role}, {words}: {few(elements)}.",
            remedy,
            {
                "role_arn": role_arn,
                "via": found[0].role.via,
                "grants": [grant.id for grant in found[:_SHOWN]],
                "grants_total": len(found),
                "actions": elements[:_SHOWN],
                **_paths(kind, analyst, role_arn),
            },
        )


def _severity(
    kind: str, severity: str, found: list[ReviewGrant], analyst: Analyst, role_arn: str
) -> str:
    if kind == "wildcard_action":
        whole = any(grant.action.endswith(":*") or grant.action == "*" for grant in found)
        return "high" if whole else "medium"
    if kind == "privilege_escalation":
        sure = any(not path.conditional for path in analyst.escalations(role_arn))
        return "critical" if sure else "high"
    return severity


def _paths(kind: str, analyst: Analyst, role_arn: str) -> dict[str, object]:
    if kind != "privilege_escalation":
        return {}
    return {
        "paths": [
            {
                "id": path.id,
                "title": path.title,
                "actions": list(path.actions),
                "targets": list(path.targets[:_SHOWN]),
                "conditional": path.conditional,
                "needs": list(path.needs),
                "source": path.source,
            }
            for path in analyst.escalations(role_arn)[:_SHOWN]
        ]
    }
