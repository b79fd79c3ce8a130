"""How long a message takes to become an item, and a gate its answer; no time is asserted."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from figures import Figures, spent

from recert.aws.collect.run import collect
from recert.aws.keyring import Keyring
from recert.aws.recording import load_recording
from recert.aws.replay_source import ReplaySource
from recert.campaigns.intake import record_reading
from recert.cli import readings
from recert.clock import SystemClock
from recert.demo import recording_path
from recert.estate.estate import Source
from recert.store.ledger import Actor
from recert.store.store import Store

pytestmark = pytest.mark.benchmark
AGENT = "EWRT25DKQ6"


class Tape(ReplaySource):
    """A recording that answers in the place of AWS."""

    def source(self) -> Source:
        return Source(kind="live", caller_arn="arn:aws:sts::111122223333:assumed-role/reader/x")


@pytest.fixture
def url(moto: str) -> str:
    assert moto
    return str(boto3.client("sqs").create_queue(QueueName="q")["QueueUrl"])


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    points = load_recording(recording_path()).points
    key = tmp_path / "data" / "recert" / "concealment.key"
    key.parent.mkdir(parents=True)
    key.write_bytes(b"k" * 32)
    key.chmod(0o600)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    first = Tape(load_recording(recording_path(), points[-2]))
    reading = collect(first, clock=SystemClock(), keyring=Keyring(b"k" * 32))
    made = Store.open(tmp_path / "live.db", clock=SystemClock())
    record_reading(made, reading.estate, api_calls=1, clock=SystemClock(), actor=Actor("kim", "os"))
    made.close()
    tape = Tape(load_recording(recording_path(), points[-1]))
    monkeypatch.setattr(readings, "live", lambda *_, **__: tape)
    return tmp_path / "live.db"


def test_from_a_message_to_an_item(
    recert: Callable[..., Any],
    store: Path,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    figure: Figures,
) -> None:
    """The clock starts when the queue hands the message out and stops when its items can be read."""
    body = {
        "detail-type": "AWS API Call via CloudTrail",
        "detail": {
            "eventName": "UpdateAgent",
            "eventSource": "bedrock.amazonaws.com",
            "eventTime": "2027-01-01T00:00:00Z",
            "eventID": "1",
            "awsRegion": "us-east-1",
            "recipientAccountId": "111122223333",
            "requestParameters": {"agentId": AGENT},
        },
    }
    from recert.aws.watch import Watcher  # noqa: PLC0415 - what is measured

    spans = []
    handle = Watcher._handle

    def timed(self: Watcher, messages: Any) -> None:
        with spent() as took:
            handle(self, messages)
        spans.append(took)

    monkeypatch.setattr(Watcher, "_handle", timed)
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(body))
    found = recert("--store", store, "watch", "--queue", url, "--once", "--json").json()
    items = recert("--store", store, "items", found["campaigns"][0], "--json").json()["items"]
    assert items
    figure.seconds(f"from a message to {len(items)} items that can be read", spans[0], at_most=2)


def test_the_gate_answers(recert: Callable[..., Any], store: Path, figure: Figures) -> None:
    for options in (("--stored",), ()):
        with spent() as took:
            done = recert("--store", store, "gate", AGENT, *options, "--json")
        assert done.code == 1
        name = "from the store" if options else "reading the agent again"
        figure.milliseconds(f"gate, {name}", took)
