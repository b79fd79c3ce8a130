"""What a review asks about: the form in which analysis hands its findings to campaigns."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ReviewSubject:
    """One thing that a reviewer must decide about one agent.

    `kind` is `permission`, `attachment`, `trust`, `invoker`, `integration`, `stewardship` or
    `unread`. `subject` stays the same across readings as long as it is the same thing (a grant's
    key, a principal, an integration's id). `basis` is what a decision rests on: its digest decides
    staleness. `shown` is everything else that the reviewer sees (usage, meaning, recommendation).
    `grant` has the shape of the `permissions` command, None for other kinds. `rank` orders a
    review, lowest first. All values are canonical JSON values.
    """

    kind: str
    agent: str | None
    subject: str
    title: str
    basis: dict[str, Any]
    shown: dict[str, Any] = field(default_factory=dict)
    grant: dict[str, Any] | None = None
    service: str = ""
    level: str = ""
    privileged: bool = False
    rank: int = 0
    recommendation: str = "look"
    reason: str = ""
