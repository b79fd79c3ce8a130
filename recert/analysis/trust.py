"""Who may become a role: the principals of its trust policy, and what each leaves open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recert.analysis.authority import parsed
from recert.estate.agents import Agent, AgentKind
from recert.estate.authority import Role
from recert.iam.arns import account_of, resource_of
from recert.iam.grammar import Principal, Statement
from recert.iam.overlap import contains, normal
from recert.iam.targets import plain_service

SERVICE_OF_KIND: Mapping[AgentKind, str] = {
    AgentKind.BEDROCK_AGENT: "bedrock.amazonaws.com",
    AgentKind.BEDROCK_FLOW: "bedrock.amazonaws.com",
    AgentKind.AGENTCORE_RUNTIME: "bedrock-agentcore.amazonaws.com",
    AgentKind.AGENTCORE_HARNESS: "bedrock-agentcore.amazonaws.com",
    AgentKind.AGENTCORE_GATEWAY: "bedrock-agentcore.amazonaws.com",
    AgentKind.STATE_MACHINE: "states.amazonaws.com",
}
_DEPUTY_SERVICES = frozenset({"bedrock.amazonaws.com", "bedrock-agentcore.amazonaws.com"})
_SOURCES = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths")
_WORKLOADS = ("token.actions.githubusercontent.com", "arn:aws:iam::aws:")
_POSITIVE = ("StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnLike", "ArnEquals")


@dataclass(frozen=True, slots=True)
class TrustGrant:
    """One principal of one Allow statement of a trust policy.

    `problems` are kinds of findings: `confused_deputy`, `foreign_account`, `open_trust`,
    `second_service`, `wide_source`.
    """

    role_arn: str
    kind: str
    principal: str
    statement: Statement
    problems: tuple[str, ...]

    @property
    def conditions(self) -> list[list[object]]:
        """The conditions in canonical form: operator, key, values."""
        return sorted(
            [item.operator.lower(), item.key.lower(), sorted(item.values)]
            for item in self.statement.conditions
        )


def trust_grants(role: Role, agent: Agent | None = None) -> tuple[TrustGrant, ...] | None:
    """Return every principal that a role's trust policy lets in, None where it is not understood.

    `agent` is the one whose execution role it is: sources wider than that agent are then named.
    """
    policy = parsed(role.trust)
    if policy is None:
        return None
    return tuple(
        TrustGrant(
            role.arn,
            principal.kind,
            principal.value,
            statement,
            _problems(role, agent, statement, principal),
        )
        for statement in policy.statements
        if statement.effect == "Allow"
        for principal in _principals(statement)
    )


def trust_basis(role: Role) -> list[dict[str, Any]] | None:
    """Return what a decision rests on of a trust policy: each principal of each statement.

    None where the policy is not understood. Deny statements count, too; Sids and order do not.
    """
    policy = parsed(role.trust)
    if policy is None:
        return None
    told = [
        {
            "effect": statement.effect,
            "principal": [principal.kind, principal.value],
            "but": sorted(one.value for one in statement.not_principals or ()),
            "actions": _lower(statement.actions),
            "not_actions": _lower(statement.not_actions),
            "conditions": sorted(
                [one.operator.lower(), one.key.lower(), sorted(one.values)]
                for one in statement.conditions
            ),
        }
        for statement in policy.statements
        for principal in _principals(statement)
    ]
    unique = {str(one): one for one in told}
    return [unique[key] for key in sorted(unique)]


def trust_within(fewer: Any, more: Any) -> bool:
    """Tell whether one trust basis lets in nobody whom another does not."""
    if not isinstance(fewer, list) or not isinstance(more, list):
        return False
    allows, allowed = (_of(found, "Allow") for found in (fewer, more))
    denies, denied = (_of(found, "Deny") for found in (fewer, more))
    return allows <= allowed and denied <= denies


def _of(found: list[dict[str, Any]], effect: str) -> set[str]:
    return {str(sorted(one.items())) for one in found if one.get("effect") == effect}


def _lower(actions: Sequence[str] | None) -> list[str] | None:
    return sorted(action.lower() for action in actions) if actions is not None else None


def _principals(statement: Statement) -> tuple[Principal, ...]:
    if statement.not_principals is not None:
        return (Principal("*", "everybody but a few"),)
    return statement.principals or ()


def _problems(
    role: Role, agent: Agent | None, statement: Statement, principal: Principal
) -> tuple[str, ...]:
    if principal.kind == "Service":
        return _service_problems(role, agent, statement, principal.value)
    if principal.kind == "*" or principal.value == "*":
        return ("open_trust",)
    if principal.kind == "AWS":
        account = account_of(principal.value)
        return ("foreign_account",) if account not in (None, role.account) else ()
    return ()


def _service_problems(
    role: Role, agent: Agent | None, statement: Statement, service: str
) -> tuple[str, ...]:
    found: list[str] = []
    service = plain_service(service)
    if service in _DEPUTY_SERVICES:
        accounts = _values(statement, "aws:sourceaccount")
        sources = _values(statement, "aws:sourcearn")
        guarded = any(_values(statement, key) for key in _SOURCES)
        if not guarded or (accounts and role.account not in accounts and "*" in accounts):
            found.append("confused_deputy")
        elif sources and agent is not None and _wider(sources, agent):
            found.append("wide_source")
    if agent is not None and service != SERVICE_OF_KIND.get(agent.kind, service):
        found.append("second_service")
    return tuple(found)


def is_person(grant: TrustGrant) -> bool:
    """Tell whether people may stand behind a principal: a user, a sign-in, a whole account."""
    if grant.kind == "Federated":
        return not grant.principal.startswith(_WORKLOADS) and "oidc.eks" not in grant.principal
    if grant.kind != "AWS":
        return False
    rest = resource_of(grant.principal) or ""
    return (
        grant.principal.isdigit()
        or rest == "root"
        or rest.startswith("user/")
        or "AWSReservedSSO_" in rest
    )


def _values(statement: Statement, key: str) -> tuple[str, ...]:
    return tuple(
        value
        for item in statement.conditions
        if item.key.lower() == key and item.operator.removesuffix("IfExists") in _POSITIVE
        for value in item.values
    )


def _wider(sources: tuple[str, ...], agent: Agent) -> bool:
    """Tell whether the sources let in more than this agent: another of the same account, say."""
    head, _, _ = agent.arn.rpartition("/")
    return any(contains(normal(source), f"{head}/SOMEOTHER0") for source in sources)
