"""How sensitive data is, by the tags that people put on what holds it."""

from collections.abc import Mapping

CLASS_KEYS = (
    "data-classification",
    "dataclassification",
    "data-class",
    "classification",
    "sensitivity",
    "data-sensitivity",
)
_RANKS = {
    "public": 1,
    "open": 1,
    "internal": 2,
    "private": 3,
    "confidential": 3,
    "sensitive": 3,
    "pii": 4,
    "phi": 4,
    "pci": 4,
    "restricted": 4,
    "highly-confidential": 4,
    "secret": 5,
    "top-secret": 5,
}
_UNNAMED = 2


def class_of(tags: Mapping[str, str]) -> str | None:
    """Return the value of the classification tag in lower case, None where there is none."""
    named = {_plain(key): value for key, value in tags.items()}
    for key in CLASS_KEYS:
        if named.get(key, "").strip():
            return _plain(named[key])
    return None


def class_rank(name: str | None) -> int:
    """Return 0 for no class up to 5 for the most sensitive; an unknown name counts as internal."""
    if name is None:
        return 0
    return _RANKS.get(name, _UNNAMED)


def _plain(text: str) -> str:
    return text.strip().lower().replace("_", "-").replace(" ", "-").rpartition(":")[2]
