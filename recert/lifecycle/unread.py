"""What a reading could not see, asked from the side of the comparison.

A thing that is missing while its listing, its parent or itself stands among the gaps is unknown,
not removed; what appears after such a gap is not known to be new.
"""

from collections.abc import Iterable

from recert.analysis.coverage import mentions
from recert.estate.agents import Agent, AgentKind
from recert.estate.estate import Estate, Gap

AGENT_LISTINGS: dict[AgentKind, tuple[str, ...]] = {
    AgentKind.BEDROCK_AGENT: ("ListAgents",),
    AgentKind.BEDROCK_FLOW: ("ListFlows",),
    AgentKind.AGENTCORE_RUNTIME: ("ListAgentRuntimes",),
    AgentKind.AGENTCORE_HARNESS: ("ListHarnesses",),
    AgentKind.AGENTCORE_GATEWAY: ("ListGateways",),
    AgentKind.STATE_MACHINE: ("ListStateMachines",),
    AgentKind.UNREGISTERED: ("GetAccountAuthorizationDetails",),
}
ROLE_READS = ("GetAccountAuthorizationDetails", "GetRole", "ListRoles")


class Unread:
    """The gaps of one estate, indexed by operation."""

    def __init__(self, estate: Estate) -> None:
        self._gaps: dict[str, list[Gap]] = {}
        for gap in estate.coverage.gaps:
            self._gaps.setdefault(gap.operation, []).append(gap)

    def listing(self, operations: Iterable[str], account: str, region: str = "") -> bool:
        """Tell whether one of these whole listings failed; `region` empty means any region."""
        return any(
            not gap.subject and gap.account == account and region in ("", gap.region)
            for operation in operations
            for gap in self._gaps.get(operation, ())
        )

    def about(self, operations: Iterable[str], account: str, names: Iterable[str]) -> bool:
        """Tell whether one of these calls failed for a thing of one of these names, or as a whole."""
        known = tuple(name for name in names if name)
        return any(
            gap.account == account and (not gap.subject or mentions(gap.subject, known))
            for operation in operations
            for gap in self._gaps.get(operation, ())
        )

    def agents_of(self, agent: Agent) -> bool:
        """Tell whether the listing that would show this agent failed.

        A role that is used as an agent is found by what no agent of its account works through: where
        any listing of agents failed, that is not known.
        """
        if agent.kind is AgentKind.UNREGISTERED:
            every = [name for names in AGENT_LISTINGS.values() for name in names]
            return self.listing(every, agent.account)
        return self.listing(AGENT_LISTINGS[agent.kind], agent.account, agent.region)

    def inside(self, operations: Iterable[str], agent: Agent) -> bool:
        """Tell whether one of these calls failed for this agent."""
        return self.about(operations, agent.account, (agent.arn, agent.id))

    def version(self, operations: Iterable[str], agent: Agent, version: str) -> bool:
        """Tell whether one of these calls failed for this version, or for the agent as a whole."""
        whole = (agent.arn, agent.id)
        stem = f"{agent.id}:{version}"
        return any(
            gap.account == agent.account
            and (
                not gap.subject
                or gap.subject in (*whole, stem)
                or gap.subject.startswith((f"{stem}:", f"{stem}/"))
            )
            for operation in operations
            for gap in self._gaps.get(operation, ())
        )
