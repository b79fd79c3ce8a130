"""What a watcher works on: the store, the last reading in it, and AWS to read again."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from recert.aws.collect.run import collect
from recert.aws.collect.scoped import LIMIT
from recert.aws.hints import Hint
from recert.aws.interface import AwsSource, Scope
from recert.aws.keyring import load_keyring
from recert.aws.watch import Aside
from recert.campaigns.estates import latest_id
from recert.campaigns.preparing import launch_due
from recert.cli import readings
from recert.cli.context import Run
from recert.cli.settings import trigger_policy
from recert.estate.estate import Estate
from recert.estate.splice import splice
from recert.lifecycle import concerned, roles_behind
from recert.store import set_aside
from recert.store.store import Store


class Watched:
    """Reads what hints concern, and keeps it in a store.

    The last reading stays unpacked for as long as nobody else writes a newer one.
    """

    def __init__(
        self,
        run: Run,
        store: Store,
        open_source: Callable[[], AwsSource],
        cancelled: Callable[[], bool],
    ) -> None:
        self._run, self._store = run, store
        self._open, self._cancelled = open_source, cancelled
        self._keyring = load_keyring()
        self._policy = trigger_policy(run.settings)
        self._known: tuple[str, Estate] | None = None

    def last_whole(self) -> datetime | None:
        """Return when the last reading of everything began, None where there is none."""
        last = self._last()
        return None if last is None else last.whole_at or last.taken_at

    def scope_of(self, hint: Hint) -> frozenset[str] | None:
        """Return the agents that a hint concerns, None where everything has to be read."""
        last = self._last()
        if last is None:
            return None
        place = (hint.account, hint.region)
        return concerned(last, source=hint.source, call=hint.name, place=place, names=hint.names)

    def sync(self, scope: frozenset[str] | None) -> Mapping[str, Any]:
        """Read some agents, or everything, and record it as one reading of everything."""
        last = self._last()
        options = readings.reading_options(self._run.settings)
        if scope is not None and last is not None:
            options = replace(options, usage=False, scope=Scope(scope, buckets=True))
        reading = collect(
            self._open(),
            clock=self._run.clock,
            keyring=self._keyring,
            options=options,
            cancelled=self._cancelled,
        )
        reading = readings.owned(self._run.settings, reading)
        if scope is not None and last is not None:
            roles = roles_behind(scope, last, reading.estate)
            whole = splice(last, reading.estate, scope, roles=roles, limit=LIMIT)
            reading = replace(reading, estate=whole)
        return readings.keep(self._run, self._store, reading)

    def launch_due(self) -> None:
        """Launch campaigns whose window or quiet hours are over."""
        if not self._policy.window and self._policy.quiet is None:
            return
        with self._store.write(self._run.actor(self._store)) as tx:
            launch_due(tx, self._policy)

    def keep_aside(self, message: Aside) -> None:
        """Keep a message that no hint could be taken from; raises StoreError."""
        with self._store.write(self._run.actor(self._store)) as tx:
            set_aside.keep(tx.session, asdict(message))

    def _last(self) -> Estate | None:
        newest = self._newest()
        if newest is None:
            return None
        if self._known is None or self._known[0] != newest:
            found = self._store.snapshot(newest)
            self._known = (newest, found[1]) if found is not None else None
        return self._known[1] if self._known is not None else None

    def _newest(self) -> str | None:
        with self._store.read() as session:
            return latest_id(session)
