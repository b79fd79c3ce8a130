"""One difference, before it is known which agents it concerns and whether it is live."""

from dataclasses import dataclass
from typing import Any

from recert.estate.base import Concealed, Frozen
from recert.lifecycle.events import Severity

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A difference of one thing; `base` replaces the kind's own severity."""

    kind: str
    subject: str
    before: Values | None
    after: Values | None
    how: str
    base: Severity | None = None


def summary(model: Frozen, *, without: tuple[str, ...] = ()) -> Values:
    """Return a model's values as JSON without those that say nothing (None, empty)."""
    dumped = model.model_dump(mode="json", exclude=set(without))
    return {key: value for key, value in dumped.items() if value not in (None, "", [], {})}


def differing(before: Frozen, after: Frozen, fields: tuple[str, ...]) -> tuple[Values, Values]:
    """Return the values of those fields that differ, before and after; lists count as sets."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    names = [name for name in fields if _loose(old[name]) != _loose(new[name])]
    return {name: old[name] for name in names}, {name: new[name] for name in names}


def concealed_differs(before: Concealed | None, after: Concealed | None) -> bool:
    """Tell whether a concealed text is known to differ; under two keys nothing is known."""
    if before is None or after is None:
        return before is not after
    if before.key_id != after.key_id:
        return False
    return before.digest != after.digest


def keyed_differs(before: str | None, after: str | None) -> bool:
    """Tell whether a digest is known to differ; `KEY:DIGEST` under two keys says nothing."""
    if before is None or after is None or before == after:
        return before != after
    keys = (before.rpartition(":")[0], after.rpartition(":")[0])
    return not all(keys) or keys[0] == keys[1]


def shown(text: Concealed | None) -> Values:
    """Return what may be said of a concealed text."""
    return {"digest": None, "length": 0} if text is None else summary(text)


def _loose(value: object) -> object:
    return sorted(map(str, value)) if isinstance(value, list) else value
