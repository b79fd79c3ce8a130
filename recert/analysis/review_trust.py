"""Items about who may become an agent's execution role."""

from collections import Counter
from collections.abc import Iterable

from recert.analysis import ranks
from recert.analysis.analyst import Analyst
from recert.analysis.subjects import ReviewSubject
from recert.analysis.trust import TrustGrant, trust_grants

_WORDS = {
    "open_trust": "anybody may assume the role",
    "foreign_account": "another account may assume the role",
    "confused_deputy": "the service may be made to use the role for somebody else's agent: "
    "no condition on aws:SourceAccount or aws:SourceArn",
    "wide_source": "any agent of the account may use the role, not only this one",
    "second_service": "a service that does not run this agent may assume the role",
}
_GRAVE = frozenset({"open_trust", "foreign_account"})


def trust_subjects(analyst: Analyst, agent_arn: str) -> Iterable[ReviewSubject]:
    """Yield an item for each principal of each trust statement of the execution roles."""
    agent = analyst.agent(agent_arn)
    for role_arn in dict.fromkeys(
        role.role_arn for role in analyst.reach_of(agent_arn).roles if role.direct and role.role_arn
    ):
        role = analyst.estate.roles_by_arn.get(role_arn)
        if role is None:
            continue
        seen: Counter[str] = Counter()
        for grant in trust_grants(role, agent) or ():
            place = f"{role_arn} trust {grant.kind}:{grant.principal}"
            number = seen[place]
            seen[place] += 1
            yield _subject(agent_arn, f"{place} {number}" if number else place, grant)


def _subject(agent_arn: str, subject: str, grant: TrustGrant) -> ReviewSubject:
    role = grant.role_arn.rpartition("/")[2]
    problems = [_WORDS[kind] for kind in grant.problems]
    who = "Anybody" if "open_trust" in grant.problems else grant.principal
    grave = bool(_GRAVE.intersection(grant.problems))
    return ReviewSubject(
        kind="trust",
        agent=agent_arn,
        subject=subject,
        title=f"{who} may assume role {role}",
        basis={
            "role_arn": grant.role_arn,
            "principal": [grant.kind, grant.principal],
            "actions": sorted(action.lower() for action in grant.statement.actions or ()),
            "conditions": grant.conditions,
        },
        shown={
            "statement": {"index": grant.statement.index, "sid": grant.statement.sid},
            "problems": list(grant.problems),
            "meaning": f"{who} can act with everything that role {role} may do"
            + (" under the conditions shown." if grant.conditions else "."),
        },
        service="sts",
        level="Permissions management",
        privileged=grave,
        rank=ranks.OPEN_TRUST if problems else ranks.TRUST,
        recommendation="look" if problems else "attest",
        reason=(
            f"{problems[0][:1].upper()}{problems[0][1:]}."
            if problems
            else "Only the service that runs the agent, for this account."
            if grant.kind == "Service"
            else "A principal of the same account, named in full."
        ),
    )
