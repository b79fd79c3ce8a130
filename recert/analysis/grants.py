"""The grants of an agent: each permission of each acting role, with what a reviewer must know."""

from dataclasses import dataclass, field
from typing import Any

from recert.analysis.advice import Advice, advise
from recert.analysis.explain import meaning, worst
from recert.analysis.need import Need
from recert.analysis.purpose import explained_actions, explanation
from recert.analysis.risks import risks_of
from recert.analysis.usage import LastUse
from recert.analysis.ways import ActingRole
from recert.analysis.words import phrase, places
from recert.estate.agents import Agent
from recert.iam.arns import account_of
from recert.iam.catalogue import Catalogue
from recert.iam.grants import EffectiveGrant

RESOURCE_KIND = "resource"


@dataclass(frozen=True)
class ReviewGrant:
    """One grant of one acting role of one agent.

    `explained_by` names the integration that it serves, None where none does. `overlaps` maps the
    ids of other grants to the actions that they allow as well; `shared_with` are the other agents
    that act through the same role. `worst` says the worst that it allows in one sentence.
    """

    id: str
    agent: str
    role: ActingRole
    policy: dict[str, str | None]
    effective: EffectiveGrant = field(repr=False)
    last_used: LastUse
    explained_by: str | None
    risks: tuple[str, ...]
    advice: Advice
    title: str
    meaning: str
    worst: str
    overlaps: dict[str, tuple[str, ...]]
    shared_with: tuple[str, ...]

    @property
    def action(self) -> str:
        """The action element as the policy writes it."""
        return self.effective.action

    @property
    def role_arn(self) -> str:
        """The role that holds it."""
        return self.effective.principal

    @property
    def levels(self) -> tuple[str, ...]:
        """The access levels of what is effective, mildest first."""
        return tuple(level.value for level in self.effective.access_levels)

    def as_json(self) -> dict[str, Any]:
        """Return the grant in the shape of the `permissions` command."""
        held = self.effective
        return {
            "id": self.id,
            "role_arn": self.role_arn,
            "via": self.role.via,
            "policy": dict(self.policy),
            "statement": {"index": held.index, "sid": held.sid},
            "action": held.action,
            "resources": list(held.resources),
            "conditions": {
                operator: {key: list(values) for key, values in keys.items()}
                for operator, keys in held.conditions.items()
            },
            "effective_actions": list(held.effective),
            "conditional": held.conditional,
            "blocked": [
                {"actions": list(item.actions), "by": item.by, "policy": item.policy}
                for item in held.blocked
            ],
            "access_levels": list(self.levels),
            "last_used": self.last_used.as_json(),
            "explained_by": self.explained_by,
            "risks": list(self.risks),
        }

    def as_shown(self, purpose: str | None) -> dict[str, Any]:
        """Return the grant with what a reviewer must know of it; `purpose` is what its agent is for."""
        return {
            **self.as_json(),
            "title": self.title,
            "meaning": self.meaning,
            "worst_case": self.worst,
            "explanation": _explanation(self.explained_by, purpose),
            "last_used_words": self.last_used.words,
            "overlaps": {key: list(actions) for key, actions in self.overlaps.items()},
            "shared_with": list(self.shared_with),
            "recommendation": {
                "verdict": self.advice.verdict,
                "actions": list(self.advice.actions),
                "reason": self.advice.reason,
            },
        }


def review_grant(
    grant: EffectiveGrant,
    catalogue: Catalogue,
    *,
    agent: Agent,
    role: ActingRole,
    needs: tuple[Need, ...],
    use: LastUse,
    escalates: bool,
    silent: int,
    guarded: tuple[str, ...],
    overlaps: dict[str, tuple[str, ...]],
    others: tuple[str, ...],
) -> ReviewGrant:
    """Return a grant with what a reviewer must know of it.

    `needs`, `silent` and `guarded` are as for `risks_of`, `overlaps` and `others` become `overlaps` and
    `shared_with`; `escalates` says that it opens a way to more permissions.
    """
    why = explanation(needs, grant.action, grant.effective, grant.resources)
    risks = risks_of(
        grant,
        catalogue,
        account=account_of(grant.principal) or "",
        escalates=escalates,
        explained=why is not None,
        needs=needs,
        silent=silent,
        guarded=guarded,
    )
    keep = explained_actions(needs, grant.effective, grant.resources) if why is None else ()
    does = phrase(grant.action, [level.value for level in grant.access_levels])
    return ReviewGrant(
        id=grant.key,
        agent=agent.arn,
        role=role,
        policy={
            "kind": grant.source.kind,
            "name": grant.source.name,
            "arn": grant.source.arn,
            "version_id": grant.source.version_id,
        },
        effective=grant,
        last_used=use,
        explained_by=why,
        risks=risks,
        advice=advise(
            effective=grant.effective,
            blocked_by=tuple(dict.fromkeys(item.by for item in grant.blocked)),
            explained_by=why,
            keep=keep,
            risks=risks,
            use=use,
        ),
        title=f"{does} on {places(grant.resources)}",
        meaning=meaning(grant, agent.name, role, does),
        worst=worst(grant, risks),
        overlaps=overlaps,
        shared_with=others,
    )


def _explanation(integration: str | None, purpose: str | None) -> str:
    if integration is None:
        return "unexplained"
    what_for = f"the agent is for: {purpose}" if purpose else "what the agent is for is not stated"
    return f"{integration}; {what_for}"
