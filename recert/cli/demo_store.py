"""The demo's own store: made once from the embedded recording, found again as it was left."""

from dataclasses import dataclass
from pathlib import Path

from recert.aws.keyring import Keyring
from recert.aws.recording import instants, load_points
from recert.aws.replay_source import ReplaySource
from recert.campaigns import people
from recert.cli import readings
from recert.cli.context import Run
from recert.demo import OWNER, PEOPLE, PERSONA, recording_path
from recert.demo.overlay import journal
from recert.errors import RecertError, UsageError
from recert.paths import demo_store
from recert.store.ledger import Actor
from recert.store.store import Store

KEY = Keyring(b"recert demo, a throw-away key!!!")
_MAKER = Actor(id=OWNER, strength="os")


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo as it stands."""

    store: Path
    agents: int
    events: int
    campaigns: tuple[str, ...]


def location(run: Run) -> Path:
    """Return where the demo's store lies: its own place, or what `--store` names."""
    named = run.options.get("store")
    return Path(str(named).removeprefix("sqlite:///")) if named else demo_store()


def reset(run: Run) -> None:
    """Remove the demo's store, and nothing that is anything else."""
    path = location(run)
    if not path.exists():
        return
    if path != demo_store():
        store = Store.open(path, clock=run.clock, create=False)
        synthetic = store.synthetic
        store.close()
        if not synthetic:
            raise UsageError(
                f"{path} is no store of the demo.", "Nothing was removed; name the demo's store."
            )
    path.unlink()
    journal(path).unlink(missing_ok=True)


def ensure(run: Run) -> Store:
    """Open the demo's store, after reading what of its timeline it does not hold yet."""
    store = run.open_store(location(run), create=True)
    if store.kind is not None and not store.synthetic:
        raise UsageError(
            f"{store.location} holds a real estate.", "The demo needs a store of its own."
        )
    path = recording_path()
    latest = store.latest_snapshot()
    seen = latest[1].taken_at if latest else None
    if seen is not None and seen >= instants(path)[-1]:
        return store
    if seen is None:
        _introduce(run, store)
    points = [one for one in load_points(path) if seen is None or one.at > seen]
    source = ReplaySource(points[0], synthetic=True)
    for point in points:
        source.turn_to(point)
        readings.keep(run, store, readings.take(run, source, keyring=KEY), actor=_MAKER)
        if point is points[0] and seen is None:
            _bind(store)
    return store


def describe(run: Run, store: Store) -> Demo:
    """Return what `recert demo --no-tui` prints."""
    found = store.latest_snapshot()
    if found is None:
        raise RecertError("The demo holds no reading.", "Run `recert demo --reset`.")
    service = run.campaigns(store)
    return Demo(
        store=store.location,
        agents=len(found[1].agents),
        events=len(service.events()),
        campaigns=tuple(view.id for view in service.campaigns()),
    )


def _introduce(run: Run, store: Store) -> None:
    """Make the people of the demo known; who runs it stands in for its persona."""
    stated = str(run.settings.user.value or "").strip()
    stands_in = bool(stated) and stated not in {person.id for person in PEOPLE}
    known = [
        people.Person(
            id=stated if stands_in and person.id == PERSONA else person.id,
            name=f"{stated}, as {person.name}"
            if stands_in and person.id == PERSONA
            else person.name,
            roles=person.roles,
            aliases=(person.id,) if stands_in and person.id == PERSONA else (),
        )
        for person in PEOPLE
    ]
    people.add(store, known, clock=run.clock, actor=_MAKER)


def _bind(store: Store) -> None:
    """Enrol the first key of the demo, which vouches for every other one: a throw-away key."""
    from recert.evidence import throwaway  # noqa: PLC0415 - only a new demo needs it

    throwaway.signer(store, OWNER, vouching=OWNER, actor=_MAKER)
