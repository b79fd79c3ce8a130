"""Policies of resources and trust policies with what one principal is granted taken out.

As in `rewrite`: a new document, the given one stays as it is, statements that are not concerned
stay the very same objects. A statement that names others besides is kept for them; what stays for
the principal stands in a statement of its own right behind it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from recert.iam.errors import PolicyError
from recert.iam.rewrite import (
    Rewritten,
    narrow_action,
    remove_action,
    statements_of,
    with_statements,
)

Named = tuple[str, str]
"""A principal: its kind (`AWS`, `Service`, `Federated`, `CanonicalUser`, `*`) and its value."""
Taken = Mapping[str, Sequence[str]]
"""What stays of each element that is taken from, nothing where it goes; empty: all elements go."""


def principals_of(statement: Mapping[str, Any]) -> list[Named]:
    """Return the principals that a statement names, in its order."""
    found = statement.get("Principal")
    if isinstance(found, str):
        return [("*", found)]
    if not isinstance(found, Mapping):
        return []
    return [
        (kind, value)
        for kind, values in found.items()
        for value in ([values] if isinstance(values, str) else values)
    ]


def take_from_principals(
    document: Mapping[str, Any], cuts: Mapping[int, Mapping[Named, Taken]]
) -> Rewritten:
    """Take from principals of Allow statements, by the index of the statement.

    Raises:
        PolicyError: there is no such statement, principal or element, or the statement is a Deny.
    """
    statements = statements_of(document)
    kept: list[Any] = []
    origins: list[int] = []
    for index in cuts:
        if not 0 <= index < len(statements):
            raise PolicyError(f"The policy has no Statement[{index}].", path=f"Statement[{index}]")
    for index, statement in enumerate(statements):
        made = _without(statement, index, cuts[index]) if index in cuts else [statement]
        kept += made
        origins += [index] * len(made)
    return with_statements(document, kept, origins)


def _without(
    statement: Mapping[str, Any], index: int, cuts: Mapping[Named, Taken]
) -> list[Mapping[str, Any]]:
    if statement.get("Effect") != "Allow":
        raise PolicyError(
            "is no Allow: taking from it would add access.", path=f"Statement[{index}]"
        )
    named = principals_of(statement)
    for principal in cuts:
        if principal not in named:
            raise PolicyError(
                f"does not name {principal[1]!r}.", path=f"Statement[{index}].Principal"
            )
    rest = [one for one in named if one not in cuts]
    found: list[Mapping[str, Any]] = []
    if rest:
        found.append(_for(statement, rest))
    left: dict[str, tuple[Mapping[str, Any], list[Named]]] = {}
    for principal, taken in cuts.items():
        body = _narrowed(statement, taken)
        if body is not None:
            key = repr(sorted((name, str(value)) for name, value in body.items()))
            left.setdefault(key, (body, []))[1].append(principal)
    for body, who in left.values():
        own = _for(body, who)
        if found and "Sid" in own:
            # A Sid is told once in a policy.
            own = {key: value for key, value in own.items() if key != "Sid"}
        found.append(own)
    return found


def _narrowed(statement: Mapping[str, Any], taken: Taken) -> Mapping[str, Any] | None:
    """Return a statement without what is taken, None where nothing stays."""
    if not taken:
        return None
    document: Mapping[str, Any] = {"Statement": [statement]}
    for element, keep in taken.items():
        made = (
            narrow_action(document, 0, element, to=list(keep))
            if keep
            else remove_action(document, 0, element)
        )
        if made.document is None:
            return None
        document = made.document
    found: Mapping[str, Any] = document["Statement"][0]
    return found


def _for(statement: Mapping[str, Any], named: Sequence[Named]) -> Mapping[str, Any]:
    """Return a statement for some of its principals; the very same one where it is for all."""
    if list(named) == principals_of(statement):
        return statement
    held: dict[str, Any] = {}
    for kind, value in named:
        held.setdefault(kind, []).append(value)
    before = statement["Principal"]
    if not isinstance(before, Mapping):
        return statement
    written = {
        kind: values[0] if len(values) == 1 and isinstance(before[kind], str) else values
        for kind, values in held.items()
    }
    return {key: written if key == "Principal" else value for key, value in statement.items()}
