"""The reverse question: which of many principals can do this, and by which grant.

The index holds, for every principal, the actions that its statements name; policies that many share
are read once. A question then costs a bit test for each principal that cannot, and one judgement of
the statements that name the action for each that may.

The answer speaks of the principals' own side: whether a key policy, a bucket policy or a trust
policy agrees as well is for the owner of that resource.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from recert.iam.catalogue import Catalogue
from recert.iam.certainty import Facts, certain
from recert.iam.effective import Assessor
from recert.iam.grammar import Statement
from recert.iam.grants import grant_key
from recert.iam.judge import Judge
from recert.iam.layers import applicable, folded
from recert.iam.model import Authority, SourcedPolicy
from recert.iam.overlap import intersects
from recert.iam.reach import Reach, reach_of


@dataclass(frozen=True, slots=True)
class Able:
    """A principal that can do what was asked.

    `actions` are the concrete ones among those asked about, sorted. `via` are the keys of the
    grants that let them through. `conditional`: every one of these rests on conditions that are not
    known to hold, or may be denied under one.
    """

    principal: str
    actions: tuple[str, ...]
    via: tuple[str, ...]
    conditional: bool


@dataclass(frozen=True, slots=True)
class _Named:
    """An Allow statement with the actions that it names; `unknown` are elements that fit none.

    `elements` are its grants: the element, the actions and the unknown names of each.
    """

    statement: Statement
    elements: tuple[tuple[str, int, tuple[str, ...]], ...]
    mask: int
    unknown: tuple[str, ...]
    reach: Reach


@dataclass(slots=True)
class _Entry:
    authority: Authority
    statements: list[tuple[SourcedPolicy, _Named]]
    named: int
    unknown: bool
    judge: Judge
    facts: Facts


class _Asked:
    """A question, with what each statement has to do with it: many principals share statements."""

    __slots__ = ("_meant", "_wanted", "mask", "target")

    def __init__(self, mask: int, wanted: str, target: Reach | None) -> None:
        self.mask, self.target, self._wanted = mask, target, wanted
        self._meant: dict[int, tuple[int, list[str]]] = {}

    def of(self, named: _Named) -> tuple[int, list[str]]:
        """Return the actions asked about that a statement names, none where it misses the target.

        Known ones as a set; those that the catalogue does not know as the statement writes them.
        """
        found = self._meant.get(id(named))
        if found is None:
            found = self._meant[id(named)] = self._find(named)
        return found

    def _find(self, named: _Named) -> tuple[int, list[str]]:
        common = named.mask & self.mask
        names = [each for each in named.unknown if intersects(folded(each), self._wanted)]
        if (common or names) and self.target is not None and not named.reach.meets(self.target):
            return 0, []
        return common, names


@dataclass(slots=True)
class _Answer:
    actions: int = 0
    names: set[str] = field(default_factory=set)
    via: list[str] = field(default_factory=list)
    sure: bool = False


class WhoCan:
    """An index over principals."""

    def __init__(
        self,
        authorities: Iterable[Authority],
        catalogue: Catalogue,
        *,
        at: datetime | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._assessor = Assessor(catalogue, at=at)
        self._policies: dict[tuple[int, frozenset[str]], tuple[SourcedPolicy, list[_Named]]] = {}
        self._entries = [self._entry(each) for each in authorities]
        for entry in self._entries:
            self._assessor.cells(entry.authority.role_arn).prepare()

    def _entry(self, authority: Authority) -> _Entry:
        judge, facts = self._assessor.judge(authority)
        held = [
            (source, named)
            for source in authority.identity
            for named in self._read(source, facts.context.absent)
        ]
        union = 0
        for _, named in held:
            union |= named.mask
        unknown = any(named.unknown for _, named in held)
        return _Entry(authority, held, union, unknown, judge, facts)

    def _read(self, source: SourcedPolicy, absent: frozenset[str]) -> list[_Named]:
        """Read the Allow statements of a policy, once for all principals that hold it.

        `absent` are the context keys that their calls never have: roles and users differ in them.
        """
        key = (id(source.policy), absent)
        known = self._policies.get(key)
        if known is None:
            found = []
            for statement in applicable(source.policy):
                if statement.effect == "Allow":
                    elements = tuple(
                        (element, each, tuple(names))
                        for element, (each, names) in self._assessor.elements(statement).items()
                    )
                    mask = 0
                    for _, each, _ in elements:
                        mask |= each
                    unknown = tuple(name for _, _, names in elements for name in names)
                    reach = reach_of(source.policy, statement, absent)
                    found.append(_Named(statement, elements, mask, unknown, reach))
            # The source is kept beside its reading: the id of a policy is its own while it lives.
            known = self._policies[key] = (source, found)
        return known[1]

    def query(self, action: str, resource: str | None = None) -> tuple[Able, ...]:
        """Return the principals that can perform an action, in the order of the index.

        `action` may hold wildcards. `resource` is an ARN or pattern that the action must reach
        somewhere; None asks about any resource.
        """
        mask = self._catalogue.mask(action)
        reach = None if resource is None else Reach((resource,), False, False)
        found = []
        asked = _Asked(mask, folded(action), reach)
        for entry in self._entries:
            if entry.named & mask or entry.unknown:
                able = self._ask(entry, asked)
                if able is not None:
                    found.append(able)
        return tuple(found)

    def _ask(self, entry: _Entry, asked: _Asked) -> Able | None:
        judge, facts, target = entry.judge, entry.facts, asked.target
        answer = _Answer()
        at_target: tuple[int, int] | None = None
        for source, named in entry.statements:
            common, names = asked.of(named)
            if not (common or names):
                continue
            variables = source.policy.has_variables
            holds = certain(named.statement.conditions, facts, variables=variables)
            if holds is False:
                continue
            alive, doubted = judge.passing(named.reach, common)
            unsure = bool(doubted)
            through: tuple[str, ...] = ()
            if names:
                outcome = judge.weigh(named.reach, 0, names)
                unsure, through = unsure or bool(outcome.unsure), outcome.names
            if target is not None:
                if at_target is None:
                    at_target = judge.passing(target, asked.mask & entry.named)
                alive &= at_target[0]
                unsure = bool(at_target[1] & alive)
            if alive or through:
                answer.actions |= alive
                answer.names.update(through)
                answer.sure = answer.sure or (holds is True and not unsure)
                answer.via += self._keys(entry, source, named, alive, through)
        return self._able(entry, answer)

    def _keys(
        self,
        entry: _Entry,
        source: SourcedPolicy,
        named: _Named,
        alive: int,
        names: tuple[str, ...],
    ) -> Iterator[str]:
        principal = entry.authority.role_arn
        for element, mask, unknown in named.elements:
            if mask & alive or (names and any(name in names for name in unknown)):
                yield grant_key(principal, source, named.statement, element)

    def _able(self, entry: _Entry, answer: _Answer) -> Able | None:
        if not answer.via:
            return None
        known = self._catalogue.actions(answer.actions)
        return Able(
            principal=entry.authority.role_arn,
            actions=tuple(sorted({*known, *answer.names})) if answer.names else known,
            via=tuple(answer.via),
            conditional=not answer.sure,
        )
