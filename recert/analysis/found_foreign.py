"""Risks of resource policies that let strangers in: to the agent, its functions, data, keys, guardrails."""

from collections.abc import Iterable

from recert.analysis.acting import judged_versions
from recert.analysis.analyst import Analyst
from recert.analysis.doors import Door, doors_behind, strangers, who
from recert.analysis.found import Found
from recert.analysis.normal import Unit
from recert.estate.agents import Agent

_SHOWN = 3


def foreign_findings(analyst: Analyst, agent: Agent) -> Iterable[Found]:
    """Yield who of other accounts gets at an agent or at what it rests on, by whose policy."""
    estate = analyst.estate
    reach = analyst.reach_of(agent.arn)
    if agent.resource_policy_known:
        own = Door("agent", agent.arn, agent.name, agent.account, agent.resource_policy, known=True)
        yield from _found(agent, own)
    for arn in sorted(reach.functions):
        function = estate.functions_by_arn.get(arn)
        if function is not None and function.resource_policy_known:
            text = function.resource_policy
            yield from _found(
                agent, Door("function", arn, function.name, function.account, text, known=True)
            )
    behind = doors_behind(estate, agent, judged_versions(agent), reach)
    for arn in sorted(behind & analyst.doors.keys()):
        door = analyst.doors[arn]
        home = door.account or agent.account
        yield from _found(agent, Door(door.kind, arn, door.name, home, door.policy, door.known))


def _found(agent: Agent, door: Door) -> Iterable[Found]:
    by_whom: dict[str, list[Unit]] = {}
    for unit in strangers(door.policy, door.account):
        by_whom.setdefault(who(unit), []).append(unit)
    for name, units in sorted(by_whom.items()):
        actions = sorted({text for unit in units for text in unit.written or unit.action})
        held = any(unit.tests for unit in units)
        what = door.name if door.kind == "agent" else f"{door.kind} {door.name} of {agent.name}"
        negated = any(unit.not_action for unit in units)
        shown = ", ".join(actions[:_SHOWN]) + (" …" if len(actions) > _SHOWN else "")
        yield Found(
            "foreign_account",
            "critical" if name == "anybody" and not held else "high",
            agent.arn,
            f"{door.arn} policy {name}",
            f"The resource policy of {what} lets {name} in"
            f"{' under conditions' if held else ''}: {'all but ' if negated else ''}{shown}.",
            "Say whether that account is one of yours, or take the statement out.",
            {"resource_arn": door.arn, "principal": name, "actions": actions, "conditional": held},
        )
