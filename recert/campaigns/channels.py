"""Channels without AWS: mail by SMTP, and a webhook that Slack understands, too.

Secrets come from the environment when a message is sent, and stand in no error and no entry.
"""

import json
import smtplib
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Any
from urllib.parse import urlsplit

from recert.campaigns.messages import Letter
from recert.campaigns.reminders import Message
from recert.campaigns.reminding import NotSentError

SMTP_PASSWORD = "RECERT_SMTP_PASSWORD"  # noqa: S105 - the name of a variable
WEBHOOK_URL = "RECERT_WEBHOOK_URL"
_PATIENCE = 15.0
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Smtp:
    """Mail through a server; `security` is `starttls`, `tls` or `none`."""

    host: str
    port: int
    sender: str
    security: str
    username: str | None
    environ: Mapping[str, str]

    name = "smtp"

    def send(self, message: Message, letter: Letter) -> None:
        """Send one mail; raises NotSentError."""
        if message.address is None:
            raise NotSentError(
                f"No address is known of {message.recipient}.",
                "Give it with `recert people add PERSON --email ADDRESS`.",
            )
        try:
            mail = EmailMessage()
            mail["From"], mail["To"], mail["Subject"] = self.sender, message.address, letter.subject
            mail["Message-ID"] = make_msgid("recert", domain="recert.invalid")
            mail["Auto-Submitted"] = "auto-generated"
            mail.set_content(letter.text)
        except ValueError as error:
            raise NotSentError("The address or the subject cannot stand in a mail.") from error
        password = self._password()
        try:
            with self._connect() as server:
                if self.username is not None:
                    server.login(self.username, password)
                server.send_message(mail)
        except (smtplib.SMTPException, OSError) as error:
            raise NotSentError(f"{self.host} did not take the mail: {_reason(error)}.") from error

    def _password(self) -> str:
        if self.username is None:
            return ""
        password = self.environ.get(SMTP_PASSWORD)
        if not password:
            raise NotSentError(f"{SMTP_PASSWORD} is not set.", "Set it where reminders are sent.")
        if self.security == "none" and self.host not in _LOOPBACK:
            raise NotSentError(
                "A password is not sent without encryption.", 'Set security = "starttls" or "tls".'
            )
        return password

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=_PATIENCE, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=_PATIENCE)
        if self.security == "starttls":
            try:
                server.starttls(context=context)
            except BaseException:
                server.close()
                raise
        return server


@dataclass(frozen=True, slots=True)
class Webhook:
    """JSON by POST; `shape` is `slack` (a text with its marks escaped) or `json` (every field)."""

    shape: str
    environ: Mapping[str, str]

    name = "webhook"

    def send(self, message: Message, letter: Letter) -> None:
        """Post one message; raises NotSentError."""
        url = self.environ.get(WEBHOOK_URL, "")
        if not url:
            raise NotSentError(f"{WEBHOOK_URL} is not set.", "Set it where reminders are sent.")
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            raise NotSentError(f"{WEBHOOK_URL} is no https address.", "Give one.")
        data = json.dumps(_payload(self.shape, message, letter)).encode()
        try:
            request = urllib.request.Request(  # noqa: S310 - the scheme was checked above
                url, data=data, headers={"Content-Type": "application/json"}, method="POST"
            )
            with _OPENER.open(request, timeout=_PATIENCE) as answer:
                answer.read(1024)
        except urllib.error.HTTPError as error:
            error.close()
            raise NotSentError(f"The webhook answered {error.code}.") from None
        except (OSError, ValueError) as error:
            # The address is the secret: no cause is chained, as its text may hold it.
            raise NotSentError(f"The webhook was not reached: {_reason(error)}.") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nobody elsewhere: the answer of the address that was configured is the answer."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def _payload(shape: str, message: Message, letter: Letter) -> dict[str, Any]:
    if shape == "slack":
        return {"text": _escaped(f"{letter.subject}\n{letter.text}")}
    return {
        "campaign": message.campaign,
        "recipient": message.recipient,
        "template": message.template,
        "level": message.level,
        "counts": message.counts,
        "subject": letter.subject,
        "text": letter.text,
    }


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _reason(error: Exception) -> str:
    """Return why something failed, without anything that was sent."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it answered {error.smtp_code}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"it refused {len(error.recipients)} of the recipients"
    cause = getattr(error, "reason", error)
    named = getattr(cause, "strerror", None)
    return named.lower() if isinstance(named, str) else type(cause).__name__
