"""Two readings of one policy document: what the later one lets more, and what it lets less."""

from recert.analysis.normal import Unit, grown, units
from recert.lifecycle.changes import Change, Values


def compare_documents(
    before: str | None,
    after: str | None,
    *,
    kind: str,
    subject: str,
    sides: tuple[Values, Values],
    how: tuple[str, str, str],
    most: int | None = None,
) -> list[Change]:
    """Return whether a document was widened or narrowed, as changes of the kind `KINDwidened`.

    None is no policy. `sides` are the values of either reading beside the statements that differ, of
    which `most` are kept; `how` says that a document is not understood, which counts as wider, that it
    lets more, that it lets less.
    """
    if before == after:
        return []
    opaque, more, less = how
    old, new = _units(before), _units(after)
    if old is None or new is None:
        return [Change(f"{kind}widened", subject, {**sides[0]}, {**sides[1]}, opaque)]
    wider, narrower = grown(old, new), grown(new, old)
    values = (
        {**sides[0], "statements": [unit.as_shown() for unit in narrower[:most]]},
        {**sides[1], "statements": [unit.as_shown() for unit in wider[:most]]},
    )
    found: list[Change] = []
    if wider:
        found.append(Change(f"{kind}widened", subject, *values, more))
    if narrower:
        found.append(Change(f"{kind}narrowed", subject, *values, less))
    return found


def _units(document: str | None) -> frozenset[Unit] | None:
    return frozenset() if document is None else units(document)
