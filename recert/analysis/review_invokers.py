"""Items about who may make an agent act, as far as policies that were read can show it."""

from collections.abc import Iterable

from recert.analysis import ranks
from recert.analysis.acting import judged_versions
from recert.analysis.analyst import Analyst
from recert.analysis.subjects import ReviewSubject
from recert.estate.agents import Agent, AgentKind
from recert.text import plural

_ACTIONS = {
    AgentKind.BEDROCK_AGENT: "bedrock:InvokeAgent",
    AgentKind.BEDROCK_FLOW: "bedrock:InvokeFlow",
    AgentKind.AGENTCORE_RUNTIME: "bedrock-agentcore:InvokeAgentRuntime",
    AgentKind.AGENTCORE_HARNESS: "bedrock-agentcore:InvokeHarness",
    AgentKind.AGENTCORE_GATEWAY: "bedrock-agentcore:InvokeGateway",
    AgentKind.STATE_MACHINE: "states:StartExecution",
}
_OPEN = {
    "NONE": "Nobody is asked who they are: whoever knows the address may make it act.",
    "AUTHENTICATE_ONLY": "Whoever can prove any identity may make it act.",
}


def invoker_subjects(analyst: Analyst, agent_arn: str) -> Iterable[ReviewSubject]:
    """Yield an item for each upstream agent, and for each role that may invoke the agent by name.

    Roles that may invoke every agent stand in one item: what they may do is not about this one.
    Users, sessions of people, and callers of other accounts are not in the reading.
    """
    agent = analyst.agent(agent_arn)
    yield from _upstream(analyst, agent)
    yield from _authorizers(agent)
    named, broad = invoking_roles(analyst, agent)
    for role_arn, (actions, conditional) in sorted(named.items()):
        role = role_arn.rpartition("/")[2]
        yield ReviewSubject(
            kind="invoker",
            agent=agent_arn,
            subject=f"role {role_arn}",
            title=f"Role {role} may invoke {agent.name}",
            basis={"principal": role_arn, "actions": sorted(actions), "conditional": conditional},
            shown={"agents_of_the_role": list(analyst.users.get(role_arn, ()))},
            service="bedrock",
            rank=ranks.INVOKER,
            recommendation="look",
            reason="A policy names this agent; say whether the role should reach it.",
        )
    if broad:
        yield ReviewSubject(
            kind="invoker",
            agent=agent_arn,
            subject="roles that may invoke every agent",
            title=f"{plural(len(broad), 'role')} may invoke every agent, {agent.name} too",
            basis={"principals": sorted(broad)},
            shown={"roles": sorted(broad)},
            service="bedrock",
            rank=ranks.INVOKER,
            recommendation="look",
            reason="Their permission is not limited to agents that they need.",
        )


def invoking_roles(
    analyst: Analyst, agent: Agent
) -> tuple[dict[str, tuple[tuple[str, ...], bool]], tuple[str, ...]]:
    """Return the roles that may invoke an agent by name, and those that may invoke every one."""
    action = _ACTIONS.get(agent.kind)
    if action is None:
        return {}, ()
    target, every = _places(agent)
    named: dict[str, tuple[tuple[str, ...], bool]] = {}
    broad: list[str] = []
    for able in analyst.who_can.query(action, target):
        held = {grant.key: grant for grant in analyst.role_grants(able.principal)}
        grants = [held[key] for key in able.via if key in held]
        if grants and all(grant.reach.covers(every) for grant in grants):
            broad.append(able.principal)
        else:
            named[able.principal] = (able.actions, able.conditional)
    return named, tuple(broad)


def _places(agent: Agent) -> tuple[str, str]:
    """Return the resource that an invocation names, and that of every agent of the kind beside it."""
    head = agent.arn.rpartition(":")[0]
    if agent.kind is AgentKind.BEDROCK_AGENT:
        return f"{head}:agent-alias/{agent.id}/*", f"{head}:agent-alias/*"
    if agent.kind is AgentKind.BEDROCK_FLOW:
        return f"{agent.arn}/alias/*", f"{head}:flow/*"
    separator = "/" if "/" in agent.arn else ":"
    return f"{agent.arn}*", f"{agent.arn.rpartition(separator)[0]}{separator}*"


def _authorizers(agent: Agent) -> Iterable[ReviewSubject]:
    for version in judged_versions(agent):
        access = version.access
        if access is None or access.authorizer == "AWS_IAM":
            continue
        limits = (*access.clients, *access.audiences, *access.workloads)
        problem = _OPEN.get(access.authorizer, "")
        if not problem and not limits:
            problem = "Any token of the issuer is taken: no client and no audience is named."
        who = f"tokens of {access.issuer}" if access.issuer else access.authorizer
        yield ReviewSubject(
            kind="invoker",
            agent=agent.arn,
            subject="authorizer",
            title=f"{agent.name} may be invoked with {who}",
            basis={
                "authorizer": access.authorizer,
                "issuer": access.issuer,
                **{name: sorted(getattr(access, name)) for name in _LIMITS},
            },
            shown={"version": version.version},
            service="bedrock-agentcore",
            privileged=access.authorizer in _OPEN,
            rank=ranks.OPEN_TRUST if problem else ranks.INVOKER,
            recommendation="look" if problem else "attest",
            reason=problem or "The issuer and who may ask are named.",
        )


_LIMITS = ("clients", "audiences", "scopes", "claims", "workloads")


def upstream_agents(analyst: Analyst, agent: Agent) -> tuple[str, ...]:
    """Return the agents that hand work to this one as a collaborator, sorted."""
    return analyst.callers.get(agent.arn, ())


def _upstream(analyst: Analyst, agent: Agent) -> Iterable[ReviewSubject]:
    for arn in upstream_agents(analyst, agent):
        other = analyst.agent(arn)
        yield ReviewSubject(
            kind="invoker",
            agent=agent.arn,
            subject=f"agent {arn}",
            title=f"Agent {other.name} hands work to {agent.name}",
            basis={"agent": arn, "owner": other.owner, "purpose": other.purpose},
            shown={"name": other.name},
            service="bedrock",
            rank=ranks.INVOKER,
            recommendation="look" if other.owner != agent.owner else "attest",
            reason="It belongs to another owner."
            if other.owner != agent.owner
            else "It belongs to the same owner.",
        )
