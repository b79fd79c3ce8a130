"""Risks of resource policies that let strangers in: to the agent, its functions, data, keys, guardrails."""

from collections.abc import Iterable
from dataclasses import replace

from recert.analysis.acting import judged_versions
from recert.analysis.analyst import Analyst
from recert.analysis.found import Found
from recert.analysis.normal import Unit
from recert.analysis.resource_policies import ResourcePolicy, policies_behind, strangers, who
from recert.analysis.words import few
from recert.estate.agents import Agent


def foreign_findings(analyst: Analyst, agent: Agent) -> Iterable[Found]:
    """Yield who of other accounts gets at an agent or at what it rests on, by whose policy."""
    estate = analyst.estate
    reach = analyst.reach_of(agent.arn)
    if agent.resource_policy_known:
        own = ResourcePolicy(
            "agent", agent.arn, agent.name, agent.account, agent.resource_policy, known=True
        )
        yield from _found(agent, own)
    for arn in sorted(reach.functions):
        function = estate.functions_by_arn.get(arn)
        if function is not None and function.resource_policy_known:
            text = function.resource_policy
            yield from _found(
                agent,
                ResourcePolicy("function", arn, function.name, function.account, text, known=True),
            )
    behind = policies_behind(estate, agent, judged_versions(agent), reach)
    for arn in sorted(behind & analyst.resource_policies.keys()):
        held = analyst.resource_policies[arn]
        yield from _found(agent, replace(held, account=held.account or agent.account))


def _found(agent: Agent, policy: ResourcePolicy) -> Iterable[Found]:
    by_whom: dict[str, list[Unit]] = {}
    for unit in strangers(policy.document, policy.account):
        by_whom.setdefault(who(unit), []).append(unit)
    for name, units in sorted(by_whom.items()):
        actions = sorted({text for unit in units for text in unit.written or unit.action})
        held = any(unit.tests for unit in units)
        what = (
            policy.name
            if policy.kind == "agent"
            else f"{policy.kind} {policy.name} of {agent.name}"
        )
        negated = any(unit.not_action for unit in units)
        yield Found(
            "foreign_account",
            "critical" if name == "anybody" and not held else "high",
            agent.arn,
            f"{policy.arn} policy {name}",
            f"The resource policy of {what} lets {name} in"
            f"{' under conditions' if held else ''}: {'all but ' if negated else ''}{few(actions)}.",
            "Say whether that account is one of yours, or take the statement out.",
            {
                "resource_arn": policy.arn,
                "principal": name,
                "actions": actions,
                "conditional": held,
            },
        )
