"""What is too new to be called unused.

That a role was not used says nothing of a permission that it did not have for long: whoever reads
*unused* would revoke what was granted yesterday. What an event of the last months brought is
therefore left to the reviewer.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select
from sqlmodel import Session, col

from recert.analysis import ReviewSubject
from recert.campaigns.reads import rows, scalar
from recert.clock import from_rfc3339, to_rfc3339
from recert.store.tables import EventRow, SnapshotRow

_RECENT = timedelta(days=90)
_BRINGS = ("policy.widened", "role.swapped", "role.recreated", "boundary.removed",
           "boundary.changed", "ceiling.relaxed")  # fmt: skip
Look = Callable[[ReviewSubject], ReviewSubject]


@dataclass(frozen=True, slots=True)
class _Arrival:
    """What an event brought: to a role, through one policy or (None) through whatever it has."""

    role: str | None
    policy: str | None
    day: str


def not_yet_unused(session: Session, agent: str) -> Look:
    """Return a function that takes *unused* back from what came to an agent of late."""
    arrivals = _arrivals(session, agent)

    def look(subject: ReviewSubject) -> ReviewSubject:
        used = subject.shown.get("last_used") or {}
        if subject.recommendation != "revoke" or used.get("state") != "unused":
            return subject
        found = next((one for one in arrivals if _is_of(one, subject)), None)
        if found is None:
            return subject
        reason = f"Not used, but it came no earlier than {found.day}: too new to tell."
        return replace(subject, recommendation="look", reason=reason)

    return look if arrivals else _as_it_is


def _as_it_is(subject: ReviewSubject) -> ReviewSubject:
    return subject


def _is_of(arrival: _Arrival, subject: ReviewSubject) -> bool:
    if arrival.role not in (None, subject.basis.get("role_arn")):
        return False
    policy = subject.basis.get("policy") or {}
    return arrival.policy in (None, policy.get("arn"), policy.get("name"))


def _arrivals(session: Session, agent: str) -> list[_Arrival]:
    newest = select(col(SnapshotRow.taken_at)).order_by(col(SnapshotRow.entry).desc()).limit(1)
    now = scalar(session, newest)
    if now is None:
        return []
    statement = (
        select(col(EventRow.kind), col(EventRow.after), col(EventRow.detected_at))
        .where(col(EventRow.agent) == agent, col(EventRow.kind).in_(_BRINGS))
        .where(col(EventRow.detected_at) >= to_rfc3339(from_rfc3339(now) - _RECENT))
        .order_by(col(EventRow.detected_at).desc())
    )
    found = []
    for kind, text, at in rows(session, statement):
        after = json.loads(text) or {}
        policy = after.get("arn") or after.get("policy") if kind == "policy.widened" else None
        role = after.get("role_arn")
        found.append(_Arrival(role if isinstance(role, str) else None, policy, at[:10]))
    return found
