"""Watching a queue: a hint means that what it concerns is read again, compared, and acted upon.

Messages are deleted only after what they asked for is in the store, so that a crash loses none.
A repeated or late message leads to a reading that finds nothing new; one that is older than the
last reading of everything needs none.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from recert.aws.hints import Hint, HintError, read_hint
from recert.aws.interface import ReadingCancelledError
from recert.aws.queue import LONGEST_POLL, Message
from recert.aws.stop import Stop
from recert.clock import Clock, to_rfc3339
from recert.text import plural, visible

_MOST_HELD = 200
_KEPT_CHARACTERS = 4096
Scope = frozenset[str] | None
"""The agents to read again by ARN; None is everything."""
_SETTLING = timedelta(seconds=60)
"""A reading shows a change for certain that was made this long before it began."""


class HintQueue(Protocol):
    """What a watcher needs of a queue."""

    url: str

    def receive(self, wait: int = ...) -> tuple[Message, ...]:
        """Return messages, waiting for the first."""
        ...

    def delete(self, messages: Sequence[Message]) -> None:
        """Delete what is done with."""
        ...

    def extend(self, messages: Sequence[Message], seconds: int = ...) -> None:
        """Hold messages for another while, or hand them back."""
        ...

    def holding(self, messages: Sequence[Message]) -> Any:
        """Hold messages while the work on them lasts."""
        ...


@dataclass(slots=True)
class WatchTally:
    """What was watched so far; `campaigns` were opened or extended."""

    received: int = 0
    acted_upon: int = 0
    already_read: int = 0
    not_watched: int = 0
    not_concerned: int = 0
    set_aside: int = 0
    readings: int = 0
    whole_readings: int = 0
    events: int = 0
    gaps: int = 0
    campaigns: list[str] = field(default_factory=list)
    poison: list[dict[str, str]] = field(default_factory=list)

    def took(self, taken: Mapping[str, Any], scope: Scope) -> None:
        """Add what a reading brought."""
        self.readings += 1
        self.whole_readings += scope is None
        self.events += taken["events"]
        self.gaps = len(taken["coverage"]["gaps"])
        self.campaigns += [one for one in taken["campaigns"] if one not in self.campaigns]

    def as_json(self) -> dict[str, Any]:
        """Return the tally as a JSON value."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Aside:
    """A message that no hint could be taken from; `body` is its beginning."""

    at: str
    queue: str
    message: str
    reason: str
    received: int
    characters: int
    sha256: str
    body: str


@dataclass(slots=True)
class Watcher:
    """Reads a queue and acts; `sync` reads some agents, keeps it and returns what `sync` prints.

    `scope_of` tells which agents a hint concerns, `last_whole` when everything was last read;
    `keep_aside` keeps a message that no hint can be taken from; `idle` is called between messages.
    """

    queue: HintQueue
    sync: Callable[[Scope], Mapping[str, Any]]
    scope_of: Callable[[Hint], Scope]
    last_whole: Callable[[], datetime | None]
    keep_aside: Callable[[Aside], None]
    clock: Clock
    say: Callable[[str], None]
    idle: Callable[[], None] = lambda: None
    stop: Stop = field(default_factory=Stop)
    tally: WatchTally = field(default_factory=WatchTally)

    def run(self, *, once: bool = False) -> WatchTally:
        """Watch until a signal comes, or with `once` until the queue is empty."""
        while not self.stop():
            messages = self._receive(1 if once else LONGEST_POLL)
            if messages:
                self._handle(messages)
            elif once:
                break
            self.idle()
        return self.tally

    def _receive(self, wait: int) -> tuple[Message, ...]:
        """Return what is there, whole bursts at once: one reading answers for all of it."""
        found: list[Message] = []
        with self.stop.waiting():
            found += self.queue.receive(wait)
            while found and len(found) < _MOST_HELD:
                more = self.queue.receive(0)
                if not more:
                    break
                found += more
        return tuple(found)

    def _handle(self, messages: tuple[Message, ...]) -> None:
        self.tally.received += len(messages)
        hints: dict[Message, Hint] = {}
        for message in messages:
            try:
                hints[message] = read_hint(message.body)
            except HintError as error:
                self._set_aside(message, str(error))
        self.queue.delete([one for one in messages if one not in hints])
        idle = {one for one, hint in hints.items() if not hint.watched}
        self.tally.not_watched += len(idle)
        last = self.last_whole()
        late = {
            one
            for one, hint in hints.items()
            if one not in idle and last is not None and hint.at + _SETTLING < last
        }
        self.tally.already_read += len(late)
        self.queue.delete([*idle, *late])
        self._act([one for one in hints if one not in idle and one not in late], hints)

    def _act(self, held: list[Message], hints: Mapping[Message, Hint]) -> None:
        """Read what the messages concern, all of it at once."""
        scopes = {one: self.scope_of(hints[one]) for one in held}
        empty = [one for one in held if scopes[one] == frozenset()]
        self.tally.not_concerned += len(empty)
        self.queue.delete(empty)
        held = [one for one in held if scopes[one] != frozenset()]
        if not held:
            return
        scope = _joined(scopes[one] for one in held)
        try:
            with self.queue.holding(held):
                taken = self.sync(scope)
        except ReadingCancelledError:
            self.queue.extend(held, 0)
            return
        self.tally.took(taken, scope)
        self.tally.acted_upon += len(held)
        self.queue.delete(held)
        names = ", ".join(sorted({hints[one].name for one in held}))
        opened = ", ".join(taken["campaigns"]) or "no campaign"
        self.say(f"{names}: {plural(taken['events'], 'event')}, {opened}")

    def _set_aside(self, message: Message, reason: str) -> None:
        """Keep a message that says nothing, with the reason; raises StoreError."""
        digest = hashlib.sha256(message.body.encode("utf-8", "surrogatepass")).hexdigest()
        self.keep_aside(
            Aside(
                at=to_rfc3339(self.clock.now()),
                queue=self.queue.url,
                message=message.id,
                reason=reason,
                received=message.received,
                characters=len(message.body),
                sha256=digest,
                body=storable(message.body[:_KEPT_CHARACTERS]),
            )
        )
        self.tally.set_aside += 1
        if len(self.tally.poison) < _MOST_HELD:
            self.tally.poison.append({"message": message.id, "reason": reason})
        self.say(f"Set aside message {visible(message.id)}: {reason}")


def storable(text: str) -> str:
    """Return a text as any database can keep it: without NUL and lone surrogates."""
    return (
        text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode("utf-8")
    )


def _joined(scopes: Iterable[Scope]) -> Scope:
    """Return one scope for several; where one asks for everything, so does the whole."""
    found: set[str] = set()
    for scope in scopes:
        if scope is None:
            return None
        found |= scope
    return frozenset(found)
