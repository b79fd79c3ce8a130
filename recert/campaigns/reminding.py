"""Sending what is due, one message after the other; each sending is an entry of the ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from recert.campaigns.messages import Letter, letter
from recert.campaigns.reminders import SENT, Message, Plan, Rhythm, sent_before
from recert.campaigns.views import CampaignView
from recert.clock import Clock
from recert.errors import RecertError
from recert.store.entry_types import EntryType
from recert.store.ledger import Actor
from recert.store.store import Store
from recert.text import visible

FAILED = "failed"
_LIMIT = 300


class NotSentError(RecertError):
    """A channel did not take a message; what it says holds no secret."""


class Channel(Protocol):
    """Takes messages; `name` is `smtp`, `webhook` or `sns`."""

    @property
    def name(self) -> str:
        """Return the channel's name."""
        ...

    def send(self, message: Message, letter: Letter) -> None:
        """Hand one message over; raises NotSentError."""
        ...


@dataclass(frozen=True, slots=True)
class Sending:
    """What became of one message: `result` is `sent`, `failed`, `due` (a dry run) or `sent_before`."""

    recipient: str
    channel: str
    template: str
    level: int
    window: str
    number: int
    result: str
    detail: str
    counts: dict[str, int]


def send(
    store: Store,
    found: Plan,
    channels: Sequence[Channel],
    view: CampaignView,
    rhythm: Rhythm,
    *,
    clock: Clock,
    actor: Actor,
    mark: str = "",
    dry_run: bool = False,
) -> tuple[Sending, ...]:
    """Send each message through each channel, once in its window; a failure stops nobody else's.

    What failed is recorded and tried again by the next run. With `dry_run` nothing is sent and
    nothing recorded.
    """
    done = []
    for message in found.messages:
        for channel in channels:
            with store.read() as session:
                before, numbers = sent_before(session, found.campaign)
            key = (message.recipient, channel.name, message.template, message.window)
            number = numbers[message.recipient, channel.name]
            if key in before:
                done.append(_told(message, channel.name, number, "sent_before", ""))
                continue
            if dry_run:
                done.append(_told(message, channel.name, number + 1, "due", ""))
                continue
            result, detail = _try(channel, message, view, rhythm, mark)
            told = _told(message, channel.name, number + 1, result, detail)
            _record(store, told, found.campaign, clock, actor)
            done.append(told)
    return tuple(done)


def _try(
    channel: Channel, message: Message, view: CampaignView, rhythm: Rhythm, mark: str
) -> tuple[str, str]:
    try:
        channel.send(message, letter(message, view, rhythm, mark=mark))
    except NotSentError as error:
        return FAILED, visible(f"{error.what} {error.remedy}".strip(), limit=_LIMIT)
    return SENT, ""


def _told(message: Message, channel: str, number: int, result: str, detail: str) -> Sending:
    return Sending(
        recipient=message.recipient,
        channel=channel,
        template=message.template,
        level=message.level,
        window=message.window,
        number=number,
        result=result,
        detail=detail,
        counts=message.counts,
    )


def _record(store: Store, told: Sending, campaign: str, clock: Clock, actor: Actor) -> None:
    body = {
        "recipient": told.recipient,
        "channel": told.channel,
        "template": told.template,
        "level": told.level,
        "window": told.window,
        "number": told.number,
        "result": told.result,
        "detail": told.detail,
        "counts": dict(told.counts),
    }
    with store.write(actor, clock=clock) as tx:
        tx.append(EntryType.REMINDER_SENT, body, campaign=campaign)
