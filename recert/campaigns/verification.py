"""What a later reading says of revocations that were signed.

A revocation counts when a reading that came after the sign-off no longer finds it; where something
of the agent could not be read, nothing counts. Who removed it, and how, is not asked here. What is
less plain, a role that the agent merely lost its way to or a grant that nobody reviewed, is left to
`remediate verify`, which looks at the roles themselves.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlmodel import col

from recert.analysis import Analyst, ReviewSubject, beyond, unread
from recert.campaigns.asking import packaged
from recert.campaigns.narrowing import effective_actions
from recert.campaigns.reads import rows
from recert.campaigns.revocations import DONE, remediation_states, removes
from recert.campaigns.scene import Scene
from recert.clock import from_rfc3339
from recert.lifecycle import Estate
from recert.store.entry_types import EntryType
from recert.store.tables import CampaignRow, DecisionRow, ItemRow, SignoffRow
from recert.store.transaction import Transaction

_WAITING = ("reviewed", "remediating")
STILL_ALLOWED = "verified_still_allowed_by"
"""The grant is gone, and other grants allow the same; these are named."""


@dataclass(frozen=True, slots=True)
class _Revocation:
    item: str
    campaign: str
    agent: str
    kind: str
    subject: str
    basis: str
    body: Mapping[str, Any]
    verdict: str
    reduce_to: frozenset[str]
    resources: tuple[str, ...]
    signed_at: str


def verify_revocations(tx: Transaction, scene: Scene) -> tuple[str, ...]:
    """Record of each signed revocation that this reading no longer finds; return the campaigns."""
    touched: dict[str, None] = {}
    roles = _Roles(scene.estate)
    asked: dict[str, tuple[ReviewSubject, ...]] = {}
    for one in _open(tx):
        if one.agent not in scene.estate.agents_by_arn or not _later(scene, one):
            continue
        if unread(scene.estate, one.agent):
            continue
        if one.agent not in asked:
            asked[one.agent] = scene.ask(scene.estate, one.agent)
        found = _judge(one, asked[one.agent])
        if found is None or roles.holds(one, asked[one.agent]):
            continue
        if _is_unreviewed(tx, one, found["grants"]):
            continue
        body = {"item": one.item, "snapshot": scene.snapshot, **found}
        tx.append(EntryType.REMEDIATION_RECORDED, body, campaign=one.campaign)
        touched[one.campaign] = None
    return tuple(touched)


def _later(scene: Scene, one: _Revocation) -> bool:
    """Tell whether the reading came after the sign-off: by its instant, in a replay by the ledger."""
    if scene.estate.source.kind == "replay":
        return True
    return scene.estate.taken_at > from_rfc3339(one.signed_at)


def _open(tx: Transaction) -> list[_Revocation]:
    statement = (
        select(
            col(ItemRow.id),
            col(ItemRow.campaign),
            col(ItemRow.agent),
            col(ItemRow.kind),
            col(ItemRow.subject),
            col(ItemRow.basis_digest),
            col(ItemRow.body),
            col(DecisionRow.verdict),
            col(DecisionRow.reduce_to),
            col(DecisionRow.reduce_resources),
            func.coalesce(col(SignoffRow.signed_at), col(DecisionRow.decided_at)),
        )
        .join(CampaignRow, col(CampaignRow.id) == col(ItemRow.campaign))
        .join(DecisionRow, col(DecisionRow.id) == col(ItemRow.current))
        .outerjoin(SignoffRow, col(SignoffRow.id) == col(ItemRow.signoff))
        .where(col(CampaignRow.state).in_(_WAITING), col(ItemRow.agent).is_not(None))
        .where(removes(), col(DecisionRow.state) == "current")
        .order_by(col(ItemRow.campaign), col(ItemRow.rank))
    )
    states: dict[str, dict[str, str]] = {}
    found = []
    for row in rows(tx.session, statement):
        item, campaign, agent, kind, subject, basis, body, verdict, reduce_to, where, signed = row
        if campaign not in states:
            states[campaign] = remediation_states(tx.session, campaign)
        if states[campaign].get(item) in DONE:
            continue
        found.append(
            _Revocation(
                item=item,
                campaign=campaign,
                agent=agent,
                kind=kind,
                subject=subject,
                basis=basis,
                body=json.loads(body),
                verdict=verdict,
                reduce_to=frozenset(json.loads(reduce_to)),
                resources=tuple(json.loads(where)),
                signed_at=signed,
            )
        )
    return found


class _Roles:
    """Looks at roles of a reading through which an agent does not act any more."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._analyst: Analyst | None = None

    def holds(self, one: _Revocation, asked: Sequence[ReviewSubject]) -> bool:
        """Tell whether a role holds a revoked grant still, though the agent is not asked about it."""
        basis = one.body.get("basis") or {}
        role = self._estate.roles_by_arn.get(str(basis.get("role_arn")))
        if role is None or any(other.basis.get("role_arn") == role.arn for other in asked):
            return False
        if one.kind == "attachment":
            return (basis.get("policy") or {}).get("arn") in role.attached
        if one.kind != "permission":
            return False
        if self._analyst is None:
            self._analyst = Analyst(self._estate, packaged())
        grant = one.body.get("grant") or {}
        place = ((grant.get("policy") or {}).get("name"), grant.get("action"))
        removed = set(effective_actions(dict(one.body))) - one.reduce_to
        return any(
            removed.intersection(held.effective) or (held.source.name, held.action) == place
            for held in self._analyst.role_grants(role.arn)
        )


def _is_unreviewed(tx: Transaction, one: _Revocation, others: Sequence[str]) -> bool:
    """Tell whether one of the grants that allow the same was signed in no review of the agent."""
    if not others:
        return False
    statement = (
        select(col(ItemRow.subject))
        .where(col(ItemRow.agent) == one.agent, col(ItemRow.subject).in_(others))
        .where(or_(col(ItemRow.campaign) == one.campaign, col(ItemRow.signoff).is_not(None)))
    )
    return {subject for (subject,) in rows(tx.session, statement)} != set(others)


def _judge(one: _Revocation, asked: Sequence[ReviewSubject]) -> dict[str, Any] | None:
    """Return what to record of a revocation, None where the reading still finds it."""
    here = next((s for s in asked if (s.kind, s.subject) == (one.kind, one.subject)), None)
    if here is not None and not _is_narrowed(one, here):
        return None
    held = set(effective_actions(dict(one.body)))
    # Where only the resources were narrowed, what stays of an action cannot be told from it.
    removed = held - one.reduce_to if one.reduce_to or not one.resources else set()
    others = _still_allowed(one, asked, removed)
    if others:
        return {"state": STILL_ALLOWED, "grants": others}
    return {"state": "verified", "grants": []}


def _is_narrowed(one: _Revocation, here: ReviewSubject) -> bool:
    """Tell whether a grant that is still there is no more than what its reduction left."""
    if one.verdict != "reduce":
        return False
    left = set(actions_of(here))
    if one.reduce_to and not (left and left <= one.reduce_to):
        return False
    if not one.resources:
        return True
    resources = (here.grant or {}).get("resources") or ()
    return bool(resources) and not beyond(resources, one.resources)


def actions_of(subject: ReviewSubject) -> tuple[str, ...]:
    """Return the actions that are effective through a subject."""
    return effective_actions({"grant": subject.grant, "shown": subject.shown})


def _still_allowed(
    one: _Revocation, asked: Sequence[ReviewSubject], removed: set[str]
) -> list[str]:
    if one.kind not in ("permission", "attachment") or not removed:
        return []
    role = (one.body.get("basis") or {}).get("role_arn")
    return sorted(
        other.subject
        for other in asked
        if (other.kind, other.subject) != (one.kind, one.subject)
        and other.basis.get("role_arn") == role
        and removed.intersection(actions_of(other))
    )
