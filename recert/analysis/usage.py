"""When a grant was last used, as far as anything could have shown it.

Two sources, both of IAM. One tells when a role was last used, not for what: a use of the role says
nothing of one grant; a role that was not used at all says it of every grant. The other tells when a
role last attempted a service, and for some management actions which: only an action that AWS tracks
can be unused while its service is in use. Data-plane actions and iam:PassRole are not tracked. A
role that is too young to have been used says nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from recert.clock import to_rfc3339
from recert.estate.authority import Role
from recert.estate.companions import RoleUse, ServiceUse
from recert.estate.estate import Estate

IDLE_AFTER = timedelta(days=90)
ROLE_SOURCE = "iam:RoleLastUsed"
ACCESS_SOURCE = "iam:ServiceLastAccessed"
_UNTRACKED = frozenset({"iam:passrole"})


@dataclass(frozen=True, slots=True)
class LastUse:
    """`state` is `used`, `unused` or `unknown`; `at` the last known use; `source` who says so."""

    state: str
    at: datetime | None = None
    source: str | None = None
    role_at: datetime | None = None
    """When the role as a whole was last used."""
    note: str = ""

    def as_json(self) -> dict[str, str | None]:
        """Return the use as a JSON value."""
        at = to_rfc3339(self.at) if self.at else None
        return {"state": self.state, "at": at, "source": self.source}

    @property
    def words(self) -> str:
        """Say it in one line."""
        if self.note:
            return self.note
        if self.state == "unused":
            since = f" since {self.role_at.date().isoformat()}" if self.role_at else ""
            return f"the role was not used{since}"
        if self.role_at is not None:
            day = self.role_at.date().isoformat()
            return f"the role was last used on {day}; for what is not known"
        return "not known"


def last_use(role: Role | None, now: datetime) -> LastUse:
    """Return the last use of every grant of a role; `now` is the instant of the reading.

    `unused` needs a role that IAM reports on, that is older than 90 days, and that was not used
    for as long.
    """
    if role is None or not role.last_used_known:
        return LastUse("unknown")
    since = role.last_used_at or role.created_at
    if since is None or now - since < IDLE_AFTER:
        return LastUse("unknown", source=ROLE_SOURCE, role_at=role.last_used_at)
    return LastUse("unused", at=role.last_used_at, source=ROLE_SOURCE, role_at=role.last_used_at)


class RoleUsage:
    """What is known of the use of one role's grants."""

    def __init__(self, estate: Estate, role_arn: str) -> None:
        self._role = estate.roles_by_arn.get(role_arn)
        self._now = estate.taken_at
        self._whole = last_use(self._role, self._now)
        use: RoleUse | None = estate.usage_by_role.get(role_arn)
        self._services: dict[str, ServiceUse] | None = None
        if use is not None and use.services is not None:
            self._services = {item.service.lower(): item for item in use.services}
        self._tracked: dict[str, dict[str, datetime | None]] = {}

    def of(
        self, effective: tuple[str, ...], *, alone: bool, since: datetime | None = None
    ) -> LastUse:
        """Return the last use of a grant with these effective actions.

        `since` is when its policy was last changed: what is too young to have been used is never
        called unused.

        `alone`: no other grant of the role lets anything of the same services through, so that a
        use of such a service was a use of this grant.
        """
        found = self._of(effective, alone=alone)
        young = since is not None and self._now - since < IDLE_AFTER
        if found.state == "unused" and young:
            note = "its policy changed too recently to tell"
            return LastUse("unknown", None, found.source, found.role_at, note)
        return found

    def _of(self, effective: tuple[str, ...], *, alone: bool) -> LastUse:
        if self._whole.state == "unused" or not effective or self._services is None:
            return self._whole
        seen = [self._of_action(name.lower()) for name in effective]
        dates = [found.at for found in seen if found.state == "used" and found.at is not None]
        if dates:
            return LastUse("used", max(dates), ACCESS_SOURCE, note=_used(max(dates)))
        if all(found.state == "unused" for found in seen) and self._old_enough:
            note = "none of its actions was attempted in the period that IAM tracks"
            return LastUse("unused", None, ACCESS_SOURCE, self._whole.role_at, note)
        services = {name.partition(":")[0].lower() for name in effective}
        last = [
            held.last_at
            for name in services
            if (held := self._services.get(name)) is not None and held.last_at is not None
        ]
        if last and alone:
            return LastUse("used", max(last), ACCESS_SOURCE, note=_used(max(last)))
        if last:
            day = max(last).date().isoformat()
            note = f"the role last used the service on {day}; whether by this grant is not known"
            return LastUse("unknown", None, ACCESS_SOURCE, self._whole.role_at, note)
        return self._whole

    @property
    def _old_enough(self) -> bool:
        created = self._role.created_at if self._role is not None else None
        return created is not None and self._now - created >= IDLE_AFTER

    def _of_action(self, action: str) -> LastUse:
        service, _, name = action.partition(":")
        held = (self._services or {}).get(service)
        if held is None or action in _UNTRACKED:
            return LastUse("unknown")
        if held.last_at is None:
            return LastUse("unused")
        tracked = self._tracked_in(service)
        if name not in tracked:
            return LastUse("unknown")
        at = tracked[name]
        return LastUse("used", at) if at else LastUse("unused")

    def _tracked_in(self, service: str) -> dict[str, datetime | None]:
        """Return when each action of a service that IAM tracks was last attempted, by name."""
        if service not in self._tracked:
            actions = (self._services or {})[service].actions or ()
            self._tracked[service] = {
                item.action.lower().rpartition(":")[2]: item.last_at for item in reversed(actions)
            }
        return self._tracked[service]


def _used(at: datetime) -> str:
    return f"last attempted on {at.date().isoformat()}"
