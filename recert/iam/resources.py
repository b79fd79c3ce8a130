"""The Resource and NotResource elements of statements, compiled for matching."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from recert.iam.arns import COLONS
from recert.iam.context import MAYBE, NO, YES, Context
from recert.iam.grammar import Statement
from recert.iam.patterns import ResourcePattern, fit_pieces, is_free, resource_pattern
from recert.iam.principals import Caller
from recert.iam.variables import Template, resolve, shielded, template, widened

ANY: Final = ("*",)
_LONGEST_RESOURCE: Final = 4096
"""How long a resolved value may grow where a pattern is asked about: no ARN is as long."""


class Asked(Struct, gc=False):
    """A request made ready: lower-case action, resource with its service in lower case.

    `wild`: the resource is a pattern, and the question is about whatever it covers.
    """

    action: str
    resource: str
    wild: bool
    context: Context
    caller: Caller


def _fits_again(text: str, resource: str) -> bool:
    return resource_pattern(text).matches(resource)


def fits_at_first(text: str, resource: str) -> bool:
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
            fits = _fits_again if self.asked_before else fits_at_first
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
            return fits_at_first(pattern, resource)
        return ResourcePattern(pattern).matches(resource)


def _longest(asked: Asked) -> int:
    """Return how long a pattern without wildcards can be and still meet what is asked about."""
    return _LONGEST_RESOURCE if asked.wild else len(asked.resource)


def resources_of(statement: Statement, *, variables: bool) -> Resources:
    """Compile the Resource or NotResource element of a statement; `variables` as its Version has it."""
    values, negated = statement.resources, False
    if values is None:
        # A trust policy has neither element: its resource is the role that it stands on.
        negated = statement.not_resources is not None
        values = statement.not_resources or () if negated else ANY
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


EVERYTHING: Final = Resources(ANY, negated=False, loose=True, everything=True)
