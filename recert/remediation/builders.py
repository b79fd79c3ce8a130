"""What only those who build an agent take out of it, and how what is live follows its draft."""

from collections.abc import Callable, Mapping, Sequence

from recert.campaigns.remedies import Agent, AgentKind, Removal
from recert.remediation.commands import Command
from recert.remediation.levers.agents import DRAFT
from recert.remediation.proposals import Proposal
from recert.text import plural


def routing(agent: Agent, served: Sequence[str], title: str) -> Proposal | None:
    """Return how what is live follows the draft."""
    if not served:
        return None
    aliases = [
        one for one in agent.aliases if not one.test and set(one.versions).intersection(served)
    ]
    return Proposal(
        f"Make a version of the prepared draft and route {plural(len(aliases), 'alias', 'aliases')} to "
        f"it ({title}). Everything else in which the draft differs goes live with it: look at it first.",
        tuple(
            Command(
                "bedrock-agent",
                "UpdateAgentAlias",
                {"agentId": agent.id, "agentAliasId": one.id, "agentAliasName": one.name},
                agent.region,
            )
            for one in aliases
        ),
    )


def by_builder(agent: Agent, removal: Removal, kind: str, name: str) -> tuple[str, Proposal]:
    """Return why recert does not write this, and what to do instead."""
    why = "This is part of what the agent is made of; whoever builds it takes it out."
    made = _PROPOSALS.get(kind)
    if made is None or agent.kind is not AgentKind.BEDROCK_AGENT:
        return why, Proposal(f"Take out of {agent.arn}: {removal.title}.")
    return why, made(agent, name)


def _collaborator(agent: Agent, name: str) -> Proposal:
    mate = next(
        (one for one in (agent.draft.collaborators if agent.draft else ()) if one.name == name),
        None,
    )
    return Proposal(
        "Its instruction is not kept here, so that only its builders can bring it back:",
        (
            Command(
                "bedrock-agent",
                "DisassociateAgentCollaborator",
                {
                    "agentId": agent.id,
                    "agentVersion": DRAFT,
                    "collaboratorId": mate.id if mate else name,
                },
                agent.region,
            ),
            Command("bedrock-agent", "PrepareAgent", {"agentId": agent.id}, agent.region),
            *_aliases(agent),
        ),
    )


def _data_source(agent: Agent, name: str) -> Proposal:
    base, _, source = name.partition(" ")
    return Proposal(
        "Every agent of the knowledge base reads from it, and what was read stays in its store "
        "until it is deleted there (its deletion policy says whether that is done at once):",
        (
            Command(
                "bedrock-agent",
                "DeleteDataSource",
                {"knowledgeBaseId": base, "dataSourceId": source},
                agent.region,
            ),
        ),
    )


def _guardrail(agent: Agent, _name: str) -> Proposal:
    return Proposal(
        f"Name another guardrail in {agent.name} (`update-agent`), never none; then prepare it and route "
        "its aliases."
    )


def _model(agent: Agent, name: str) -> Proposal:
    return Proposal(
        f"Name another model than {name} in {agent.name} (`update-agent`), prepare it, route its aliases, "
        "and take the permission to ask the former model from its role."
    )


def _aliases(agent: Agent) -> tuple[Command, ...]:
    found = routing(agent, agent.live_versions, "")
    return tuple(one for one in (found.commands if found else ()) if isinstance(one, Command))


_PROPOSALS: Mapping[str, Callable[[Agent, str], Proposal]] = {
    "collaborator": _collaborator,
    "data_source": _data_source,
    "guardrail": _guardrail,
    "model": _model,
}
