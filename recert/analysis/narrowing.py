"""Is one set of resources part of another? The question that a narrower grant raises."""

from collections.abc import Iterable, Sequence

from recert.iam.overlap import contains, normal


def beyond(wanted: Iterable[str], held: Sequence[str]) -> tuple[str, ...]:
    """Return the wanted resource patterns that reach beyond the held ones; none where all are part of them.

    A pattern counts as part only where one held pattern contains it, never where several do together.
    """
    wide = [normal(each, wide=False) for each in held]
    return tuple(
        each
        for each in wanted
        if each not in held and not any(contains(outer, normal(each)) for outer in wide)
    )
