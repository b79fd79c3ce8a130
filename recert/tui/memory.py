"""Where a review was left, so that the next start goes on there."""

import json
import os
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recert.paths import ensure_private_dir, state_dir

FILE_NAME = "tui.json"
_LIMIT = 50


@dataclass(frozen=True, slots=True)
class Place:
    """A campaign and the item in it that the cursor was on."""

    campaign: str
    item: str | None = None


class Memory:
    """Remember a place for each store, in a file that may be missing, unreadable or stale.

    Nothing depends on it: a file that cannot be read is as good as none, and one that cannot be
    written is not written.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or state_dir() / FILE_NAME

    def recall(self, store: str) -> Place | None:
        """Return the place that was left last in a store."""
        last = self._load().get(store, {}).get("last")
        return Place(last, self._items(store).get(last)) if isinstance(last, str) else None

    def recall_item(self, store: str, campaign: str) -> str | None:
        """Return the item that the cursor was on in a campaign."""
        return self._items(store).get(campaign)

    def keep(self, store: str, place: Place) -> None:
        """Write a place down, whole or not at all."""
        content = self._load()
        items = self._items(store)
        items.pop(place.campaign, None)
        items[place.campaign] = place.item
        recent = dict(list(items.items())[-_LIMIT:])
        kept = {name: value for name, value in content.get(store, {}).items() if name == "group"}
        content[store] = {**kept, "last": place.campaign, "items": recent}
        self._save(content)

    def recall_grouping(self, store: str) -> str | None:
        """Return by what items were grouped last in a store, None where that was never chosen."""
        found = self._load().get(store, {}).get("group")
        return found if isinstance(found, str) else None

    def keep_grouping(self, store: str, group: str) -> None:
        """Write down by what items are grouped."""
        content = self._load()
        content[store] = {**content.get(store, {}), "group": group}
        self._save(content)

    def _save(self, content: dict[str, Any]) -> None:
        with suppress(OSError):
            ensure_private_dir(self._path.parent)
            handle, name = tempfile.mkstemp(dir=self._path.parent, prefix=".tui-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(content, file)
            Path(name).replace(self._path)

    def _items(self, store: str) -> dict[str, str | None]:
        items = self._load().get(store, {}).get("items", {})
        if not isinstance(items, dict):
            return {}
        return {str(k): v if isinstance(v, str) else None for k, v in items.items()}

    def _load(self) -> dict[str, Any]:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        if not isinstance(content, dict):
            return {}
        return {key: value for key, value in content.items() if isinstance(value, dict)}
