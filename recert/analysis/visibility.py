"""How much of what an agent does could be seen afterwards, step by step, and why not."""

from dataclasses import dataclass

from recert.analysis.ways import Driven
from recert.estate.agents import Agent, AgentKind
from recert.estate.companions import Trails
from recert.estate.estate import Estate

_INVOCATIONS = {
    AgentKind.BEDROCK_AGENT: "AWS::Bedrock::AgentAlias",
    AgentKind.BEDROCK_FLOW: "AWS::Bedrock::FlowAlias",
    AgentKind.AGENTCORE_RUNTIME: "AWS::BedrockAgentCore::Runtime",
    AgentKind.AGENTCORE_HARNESS: "AWS::BedrockAgentCore::Runtime",
    AgentKind.AGENTCORE_GATEWAY: "AWS::BedrockAgentCore::Gateway",
}
_NAMED_SESSIONS = (AgentKind.BEDROCK_AGENT,)


@dataclass(frozen=True, slots=True)
class Step:
    """One step from invocation to effect: `visible` is `yes`, `no`, `partly` or `unknown`."""

    step: str
    visible: str
    why: str

    def as_json(self) -> dict[str, str]:
        """Return the step as a JSON value."""
        return {"step": self.step, "visible": self.visible, "why": self.why}


def visibility(
    estate: Estate, agent: Agent, reach: Driven, *, shares_role: bool
) -> tuple[Step, ...]:
    """Return what logs could show of an agent's work, in the order of the work."""
    trails = estate.trails_of(agent.account, agent.region)
    steps: list[Step] = []
    kind = _INVOCATIONS.get(agent.kind)
    if kind is not None:
        steps.append(_data(trails, "who invoked it", kind))
    steps.append(_management(trails))
    steps.append(_content(trails))
    if reach.knowledge_bases:
        steps.append(_data(trails, "what it searched for", "AWS::Bedrock::KnowledgeBase"))
    if reach.functions:
        steps.append(_data(trails, "which functions it called", "AWS::Lambda::Function"))
    steps.append(_attribution(agent, shares_role=shares_role))
    return tuple(steps)


def _data(trails: Trails | None, step: str, kind: str) -> Step:
    if trails is None or trails.data_types is None:
        return Step(step, "unknown", "whether data events are recorded could not be read")
    if kind in trails.partly_types:
        return Step(step, "partly", f"data events of {kind} are recorded for some only")
    if kind in trails.data_types or "*" in trails.data_types:
        return Step(step, "yes", f"data events of {kind} are recorded")
    return Step(step, "no", f"data events of {kind} are off, as they are unless switched on")


def _management(trails: Trails | None) -> Step:
    step = "which models it asked"
    if trails is None or trails.management is None:
        return Step(step, "unknown", "the trails could not be read")
    if trails.management:
        return Step(step, "yes", "a trail records management events")
    return Step(step, "partly", "without a trail CloudTrail keeps management events for 90 days")


def _content(trails: Trails | None) -> Step:
    step = "what it asked models and what they answered"
    if trails is None or trails.model_invocations is None:
        return Step(step, "unknown", "whether model invocations are logged could not be read")
    if trails.model_invocations:
        return Step(step, "yes", "model invocation logging is on")
    return Step(step, "no", "model invocation logging is off, as it is unless switched on")


def _attribution(agent: Agent, *, shares_role: bool) -> Step:
    step = "that it was this agent"
    if agent.kind in _NAMED_SESSIONS:
        return Step(step, "yes", f"its sessions are named BedrockAgents-{agent.id}-…")
    if shares_role:
        return Step(step, "no", "its sessions do not name it, and its role is shared")
    return Step(step, "yes", "nothing else that was read uses its role")
