"""Small readings of what AWS answers: missing, odd and hostile values included."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from recert.aws.interface import TagNames
from recert.estate.base import Tags


def text(value: object) -> str | None:
    """Return a non-empty string, None for anything else."""
    return value if isinstance(value, str) and value else None


def dig(value: Any, *path: str) -> Any:
    """Follow keys into nested objects; None where one is missing."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def document(value: object) -> str | None:
    """Return a policy document as JSON text; botocore hands it over as a dictionary where it can."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"))


def every(value: Any, *keys: str) -> Iterator[str]:
    """Yield every string that stands under one of `keys`, at any depth."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            if name in keys:
                yield from strings(item)
            else:
                yield from every(item, *keys)
    elif isinstance(value, list):
        for item in value:
            yield from every(item, *keys)


def strings(value: Any) -> Iterator[str]:
    """Yield a string, or every string of a list."""
    if isinstance(value, str) and value:
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """Return the values sorted, without repeats."""
    return tuple(sorted(set(values)))


def tag_list(items: object) -> Tags:
    """Return tags that AWS gives as a list of keys and values (`Key` or `key`)."""
    found: Tags = {}
    for item in items if isinstance(items, list) else ():
        key = item.get("Key", item.get("key"))
        if isinstance(key, str):
            found[key] = str(item.get("Value", item.get("value")) or "")
    return found


def tag_map(items: object) -> Tags:
    """Return tags that AWS gives as a map."""
    return dict(items) if isinstance(items, Mapping) else {}


def named_tag(tags: Tags | None, names: tuple[str, ...]) -> str | None:
    """Return the value of the first of `names` that is tagged and not blank; case is ignored."""
    folded = {key.casefold(): value for key, value in sorted((tags or {}).items())}
    return next(
        (value for name in names if (value := folded.get(name.casefold(), "").strip())), None
    )


def owner_and_purpose(tags: Tags | None, names: TagNames) -> tuple[str | None, str | None]:
    """Return what the tags say about owner and purpose."""
    return named_tag(tags, names.owner), named_tag(tags, names.purpose)
