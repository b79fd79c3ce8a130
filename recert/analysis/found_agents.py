"""Risks of an agent as a whole."""

from collections.abc import Iterable

from recert.analysis.acting import judged_versions
from recert.analysis.analyst import Analyst
from recert.analysis.fingerprint import version_basis
from recert.analysis.found import Found
from recert.analysis.found_access import access_findings
from recert.analysis.found_guardrails import guardrail_findings
from recert.analysis.usage import last_use
from recert.estate.agents import Agent
from recert.estate.canonical import canonical
from recert.estate.estate import Estate
from recert.iam.arns import account_of


def agent_findings(analyst: Analyst, agent_arn: str) -> Iterable[Found]:
    """Yield the risks of one agent that do not lie in a role."""
    agent = analyst.agent(agent_arn)
    yield from _owner(agent)
    yield from guardrail_findings(analyst, agent)
    yield from _draft(analyst.estate, agent)
    yield from _dormant(analyst, agent)
    yield from _collaborators(agent)
    yield from _data(analyst, agent)
    yield from access_findings(analyst, agent)


def _owner(agent: Agent) -> Iterable[Found]:
    if agent.owner is None and agent.tags is not None:
        yield Found(
            "unowned_agent",
            "high",
            agent.arn,
            "",
            f"Nobody is stated as the owner of {agent.name}.",
            "Tag the agent with its owner, or state one with `recert agent set`.",
            {"tags": sorted(agent.tags)},
        )


def _draft(estate: Estate, agent: Agent) -> Iterable[Found]:
    draft = agent.draft
    if draft is None:
        return
    aliases = [alias.name for alias in agent.aliases if draft.version in alias.versions]
    if agent.draft_served:
        names = [a.name for a in agent.aliases if not a.test and draft.version in a.versions]
        yield Found(
            "draft_reachable",
            "medium",
            agent.arn,
            "served",
            f"Alias {', '.join(names)} serves the draft, which changes without a version.",
            "Route the alias to a numbered version.",
            {"aliases": names},
        )
    elif aliases and agent.live_versions:
        mine = canonical(version_basis(estate, agent, draft))
        live = [canonical(version_basis(estate, agent, item)) for item in judged_versions(agent)]
        if mine not in live:
            yield Found(
                "draft_reachable",
                "low",
                agent.arn,
                "test",
                f"The draft of {agent.name} differs from what is live, and whoever may invoke its "
                "test alias runs it.",
                "Limit bedrock:InvokeAgent to the live alias.",
                {"aliases": aliases},
            )


def _dormant(analyst: Analyst, agent: Agent) -> Iterable[Found]:
    roles = [analyst.estate.roles_by_arn.get(arn) for arn in agent.role_arns]
    uses = [last_use(role, analyst.estate.taken_at) for role in roles]
    if uses and all(use.state == "unused" for use in uses):
        yield Found(
            "dormant_agent",
            "medium",
            agent.arn,
            "",
            f"{agent.name}: {uses[0].words}.",
            "Retire the agent, or say why it must stay.",
            {"roles": list(agent.role_arns), "source": uses[0].source},
        )


def _collaborators(agent: Agent) -> Iterable[Found]:
    for version in judged_versions(agent):
        for mate in version.collaborators:
            account = account_of(mate.alias_arn) or agent.account
            if account != agent.account:
                yield Found(
                    "foreign_account",
                    "high",
                    agent.arn,
                    mate.alias_arn,
                    f"{agent.name} hands work to {mate.name} in account {account}.",
                    "Say whether that account is one of yours, or end the collaboration.",
                    {"alias_arn": mate.alias_arn},
                )


def _data(analyst: Analyst, agent: Agent) -> Iterable[Found]:
    """Tell where a knowledge base takes its text from a bucket of another account."""
    for base in analyst.reach_of(agent.arn).bases_in(analyst.estate):
        for source in base.data_sources or ():
            if source.bucket_owner and source.bucket_owner != agent.account:
                yield Found(
                    "foreign_account",
                    "medium",
                    agent.arn,
                    f"{base.arn} {source.id}",
                    f"{agent.name} answers from {source.bucket_arn}, which belongs to account "
                    f"{source.bucket_owner}.",
                    "Say whether that account is one of yours, or take the data source out.",
                    {"knowledge_base": base.arn, "data_source": source.id},
                )
