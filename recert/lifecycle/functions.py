"""Differences between two readings of one function."""

from recert.estate.integrations import Function
from recert.lifecycle.changes import Change, Values, concealed_differs, differing, shown
from recert.lifecycle.documents import compare_documents


def compare_functions(before: Function, after: Function) -> list[Change]:
    """Return the differences of what both readings saw."""
    found: list[Change] = []
    if before.configuration_known and after.configuration_known:
        found += _configuration(before, after)
    if before.resource_policy_known and after.resource_policy_known:
        found += compare_documents(
            before.resource_policy,
            after.resource_policy,
            kind="function.policy_",
            subject=after.arn,
            sides=(_named(before), _named(after)),
            how=(
                "the resource policy differs and cannot be understood",
                "the resource policy lets somebody call who could not before",
                "the resource policy no longer lets somebody call",
            ),
        )
    return found


def _configuration(before: Function, after: Function) -> list[Change]:
    found: list[Change] = []
    old, new = differing(before, after, ("code_sha256", "layers"))
    if new:
        how = "the digest of the code or the layers differ behind the same ARN"
        found.append(_change("function.code_changed", (before, after), (old, new), how))
    old, new = differing(before, after, ("role_arn",))
    if new:
        how = "the function runs with another role"
        found.append(_change("function.role_swapped", (before, after), (old, new), how))
    names = sorted(
        name
        for name in {*before.environment, *after.environment}
        if concealed_differs(before.environment.get(name), after.environment.get(name))
    )
    old, new = differing(before, after, ("kms_key_arn",))
    if names:
        old["environment"] = {name: shown(before.environment.get(name)) for name in names}
        new["environment"] = {name: shown(after.environment.get(name)) for name in names}
    if new:
        how = "an environment variable or its key differs"
        found.append(_change("function.environment_changed", (before, after), (old, new), how))
    return found


def _change(
    kind: str, sides: tuple[Function, Function], values: tuple[Values, Values], how: str
) -> Change:
    one, two = ({**_named(side), **own} for side, own in zip(sides, values, strict=True))
    return Change(kind, sides[1].arn, one, two, how)


def _named(function: Function) -> Values:
    return {"name": function.name, "function_arn": function.arn}
