"""What an action of remediation came to: item by item, change by change, and whether that is all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recert.remediation.model import DONE, Change, Outcome, State

_GOOD: Mapping[str, frozenset[State]] = {
    "plan": DONE | {State.PLANNED, State.HANDED_OVER, State.CLAIMED, State.APPLIED},
    "apply": DONE | {State.APPLIED, State.HANDED_OVER},
    "verify": DONE,
    "rollback": frozenset(State) - {State.FAILED},
    "hand-over": DONE | {State.HANDED_OVER, State.APPLIED},
}
"""The states of an item in which nothing is left for the action."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an action came to; `dry_run` where nothing was written, `cancelled` where it was not confirmed."""

    campaign: str
    action: str
    items: tuple[Outcome, ...]
    changes: tuple[Change, ...] = ()
    dry_run: bool = False
    source: str | None = None
    snapshot: str | None = None
    requests: Mapping[str, Sequence[str]] | None = None
    successor: str | None = None
    cancelled: bool = False

    @property
    def complete(self) -> bool:
        """Whether every item is where the action wanted it.

        What an application had to send back to review is not, nor what nobody confirmed.
        """
        if self.cancelled or (self.action == "apply" and self.successor is not None):
            return False
        good = _GOOD[self.action]
        return all(one.state in good for one in self.items)

    @property
    def exit_code(self) -> int:
        """0 done, 3 done but incomplete."""
        return 0 if self.complete else 3

    @property
    def counts(self) -> dict[str, int]:
        """How many items are in each state."""
        found: dict[str, int] = {}
        for one in self.items:
            found[one.state.value] = found.get(one.state.value, 0) + 1
        return found

    def as_json(self) -> dict[str, Any]:
        """Return the report as `remediate` prints it."""
        told = self.requests or {}
        return {
            "campaign": self.campaign,
            "action": self.action,
            "dry_run": self.dry_run,
            "cancelled": self.cancelled,
            "complete": self.complete,
            "counts": self.counts,
            "items": [one.as_json() for one in self.items],
            "changes": [
                {**one.as_json(), "request_ids": list(told.get(one.id, ()))} for one in self.changes
            ],
            "source": self.source,
            "synthetic": self.source == "demo",
            "snapshot": self.snapshot,
            "successor": self.successor,
        }
