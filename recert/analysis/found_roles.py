"""Risks of an agent's roles: shared, trusting too much, without a ceiling."""

from collections.abc import Iterable

from recert.analysis.analyst import Analyst
from recert.analysis.authority import parsed
from recert.analysis.crosswalk import HUMAN
from recert.analysis.found import Found
from recert.analysis.trust import is_person, trust_grants
from recert.analysis.words import few
from recert.estate.agents import Agent
from recert.estate.authority import Role
from recert.estate.estate import Estate
from recert.iam.arns import name_of
from recert.iam.grammar import Policy
from recert.iam.overlap import intersects, normal

_OURS = ("bedrock:invokemodel", "bedrock:invokeagent", "bedrock-agentcore:invokeagentruntime")


def shares_role_with(estate: Estate, agent_arn: str) -> tuple[str, ...]:
    """Return the ARNs of the other agents with an execution role of this one, sorted."""
    agent = estate.agents_by_arn.get(agent_arn)
    mine = set(agent.role_arns) if agent is not None else set()
    return tuple(
        sorted(
            other.arn
            for other in estate.agents
            if other.arn != agent_arn and mine.intersection(other.role_arns)
        )
    )


def role_findings(analyst: Analyst, agent_arn: str) -> Iterable[Found]:
    """Yield the risks of the roles of one agent."""
    agent = analyst.agent(agent_arn)
    yield from _shared(analyst, agent)
    for arn in agent.role_arns:
        role = analyst.estate.roles_by_arn.get(arn)
        if role is None:
            continue
        yield from _trust(agent, role)
        if role.boundary is None and not role.service_linked:
            yield Found(
                "no_boundary",
                "low",
                agent.arn,
                arn,
                f"Role {role.name} of {agent.name} has no permissions boundary.",
                "Set a boundary with what was attested.",
                {"role_arn": arn},
            )
        yield from _ceiling(analyst.estate, agent, role)
    for arn in analyst.reach_of(agent_arn).role_arns:
        role = analyst.estate.roles_by_arn.get(arn)
        if role is not None and arn not in agent.role_arns:
            yield from _deputy(agent, role)


def _shared(analyst: Analyst, agent: Agent) -> Iterable[Found]:
    for arn in agent.role_arns:
        others = [other for other in analyst.executors.get(arn, ()) if other != agent.arn]
        if others:
            yield Found(
                "shared_role",
                "high",
                agent.arn,
                arn,
                f"{agent.name} shares its execution role {arn.rpartition('/')[2]} with "
                f"{len(others)} more; what one needs, all may do.",
                "Give each agent a role of its own.",
                {"role_arn": arn, "agents": others},
            )
        things = [thing for thing in analyst.things_by_role.get(arn, ()) if thing != agent.arn]
        if things:
            yield Found(
                "shared_role",
                "high",
                agent.arn,
                f"{arn} things",
                f"The execution role {arn.rpartition('/')[2]} of {agent.name} is also the role of "
                f"{few([name_of(thing) for thing in things])}.",
                "Give the agent and each of these a role of its own.",
                {"role_arn": arn, "resources": things},
            )


def _trust(agent: Agent, role: Role) -> Iterable[Found]:
    yield from _deputy(agent, role)
    for grant in trust_grants(role, agent) or ():
        evidence = {"role_arn": role.arn, "principal": grant.principal}
        named = grant.kind in ("AWS", "Federated") and not grant.problems
        if named or "second_service" in grant.problems:
            who = f"{grant.principal} (a person or whoever signs in there)"
            person = named and is_person(grant)
            yield Found(
                "shared_role",
                "high" if person else "medium",
                agent.arn,
                f"{role.arn} {grant.principal}",
                f"Role {role.name} of {agent.name} may also be used by "
                f"{who if person else grant.principal}.",
                "Give the agent a role that only its own service may assume.",
                {**evidence, "person": person},
                (HUMAN,) if person else (),
            )
        if {"foreign_account", "open_trust"}.intersection(grant.problems):
            who = "anybody" if "open_trust" in grant.problems else grant.principal
            yield Found(
                "foreign_account",
                "critical" if "open_trust" in grant.problems else "high",
                agent.arn,
                f"{role.arn} {grant.principal}",
                f"Role {role.name} of {agent.name} may be assumed by {who}.",
                "Take the principal out of the trust policy.",
                evidence,
            )
        if "wide_source" in grant.problems:
            yield Found(
                "wide_trust",
                "low",
                agent.arn,
                f"{role.arn} {grant.principal}",
                f"Role {role.name} may be used by {grant.principal} for other agents than "
                f"{agent.name}, too.",
                "Name the agent in aws:SourceArn.",
                {**evidence, "conditions": grant.conditions},
            )


def _deputy(agent: Agent, role: Role) -> Iterable[Found]:
    for grant in trust_grants(role, None) or ():
        if "confused_deputy" in grant.problems:
            yield Found(
                "confused_deputy",
                "high",
                agent.arn,
                f"{role.arn} {grant.principal}",
                f"Role {role.name} trusts {grant.principal} without a condition on "
                "aws:SourceAccount or aws:SourceArn.",
                "Add StringEquals aws:SourceAccount and ArnLike aws:SourceArn to the trust policy.",
                {"role_arn": role.arn, "principal": grant.principal},
            )


def _ceiling(estate: Estate, agent: Agent, role: Role) -> Iterable[Found]:
    """Tell where the organisation was read and no control policy speaks of agents."""
    organization = estate.organization
    if organization is None:
        return
    ceiling = next((item for item in organization.ceilings if item.account == role.account), None)
    if ceiling is None:
        return
    documents = {policy.id: policy.document for policy in organization.policies}
    names = [name for level in ceiling.levels for name in level.scps or ()]
    policies = [parsed(text) if (text := documents.get(name)) else None for name in names]
    unread = any(level.scps is None for level in ceiling.levels) or None in policies
    outside = organization.management_account == role.account
    if not outside and (unread or any(policy and _restricts(policy) for policy in policies)):
        return
    why = "stands outside every SCP" if outside else "no SCP restricts Bedrock or AgentCore"
    yield Found(
        "no_org_ceiling",
        "medium",
        agent.arn,
        role.account,
        f"Account {role.account} of {agent.name}: {why}.",
        "Set an SCP that limits the models, regions or actions of agents.",
        {"account": role.account},
    )


def _restricts(policy: Policy) -> bool:
    """Tell whether a control policy takes some action of agents away."""
    for statement in policy.statements:
        actions = [normal(item.lower(), variables=False) for item in statement.actions or ()]
        if statement.effect == "Deny":
            if statement.not_actions is not None:
                return True
            if any(intersects(one, other) for one in actions for other in _OURS):
                return True
        elif statement.not_actions is None and "*" not in actions:
            return True
    return False
