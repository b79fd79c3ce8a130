"""Role chains: which roles a role may become, both sides agreeing."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from recert.analysis.authority import parsed
from recert.analysis.normal import units
from recert.estate.authority import Role
from recert.estate.estate import Estate
from recert.iam.arns import account_of
from recert.iam.certainty import role_facts
from recert.iam.grants import EffectiveGrant
from recert.iam.overlap import contains, intersects, normal
from recert.iam.paths import ASSUMING, EscalationPath
from recert.iam.targets import lets_in


def may_become(estate: Estate, role_arn: str) -> Iterator[Role]:
    """Yield the roles that a role may assume as far as its own policies and theirs speak of it.

    Denies, boundaries and the organisation are for the engine to weigh: what they would stop is
    among these, so that nothing is overlooked that hangs on them.
    """
    role = estate.roles_by_arn.get(role_arn)
    if role is None:
        return
    named = tuple(
        pattern for _, text in estate.documents_of(role) if text for pattern in _assuming(text)
    )
    facts = role_facts(role.arn, since=estate.taken_at)
    for target in estate.assumable_roles:
        trust = parsed(target.trust)
        if target.arn == role.arn or trust is None:
            continue
        trusted = lets_in(trust, role.arn, facts)
        if trusted is None:
            continue
        at_home = trusted.direct and account_of(target.arn) == role.account
        if at_home or any(intersects(pattern, target.arn) for pattern in named):
            yield target


def opened_targets(paths: Iterable[EscalationPath]) -> frozenset[str]:
    """Return the roles that plain assuming reaches: nothing has to be changed beforehand."""
    return frozenset(
        target
        for path in paths
        if path.kind == "assume-role" and path.actions == (ASSUMING,)
        for target in path.targets
    )


@lru_cache(maxsize=8192)
def _assuming(document: str) -> tuple[str, ...]:
    """Return the patterns of roles that a document lets assume, in normal form."""
    found: set[str] = set()
    for unit in units(document) or ():
        named = any(contains(normal(pattern), ASSUMING.lower()) for pattern in unit.action)
        if unit.effect == "Allow" and named != unit.not_action:
            found.update(("*",) if unit.not_resource else unit.resource)
    return tuple(sorted(found))


def unread_targets(estate: Estate, grants: Iterable[EffectiveGrant]) -> tuple[str, ...]:
    """Return the roles that grants name for assuming and that the reading does not hold, sorted."""
    return tuple(
        sorted(
            {
                resource
                for grant in grants
                if ASSUMING in grant.effective
                for resource in grant.resources
                if ":role/" in resource
                and "*" not in resource
                and "?" not in resource
                and resource not in estate.roles_by_arn
            }
        )
    )
