"""Weighing what a statement grants against the layers of its principal.

First what needs no look at resources, then, for the actions that remain open, cell by cell (see
`recert.iam.cells`). A restriction that takes an action from some cells narrows it; one that takes it
from all of them blocks it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from recert.iam.cells import AccountCells
from recert.iam.layers import Ceiling, Layers, Origin, Rule, folded
from recert.iam.protected import WITHOUT_PERMISSION
from recert.iam.reach import Reach

_COMPARED = 100_000
"""How many patterns are compared for one statement. No policies that IAM stores need as many; beyond
them the rest counts as narrowed and not as blocked, so that no document makes the judgement slow."""


@dataclass
class Outcome:
    """What the layers leave of the actions that a statement grants.

    `alive` and the masks are sets of known actions; `names` are the unknown ones that get through.
    `blocked`: what kept an action from every resource. `narrowed`: what keeps it from some.
    `unsure`: a Deny, or the only Allow of a ceiling, that rests on a condition which may not hold.
    """

    fit: int
    alive: int
    names: tuple[str, ...]
    blocked: list[tuple[int, tuple[str, ...], Origin]]
    narrowed: list[tuple[int, tuple[str, ...], Origin]]
    unsure: list[tuple[int, tuple[str, ...], Origin]]


class Judge:
    """Weighs statements against the layers of one principal."""

    def __init__(self, cells: AccountCells, layers: Layers) -> None:
        self._cells = cells
        self._layers = layers

    def weigh(self, reach: Reach, mask: int, names: Iterable[str] = ()) -> Outcome:
        """Return what gets through of a statement's actions on a statement's resources."""
        fit = mask & self._cells.fit(reach)
        outcome = Outcome(fit, fit, (), [], [], [])
        tally = _Tally()
        whole, celled = self._weigh_whole(fit, tally)
        alive = fit & ~whole & ~celled
        if celled:
            alive |= self._weigh_cells(reach, celled, tally) & ~whole
        outcome.alive = alive = alive | (fit & self._cells.catalogue.mask(WITHOUT_PERMISSION))
        outcome.blocked = _entries(tally.killed, ~alive)
        outcome.narrowed = _entries(tally.narrowed, alive)
        outcome.unsure = _entries(tally.unsure, alive)
        for name in names:
            self._weigh_name(reach, name, outcome)
        return outcome

    def passing(self, reach: Reach, mask: int) -> tuple[int, int]:
        """Return what gets through alone, as `weigh` finds it, and what of it is unsure.

        It looks no further than the first resource on which an action gets through.
        """
        fit = mask & self._cells.fit(reach)
        tally = _Tally()
        whole, celled = self._weigh_whole(fit, tally)
        alive = fit & ~whole & ~celled
        if celled & ~whole:
            alive |= self._survivors(reach, celled, whole)
        alive |= fit & self._cells.catalogue.mask(WITHOUT_PERMISSION)
        unsure = 0
        for found in tally.unsure.values():
            unsure |= found & alive
        return alive, unsure

    def _survivors(self, reach: Reach, among: int, dead: int) -> int:
        """Return the actions that survive on some resource, but for those that are dead anyway."""
        survivors = compared = 0
        missing = among & ~dead
        for cell, mask in self._cells.cells(reach, among):
            left = mask & missing
            if not left:
                continue
            for rule in self._cell_denies:
                if left & rule.mask:
                    compared += len(rule.reach.patterns)
                    if compared <= _COMPARED and rule.reach.covers(cell):
                        left &= ~rule.mask
            for ceiling in self._layers.ceilings:
                rest = left & ~ceiling.open
                if rest and compared <= _COMPARED:
                    shut, cost = _shut(ceiling, cell, rest)
                    left &= ~shut
                    compared += cost
            survivors |= left
            missing &= ~left
            if not missing:
                break
        return survivors

    @cached_property
    def _cell_denies(self) -> tuple[Rule, ...]:
        """The denies whose protection depends on the resource."""
        return tuple(r for r in self._layers.denies if r.certain and not r.reach.everything)

    def _weigh_whole(self, fit: int, tally: "_Tally") -> tuple[int, int]:
        """Apply what needs no look at resources; returns what is dead, and what needs the look."""
        dead = celled = 0
        for rule in self._layers.denies:
            common = fit & rule.mask
            if not common:
                continue
            if rule.certain is None:
                tally.doubt(rule.origin, common)
            elif rule.reach.everything:
                dead |= common
                tally.kill(rule.origin, common)
            else:
                celled |= common
        for ceiling in self._layers.ceilings:
            loose = fit & ceiling.open & ~ceiling.surely_open
            if loose:
                tally.doubt(ceiling.origin, loose)
            rest = fit & ~ceiling.open
            if rest:
                shut = rest & ~ceiling.partly
                if shut:
                    dead |= shut
                    tally.kill(ceiling.origin, shut)
                celled |= rest & ceiling.partly
        return dead, celled

    def _weigh_cells(self, reach: Reach, among: int, tally: "_Tally") -> int:
        """Apply what depends on resources, cell by cell; returns what survives somewhere."""
        survivors = compared = 0
        for cell, mask in self._cells.cells(reach, among):
            killed = 0
            for rule in self._cell_denies:
                common = mask & rule.mask
                if not common:
                    continue
                compared += len(rule.reach.patterns)
                if compared > _COMPARED:
                    tally.narrow(rule.origin, common)
                elif rule.reach.covers(cell):
                    killed |= common
                    tally.kill(rule.origin, common)
                elif rule.reach.touches(cell):
                    tally.narrow(rule.origin, common)
            if compared <= _COMPARED:
                for ceiling in self._layers.ceilings:
                    shut, cost = self._under(ceiling, cell, mask, tally)
                    killed |= shut
                    compared += cost
            survivors |= mask & ~killed
        return survivors

    def _under(self, ceiling: Ceiling, cell: str, mask: int, tally: "_Tally") -> tuple[int, int]:
        """Return the actions that a ceiling keeps from a whole cell, and the patterns looked at."""
        rest = mask & ~ceiling.open
        if not rest:
            return 0, 0
        passing = whole = compared = 0
        for rule in ceiling.rules:
            common = rest & rule.mask
            if common:
                compared += len(rule.reach.patterns)
            if common and rule.reach.touches(cell):
                passing |= common
                if rule.reach.covers(cell):
                    whole |= common
        if passing & ~whole:
            tally.narrow(ceiling.origin, passing & ~whole)
        shut = rest & ~passing
        if shut:
            tally.kill(ceiling.origin, shut)
        return shut, compared

    def _weigh_name(self, reach: Reach, name: str, outcome: Outcome) -> None:
        """Weigh an action that the catalogue does not know, as it is written."""
        action = folded(name)
        alive, blockers, narrowers = False, [], []
        for cell in reach.open_patterns:
            found = [
                *(
                    rule.origin
                    for rule in self._layers.denies
                    if rule.certain and rule.surely_names(action) and rule.reach.covers(cell)
                ),
                *(
                    ceiling.origin
                    for ceiling in self._layers.ceilings
                    if not any(
                        rule.may_name(action) and rule.reach.touches(cell) for rule in ceiling.rules
                    )
                ),
            ]
            alive = alive or not found
            blockers += found
        if alive:
            outcome.names += (name,)
            narrowers = blockers
            blockers = []
        outcome.blocked += [(0, (name,), origin) for origin in dict.fromkeys(blockers)]
        outcome.narrowed += [(0, (name,), origin) for origin in dict.fromkeys(narrowers)]
        outcome.unsure += [
            (0, (name,), rule.origin)
            for rule in self._layers.denies
            if alive and rule.certain is None and rule.may_name(action)
        ]


class _Tally:
    """Which restriction kept which actions from some cell."""

    def __init__(self) -> None:
        self.killed: dict[Origin, int] = {}
        self.narrowed: dict[Origin, int] = {}
        self.unsure: dict[Origin, int] = {}

    def kill(self, origin: Origin, mask: int) -> None:
        """Count actions that are kept from a whole cell."""
        self.killed[origin] = self.killed.get(origin, 0) | mask
        self.narrow(origin, mask)

    def narrow(self, origin: Origin, mask: int) -> None:
        """Count actions that are kept from a part of what the statement grants."""
        self.narrowed[origin] = self.narrowed.get(origin, 0) | mask

    def doubt(self, origin: Origin, mask: int) -> None:
        """Count actions that are kept back under a condition which may not hold."""
        self.unsure[origin] = self.unsure.get(origin, 0) | mask


def _shut(ceiling: Ceiling, cell: str, rest: int) -> tuple[int, int]:
    """Return the actions that no rule of a ceiling lets through on a cell, and the patterns read."""
    compared = 0
    for rule in ceiling.rules:
        if rest & rule.mask:
            compared += len(rule.reach.patterns)
            if rule.reach.touches(cell):
                rest &= ~rule.mask
                if not rest:
                    break
    return rest, compared


def _entries(found: dict[Origin, int], among: int) -> list[tuple[int, tuple[str, ...], Origin]]:
    return [(held, (), origin) for origin, mask in found.items() if (held := mask & among)]
