"""Policy documents as texts and values: what they say, their digest, and how they are written."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def meaning(text: str | None) -> Any:
    """Return what a document says; its text where it is no JSON."""
    if text is None:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text


def fingerprint(text: str | None) -> str:
    """Return the SHA-256 of what a document says, whatever its white space and order of keys."""
    body = json.dumps(meaning(text), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(body.encode()).hexdigest()


def readable(text: str) -> str:
    """Return a document with one thing a line, in the order in which it was written."""
    found = meaning(text)
    return (found if isinstance(found, str) else json.dumps(found, indent=2)) + "\n"


def compact(document: Mapping[str, Any]) -> str:
    """Return the text of a document as it is sent to IAM."""
    return json.dumps(document, separators=(",", ":"))


def statements_of(document: Mapping[str, Any]) -> list[Any]:
    """Return the statements of a policy, also of one that holds a single one; none where it has none."""
    found = document.get("Statement")
    if isinstance(found, list | tuple):
        return list(found)
    return [] if found is None else [found]
