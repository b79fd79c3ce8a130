"""What a principal can effectively do, grant by grant, and what keeps it from the rest.

A grant is one Action element of one Allow statement of one identity policy; a NotAction statement
is one grant as a whole. Its effective actions are those that some resource of the statement lets
through every layer: explicit denies, boundary, each level of SCPs, RCPs.

Where the layers leave a question open, access is shown rather than hidden:

- an action is blocked only if none of the grant's resources gets through; where some do, it stays
  effective and the restriction is listed under `narrowed`
- a Deny that rests on a condition which is not known to hold blocks nothing, and an Allow of a
  boundary or SCP that rests on one lets through; both are listed under `unsure`
- an RCP is held to cover the resources of an action wherever it covers its ARNs: an identity policy
  alone reaches no foreign account
- a key policy, a trust policy or a bucket policy that has to agree as well is taken to agree, and a
  role is shown at its full width: session policies are not stored anywhere
- what could not be read (`None` layers) takes nothing away
- an element that fits no known action stays effective as it is written: the service may be newer
  than the catalogue
"""

from collections.abc import Iterable
from datetime import datetime

from recert.iam.arns import account_of, partition_of
from recert.iam.catalogue import Catalogue
from recert.iam.cells import AccountCells, cells_of
from recert.iam.certainty import Facts, certain, role_facts
from recert.iam.grammar import Statement
from recert.iam.grants import Blocked, EffectiveGrant
from recert.iam.judge import Judge, Outcome
from recert.iam.layer_compiler import LayerCompiler
from recert.iam.layers import Origin, action_mask, applicable
from recert.iam.levels import AccessLevel
from recert.iam.model import Authority, SourcedPolicy
from recert.iam.reach import Reach, reach_of
from recert.iam.rewrite import not_action_element


def effective_grants(
    authority: Authority, catalogue: Catalogue, *, at: datetime | None = None
) -> tuple[EffectiveGrant, ...]:
    """Return every grant of a principal with what is effective of it, in the order of its policies.

    `at` is the instant of the reading; conditions on time are judged from there on, and from the
    date of the catalogue where it is None.
    """
    return Assessor(catalogue, at=at).grants(authority)


class Assessor:
    """Judges the grants of many principals against one catalogue, remembering what they share."""

    def __init__(self, catalogue: Catalogue, *, at: datetime | None = None) -> None:
        self.catalogue = catalogue
        self.since = at if at is not None else catalogue.updated
        self._sets: dict[int, int] = {}
        self._blocked: dict[Blocked, Blocked] = {}
        self._compiler = LayerCompiler(catalogue)

    def grants(self, authority: Authority) -> tuple[EffectiveGrant, ...]:
        """Return every grant of a principal, in the order of its policies."""
        judge, facts = self.judge(authority)
        return tuple(
            grant
            for source in authority.identity
            for statement in applicable(source.policy)
            if statement.effect == "Allow"
            for grant in self._of_statement(authority.role_arn, source, statement, judge, facts)
        )

    def _of_statement(
        self,
        principal: str,
        source: SourcedPolicy,
        statement: Statement,
        judge: Judge,
        facts: Facts,
    ) -> Iterable[EffectiveGrant]:
        holds = certain(statement.conditions, facts, variables=source.policy.has_variables)
        elements = self.elements(statement)
        reach = reach_of(source.policy, statement, facts.context.absent)
        whole = 0
        for mask, _ in elements.values():
            whole |= mask
        names = [name for _, unknown in elements.values() for name in unknown]
        outcome = judge.weigh(reach, whole, names)
        place = (principal, source, statement, reach)
        for action, element in elements.items():
            yield self._grant(place, action, element, outcome, holds=holds)

    def elements(self, statement: Statement) -> dict[str, tuple[int, tuple[str, ...]]]:
        """Return each element of a statement with its known actions, or itself where it has none."""
        if statement.not_actions is not None:
            element = not_action_element(statement.not_actions)
            return {element: (action_mask(statement, self.catalogue), ())}
        found = {each: self.catalogue.mask(each) for each in statement.actions or ()}
        return {each: (mask, () if mask else (each,)) for each, mask in found.items()}

    def _grant(
        self,
        place: tuple[str, SourcedPolicy, Statement, Reach],
        action: str,
        element: tuple[int, tuple[str, ...]],
        outcome: Outcome,
        *,
        holds: bool | None,
    ) -> EffectiveGrant:
        (mask, unknown), catalogue = element, self.catalogue
        alive = 0 if holds is False else mask & outcome.alive
        shift, bits = self._packed(alive)
        unfit_shift, unfit_bits = self._packed(mask & ~outcome.fit)
        names = () if holds is False else tuple(n for n in unknown if n in outcome.names)
        known = catalogue.actions(alive)
        levels = catalogue.levels(alive)
        principal, source, statement, reach = place
        return EffectiveGrant(
            principal=principal,
            source=source,
            statement=statement,
            action=action,
            effective=tuple(sorted((*known, *names))) if names else known,
            unknown=unknown,
            conditional=holds is None,
            unmet=holds is False,
            blocked=self._blocks(outcome.blocked, mask, unknown),
            narrowed=self._blocks(outcome.narrowed, alive, names),
            unsure=self._blocks(outcome.unsure, alive, names),
            access_levels=(*levels, AccessLevel.UNKNOWN) if names else levels,
            reach=reach,
            catalogue=catalogue,
            shift=shift,
            bits=bits,
            unfit_shift=unfit_shift,
            unfit_bits=unfit_bits,
        )

    def _packed(self, mask: int) -> tuple[int, int]:
        """Return a set without its empty beginning; one object for one set, which many repeat."""
        if not mask:
            return 0, 0
        shift = (mask & -mask).bit_length() - 1
        bits = mask >> shift
        return shift, self._sets.setdefault(bits, bits)

    def _blocks(
        self,
        found: list[tuple[int, tuple[str, ...], Origin]],
        mask: int,
        names: tuple[str, ...],
    ) -> tuple[Blocked, ...]:
        if not found:
            return ()
        blocks = []
        for dead, held, origin in found:
            kept = dead & mask
            known = self.catalogue.actions(kept) if kept else ()
            actions = (*known, *(n for n in held if n in names)) if held else known
            if actions:
                block = Blocked(
                    actions, origin.by, origin.policy, origin.policy_arn, origin.index, origin.sid
                )
                blocks.append(self._blocked.setdefault(block, block))
        return tuple(blocks)

    def judge(self, authority: Authority) -> tuple[Judge, Facts]:
        """Return what weighs the statements of a principal, and what is known of its calls."""
        facts = role_facts(authority.role_arn, since=self.since)
        return self.judge_knowing(authority, facts), facts

    def judge_knowing(self, authority: Authority, facts: Facts) -> Judge:
        """Return what weighs the statements of a principal once more is known of its calls."""
        layers = self._compiler.layers(authority, facts)
        return Judge(self.cells(authority.role_arn), layers)

    def cells(self, arn: str) -> AccountCells:
        """Return the cells of the partition and account of a principal."""
        return cells_of(self.catalogue, partition_of(arn), account_of(arn) or "")
