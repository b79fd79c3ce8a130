"""Items about who may make an agent act, as far as policies that were read can show it."""

from collections.abc import Iterable

from recert.analysis import ranks
from recert.analysis.acting import judged_versions
from recert.analysis.analyst import Analyst
from recert.analysis.fingerprint import document
from recert.analysis.invokers import (
    OPEN,
    Invoking,
    invoking_roles,
    invoking_users,
    of_resource_policy,
    problem_of,
    upstream_agents,
)
from recert.analysis.subjects import ReviewSubject
from recert.estate.agents import Agent
from recert.iam.arns import account_of
from recert.text import plural


def invoker_subjects(analyst: Analyst, agent_arn: str) -> Iterable[ReviewSubject]:
    """Yield an item for each upstream agent, authorizer, named principal, and role or user that names it.

    Named principals are those of the agent's resource policy. Roles that may invoke every agent
    stand in one item, and so do users: what they may do is not about this one.
    """
    agent = analyst.agent(agent_arn)
    yield from _upstream(analyst, agent)
    yield from _authorizers(agent)
    yield from _policy(agent)
    yield from _principals(analyst, agent, "role", invoking_roles(analyst, agent))
    yield from _principals(analyst, agent, "user", invoking_users(analyst, agent))


def _principals(
    analyst: Analyst, agent: Agent, kind: str, found: Invoking
) -> Iterable[ReviewSubject]:
    named, broad = found
    for arn, (actions, conditional) in sorted(named.items()):
        name = arn.rpartition("/")[2]
        yield ReviewSubject(
            kind="invoker",
            agent=agent.arn,
            subject=f"{kind} {arn}",
            title=f"{_WORDS[kind]} {name} may invoke {agent.name}",
            basis={"principal": arn, "actions": sorted(actions), "conditional": conditional}
            | ({"principals": [arn]} if kind == "user" else {}),
            shown={"agents_of_the_role": list(analyst.users.get(arn, ()))}
            if kind == "role"
            else {},
            service="bedrock",
            rank=ranks.INVOKER,
            recommendation="look",
            reason=f"A policy names this agent; say whether the {kind} should reach it.",
        )
    if broad:
        yield ReviewSubject(
            kind="invoker",
            agent=agent.arn,
            subject=f"{kind}s that may invoke every agent",
            title=f"{plural(len(broad), kind)} may invoke every agent, {agent.name} too",
            basis={"principals": sorted(broad)},
            shown={f"{kind}s": sorted(broad)},
            service="bedrock",
            rank=ranks.INVOKER,
            recommendation="look",
            reason="Their permission is not limited to agents that they need.",
        )


_WORDS = {"role": "Role", "user": "IAM user"}


def _authorizers(agent: Agent) -> Iterable[ReviewSubject]:
    for version in judged_versions(agent):
        access = version.access
        if access is None or access.authorizer == "AWS_IAM":
            continue
        problem = problem_of(access)
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
            privileged=access.authorizer in OPEN,
            rank=ranks.OPEN_TRUST if problem else ranks.INVOKER,
            recommendation="look" if problem else "attest",
            reason=problem or "The issuer and who may ask are named.",
        )


def _policy(agent: Agent) -> Iterable[ReviewSubject]:
    """Yield an item for each principal that the agent's resource policy lets in."""
    held: dict[str, list[bool]] = {}
    for one in of_resource_policy(agent):
        held.setdefault(one.principal, []).append(one.conditional)
    for principal, conditional in held.items():
        foreign = account_of(principal) not in (None, agent.account)
        open_ = principal == "anybody"
        reason = (
            "Its resource policy names nobody in particular."
            if open_
            else "It belongs to another account."
            if foreign
            else "The agent's resource policy names it."
        )
        yield ReviewSubject(
            kind="invoker",
            agent=agent.arn,
            subject=f"resource policy {principal}",
            title=f"{agent.name}'s resource policy lets {principal} invoke it",
            basis={
                "principal": principal,
                "policy": document(agent.resource_policy),
                "conditional": all(conditional),
            },
            shown={},
            service="bedrock",
            privileged=open_ or foreign,
            rank=ranks.OPEN_TRUST if open_ or foreign else ranks.INVOKER,
            recommendation="look",
            reason=reason,
        )


_LIMITS = ("clients", "audiences", "scopes", "claims", "workloads")


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
