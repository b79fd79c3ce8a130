"""What the searches for risks hand over."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Found:
    """A risk before it has an id; `subject` tells two of one kind and one agent apart."""

    kind: str
    severity: str
    agent: str | None
    subject: str
    detail: str
    remedy: str
    evidence: dict[str, Any] = field(default_factory=dict)
