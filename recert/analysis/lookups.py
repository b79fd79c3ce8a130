"""What is meant by the ARNs and ids by which agents name each other and their tools."""

import re

from recert.estate.agents import DRAFT, Agent
from recert.estate.estate import Estate
from recert.iam.arns import partition_of

_ID = re.compile(r"[A-Za-z0-9_-]+")


def unqualified(arn: str) -> str:
    """Return a function's ARN without version or alias."""
    parts = arn.split(":")
    return ":".join(parts[:7]) if len(parts) > 7 and parts[2] == "lambda" else arn  # noqa: PLR2004  # arn:…:function:NAME


def find_agent(estate: Estate, agent: Agent, target: str) -> Agent | None:
    """Return the agent that a target names by its ARN, that of an endpoint, or its id.

    An id counts in the agent's own account and region only.
    """
    if target.startswith("arn:"):
        plain = target.partition("/runtime-endpoint/")[0].partition("/harness-endpoint/")[0]
        return estate.agents_by_arn.get(plain)
    if not _ID.fullmatch(target):
        return None
    return next(
        (
            other
            for other in estate.agents
            if other.id == target
            and (other.account, other.region) == (agent.account, agent.region)
            and other.arn != agent.arn
        ),
        None,
    )


def find_alias(estate: Estate, alias_arn: str) -> tuple[Agent, tuple[str, ...]] | None:
    """Return the agent and the versions that an alias serves, None where the estate lacks it."""
    head, _, tail = alias_arn.partition(":agent-alias/")
    agent_id, _, alias_id = tail.partition("/")
    agent = estate.agents_by_arn.get(f"{head}:agent/{agent_id}")
    if agent is None:
        return None
    for alias in agent.aliases:
        if alias.id == alias_id or alias.arn == alias_arn:
            return agent, alias.versions or (DRAFT,)
    return None


def knowledge_base_arn(agent: Agent, base_id: str) -> str:
    """Return the ARN of a knowledge base that an agent names by its id."""
    partition = partition_of(agent.arn)
    return f"arn:{partition}:bedrock:{agent.region}:{agent.account}:knowledge-base/{base_id}"
