"""What a reminder says: counts, the deadline and what to type; no permission unless it is asked for."""

from dataclasses import dataclass

from recert.campaigns.deadlines import in_zone
from recert.campaigns.reminders import REMINDER, Late, Message, Rhythm
from recert.campaigns.views import CampaignView
from recert.text import plural, visible

_NAME = 120


@dataclass(frozen=True, slots=True)
class Letter:
    """One message in words: a subject of one line, and a text."""

    subject: str
    text: str


def letter(message: Message, view: CampaignView, rhythm: Rhythm, *, mark: str = "") -> Letter:
    """Return a message in words; `mark` is SYNTHETIC or REPLAY where the store is."""
    name = visible(view.name, limit=_NAME)
    due = in_zone(view.due_at, view.due_zone) if view.due_at else "no date"
    begin = f"[{mark}] " if mark else ""
    if message.template == REMINDER:
        mine = message.about[0]
        subject = f"{begin}{_work(mine)} in {name}"
        lines = [f"{visible(message.name, limit=_NAME)}, the review {name!r} waits for you."]
        lines += _what(mine)
    else:
        people = plural(len(message.about), "reviewer")
        subject = f"{begin}{people} late in {name}"
        lines = [f"{visible(message.name, limit=_NAME)}, the review {name!r} is late."]
        lines += [f"{visible(one.person, limit=_NAME)}: {_work(one)}." for one in message.about]
    lines += [f"Due: {due}.", _how(message, rhythm)]
    return Letter(subject, "\n".join(lines) + "\n")


def _work(late: Late) -> str:
    parts = []
    if late.pending:
        parts.append(f"{plural(late.pending, 'item')} to decide")
    if late.unsigned:
        parts.append(f"{plural(late.unsigned, 'decision')} to sign")
    return " and ".join(parts) or "nothing left"


def _what(late: Late) -> list[str]:
    lines = [f"Left: {_work(late)}."]
    lines += [f"  - {visible(title, limit=_NAME)}" for title in late.titles]
    if late.titles and late.pending > len(late.titles):
        lines.append(f"  … and {late.pending - len(late.titles)} more.")
    return lines


def _how(message: Message, rhythm: Rhythm) -> str:
    if rhythm.link:
        return f"Open: {rhythm.link.replace('{campaign}', message.campaign)}"
    word = "items" if message.template == REMINDER else "campaign show"
    return f"Open: recert {word} {message.campaign}"
