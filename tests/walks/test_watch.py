"""Watching a queue of another AWS: what arrives is read again, acted upon once, and never lost."""

import contextlib
import json
import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from recert.analysis import fingerprint
from recert.aws.collect.run import collect
from recert.aws.collect.scoped import LIMIT
from recert.aws.hints import WATCHED, HintError, event_pattern, event_rule, read_hint
from recert.aws.interface import Options, Scope
from recert.aws.keyring import Keyring
from recert.aws.queue import Message, Queue, queue_arn, queue_region
from recert.aws.recording import load_recording
from recert.aws.replay_source import ReplaySource
from recert.aws.watch import Watcher
from recert.campaigns.intake import record_reading
from recert.cli import readings
from recert.cli.context import Run
from recert.cli.watched import Watched
from recert.clock import FixedClock, SystemClock
from recert.demo import recording_path
from recert.errors import StoreError
from recert.estate.estate import Estate, Source
from recert.estate.splice import splice
from recert.lifecycle import Event, compare, roles_behind
from recert.store.ledger import Actor
from recert.store.store import Store
from recert.store.tables import CampaignRow, ItemRow

Recert = Callable[..., Any]
LATER = "2027-01-01T00:00:00Z"
ME = Actor(id="kim", strength="os")


def envelope(
    name: str = "UpdateAgent", source: str = "bedrock", at: str = LATER, **detail: Any
) -> str:
    """Return an event as EventBridge delivers it."""
    told = {
        "eventID": f"{name}-1",
        "eventName": name,
        "eventSource": f"{source}.amazonaws.com",
        "eventTime": at,
        "awsRegion": "us-east-1",
        **detail,
    }
    return json.dumps(
        {
            "version": "0",
            "id": "x",
            "detail-type": "AWS API Call via CloudTrail",
            "source": f"aws.{source}",
            "time": at,
            "region": "us-east-1",
            "detail": told,
        }
    )


class Tape(ReplaySource):
    """A recording that answers in the place of AWS."""

    def source(self) -> Source:
        return Source(kind="live", caller_arn="arn:aws:sts::111122223333:assumed-role/reader/x")


@pytest.fixture
def url(moto: str) -> str:
    assert moto
    name = f"q{time.monotonic_ns()}"
    return str(boto3.client("sqs").create_queue(QueueName=name)["QueueUrl"])


def points() -> tuple[datetime, ...]:
    return load_recording(recording_path()).points


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a store that holds the first point of the demo; the second is what AWS shows now."""
    path = tmp_path / "live.db"
    first = Tape(load_recording(recording_path(), points()[-2]))
    key = tmp_path / "data" / "recert" / "concealment.key"
    key.parent.mkdir(parents=True)
    key.write_bytes(b"k" * 32)
    key.chmod(0o600)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    reading = collect(first, clock=SystemClock(), keyring=Keyring(b"k" * 32))
    opened = Store.open(path, clock=SystemClock())
    record_reading(opened, reading.estate, api_calls=1, clock=SystemClock(), actor=ME)
    opened.close()
    monkeypatch.setattr(
        readings, "live", lambda *_, **__: Tape(load_recording(recording_path(), points()[-1]))
    )
    return path


def test_the_rule_matches_what_is_watched_and_the_event_opens_a_campaign(
    recert: Recert, store: Path, url: str
) -> None:
    events, arn = boto3.client("events"), queue_arn(url, "us-east-1")
    rule = event_rule(arn)
    events.put_rule(**rule["rule"])
    events.put_targets(Rule=rule["rule"]["Name"], Targets=rule["targets"])
    for name, detail in (
        ("AssociateAgentKnowledgeBase", {}),
        ("GetAgent", {}),
        ("UpdateAgent", {"errorCode": "AccessDenied"}),
    ):
        told = json.loads(envelope(name, **detail))
        entry = {
            "Source": told["source"],
            "DetailType": told["detail-type"],
            "Detail": json.dumps(told["detail"]),
        }
        events.put_events(Entries=[entry])
    done = recert("--store", store, "watch", "--queue", url, "--once", "--json")
    assert done.code == 3, done.err
    found = done.json()
    assert (found["received"], found["acted_upon"], found["readings"]) == (1, 1, 1)
    assert found["events"] > 0
    assert found["campaigns"]
    items = recert("--store", store, "items", found["campaigns"][0], "--json").json()["items"]
    assert items


def test_repeats_late_and_poisonous_messages_end_in_one_campaign_and_a_record(
    recert: Recert, store: Path, url: str
) -> None:
    sqs = boto3.client("sqs")
    for body in (
        envelope("PutRolePolicy", "iam"),
        envelope("PutRolePolicy", "iam"),
        envelope("UpdateAgent", at="2020-01-01T00:00:00Z"),
        envelope("ListAgents"),
        "not json \x1b[31m",
        "[" * 100_000,
        json.dumps({"detail-type": "Scheduled Event", "detail": {}}),
    ):
        sqs.send_message(QueueUrl=url, MessageBody=body.replace("\x1b", "^"))
    done = recert("--store", store, "watch", "--queue", url, "--once", "--json")
    found = done.json()
    assert found["received"] == 7
    assert found["acted_upon"] == 2
    assert (found["already_read"], found["not_watched"], found["set_aside"]) == (1, 1, 3)
    assert found["readings"] == 1, "one burst is one reading"
    aside = recert("--store", store, "watch", "--set-aside", "--json").json()["set_aside"]
    assert min(one["reason"] for one in aside).startswith("It is no EventBridge event")
    assert [one["message"] for one in aside] == [one["message"] for one in found["poison"]]
    assert max(one["characters"] for one in aside) == 100_000
    assert max(len(one["body"]) for one in aside) == 4_096
    left = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert left["ApproximateNumberOfMessages"] == "0"
    assert left["ApproximateNumberOfMessagesNotVisible"] == "0"
    again = recert("--store", store, "watch", "--queue", url, "--once", "--json").json()
    assert again["received"] == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_wait_at_once(
    recert: Recert, store: Path, url: str, number: signal.Signals
) -> None:
    def soon() -> None:
        started.wait(10)
        os.kill(os.getpid(), number)

    started = threading.Event()
    receive = Queue.receive

    def receiving(self: Queue, wait: int = 20) -> Any:
        threading.Timer(0.3, started.set).start()
        return receive(self, wait)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Queue, "receive", receiving)
        killer = threading.Thread(target=soon)
        killer.start()
        begun = time.monotonic()
        done = recert("--store", store, "watch", "--queue", url, "--json")
        killer.join()
    assert done.code == 0, done.err
    assert done.json()["received"] == 0
    assert time.monotonic() - begun < 15


def test_long_work_keeps_its_messages_from_others(url: str) -> None:
    queue = Queue(url, boto3.client("sqs"))
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody="x")
    (message,) = queue.receive(1)
    queue.extend([message], 1)
    beaten = threading.Event()
    extend = queue.extend

    class Beating(Queue):
        def extend(self, messages: Any, seconds: int = 90) -> None:
            extend(messages, seconds)
            beaten.set()

    with Beating(url, boto3.client("sqs")).holding([message], every=0.05):
        assert beaten.wait(10)
    assert queue.receive(0) == ()


def test_a_store_of_recordings_is_refused(recert: Recert, tmp_path: Path) -> None:
    store = tmp_path / "replay.db"
    recert("--store", store, "sync", "--from", recording_path())
    done = recert("--store", store, "watch", "--queue", "http://127.0.0.1:9/1/q")
    assert done.code == 1
    assert "recordings" in done.err


def test_a_queue_that_does_not_answer_is_an_error_of_aws(
    recert: Recert, store: Path, monkeypatch: pytest.MonkeyPatch, moto: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    done = recert("--store", store, "watch", "--queue", "http://127.0.0.1:9/1/q", "--once")
    assert done.code == 4
    assert "did not answer" in done.err


def test_the_rule_is_printed_without_a_store(recert: Recert, tmp_path: Path) -> None:
    done = recert("--store", tmp_path / "none.db", "watch", "--print-rule", "--json")
    assert done.code == 0
    assert json.loads(done.json()["rule"]["EventPattern"]) == event_pattern()
    assert not (tmp_path / "none.db").exists()


def test_the_pattern_fits_in_a_rule() -> None:
    assert len(event_rule()["rule"]["EventPattern"]) <= 2048


def test_queues_name_their_region() -> None:
    assert queue_region("https://sqs.eu-west-1.amazonaws.com/111122223333/q") == "eu-west-1"
    assert queue_region("http://localhost:4566/000000000000/q") is None


def test_every_watched_call_is_taken_for_a_hint() -> None:
    for source, names in WATCHED.items():
        for name in names:
            assert read_hint(envelope(name, source)).watched


@settings(deadline=None)
@given(
    body=st.one_of(
        st.text(), st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps)
    )
)
def test_no_message_is_more_than_refused(body: str) -> None:
    with pytest.raises(HintError):
        read_hint(body)


@settings(deadline=None)
@given(
    changes=st.dictionaries(
        st.sampled_from(["eventID", "eventName", "eventSource", "eventTime", "awsRegion"]),
        st.one_of(st.none(), st.integers(), st.text(), st.lists(st.text())),
    )
)
def test_odd_values_are_refused_or_read(changes: dict[str, Any]) -> None:
    told = json.loads(envelope())
    told["detail"].update(changes)
    with contextlib.suppress(HintError):
        assert read_hint(json.dumps(told)).at.tzinfo is UTC


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


@pytest.fixture(scope="module")
def estates() -> tuple[Estate, ...]:
    found = []
    for at in (points()[-2], points()[-1]):
        source = ReplaySource(load_recording(recording_path(), at))
        found.append(collect(source, clock=SystemClock(), keyring=Keyring(b"k" * 32)).estate)
    return tuple(found)


def watched(store: Store, estates: tuple[Estate, ...], bodies: list[str], size: int) -> list[str]:
    """Watch some messages over what AWS shows at each reading; return what the campaigns ask."""
    shown = iter(estates[1:])
    last = [estates[0]]

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


@settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_a_shuffled_and_repeated_queue_gives_the_same_campaigns(
    estates: tuple[Estate, ...], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    repeated = BODIES + data.draw(st.lists(st.sampled_from(BODIES), max_size=3))
    shuffled = data.draw(st.permutations(repeated))
    size = data.draw(st.integers(1, 4))
    results = []
    for bodies, chunk in ((BODIES, len(BODIES)), (shuffled, size)):
        folder = tmp_path_factory.mktemp("watched")
        store = Store.open(folder / "s.db", clock=SystemClock())
        record_reading(store, estates[0], api_calls=1, clock=SystemClock(), actor=ME)
        results.append(watched(store, estates, list(bodies), chunk))
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


def hr() -> str:
    """Return the ARN of the demo's HR assistant, which is what changed."""
    return "arn:aws:bedrock:us-east-1:111122223333:agent/EWRT25DKQ6"


def test_a_hint_reads_the_agent_that_it_names_and_leaves_the_rest(
    recert: Recert, store: Path, url: str, estates: tuple[Estate, ...]
) -> None:
    body = envelope(
        "UpdateAgent",
        requestParameters={"agentId": "EWRT25DKQ6", "agentName": "***"},
        recipientAccountId="111122223333",
    )
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody=body)
    found = recert("--store", store, "watch", "--queue", url, "--once", "--json").json()
    assert (found["acted_upon"], found["readings"], found["whole_readings"]) == (1, 1, 0)
    events = recert("--store", store, "events", "--json").json()["events"]
    fresh = [one for one in events if one["kind"] != "agent.added"]
    assert {one["agent"] for one in fresh} == {hr()}
    assert {"action_group.added", "alias.routed"} <= {one["kind"] for one in fresh}
    assert len(found["campaigns"]) == 1
    whole = recert("--store", store, "agents", "--json").json()["agents"]
    assert len(whole) == len(estates[0].agents)


def test_a_hint_about_another_role_costs_no_reading(recert: Recert, store: Path, url: str) -> None:
    body = envelope("PutRolePolicy", "iam", requestParameters={"roleName": "nobodys-agent"})
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody=body)
    found = recert("--store", store, "watch", "--queue", url, "--once", "--json").json()
    assert (found["not_concerned"], found["readings"]) == (1, 0)


def test_a_late_hint_about_an_agent_that_was_not_read_since_is_not_lost(
    recert: Recert, store: Path, url: str, estates: tuple[Estate, ...]
) -> None:
    """A reading of one agent says nothing of another: only a whole one makes a hint late."""
    sqs = boto3.client("sqs")
    at = {"at": (datetime.now(UTC) + timedelta(days=400)).strftime("%Y-%m-%dT%H:%M:%SZ")}
    other = next(one for one in estates[1].agents if one.name == "insurance-claims-agent")
    for agent in ("EWRT25DKQ6", other.id):
        sqs.send_message(
            QueueUrl=url, MessageBody=envelope(requestParameters={"agentId": agent}, **at)
        )
        found = recert("--store", store, "watch", "--queue", url, "--once", "--json").json()
        assert found["already_read"] == 0
        assert len(found["campaigns"]) == 1
    events = recert("--store", store, "events", "--json").json()["events"]
    assert "owner.changed" in {one["kind"] for one in events if one["agent"] == other.arn}


def test_what_is_read_of_one_agent_is_what_a_whole_reading_says_of_it(
    estates: tuple[Estate, ...],
) -> None:
    before, after = estates
    scope = frozenset({hr()})
    source = ReplaySource(load_recording(recording_path(), points()[-1]))
    options = Options(usage=False, scope=Scope(scope, buckets=True))
    part = collect(source, clock=SystemClock(), keyring=Keyring(b"k" * 32), options=options)
    roles = roles_behind(scope, before, part.estate)
    spliced = splice(before, part.estate, scope, roles=roles, limit=LIMIT)

    def of_hr(events: tuple[Event, ...]) -> set[tuple[str, str, str, bool]]:
        return {one.key for one in events if one.agent == hr() and one.kind != "coverage.gap"}

    assert of_hr(compare(before, spliced)) == of_hr(compare(before, after))
    assert fingerprint(spliced, hr()) == fingerprint(after, hr())
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
    store: Path, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    """Each order works on a store of its own, and reads what each hint names from AWS as it is now."""
    chance = random.Random(seed)
    shuffled = chance.sample([*NAMED, *NAMED], 2 * len(NAMED))
    size = chance.randint(1, 4)
    results = []
    for bodies, chunk in ((NAMED, 1), (shuffled, size)):
        place = tmp_path_factory.mktemp("named") / "live.db"
        shutil.copy(store, place)
        run = Run({"store": str(place), "quiet": True})
        opened = Store.open(place, clock=SystemClock(), create=False)
        watched = Watched(run, opened, readings.live, lambda: False)
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
