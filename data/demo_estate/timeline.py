"""The two points in time of the demo estate, and what changed between them.

- hr-assistant is given the payroll: an action group with a function, its role, a new instruction,
  and a knowledge base that now reads individual salaries. Its alias moves to that version.
- insurance-claims-agent gets a new owner.
"""

from dataclasses import dataclass

from demo_estate import hr, lending, newer, services, support
from demo_estate.documents import BEDROCK_FULL, LOGS
from demo_estate.model import Place

NEWER = {hr.ACCOUNT: newer.PRODUCTION, support.ACCOUNT: support.NEWER}
"""Agents of other kinds, by account; they are the same at both points."""


@dataclass(frozen=True)
class Point:
    """Everything that a reader finds at one instant."""

    at: str
    places: tuple[Place, ...]


def _production(parts: hr.Parts, *, claims_owner: str) -> Place:
    return Place(
        account=hr.ACCOUNT,
        region=hr.REGION,
        name="production",
        agents=(parts.agent, *services.agents(claims_owner=claims_owner), *lending.AGENTS),
        functions=(
            *parts.functions,
            *services.FUNCTIONS,
            *lending.FUNCTIONS,
            *newer.FUNCTIONS,
        ),
        bases=(parts.base, *services.BASES, *lending.BASES),
        roles=(*parts.roles, *services.ROLES, *lending.ROLES, *newer.ROLES),
        policies=(*hr.POLICIES, BEDROCK_FULL, LOGS, newer.ADMINISTRATOR),
        guardrails=lending.GUARDRAILS,
        buckets=(*parts.buckets, *services.BUCKETS, *lending.BUCKETS),
    )


POINTS = (
    Point(
        "2026-11-02T09:00:00Z",
        (_production(hr.BEFORE, claims_owner="dana.whitfield"), support.PLACE),
    ),
    Point(
        "2026-11-23T09:00:00Z",
        (_production(hr.AFTER, claims_owner="omar.reyes"), support.PLACE),
    ),
)
