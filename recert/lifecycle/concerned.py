"""Which agents a hint may concern: what is to be read again, and no more.

A hint says that a call was made about things of some names. Names are looked for in the last
reading; what is not found there, or concerns everybody, asks for a whole reading.
"""

from collections.abc import Iterable

from recert.analysis.acting import driven
from recert.estate.agents import Agent
from recert.estate.estate import Estate

_WHOLE = frozenset({"organizations"})
_CREATES = {
    "CreateAgent": ("bedrock", "agent"),
    "CreateFlow": ("bedrock", "flow"),
    "CreateAgentRuntime": ("bedrock-agentcore", "runtime"),
    "CreateHarness": ("bedrock-agentcore", "harness"),
    "CreateGateway": ("bedrock-agentcore", "gateway"),
}
_ROLE_MAY_BE_NEW = frozenset({"TagRole", "UntagRole", "UpdateAssumeRolePolicy"})
"""Calls by which a role that no agent works through can become one of its own."""
_MOST = 100
"""More agents than these are read as a whole."""


def concerned(
    estate: Estate, *, source: str, call: str, place: tuple[str, str], names: Iterable[str]
) -> frozenset[str] | None:
    """Return the agents to read again after a call, None where everything is to be read.

    `source` is the first part of the event's source, `place` the account and region of the call,
    `names` the ids, names and ARNs that it names. An empty answer: no agent has to do with it.
    """
    told = {name for name in names if name}
    words = told | {word for name in told for word in _parts(name)}
    if source in _WHOLE or not told:
        return None
    found = {
        agent.arn
        for agent in estate.agents
        if words & _things(estate, agent) and _in(agent, source, place)
    }
    made = _CREATES.get(call)
    if made is not None and not found:
        found = {name for name in told if f":{made[0]}:" in name and f":{made[1]}/" in name}
        if not found:
            return None
    if not found and source == "iam":
        return None if call in _ROLE_MAY_BE_NEW else frozenset()
    if not found and source not in ("lambda", "s3", "ecr"):
        return None
    return frozenset(found) if len(found) <= _MOST else None


def roles_behind(agents: Iterable[str], *estates: Estate) -> frozenset[str]:
    """Return the roles through which any version of these agents acts, in any of these readings."""
    return frozenset(
        arn
        for estate in estates
        for name in agents
        if (agent := estate.agents_by_arn.get(name)) is not None
        for arn in driven(estate, agent, agent.versions).role_arns
    )


def _in(agent: Agent, source: str, place: tuple[str, str]) -> bool:
    """IAM and S3 are the same everywhere; what else is called is called where it is."""
    account, region = place
    if account and agent.account != account and source == "bedrock":
        return False
    return source != "bedrock" or not region or agent.region == region


def _things(estate: Estate, agent: Agent) -> set[str]:
    """Return the ids, names and ARNs of everything that any version of an agent has to do with."""
    reach = driven(estate, agent, agent.versions)
    found = {agent.arn, agent.id, *reach.functions, *reach.knowledge_bases, *reach.agents}
    for arn in reach.role_arns:
        found |= {arn, arn.rpartition("/")[2]}
        role = estate.roles_by_arn.get(arn)
        if role is not None:
            found |= {*role.attached, *([role.boundary] if role.boundary else [])}
    for version in agent.versions:
        if version.guardrail is not None:
            found.add(version.guardrail.identifier.rpartition("/")[2])
        if version.artifact is not None:
            found.add(_repository(version.artifact))
        found |= {link.id for link in version.knowledge_bases}
        for group in version.action_groups:
            found |= {one for one in (group.function_arn, group.schema_bucket) if one}
        for item in version.integrations:
            found |= {one for one in (item.id, item.target, item.function_arn) if one}
            found |= set(item.provider_arns)
    bases = {base.arn: base for base in estate.knowledge_bases}
    for arn in reach.knowledge_bases:
        base = bases.get(arn)
        for one in (base.data_sources if base is not None else None) or ():
            found |= {one.id, *([one.bucket_arn.rpartition(":")[2]] if one.bucket_arn else [])}
    found |= {arn.rpartition(":")[2] for arn in reach.functions}
    return found | {arn.rpartition("/")[2] for arn in found if arn.startswith("arn:")}


def _repository(artifact: str) -> str:
    """Return the name of an image's repository: what stands between its registry and its tag."""
    return artifact.partition("/")[2].partition("@")[0].partition(":")[0]


def _parts(name: str) -> tuple[str, ...]:
    """Return the shorter names inside an ARN: of the thing, of a function without its version."""
    if not name.startswith("arn:"):
        return ()
    parts = name.split(":")
    function = parts[6:7] if len(parts) > 6 and parts[2] == "lambda" else []  # noqa: PLR2004 - arn:…:function:NAME
    return (name.rpartition("/")[2], name.rpartition(":")[2], *function)
