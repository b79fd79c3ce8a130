"""What stands over the grants of a principal: denies, and the ceilings that each must pass.

Statements are compiled once into the set of actions that they name and the resources that they
speak of. Where a statement rests on a condition, `certain` says what is known of it: a Deny counts
as protection only where its conditions certainly hold, and an Allow of a ceiling counts as open
unless its conditions certainly fail.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from recert.iam.catalogue import Catalogue
from recert.iam.grammar import Policy, Statement
from recert.iam.overlap import contains, intersects, normal
from recert.iam.reach import Reach

By = Literal["deny", "boundary", "scp", "rcp"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a restriction stands; `index` is None where no statement of the policy allows."""

    by: By
    policy: str
    policy_arn: str | None = None
    index: int | None = None
    sid: str | None = None


@dataclass(frozen=True)
class Rule:
    """One statement, compiled; `certain` is True, False, or None where a condition is unknown."""

    origin: Origin
    statement: Statement
    mask: int
    reach: Reach
    certain: bool | None

    @property
    def shared(self) -> bool:
        """Whether the rule is the same for every principal: it rests on no condition."""
        return not self.statement.conditions

    def surely_names(self, action: str) -> bool:
        """Whether an action that the catalogue does not know is certainly meant.

        An RCP never certainly names one: the service may not be among those that RCPs restrict.
        """
        if self.origin.by == "rcp":
            return False
        if self.statement.not_actions is not None:
            return not any(intersects(each, action) for each in self._patterns)
        return any(contains(each, action) for each in self._patterns)

    def may_name(self, action: str) -> bool:
        """Whether an action that the catalogue does not know may be meant."""
        if self.statement.not_actions is not None:
            return not any(contains(each, action) for each in self._patterns)
        return any(intersects(each, action) for each in self._patterns)

    @cached_property
    def _patterns(self) -> tuple[str, ...]:
        found = self.statement.not_actions or self.statement.actions or ()
        return tuple(folded(each) for each in found)


@dataclass(frozen=True)
class Ceiling:
    """One policy set that must allow, such as a boundary or one level of SCPs."""

    origin: Origin
    rules: tuple[Rule, ...]

    @cached_property
    def open(self) -> int:
        """The actions that pass on every resource."""
        found = 0
        for rule in self.rules:
            if rule.reach.everything:
                found |= rule.mask
        return found

    @cached_property
    def surely_open(self) -> int:
        """The actions that certainly pass on every resource."""
        found = 0
        for rule in self.rules:
            if rule.reach.everything and rule.certain:
                found |= rule.mask
        return found

    @cached_property
    def partly(self) -> int:
        """The actions that pass on some resources."""
        found = 0
        for rule in self.rules:
            found |= rule.mask
        return found & ~self.open


@dataclass(frozen=True)
class Layers:
    """Every restriction over the grants of one principal."""

    denies: tuple[Rule, ...] = ()
    ceilings: tuple[Ceiling, ...] = ()


def folded(action: str) -> str:
    """Return an Action element in normal form: case does not count, `${…}` is text."""
    return normal(action.lower(), variables=False)


def action_mask(statement: Statement, catalogue: Catalogue) -> int:
    """Return the known actions that a statement names."""
    if statement.not_actions is not None:
        return catalogue.everything & ~catalogue.union(statement.not_actions)
    return catalogue.union(statement.actions or ())


def applicable(policy: Policy) -> Iterable[Statement]:
    """Yield the statements that name some action."""
    return (s for s in policy.statements if s.actions or s.not_actions is not None)
