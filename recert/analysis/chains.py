"""Role chains: roles that acting roles may assume, both sides agreeing, and so on; cycles end."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from recert.analysis.acting import ActingRole, Hop, HopState
from recert.analysis.authority import parsed
from recert.estate.estate import Estate
from recert.iam.effective import EffectiveGrant
from recert.iam.paths import ASSUMING, EscalationPath


def chained_roles(
    estate: Estate,
    roles: Iterable[ActingRole],
    escalations: Callable[[str], Sequence[EscalationPath]],
) -> tuple[ActingRole, ...]:
    """Return the roles beyond `roles` that these may become, nearest first.

    A target whose trust policy could not be read may let anybody in: its hop is unknown.
    """
    known = tuple(roles)
    seen = {role.role_arn for role in known}
    queue = deque(role for role in known if role.role_arn is not None)
    found: list[ActingRole] = []
    while queue:
        role = queue.popleft()
        for target in _targets(escalations(role.role_arn or "")):
            if target in seen:
                continue
            seen.add(target)
            held = estate.roles_by_arn.get(target)
            read = held is not None and parsed(held.trust) is not None
            said = "whose trust policy lets it in" if read else "whose trust policy was not read"
            hop = Hop(
                "assume_role",
                role.role_arn or "",
                target,
                f"assumes {target.rpartition('/')[2]}, {said}",
                HopState.OPEN if read else HopState.UNKNOWN,
            )
            found.append(ActingRole(target, (*role.hops, hop)))
            queue.append(found[-1])
    return tuple(found)


def _targets(paths: Iterable[EscalationPath]) -> Iterable[str]:
    """Return the roles that plain assuming reaches: nothing has to be changed beforehand."""
    for path in paths:
        if path.kind == "assume-role" and path.actions == (ASSUMING,):
            yield from path.targets


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
