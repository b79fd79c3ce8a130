"""Risks of an agent as a whole, and of roles that no agent uses."""

from collections.abc import Iterable

from recert.analysis.acting import judged_versions
from recert.analysis.analyst import Analyst
from recert.analysis.arns import account_of
from recert.analysis.fingerprint import version_basis
from recert.analysis.found import Found
from recert.analysis.invocation import open_to_any_agent
from recert.analysis.invokers import open_ways
from recert.analysis.needs import guarded_arns
from recert.analysis.trust import SERVICE_OF_KIND, trust_grants
from recert.analysis.usage import last_use
from recert.estate.agents import Agent, AgentKind
from recert.estate.canonical import canonical
from recert.estate.estate import Estate
from recert.iam.effective import EffectiveGrant


def agent_findings(analyst: Analyst, agent_arn: str) -> Iterable[Found]:
    """Yield the risks of one agent that do not lie in a role."""
    agent = analyst.agent(agent_arn)
    yield from _owner(agent)
    yield from _guardrail(agent)
    yield from _draft(analyst.estate, agent)
    yield from _dormant(analyst, agent)
    yield from _collaborators(agent)
    yield from _data(analyst, agent)
    yield from _invokers(agent)
    yield from _sessions(analyst.estate, agent)
    yield from _bypass(analyst, agent)
    yield from _functions(analyst, agent)


def orphan_roles(analyst: Analyst) -> Iterable[Found]:
    """Yield the roles that only a service of agents may assume and that nothing here uses.

    Nothing is said of an account whose agents were not listed, or where something that may use a
    role was not read.
    """
    estate = analyst.estate
    used = {
        arn for agent in estate.agents for version in agent.versions if (arn := version.role_arn)
    }
    used.update(analyst.things_by_role)
    services = set(SERVICE_OF_KIND.values()) - {"states.amazonaws.com"}
    clear = _read_whole(analyst)
    for role in estate.roles:
        if role.arn in used or role.service_linked or role.account not in clear:
            continue
        trusted = trust_grants(role) or ()
        if trusted and all(
            item.kind == "Service" and item.principal in services for item in trusted
        ):
            yield Found(
                "orphan_role",
                "medium",
                None,
                role.arn,
                f"Role {role.name} trusts only {trusted[0].principal}, and nothing that was read "
                "uses it.",
                "Delete the role, or say what it is for.",
                {"role_arn": role.arn, "regions": sorted(clear[role.account])},
            )


def _read_whole(analyst: Analyst) -> dict[str, set[str]]:
    """Return the accounts where everything that uses roles was read, with the regions read."""
    estate = analyst.estate
    found: dict[str, set[str]] = {}
    for visit in estate.visits:
        found.setdefault(visit.account, set()).add(visit.region)
    for gap in estate.coverage.gaps:
        if gap.service in _USERS_OF_ROLES:
            found.pop(gap.account, None)
    for agent in estate.agents:
        unread = any(_LEADING.intersection(version.unknown) for version in agent.versions)
        if unread or any(role.role_arn is None for role in analyst.reach_of(agent.arn).roles):
            found.pop(agent.account, None)
    return found


_LEADING = frozenset(
    {"role_arn", "action_groups", "knowledge_bases", "collaborators", "integrations"}
)
"""Fields of a version behind which roles may stand."""
_USERS_OF_ROLES = frozenset(
    {"bedrock-agent", "bedrock-agentcore-control", "lambda", "stepfunctions"}
)


def _owner(agent: Agent) -> Iterable[Found]:
    if agent.owner is None and agent.tags is not None:
        yield Found(
            "unowned_agent",
            "high",
            agent.arn,
            "",
            f"Nobody is stated as the owner of {agent.name}.",
            "Tag the agent with its owner, or state one with `recert agent set`.",
        )


def _guardrail(agent: Agent) -> Iterable[Found]:
    if agent.kind is not AgentKind.BEDROCK_AGENT:
        return
    for name in agent.live_versions:
        version = agent.version(name)
        if version is None or version.guardrail is not None or "guardrail" in version.unknown:
            continue
        yield Found(
            "guardrail_missing",
            "high",
            agent.arn,
            name,
            f"Version {name} of {agent.name} runs without a guardrail.",
            "Associate a guardrail, prepare the agent and route its alias to the new version.",
            {"version": name},
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
            account = account_of(mate.alias_arn, agent.account)
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
    held = analyst.reach_of(agent.arn).knowledge_bases
    for base in analyst.estate.knowledge_bases:
        if base.arn not in held:
            continue
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


def _invokers(agent: Agent) -> Iterable[Found]:
    """Tell where somebody whom nobody named may make the agent act with its own permissions."""
    for one in open_ways(agent):
        yield Found(
            "open_invoker",
            "medium" if one.kind == "token" else "high",
            agent.arn,
            one.principal,
            f"{agent.name} acts for {one.principal}: {one.evidence}",
            "Name who may invoke it: IAM, or an authorizer with clients or audiences.",
            one.as_json(),
        )


def _sessions(estate: Estate, agent: Agent) -> Iterable[Found]:
    """Tell where the event history shows sessions of its role that the agent's service did not open."""
    for arn in agent.role_arns:
        seen = [item for item in estate.observed if item.role_arn == arn and item.outside]
        if not seen:
            continue
        actions = sorted({item.action for item in seen})
        yield Found(
            "foreign_session",
            "high",
            agent.arn,
            arn,
            f"Role {arn.rpartition('/')[2]} of {agent.name} was used in sessions that are not the "
            f"agent's, last on {max(item.last_at for item in seen).date().isoformat()}: "
            f"{', '.join(actions[:3])}{' …' if len(actions) > 3 else ''}.",  # noqa: PLR2004  # a line
            "Find out who used it, and let only the agent's service assume the role.",
            {
                "role_arn": arn,
                "actions": actions,
                "count": sum(item.outside for item in seen),
                "sessions": sorted({name for item in seen for name in item.sessions}),
            },
        )


def _bypass(analyst: Analyst, agent: Agent) -> Iterable[Found]:
    """Tell where code that a guarded agent drives may ask models past the guardrail.

    The execution role of a Bedrock agent is used by Bedrock alone, which applies the guardrail; a
    function's role is used by whatever the function does.
    """
    if not guarded_arns(agent):
        return
    models = analyst.catalogue.union(_MODELS)
    for role in analyst.acting(agent.arn):
        if role.role_arn is None or not any(":function:" in hop.target for hop in role.hops):
            continue
        free = [
            grant
            for grant in analyst.role_grants(role.role_arn)
            if grant.mask & models and not _demands_guardrail(grant)
        ]
        if free:
            name = role.role_arn.rpartition("/")[2]
            yield Found(
                "guardrail_bypass",
                "medium",
                agent.arn,
                role.role_arn,
                f"{agent.name} has a guardrail, but role {name}, which it reaches through "
                f"{role.via}, may ask models without one.",
                "Demand the guardrail with a condition on bedrock:GuardrailIdentifier.",
                {"role_arn": role.role_arn, "grants": [grant.key for grant in free[:_SHOWN]]},
            )


def _functions(analyst: Analyst, agent: Agent) -> Iterable[Found]:
    """Tell which functions behind an agent Bedrock may call for the agents of anybody."""
    for arn in analyst.reach_of(agent.arn).functions:
        function = analyst.estate.functions_by_arn.get(arn)
        if function is not None and open_to_any_agent(function):
            yield Found(
                "open_function",
                "medium",
                agent.arn,
                arn,
                f"Function {function.name} behind {agent.name} lets Bedrock call it for any agent "
                "of any account: its resource policy names neither aws:SourceAccount nor "
                "aws:SourceArn.",
                "Add both conditions to the function's resource policy.",
                {"function_arn": arn},
            )


def _demands_guardrail(grant: EffectiveGrant) -> bool:
    return any(
        key.lower() == "bedrock:guardrailidentifier"
        for keys in grant.conditions.values()
        for key in keys
    )


_MODELS = ("bedrock:InvokeModel*", "bedrock:InvokeInlineAgent")
_SHOWN = 20
