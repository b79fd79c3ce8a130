"""Is one set of resources part of another? The question that a narrower grant raises."""

from collections.abc import Iterable, Sequence

from recert.iam.overlap import contains, intersects, normal

NOT_RESOURCE = "NotResource: "
"""What stands before each exception of a NotResource list, where resources are listed."""


def beyond(wanted: Iterable[str], held: Sequence[str]) -> tuple[str, ...]:
    """Return the wanted resource patterns that reach beyond the held ones; none where all are part of them.

    Both as `EffectiveGrant.resources` lists them. A pattern counts as part only where one held pattern
    contains it, never where several do together; of a NotResource list where it meets no exception.
    One NotResource list is part of another that has no exception beside its own.
    """
    listed = tuple(wanted)
    exceptions = _exceptions(held)
    if exceptions and _exceptions(listed):
        return () if set(held) <= set(listed) else listed
    if exceptions:
        outside = [normal(each) for each in exceptions]
        return tuple(
            each for each in listed if any(intersects(one, normal(each)) for one in outside)
        )
    wide = [normal(each, wide=False) for each in held]
    return tuple(
        each
        for each in listed
        if each not in held and not any(contains(outer, normal(each)) for outer in wide)
    )


def _exceptions(resources: Iterable[str]) -> list[str]:
    return [each.removeprefix(NOT_RESOURCE) for each in resources if each.startswith(NOT_RESOURCE)]
