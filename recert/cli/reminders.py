"""The channels of `[reminders]`, made when a command wants to send."""

import os
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from recert.campaigns.channels import SMTP_PASSWORD, WEBHOOK_URL, Smtp, Webhook
from recert.campaigns.messages import Letter
from recert.campaigns.reminders import Message, Plan, Rhythm
from recert.campaigns.reminding import Channel, NotSentError, Sending
from recert.campaigns.service import Campaigns
from recert.cli.context import Run
from recert.config import Settings
from recert.errors import AwsError, UsageError
from recert.remediation.lock import alone

NAMES = ("smtp", "webhook", "sns")
_SECRETS = {"password": SMTP_PASSWORD, "url": WEBHOOK_URL, "token": WEBHOOK_URL}
_SECURITY = ("starttls", "tls", "none")
_PORTS = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True, slots=True)
class Sns:
    """Messages to one topic."""

    arn: str
    profile: str | None

    name = "sns"

    def send(self, message: Message, letter: Letter) -> None:
        """Publish one message; raises NotSentError."""
        from recert.aws.notices import topic  # noqa: PLC0415 - boto3 is slow to import

        attributes = {
            "campaign": message.campaign,
            "recipient": message.recipient,
            "template": message.template,
            "level": str(message.level),
        }
        try:
            topic(self.arn, self.profile).publish(letter.subject, letter.text, attributes)
        except AwsError as error:
            raise NotSentError(error.what, error.remedy) from error


def remind_now(
    run: Run,
    service: Campaigns,
    campaign: str,
    *,
    dry_run: bool,
    wanted: Sequence[str] = (),
) -> tuple[Plan, tuple[Sending, ...]]:
    """Tell those with work left through the configured channels; nobody twice, also by two runs at once.

    Raises UsageError where there is no channel to send through.
    """
    found = channels(run.settings, wanted) if dry_run else some_channel(run.settings, wanted)
    rhythm = Rhythm.from_table(run.settings.table("reminders"))
    lock = nullcontext() if dry_run else alone(service.store.location, work="remind")
    with lock:
        return service.remind(campaign, found, rhythm, dry_run=dry_run)


def some_channel(settings: Settings, wanted: Sequence[str] = ()) -> list[Channel]:
    """Return the configured channels; raises UsageError where there is none."""
    found = channels(settings, wanted)
    if not found:
        raise UsageError(
            "No channel is configured to remind anybody through.",
            "Add [reminders.smtp], [reminders.webhook] or [reminders.sns] to recert.toml.",
        )
    return found


def channels(settings: Settings, wanted: Sequence[str] = ()) -> list[Channel]:
    """Return the configured channels, or those of them that are wanted; raises UsageError."""
    table = settings.table("reminders")
    makers = {"smtp": _smtp, "webhook": _webhook, "sns": _sns}
    found: list[Channel] = [makers[name](_inner(table, name)) for name in NAMES if name in table]
    missing = [name for name in wanted if name not in table]
    if missing:
        raise UsageError(
            f"There is no channel {missing[0]}.", f"Add [reminders.{missing[0]}] to recert.toml."
        )
    return [one for one in found if not wanted or one.name in wanted]


def _inner(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = table[name]
    if not isinstance(found, Mapping):
        raise UsageError(f"[reminders] {name} must be a table.", f"Write [reminders.{name}].")
    for key, variable in _SECRETS.items():
        if key in found:
            raise UsageError(
                f"[reminders.{name}] {key} is a secret and does not belong into a file.",
                f"Take it out and set {variable} in the environment.",
            )
    return found


def _known(table: Mapping[str, Any], name: str, keys: Sequence[str]) -> None:
    unknown = sorted(set(table) - set(keys))
    if unknown:
        raise UsageError(
            f"[reminders.{name}] has no setting {unknown[0]!r}.", f"Known are {', '.join(keys)}."
        )


def _text(table: Mapping[str, Any], name: str, key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise UsageError(f"[reminders.{name}] {key} must be a text.", f'Write {key} = "…".')
    return value.strip()


def _smtp(table: Mapping[str, Any]) -> Channel:
    _known(table, "smtp", ("host", "port", "from", "security", "username"))
    security = table.get("security", "starttls")
    if security not in _SECURITY:
        raise UsageError(
            f"[reminders.smtp] security must be one of {', '.join(_SECURITY)}.", "Mend the line."
        )
    port = table.get("port", _PORTS[security])
    if type(port) is not int or not 0 < port < 2**16:
        raise UsageError("[reminders.smtp] port must be a number.", "Write port = 587.")
    return Smtp(
        host=_text(table, "smtp", "host"),
        port=port,
        sender=_text(table, "smtp", "from"),
        security=security,
        username=_text(table, "smtp", "username") if "username" in table else None,
        environ=os.environ,
    )


def _webhook(table: Mapping[str, Any]) -> Channel:
    _known(table, "webhook", ("format",))
    shape = table.get("format", "slack")
    if shape not in ("slack", "json"):
        raise UsageError("[reminders.webhook] format must be slack or json.", "Mend the line.")
    return Webhook(shape, os.environ)


def _sns(table: Mapping[str, Any]) -> Channel:
    _known(table, "sns", ("topic_arn", "profile"))
    arn = _text(table, "sns", "topic_arn")
    if not arn.startswith("arn:") or arn.split(":")[2:3] != ["sns"] or arn.count(":") < 5:  # noqa: PLR2004 - parts of an ARN
        raise UsageError("[reminders.sns] topic_arn is no ARN of a topic.", "Mend the line.")
    return Sns(arn, _text(table, "sns", "profile") if "profile" in table else None)
