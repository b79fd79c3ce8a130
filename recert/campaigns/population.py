"""The population: the items of a campaign, made of one estate, frozen when it is staged.

Items are plain mappings of columns until they are inserted, all in one statement, so that a
hundred thousand of them cost little more than writing them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session

from recert.analysis import ReviewSubject
from recert.campaigns.assignment import Assigner, Assignment
from recert.campaigns.canonical_text import (
    digest_of_text,
    record_digest,
    short_id,
    text_of,
    texts_of,
)
from recert.campaigns.history import REMOVED, Key, Past, changed_basis
from recert.campaigns.independence import Facts
from recert.campaigns.newness import not_yet_unused
from recert.lifecycle import Steward
from recert.store.entry_types import EntryType
from recert.store.glance import glance
from recert.store.tables import ItemRow
from recert.store.transaction import Transaction

Columns = dict[str, Any]
"""An item as its row holds it, `body` as canonical text."""
_ITEM_LETTERS = 12
_PRIVILEGED = 10
"""The rank that a privileged item has at most, however well it is explained."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A lifecycle event, and the words by which an item tells that it is about the same thing."""

    line: dict[str, Any]
    needles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """One agent whose items are made: who owns it, which role ids it acts with, why now."""

    agent: str
    name: str
    owner: str | None
    stated: bool = False
    role_ids: dict[str, str] = field(default_factory=dict)
    facts: Callable[[str | None], Facts] | None = None
    """Returns who is not independent of what a role of the agent allows."""
    causes: tuple[Cause, ...] = ()
    past: dict[Key, Past] = field(default_factory=dict)
    stewards: tuple[Steward, ...] = ()


class _Frame:
    """What the items of one agent and one reviewer share."""

    def __init__(self, about: Subject, assigned: Assignment, facts: Facts | None = None) -> None:
        self.assigned = assigned
        self.independence = f'"independence":{text_of(facts.as_json())},' if facts else ""
        name, assignment = texts_of(about.name, assigned.as_json())
        self.head = f'{{"agent_name":{name},"assignment":{assignment}'


@dataclass(frozen=True, slots=True)
class Mill:
    """Makes the items of one campaign."""

    session: Session
    campaign: str
    assigner: Assigner

    def items(self, about: Subject, asked: Iterable[ReviewSubject]) -> list[Columns]:
        """Return the items of one agent, in the order in which they were asked."""
        kept: dict[tuple[bool, str | None], _Frame] = {}
        made = []
        look = not_yet_unused(self.session, about.agent)
        for subject in map(look, asked):
            role = subject.basis.get("role_arn") if subject.privileged else None
            frame = kept.get((subject.privileged, role))
            if frame is None:
                frame = self._frame(about, role, privileged=subject.privileged)
                kept[subject.privileged, role] = frame
            made.append(self._item(about, subject, frame))
        return made

    def _frame(self, about: Subject, role: str | None, *, privileged: bool) -> _Frame:
        facts = about.facts(role) if privileged and about.facts is not None else None
        assigned = self.assigner.assign(
            about.owner,
            stated=about.stated,
            privileged=privileged,
            stewards=about.stewards,
            facts=facts,
        )
        return _Frame(about, assigned, facts)

    def _item(self, about: Subject, subject: ReviewSubject, frame: _Frame) -> Columns:
        basis = basis_of(about, subject)
        linked = subject.shown.get("shared_with") or []
        advice = [subject.title, subject.recommendation, subject.reason]
        basis_text, grant, shown, told = texts_of(basis, subject.grant, subject.shown, advice)
        links = text_of(linked) if linked else "[]"
        basis_digest = digest_of_text(basis_text)
        past = about.past.get((subject.kind, subject.subject))
        last, changes = self._before(past, basis, basis_digest)
        causes = _causes(about, f"{basis_text}{grant}{subject.title}{subject.subject}")
        body = (
            f'{frame.head},"basis":{basis_text},"causes":{causes},"changes":{changes},'
            f'"grant":{grant},{frame.independence}"last":{last},"linked":{links},"shown":{shown}}}'
        )
        return {
            "id": item_id(self.campaign, subject.kind, subject.agent, subject.subject),
            "campaign": self.campaign,
            "kind": subject.kind,
            "state": "pending",
            "agent": subject.agent,
            "reviewer": frame.assigned.reviewer,
            "title": subject.title,
            "subject": subject.subject,
            "service": subject.service,
            "level": subject.level,
            "privileged": subject.privileged,
            "rank": subject.rank,
            "delta": _delta(past, basis_digest),
            "recommendation": subject.recommendation,
            "reason": subject.reason,
            "basis_digest": basis_digest,
            "shown_digest": digest_of_text(f"[{told},{body}]"),
            "body": body,
            "current": None,
            "signoff": None,
            "excluded_by": None,
            "version": 0,
            **glance(
                subject.kind, {"grant": subject.grant, "shown": subject.shown, "basis": basis}
            ),
        }

    def _before(
        self, past: Past | None, basis: dict[str, Any], basis_digest: str
    ) -> tuple[str, str]:
        """Return the texts of the last signed decision and of what its basis was then."""
        if past is None:
            return "null", "null"
        last = text_of(past.as_json())
        if past.basis_digest == basis_digest:
            return last, "null"
        return last, text_of(changed_basis(self.session, past, basis))

    def _assign(self, about: Subject) -> Assignment:
        return self.assigner.assign(about.owner, stated=about.stated, stewards=about.stewards)

    def removed(self, about: Subject, asked: Sequence[ReviewSubject]) -> list[Columns]:
        """Return what was signed before and is no longer there, left out by the rule `removed`."""
        here = {(one.kind, one.subject) for one in asked}
        frame = _Frame(about, self._assign(about))
        found = []
        for (kind, subject), past in about.past.items():
            if (kind, subject) in here:
                continue
            gone = ReviewSubject(
                kind=kind,
                agent=about.agent,
                subject=subject,
                title=past.title,
                basis={},
                recommendation="",
                reason="It was signed before and is no longer there.",
            )
            item = self._item(about, gone, frame)
            found.append({**item, "state": "excluded", "excluded_by": REMOVED, "delta": "removed"})
        return found


def _causes(about: Subject, words: str) -> str:
    if not about.causes:
        return "[]"
    lines = [one.line for one in about.causes if any(word in words for word in one.needles)]
    return text_of(lines)


def basis_of(about: Subject, subject: ReviewSubject) -> dict[str, Any]:
    """Return what a decision on an item rests on: also who owns the agent, and which role it is.

    A role that was deleted and created again under its name has another id.
    """
    basis = {**subject.basis, "owner": about.owner}
    role = subject.basis.get("role_arn")
    if isinstance(role, str):
        basis["role_id"] = about.role_ids.get(role)
    return basis


def basis_digest(about: Subject, subject: ReviewSubject) -> str:
    """Return the digest of the basis."""
    return digest_of_text(text_of(basis_of(about, subject)))


def item_id(campaign: str, kind: str, agent: str | None, subject: str) -> str:
    """Return the id of an item: the same thing in the same campaign has the same one."""
    return short_id("i", [campaign, kind, agent, subject], _ITEM_LETTERS)


def _delta(past: Past | None, basis: str) -> str:
    if past is None:
        return "new"
    return "unchanged" if past.basis_digest == basis else "changed"


def in_review_order(items: Iterable[Columns], *, first: int = 0) -> list[Columns]:
    """Return items with their place in the review as `rank`; unchanged ones come last."""
    ordered = sorted(
        items,
        key=lambda one: (
            one["state"] != "pending",
            one["delta"] == "unchanged",
            min(one["rank"], _PRIVILEGED) if one["privileged"] else one["rank"],
        ),
    )
    for place, item in enumerate(ordered, start=first):
        item["rank"] = place
    return ordered


def assign(tx: Transaction, campaign: str, items: Sequence[Columns]) -> None:
    """Insert the items of a campaign with the one entry that names them all."""
    if not items:
        return
    lines = [
        {
            "id": item["id"],
            "kind": item["kind"],
            "agent": item["agent"],
            "reviewer": item["reviewer"],
            "state": item["state"],
            "excluded_by": item["excluded_by"],
            "basis_digest": item["basis_digest"],
            "record": record_digest(item),
        }
        for item in items
    ]
    tx.append(EntryType.ITEMS_ASSIGNED, {"count": len(lines), "items": lines}, campaign=campaign)
    tx.session.connection().execute(insert(ItemRow), items)
