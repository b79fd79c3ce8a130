"""Items about permissions: single grants, and attachments of policies that AWS owns."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from recert.analysis import ranks
from recert.analysis.advice import Advice, in_words, unused_words
from recert.analysis.analyst import Analyst
from recert.analysis.fingerprint import document
from recert.analysis.grants import RESOURCE_KIND, ReviewGrant
from recert.analysis.risks import SERIOUS
from recert.analysis.subjects import ReviewSubject
from recert.text import plural

_AWS = "aws-managed"
_MANAGES = "Permissions management"
_SHOWN = 200
_RISKY = SERIOUS | {"wildcard_action", "wildcard_resource", "foreign_account"}


def permission_subjects(analyst: Analyst, agent_arn: str) -> Iterable[ReviewSubject]:
    """Yield an item for each grant of a policy that the account itself can change."""
    agent = analyst.agent(agent_arn)
    seen: Counter[str] = Counter()
    for grant in analyst.grants(agent_arn):
        if grant.policy["kind"] == _AWS:
            continue
        place = _place(grant)
        number = seen[place]
        seen[place] += 1
        serious = bool(SERIOUS.intersection(grant.risks))
        advice = _permission_advice(grant)
        yield ReviewSubject(
            kind="permission",
            agent=agent_arn,
            subject=f"{place} {number}" if number else place,
            title=_title(grant),
            basis={
                "statement": _statement(grant),
                "policy": {key: grant.policy[key] for key in ("kind", "name", "arn")},
                "role_arn": grant.role_arn,
                "ceilings": analyst.ceilings(grant.role_arn),
                "trust": analyst.trust(grant.role_arn),
                "integration": grant.explained_by,
                "purpose": agent.purpose,
            },
            shown=_shown(analyst, grant),
            grant=grant.as_json(),
            service=_service(grant.action),
            level=grant.levels[-1] if grant.levels else "",
            privileged=serious or _MANAGES in grant.levels,
            rank=_rank(grant),
            recommendation=advice.verdict,
            reason=advice.reason,
        )


def attachment_subjects(analyst: Analyst, agent_arn: str) -> Iterable[ReviewSubject]:
    """Yield an item for each policy of AWS that an acting role attaches, its grants inside."""
    agent = analyst.agent(agent_arn)
    inside: dict[tuple[str, str], list[ReviewGrant]] = {}
    for grant in analyst.grants(agent_arn):
        if grant.policy["kind"] == _AWS:
            inside.setdefault((grant.role_arn, str(grant.policy["arn"])), []).append(grant)
    for (role_arn, arn), held in inside.items():
        policy = analyst.estate.policies_by_arn[arn]
        risks = tuple(dict.fromkeys(risk for grant in held for risk in grant.risks))
        advice = _attachment_advice(held, risks)
        role = role_arn.rpartition("/")[2]
        yield ReviewSubject(
            kind="attachment",
            agent=agent_arn,
            subject=f"{role_arn} attached {arn}",
            title=f"AWS managed policy {policy.name} on role {role}",
            basis={
                "policy": {"kind": _AWS, "arn": arn, "meaning": document(policy.document)},
                "role_arn": role_arn,
                "ceilings": analyst.ceilings(role_arn),
                "trust": analyst.trust(role_arn),
                "purpose": agent.purpose,
            },
            shown={
                "version_id": policy.version_id,
                "via": held[0].role.via,
                "grants": [_line(grant) for grant in held[:_SHOWN]],
                "grants_total": len(held),
                "explained": sum(grant.explained_by is not None for grant in held),
                "risks": list(risks),
                "last_used": held[0].last_used.as_json(),
                "shared_with": list(held[0].shared_with),
                "meaning": f"{agent.name} may do all that AWS puts into {policy.name}, "
                "also what AWS adds to it later.",
                "unread": [part.words for part in unread_parts(analyst, role_arn)],
            },
            service=_service(held[0].action) if len({g.action for g in held}) == 1 else "",
            level=max((level for grant in held for level in grant.levels), default="", key=_weight),
            privileged=bool(SERIOUS.intersection(risks)),
            rank=ranks.SERIOUS if SERIOUS.intersection(risks) else ranks.WIDE,
            recommendation=advice.verdict,
            reason=advice.reason,
        )


def unread_parts(analyst: Analyst, role_arn: str) -> tuple[Any, ...]:
    """Return the parts of a role's authority that were not read."""
    found = analyst.role(role_arn)
    return found.unread if found is not None else ()


def _place(grant: ReviewGrant) -> str:
    policy = grant.policy
    return f"{grant.role_arn} {policy['kind']} {policy['arn'] or policy['name']} {grant.action}"


def _statement(grant: ReviewGrant) -> dict[str, Any]:
    held = grant.effective
    conditions = sorted(
        [operator.lower(), key.lower(), sorted(values)]
        for operator, keys in held.conditions.items()
        for key, values in keys.items()
    )
    return {
        "action": held.action.lower(),
        "resources": sorted(held.resources),
        "conditions": conditions,
    }


def _title(grant: ReviewGrant) -> str:
    text = grant.title[:1].upper() + grant.title[1:]
    return text if grant.role.direct else f"{text} ({grant.role.hops[-2].evidence})"


def _shown(analyst: Analyst, grant: ReviewGrant) -> dict[str, Any]:
    held = grant.effective
    return {
        "meaning": grant.meaning,
        "worst_case": grant.worst,
        "via": grant.role.via,
        "hops": [hop.as_json() for hop in grant.role.hops],
        "last_used": {**grant.last_used.as_json(), "words": grant.last_used.words},
        "risks": list(grant.risks),
        "explained_by": grant.explained_by,
        "overlaps": {key: list(actions) for key, actions in grant.overlaps.items()},
        "shared_with": list(grant.shared_with),
        "keep": list(grant.advice.actions),
        "narrowed": [
            {"actions": list(item.actions), "by": item.by, "policy": item.policy}
            for item in held.narrowed
        ],
        "unsure": [
            {"actions": list(item.actions), "by": item.by, "policy": item.policy}
            for item in held.unsure
        ],
        "unread": [part.words for part in unread_parts(analyst, grant.role_arn)],
        "catalogue": held.catalogue_version,
        "resource_policy": grant.policy["kind"] == RESOURCE_KIND,
    }


def _line(grant: ReviewGrant) -> dict[str, Any]:
    return {
        "id": grant.id,
        "action": grant.action,
        "title": grant.title,
        "resources": list(grant.effective.resources),
        "effective": len(grant.effective.effective),
        "explained_by": grant.explained_by,
        "risks": list(grant.risks),
    }


def _permission_advice(grant: ReviewGrant) -> Advice:
    """Return the advice; what changes permissions is looked at, however well it is explained."""
    advice = grant.advice
    if advice.verdict == "attest" and _MANAGES in grant.levels:
        return Advice("look", f"{advice.reason} It hands out or changes permissions.")
    return advice


def _attachment_advice(held: list[ReviewGrant], risks: tuple[str, ...]) -> Advice:
    if held[0].last_used.state == "unused":
        return Advice("revoke", unused_words(held[0].last_used))
    if not any(grant.effective.effective for grant in held):
        return Advice("revoke", "Nothing of it gets through today.")
    explained = [grant for grant in held if grant.explained_by is not None]
    serious = [kind for kind in risks if kind in SERIOUS]
    if not explained:
        more = f" {in_words(serious)}" if serious else ""
        return Advice("look", f"Nothing that the agent is connected to needs any of it.{more}")
    if len(explained) < len(held) or serious:
        return Advice(
            "reduce",
            f"What the agent is connected to needs {len(explained):,} of its {plural(len(held), 'grant')}; "
            "a copy with these would do.",
        )
    return Advice("attest", "What the agent is connected to needs every grant in it.")


def _rank(grant: ReviewGrant) -> int:
    if not grant.effective.effective:
        return ranks.WITHOUT_EFFECT
    if SERIOUS.intersection(grant.risks):
        return ranks.SERIOUS
    risky = bool(_RISKY.intersection(grant.risks))
    if grant.explained_by is None:
        return ranks.UNEXPLAINED_RISK if risky else ranks.UNEXPLAINED
    return ranks.WIDE if risky else ranks.EXPLAINED


_LEVELS = ("", "List", "Read", "Tagging", "Write", "Permissions management", "Unknown")


def _weight(level: str) -> int:
    return _LEVELS.index(level) if level in _LEVELS else 0


def _service(action: str) -> str:
    return action.partition(":")[0].lower() if ":" in action and " " not in action else ""
