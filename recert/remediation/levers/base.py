"""The form of a lever: look at a thing, and name the calls from how it is to how it shall be.

A lever makes no call that changes anything: it yields them one by one, so that whoever carries them
out can tell each before it is made. What it yields depends on what it sees, so that a run that
stopped anywhere is gone on with by looking again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from recert.aws.executor import Call, Looks, Managed
from recert.remediation.documents import fingerprint
from recert.remediation.model import Change


@dataclass(frozen=True, slots=True)
class Seen:
    """A thing as a look finds it: `text` is None where it is not there.

    `tags` are those that say who owns it, None where the look did not bring them along; `found` is
    what else the calls need to know.
    """

    text: str | None
    tags: Mapping[str, str] | None = None
    managed: Managed | None = None
    found: Any = None


class Lever(Protocol):
    """Moves one kind of thing, and back."""

    def look(self, looks: Looks, change: Change) -> Seen:
        """Return what is there now."""
        ...

    def tags(self, looks: Looks, change: Change) -> Mapping[str, str]:
        """Return the tags that say who owns it, where the look does not bring them along."""
        ...

    def calls(self, looks: Looks, change: Change, seen: Seen) -> Iterable[Call]:
        """Yield the calls that lead from what is there to `change.after`."""
        ...

    def back(
        self, looks: Looks, change: Change, seen: Seen, archived: str | None
    ) -> Iterable[Call]:
        """Yield the calls that lead back to `change.before`; `archived` is the text as it was kept."""
        ...

    def under_way(self, change: Change, seen: Seen, *, back: bool) -> bool:
        """Tell whether a run stopped between the calls of this change, or of its taking back."""
        ...


class OneText:
    """What levers have in common whose thing is one text, put in place by one call."""

    def tags(self, _looks: Looks, _change: Change) -> Mapping[str, str]:
        """Return no tags: those of the plan are all there are."""
        return {}

    def under_way(self, _change: Change, _seen: Seen, *, back: bool) -> bool:  # noqa: ARG002 - as the form has it
        """Tell that nothing lies between before and after."""
        return False


def same(one: str | None, other: str | None) -> bool:
    """Tell whether two texts say the same; None is *not there*."""
    if one is None or other is None:
        return one is other
    return fingerprint(one) == fingerprint(other)
