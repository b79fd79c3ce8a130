"""The resources that a statement speaks of, and what of an ARN pattern they take in.

Whether a Deny takes all of a cell (see `recert.iam.cells`), or a ceiling leaves some of it, is asked
here; every answer leans towards more access, because access that is thought away is access that
nobody reviews.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from recert.iam.grammar import Policy, Statement
from recert.iam.overlap import contains, intersects, normal, plain_head
from recert.iam.variables import template

NOTHING: Final = frozenset[str]()


@dataclass(frozen=True)
class Reach:
    """The Resource or NotResource element of a statement.

    `patterns` as the policy writes them; `negated` for NotResource. A statement without either
    speaks of every resource, as in a trust policy.
    """

    patterns: tuple[str, ...]
    negated: bool
    variables: bool

    @cached_property
    def everything(self) -> bool:
        """Whether every resource is meant, whatever the action."""
        return not self._wide if self.negated else "*" in self._wide

    @cached_property
    def _wide(self) -> tuple[str, ...]:
        return tuple(normal(each, variables=self.variables) for each in self.patterns)

    @cached_property
    def _narrow(self) -> tuple[str, ...]:
        return tuple(normal(each, variables=self.variables, wide=False) for each in self.patterns)

    @cached_property
    def _wide_heads(self) -> tuple[tuple[str, str], ...]:
        return tuple((plain_head(each), each) for each in self._wide)

    @cached_property
    def _narrow_heads(self) -> tuple[tuple[str, str], ...]:
        return tuple((plain_head(each), each) for each in self._narrow)

    def covers(self, cell: str) -> bool:
        """Whether every resource of a cell is certainly meant."""
        return not self._shares(cell) if self.negated else self._holds(cell)

    def touches(self, cell: str) -> bool:
        """Whether some resource of a cell may be meant."""
        return not self._holds(cell) if self.negated else self._shares(cell)

    def _holds(self, cell: str) -> bool:
        """Whether one of the patterns contains a cell; their plain beginnings tell most apart."""
        return any(
            cell.startswith(head) and contains(each, cell) for head, each in self._narrow_heads
        )

    def _shares(self, cell: str) -> bool:
        """Whether one of the patterns intersects a cell."""
        start = plain_head(cell)
        return any(
            (start.startswith(head) or head.startswith(start)) and intersects(each, cell)
            for head, each in self._wide_heads
        )

    def meets(self, other: "Reach") -> bool:
        """Whether two statements may speak of the same resource."""
        if self.everything or other.everything or (self.negated and other.negated):
            return True
        if self.negated:
            return any(self.touches(each) for each in other._wide)  # noqa: SLF001 - its own kind
        return any(other.touches(each) for each in self._wide)

    def holds(self, other: "Reach") -> bool:
        """Whether every resource of another statement is certainly meant here too."""
        if self.everything or self == other:
            return True
        return not other.negated and all(self.covers(each) for each in other._wide)  # noqa: SLF001 - its own kind

    @property
    def open_patterns(self) -> tuple[str, ...]:
        """The patterns that are granted, in normal form; `*` where only exceptions are named."""
        return ("*",) if self.negated else self._wide


def reach_of(policy: Policy, statement: Statement, absent: frozenset[str] = NOTHING) -> Reach:
    """Return the resources that a statement speaks of.

    `absent` are context keys, in lower case, that no call of the principal has: a Resource element
    with such a variable in it matches nothing, unless the variable has a default.
    """
    if statement.not_resources is not None:
        return _reach(statement.not_resources, True, policy.has_variables)
    if statement.resources is not None:
        listed = statement.resources
        if absent and policy.has_variables:
            listed = _resolvable(listed, absent)
        return _reach(listed, False, policy.has_variables)
    return _reach(("*",), False, policy.has_variables)


@lru_cache(maxsize=8192)
def _resolvable(patterns: tuple[str, ...], absent: frozenset[str]) -> tuple[str, ...]:
    """Return the patterns whose variables can all have a value."""
    return tuple(
        each
        for each in patterns
        if (found := template(each)) is None
        or all(one.default is not None or one.key not in absent for one in found.variables)
    )


@lru_cache(maxsize=8192)
def _reach(patterns: tuple[str, ...], negated: bool, variables: bool) -> Reach:  # noqa: FBT001 - cache key
    return Reach(patterns, negated, variables)
