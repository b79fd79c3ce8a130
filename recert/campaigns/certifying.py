"""Which agents a closed review certifies, and by which fingerprint.

An agent is certified when everything that the last reading asks about it was signed as it is now,
in this campaign or before: kept, kept under an exception that still holds, or narrowed and verified.
What changed since the review, or was never asked, certifies nothing.
"""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from recert.analysis import ReviewSubject, beyond, fingerprint, trust_within, unread
from recert.campaigns.canonical_text import text_of
from recert.campaigns.history import Past, last_signed
from recert.campaigns.narrowing import effective_actions
from recert.campaigns.population import Subject, basis_digest, basis_of
from recert.campaigns.reads import scalar
from recert.campaigns.revocations import DONE, remediation_states
from recert.campaigns.scene import Scene
from recert.campaigns.verification import actions_of
from recert.clock import to_rfc3339
from recert.store.canonical import parse_strict
from recert.store.outcome import ACCEPTS
from recert.store.tables import CampaignRow, ItemRow
from recert.store.transaction import Transaction


def certified(tx: Transaction, scene: Scene, row: CampaignRow) -> dict[str, Any]:
    """Return the agents of a campaign that hold, each with its fingerprint and until when."""
    found = {}
    for agent in parse_strict(row.scope):
        if agent not in scene.estate.agents_by_arn or unread(scene.estate, agent):
            continue
        until = _holds(tx, scene, agent)
        if until is None:
            continue
        found[agent] = {
            "fingerprint": fingerprint(scene.estate, agent),
            "snapshot": scene.snapshot,
            "until": until or None,
        }
    return found


def _holds(tx: Transaction, scene: Scene, agent: str) -> str | None:
    """Return until when everything about an agent holds (empty: without an end), None where it does not."""
    about = scene.subject(tx, agent)
    past = last_signed(tx.session, agent)
    now = to_rfc3339(tx.clock.now())
    narrowings = [
        found for one in past.values() if (found := _narrowing(tx.session, one)) is not None
    ]
    ends = []
    for subject in scene.ask(scene.estate, agent):
        signed = past.get((subject.kind, subject.subject))
        if signed is not None and signed.verdict in ACCEPTS:
            if not _holds_still(tx.session, signed, about, subject):
                return None
            if signed.until is not None:
                if signed.until <= now:
                    return None
                ends.append(signed.until)
        elif not any(one.covers(subject) for one in narrowings):
            return None
    return min(ends, default="")


def _holds_still(session: Session, signed: Past, about: Subject, subject: ReviewSubject) -> bool:
    """Tell whether what was signed is there as it was, its role open to nobody further.

    A trust policy that was narrowed, as a review may demand, takes nothing from what was signed.
    """
    if signed.basis_digest == basis_digest(about, subject):
        return True
    here = basis_of(about, subject)
    then = _body(session, signed.item).get("basis") or {}
    if "trust" not in then or text_of({**here, "trust": then["trust"]}) != text_of(then):
        return False
    return trust_within(here.get("trust"), then["trust"])


def _body(session: Session, item: str) -> dict[str, Any]:
    text = scalar(session, select(col(ItemRow.body)).where(col(ItemRow.id) == item))
    found: dict[str, Any] = json.loads(text)
    return found


@dataclass(frozen=True, slots=True)
class _Narrowing:
    """A reduction that a later reading verified: what it left, and of what."""

    role: str | None
    actions: frozenset[str]
    resources: tuple[str, ...]
    conditions: str

    def covers(self, subject: ReviewSubject) -> bool:
        """Tell whether a grant is no more than what the reduction left."""
        grant = subject.grant
        if grant is None or subject.basis.get("role_arn") != self.role:
            return False
        return (
            set(actions_of(subject)) <= self.actions
            and not beyond(grant.get("resources") or (), self.resources)
            and text_of(grant.get("conditions")) == self.conditions
        )


def _narrowing(session: Session, signed: Past) -> _Narrowing | None:
    if signed.verdict != "reduce":
        return None
    if remediation_states(session, signed.campaign).get(signed.item) not in DONE:
        return None
    body = _body(session, signed.item)
    grant = body.get("grant") or {}
    return _Narrowing(
        role=(body.get("basis") or {}).get("role_arn"),
        actions=frozenset(signed.reduce_to or effective_actions(body)),
        resources=signed.reduce_resources or tuple(grant.get("resources") or ()),
        conditions=text_of(grant.get("conditions")),
    )
