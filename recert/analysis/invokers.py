"""Who may make an agent act.

Roles and IAM users by their own policies, whom its resource policy lets in, holders of tokens, anybody,
and agents that hand it work. A principal of another account needs the agent's resource policy besides.
Sessions of people and callers of accounts that were not read appear only where a resource policy
names them: no reading holds their own policies.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from recert.analysis.acting import judged_versions
from recert.analysis.analyst import Analyst
from recert.analysis.normal import Unit, units
from recert.estate.agents import Agent, AgentKind
from recert.estate.companions import Access
from recert.iam.arns import account_of, partition_of
from recert.iam.grants import EffectiveGrant
from recert.iam.overlap import intersects, normal
from recert.iam.who_can import WhoCan

ACTIONS = {
    AgentKind.BEDROCK_AGENT: "bedrock:InvokeAgent",
    AgentKind.BEDROCK_FLOW: "bedrock:InvokeFlow",
    AgentKind.AGENTCORE_RUNTIME: "bedrock-agentcore:InvokeAgentRuntime",
    AgentKind.AGENTCORE_HARNESS: "bedrock-agentcore:InvokeHarness",
    AgentKind.AGENTCORE_GATEWAY: "bedrock-agentcore:InvokeGateway",
    AgentKind.STATE_MACHINE: "states:StartExecution",
}
OPEN = {
    "NONE": "Nobody is asked who they are: whoever knows the address may make it act.",
    "AUTHENTICATE_ONLY": "Whoever can prove any identity may make it act.",
}
ANY_TOKEN = "Any token of the issuer is taken: no client and no audience is named."  # noqa: S105 - a sentence


_ORDER = (
    "anybody",
    "token",
    "resource_policy",
    "agent",
    "role",
    "user",
    "broad_role",
    "broad_user",
)
Invoking = tuple[dict[str, tuple[tuple[str, ...], bool]], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Invoker:
    """One way to make an agent act.

    `kind` is `role` or `user` (its policies name the agent), `broad_role` or `broad_user` (they let it
    invoke every agent of the kind), `resource_policy`, `token`, `anybody` or `agent`. `conditional`:
    under conditions that are not known to hold.
    """

    kind: str
    principal: str
    actions: tuple[str, ...]
    conditional: bool
    evidence: str

    def as_json(self) -> dict[str, Any]:
        """Return the invoker as a JSON value."""
        return {
            "kind": self.kind,
            "principal": self.principal,
            "actions": list(self.actions),
            "conditional": self.conditional,
            "evidence": self.evidence,
        }


def invokers(analyst: Analyst, agent: Agent) -> tuple[Invoker, ...]:
    """Return everybody who may make an agent act, as far as it was read; anybody first."""
    found = [*_authorizers(agent), *of_resource_policy(agent), *_upstream(analyst, agent)]
    action = (ACTIONS[agent.kind],) if agent.kind in ACTIONS else ()
    for kind, (named, broad) in (
        ("role", invoking_roles(analyst, agent)),
        ("user", invoking_users(analyst, agent)),
    ):
        for arn, (actions, conditional) in sorted(named.items()):
            said = "its own policies name this agent"
            found.append(Invoker(kind, arn, actions, conditional, said))
        for arn in broad:
            said = "its own policies let it invoke every agent of this kind"
            found.append(Invoker(f"broad_{kind}", arn, action, conditional=False, evidence=said))
    return tuple(sorted(found, key=lambda item: (_ORDER.index(item.kind), item.principal)))


def unread_invokers(agent: Agent) -> Iterator[str]:
    """Say what of an agent's invokers was not read."""
    if not agent.resource_policy_known:
        yield f"whom the resource policy of {agent.name} lets in"
    for version in judged_versions(agent):
        if "access" in version.unknown:
            yield f"how callers of {agent.name} prove who they are"


def invoking_roles(analyst: Analyst, agent: Agent) -> Invoking:
    """Return the roles that may invoke an agent by name, and those that may invoke every one."""
    return _invoking(agent, analyst.who_can, analyst.role_grants)


def invoking_users(analyst: Analyst, agent: Agent) -> Invoking:
    """Return the IAM users that may invoke an agent by name, and those that may invoke every one."""
    if not analyst.user_authorities:
        return {}, ()
    return _invoking(agent, analyst.users_who_can, analyst.user_grants)


def _invoking(
    agent: Agent, index: WhoCan, grants_of: Callable[[str], tuple[EffectiveGrant, ...]]
) -> Invoking:
    action = ACTIONS.get(agent.kind)
    if action is None:
        return {}, ()
    target, every = _places(agent)
    named: dict[str, tuple[tuple[str, ...], bool]] = {}
    broad: list[str] = []
    let_in = {one.principal for one in of_resource_policy(agent)}
    for able in index.query(action, target):
        if not _admitted(agent, able.principal, let_in):
            continue
        held = {grant.key: grant for grant in grants_of(able.principal)}
        grants = [held[key] for key in able.via if key in held]
        if grants and all(grant.reach.covers(every) for grant in grants):
            broad.append(able.principal)
        else:
            named[able.principal] = (able.actions, able.conditional)
    return named, tuple(broad)


def _admitted(agent: Agent, principal: str, let_in: Collection[str]) -> bool:
    """Tell whether the agent's side lets a role in; its own account's always, others' by name."""
    account = account_of(principal)
    if account == agent.account or not agent.resource_policy_known:
        return True
    root = f"arn:{partition_of(principal)}:iam::{account}:root"
    return not {principal, account, root, "anybody", "*"}.isdisjoint(let_in)


def of_resource_policy(agent: Agent) -> tuple[Invoker, ...]:
    """Return the principals that the agent's own resource policy lets invoke it."""
    action = ACTIONS.get(agent.kind)
    found = units(agent.resource_policy) if agent.resource_policy and action else None
    if found is None or action is None:
        return ()
    target, _ = _places(agent)
    about = [unit for unit in found if _speaks(unit, action.lower(), (agent.arn, target))]
    shut = {unit.principal for unit in about if unit.effect == "Deny" and not unit.tests}
    if "AWS:*" in shut:
        return ()
    return tuple(
        Invoker(
            "anybody" if _anybody(unit) else "resource_policy",
            "anybody" if _anybody(unit) else unit.principal.partition(":")[2],
            (action,),
            bool(unit.tests),
            "the agent's resource policy lets it in",
        )
        for unit in sorted(about, key=lambda unit: (unit.principal, len(unit.tests)))
        if unit.effect == "Allow" and unit.principal not in shut
    )


def _anybody(unit: Unit) -> bool:
    """Tell whether a statement lets everybody in; one under conditions names whom it means there."""
    return unit.principal.startswith(("AWS:*", "!")) and not unit.tests


def _speaks(unit: Unit, action: str, targets: tuple[str, ...]) -> bool:
    named = any(intersects(pattern, action) for pattern in unit.action)
    places = any(
        intersects(pattern, normal(target)) for pattern in unit.resource for target in targets
    )
    return named != unit.not_action and (unit.not_resource or places)


def problem_of(access: Access) -> str:
    """Say what an authorizer leaves open, empty where it names who may ask."""
    limits = (*access.clients, *access.audiences, *access.workloads)
    found = OPEN.get(access.authorizer, "")
    if not found and not limits and access.authorizer != "AWS_IAM":
        return ANY_TOKEN
    return found


def _authorizers(agent: Agent) -> Iterator[Invoker]:
    action = (ACTIONS[agent.kind],) if agent.kind in ACTIONS else ()
    for version in judged_versions(agent):
        access = version.access
        if access is None or access.authorizer == "AWS_IAM":
            continue
        said = problem_of(access) or "The issuer and who may ask are named."
        if access.authorizer in OPEN:
            who = "anybody" if access.authorizer == "NONE" else "anybody with an identity"
            yield Invoker("anybody", who, action, conditional=False, evidence=said)
        else:
            who = f"tokens of {access.issuer or 'an issuer that was not read'}"
            limits = (*access.clients, *access.audiences, *access.workloads)
            yield Invoker("token", who, action, conditional=bool(limits), evidence=said)


def upstream_agents(analyst: Analyst, agent: Agent) -> tuple[str, ...]:
    """Return the agents that hand work to this one, sorted."""
    return analyst.callers.get(agent.arn, ())


def _upstream(analyst: Analyst, agent: Agent) -> Iterator[Invoker]:
    action = (ACTIONS[agent.kind],) if agent.kind in ACTIONS else ()
    for arn in upstream_agents(analyst, agent):
        name = analyst.agent(arn).name
        foreign = (account_of(arn) or agent.account) != agent.account
        where = f" of account {account_of(arn)}" if foreign else ""
        said = f"{name}{where} hands work to it"
        yield Invoker("agent", arn, action, conditional=False, evidence=said)


def _places(agent: Agent) -> tuple[str, str]:
    """Return the resource that an invocation names, and that of every agent of the kind beside it."""
    head = agent.arn.rpartition(":")[0]
    if agent.kind is AgentKind.BEDROCK_AGENT:
        return f"{head}:agent-alias/{agent.id}/*", f"{head}:agent-alias/*"
    if agent.kind is AgentKind.BEDROCK_FLOW:
        return f"{agent.arn}/alias/*", f"{head}:flow/*"
    separator = "/" if "/" in agent.arn else ":"
    return f"{agent.arn}*", f"{agent.arn.rpartition(separator)[0]}{separator}*"


def open_ways(agent: Agent) -> Iterable[Invoker]:
    """Yield the ways by which somebody whom nobody named may make an agent act."""
    for one in (*_authorizers(agent), *of_resource_policy(agent)):
        if one.kind == "anybody" or (one.kind == "token" and not one.conditional):
            yield one
