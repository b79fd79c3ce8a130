"""For whom a service acts, on which store, and by which clock."""

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager

from recert.analysis import Catalogue
from recert.campaigns.asking import Ask, asking
from recert.campaigns.deadlines import Calendar
from recert.campaigns.estates import Readings
from recert.campaigns.scene import Scene, make_scene
from recert.campaigns.views import Caller
from recert.clock import Clock, to_rfc3339
from recert.lifecycle import TriggerPolicy
from recert.store.ledger import Actor
from recert.store.store import Store
from recert.store.transaction import Transaction


class Base:
    """One store for one caller; each write is one transaction."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        caller: Caller,
        policy: TriggerPolicy | None = None,
        *,
        catalogue: Catalogue | None = None,
        actor: Actor | None = None,
        calendar: Calendar | None = None,
    ) -> None:
        self.store = store
        self.clock = clock
        self.caller = caller
        self.policy = policy or TriggerPolicy()
        self.actor = actor or Actor(id=caller.id, strength=caller.strength.value)
        self.calendar = calendar or Calendar()
        self._catalogue = catalogue
        self._readings = Readings(store)

    def _write(self) -> AbstractContextManager[Transaction]:
        return self.store.write(self.actor, clock=self.clock)

    @contextlib.contextmanager
    def _scene(self, ask: Ask | None) -> Iterator[tuple[Transaction, Scene]]:
        snapshot, estate = self._readings.current()
        chosen = ask or asking(self._catalogue)
        with self._write() as tx:
            yield (
                tx,
                make_scene(tx, snapshot, estate, chosen, self._catalogue, calendar=self.calendar),
            )

    def _now(self) -> str:
        return to_rfc3339(self.clock.now())
