"""Decisions that are on the screen and not in the store yet."""

import uuid
from collections import deque
from dataclasses import dataclass, field

from recert.campaigns.views import DecisionRequest, ItemLine


@dataclass(frozen=True, slots=True)
class Parcel:
    """One decision on its way, with the lines as they were before it, to go back to."""

    request: DecisionRequest
    before: tuple[ItemLine, ...]

    @property
    def items(self) -> tuple[str, ...]:
        """The items that it decides."""
        return self.request.items


@dataclass
class Outbox:
    """A queue that keeps the order of decisions: one is being stored, the others wait."""

    _waiting: deque[Parcel] = field(default_factory=deque)
    _sent: Parcel | None = None

    def put(self, parcel: Parcel) -> None:
        """Add a decision at the end."""
        self._waiting.append(parcel)

    def send(self) -> Parcel | None:
        """Return the decision to store now; None where one is being stored, or none waits."""
        if self._sent is not None or not self._waiting:
            return None
        self._sent = self._waiting.popleft()
        return self._sent

    def settled(self) -> Parcel | None:
        """Take out the decision that was being stored, stored or refused."""
        parcel, self._sent = self._sent, None
        return parcel

    def recall(self) -> Parcel | None:
        """Take back the decision that was put in last, where it has not been sent."""
        return self._waiting.pop() if self._waiting else None

    def is_last(self) -> bool:
        """Tell whether one decision waits, and none before it."""
        return len(self._waiting) == 1 and self._sent is None

    def holds(self, item: str) -> bool:
        """Tell whether a decision on an item is on its way."""
        parcels = [*self._waiting, *([self._sent] if self._sent else [])]
        return any(item in parcel.items for parcel in parcels)

    def __len__(self) -> int:
        """Return how many items wait to be stored."""
        parcels = [*self._waiting, *([self._sent] if self._sent else [])]
        return sum(len(parcel.items) for parcel in parcels)


def new_client_id() -> str:
    """Return an id that makes a repeated request harmless."""
    return uuid.uuid4().hex
