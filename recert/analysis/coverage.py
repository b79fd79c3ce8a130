"""Which gaps of a reading leave something of an agent unknown."""

from collections.abc import Iterable

from recert.analysis.ways import Driven
from recert.estate.agents import Agent
from recert.estate.estate import Estate, Gap
from recert.iam.arns import name_of

_ACCOUNT_WIDE = frozenset({"iam", "sts", "account", "s3", "s3control"})
_EVERYWHERE = frozenset({"organizations"})


def touching(estate: Estate, agent: Agent, reach: Driven) -> tuple[Gap, ...]:
    """Return the gaps that concern an agent or anything that it drives."""
    if not estate.coverage.gaps:
        return ()
    names = related(estate, agent, reach)
    return tuple(gap for gap in estate.coverage.gaps if touches(gap, agent, names))


def related(estate: Estate, agent: Agent, reach: Driven) -> frozenset[str]:
    """Return every name by which a gap may speak of an agent or of what it drives."""
    found = {agent.arn, agent.id, *reach.role_arns, *reach.functions, *reach.knowledge_bases}
    found |= {
        source.bucket_arn
        for base in reach.bases_in(estate)
        for source in base.data_sources or ()
        if source.bucket_arn
    }
    found |= {
        version.guardrail.identifier for version in agent.versions if version.guardrail is not None
    }
    for arn in reach.role_arns:
        role = estate.roles_by_arn.get(arn)
        if role is not None:
            found |= {*role.attached, *((role.boundary,) if role.boundary else ())}
    return frozenset(found | {name_of(name) for name in found})


def touches(gap: Gap, agent: Agent, names: Iterable[str]) -> bool:
    """Tell whether a gap concerns an agent that goes by these names (see `related`)."""
    if gap.service in _EVERYWHERE:
        return True
    if gap.subject:
        return mentions(gap.subject, names)
    if gap.account != agent.account:
        return False
    return gap.service in _ACCOUNT_WIDE or gap.region in ("", agent.region)


def mentions(subject: str, names: Iterable[str]) -> bool:
    """Tell whether a gap's subject is one of these names, or holds one as a part of its path."""
    parts = {subject, *subject.replace(":", "/").split("/")}
    return not parts.isdisjoint(names)
