"""Watching a queue of another AWS: what arrives is read again, acted upon once, and never lost."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from cloudtrail import envelope

from recert.aws.hints import event_pattern, event_rule
from recert.aws.queue import Queue, queue_arn
from recert.demo import recording_path
from recert.estate.estate import Estate

Recert = Callable[..., Any]
HR = "arn:aws:bedrock:us-east-1:111122223333:agent/EWRT25DKQ6"  # what changed in the demo


@pytest.fixture
def url(moto: str) -> str:
    assert moto
    name = f"q{time.monotonic_ns()}"
    return str(boto3.client("sqs").create_queue(QueueName=name)["QueueUrl"])


def test_the_rule_matches_what_is_watched_and_the_event_opens_a_campaign(
    recert: Recert, live_store: Path, url: str
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
    done = recert("--store", live_store, "watch", "--queue", url, "--once", "--json")
    assert done.code == 3, done.err
    found = done.json()
    assert (found["received"], found["acted_upon"], found["readings"]) == (1, 1, 1)
    assert found["events"] > 0
    assert found["campaigns"]
    items = recert("--store", live_store, "items", found["campaigns"][0], "--json").json()["items"]
    assert items


def test_repeats_late_and_poisonous_messages_end_in_one_campaign_and_a_record(
    recert: Recert, live_store: Path, url: str
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
    done = recert("--store", live_store, "watch", "--queue", url, "--once", "--json")
    found = done.json()
    assert found["received"] == 7
    assert found["acted_upon"] == 2
    assert (found["already_read"], found["not_watched"], found["set_aside"]) == (1, 1, 3)
    assert found["readings"] == 1, "one burst is one reading"
    aside = recert("--store", live_store, "watch", "--set-aside", "--json").json()["set_aside"]
    assert min(one["reason"] for one in aside).startswith("It is no EventBridge event")
    assert [one["message"] for one in aside] == [one["message"] for one in found["poison"]]
    assert max(one["characters"] for one in aside) == 100_000
    assert max(len(one["body"]) for one in aside) == 4_096
    left = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert left["ApproximateNumberOfMessages"] == "0"
    assert left["ApproximateNumberOfMessagesNotVisible"] == "0"
    again = recert("--store", live_store, "watch", "--queue", url, "--once", "--json").json()
    assert again["received"] == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_wait_at_once(
    recert: Recert, live_store: Path, url: str, number: signal.Signals
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
        done = recert("--store", live_store, "watch", "--queue", url, "--json")
        killer.join()
    assert done.code == 0, done.err
    assert done.json()["received"] == 0
    assert time.monotonic() - begun < 15


def test_a_store_of_recordings_is_refused(recert: Recert, tmp_path: Path) -> None:
    store = tmp_path / "replay.db"
    recert("--store", store, "sync", "--from", recording_path())
    done = recert("--store", store, "watch", "--queue", "http://127.0.0.1:9/1/q")
    assert done.code == 1
    assert "recordings" in done.err


def test_a_queue_that_does_not_answer_is_an_error_of_aws(
    recert: Recert, live_store: Path, monkeypatch: pytest.MonkeyPatch, moto: str
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    done = recert("--store", live_store, "watch", "--queue", "http://127.0.0.1:9/1/q", "--once")
    assert done.code == 4
    assert "did not answer" in done.err


def test_the_rule_is_printed_without_a_store(recert: Recert, tmp_path: Path) -> None:
    done = recert("--store", tmp_path / "none.db", "watch", "--print-rule", "--json")
    assert done.code == 0
    assert json.loads(done.json()["rule"]["EventPattern"]) == event_pattern()
    assert not (tmp_path / "none.db").exists()


def test_a_hint_reads_the_agent_that_it_names_and_leaves_the_rest(
    recert: Recert, live_store: Path, url: str, readings: tuple[Estate, ...]
) -> None:
    body = envelope(
        "UpdateAgent",
        requestParameters={"agentId": "EWRT25DKQ6", "agentName": "***"},
        recipientAccountId="111122223333",
    )
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody=body)
    found = recert("--store", live_store, "watch", "--queue", url, "--once", "--json").json()
    assert (found["acted_upon"], found["readings"], found["whole_readings"]) == (1, 1, 0)
    events = recert("--store", live_store, "events", "--json").json()["events"]
    fresh = [one for one in events if one["kind"] != "agent.added"]
    assert {one["agent"] for one in fresh} == {HR}
    assert {"action_group.added", "alias.routed"} <= {one["kind"] for one in fresh}
    assert len(found["campaigns"]) == 1
    whole = recert("--store", live_store, "agents", "--json").json()["agents"]
    assert len(whole) == len(readings[0].agents)


def test_a_hint_about_another_role_costs_no_reading(
    recert: Recert, live_store: Path, url: str
) -> None:
    body = envelope("PutRolePolicy", "iam", requestParameters={"roleName": "nobodys-agent"})
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody=body)
    found = recert("--store", live_store, "watch", "--queue", url, "--once", "--json").json()
    assert (found["not_concerned"], found["readings"]) == (1, 0)


def test_a_late_hint_about_an_agent_that_was_not_read_since_is_not_lost(
    recert: Recert, live_store: Path, url: str, readings: tuple[Estate, ...]
) -> None:
    """A reading of one agent says nothing of another: only a whole one makes a hint late."""
    sqs = boto3.client("sqs")
    at = {"at": (datetime.now(UTC) + timedelta(days=400)).strftime("%Y-%m-%dT%H:%M:%SZ")}
    other = next(one for one in readings[1].agents if one.name == "insurance-claims-agent")
    for agent in ("EWRT25DKQ6", other.id):
        sqs.send_message(
            QueueUrl=url, MessageBody=envelope(requestParameters={"agentId": agent}, **at)
        )
        found = recert("--store", live_store, "watch", "--queue", url, "--once", "--json").json()
        assert found["already_read"] == 0
        assert len(found["campaigns"]) == 1
    events = recert("--store", live_store, "events", "--json").json()["events"]
    assert "owner.changed" in {one["kind"] for one in events if one["agent"] == other.arn}
