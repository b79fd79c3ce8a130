"""Statements compiled for matching: does this one speak to that request?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from recert.iam.arns import COLONS
from recert.iam.conditions import Test, ask_once, compile_condition, variables_of
from recert.iam.context import MAYBE, NO, YES, Context
from recert.iam.grammar import Condition, Statement
from recert.iam.model import Source, SourcedPolicy
from recert.iam.patterns import (
    Match,
    ResourcePattern,
    fit_pieces,
    glob,
    has_wildcard,
    is_free,
    resource_pattern,
)
from recert.iam.principals import (
    NAMES_DIRECT,
    NAMES_NONE,
    NAMES_ROLE,
    Caller,
    Strength,
    spared,
    strongest,
)
from recert.iam.variables import Template, resolve, shielded, template, widened

_ANY: Final = ("*",)
_LONGEST_RESOURCE: Final = 4096


class Asked(Struct, gc=False):
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


def _fits_again(text: str, resource: str) -> bool:
    return resource_pattern(text).matches(resource)


def _fits_at_first(text: str, resource: str) -> bool:
    """Match one resource without compiling what is plain on sight: most are asked once."""
    if text in (resource, "*"):
        return True
    pieces = text.split("*")
    plain = pieces[0]
    if "?" in text:
        plain = plain.partition("?")[0]
    elif resource.startswith(plain) and (plain.count(":") >= COLONS or is_free(text)):
        return fit_pieces(pieces, resource)
    if not resource.startswith(plain) and plain.lower() != resource[: len(plain)].lower():
        return False
    return ResourcePattern(text).matches(resource)


class Resources(Struct, gc=False):
    """A Resource or NotResource element, compiled; `texts` are the values without variables.

    A pattern in the request is any of its resources: a `loose` element, which grants, may overlap
    with it; one that takes away must cover it.
    """

    texts: tuple[str, ...]
    negated: bool
    loose: bool
    everything: bool
    templates: tuple[Template, ...] = ()
    asked_before: bool = False

    def speak(self, asked: Asked) -> int:
        """Tell whether the element covers the resource of a request: NO, YES or MAYBE."""
        if self.everything:
            return NO if self.negated else YES
        hit = NO
        fits = self._meets
        if not asked.wild:
            fits = _fits_again if self.asked_before else _fits_at_first
            self.asked_before = True
        for text in self.texts:
            if fits(text, asked.resource):
                hit = YES
                break
        else:
            if self.templates:
                hit = self._resolved(asked)
        if self.negated:
            return hit if hit == MAYBE else 1 - hit
        return hit

    def could_speak(self, asked: Asked) -> bool:
        """Tell whether some values of unresolved variables would make a silent element speak."""
        if not self.templates or self.everything:
            return False
        values, longest = asked.context.values, _longest(asked)
        return self.negated or any(
            self._pieces_fit(widened(each, values, longest), asked) for each in self.templates
        )

    def _meets(self, text: str, resource: str) -> bool:
        """Compare with a resource that is a pattern itself."""
        automaton = resource_pattern(text).automaton
        return automaton.overlaps(resource) if self.loose else automaton.covers(resource)

    def _resolved(self, asked: Asked) -> int:
        context, longest = asked.context, _longest(asked)
        hit = NO
        for each in self.templates:
            if any(context.unknown(variable.key) for variable in each.variables):
                if self._pieces_fit(widened(each, context.values, longest), asked):
                    hit = MAYBE
                continue
            pieces = resolve(each, context.values, longest)
            if pieces is not None and self._pieces_fit(pieces, asked):
                return YES
        return hit

    def _pieces_fit(self, pieces: tuple[tuple[str, bool], ...], asked: Asked) -> bool:
        if asked.wild:
            return self._meets(shielded(pieces, "")[0], asked.resource)
        pattern, resource = shielded(pieces, asked.resource)
        if resource is asked.resource:
            return _fits_at_first(pattern, resource)
        return ResourcePattern(pattern).matches(resource)


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


def _longest(asked: Asked) -> int:
    """Return how long a pattern without wildcards can be and still meet what is asked about."""
    return _LONGEST_RESOURCE if asked.wild else len(asked.resource)


def _resources(statement: Statement, *, variables: bool) -> Resources:
    values, negated = statement.resources, False
    if values is None:
        # A trust policy has neither element: its resource is the role that it stands on.
        negated = statement.not_resources is not None
        values = statement.not_resources or () if negated else _ANY
    loose = (statement.effect == "Allow") != negated
    templates: tuple[Template, ...] = ()
    if variables:
        for text in values:
            if "${" in text:
                found = [template(text) for text in values]
                templates = tuple(each for each in found if each is not None)
                values = tuple(t for t, each in zip(values, found, strict=True) if each is None)
                break
    return Resources(values, negated, loose, "*" in values, templates)


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
        plain = self.statement.resources == _ANY
        made = _EVERYTHING if plain else _resources(self.statement, variables=self.variables)
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
        held = YES if resources is _EVERYTHING else resources.speak(asked)
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
        if listed is not None and listed != _ANY:
            resource = asked.resource
            for text in listed:
                if _fits_at_first(text, resource):
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


_EVERYTHING: Final = Resources(_ANY, negated=False, loose=True, everything=True)


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
        statement.actions == _ANY,
        not statement.conditions and statement.resources == _ANY,
    )
