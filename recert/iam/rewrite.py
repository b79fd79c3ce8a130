"""Policy documents with one grant taken out, narrowed or set apart, and nothing else touched.

Every function returns a new document and leaves the given one as it is: keys keep their order,
statements that are not concerned stay the very same objects, a list stays a list. A statement that
grants nothing any more is dropped; a policy without statements is not valid to IAM, so that
`Rewritten.document` is None then, and the policy is to be deleted or detached.

Elements are named as `effective.EffectiveGrant.action` names them: an Action element as the policy
writes it, or the notation of `not_action_element` for a NotAction statement, which is one grant.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from recert.iam.errors import PolicyError
from recert.iam.narrowing import NOT_RESOURCE, beyond
from recert.iam.overlap import contains, normal

Kind = Literal["inline", "managed"]

MANAGED_LIMIT = 6144
INLINE_LIMIT = 10_240
_NOT_ACTION = "NotAction: "
_SPACE = re.compile(r"\s")
_ACTION = re.compile(r"[\w*?-]+:[\w*?-]+\Z", re.ASCII)
_ARN = re.compile(r"arn:(?:[^:]*:){4}.")
"""What IAM takes as an action and as a resource; anything else it would not store."""
_NO_SID = re.compile(r"[^A-Za-z0-9]")


@dataclass(frozen=True)
class Rewritten:
    """A rewritten document.

    `document` is None where nothing is left of the policy. `origins[i]` is the index that statement
    `i` of the new document had in the old one; a statement that was set apart names its parent.
    """

    document: Mapping[str, Any] | None
    origins: tuple[int, ...]

    @property
    def size(self) -> int:
        """The size as IAM counts it: characters without white space."""
        return 0 if self.document is None else policy_size(self.document)


def not_action_element(patterns: Iterable[str]) -> str:
    """Return the one element under which the grant of a NotAction statement goes."""
    return _NOT_ACTION + ", ".join(patterns)


def policy_size(document: Mapping[str, Any]) -> int:
    """Return the size of a policy as IAM counts it: characters, white space left out."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    return len(_SPACE.sub("", text))


def check_size(rewritten: Rewritten, kind: Kind, *, other_inline: int = 0) -> None:
    """Refuse a document that IAM would not store.

    `other_inline` is the sum of the sizes of the role's other inline policies, which share one
    limit with this one.

    Raises:
        PolicyError: the document is too large; says by how much.
    """
    limit = MANAGED_LIMIT if kind == "managed" else INLINE_LIMIT
    total = rewritten.size + (other_inline if kind == "inline" else 0)
    if total > limit:
        raise PolicyError(
            f"The rewritten policy would take {total} characters, {total - limit} more than the "
            f"{limit} that IAM stores.",
            "Keep fewer actions, or wildcards that stand for several of them.",
        )


def remove_action(document: Mapping[str, Any], statement_index: int, element: str) -> Rewritten:
    """Take one element out of an Allow statement; every time that it stands there.

    Raises:
        PolicyError: there is no such statement or element, or the statement is a Deny.
    """
    statement = _allow(document, statement_index)
    key, elements = _elements(statement, statement_index, element)
    left = [] if key == "NotAction" else [each for each in elements if each != element]
    changed = [_with(statement, key, left)] if left else []
    return _replaced(document, statement_index, changed)


def narrow_action(
    document: Mapping[str, Any], statement_index: int, element: str, *, to: Collection[str]
) -> Rewritten:
    """Put a set of narrower elements in the place of one, sorted; a NotAction becomes an Action.

    An element of `to` that the statement holds besides, in any case, is not written twice.

    Raises:
        PolicyError: there is no such statement or element, the statement is a Deny, `to` is empty,
            or an element of it is no action, or would grant more than the one that it replaces.
    """
    statement = _allow(document, statement_index)
    key, elements = _elements(statement, statement_index, element)
    if not to:
        raise PolicyError(f"Nothing is left of {element!r}.", "Remove it instead.")
    for each in to:
        if not _within(each, key, elements, element):
            raise PolicyError(
                f"{each!r} is not part of {element!r}.", "Narrow to actions that it grants."
            )
    if key == "NotAction":
        actions = _once(to)
        return _replaced(document, statement_index, [_renamed(statement, key, "Action", actions)])
    others = [each for each in elements if each != element]
    fresh = _once(to, besides=others)
    at = elements.index(element)
    written = [*elements[:at], *fresh, *(each for each in elements[at:] if each != element)]
    if not written:
        raise PolicyError(f"Nothing is left of {element!r}.", "Remove it instead.")
    return _replaced(document, statement_index, [_with(statement, key, written)])


def split_statement(
    document: Mapping[str, Any], statement_index: int, elements: Collection[str]
) -> Rewritten:
    """Set some elements of a statement apart in a statement of their own, at the end.

    What the policy grants stays the same; the other statements keep their index.

    Raises:
        PolicyError: there is no such statement or element, the statement is a Deny or a NotAction,
            or nothing would stay behind.
    """
    return _split(document, statement_index, elements)


def narrow_resources(
    document: Mapping[str, Any], statement_index: int, element: str, *, to: Collection[str]
) -> Rewritten:
    """Grant one element on narrower resources; set apart first where the statement holds more.

    A NotResource becomes a Resource.

    Raises:
        PolicyError: there is no such statement or element, the statement is a Deny, `to` is empty,
            or a resource of it reaches beyond those of the statement.
    """
    statement = _allow(document, statement_index)
    key, elements = _elements(statement, statement_index, element)
    held = _texts(statement.get("Resource"))
    listed = held or [NOT_RESOURCE + each for each in _texts(statement.get("NotResource"))]
    outside = beyond(to, listed)
    for each in to:
        if each in outside or not (each in held or _ARN.match(each)):
            raise PolicyError(
                f"{each!r} is not within the statement's resources.", "Narrow to a part of them."
            )
    if not to:
        raise PolicyError(f"{element!r} would keep no resource.", "Remove it instead.")
    narrow = sorted(set(to))
    if key == "NotAction" or all(each == element for each in elements):
        return _replaced(document, statement_index, [_on(statement, narrow)])
    return _split(document, statement_index, [element], narrow)


def _split(
    document: Mapping[str, Any],
    index: int,
    moved: Collection[str],
    resources: list[str] | None = None,
) -> Rewritten:
    statement = _allow(document, index)
    for element in moved:
        key, elements = _elements(statement, index, element)
        if key == "NotAction":
            raise PolicyError(f"Statement[{index}] is one NotAction; it cannot be split.")
    left = [each for each in elements if each not in moved] if moved else []
    if not left:
        raise PolicyError(f"Splitting Statement[{index}] would leave nothing behind.")
    apart = _with(statement, "Action", [each for each in elements if each in moved])
    if resources is not None:
        apart = {**_on(apart, resources), "Resource": resources}
    statements = statements_of(document)
    if "Sid" in apart:
        apart["Sid"] = _fresh_sid(str(apart["Sid"]), statements)
    kept = list(statements)
    kept[index] = _with(statement, "Action", left)
    return with_statements(document, [*kept, apart], [*range(len(kept)), index])


def _allow(document: Mapping[str, Any], index: int) -> Mapping[str, Any]:
    statements = statements_of(document)
    if not 0 <= index < len(statements):
        raise PolicyError(f"The policy has no Statement[{index}].", path=f"Statement[{index}]")
    statement = statements[index]
    if not isinstance(statement, Mapping) or statement.get("Effect") != "Allow":
        raise PolicyError(
            "is no Allow: taking from it would add access.", path=f"Statement[{index}]"
        )
    return statement


def _elements(statement: Mapping[str, Any], index: int, element: str) -> tuple[str, list[str]]:
    """Return under which key an element stands, and the list that it stands in."""
    for key in ("Action", "NotAction"):
        if key not in statement:
            continue
        elements = _texts(statement[key])
        named = not_action_element(elements) if key == "NotAction" else element
        if named == element and (key == "NotAction" or element in elements):
            return key, elements
    raise PolicyError(f"has no element {element!r}.", path=f"Statement[{index}].Action")


def _once(to: Collection[str], *, besides: Iterable[str] = ()) -> list[str]:
    """Sort elements, each in one way of writing it: case does not count."""
    taken = {each.lower() for each in besides}
    kept: list[str] = []
    for each in sorted(set(to)):
        if each.lower() not in taken:
            taken.add(each.lower())
            kept.append(each)
    return kept


def _within(each: str, key: str, elements: Sequence[str], element: str) -> bool:
    if each != element and not _ACTION.match(each):
        return False
    inner = normal(each.lower(), variables=False)
    if key == "NotAction":
        from_list = [normal(one.lower(), variables=False) for one in elements]
        plain = "*" not in each and "?" not in each
        return plain and not any(contains(outer, inner) for outer in from_list)
    return contains(normal(element.lower(), variables=False), inner)


def statements_of(document: object) -> list[Any]:
    """Return the statements of a policy, one alone as a list too; raises PolicyError."""
    if not isinstance(document, Mapping):
        raise PolicyError("a policy is a JSON object.")
    found = document.get("Statement")
    if isinstance(found, Mapping):
        return [found]
    return list(found) if isinstance(found, list | tuple) else []


def _texts(found: object) -> list[str]:
    if isinstance(found, str):
        return [found]
    if found is None:
        return []
    if not isinstance(found, list | tuple) or not all(isinstance(each, str) for each in found):
        raise PolicyError("an element of the statement is neither text nor a list of texts.")
    return list(found)


def _with(statement: Mapping[str, Any], key: str, elements: list[str]) -> dict[str, Any]:
    """Return a statement with other elements; a lone text stays one where that says the same."""
    plain = isinstance(statement[key], str) and len(elements) == 1
    return {
        k: (elements[0] if plain else elements) if k == key else v for k, v in statement.items()
    }


def _renamed(
    statement: Mapping[str, Any], before: str, after: str, elements: list[str]
) -> dict[str, Any]:
    """Return a statement with another element in the place of one."""
    return {
        (after if key == before else key): elements if key == before else value
        for key, value in statement.items()
    }


def _on(statement: Mapping[str, Any], resources: list[str]) -> dict[str, Any]:
    """Return a statement that is about these resources."""
    if "NotResource" in statement:
        return _renamed(statement, "NotResource", "Resource", resources)
    return _with(statement, "Resource", resources)


def _replaced(
    document: Mapping[str, Any], index: int, statements: list[dict[str, Any]]
) -> Rewritten:
    before = statements_of(document)
    after = [*before[:index], *statements, *before[index + 1 :]]
    origins = [*range(index), *(index for _ in statements), *range(index + 1, len(before))]
    return with_statements(document, after, origins)


def with_statements(
    document: Mapping[str, Any], statements: list[Any], origins: list[int]
) -> Rewritten:
    """Return a policy with other statements, each with the index of the one that it comes from."""
    if not statements:
        return Rewritten(None, ())
    single = isinstance(document["Statement"], Mapping) and len(statements) == 1
    held: object = statements[0] if single else statements
    written = {key: held if key == "Statement" else value for key, value in document.items()}
    return Rewritten(written, tuple(origins))


def _fresh_sid(sid: str, statements: Iterable[Any]) -> str:
    taken = {each.get("Sid") for each in statements if isinstance(each, Mapping)}
    base = _NO_SID.sub("", sid)
    number = 2
    while f"{base}{number}" in taken:
        number += 1
    return f"{base}{number}"
