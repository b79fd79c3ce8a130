"""Everything that a review of one agent asks about."""

from recert.analysis.analyst import Analyst, analyst_of
from recert.analysis.grants import ReviewGrant
from recert.analysis.review_grants import attachment_subjects, permission_subjects
from recert.analysis.review_integrations import integration_subjects
from recert.analysis.review_invokers import invoker_subjects
from recert.analysis.review_stewardship import stewardship_subject
from recert.analysis.review_trust import trust_subjects
from recert.analysis.review_unread import unread_subjects
from recert.analysis.subjects import ReviewSubject
from recert.estate.estate import Estate
from recert.iam.catalogue import Catalogue


def grants(estate: Estate, agent_arn: str, catalogue: Catalogue) -> tuple[ReviewGrant, ...]:
    """Return the grants of every acting role of an agent, its execution roles' first.

    Raises LookupError where the estate holds no such agent.
    """
    return analyst_of(estate, catalogue).grants(agent_arn)


def review_subjects(
    estate: Estate, agent_arn: str, catalogue: Catalogue
) -> tuple[ReviewSubject, ...]:
    """Return everything that a review of the agent asks about, in review order.

    Permissions where the lever is the grant, attachments where it is the attachment, trust,
    invokers, integrations, stewardship, and what could not be read. Subjects are unique within the
    agent. Raises LookupError where the estate holds no such agent.
    """
    return subjects_of(analyst_of(estate, catalogue), agent_arn)


def subjects_of(analyst: Analyst, agent_arn: str) -> tuple[ReviewSubject, ...]:
    """Return the same for an analyst at hand."""
    found = [
        *unread_subjects(analyst, agent_arn),
        *permission_subjects(analyst, agent_arn),
        *attachment_subjects(analyst, agent_arn),
        *trust_subjects(analyst, agent_arn),
        *invoker_subjects(analyst, agent_arn),
        *integration_subjects(analyst, agent_arn),
        stewardship_subject(analyst, agent_arn),
    ]
    unique = {(item.kind, item.subject): item for item in found}
    return tuple(
        sorted(unique.values(), key=lambda item: (item.rank, item.kind, item.title, item.subject))
    )
