"""Tells a key that is pressed from a key that is held down."""

from dataclasses import dataclass, field
from enum import Enum

WINDOW = 0.150
"""Seconds after a verdict in which another one is ignored."""
LONGEST_DELAY = 0.700
"""Seconds that keyboards wait at most, by custom, before a held key begins to repeat."""
BURST = 3
"""Presses at the speed of a repeating key that give a held key away."""


class Press(Enum):
    """What a press of a verdict key is."""

    TAKEN = "taken"
    DOUBTFUL = "doubtful"
    """Taken for now; it may be the first repeat of a held key, so storing it must wait."""
    IGNORED = "ignored"
    HELD = "held"
    """Ignored, and the doubtful press before it was a repeat as well: take that one back."""


@dataclass
class HoldGuard:
    """Watch the instants (seconds, monotonic) of verdict keys; one guard for each review."""

    _last: float | None = None
    _key: str = ""
    _taken: float | None = None
    _doubtful: bool = False
    _burst: int = field(default=0)

    def press(self, key: str, at: float) -> Press:
        """Judge a press; each press, ignored or not, starts the window again."""
        last, self._last = self._last, at
        if last is not None and at - last < WINDOW:
            self._burst += 1
            if self._doubtful and key == self._key and self._burst >= BURST:
                self._doubtful = False
                return Press.HELD
            return Press.IGNORED
        soon = self._taken is not None and at - self._taken < LONGEST_DELAY
        self._doubtful = soon and key == self._key
        self._taken, self._key, self._burst = at, key, 1
        return Press.DOUBTFUL if self._doubtful else Press.TAKEN
