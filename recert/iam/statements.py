"""Statements compiled for matching: does this one speak to that request?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from recert.iam.conditions import Test, compile_condition, variables_of
from recert.iam.context import MAYBE, NO, YES, Context
from recert.iam.grammar import Condition, Policy, Statement
from recert.iam.patterns import Match, ResourcePattern, glob, has_wildcard, resource_pattern
from recert.iam.principals import Caller, Strength, spared, strongest
from recert.iam.variables import Template, resolve, shielded, template, widened

_ANY: Final = ("*",)


@dataclass(slots=True)
class Asked:
    """A request made ready: lower-case action, resource with its service in lower case.

    `wild`: the resource is a pattern, and the question is about whatever it covers.
    """

    action: str
    resource: str
    wild: bool
    context: Context
    caller: Caller


def _actions(patterns: tuple[str, ...]) -> Match:
    """Match a lower-case action against a list of Action elements."""
    lowered = [pattern.lower() for pattern in patterns]
    if "*" in lowered:
        return lambda _: True
    exact = frozenset(lowered)
    wild = [glob(pattern) for pattern in lowered if has_wildcard(pattern)]
    if not wild:
        return exact.__contains__
    return lambda action: action in exact or any(fits(action) for fits in wild)


def _names_once(patterns: tuple[str, ...], action: str) -> bool:
    """Match a lower-case action without compiling the list: most statements are asked once."""
    for pattern in patterns:
        if pattern == "*":
            return True
        lowered = pattern.lower()
        if lowered == action:
            return True
        if ("*" in lowered or "?" in lowered) and glob(lowered)(action):
            return True
    return False


def _fits_again(text: str, asked: Asked) -> bool:
    return resource_pattern(text).matches(asked.resource)


def _fits_at_first(text: str, asked: Asked) -> bool:
    """Match one resource without compiling what is plain on sight: most are asked once."""
    resource = asked.resource
    if text == resource:
        return True
    star, mark = text.find("*"), text.find("?")
    ends = [found for found in (star, mark) if found >= 0]
    plain = text[: min(ends)] if ends else text
    if not resource.startswith(plain) and plain.lower() != resource[: len(plain)].lower():
        return False
    return resource_pattern(text).matches(resource)


class Resources:
    """A Resource or NotResource element, compiled."""

    __slots__ = ("_asked_before", "_everything", "_loose", "_negated", "_texts", "templates")

    def __init__(self, statement: Statement, *, variables: bool) -> None:
        values = statement.resources
        self._negated = values is None and statement.not_resources is not None
        if values is None:
            # A trust policy has neither element: its resource is the role that it stands on.
            values = statement.not_resources if self._negated else _ANY
        texts = values or ()
        # A pattern in the request is any of its resources: what grants may overlap, what takes
        # away must cover.
        self._loose = (statement.effect == "Allow") != self._negated
        self._everything = "*" in texts
        self._asked_before = False
        self.templates: tuple[Template, ...] = ()
        if variables and any("${" in text for text in texts):
            found = [template(text) for text in texts]
            self.templates = tuple(each for each in found if each is not None)
            texts = tuple(text for text, each in zip(texts, found, strict=True) if each is None)
        self._texts = texts

    def speak(self, asked: Asked) -> int:
        """Tell whether the element covers the resource of a request: NO, YES or MAYBE."""
        if self._everything:
            return NO if self._negated else YES
        hit = NO
        fits = self._fits
        if not asked.wild:
            fits = _fits_again if self._asked_before else _fits_at_first
            self._asked_before = True
        for text in self._texts:
            if fits(text, asked):
                hit = YES
                break
        else:
            if self.templates:
                hit = self._resolved(asked)
        if self._negated:
            return hit if hit == MAYBE else 1 - hit
        return hit

    def could_speak(self, asked: Asked) -> bool:
        """Tell whether some values of unresolved variables would make a silent element speak."""
        if not self.templates or self._everything:
            return False
        values = asked.context.values
        return self._negated or any(
            self._pieces_fit(widened(each, values), asked) for each in self.templates
        )

    def _fits(self, text: str, asked: Asked) -> bool:
        if not asked.wild:
            return _fits_at_first(text, asked)
        automaton = resource_pattern(text).automaton
        resource = asked.resource
        return automaton.overlaps(resource) if self._loose else automaton.covers(resource)

    def _resolved(self, asked: Asked) -> int:
        context = asked.context
        hit = NO
        for each in self.templates:
            if any(context.unknown(variable.key) for variable in each.variables):
                if self._pieces_fit(widened(each, context.values), asked):
                    hit = MAYBE
                continue
            pieces = resolve(each, context.values)
            if pieces is not None and self._pieces_fit(pieces, asked):
                return YES
        return hit

    def _pieces_fit(self, pieces: tuple[tuple[str, bool], ...], asked: Asked) -> bool:
        if asked.wild:
            return self._fits(shielded(pieces, "")[0], asked)
        pattern, resource = shielded(pieces, asked.resource)
        if resource is asked.resource:
            return self._fits(pattern, asked)
        return ResourcePattern(pattern).matches(resource)


class CompiledStatement:
    """One statement ready to be asked; what it needs is compiled when it is first asked for."""

    __slots__ = (
        "_asked_before",
        "_keys",
        "_names",
        "_resources",
        "_tests",
        "_variables",
        "allows",
        "statement",
    )

    _names: Match

    def __init__(self, statement: Statement, *, variables: bool) -> None:
        self.statement = statement
        self.allows = statement.effect == "Allow"
        self._variables = variables
        self._asked_before = False
        self._resources: Resources | None = None
        self._tests: list[Test] = []
        self._keys: list[tuple[str, str]] = []

    def names(self, action: str) -> bool:
        """Tell whether the statement names a lower-case action."""
        statement = self.statement
        listed = statement.actions
        negated = listed is None
        if listed is None:
            listed = statement.not_actions or ()
        if not self._asked_before:
            self._asked_before = True
            return _names_once(listed, action) != negated
        try:
            names = self._names
        except AttributeError:
            names = self._names = _actions(listed)
        return names(action) != negated

    def _prepare(self) -> Resources:
        plain = self.statement.resources == _ANY
        made = _EVERYTHING if plain else Resources(self.statement, variables=self._variables)
        self._resources = made
        return made

    def _test(self, position: int) -> Test:
        """Return the test of a condition, compiled when it is first needed."""
        tests = self._tests
        conditions = self.statement.conditions
        while len(tests) <= position:
            condition = conditions[len(tests)]
            tests.append(compile_condition(condition, variables=self._variables))
        return tests[position]

    def holds(self, asked: Asked) -> int:
        """Tell whether resource and conditions of the statement fit a request: NO, YES or MAYBE.

        The action is taken for granted, the principal is asked for by `strength`.
        """
        held = (self._resources or self._prepare()).speak(asked)
        return self._tested(asked, held) if held and self.statement.conditions else held

    def _tested(self, asked: Asked, held: int) -> int:
        context, tests = asked.context, self._tests
        for position in range(len(self.statement.conditions)):
            test = tests[position] if position < len(tests) else self._test(position)
            found = test(context)
            if found != YES:
                if found == NO:
                    return NO
                held = MAYBE
        return held

    def weigh(self, asked: Asked, missing: dict[str, str]) -> int:
        """Answer as `holds` does, and note the context keys that are asked for and not there.

        `missing` takes the keys by their lower case, as the policy writes them.
        """
        conditions = self.statement.conditions
        resources = self._resources or self._prepare()
        held = resources.speak(asked)
        if not conditions and not resources.templates:
            return held
        if held or resources.could_speak(asked):
            values = asked.context.values
            for key, name in self._keys or self._list_keys():
                if key not in values:
                    missing.setdefault(key, name)
        return self._tested(asked, held) if held else NO

    def _list_keys(self) -> list[tuple[str, str]]:
        """List the context keys that conditions and variables name, in lower case first."""
        names = [each.key for each in self.statement.conditions]
        if self._variables:
            for each in self.statement.conditions:
                names += variables_of(each)
        for found in (self._resources or self._prepare()).templates:
            names += [each.name for each in found.variables]
        self._keys = [(name.lower(), name) for name in names]
        return self._keys

    def strength(self, caller: Caller, *, bounded: bool) -> Strength:
        """Tell how strongly the statement of a resource policy names the caller.

        Without a Principal element it names nobody.
        """
        statement = self.statement
        if statement.principals is not None:
            return strongest(statement.principals, caller)
        listed = statement.not_principals
        if listed is None:
            return Strength.NONE
        if self.allows:
            named = strongest(listed, caller) > Strength.NONE
        else:
            named = spared(listed, caller, bounded=bounded)
        if named:
            return Strength.NONE
        return Strength.ROLE if caller.kind == "role" else Strength.DIRECT

    def open_in(self, asked: Asked) -> tuple[tuple[Condition, ...], tuple[str, ...]]:
        """Return the conditions that may or may not hold, and the keys that are unknown in all."""
        context = asked.context
        conditions = tuple(
            condition
            for position, condition in enumerate(self.statement.conditions)
            if self._test(position)(context) == MAYBE
        )
        keys = tuple(dict.fromkeys(name for key, name in self._list_keys() if context.unknown(key)))
        return conditions, keys


_EVERYTHING: Final = Resources(
    Statement(0, None, "Allow", _ANY, None, _ANY, None, None, None, ()), variables=False
)


def compile_policy(policy: Policy) -> tuple[CompiledStatement, ...]:
    """Compile a policy; what its statements need is worked out when they are first asked."""
    variables = policy.has_variables
    return tuple([CompiledStatement(each, variables=variables) for each in policy.statements])
