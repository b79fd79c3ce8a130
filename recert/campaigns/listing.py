"""Agents as the `agents` command lists them: who answers for each, and whether it is certified."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, select

from recert.analysis import Catalogue, fingerprint, risk_tier, shares_role_with, unread
from recert.campaigns.history import last_reviewed
from recert.clock import from_rfc3339, to_rfc3339
from recert.lifecycle import DRAFT, Estate, Severity, TriggerPolicy
from recert.store.canonical import parse_strict
from recert.store.tables import CampaignRow

CERTIFIED = "certified"
"""The setting of a closed campaign that holds the fingerprint of each agent that it certified."""


@dataclass(frozen=True, slots=True)
class Certification:
    """What the latest closed review said of an agent."""

    campaign: str
    fingerprint: str
    at: str
    until: str | None = None


def certifications(session: Session) -> dict[str, Certification]:
    """Return the latest certification of each agent, by ARN."""
    statement = (
        select(CampaignRow)
        .where(CampaignRow.state == "closed")
        .order_by(col(CampaignRow.ended_at), col(CampaignRow.id))
    )
    found: dict[str, Certification] = {}
    for row in session.exec(statement):
        settings = parse_strict(row.settings)
        for agent, told in settings.get(CERTIFIED, {}).items():
            found[agent] = Certification(
                row.id, told["fingerprint"], row.ended_at or row.opened_at, told.get("until")
            )
    return found


@dataclass(frozen=True, slots=True)
class Register:
    """Lists the agents of one reading."""

    estate: Estate
    catalogue: Catalogue
    policy: TriggerPolicy
    certified: Mapping[str, Certification]
    reviewed: Mapping[str, str]
    now: str

    def rows(self) -> list[dict[str, Any]]:
        """Return every agent in the contract's shape, by name."""
        agents = sorted(self.estate.agents, key=lambda one: (one.name, one.arn))
        return [self.row(agent.arn) for agent in agents]

    def row(self, arn: str) -> dict[str, Any]:
        """Return one agent; raises LookupError where the estate holds none such."""
        agent = self.estate.agents_by_arn[arn]
        tier = risk_tier(self.estate, arn, self.catalogue)
        reviewed = self.reviewed.get(arn)
        due = self._due(tier, reviewed)
        mark = fingerprint(self.estate, arn)
        return {
            "arn": arn,
            "name": agent.name,
            "kind": agent.kind.value,
            "account": agent.account,
            "region": agent.region,
            "owner": agent.owner,
            "purpose": agent.purpose,
            "execution_role_arn": agent.execution_role_arn,
            "live_versions": list(agent.live_versions),
            "certified": self._certified(arn, mark, due),
            "last_reviewed_at": reviewed,
            "next_review_due": due,
            "fingerprint": mark,
            "shares_role_with": list(shares_role_with(self.estate, arn)),
            "risk_tier": tier,
        }

    def _due(self, tier: str, reviewed: str | None) -> str | None:
        if reviewed is None:
            return None
        days = self.policy.cadence_days[Severity(tier)]
        return to_rfc3339(from_rfc3339(reviewed) + timedelta(days=days))

    def _certified(self, arn: str, mark: str | None, due: str | None) -> bool:
        held = self.certified.get(arn)
        if held is None or mark is None or held.fingerprint != mark:
            return False
        if due is None or due <= self.now or (held.until is not None and held.until <= self.now):
            return False
        return not unread(self.estate, arn)


def certified_versions(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the versions for which a certified agent's row vouches: those served, else the draft."""
    return (tuple(row["live_versions"]) or (DRAFT,)) if row["certified"] else ()


def register(
    session: Session, estate: Estate, catalogue: Catalogue, policy: TriggerPolicy, now: str
) -> Register:
    """Return the register of a reading as the store stands."""
    return Register(
        estate=estate,
        catalogue=catalogue,
        policy=policy,
        certified=certifications(session),
        reviewed=last_reviewed(session),
        now=now,
    )
