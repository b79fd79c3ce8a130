"""Wildcards that grew: actions that AWS added, and the policies that allow them already."""

from collections.abc import Iterable, Iterator, Sequence

from recert.analysis.acting import driven
from recert.analysis.normal import Unit, units
from recert.estate.authority import Role
from recert.estate.estate import Estate
from recert.iam.overlap import contains
from recert.lifecycle.events import Event, Severity
from recert.lifecycle.grave import is_grave
from recert.lifecycle.kinds import severity_of

_KIND = "wildcard.grown"
_MANY = 50


def wildcards_grown(estate: Estate, actions: Sequence[str]) -> tuple[Event, ...]:
    """Return an event for each agent and policy whose wildcards let new actions through.

    What another statement of the role denies everywhere and without a condition is left out.
    """
    if not actions:
        return ()
    by_role: dict[str, list[tuple[str, Unit, list[str]]]] = {}
    found: list[Event] = []
    for agent in estate.agents:
        live = bool(agent.live_versions) or agent.draft_served
        for arn in driven(estate, agent).role_arns:
            role = estate.roles_by_arn.get(arn)
            if role is None:
                continue
            if arn not in by_role:
                by_role[arn] = list(_grown(estate, role, actions))
            for policy, unit, fresh in by_role[arn]:
                base = Severity.CRITICAL if is_grave(unit) and _escalates(fresh) else None
                found.append(
                    Event(
                        agent=agent.arn,
                        kind=_KIND,
                        severity=severity_of(_KIND, live=live, base=base),
                        live=live,
                        subject=f"{arn} {policy} {unit.action[0]}",
                        before=None,
                        after={
                            "role_arn": arn,
                            "policy": policy,
                            "statement": unit.as_shown(),
                            "actions": fresh[:_MANY],
                            "new_actions": len(fresh),
                        },
                        detected_at=estate.taken_at,
                        how="the action catalogue knows actions that it did not know before",
                    )
                )
    return tuple({event.key: event for event in found}.values())


def _grown(
    estate: Estate, role: Role, actions: Sequence[str]
) -> Iterator[tuple[str, Unit, list[str]]]:
    policies = list(_policies(estate, role))
    denied = [
        unit
        for _, content in policies
        for unit in content
        if unit.effect == "Deny" and not unit.tests and unit.resource == ("*",)
    ]
    for name, content in policies:
        for unit in sorted(content, key=lambda one: (one.action, one.resource)):
            if unit.effect != "Allow" or not (unit.not_action or "*" in unit.action[0]):
                continue
            fresh = [
                action
                for action in actions
                if _lets(unit, action) and not any(_lets(one, action) for one in denied)
            ]
            if fresh:
                yield name, unit, fresh


def _lets(unit: Unit, action: str) -> bool:
    hit = any(contains(pattern, action.lower()) for pattern in unit.action)
    return hit != unit.not_action


def _policies(estate: Estate, role: Role) -> Iterator[tuple[str, frozenset[Unit]]]:
    for name, text in estate.documents_of(role):
        if text is not None and (content := units(text)) is not None:
            yield name, content


def _escalates(actions: Iterable[str]) -> bool:
    return any(action.lower().startswith(("iam:", "sts:", "organizations:")) for action in actions)
