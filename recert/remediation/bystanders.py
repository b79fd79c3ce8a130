"""Who else is touched when a policy changes: agents that share the role, roles that share the policy."""

from collections.abc import Collection, Iterable

from recert.campaigns.remedies import Analyst
from recert.text import plural


def agents(analyst: Analyst, role_arn: str, revoked_for: Collection[str | None]) -> Iterable[str]:
    """Name the agents that act through a role and for which the same was not revoked."""
    for arn in analyst.users.get(role_arn, ()):
        if arn not in revoked_for:
            found = analyst.estate.agents_by_arn.get(arn)
            yield f"agent {found.name if found else arn}"


def roles(analyst: Analyst, policy_arn: str, concerned: Collection[str]) -> Iterable[str]:
    """Name who else carries a customer-managed policy, as its permissions or as its boundary."""
    estate = analyst.estate
    attached = 0
    for role in estate.roles:
        if policy_arn in role.attached:
            attached += 1
            if role.arn not in concerned:
                yield f"role {role.name}"
        if role.boundary == policy_arn:
            yield f"role {role.name}, as its boundary"
    held = estate.policies_by_arn.get(policy_arn)
    count = held.attachment_count if held is not None else None
    if count is not None and count > attached:
        yield f"{plural(count - attached, 'attachment')} to users, groups or roles that were not read"
