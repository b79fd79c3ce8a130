"""Who is reminded of what: those with work left, and above them whoever has to know that it is late.

Nothing here sends anything. A window is a stretch of days in the campaign's zone, and a level how
late the campaign is; a message goes to one person through one channel once in each.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from recert.campaigns.deadlines import Calendar
from recert.campaigns.delegating import pending_for_others
from recert.campaigns.delegation import delegations, now_valid
from recert.campaigns.people import Directory, Person
from recert.campaigns.reads import rows
from recert.clock import from_rfc3339, to_rfc3339
from recert.errors import UsageError
from recert.store.entry_types import EntryType
from recert.store.ledger_reads import of_types
from recert.store.tables import CampaignRow, DecisionRow, ItemRow

REMINDER, ESCALATION = "reminder", "escalation"
DETAILS = ("counts", "titles")
SENT = "sent"
_YEAR = 365
_KEYS = ("every_days", "escalate_after", "link", "detail", "smtp", "webhook", "sns")


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often people are reminded, and when those above them are told.

    `escalate_after` are business days after the deadline, one for each level; `link` is shown with
    `{campaign}` filled in; `detail` is `counts`, or `titles` to name the items.
    """

    every_days: int = 3
    escalate_after: tuple[int, ...] = (1, 5)
    link: str = ""
    detail: str = "counts"

    @classmethod
    def from_table(cls, table: Mapping[str, Any], *, name: str = "[reminders]") -> "Rhythm":
        """Return the rhythm of a configuration; raises UsageError with the key that is wrong."""
        unknown = sorted(set(table) - set(_KEYS))
        if unknown:
            raise UsageError(
                f"{name} has no setting {unknown[0]!r}.", f"Known are {', '.join(_KEYS)}."
            )
        every, after = table.get("every_days", 3), table.get("escalate_after", [1, 5])
        if type(every) is not int or not 1 <= every <= _YEAR:
            raise UsageError(
                f"{name} every_days must be a number of days.", "Write every_days = 3."
            )
        good = isinstance(after, list) and all(type(one) is int and one >= 0 for one in after)
        if not good or sorted(set(after)) != after:
            raise UsageError(
                f"{name} escalate_after must be rising numbers of days.",
                "Write escalate_after = [1, 5].",
            )
        link, detail = table.get("link", ""), table.get("detail", "counts")
        if not isinstance(link, str) or not link.isprintable():
            raise UsageError(f"{name} link must be a text.", 'Write link = "https://…".')
        if detail not in DETAILS:
            raise UsageError(f"{name} detail must be one of {', '.join(DETAILS)}.", "")
        return cls(every, tuple(after), link, detail)


@dataclass(frozen=True, slots=True)
class Late:
    """One person with work left: items without a decision, and decisions without a signature."""

    person: str
    pending: int = 0
    unsigned: int = 0
    titles: tuple[str, ...] = ()

    @property
    def work(self) -> int:
        """Return how much is left."""
        return self.pending + self.unsigned


@dataclass(frozen=True, slots=True)
class Message:
    """One message that is due to one person; `about` are those with work left."""

    campaign: str
    recipient: str
    template: str
    level: int
    window: str
    about: tuple[Late, ...]
    address: str | None = None
    name: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """Return how much is left in all."""
        return {
            "pending": sum(one.pending for one in self.about),
            "unsigned": sum(one.unsigned for one in self.about),
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """What a campaign's reminders come to now; `left` are people whom nobody can reach, with the reason."""

    campaign: str
    level: int
    window: str
    messages: tuple[Message, ...] = ()
    left: Mapping[str, str] = field(default_factory=dict)


def plan(
    session: Session,
    row: CampaignRow,
    people: Directory,
    *,
    rhythm: Rhythm,
    calendar: Calendar,
    now: datetime,
) -> Plan:
    """Return who is to be told what, whether or not they were told before.

    Only an active campaign has work left; when everything is decided and signed there is nobody.
    """
    here = replace(calendar, zone=row.due_zone)
    level = _level(row, rhythm, here, now)
    window = f"{level}.{_window(row, rhythm, here, now)}"
    if row.state != "active":
        return Plan(row.id, level, window)
    found, left = [], {}
    for late in work_left(
        session, row.id, people, titles=rhythm.detail == "titles", at=to_rfc3339(now)
    ):
        person = people.find(late.person)
        if person is not None and not person.active:
            left[late.person] = "is no longer active"
            continue
        found.append(late)
    due: list[tuple[str, str, tuple[Late, ...]]] = [
        (late.person, REMINDER, (late,)) for late in found
    ]
    due += [(boss, ESCALATION, about) for boss, about in _above(people, row, found, level).items()]
    messages = [
        Message(
            campaign=row.id,
            recipient=person,
            template=template,
            level=level,
            window=window,
            about=about,
            address=address_of(people.find(person), person),
            name=known.name if (known := people.find(person)) else person,
        )
        for person, template, about in due
    ]
    return Plan(row.id, level, window, tuple(messages), left)


def work_left(
    session: Session, campaign: str, people: Directory, *, titles: bool = False, at: str = ""
) -> tuple[Late, ...]:
    """Return everybody who has something left to decide or to sign, by person.

    Who stands in for somebody at the instant `at` is told of the items, too; they stay the
    reviewer's as well.
    """
    pending = _counted(
        people,
        rows(
            session,
            select(col(ItemRow.reviewer), func.count())
            .where(col(ItemRow.campaign) == campaign, col(ItemRow.state) == "pending")
            .where(col(ItemRow.reviewer).is_not(None))
            .group_by(col(ItemRow.reviewer)),
        ),
    )
    if at:
        _add_stand_ins(session, campaign, people, pending, at)
    unsigned = _counted(
        people,
        rows(
            session,
            select(col(DecisionRow.decided_by), func.count())
            .join(ItemRow, col(ItemRow.current) == col(DecisionRow.id))
            .where(col(ItemRow.campaign) == campaign, col(ItemRow.state) == "decided")
            .group_by(col(DecisionRow.decided_by)),
        ),
    )
    return tuple(
        Late(
            name,
            pending[name],
            unsigned[name],
            _titles(session, campaign, people, name) if titles else (),
        )
        for name in sorted({*pending, *unsigned})
    )


def _add_stand_ins(
    session: Session, campaign: str, people: Directory, pending: Counter[str], at: str
) -> None:
    row = session.get(CampaignRow, campaign)
    found = now_valid(delegations(row.settings), at) if row is not None else ()
    for name in dict.fromkeys(people.id_of(one.delegate) for one in found):
        count = pending_for_others(session, campaign, name, at)
        if count:
            pending[name] += count


def _counted(people: Directory, found: Iterable[Any]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for name, count in found:
        counts[people.id_of(str(name))] += int(count)
    return counts


_NAMED = 20


def _titles(session: Session, campaign: str, people: Directory, person: str) -> tuple[str, ...]:
    statement = (
        select(col(ItemRow.title))
        .where(col(ItemRow.campaign) == campaign, col(ItemRow.state) == "pending")
        .where(col(ItemRow.reviewer).in_(people.names_of(person)))
        .order_by(col(ItemRow.rank))
        .limit(_NAMED)
    )
    return tuple(title for (title,) in rows(session, statement))


def _level(row: CampaignRow, rhythm: Rhythm, calendar: Calendar, now: datetime) -> int:
    due = from_rfc3339(row.due_at) if row.due_at else None
    if due is None or now <= due:
        return 0
    late = calendar.business_days(due, now)
    return sum(late >= days for days in rhythm.escalate_after)


def _window(row: CampaignRow, rhythm: Rhythm, calendar: Calendar, now: datetime) -> str:
    begun = from_rfc3339(row.launched_at or row.opened_at)
    days = (calendar.local(now).date() - calendar.local(begun).date()).days
    return str(max(0, days) // rhythm.every_days)


def _above(
    people: Directory, row: CampaignRow, late: Iterable[Late], level: int
) -> dict[str, tuple[Late, ...]]:
    """Return who is told that others are late: managers from the first level, the owner from the second."""
    told: dict[str, list[Late]] = {}
    for one in late:
        above: list[str] = []
        if level >= 1:
            above.append(_manager(people, one.person) or row.owner or "")
        if level > 1:
            above.append(row.owner or "")
        for boss in dict.fromkeys(people.id_of(name) for name in above if name):
            if not people.same(boss, one.person):
                told.setdefault(boss, []).append(one)
    return {boss: tuple(about) for boss, about in sorted(told.items())}


def _manager(people: Directory, person: str) -> str | None:
    known = people.find(person)
    boss = people.find(known.manager) if known and known.manager else None
    return boss.id if boss is not None and boss.active else None


def address_of(person: Person | None, name: str) -> str | None:
    """Return where mail to somebody goes: what is known, or a name or alias that is an address itself."""
    if person is not None and person.email:
        return person.email
    names = (person.id, *person.aliases) if person is not None else (name,)
    return next((one for one in names if "@" in one.strip("@") and " " not in one), None)


Key = tuple[str, str, str, str]
"""Recipient, channel, template and window of a message."""


def sent_before(session: Session, campaign: str) -> tuple[frozenset[Key], Counter[tuple[str, str]]]:
    """Return which messages went out, and how many reminders each person had through each channel."""
    keys, numbers = set(), Counter[tuple[str, str]]()
    for entry in of_types(session, EntryType.REMINDER_SENT, holding=f'"campaign":"{campaign}"'):
        body = entry["body"]
        if entry["campaign"] == campaign and body["result"] == SENT:
            keys.add((body["recipient"], body["channel"], body["template"], body["window"]))
            numbers[body["recipient"], body["channel"]] += 1
    return frozenset(keys), numbers
