"""What a comparison of two estates yields."""

from enum import StrEnum
from typing import Any

from recert.estate.base import Frozen, Instant


class Severity(StrEnum):
    """How much a change matters, lowest first."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Return 0 for low up to 3 for critical."""
        return list(Severity).index(self)

    def raised(self) -> "Severity":
        """Return the next higher severity, critical for critical."""
        return list(Severity)[min(self.rank + 1, 3)]


class Event(Frozen):
    """One change of one agent.

    `kind` is `thing.change` (`action_group.added`). `subject` names the thing that changed (an
    id, an ARN), so that two things of one kind are two events. `before` and `after` hold only the
    values that differ. `live` tells whether it reaches what runs. `how` says in words how we know.
    """

    agent: str
    kind: str
    severity: Severity
    live: bool
    subject: str = ""
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    detected_at: Instant
    how: str = ""

    @property
    def key(self) -> tuple[str, str, str, bool]:
        """Return what makes two events of one comparison the same."""
        return (self.agent, self.kind, self.subject, self.live)
