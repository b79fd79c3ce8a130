"""Proof by the engine that a proposed ceiling does what was decided, and touches nobody else."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from recert.analysis.analyst import Analyst
from recert.analysis.proposal import Kind
from recert.analysis.resource_grants import resource_sources
from recert.iam.effective import Assessor
from recert.iam.grammar import parse_policy
from recert.iam.grants import EffectiveGrant
from recert.iam.model import Authority, SourcedPolicy


class Proof:
    """Asks the engine: nothing kept is lost, nothing is gained, nobody else is touched.

    `compared` counts the other roles that came out the same, `taken` maps the ids of grants to the
    effective actions that they would lose; both are known once `of_role` and `of_others` have run.
    """

    def __init__(
        self, analyst: Analyst, role_arn: str, kind: Kind, document: dict[str, Any]
    ) -> None:
        self._analyst = analyst
        self._role_arn = role_arn
        self._kind = kind
        self._source = SourcedPolicy(
            parse_policy(document), "boundary" if kind == "boundary" else "scp", "proposal"
        )
        self._assessor = Assessor(analyst.catalogue, at=analyst.estate.taken_at)
        self.compared = 0
        self.taken: dict[str, tuple[str, ...]] = {}

    def of_role(self, grants: Iterable[EffectiveGrant], left: Mapping[str, tuple[str, ...]]) -> str:
        """Say what it would do to the role itself that nobody decided; empty where nothing."""
        before = {grant.key: grant for grant in grants}
        for grant in self._after(self._role_arn):
            now = set(grant.effective)
            held = before.get(grant.key)
            was = set(held.effective) if held is not None else set()
            if not set(left.get(grant.key, ())) <= now:
                return f"It would take something of {grant.action}, which was attested."
            if not now <= was:
                return f"It would give {grant.action} more than it has: it replaces a boundary."
            if held is not None and was - now:
                self.taken[grant.key] = tuple(name for name in held.effective if name not in now)
        return ""

    def of_others(self) -> str:
        """Say whose verdicts it would change; empty where nobody's. A boundary binds its role alone."""
        if self._kind == "boundary":
            return ""
        for role in self._analyst.estate.roles:
            if role.arn == self._role_arn or self._analyst.role(role.arn) is None:
                continue
            before = [_verdict(grant) for grant in self._analyst.role_grants(role.arn)]
            if before != [_verdict(grant) for grant in self._after(role.arn)]:
                return f"It would change what role {role.name} may do."
            self.compared += 1
        return ""

    def _after(self, role_arn: str) -> tuple[EffectiveGrant, ...]:
        held = self._analyst.role(role_arn)
        if held is None:
            return ()
        authority = resource_sources(self._analyst.estate, held.authority)
        return self._assessor.grants(self._under(authority))

    def _under(self, authority: Authority) -> Authority:
        if self._kind == "boundary":
            return replace(authority, boundary=(self._source,))
        return replace(authority, scps=(*(authority.scps or ()), (self._source,)))


def _verdict(grant: EffectiveGrant) -> tuple[object, ...]:
    """Return all that the layers say of a grant: a doubt that came is a change, too."""
    return (grant.key, grant.effective, grant.conditional, grant.narrowed, grant.unsure)
