"""How long a message takes to become an item, and a gate its answer; no time is asserted."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from cloudtrail import envelope
from figures import Figures, spent

pytestmark = pytest.mark.benchmark
AGENT = "EWRT25DKQ6"


@pytest.fixture
def url(moto: str) -> str:
    assert moto
    return str(boto3.client("sqs").create_queue(QueueName="q")["QueueUrl"])


def test_from_a_message_to_an_item(
    recert: Callable[..., Any],
    live_store: Path,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    figure: Figures,
) -> None:
    """The clock starts when the queue hands the message out and stops when its items can be read."""
    body = envelope(requestParameters={"agentId": AGENT}, recipientAccountId="111122223333")
    from recert.aws.watch import Watcher  # noqa: PLC0415 - what is measured

    spans = []
    handle = Watcher._handle

    def timed(self: Watcher, messages: Any) -> None:
        with spent() as took:
            handle(self, messages)
        spans.append(took)

    monkeypatch.setattr(Watcher, "_handle", timed)
    boto3.client("sqs").send_message(QueueUrl=url, MessageBody=body)
    found = recert("--store", live_store, "watch", "--queue", url, "--once", "--json").json()
    items = recert("--store", live_store, "items", found["campaigns"][0], "--json").json()["items"]
    assert items
    figure.seconds(f"from a message to {len(items)} items that can be read", spans[0], at_most=2)


def test_the_gate_answers(recert: Callable[..., Any], live_store: Path, figure: Figures) -> None:
    for options in (("--stored",), ()):
        with spent() as took:
            done = recert("--store", live_store, "gate", AGENT, *options, "--json")
        assert done.code == 1
        name = "from the store" if options else "reading the agent again"
        figure.milliseconds(f"gate, {name}", took)
