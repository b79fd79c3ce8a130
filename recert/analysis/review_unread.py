"""Items about authority that is out of sight: each blocks the word complete until it is decided."""

from collections.abc import Iterable

from recert.analysis import ranks
from recert.analysis.acting import driven, judged_versions
from recert.analysis.analyst import Analyst
from recert.analysis.authority import authority_of
from recert.analysis.coverage import touching
from recert.analysis.subjects import ReviewSubject
from recert.estate.estate import Estate

_CEILINGS = ("SCP", "RCP")
"""What an unread ceiling would take away is still shown, so that nothing is hidden by it."""


def unread(estate: Estate, agent_arn: str) -> tuple[str, ...]:
    """Say in words what of an agent's authority could not be read, sorted; empty where all was.

    What AWS never shows is no part of it. Raises LookupError where there is no such agent.
    """
    return tuple(sorted(_parts(estate, agent_arn)))


def unread_basis(estate: Estate, agent_arn: str) -> tuple[str, ...]:
    """Say in words what else of an agent's basis could not be read, beside its authority; sorted.

    It blocks no review, for it says who lets the agent act and what stands in its way, not what it may
    do; but nobody can tell whether it is as it was. Raises LookupError where there is no such agent.
    """
    agent = estate.agents_by_arn.get(agent_arn)
    if agent is None:
        raise LookupError(f"there is no agent {agent_arn} in this reading")
    versions = judged_versions(agent)
    found = set() if agent.resource_policy_known else {f"the resource policy of {agent.name}"}
    for arn in driven(estate, agent, versions).functions:
        function = estate.functions_by_arn.get(arn)
        if function is not None and not function.resource_policy_known:
            found.add(f"the resource policy of function {function.name}")
        if function is not None and not function.configuration_known:
            found.add(f"the configuration of function {function.name}")
    for version in versions:
        if version.guardrail is not None:
            held = estate.guardrail_of(agent, version.guardrail)
            if held is None or held.content is None:
                name = version.guardrail.identifier.rpartition("/")[2]
                found.add(f"guardrail {name}, version {version.guardrail.version}")
    return tuple(sorted(found))


def unread_subjects(analyst: Analyst, agent_arn: str) -> Iterable[ReviewSubject]:
    """Yield an item for each part of the agent's authority that could not be read."""
    agent = analyst.agent(agent_arn)
    reach = analyst.reach_of(agent_arn)
    gaps = [
        {
            "service": gap.service,
            "operation": gap.operation,
            "error": gap.error,
            "effect": gap.effect,
            "subject": gap.subject,
        }
        for gap in touching(analyst.estate, agent, reach)
    ]
    for words, about in sorted(_parts(analyst.estate, agent_arn).items()):
        yield ReviewSubject(
            kind="unread",
            agent=agent_arn,
            subject=words,
            title=f"Could not be read: {words}",
            basis={"unread": words, "about": about, "purpose": agent.purpose},
            shown={
                "gaps": gaps,
                "meaning": f"What {agent.name} may do through this is unknown, not nothing.",
            },
            privileged=True,
            rank=ranks.UNREAD,
            recommendation="look",
            reason="Let the reader see it, or accept it by name with an end.",
        )


def _parts(estate: Estate, agent_arn: str) -> dict[str, list[str]]:
    """Return what is out of sight, in words, each with the things that it is about."""
    agent = estate.agents_by_arn.get(agent_arn)
    if agent is None:
        raise LookupError(f"there is no agent {agent_arn} in this reading")
    reach = driven(estate, agent)
    found: dict[str, list[str]] = {words: [agent_arn] for words in reach.unknown}
    if not agent.aliases_known:
        found[f"the aliases of {agent.name}, and so what of it is live"] = [agent_arn]
    if not agent.versions:
        found[f"every version of {agent.name}"] = [agent_arn]
    for arn in reach.role_arns:
        held = authority_of(estate, arn)
        if held is None:
            found[f"role {arn}"] = [arn]
            continue
        for part in held.unread:
            if part.what not in _CEILINGS:
                found[f"{part.words} (role {held.role.name})"] = [arn, part.subject]
    for base in reach.bases_in(estate):
        if base.data_sources is None:
            found[f"the data sources of knowledge base {base.name}"] = [base.arn]
    return found
