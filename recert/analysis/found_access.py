"""Risks of who may use an agent, its role or its functions in its place."""

from collections.abc import Iterable

from recert.analysis.analyst import Analyst
from recert.analysis.found import Found
from recert.analysis.found_foreign import foreign_findings
from recert.analysis.invocation import open_to_any_agent
from recert.analysis.invokers import open_ways
from recert.analysis.words import few
from recert.estate.agents import Agent
from recert.estate.estate import Estate


def access_findings(analyst: Analyst, agent: Agent) -> Iterable[Found]:
    """Yield the ways by which somebody else may act as the agent, or make it act."""
    yield from _invokers(agent)
    yield from _sessions(analyst.estate, agent)
    yield from _functions(analyst, agent)
    yield from foreign_findings(analyst, agent)


def _invokers(agent: Agent) -> Iterable[Found]:
    """Tell where somebody whom nobody named may make the agent act with its own permissions."""
    for one in open_ways(agent):
        yield Found(
            "open_invoker",
            "medium" if one.kind == "token" else "high",
            agent.arn,
            one.principal,
            f"{agent.name} acts for {one.principal}: {one.evidence}",
            "Name who may invoke it: IAM, or an authorizer with clients or audiences.",
            one.as_json(),
        )


def _sessions(estate: Estate, agent: Agent) -> Iterable[Found]:
    """Tell where the event history shows sessions of its role that the agent's service did not open."""
    for arn in agent.role_arns:
        seen = [item for item in estate.observed if item.role_arn == arn and item.outside]
        if not seen:
            continue
        actions = sorted({item.action for item in seen})
        yield Found(
            "foreign_session",
            "high",
            agent.arn,
            arn,
            f"Role {arn.rpartition('/')[2]} of {agent.name} was used in sessions that are not the "
            f"agent's, last on {max(item.last_at for item in seen).date().isoformat()}: "
            f"{few(actions)}.",
            "Find out who used it, and let only the agent's service assume the role.",
            {
                "role_arn": arn,
                "actions": actions,
                "count": sum(item.outside for item in seen),
                "sessions": sorted({name for item in seen for name in item.sessions}),
            },
        )


def _functions(analyst: Analyst, agent: Agent) -> Iterable[Found]:
    """Tell which functions behind an agent Bedrock may call for the agents of anybody."""
    for arn in analyst.reach_of(agent.arn).functions:
        function = analyst.estate.functions_by_arn.get(arn)
        if function is not None and open_to_any_agent(function):
            yield Found(
                "open_function",
                "medium",
                agent.arn,
                arn,
                f"Function {function.name} behind {agent.name} lets Bedrock call it for any agent "
                "of any account: its resource policy names neither aws:SourceAccount nor "
                "aws:SourceArn.",
                "Add both conditions to the function's resource policy.",
                {"function_arn": arn},
            )
