"""Proof by the engine that a rewritten policy does what was decided and nothing else.

The rewriting is not trusted: both documents are judged under the same layers, and every grant of
the principal is compared.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from recert.iam.catalogue import Catalogue
from recert.iam.effective import Assessor
from recert.iam.errors import PolicyError
from recert.iam.grammar import parse_policy
from recert.iam.grants import EffectiveGrant
from recert.iam.layers import folded
from recert.iam.model import Authority, SourcedPolicy
from recert.iam.overlap import contains
from recert.iam.rewrite import Rewritten
from recert.iam.still_allowed import Overlap, overlap_of

Place = tuple[int, str]
"""A grant within its policy: the index of its statement before the rewriting, and its element."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What comparing the two documents showed.

    `ok`: what was revoked contributes nothing any more, no other grant changed, nothing was added.
    `problems` say what is otherwise, one sentence each. `gone` are the actions that the principal
    cannot perform any more through any grant. `still_allowed_by` are the grants that allow some of
    what was revoked all the same.
    """

    ok: bool
    problems: tuple[str, ...]
    gone: tuple[str, ...]
    still_allowed_by: tuple[Overlap, ...]
    after: tuple[EffectiveGrant, ...]


def prove(
    authority: Authority,
    source: SourcedPolicy,
    rewritten: Rewritten,
    revoked: Mapping[Place, Collection[str]],
    *,
    catalogue: Catalogue,
    at: datetime | None = None,
) -> Proof:
    """Compare what a principal can do before and after one of its policies is rewritten.

    `revoked` says what was decided: for each grant that was to change the elements that stay of it,
    none where it was to go; a grant that stays on narrower resources keeps its own element.

    Raises:
        PolicyError: the policy is not one of the principal's, a revoked grant is not in it, or the
            rewritten document is no policy.
    """
    if source not in authority.identity:
        raise PolicyError(f"{source.name!r} is no policy of {authority.role_arn}.")
    assessor = Assessor(catalogue, at=at)
    at_index = authority.identity.index(source)
    source = authority.identity[at_index]
    successor = as_rewritten(source, rewritten)
    identity = list(authority.identity)
    identity[at_index : at_index + 1] = [successor] if successor is not None else []
    before = assessor.grants(authority)
    after = assessor.grants(
        replace(
            authority,
            identity=tuple(identity),
            boundary=_bounded(authority.boundary, source, successor),
        )
    )
    known = {place(grant): grant for grant in before if grant.source is source}
    missing = [each for each in revoked if each not in known]
    if missing:
        index, element = missing[0]
        raise PolicyError(f"has no grant {element!r}.", path=f"Statement[{index}]")
    problems = [
        *_changed_elsewhere(before, after, source, successor),
        *_changed_inside(known, after, successor, rewritten, revoked),
        *_added(before, after),
    ]
    gone = _union(before) & ~_union(after)
    return Proof(
        ok=not problems,
        problems=tuple(problems),
        gone=catalogue.actions(gone),
        still_allowed_by=tuple(_still(known, after, successor, rewritten, revoked)),
        after=after,
    )


def place(grant: EffectiveGrant) -> Place:
    """Return where a grant stands in its policy."""
    return grant.index, grant.action


def as_rewritten(source: SourcedPolicy, rewritten: Rewritten) -> SourcedPolicy | None:
    """Return a policy as it will be, None where it goes."""
    if rewritten.document is None:
        return None
    policy = parse_policy(rewritten.document, source=source.name)
    return SourcedPolicy(policy, source.kind, source.name, source.arn, source.version_id)


def _bounded(
    boundary: tuple[SourcedPolicy, ...] | None,
    source: SourcedPolicy,
    successor: SourcedPolicy | None,
) -> tuple[SourcedPolicy, ...] | None:
    """Return the boundary as it will be: a policy that also bounds its principal changes both."""
    if boundary is None or successor is None or source.arn is None:
        return boundary
    return tuple(
        SourcedPolicy(successor.policy, one.kind, one.name, one.arn, one.version_id)
        if one.arn == source.arn
        else one
        for one in boundary
    )


def _changed_elsewhere(
    before: Iterable[EffectiveGrant],
    after: Iterable[EffectiveGrant],
    source: SourcedPolicy,
    successor: SourcedPolicy | None,
) -> Iterable[str]:
    """Yield what changed in the principal's other policies."""
    old = [g for g in before if g.source is not source]
    new = [g for g in after if g.source is not successor]
    if len(old) != len(new):
        yield "A grant of another policy came or went."
        return
    for one, other in zip(old, new, strict=True):
        if one.key != other.key or one.effective != other.effective:
            yield f"{one.action} of {one.source.name} changed, which is another policy."


def _changed_inside(
    known: Mapping[Place, EffectiveGrant],
    after: Iterable[EffectiveGrant],
    successor: SourcedPolicy | None,
    rewritten: Rewritten,
    revoked: Mapping[Place, Collection[str]],
) -> Iterable[str]:
    """Yield what changed in the rewritten policy beyond what was decided."""
    found: set[Place] = set()
    for grant in (g for g in after if g.source is successor):
        parent = rewritten.origins[grant.index]
        origin = (parent, grant.action)
        if origin in known and origin not in revoked:
            found.add(origin)
            if not _same(known[origin], grant):
                yield f"{grant.action} changed, which was not revoked."
        elif not any(
            index == parent and grant.action in kept and _within(grant, known[index, element])
            for (index, element), kept in revoked.items()
        ):
            yield f"{grant.action} is granted, which was revoked or never granted."
    for index, element in known.keys() - found - revoked.keys():
        yield f"{element} of statement {index} is gone, which was not revoked."


def _same(one: EffectiveGrant, other: EffectiveGrant) -> bool:
    return (
        one.effective == other.effective
        and one.reach == other.reach
        and one.statement.conditions == other.statement.conditions
    )


def _within(grant: EffectiveGrant, parent: EffectiveGrant) -> bool:
    wide = folded(parent.action)
    return (
        all(
            name in parent.effective or (name in grant.unknown and contains(wide, folded(name)))
            for name in grant.effective
        )
        and parent.reach.holds(grant.reach)
        and grant.statement.conditions == parent.statement.conditions
    )


def _added(before: tuple[EffectiveGrant, ...], after: Iterable[EffectiveGrant]) -> Iterable[str]:
    """Yield actions that the principal could not perform before."""
    added = _union(after) & ~_union(before)
    if added:
        names = before[0].named(added)
        yield f"{names[0]} was not allowed before" + (
            f", nor were {len(names) - 1} more." if len(names) > 1 else "."
        )


def _union(grants: Iterable[EffectiveGrant]) -> int:
    found = 0
    for grant in grants:
        found |= grant.mask
    return found


def _still(
    known: Mapping[Place, EffectiveGrant],
    after: tuple[EffectiveGrant, ...],
    successor: SourcedPolicy | None,
    rewritten: Rewritten,
    revoked: Mapping[Place, Collection[str]],
) -> Iterable[Overlap]:
    """Yield the grants that allow some of what was taken, by their keys before the rewriting."""
    for (index, element), kept in revoked.items():
        taken = known[index, element]
        heirs: list[tuple[int, EffectiveGrant]] = []
        others: list[tuple[int, EffectiveGrant]] = []
        for grant in after:
            inside = grant.source is successor
            origin = rewritten.origins[grant.index] if inside else -1
            (heirs if origin == index and grant.action in kept else others).append((origin, grant))
        lost = taken.mask & ~_union(grant for _, grant in heirs)
        for origin, grant in others:
            shared = lost & grant.mask
            if shared and grant.reach.meets(taken.reach):
                former = known.get((origin, grant.action), grant)
                yield overlap_of(taken, grant, grant.named(shared), former.key)
