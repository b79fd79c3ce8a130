"""One patch for one policy, from every decision on it, and the proof that it does what was decided."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from recert.iam import rewrite
from recert.iam.catalogue import Catalogue
from recert.iam.model import Authority, SourcedPolicy
from recert.iam.proof import Proof, as_rewritten, prove
from recert.iam.rewrite import Rewritten
from recert.remediation.documents import statements_of

Cut = tuple[int, str]
"""A grant within its policy: the index of its statement, and its element."""


@dataclass(frozen=True, slots=True)
class Keep:
    """What stays of a grant: narrower actions, or narrower resources of its own element, or nothing."""

    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()


Cuts = Mapping[Cut, Keep]
"""What stays of each grant."""


def patched(document: Mapping[str, Any], cuts: Cuts) -> Rewritten:
    """Return a policy with every cut made; raises PolicyError where one cannot be made."""
    found: Mapping[str, Any] | None = document
    origins = tuple(range(len(statements_of(document))))
    # The last statement first: what vanishes there moves no index that is still needed.
    for index, element in sorted(cuts, key=lambda cut: (-cut[0], cut[1])):
        if found is None:
            break
        for made in _made(found, index, element, cuts[index, element]):
            origins = tuple(origins[at] for at in made.origins)
            found = made.document
    return Rewritten(found, origins if found is not None else ())


def _made(document: Mapping[str, Any], index: int, element: str, keep: Keep) -> Iterator[Rewritten]:
    """Yield the steps of one cut: first the resources, which may set the element apart."""
    if not keep.resources:
        yield (
            rewrite.narrow_action(document, index, element, to=list(keep.actions))
            if keep.actions
            else rewrite.remove_action(document, index, element)
        )
        return
    apart = rewrite.narrow_resources(document, index, element, to=list(keep.resources))
    yield apart
    if keep.actions and apart.document is not None:
        # What was set apart stands at the end.
        last = len(apart.origins) - 1
        at = index if len(apart.origins) == len(statements_of(document)) else last
        yield rewrite.narrow_action(apart.document, at, element, to=list(keep.actions))


@dataclass(frozen=True, slots=True)
class Patched:
    """One policy of one role, with what becomes of it."""

    source: SourcedPolicy
    made: Rewritten
    cuts: Cuts


def proved(
    authority: Authority, patches: Sequence[Patched], which: Patched, catalogue: Catalogue
) -> Proof:
    """Prove one patch of a role in the presence of all the others; raises PolicyError."""
    identity = []
    for source in authority.identity:
        other = next((p for p in patches if p is not which and p.source == source), None)
        kept = source if other is None else as_rewritten(source, other.made)
        if kept is not None:
            identity.append(kept)
    revoked = {
        cut: keep.actions or ((cut[1],) if keep.resources else ())
        for cut, keep in which.cuts.items()
    }
    return prove(
        replace(authority, identity=tuple(identity)),
        which.source,
        which.made,
        revoked,
        catalogue=catalogue,
    )
