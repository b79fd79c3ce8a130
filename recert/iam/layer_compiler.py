"""What stands over a principal, compiled from its policies and ceilings.

A policy that stands over many principals is compiled once; only what rests on a condition is looked
at again for each, because some of what is known of a call differs with who makes it.
"""

from collections.abc import Iterable
from dataclasses import replace

from recert.iam.catalogue import Catalogue
from recert.iam.certainty import Facts, certain
from recert.iam.grammar import Statement
from recert.iam.layers import By, Ceiling, Layers, Origin, Rule, action_mask, applicable
from recert.iam.model import Authority, SourcedPolicy
from recert.iam.reach import reach_of


class LayerCompiler:
    """Compiles the layers of principals, remembering what they share."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._ceilings: dict[tuple[int, ...], Ceiling] = {}
        self._policies: dict[tuple[int, By, str], tuple[SourcedPolicy, tuple[Rule, ...]]] = {}

    def layers(self, authority: Authority, facts: Facts) -> Layers:
        """Compile what stands over a principal; layers that are None stand over nothing."""
        denies = [*self._rules(authority.identity, "deny", "Deny", facts)]
        ceilings: list[Ceiling] = []
        if authority.boundary is not None:
            denies += self._rules(authority.boundary, "boundary", "Deny", facts)
            ceilings.append(self._ceiling(authority.boundary, "boundary", facts))
        exempt = authority.management_account or authority.service_linked
        for level in () if exempt else authority.scps or ():
            denies += self._rules(level, "scp", "Deny", facts)
            ceilings.append(self._ceiling(level, "scp", facts))
        for level in () if exempt else authority.rcps or ():
            denies += self._rules(level, "rcp", "Deny", facts)
        return Layers(tuple(denies), tuple(ceilings))

    def _ceiling(self, sources: tuple[SourcedPolicy, ...], by: By, facts: Facts) -> Ceiling:
        rules = tuple(self._rules(sources, by, "Allow", facts))
        key = tuple(id(rule) for rule in rules)
        known = self._ceilings.get(key) if key else None
        if known is None:
            label = ", ".join(each.name for each in sources) or f"no {by} policy"
            arn = sources[0].arn if len(sources) == 1 else None
            known = Ceiling(Origin(by, label, arn), rules)
            if key and all(rule.shared for rule in rules):
                self._ceilings[key] = known
        return known

    def _rules(
        self, sources: Iterable[SourcedPolicy], by: By, effect: str, facts: Facts
    ) -> Iterable[Rule]:
        for source in sources:
            for rule in self._compiled(source, by):
                if rule.statement.effect != effect:
                    continue
                if rule.shared:
                    yield rule
                    continue
                variables = source.policy.has_variables
                holds = certain(rule.statement.conditions, facts, variables=variables)
                if holds is not False:
                    yield replace(rule, certain=holds if rule.certain else None)

    def _compiled(self, source: SourcedPolicy, by: By) -> tuple[Rule, ...]:
        """Compile the statements of a policy once for all principals that it stands over."""
        known = self._policies.get((id(source.policy), by, source.name))
        if known is None:
            known = (source, tuple(self._rule(source, s, by) for s in applicable(source.policy)))
            # The source is kept: the id of a policy is its own for as long as the policy lives.
            self._policies[(id(source.policy), by, source.name)] = known
        return known[1]

    def _rule(self, source: SourcedPolicy, statement: Statement, by: By) -> Rule:
        mask = action_mask(statement, self.catalogue)
        everybody = statement.principals is None or any(
            each.value == "*" for each in statement.principals
        )
        return Rule(
            origin=Origin(by, source.name, source.arn, statement.index, statement.sid),
            statement=statement,
            mask=mask & self.catalogue.rcp_mask if by == "rcp" else mask,
            reach=reach_of(source.policy, statement),
            certain=True if everybody and statement.not_principals is None else None,
        )
