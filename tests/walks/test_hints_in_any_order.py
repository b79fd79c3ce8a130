"""However the hints of a queue are ordered and repeated, the same is asked, and nothing is lost."""

import random
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aws_demo import KEY, tape
from cloudtrail import envelope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from recert.analysis import fingerprint
from recert.aws.collect.run import collect
from recert.aws.collect.scoped import LIMIT
from recert.aws.interface import Options, Scope
from recert.aws.keyring import Keyring
from recert.aws.queue import Message
from recert.aws.watch import Watcher
from recert.campaigns.intake import record_reading
from recert.cli.context import Run
from recert.cli.watched import Watched
from recert.clock import FixedClock, SystemClock
from recert.errors import StoreError
from recert.estate.estate import Estate
from recert.estate.splice import splice
from recert.lifecycle import Event, compare, roles_behind
from recert.store.ledger import Actor
from recert.store.store import Store
from recert.store.tables import CampaignRow, ItemRow

HR = "arn:aws:bedrock:us-east-1:111122223333:agent/EWRT25DKQ6"
ME = Actor(id="kim", strength="os")


class Memory:
    """A queue in memory that delivers what it is told, in its order, and again what was kept."""

    url = "memory"

    def __init__(self, batches: list[tuple[Message, ...]]) -> None:
        self.batches = batches
        self.deleted: set[str] = set()

    def receive(self, wait: int = 20) -> tuple[Message, ...]:
        if wait == 0:
            return ()
        return self.batches.pop(0) if self.batches else ()

    def delete(self, messages: Any) -> None:
        self.deleted |= {one.id for one in messages}

    def extend(self, messages: Any, seconds: int = 90) -> None: ...

    def holding(self, messages: Any) -> Any:
        return pytest.MonkeyPatch.context()


def watched(store: Store, readings: tuple[Estate, ...], bodies: list[str], size: int) -> list[str]:
    """Watch some messages over what AWS shows at each reading; return what the campaigns ask."""
    shown = iter(readings[1:])
    last = [readings[0]]

    def sync(_: object) -> dict[str, Any]:
        last[0] = next(shown, last[0])
        taken = record_reading(store, last[0], api_calls=1, clock=SystemClock(), actor=ME)
        return {"events": taken.events, "campaigns": taken.campaigns, "coverage": {"gaps": []}}

    messages = [Message(str(n), str(n), body, 1) for n, body in enumerate(bodies)]
    batches = [tuple(messages[i : i + size]) for i in range(0, len(messages), size)]
    queue = Memory(batches)
    Watcher(
        queue=queue,
        sync=sync,
        scope_of=lambda _: None,
        last_whole=lambda: last[0].taken_at,
        keep_aside=lambda _: None,
        clock=SystemClock(),
        say=lambda _: None,
    ).run(once=True)
    assert queue.deleted == {one.id for one in messages}
    return asked(store)


def asked(store: Store) -> list[str]:
    with store.read() as session:
        names = {row.id: row.name for row in session.exec(select(CampaignRow))}
        return sorted(
            f"{names[item.campaign]} {item.agent} {item.kind} {item.subject} {item.state}"
            for item in session.exec(select(ItemRow))
        )


BODIES = [
    envelope("AssociateAgentKnowledgeBase", eventID="1"),
    envelope("PutRolePolicy", "iam", eventID="2"),
    envelope("UpdateAgentAlias", eventID="3"),
]


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_shuffled_and_repeated_queue_gives_the_same_campaigns(
    readings: tuple[Estate, ...], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    repeated = BODIES + data.draw(st.lists(st.sampled_from(BODIES), max_size=3))
    shuffled = data.draw(st.permutations(repeated))
    size = data.draw(st.integers(1, 4))
    results = []
    for bodies, chunk in ((BODIES, len(BODIES)), (shuffled, size)):
        folder = tmp_path_factory.mktemp("watched")
        store = Store.open(folder / "s.db", clock=SystemClock())
        record_reading(store, readings[0], api_calls=1, clock=SystemClock(), actor=ME)
        results.append(watched(store, readings, list(bodies), chunk))
        store.close()
    assert results[0] == results[1]
    assert results[0]


def test_nothing_is_deleted_that_could_not_be_set_aside() -> None:
    def full(_: object) -> None:
        raise StoreError("The disk is full.", "Make room.")

    queue = Memory([(Message("1", "1", "x", 1),)])
    watcher = Watcher(
        queue=queue,
        sync=lambda _: {},
        scope_of=lambda _: None,
        last_whole=lambda: None,
        keep_aside=full,
        clock=FixedClock(datetime.now(UTC) + timedelta(days=1)),
        say=lambda _: None,
    )
    with pytest.raises(StoreError):
        watcher.run(once=True)
    assert queue.deleted == set()


def test_what_is_read_of_one_agent_is_what_a_whole_reading_says_of_it(
    readings: tuple[Estate, ...],
) -> None:
    before, after = readings
    scope = frozenset({HR})
    options = Options(usage=False, scope=Scope(scope, buckets=True))
    part = collect(tape(), clock=SystemClock(), keyring=Keyring(KEY), options=options)
    roles = roles_behind(scope, before, part.estate)
    spliced = splice(before, part.estate, scope, roles=roles, limit=LIMIT)

    def of_hr(events: tuple[Event, ...]) -> set[tuple[str, str, str, bool]]:
        return {one.key for one in events if one.agent == HR and one.kind != "coverage.gap"}

    assert of_hr(compare(before, spliced)) == of_hr(compare(before, after))
    assert fingerprint(spliced, HR) == fingerprint(after, HR)
    assert compare(spliced, splice(spliced, part.estate, scope, roles=roles, limit=LIMIT)) == ()
    assert spliced.whole_at == before.taken_at


NAMED = [
    envelope("UpdateAgent", eventID="1", requestParameters={"agentId": "EWRT25DKQ6"}),
    envelope("PutRolePolicy", "iam", eventID="2", requestParameters={"roleName": "web"}),
    envelope("TagResource", eventID="3", requestParameters={"resourceArn": "EP81K2R9ZA"}),
    "poison",
]


@pytest.mark.parametrize("seed", [1, 2])
def test_hints_of_single_agents_shuffled_and_repeated_give_the_same_campaigns(
    live_store: Path, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Each order works on a store of its own, and reads what each hint names from AWS as it is now."""
    chance = random.Random(seed)
    shuffled = chance.sample([*NAMED, *NAMED], 2 * len(NAMED))
    size = chance.randint(1, 4)
    results = []
    for bodies, chunk in ((NAMED, 1), (shuffled, size)):
        place = tmp_path_factory.mktemp("named") / "live.db"
        shutil.copy(live_store, place)
        run = Run({"store": str(place), "quiet": True})
        opened = Store.open(place, clock=SystemClock(), create=False)
        watched = Watched(run, opened, tape, lambda: False)
        messages = [Message(str(n), str(n), body, 1) for n, body in enumerate(bodies)]
        queue = Memory([tuple(messages[i : i + chunk]) for i in range(0, len(messages), chunk)])
        tally = Watcher(
            queue=queue,
            sync=watched.sync,
            scope_of=watched.scope_of,
            last_whole=watched.last_whole,
            keep_aside=watched.keep_aside,
            clock=SystemClock(),
            say=lambda _: None,
        ).run(once=True)
        assert queue.deleted == {one.id for one in messages}
        assert tally.whole_readings == 0
        results.append(asked(opened))
        opened.close()
    assert results[0] == results[1]
    assert {line.partition(":")[0] for line in results[0]} == {
        "hr-assistant", "insurance-claims-agent",
    }  # fmt: skip
