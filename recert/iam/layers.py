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
from recert.iam.protected import WITHOUT_PERMISSION
from recert.iam.reach import Ground, Reach

By = Literal["deny", "boundary", "scp", "rcp"]

_COMPARED = 100_000
"""How many patterns are compared for one statement. No policies that IAM stores need as many; beyond
them the rest counts as narrowed and not as blocked, so that no document makes the judgement slow."""


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


def folded(action: str) -> str:
    """Return an Action element in normal form: case does not count, `${…}` is text."""
    return normal(action.lower(), variables=False)


def action_mask(statement: Statement, catalogue: Catalogue) -> int:
    """Return the known actions that a statement names."""
    if statement.not_actions is not None:
        return catalogue.everything & ~catalogue.union(statement.not_actions)
    return catalogue.union(statement.actions or ())


class Judge:
    """Weighs statements against the layers of one principal."""

    def __init__(self, ground: Ground, layers: Layers) -> None:
        self._ground = ground
        self._layers = layers

    def weigh(self, reach: Reach, mask: int, names: Iterable[str] = ()) -> Outcome:
        """Return what gets through of a statement's actions on a statement's resources."""
        fit = mask & self._ground.fit(reach)
        outcome = Outcome(fit, fit, (), [], [], [])
        tally = _Tally()
        whole, celled = self._weigh_whole(fit, tally)
        alive = fit & ~whole & ~celled
        if celled:
            alive |= self._weigh_cells(reach, celled, tally) & ~whole
        outcome.alive = alive = alive | (fit & self._ground.catalogue.mask(WITHOUT_PERMISSION))
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
        fit = mask & self._ground.fit(reach)
        tally = _Tally()
        whole, celled = self._weigh_whole(fit, tally)
        alive = fit & ~whole & ~celled
        if celled & ~whole:
            alive |= self._survivors(reach, celled, whole)
        alive |= fit & self._ground.catalogue.mask(WITHOUT_PERMISSION)
        unsure = 0
        for found in tally.unsure.values():
            unsure |= found & alive
        return alive, unsure

    def _survivors(self, reach: Reach, among: int, dead: int) -> int:
        """Return the actions that survive on some resource, but for those that are dead anyway."""
        survivors = compared = 0
        missing = among & ~dead
        for cell, mask in self._ground.cells(reach, among):
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
        for cell, mask in self._ground.cells(reach, among):
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


def applicable(policy: Policy) -> Iterable[Statement]:
    """Yield the statements that name some action."""
    return (s for s in policy.statements if s.actions or s.not_actions is not None)
