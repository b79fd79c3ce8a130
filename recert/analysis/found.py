"""What the searches for risks hand over."""

from dataclasses import dataclass, field
from typing import Any

from recert.analysis.crosswalk import Entry


@dataclass(frozen=True, slots=True)
class Found:
    """A risk before it has an id; `subject` tells two of one kind and one agent apart.

    `frameworks` are entries that this one has beside those of its kind.
    """

    kind: str
    severity: str
    agent: str | None
    subject: str
    detail: str
    remedy: str
    evidence: dict[str, Any] = field(default_factory=dict)
    frameworks: tuple[Entry, ...] = ()
