"""The queue of lifecycle hints: SQS with long polls, at least once, in any order."""

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from recert.aws.sessions import own_session
from recert.errors import AwsError
from recert.text import visible

LONGEST_POLL = 20
_BATCH = 10
_HELD_SECONDS = 90
_BEAT_SECONDS = 30.0
_HOST = re.compile(r"(?:sqs\.(?P<region>[a-z0-9-]+)|(?P<old>[a-z0-9-]+)\.queue)\.amazonaws\.com")
_ACCOUNT = re.compile(r"\d{12}")


@dataclass(frozen=True, slots=True)
class Message:
    """One message: `receipt` is what AWS wants to hear when it is done with."""

    id: str
    receipt: str
    body: str
    received: int


def queue_region(url: str) -> str | None:
    """Return the region that a queue's URL names, None for an endpoint of one's own."""
    found = _HOST.match(urlsplit(url).hostname or "")
    return (found["region"] or found["old"]) if found else None


def queue_arn(url: str, region: str) -> str:
    """Return the ARN of a queue; raises AwsError for an address that is no queue's."""
    parts = urlsplit(url).path.strip("/").split("/")
    if len(parts) != 2 or not _ACCOUNT.fullmatch(parts[0]):  # noqa: PLR2004 - ACCOUNT/NAME
        raise AwsError(
            f"{visible(url)} is no address of a queue.",
            "Give the URL as `aws sqs get-queue-url` prints it.",
        )
    return f"arn:aws:sqs:{queue_region(url) or region}:{parts[0]}:{parts[1]}"


class Queue:
    """Receives, holds and deletes messages; every method raises AwsError."""

    def __init__(self, url: str, client: Any) -> None:
        self.url = url
        self._client = client
        self._name = visible(url)

    def receive(self, wait: int = LONGEST_POLL) -> tuple[Message, ...]:
        """Return up to ten messages, waiting at most `wait` seconds for the first."""
        answer = self._call(
            "receive_message",
            MaxNumberOfMessages=_BATCH,
            WaitTimeSeconds=wait,
            VisibilityTimeout=_HELD_SECONDS,
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        )
        return tuple(
            Message(
                id=str(item.get("MessageId") or ""),
                receipt=str(item["ReceiptHandle"]),
                body=str(item.get("Body") or ""),
                received=int((item.get("Attributes") or {}).get("ApproximateReceiveCount") or 1),
            )
            for item in answer.get("Messages") or ()
        )

    def delete(self, messages: Sequence[Message]) -> None:
        """Delete what is done with; what AWS could not delete comes again and is harmless."""
        for batch in _batches(messages):
            self._call("delete_message_batch", Entries=_entries(batch))

    def extend(self, messages: Sequence[Message], seconds: int = _HELD_SECONDS) -> None:
        """Keep messages from others for another while; 0 hands them back at once."""
        for batch in _batches(messages):
            entries = [{**entry, "VisibilityTimeout": seconds} for entry in _entries(batch)]
            self._call("change_message_visibility_batch", Entries=entries)

    @contextmanager
    def holding(self, messages: Sequence[Message], every: float = _BEAT_SECONDS) -> Iterator[None]:
        """Keep messages from others for as long as the work on them takes."""
        done = threading.Event()

        def beat() -> None:
            while not done.wait(every):
                try:
                    self.extend(messages)
                except AwsError:
                    # The work goes on: a message that comes again does no harm.
                    continue

        thread = threading.Thread(target=beat, name="recert-queue", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _call(self, operation: str, **params: Any) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = getattr(self._client, operation)(QueueUrl=self.url, **params)
        except (BotoCoreError, ClientError) as error:
            raise AwsError(
                f"The queue {self._name} did not answer: {visible(str(error), limit=300)}.",
                "Check the URL, the region and the caller's permissions on the queue.",
            ) from error
        return answer


def open_queue(url: str, *, profile: str | None = None) -> Queue:
    """Return a queue by its URL, with the standard credential chain; raises AwsError."""
    try:
        session = own_session(profile)
        region = queue_region(url) or session.region_name or "us-east-1"
        config = Config(
            connect_timeout=5,
            read_timeout=LONGEST_POLL + 10,
            retries={"mode": "standard", "total_max_attempts": 3},
        )
        client = session.client("sqs", region_name=region, config=config)
    except (BotoCoreError, ValueError) as error:
        raise AwsError(
            f"The queue {visible(url)} cannot be used: {visible(str(error), limit=300)}.",
            "Give the URL as `aws sqs get-queue-url` prints it.",
        ) from error
    return Queue(url, client)


def _batches(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    for start in range(0, len(messages), _BATCH):
        yield messages[start : start + _BATCH]


def _entries(batch: Sequence[Message]) -> list[dict[str, Any]]:
    return [{"Id": str(n), "ReceiptHandle": one.receipt} for n, one in enumerate(batch)]
