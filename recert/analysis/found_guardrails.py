"""Risks of an agent's guardrail: missing on what is live, or gone round by code that it drives."""

from collections.abc import Iterable

from recert.analysis.analyst import Analyst
from recert.analysis.found import Found
from recert.analysis.needs import guarded_arns
from recert.estate.agents import Agent, AgentKind
from recert.iam.grants import EffectiveGrant

_MODELS = ("bedrock:InvokeModel*", "bedrock:InvokeInlineAgent")
_SHOWN = 20


def guardrail_findings(analyst: Analyst, agent: Agent) -> Iterable[Found]:
    """Yield what is missing or open about the guardrail of an agent."""
    yield from _missing(agent)
    yield from _bypass(analyst, agent)


def _missing(agent: Agent) -> Iterable[Found]:
    if agent.kind is not AgentKind.BEDROCK_AGENT:
        return
    for name in agent.live_versions:
        version = agent.version(name)
        if version is None or version.guardrail is not None or "guardrail" in version.unknown:
            continue
        yield Found(
            "guardrail_missing",
            "high",
            agent.arn,
            name,
            f"Version {name} of {agent.name} runs without a guardrail.",
            "Associate a guardrail, prepare the agent and route its alias to the new version.",
            {"version": name},
        )


def _bypass(analyst: Analyst, agent: Agent) -> Iterable[Found]:
    """Tell where code that a guarded agent drives may ask models past the guardrail.

    The execution role of a Bedrock agent is used by Bedrock alone, which applies the guardrail; a
    function's role is used by whatever the function does.
    """
    if not guarded_arns(agent):
        return
    models = analyst.catalogue.union(_MODELS)
    for role in analyst.acting(agent.arn):
        if role.role_arn is None or not any(":function:" in hop.target for hop in role.hops):
            continue
        free = [
            grant
            for grant in analyst.role_grants(role.role_arn)
            if grant.mask & models and not _demands_guardrail(grant)
        ]
        if free:
            name = role.role_arn.rpartition("/")[2]
            yield Found(
                "guardrail_bypass",
                "medium",
                agent.arn,
                role.role_arn,
                f"{agent.name} has a guardrail, but role {name}, which it reaches through "
                f"{role.via}, may ask models without one.",
                "Demand the guardrail with a condition on bedrock:GuardrailIdentifier.",
                {"role_arn": role.role_arn, "grants": [grant.key for grant in free[:_SHOWN]]},
            )


def _demands_guardrail(grant: EffectiveGrant) -> bool:
    return any(
        key.lower() == "bedrock:guardrailidentifier"
        for keys in grant.conditions.values()
        for key in keys
    )
