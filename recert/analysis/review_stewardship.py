"""The item about who answers for an agent, and what it is for."""

from recert.analysis import ranks
from recert.analysis.analyst import Analyst
from recert.analysis.subjects import ReviewSubject


def stewardship_subject(analyst: Analyst, agent_arn: str) -> ReviewSubject:
    """Return the one item about owner and purpose."""
    agent = analyst.agent(agent_arn)
    unread = agent.tags is None
    missing = [
        name for name, value in (("owner", agent.owner), ("purpose", agent.purpose)) if not value
    ]
    if missing and unread:
        title = f"{agent.name}: its tags could not be read, so that its owner is unknown"
    elif missing:
        title = f"{agent.name}: no {' and no '.join(missing)} stated"
    else:
        title = f"{agent.name} belongs to {agent.owner} and is for: {agent.purpose}"
    reason = (
        f"State the {' and the '.join(missing)}."
        if missing
        else "Owner and purpose are stated; say whether they still hold."
    )
    return ReviewSubject(
        kind="stewardship",
        agent=agent_arn,
        subject="stewardship",
        title=title,
        basis={"owner": agent.owner, "purpose": agent.purpose, "read": not unread},
        shown={
            "description": agent.description,
            "tags": dict(agent.tags) if agent.tags is not None else None,
            "live_versions": list(agent.live_versions),
            "aliases": [alias.name for alias in agent.aliases if not alias.test],
        },
        rank=ranks.UNOWNED if missing else ranks.STEWARDSHIP,
        recommendation="look" if missing else "attest",
        reason=reason,
    )
