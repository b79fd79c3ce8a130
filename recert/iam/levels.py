"""Access levels of actions, and the letters under which the packaged catalogue keeps them.

A level is a label, not the truth about an action: a read can release a credential, and a write can
be harmless. Risk is ranked from the marks beside it (`Marks`), the level orders a list.
"""

from dataclasses import dataclass
from enum import StrEnum


class AccessLevel(StrEnum):
    """How AWS classes what an action does, mildest first, after recert's own corrections."""

    LIST = "List"
    READ = "Read"
    TAGGING = "Tagging"
    WRITE = "Write"
    PERMISSIONS = "Permissions management"
    UNKNOWN = "Unknown"


LETTERS = {
    "L": AccessLevel.LIST,
    "R": AccessLevel.READ,
    "T": AccessLevel.TAGGING,
    "W": AccessLevel.WRITE,
    "P": AccessLevel.PERMISSIONS,
}


@dataclass(frozen=True, slots=True)
class Marks:
    """What a level does not show of an action.

    `releases_credentials`: usable credentials come back or are made for the caller.
    `reads_data`: what a customer has stored comes back. `delegates`: another principal carries the
    action out, so that its permissions count too.
    """

    releases_credentials: bool = False
    reads_data: bool = False
    delegates: bool = False

    @classmethod
    def from_digit(cls, digit: str) -> "Marks":
        """Read the digit that the packaged catalogue keeps for an action."""
        bits = int(digit)
        return cls(bool(bits & 1), bool(bits & 2), bool(bits & 4))
