"""Risks of agents, each with its severity, evidence, remedy and place in the frameworks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from recert.analysis.analyst import Analyst, analyst_of
from recert.analysis.crosswalk import Entry, entries
from recert.analysis.found import Found
from recert.analysis.found_agents import agent_findings
from recert.analysis.found_grants import grant_findings
from recert.analysis.found_orphans import orphan_roles
from recert.analysis.found_roles import role_findings
from recert.estate.canonical import digest
from recert.estate.estate import Estate
from recert.iam.catalogue import Catalogue

SEVERITIES = ("critical", "high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Finding:
    """One risk of one agent; `agent` is None where it belongs to none."""

    id: str
    kind: str
    severity: str
    agent: str | None
    detail: str
    evidence: dict[str, Any]
    remedy: str
    frameworks: tuple[Entry, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the finding in the shape of the `findings` command."""
        return {
            "id": self.id,
            "kind": self.kind,
            "severity": self.severity,
            "agent": self.agent,
            "detail": self.detail,
            "evidence": self.evidence,
            "remedy": self.remedy,
            "frameworks": [entry.words for entry in self.frameworks],
            "references": [entry.as_json() for entry in self.frameworks],
        }


def findings(
    estate: Estate, catalogue: Catalogue, agent_arn: str | None = None
) -> tuple[Finding, ...]:
    """Return the findings of one agent, or of all with what belongs to none, gravest first.

    What was not read raises no finding. Raises LookupError where there is no such agent.
    """
    return findings_of(analyst_of(estate, catalogue), agent_arn)


def findings_of(analyst: Analyst, agent_arn: str | None = None) -> tuple[Finding, ...]:
    """Return the same for an analyst at hand."""
    found: list[Found] = []
    if agent_arn is None:
        for agent in analyst.estate.agents:
            found += _of_agent(analyst, agent.arn)
        found += orphan_roles(analyst)
    else:
        found += _of_agent(analyst, analyst.agent(agent_arn).arn)
    made = {item.id: item for item in map(_finding, found)}
    return tuple(
        sorted(
            made.values(),
            key=lambda item: (
                SEVERITIES.index(item.severity),
                item.agent or "",
                item.kind,
                item.id,
            ),
        )
    )


def risk_tier(estate: Estate, agent_arn: str, catalogue: Catalogue) -> str:
    """Return the risk tier of an agent: `critical`, `high`, `medium` or `low`.

    Critical: administration or a way to it. High: secrets, its own guardrail, foreign accounts, or
    anything that changes things without a limit. Medium: whatever changes something. Unread
    authority is never low. Raises LookupError where there is no such agent.
    """
    return tier_of(analyst_of(estate, catalogue), agent_arn)


def tier_of(analyst: Analyst, agent_arn: str) -> str:
    """Return the same for an analyst at hand."""
    kinds: set[str] = set()
    writes = False
    for grant in analyst.grants(agent_arn):
        kinds.update(grant.risks)
        changing = bool({"Write", "Permissions management"}.intersection(grant.levels))
        writes = writes or changing
        if changing and "wildcard_resource" in grant.risks:
            kinds.add("open_write")
    if kinds & {"admin_access", "privilege_escalation"}:
        return "critical"
    if kinds & {"secret_readable", "guardrail_mutable", "foreign_account", "open_write"}:
        return "high"
    unseen = any(role.role_arn is None for role in analyst.reach_of(agent_arn).roles) or any(
        analyst.role(arn) is None for arn in analyst.reach_of(agent_arn).role_arns
    )
    return "medium" if writes or unseen else "low"


def _of_agent(analyst: Analyst, agent_arn: str) -> Iterable[Found]:
    yield from agent_findings(analyst, agent_arn)
    yield from role_findings(analyst, agent_arn)
    yield from grant_findings(analyst, agent_arn)


def _finding(found: Found) -> Finding:
    place = [found.kind, found.agent or "", found.subject]
    return Finding(
        id=f"f{digest(place)[:12]}",
        kind=found.kind,
        severity=found.severity,
        agent=found.agent,
        detail=found.detail,
        evidence=found.evidence,
        remedy=found.remedy,
        frameworks=(*entries(found.kind), *found.frameworks),
    )
