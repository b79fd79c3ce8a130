"""Statements compiled for matching: does this one speak to that request?"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from recert.iam.conditions import Test, ask_once, compile_condition, variables_of
from recert.iam.context import MAYBE, NO, YES
from recert.iam.grammar import Condition, Statement
from recert.iam.model import Source, SourcedPolicy
from recert.iam.patterns import Match, fit_pieces, glob, has_wildcard
from recert.iam.principals import (
    NAMES_DIRECT,
    NAMES_NONE,
    NAMES_ROLE,
    Caller,
    Strength,
    spared,
    strongest,
)
from recert.iam.resources import ANY, EVERYTHING, Asked, Resources, fits_at_first, resources_of


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


def names_once(patterns: tuple[str, ...], action: str) -> bool:
    """Match a lower-case action without compiling the list: most statements are asked once."""
    for pattern in patterns:
        if pattern == "*":
            return True
        lowered = pattern.lower()
        if lowered == action:
            return True
        if "?" in lowered:
            if glob(lowered)(action):
                return True
        elif "*" in lowered and fit_pieces(lowered.split("*"), action):
            return True
    return False


def _has_variables(statement: Statement) -> bool:
    # Written out, as every statement of every line passes here.
    for text in statement.resources or statement.not_resources or ():
        if "${" in text:
            return True
    for condition in statement.conditions:
        for text in condition.values:
            if "${" in text:
                return True
    return False


class CompiledStatement(Struct, gc=False):
    """One statement ready to be asked; what it needs is compiled when it is first asked for.

    `variables` tells whether `${…}` means something in its policy, `every_action` whether it names
    all of them, `always` whether neither resource nor condition can keep it silent.
    """

    statement: Statement
    source: SourcedPolicy | Source
    allows: bool
    variables: bool
    every_action: bool
    always: bool
    asked_before: bool = False
    weighed: bool = False
    compiled_names: Match | None = None
    compiled_resources: Resources | None = None
    tests: Sequence[Test] | None = None
    keys: list[tuple[str, str]] | None = None

    def names(self, action: str) -> bool:
        """Tell whether the statement names a lower-case action."""
        statement = self.statement
        listed = statement.actions
        negated = listed is None
        if listed is None:
            listed = statement.not_actions or ()
        if not self.asked_before:
            self.asked_before = True
            return names_once(listed, action) != negated
        names = self.compiled_names
        if names is None:
            names = self.compiled_names = _actions(listed)
        return names(action) != negated

    def _prepare(self) -> Resources:
        plain = self.statement.resources == ANY
        made = EVERYTHING if plain else resources_of(self.statement, variables=self.variables)
        self.compiled_resources = made
        return made

    def _prepared_tests(self) -> Sequence[Test]:
        variables = self.variables
        self.tests = tests = [
            compile_condition(condition, variables=variables)
            for condition in self.statement.conditions
        ]
        return tests

    def holds(self, asked: Asked) -> int:
        """Tell whether resource and conditions of the statement fit a request: NO, YES or MAYBE.

        The action is taken for granted, the principal is asked for by `strength`.
        """
        held = (self.compiled_resources or self._prepare()).speak(asked)
        return self._tested(asked, held) if held and self.statement.conditions else held

    def _tested(self, asked: Asked, held: int) -> int:
        context = asked.context
        for test in self.tests or self._prepared_tests():
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
        if not self.weighed:
            self.weighed = True
            if not asked.wild and not (self.variables and _has_variables(self.statement)):
                return self._weigh_once(asked, missing)
        conditions = self.statement.conditions
        resources = self.compiled_resources or self._prepare()
        held = YES if resources is EVERYTHING else resources.speak(asked)
        if not conditions and not resources.templates:
            return held
        if held or resources.templates:
            values = asked.context.values
            keys = self.keys or self._list_keys()
            absent = [each for each in keys if each[0] not in values and each[0] not in missing]
            if absent and (held or resources.could_speak(asked)):
                for key, name in absent:
                    missing.setdefault(key, name)
        return self._tested(asked, held) if held else NO

    def _weigh_once(self, asked: Asked, missing: dict[str, str]) -> int:
        """Weigh a statement without variables, compiling nothing: most are asked once."""
        statement = self.statement
        listed, negated = statement.resources, False
        if listed is None and statement.not_resources is not None:
            listed, negated = statement.not_resources, True
        if listed is not None and listed != ANY:
            resource = asked.resource
            for text in listed:
                if fits_at_first(text, resource):
                    if negated:
                        return NO
                    break
            else:
                if not negated:
                    return NO
        elif negated:
            return NO
        held = YES
        context = asked.context
        for condition in statement.conditions:
            key = condition.key.lower()
            if key not in context.values and key not in missing:
                missing[key] = condition.key
            if held:
                found = ask_once(condition, key, context)
                if found != YES:
                    held = found and MAYBE
        return held

    def _list_keys(self) -> list[tuple[str, str]]:
        """List the context keys that conditions and variables name, in lower case first."""
        conditions = self.statement.conditions
        self.keys = keys = [(each.key.lower(), each.key) for each in conditions]
        if self.variables:
            for each in conditions:
                keys += [(name.lower(), name) for name in variables_of(each)]
        for found in (self.compiled_resources or self._prepare()).templates:
            keys += [(each.key, each.name) for each in found.variables]
        return keys

    def strength(self, caller: Caller, *, bounded: bool) -> Strength:
        """Tell how strongly the statement of a resource policy names the caller.

        Without a Principal element it names nobody.
        """
        statement = self.statement
        if statement.principals is not None:
            return strongest(statement.principals, caller)
        listed = statement.not_principals
        if listed is None:
            return NAMES_NONE
        if self.allows:
            named = strongest(listed, caller) > NAMES_NONE
        else:
            named = spared(listed, caller, bounded=bounded)
        if named:
            return NAMES_NONE
        return NAMES_ROLE if caller.kind == "role" else NAMES_DIRECT

    def concerns(self, caller: Caller, *, bounded: bool) -> bool:
        """Tell whether the statement of an endpoint's policy names the caller.

        Without a Principal element it speaks of whoever comes through the endpoint.
        """
        statement = self.statement
        if statement.principals is None and statement.not_principals is None:
            return True
        return self.strength(caller, bounded=bounded) > NAMES_NONE

    def open_in(self, asked: Asked) -> tuple[tuple[Condition, ...], tuple[str, ...]]:
        """Return the conditions that may or may not hold, and the keys that are unknown in all."""
        context = asked.context
        conditions = tuple(
            condition
            for condition, test in zip(
                self.statement.conditions, self.tests or self._prepared_tests(), strict=True
            )
            if test(context) == MAYBE
        )
        keys = tuple(dict.fromkeys(name for key, name in self._list_keys() if context.unknown(key)))
        return conditions, keys


def compile_policy(source: SourcedPolicy) -> list[CompiledStatement]:
    """Compile a policy; what its statements need is worked out when they are first asked."""
    policy = source.policy
    variables = policy.has_variables
    return [compile_statement(each, source, variables=variables) for each in policy.statements]


def compile_statement(
    statement: Statement, source: SourcedPolicy | Source, *, variables: bool
) -> CompiledStatement:
    """Make one statement ready to be asked; `variables` as its policy's Version has it."""
    return CompiledStatement(
        statement,
        source,
        statement.effect == "Allow",
        variables,
        statement.actions == ANY,
        not statement.conditions and statement.resources == ANY,
    )
