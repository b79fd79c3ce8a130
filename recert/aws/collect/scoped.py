"""A reading of a few agents only: them, what they drive, and the authority behind it.

What a fingerprint rests on is read exactly as a whole reading reads it; usage, trails, tags of
buckets and everybody else's agents are left alone.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from recert.aws import core_reads
from recert.aws.collect import (
    authority,
    buckets,
    core_resources,
    functions,
    guardrails,
    images,
    knowledge_bases,
    organization,
    prompts,
    registries,
    role_details,
    unregistered,
)
from recert.aws.collect.bedrock_agents import read_agent
from recert.aws.collect.flows import read_flow
from recert.aws.collect.gateways import read_gateway
from recert.aws.collect.harnesses import read_harness
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.runtimes import read_runtime
from recert.aws.collect.state_machines import read_state_machine
from recert.aws.interface import Scope
from recert.aws.matching import Place
from recert.aws.read import Read
from recert.aws.reader import Reader
from recert.estate.agents import Agent
from recert.iam.arns import account_of, parts_of

LIMIT = "Only the agents that were asked for were read, and what they drive."
_ROLE = ":role/"


def gather(harvest: Harvest, scope: Scope) -> None:
    """Read the agents of a scope with everything that their fingerprints rest on."""
    harvest.limits.add(LIMIT)
    _agents(harvest, scope)
    if any(_of_agentcore(agent) for agent in harvest.agents):
        core_resources.gather(harvest)
    _knowledge_bases(harvest)
    functions.gather(harvest)
    guardrails.gather(harvest)
    if scope.buckets:
        buckets.gather(harvest)
    prompts.gather(harvest)
    roles = sorted(arn for arn in scope.agents if _ROLE in arn)
    authority.gather(
        harvest, accounts=_accounts(harvest) | {account_of(arn) or "" for arn in roles}
    )
    if roles:
        unregistered.gather(harvest)
        harvest.agents[:] = [
            agent for agent in harvest.agents if _ROLE not in agent.arn or agent.arn in roles
        ]
    images.gather(harvest)
    role_details.gather(harvest)
    if any(agent.owner is None or agent.purpose is None for agent in harvest.agents):
        registries.gather(harvest)
    organization.gather(harvest)


def _agents(harvest: Harvest, scope: Scope) -> None:
    """Read agents breadth first: those that were asked for, then those that they hand work to."""
    waiting = deque(sorted(scope.agents))
    seen: set[str] = set()
    while waiting:
        arn = waiting.popleft()
        if arn in seen:
            continue
        seen.add(arn)
        also = frozenset(scope.versions) if arn in scope.agents else frozenset[str]()
        for agent in _one(harvest, arn, also):
            harvest.agents.append(agent)
            waiting.extend(_mates(agent))


def _one(harvest: Harvest, arn: str, also: frozenset[str]) -> Iterator[Agent]:
    """Read one agent by its ARN; nothing where its place is not visited or it does not exist."""
    parts = parts_of(arn)
    if parts is None:
        return
    _, _, service, region, account, rest = parts
    place = Place(account, region)
    reader = next((one for one in harvest.readers if one.place == place), None)
    kind, _, name = rest.replace(":", "/", 1).partition("/")
    read = _WAYS.get((service, kind))
    if reader is None or read is None:
        return
    found = read(harvest, reader, arn if kind == "stateMachine" else name, also)
    if found is not None:
        yield found


_Way = Callable[[Harvest, Reader, str, frozenset[str]], Agent | None]


def _bedrock(harvest: Harvest, reader: Reader, name: str, also: frozenset[str]) -> Agent | None:
    return read_agent(reader, {"agentId": name}, harvest.options.tags, also)


def _flow(harvest: Harvest, reader: Reader, name: str, also: frozenset[str]) -> Agent | None:
    return read_flow(reader, {"id": name}, harvest.options.tags, also)


def _runtime(harvest: Harvest, reader: Reader, name: str, also: frozenset[str]) -> Agent | None:
    summary = _listed(reader, core_reads.LIST_RUNTIMES, "agentRuntimes", {"agentRuntimeId": name})
    if summary is None:
        return None
    return read_runtime(reader, summary, harvest.options.tags, also)


def _harness(harvest: Harvest, reader: Reader, name: str, also: frozenset[str]) -> Agent | None:
    summary = _listed(reader, core_reads.LIST_HARNESSES, "harnesses", {"harnessId": name})
    if summary is None:
        return None
    return read_harness(reader, summary, harvest.options.tags, also)


def _gateway(harvest: Harvest, reader: Reader, name: str, _: frozenset[str]) -> Agent | None:
    return read_gateway(reader, {"gatewayId": name}, harvest.options.tags)


def _machine(harvest: Harvest, reader: Reader, name: str, _: frozenset[str]) -> Agent | None:
    return read_state_machine(reader, {"stateMachineArn": name}, harvest.options.tags)


_WAYS: dict[tuple[str, str], _Way] = {
    ("bedrock", "agent"): _bedrock,
    ("bedrock", "flow"): _flow,
    ("bedrock-agentcore", "runtime"): _runtime,
    ("bedrock-agentcore", "harness"): _harness,
    ("bedrock-agentcore", "gateway"): _gateway,
    ("states", "stateMachine"): _machine,
}


def _listed(reader: Reader, read: Read, key: str, named: dict[str, str]) -> dict[str, Any] | None:
    """Return what a listing says of the thing `named`; where it failed, only that name is known."""
    listing = reader.listing(read, key)
    found = next((item for item in listing.items if named.items() <= item.items()), None)
    return named if found is None and not listing.complete else found


def _mates(agent: Agent) -> Iterator[str]:
    """Yield the ARNs of the agents to which an agent hands work."""
    for version in agent.versions:
        targets = [mate.alias_arn for mate in version.collaborators]
        targets += [item.target for item in version.integrations if item.target]
        for target in targets:
            head, found, tail = target.partition(":agent-alias/")
            yield f"{head}:agent/{tail.partition('/')[0]}" if found else target


def _knowledge_bases(harvest: Harvest) -> None:
    named = {
        (agent.account, agent.region, link.id)
        for agent in harvest.agents
        for version in agent.versions
        for link in version.knowledge_bases
    }
    readers = {(one.place.account, one.place.region): one for one in harvest.readers}
    work = [(readers[account, region], base) for account, region, base in sorted(named)]
    found = harvest.crew.each(
        "reading knowledge bases",
        lambda one: knowledge_bases.read_knowledge_base(one[0], one[1], {}),
        work,
    )
    harvest.knowledge_bases += [base for base in found if base is not None]


def _accounts(harvest: Harvest) -> set[str]:
    """Return the accounts whose roles the agents act through."""
    return {account_of(arn) or "" for arn in harvest.acting_roles}


def _of_agentcore(agent: Agent) -> bool:
    return any(version.integrations for version in agent.versions)
