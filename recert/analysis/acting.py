"""Acting roles: through which roles an agent's work is done, and how they are reached.

Breadth first from the agent's versions over functions, knowledge bases and collaborators, then from
role to role that may be assumed; what was visited is not visited again, so that cycles end. What
cannot be followed stays in the answer as unknown.
"""

from collections import deque
from collections.abc import Iterable

from recert.analysis.chains import may_become
from recert.analysis.invocation import Answer, may_call, may_invoke
from recert.analysis.lookups import find_agent, find_alias, knowledge_base_arn, unqualified
from recert.analysis.ways import ASSUME_ROLE, ActingRole, Driven, Hop, HopState, Way
from recert.estate.agents import Agent, AgentVersion
from recert.estate.companions import Integration, Resource
from recert.estate.estate import Estate
from recert.estate.integrations import Function, KnowledgeBase
from recert.iam.arns import account_of, name_of

NEVER_SHOWN = frozenset({"orchestration", "orchestration_function_arn"})
"""What AWS shows of a draft only: a limit that no permission mends, not a gap."""


_STATES = {
    Answer.YES: HopState.OPEN,
    Answer.NO: HopState.BLOCKED,
    Answer.UNKNOWN: HopState.UNKNOWN,
}
_RUNNING = ("code-interpreter", "browser", "code-interpreter-custom", "browser-custom")
_RUN_BY_AWS = (":aws:code-interpreter/", ":aws:browser/")


def judged_versions(agent: Agent) -> tuple[AgentVersion, ...]:
    """Return the versions that a review judges, newest first: what is served, else the draft."""
    found = list(reversed(agent.reviewed_versions))
    draft = agent.draft
    if draft is not None and agent.draft_served and draft not in found:
        found.append(draft)
    return tuple(found)


def acting_roles(estate: Estate, agent_arn: str) -> tuple[ActingRole, ...]:
    """Return the acting roles of an agent, its execution roles first.

    A role that is reached over a part that could not be read has the ARN None. An agent that the
    estate does not hold has none.
    """
    agent = estate.agents_by_arn.get(agent_arn)
    return driven(estate, agent).roles if agent is not None else ()


def driven(estate: Estate, agent: Agent, versions: Iterable[AgentVersion] | None = None) -> Driven:
    """Return what these versions of an agent can drive; without `versions`, the judged ones."""
    chosen = judged_versions(agent) if versions is None else tuple(versions)
    return _Walk(estate).run(agent, chosen)


class _Walk:
    """One walk; it collects as it goes and is thrown away."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._direct: list[ActingRole] = []
        self._behind: list[ActingRole] = []
        self._functions: dict[str, Way] = {}
        self._bases: dict[str, Way] = {}
        self._agents: dict[str, Way] = {}
        self._dead: list[Way] = []
        self._unknown: list[str] = []
        self._seen: set[tuple[str, str]] = set()
        self._queue: deque[tuple[Agent, AgentVersion, Way]] = deque()

    def run(self, agent: Agent, versions: tuple[AgentVersion, ...]) -> Driven:
        for name in agent.live_versions:
            if agent.version(name) is None:
                self._unknown.append(f"version {name} of {agent.name} was not read")
        for version in versions:
            self._enter(agent, version, ())
        while self._queue:
            self._visit(*self._queue.popleft())
        self._chains()
        found = {(role.role_arn, role.hops): role for role in (*self._direct, *self._behind)}
        first: dict[object, ActingRole] = {}
        for role in found.values():
            first.setdefault(role.role_arn or role.hops, role)
        return Driven(
            roles=tuple(first.values()),
            functions=self._functions,
            knowledge_bases=self._bases,
            agents=self._agents,
            dead_ends=tuple(self._dead),
            unknown=tuple(dict.fromkeys(self._unknown)),
        )

    def _chains(self) -> None:
        """Follow the roles that may become others, nearest first."""
        queue = deque(role for role in (*self._direct, *self._behind) if role.role_arn)
        seen = {role.role_arn for role in queue}
        while queue:
            role = queue.popleft()
            for target in may_become(self._estate, role.role_arn or ""):
                if target.arn in seen:
                    continue
                seen.add(target.arn)
                words = f"assumes {target.name}, whose trust policy lets it in"
                hop = Hop(ASSUME_ROLE, role.role_arn or "", target.arn, words)
                queue.append(ActingRole(target.arn, (*role.hops, hop)))
                self._behind.append(queue[-1])

    def _enter(self, agent: Agent, version: AgentVersion, way: Way) -> None:
        if (agent.arn, version.version) not in self._seen:
            self._seen.add((agent.arn, version.version))
            self._queue.append((agent, version, way))

    def _visit(self, agent: Agent, version: AgentVersion, way: Way) -> None:
        self._execution_role(agent, version, way)
        self._action_groups(agent, version, way)
        for arn, kind in (
            (version.parser_function_arn, "parser"),
            (version.orchestration_function_arn, "orchestration"),
        ):
            if arn:
                self._function(agent, arn, kind, f"{kind} function", way)
        for link in version.knowledge_bases:
            if link.state == "ENABLED":
                self._knowledge_base(agent, link.id, way)
        for mate in version.collaborators:
            self._collaborator(agent, mate.name, mate.alias_arn, way)
        for item in version.integrations:
            self._integration(agent, version, item, way)
        unread = [name for name in version.unknown if name not in NEVER_SHOWN]
        if unread:
            words = f"version {version.version} of {agent.name}: {', '.join(sorted(unread))}"
            self._unknown.append(words)

    def _action_groups(self, agent: Agent, version: AgentVersion, way: Way) -> None:
        for group in version.action_groups:
            if not group.enabled:
                continue
            words = f"action group {group.name}"
            if group.function_arn:
                self._function(agent, group.function_arn, "action_group", words, way)
            elif group.executor == "return_control":
                hop = Hop("return_control", agent.arn, "the calling application", words)
                self._dead.append((*way, hop))
            elif group.signature:
                hop = Hop("builtin", agent.arn, group.signature, f"{words}, which AWS runs itself")
                self._dead.append((*way, hop))

    def _execution_role(self, agent: Agent, version: AgentVersion, way: Way) -> None:
        target = version.role_arn
        words = f"execution role of {agent.name}, version {version.version}"
        state = HopState.OPEN if target in self._estate.roles_by_arn else HopState.UNKNOWN
        hop = Hop("execution_role", agent.arn, target or "unknown role", words, state)
        if target is None:
            self._unknown.append(words)
        bucket = self._behind if way else self._direct
        bucket.append(ActingRole(target, (*way, hop)))

    def _integration(
        self, agent: Agent, version: AgentVersion, item: Integration, way: Way
    ) -> None:
        """Follow what AgentCore, flows and state machines drive through their own role."""
        words = f"{item.kind.replace('_', ' ')} {item.name}"
        target = item.target or ""
        mate = find_agent(self._estate, agent, target)
        if item.function_arn:
            self._called(agent, version, item, words, way)
        elif ":agent-alias/" in target:
            self._collaborator(agent, item.name, target, way)
        elif mate is not None:
            here = (*way, Hop("collaborator", agent.arn, mate.arn, words))
            self._agents.setdefault(mate.arn, here)
            for served in judged_versions(mate):
                self._enter(mate, served, here)
        elif item.type == "knowledgeBase" and target:
            self._knowledge_base(agent, target.rpartition("/")[2], way)
        elif target in self._estate.resources_by_arn:
            resource = self._estate.resources_by_arn[target]
            here = (*way, Hop(item.kind, agent.arn, target, words))
            if resource.role_arn:
                self._role_of(resource, target, here)
            elif "role_arn" in resource.unknown:
                self._unknown.append(f"the role of {target}")
            elif resource.kind in _RUNNING:
                self._dead.append(here)
        elif any(kind in target for kind in _RUN_BY_AWS):
            hop = Hop(item.kind, agent.arn, target, f"{words}, which AWS runs without a role")
            self._dead.append((*way, hop))
        elif any(f":{kind}/" in target for kind in (*_RUNNING, "runtime", "harness", "gateway")):
            here = (*way, Hop(item.kind, agent.arn, target, words, HopState.UNKNOWN))
            self._role_of(None, target, here)

    def _called(
        self, agent: Agent, version: AgentVersion, item: Integration, words: str, way: Way
    ) -> None:
        """Follow a function that is called by the agent's own role."""
        plain = unqualified(item.function_arn or "")
        function = self._estate.functions_by_arn.get(plain)
        state = _STATES[may_call(self._estate, version.role_arn, function, plain)]
        said = f"{words} calls {name_of(plain)} by {agent.name}'s role"
        here = (*way, Hop(item.kind, agent.arn, plain, said, state))
        self._functions.setdefault(plain, here)
        if state is HopState.BLOCKED:
            self._dead.append(here)
            return
        self._role_of(function, plain, here)

    def _function(self, agent: Agent, arn: str, kind: str, words: str, way: Way) -> None:
        plain = unqualified(arn)
        function = self._estate.functions_by_arn.get(plain)
        state = _STATES[may_invoke(agent, function, arn)]
        here = (*way, Hop(kind, agent.arn, plain, f"{words} calls {name_of(plain)}", state))
        self._functions.setdefault(plain, here)
        if state is HopState.BLOCKED:
            self._dead.append(here)
            return
        self._role_of(function, plain, here)

    def _role_of(
        self, thing: Function | KnowledgeBase | Resource | None, arn: str, way: Way
    ) -> None:
        role = thing.role_arn if thing is not None else None
        words = f"its role {name_of(role)}" if role else "its role is unknown"
        known = role is not None and role in self._estate.roles_by_arn
        state = HopState.OPEN if known else HopState.UNKNOWN
        if role is None:
            self._unknown.append(f"the role of {arn}")
        hop = Hop("role", arn, role or "unknown role", words, state)
        self._behind.append(ActingRole(role, (*way, hop)))

    def _knowledge_base(self, agent: Agent, base_id: str, way: Way) -> None:
        base = self._estate.knowledge_bases_by_id.get((agent.account, agent.region, base_id))
        arn = base.arn if base else knowledge_base_arn(agent, base_id)
        words = f"knowledge base {base.name if base else base_id}"
        state = HopState.OPEN if base else HopState.UNKNOWN
        here = (*way, Hop("knowledge_base", agent.arn, arn, words, state))
        self._bases.setdefault(arn, here)
        self._role_of(base, arn, here)

    def _collaborator(self, agent: Agent, name: str, alias_arn: str, way: Way) -> None:
        found = find_alias(self._estate, alias_arn)
        state = HopState.OPEN if found else HopState.UNKNOWN
        target = found[0].arn if found else alias_arn
        account = account_of(target) or agent.account
        where = f" in account {account}" if account != agent.account else ""
        words = f"collaborator {name}{where}"
        here = (*way, Hop("collaborator", agent.arn, target, words, state))
        if found is None:
            hop = Hop(
                "execution_role", target, "unknown role", "its role is unknown", HopState.UNKNOWN
            )
            self._unknown.append(f"collaborator {name} behind {alias_arn}")
            self._behind.append(ActingRole(None, (*here, hop)))
            return
        mate, versions = found
        self._agents.setdefault(mate.arn, here)
        for number in versions:
            version = mate.version(number)
            if version is None:
                self._unknown.append(f"version {number} of {mate.name} was not read")
            else:
                self._enter(mate, version, here)
