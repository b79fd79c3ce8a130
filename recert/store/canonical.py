"""The canonical form, for the rooms that build on the store."""

import hashlib

from recert.estate.canonical import canonical, digest, parse_strict

__all__ = ["canonical", "digest", "parse_strict", "sha256"]


def sha256(text: str) -> str:
    """Return the SHA-256 of a text that is canonical already."""
    return hashlib.sha256(text.encode("ascii")).hexdigest()
