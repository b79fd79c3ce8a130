"""Which grants allow the same thing, so that taking one away may change less than it seems."""

from collections.abc import Iterable
from typing import NamedTuple

from recert.iam.grants import EffectiveGrant
from recert.iam.layers import folded
from recert.iam.overlap import contains


class Overlap(NamedTuple):
    """What another grant allows of the same.

    `other` is the key of that grant, `actions` the shared ones, sorted. `whole`: it certainly holds
    every resource of this grant. `conditional`: it rests on conditions that are not known to hold.
    """

    other: str
    actions: tuple[str, ...]
    whole: bool
    conditional: bool


class _Held(NamedTuple):
    """A grant with what the comparison asks of it again and again."""

    key: str
    grant: EffectiveGrant
    mask: int
    names: tuple[tuple[str, str], ...]
    element: str
    plain: bool


def overlaps(grants: Iterable[EffectiveGrant]) -> dict[str, tuple[Overlap, ...]]:
    """Return, by the key of each grant, the other grants that still allow some of its actions.

    Two grants overlap in an action where both let it through and some resource fits both. Grants of
    different principals never do; a grant without overlap has an empty tuple.
    """
    listed = [_held(grant) for grant in grants]
    found: dict[str, list[Overlap]] = {held.key: [] for held in listed}
    live = [held for held in listed if held.grant.effective]
    for at, one in enumerate(live):
        for other in live[at + 1 :]:
            common = one.mask & other.mask
            if not common and (not (one.names or other.names) or _differ(one, other)):
                continue
            actions = _shared(one, other, common)
            if actions and _meet(one.grant, other.grant):
                found[one.key].append(overlap_of(one.grant, other.grant, actions, other.key))
                found[other.key].append(overlap_of(other.grant, one.grant, actions, one.key))
    return {key: tuple(held) for key, held in found.items()}


def overlap_of(
    one: EffectiveGrant, other: EffectiveGrant, actions: tuple[str, ...], key: str
) -> Overlap:
    """Say how another grant, shown under a key, allows some actions of one."""
    whole = not other.narrowed and other.reach.holds(one.reach)
    return Overlap(key, actions, whole, other.conditional or bool(other.unsure))


def _held(grant: EffectiveGrant) -> _Held:
    names = tuple((name, folded(name)) for name in grant.unknown if name in grant.effective)
    element = folded(grant.action) if grant.statement.not_actions is None else ""
    plain = bool(element) and "*" not in element and "?" not in element
    return _Held(grant.key, grant, grant.mask, names, element, plain)


def _differ(one: _Held, other: _Held) -> bool:
    """Whether two elements are two different names, without a wildcard between them."""
    return one.plain and other.plain and one.element != other.element


def _meet(one: EffectiveGrant, other: EffectiveGrant) -> bool:
    return one.principal == other.principal and one.reach.meets(other.reach)


def _shared(one: _Held, other: _Held, common: int) -> tuple[str, ...]:
    known = one.grant.named(common) if common else ()
    if not (one.names or other.names):
        return known
    names = {n for n, form in one.names if other.element and contains(other.element, form)}
    names |= {n for n, form in other.names if one.element and contains(one.element, form)}
    return tuple(sorted({*known, *names}))
