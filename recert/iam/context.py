"""What is known about a request beyond its action and resource: the condition keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct, field

Value = str | tuple[str, ...]
"""One value of a single-valued key, or all values of a multi-valued one."""

NO: Final = 0
YES: Final = 1
MAYBE: Final = 2


class Context(Struct, frozen=True, gc=False):
    """Condition keys in lower case; build it with `context_of`.

    Where the context is not `complete`, a key without a value is unknown unless it is in `absent`.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    complete: bool = True
    absent: frozenset[str] = frozenset()

    def missing(self) -> int:
        """Return what a key without a value is worth when nothing is known of it: NO or MAYBE."""
        return NO if self.complete else MAYBE

    def unknown(self, key: str) -> bool:
        """Tell whether the lower-case key may have a value that nobody told us."""
        return not self.complete and key not in self.values and key not in self.absent


EMPTY: Final = Context()
UNKNOWN: Final = Context(complete=False)


def context_of(
    entries: Mapping[str, Value], *, complete: bool = True, absent: Iterable[str] = ()
) -> Context:
    """Build a context from keys in any case; two spellings of one key are one, the last counts."""
    return Context(
        {key.lower(): value for key, value in entries.items()},
        complete,
        frozenset(key.lower() for key in absent),
    )
