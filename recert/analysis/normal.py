"""The meaning of policy documents, so far that two ways of writing the same thing are equal.

A document becomes a set of units: one principal, one action, one resource, its conditions. Order,
white space, key order, statement splitting, single values for lists, the case of actions and of
condition keys, statement ids, repeated and covered entries leave no trace. Kept apart from the
evaluator on purpose: a fingerprint must not change because the evaluator learned something.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from recert.iam.overlap import contains as covers
from recert.iam.overlap import intersects as meets
from recert.iam.overlap import normal as plain

Test = tuple[str, str, frozenset[str]]
"""One condition: operator, key, values."""


@dataclass(frozen=True, slots=True)
class _Element:
    """One element of a statement: single patterns, or, negated, one tuple of all of them."""

    parts: tuple[tuple[str, ...], ...]
    negated: bool = False
    written: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest part of a statement.

    `action` and `resource` hold one pattern or, where negated, all the excluded ones.
    """

    effect: str
    principal: str
    action: tuple[str, ...]
    resource: tuple[str, ...]
    tests: frozenset[Test] = frozenset()
    not_action: bool = False
    not_resource: bool = False
    written: tuple[str, ...] = field(default=(), compare=False)
    """The action as the policy writes it, for people; two units that differ only here are equal."""

    def as_shown(self) -> dict[str, Any]:
        """Return the unit as a JSON value for people: its actions as the policy writes them."""
        found = self.as_json()
        found["not_action" if self.not_action else "action"] = list(self.written or self.action)
        if found.get("resource") == ["*"] and self.principal:
            del found["resource"]  # a trust policy names none
        return found

    def as_json(self) -> dict[str, Any]:
        """Return the unit as a JSON value, its parts sorted."""
        found: dict[str, Any] = {"effect": self.effect}
        if self.principal:
            found["principal"] = self.principal
        found["not_action" if self.not_action else "action"] = list(self.action)
        found["not_resource" if self.not_resource else "resource"] = list(self.resource)
        if self.tests:
            found["conditions"] = sorted([op, key, sorted(vals)] for op, key, vals in self.tests)
        return found

    @property
    def service(self) -> str:
        """Return the service that the action belongs to, `*` where it may be any."""
        if self.not_action:
            return "*"
        service, _, _ = self.action[0].partition(":")
        return "*" if "*" in service or "?" in service else service


def covered(narrow: Unit, wide: Unit) -> bool:
    """Tell whether `wide` says everything that `narrow` says."""
    return (
        narrow.effect == wide.effect
        and wide.principal in (narrow.principal, "AWS:*" if narrow.principal[:4] == "AWS:" else "")
        and _element_covered(
            _Element((narrow.action,), narrow.not_action), _Element((wide.action,), wide.not_action)
        )
        and _element_covered(
            _Element((narrow.resource,), narrow.not_resource),
            _Element((wide.resource,), wide.not_resource),
        )
        and all(any(_implies(own, test) for own in narrow.tests) for test in wide.tests)
    )


def _element_covered(narrow: _Element, wide: _Element) -> bool:
    own, other = narrow.parts[0], wide.parts[0]
    if not wide.negated:
        return "*" in other or (not narrow.negated and covers(other[0], own[0]))
    if narrow.negated:
        return all(any(covers(mine, theirs) for mine in own) for theirs in other)
    return not any(meets(theirs, own[0]) for theirs in other)


_WITH_VARIABLES = "2012-10-17"
_POSITIVE = ("equals", "equalsignorecase", "like", "bool", "null", "ipaddress")


def _implies(narrow: Test, wide: Test) -> bool:
    if narrow[:2] != wide[:2]:
        return False
    operator = narrow[0].rpartition(":")[2].removesuffix("ifexists")
    if "not" in operator:
        return narrow[2] >= wide[2]
    if operator.endswith(_POSITIVE):
        return narrow[2] <= wide[2]
    return narrow[2] == wide[2]


@lru_cache(maxsize=8_192)
def units(document: str) -> frozenset[Unit] | None:
    """Return the units of a document without those that others cover, None where it is no policy."""
    try:
        parsed = json.loads(document)
    except (ValueError, RecursionError):
        return None
    if not isinstance(parsed, Mapping):
        return None
    if parsed.get("Version") != _WITH_VARIABLES and "${" in document:
        parsed = _without_variables(parsed)
    statements = parsed.get("Statement", [])
    found: set[Unit] = set()
    for statement in statements if isinstance(statements, list) else [statements]:
        if not isinstance(statement, Mapping):
            return None
        own = _statement(statement)
        if own is None:
            return None
        found |= own
    return reduce_units(found)


def _without_variables(value: Any) -> Any:
    """Mark what an older policy version takes literally, so that it differs from a variable."""
    if isinstance(value, str):
        return value.replace("${", "${literal}{")
    if isinstance(value, list):
        return [_without_variables(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _without_variables(item) for key, item in value.items()}
    return value


def reduce_units(found: Iterable[Unit]) -> frozenset[Unit]:
    """Drop every unit that another one covers; of two that cover each other, one stays."""
    groups = _by_service(found)
    kept: set[Unit] = set()
    for service, group in groups.items():
        near = group if service == "*" else [*group, *groups.get("*", ())]
        kept.update(unit for unit in group if not any(_replaces(other, unit) for other in near))
    return frozenset(kept)


def _replaces(other: Unit, unit: Unit) -> bool:
    if other == unit or not covered(unit, other):
        return False
    return not covered(other, unit) or _order(other) < _order(unit)


def missing(wanted: Iterable[Unit], offered: Iterable[Unit]) -> tuple[Unit, ...]:
    """Return the wanted units that no offered one covers, in a stable order."""
    whole = set(offered)
    groups = _by_service(whole)
    found = [
        unit
        for unit in set(wanted) - whole
        if not any(
            covered(unit, other) for other in (*groups.get(unit.service, ()), *groups.get("*", ()))
        )
    ]
    return tuple(sorted(found, key=_order))


def grown(before: Iterable[Unit], after: Iterable[Unit]) -> tuple[Unit, ...]:
    """Return what `after` allows more: allowing units that came, denying units that went."""
    old, new = set(before), set(after)
    allow = [unit for unit in new if unit.effect == "Allow"]
    deny = [unit for unit in old if unit.effect == "Deny"]
    return (
        *missing(allow, (unit for unit in old if unit.effect == "Allow")),
        *missing(deny, (unit for unit in new if unit.effect == "Deny")),
    )


def _by_service(found: Iterable[Unit]) -> dict[str, list[Unit]]:
    groups: dict[str, list[Unit]] = {}
    for unit in found:
        groups.setdefault(unit.service, []).append(unit)
    return groups


def _order(unit: Unit) -> str:
    return json.dumps(unit.as_json(), sort_keys=True)


def _statement(statement: Mapping[str, Any]) -> frozenset[Unit] | None:
    effect = statement.get("Effect")
    principals = _principals(statement)
    actions = _element(statement, "Action", lower=True)
    resources = _element(statement, "Resource", lower=False)
    tests = _tests(statement.get("Condition", {}))
    if not isinstance(effect, str) or not principals or tests is None:
        return None
    if actions is None or resources is None:
        return None
    return frozenset(
        Unit(
            effect,
            principal,
            action,
            resource,
            tests,
            actions.negated,
            resources.negated,
            tuple(actions.written.get(part, part) for part in action),
        )
        for principal in principals
        for action in actions.parts
        for resource in resources.parts
    )


def _element(statement: Mapping[str, Any], name: str, *, lower: bool) -> _Element | None:
    """Read `Action` or `Resource`, or its negation; where it is missing it stands for everything."""
    for key, negated in ((name, False), (f"Not{name}", True)):
        if key not in statement:
            continue
        texts = _texts(statement[key])
        if texts is None:
            return None
        written = {plain(text.lower() if lower else text, variables=False): text for text in texts}
        patterns = sorted(written)
        if not negated:
            return _Element(tuple((pattern,) for pattern in patterns), written=written)
        own = tuple(
            pattern
            for pattern in patterns
            if not any(other != pattern and covers(other, pattern) for other in patterns)
        )
        return _Element((own,), negated=True, written=written)
    return _Element((("*",),))


def _principals(statement: Mapping[str, Any]) -> list[str] | None:
    """Return the principals as `TYPE:value`; a policy of an identity has the one principal ``."""
    for key, sign in (("Principal", ""), ("NotPrincipal", "!")):
        if key not in statement:
            continue
        value = statement[key]
        if value == "*":
            return [f"{sign}AWS:*"]
        if not isinstance(value, Mapping):
            return None
        found: list[str] = []
        for kind, members in value.items():
            texts = _texts(members)
            if texts is None:
                return None
            found.extend(f"{sign}{kind}:{_account(text)}" for text in texts)
        return sorted(set(found)) if not sign else [" ".join(sorted(set(found)))]
    return [""]


def _account(text: str) -> str:
    return f"arn:aws:iam::{text}:root" if text.isdigit() else text


def _texts(value: object) -> list[str] | None:
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(item, str | bool | int | float) for item in items):
        return None
    return [str(item).lower() if isinstance(item, bool) else str(item) for item in items]


def _tests(value: object) -> frozenset[Test] | None:
    if not isinstance(value, Mapping):
        return None
    found: set[Test] = set()
    for operator, keys in value.items():
        if not isinstance(keys, Mapping):
            return None
        for key, values in keys.items():
            texts = _texts(values)
            if texts is None:
                return None
            name = _operator(str(operator), texts)
            if name.startswith(("bool", "null")):
                texts = [text.lower() for text in texts]
            found.add((name, str(key).lower(), frozenset(texts)))
    return frozenset(found)


def _operator(written: str, values: list[str]) -> str:
    """Return an operator in lower case; of two that mean the same, always the same one."""
    name = written.lower().replace("arnequals", "arnlike").replace("arnnotequals", "arnnotlike")
    if "stringlike" in name or "stringnotlike" in name:
        plain_values = not any("*" in value or "?" in value for value in values)
        if plain_values:
            return name.replace("like", "equals")
    return name
