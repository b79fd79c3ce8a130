"""Roles that call models on their own: agents that no service of AWS lists as such.

Found through IAM: a role that a compute service may assume, whose own policies name a Bedrock call
that makes a model work, and that belongs to no agent that was read.
"""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from recert.aws.collect.harvest import Harvest
from recert.aws.collect.values import owner_and_purpose
from recert.estate.agents import CURRENT, Agent, AgentKind, AgentVersion, Alias
from recert.estate.authority import ManagedPolicy, Role

_CALLS = (
    "bedrock:invokemodel",
    "bedrock:invokemodelwithresponsestream",
    "bedrock:invokeinlineagent",
    "bedrock:invokeagent",
    "bedrock-agentcore:invokeagentruntime",
    "bedrock-agentcore:invokeharness",
    "bedrock-mantle:createinference",
)
_COMPUTE = frozenset(
    {
        "lambda.amazonaws.com",
        "ecs-tasks.amazonaws.com",
        "ec2.amazonaws.com",
        "pods.eks.amazonaws.com",
        "tasks.apprunner.amazonaws.com",
        "sagemaker.amazonaws.com",
        "batch.amazonaws.com",
        "glue.amazonaws.com",
    }
)


def gather(harvest: Harvest) -> None:
    """Add an agent for every role that works like one and belongs to none."""
    taken = harvest.acting_roles
    policies = {policy.arn: policy for policy in harvest.policies}
    for role in harvest.roles:
        if role.arn not in taken and not role.service_linked and calls_models(role, policies):
            harvest.agents.append(_agent(harvest, role))
    for account in sorted(harvest.accounts_with_roles):
        harvest.visited(harvest.reader_of(account), AgentKind.UNREGISTERED)


def calls_models(role: Role, policies: dict[str, ManagedPolicy]) -> bool:
    """Tell whether compute may assume a role that its own policies let call a model or an agent.

    Only patterns that name Bedrock count: an administrator's `*` says nothing about agents.
    """
    if not any(service in _COMPUTE for service in _services(role.trust)):
        return False
    documents = [policy.document for policy in role.inline]
    documents += [policies[arn].document or "" for arn in role.attached if arn in policies]
    return any(
        pattern.startswith("bedrock") and any(fnmatchcase(call, pattern) for call in _CALLS)
        for document in documents
        for pattern in _allowed(document)
    )


def _statements(document: str) -> Iterator[dict[str, Any]]:
    try:
        body = json.loads(document)
    except ValueError:
        return
    found = body.get("Statement") if isinstance(body, dict) else None
    for statement in found if isinstance(found, list) else [found]:
        if isinstance(statement, dict) and statement.get("Effect") == "Allow":
            yield statement


def _allowed(document: str) -> Iterator[str]:
    for statement in _statements(document):
        yield from (pattern.lower() for pattern in _texts(statement.get("Action")))


def _services(trust: str) -> Iterator[str]:
    for statement in _statements(trust):
        principal = statement.get("Principal")
        if isinstance(principal, dict):
            yield from _texts(principal.get("Service"))


def _texts(value: Any) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, str)]


def _agent(harvest: Harvest, role: Role) -> Agent:
    owner, purpose = owner_and_purpose(role.tags, harvest.options.tags)
    return Agent(
        arn=role.arn,
        id=role.name,
        name=role.name,
        kind=AgentKind.UNREGISTERED,
        account=role.account,
        region=harvest.reader_of(role.account).place.region,
        tags=role.tags,
        owner=owner,
        purpose=purpose,
        created_at=role.created_at,
        versions=(AgentVersion(version=CURRENT, role_arn=role.arn),),
        aliases=(Alias(id=CURRENT, name=CURRENT, versions=(CURRENT,)),),
    )
