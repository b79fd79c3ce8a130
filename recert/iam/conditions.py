"""Conditions, compiled: a test takes the context of a request and answers NO, YES or MAYBE.

MAYBE comes only from a context that is not complete: the key, or a variable in the values, may
have a value that nobody told us.

Where AWS's text is open: `ForAnyValue:…IfExists` on a missing key does not hold, as no value can;
a key with values never fits a plain operator; a multi-valued key without values counts as missing
for Null and for the set operators only; a single empty string is an empty set for `ForAllValues`.
"""

from __future__ import annotations

from collections.abc import Callable

from recert.iam.comparisons import COMPARISONS, WITH_VARIABLES, WITH_WILDCARDS, Comparison
from recert.iam.context import MAYBE, Context, Value
from recert.iam.grammar import Condition
from recert.iam.operators import Operator
from recert.iam.patterns import has_wildcard
from recert.iam.variables import Template, joined, resolve, shielded, template, widened

Test = Callable[[Context], int]
Holds = Callable[[str], bool]


def compile_condition(condition: Condition, *, variables: bool) -> Test:
    """Compile one key of one operator; `variables` tells whether `${…}` means something."""
    key = condition.key.lower()
    if condition.test.family == "null":
        return _null(key, condition.values)
    if variables and any("${" in value for value in condition.values):
        templates = _templates(condition, variables=variables)
        if any(templates):
            return _with_variables(key, condition, templates)
    return _on_key(key, condition.test, _fixed(condition.test, condition.values))


def ask_once(condition: Condition, key: str, context: Context) -> int:
    """Answer as the compiled condition does, without compiling it: most are asked once.

    `key` is the condition's in lower case; its values hold no variables.
    """
    operator = condition.test
    if operator.family != "null":
        value = context.values.get(key)
        if value is None:
            return operator.when_absent if context.complete or key in context.absent else MAYBE
        if type(value) is str and operator.quantifier is None:
            return int(_compared_once(operator, condition.values, value))
    return compile_condition(condition, variables=False)(context)


def _compared_once(operator: Operator, values: tuple[str, ...], value: str) -> bool:
    compare, negated = COMPARISONS[operator.name], operator.negated
    for each in values:
        found = compare(each, value)
        if (found is not False) if negated else found:
            return not negated
    return negated


def variables_of(condition: Condition) -> tuple[str, ...]:
    """List the context keys that the values of a condition ask for, as the policy writes them."""
    for value in condition.values:
        if "${" in value:
            break
    else:
        return ()
    found = _templates(condition, variables=True)
    return tuple(each.name for one in found if one is not None for each in one.variables)


def _templates(condition: Condition, *, variables: bool) -> list[Template | None]:
    if not variables or condition.test.family not in WITH_VARIABLES:
        return [None] * len(condition.values)
    return [template(value) for value in condition.values]


def _null(key: str, values: tuple[str, ...]) -> Test:
    wanted = {value.lower() for value in values}
    when_absent, when_present = int("true" in wanted), int("false" in wanted)

    def test(context: Context) -> int:
        value = context.values.get(key)
        if value is None:
            return MAYBE if context.unknown(key) else when_absent
        return when_absent if value == () else when_present

    return test


def _on_key(key: str, operator: Operator, holds: Holds) -> Test:
    absent = operator.when_absent
    quantifier = operator.quantifier

    if quantifier is None:

        def single(context: Context) -> int:
            value = context.values.get(key)
            if value is None:
                return absent if context.complete or key in context.absent else MAYBE
            return int(isinstance(value, str) and holds(value))

        return single

    def quantified(context: Context) -> int:
        value = context.values.get(key)
        if value is None:
            return absent if context.complete or key in context.absent else MAYBE
        return _over(quantifier == "all", value, holds)

    return quantified


def _over(every: bool, value: Value, holds: Holds) -> int:  # noqa: FBT001 - the quantifier itself
    members = (value,) if isinstance(value, str) else value
    if every:
        return int(members == ("",) or all(map(holds, members)))
    return int(any(map(holds, members)))


def _fixed(operator: Operator, values: tuple[str, ...]) -> Holds:
    compare, negated = COMPARISONS[operator.name], operator.negated
    exact = operator.name in ("StringEquals", "StringNotEquals", "BinaryEquals") or (
        operator.name in ("StringLike", "StringNotLike") and not any(map(has_wildcard, values))
    )
    if exact:
        listed = frozenset(values)
        return (lambda value: value not in listed) if negated else listed.__contains__
    return _compared(compare, values, negated=negated)


def _compared(compare: Comparison, values: tuple[str, ...], *, negated: bool) -> Holds:
    if negated:
        return lambda value: all(compare(each, value) is False for each in values)
    return lambda value: any(compare(each, value) for each in values)


def _with_variables(key: str, condition: Condition, templates: list[Template | None]) -> Test:
    operator = condition.test
    compare, wild = COMPARISONS[operator.name], operator.name in WITH_WILDCARDS
    arn = operator.family == "arn" or None
    sides = list(zip(condition.values, templates, strict=True))

    def test(context: Context) -> int:
        def holds(value: str) -> bool:
            for text, found in sides:
                pattern, subject = text, value
                if found is not None:
                    pieces = resolve(found, context.values, len(value))
                    if pieces is None:
                        # Whatever the variable were, an ARN may differ in what stands around it.
                        apart = arn and compare(
                            joined(widened(found, context.values, len(value))), value
                        )
                        if operator.negated and apart is not False:
                            return False
                        continue
                    pattern, subject = shielded(pieces, value) if wild else (joined(pieces), value)
                verdict = compare(pattern, subject)
                if operator.negated:
                    if verdict is not False:
                        return False
                elif verdict:
                    return True
            return operator.negated

        if key in context.values and not context.complete:
            asked = (each.key for found in templates if found for each in found.variables)
            if any(context.unknown(each) for each in asked):
                return MAYBE
        return _on_key(key, operator, holds)(context)

    return test
