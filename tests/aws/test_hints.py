"""The messages of a queue: which are hints, where queues are, and who holds a message meanwhile."""

import contextlib
import json
import threading
from datetime import UTC
from typing import Any

import boto3
import pytest
from cloudtrail import envelope
from hypothesis import given
from hypothesis import strategies as st

from recert.aws.hints import WATCHED, HintError, event_rule, read_hint
from recert.aws.queue import Queue, queue_region


def test_the_pattern_fits_in_a_rule() -> None:
    assert len(event_rule()["rule"]["EventPattern"]) <= 2048


def test_queues_name_their_region() -> None:
    assert queue_region("https://sqs.eu-west-1.amazonaws.com/111122223333/q") == "eu-west-1"
    assert queue_region("http://localhost:4566/000000000000/q") is None


def test_every_watched_call_is_taken_for_a_hint() -> None:
    for source, names in WATCHED.items():
        for name in names:
            assert read_hint(envelope(name, source)).watched


@given(
    body=st.one_of(
        st.text(), st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps)
    )
)
def test_no_message_is_more_than_refused(body: str) -> None:
    with pytest.raises(HintError):
        read_hint(body)


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


def test_long_work_keeps_its_messages_from_others(moto: str) -> None:
    assert moto
    url = str(boto3.client("sqs").create_queue(QueueName="long-work")["QueueUrl"])
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
