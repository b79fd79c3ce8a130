"""One patch for one policy, from every decision on it, and the proof that it does what was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from recert.iam import rewrite
from recert.iam.catalogue import Catalogue
from recert.iam.grammar import parse_policy
from recert.iam.model import Authority, SourcedPolicy
from recert.iam.proof import Proof, prove
from recert.iam.rewrite import Rewritten

Cut = tuple[int, str]
"""A grant within its policy: the index of its statement, and its element."""
Cuts = Mapping[Cut, Sequence[str]]
"""What stays of each grant; nothing where it goes."""


def patched(document: Mapping[str, Any], cuts: Cuts) -> Rewritten:
    """Return a policy with every cut made; raises PolicyError where one cannot be made."""
    found: Mapping[str, Any] | None = document
    statements = document.get("Statement")
    count = len(statements) if isinstance(statements, list | tuple) else 1
    origins = tuple(range(count))
    # The last statement first: what vanishes there moves no index that is still needed.
    for index, element in sorted(cuts, key=lambda cut: (-cut[0], cut[1])):
        keep = cuts[index, element]
        if found is None:
            break
        made = (
            rewrite.narrow_action(found, index, element, to=list(keep))
            if keep
            else rewrite.remove_action(found, index, element)
        )
        origins = tuple(origins[at] for at in made.origins)
        found = made.document
    return Rewritten(found, origins if found is not None else ())


def successor(source: SourcedPolicy, made: Rewritten) -> SourcedPolicy | None:
    """Return a policy as it will be, None where it goes."""
    if made.document is None:
        return None
    return replace(source, policy=parse_policy(made.document, source=source.name))


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
        kept = source if other is None else successor(source, other.made)
        if kept is not None:
            identity.append(kept)
    return prove(
        replace(authority, identity=tuple(identity)),
        which.source,
        which.made,
        which.cuts,
        catalogue=catalogue,
    )
