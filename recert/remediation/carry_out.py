"""Making one change: look, compare, write, read back; every call told before and after.

A change is in place when the look finds what it leads to, whoever made it so. So it does not
matter where an earlier run stopped: the next one looks, and goes on.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from recert.aws.executor import Call, Calls, Looks, WriteRefusedError
from recert.errors import AwsError
from recert.remediation.books import Books
from recert.remediation.levers import Seen, lever_of, same
from recert.remediation.model import Change, State
from recert.remediation.ownership import owner_of

Pause = Callable[[float], None]
_LOOKS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each look at what was written; AWS shows a write a little later."""
DRIFTED = "It changed since it was reviewed, so nothing was written. `recert sync` reads it again."


@dataclass(frozen=True, slots=True)
class Done:
    """Where a change stands after a run; `in_place` where the last look found it made."""

    state: State
    detail: str
    in_place: bool = False


class Carrier:
    """Makes changes through the calls of an account, and tells the books."""

    def __init__(self, calls: Calls, books: Books, pause: Pause) -> None:
        self._calls = calls
        self._looks = Looks(calls)
        self._books = books
        self._pause = pause

    def apply(self, change: Change) -> Done:
        """Make a change and say where its items stand; never raises for what AWS says."""
        try:
            done = self._apply(change)
        except WriteRefusedError as error:
            kept = State.FAILED if error.answered else State.CLAIMED
            done = Done(kept, f"{error.what} {error.remedy}".strip())
        except AwsError as error:
            done = Done(State.FAILED, f"{error.what} {error.remedy}".strip())
        self._books.settle(change, done.state, done.detail, in_place=done.in_place)
        return done

    def restore(self, change: Change, archived: str | None) -> Done:
        """Bring back what a change took away; never raises for what AWS says."""
        try:
            return self._restore(change, archived)
        except AwsError as error:
            return Done(State.FAILED, f"{error.what} {error.remedy}".strip())

    def look(self, change: Change) -> Seen:
        """Return what is there now."""
        return lever_of(change.operation).look(self._looks, change)

    # -- applying -----------------------------------------------------------------------------

    def _apply(self, change: Change) -> Done:
        lever = lever_of(change.operation)
        seen = self.look(change)
        if same(seen.text, change.after):
            return _made(change, "In place")
        if seen.text is None and change.before:
            return Done(State.GONE, f"{change.target.name} is not there any more.")
        untouched = not change.before or same(seen.text, change.before)
        if not untouched and not lever.under_way(change, seen, back=False):
            return Done(State.FAILED, DRIFTED)
        if change.items:
            tags = seen.tags if seen.tags is not None else lever.tags(self._looks, change)
            owner = owner_of(tags)
            if owner is not None:
                return Done(State.HANDED_OVER, f"{owner} owns it: change its source.")
        answered = self._write(change, lever.calls(self._looks, change, seen))
        if self._reads(change, change.after, answered=answered):
            return _made(change, "Applied")
        why = (
            "It was written, but reading it back shows something else."
            if answered
            else "A call was not answered, and reading it back does not show it."
        )
        return Done(State.CLAIMED, f"{why} Run this again.")

    def _write(self, change: Change, calls: Iterable[Call]) -> bool:
        """Make calls; stop at one that nobody answered, and tell whether there was none."""
        for call in calls:
            try:
                self._make(change, call)
            except WriteRefusedError as error:
                if error.answered:
                    raise
                return False
        return True

    def _reads(self, change: Change, wanted: str | None, *, answered: bool) -> bool:
        """Look until what was written shows; after a lost answer only for a little while."""
        for seconds in _LOOKS if answered else _LOOKS[:3]:
            if seconds:
                self._pause(seconds)
            if same(self.look(change).text, wanted):
                return True
        return False

    def _make(self, change: Change, call: Call) -> None:
        told = call.told if call.told is not None else call.params
        self._books.calling(change.id, call, told)
        try:
            made = self._calls.call(call.place, call.service, call.operation, call.params)
        except WriteRefusedError as error:
            outcome = "refused" if error.answered else "unknown"
            self._books.called(change.id, call.operation, outcome, code=error.code)
            raise
        self._books.called(change.id, call.operation, "done", request_id=made.request_id)

    # -- taking back --------------------------------------------------------------------------

    def _restore(self, change: Change, archived: str | None) -> Done:
        lever = lever_of(change.operation)
        seen = self.look(change)
        if same(seen.text, change.before):
            return Done(State.PLANNED, "It is as it was before.")
        if not same(seen.text, change.after) and not lever.under_way(change, seen, back=True):
            return Done(State.FAILED, "It changed since it was applied, so nothing was taken back.")
        answered = self._write(change, lever.back(self._looks, change, seen, archived))
        if self._reads(change, change.before, answered=answered):
            return Done(State.PLANNED, "Rolled back: it is as it was before.")
        return Done(State.FAILED, "It was written back, but reading it shows something else.")


def _made(change: Change, how: str) -> Done:
    if change.left:
        return Done(State.HANDED_OVER, f"{how} for the draft. {change.left}", in_place=True)
    return Done(State.APPLIED, f"{how}; the next reading verifies it.", in_place=True)
