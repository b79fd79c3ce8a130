"""Cells: the resources that a grant opens, cut where actions differ.

A cell is one pattern: the ARNs of one shape that one of a grant's Resource elements fits. Whatever
keeps an action from a resource keeps it from a whole cell, from a part of one, or from none.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property, lru_cache

from recert.iam.arns import account_of
from recert.iam.catalogue import Catalogue
from recert.iam.overlap import LITERAL_STAR, contains
from recert.iam.reach import Reach
from recert.iam.sets import bits_of
from recert.iam.shapes import meet

BARE = LITERAL_STAR
"""The cell of actions that take no resource: the text `*` itself, which only `*` grants."""

Cell = tuple[str, int]
"""A pattern in normal form, and the actions that may act on what fits it."""

_CACHED = 2048
_FEW = 2048


class AccountCells:
    """The cells of one account: the catalogue's shapes with its partition and number."""

    def __init__(self, catalogue: Catalogue, *, partition: str, account: str) -> None:
        self.catalogue = catalogue
        self.partition = partition
        self.account = account
        self._cells: dict[str, tuple[Cell, ...]] = {}
        self._fits: dict[Reach, int] = {}
        self._opened: dict[tuple[Reach, int], tuple[Cell, ...]] = {}

    def fit(self, reach: Reach) -> int:
        """Return the known actions that may act on some resource of a statement."""
        found = self._fits.get(reach)
        if found is None:
            found = self._fits[reach] = self._fit(reach)
        return found

    def _fit(self, reach: Reach) -> int:
        mask = 0
        if reach.negated:
            for _, actions in self.cells(reach, self.catalogue.everything):
                mask |= actions
            return mask
        for pattern in reach.open_patterns:
            fitting = self.catalogue.shapes.fitting_normal(pattern)
            if self._is_foreign(pattern):
                for shape in fitting.shapes:
                    mask |= 0 if shape.own_account else shape.mask
            else:
                mask |= fitting.mask
        return mask & ~self._never(reach, mask)

    def _never(self, reach: Reach, mask: int) -> int:
        """Return the actions that AWS refuses on everything that the statement names."""
        refused = 0
        for rule in self.catalogue.never:
            candidates = mask & rule.mask
            if candidates and not reach.everything:
                left = 0
                for _, actions in self.cells(reach, candidates):
                    left |= actions
                refused |= candidates & ~left
        return refused

    def cells(self, reach: Reach, among: int) -> tuple[Cell, ...]:
        """Return the cells that a statement opens to some of the actions in `among`."""
        key = (reach, among)
        found = self._opened.get(key)
        if found is None:
            if len(self._opened) >= _CACHED:
                self._opened.clear()
            found = self._opened[key] = tuple(
                (cell, mask)
                for pattern in reach.open_patterns
                for cell, actions in self._candidates(pattern, among)
                if (mask := actions & among) and (not reach.negated or reach.touches(cell))
            )
        return found

    def _candidates(self, pattern: str, among: int) -> Iterable[Cell]:
        """Return the cells of a pattern, only those of the actions where they are few."""
        if pattern != "*" or among.bit_count() > _FEW:
            return self._of_pattern(pattern)
        held = self._by_action
        return {id(cell): cell for index in bits_of(among) for cell in held.get(index, ())}.values()

    def prepare(self) -> None:
        """Make what most questions need, so that the first one is as quick as the rest."""
        self._candidates("*", 0)

    @cached_property
    def _by_action(self) -> dict[int, list[Cell]]:
        """The cells of `*` by the position of each action that may act on them."""
        found: dict[int, list[Cell]] = defaultdict(list)
        for cell in self._of_pattern("*"):
            for index in bits_of(cell[1]):
                found[index].append(cell)
        return found

    def _of_pattern(self, pattern: str) -> tuple[Cell, ...]:
        found = self._cells.get(pattern)
        if found is None:
            if len(self._cells) >= _CACHED:
                self._cells.clear()
            found = self._cells[pattern] = tuple(self._make(pattern))
        return found

    def _make(self, pattern: str) -> list[Cell]:
        fitting = self.catalogue.shapes.fitting_normal(pattern)
        made: list[Cell] = [(BARE, fitting.bare)] if fitting.bare else []
        foreign = self._is_foreign(pattern)
        for shape in fitting.shapes:
            if foreign and shape.own_account:
                continue
            cell = meet(pattern, shape, partition=self.partition, account=self.account)
            refused = self._refused(cell, shape.mask)
            mask = shape.mask & ~refused if refused else shape.mask
            if mask:
                made.append((cell, mask))
        return made

    def _is_foreign(self, pattern: str) -> bool:
        """Whether a pattern names resources of another account alone, which IAM's actions never reach."""
        if not pattern.startswith("arn:") or not self.account:
            return False
        named = account_of(pattern)
        return named is not None and named != self.account

    def _refused(self, cell: str, mask: int) -> int:
        refused = 0
        for rule in self.catalogue.never:
            if mask & rule.mask and any(contains(each, cell) for each in rule.within):
                refused |= rule.mask
        return refused


@lru_cache(maxsize=64)
def cells_of(catalogue: Catalogue, partition: str, account: str) -> AccountCells:
    """Return the cells of one account, which depend on nothing else and cost more than most questions."""
    return AccountCells(catalogue, partition=partition, account=account)
