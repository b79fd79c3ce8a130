"""Differences that no single field shows: a role that became shared, an agent that fell silent."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from recert.analysis.acting import judged_versions
from recert.analysis.fingerprint import version_basis
from recert.estate.agents import DRAFT, Agent
from recert.estate.companions import Resource
from recert.estate.estate import Estate
from recert.estate.integrations import Function, KnowledgeBase
from recert.lifecycle.changes import Change
from recert.text import plural

DORMANT_AFTER = timedelta(days=90)
_PREPARED = (None, "PREPARED")
"""States of an agent in which its built-in test alias answers; None is of a kind without any."""


class Derived:
    """What follows from two whole estates for one agent of both."""

    def __init__(self, before: Estate, after: Estate) -> None:
        self._estates = (before, after)
        self._users = (_role_users(before), _role_users(after))
        self._things = {thing.arn for thing in _things(before)}
        self._scopes = {(item.account, item.region, item.kind) for item in before.visits}

    def changes(self, before: Agent, after: Agent) -> list[Change]:
        """Return the differences for one agent."""
        return [
            *self._shared(before, after),
            *self._dormant(before, after),
            *self._unused(before, after),
            *self._elsewhere(after),
            *self._draft(before, after),
        ]

    def _shared(self, before: Agent, after: Agent) -> list[Change]:
        found: list[Change] = []
        for arn in after.role_arns:
            users = self._users[1][arn] - {after.arn}
            earlier = self._users[0].get(arn, set()) if arn in before.role_arns else set()
            fresh = sorted(user for user in users - earlier if self._is_news(user))
            if fresh:
                values = (
                    {"role_arn": arn, "agents": sorted(earlier - {after.arn})},
                    {"role_arn": arn, "agents": sorted(users)},
                )
                how = f"{plural(len(fresh), 'other agent')} at work through the agent's execution role"
                found.append(Change("role.shared", arn, *values, how))
        return found

    def _is_news(self, arn: str) -> bool:
        """An agent that a baseline brings in shares nothing new: nobody knows for how long it has.

        Nor does a function or a base that only now is read.
        """
        agent = self._estates[1].agents_by_arn.get(arn)
        if agent is None:
            return arn in self._things
        if arn in self._estates[0].agents_by_arn:
            return True
        return (agent.account, agent.region, agent.kind) in self._scopes

    def _dormant(self, before: Agent, after: Agent) -> list[Change]:
        """Tell when the last use of every execution role passed the limit between the readings."""
        ages = [
            _idle_since(estate, agent)
            for estate, agent in zip(self._estates, (before, after), strict=True)
        ]
        now = _used_as_of(self._estates[1])
        if ages[1] is None or now - ages[1] < DORMANT_AFTER:
            return []
        if ages[0] is None or _used_as_of(self._estates[0]) - ages[0] >= DORMANT_AFTER:
            return []
        days = (now - ages[1]).days
        values = {"idle_since": ages[1].date().isoformat(), "idle_days": days}
        how = "no execution role of the agent was used since, as IAM's last use says"
        return [Change("agent.dormant", "", None, values, how)]

    def _unused(self, before: Agent, after: Agent) -> Iterator[Change]:
        """Tell which services a role was let into and has not entered for as long as the limit."""
        if self._dormant(before, after):
            return
        for arn in after.role_arns:
            if arn not in before.role_arns:
                continue
            old, new = (_idle_services(estate, arn) for estate in self._estates)
            fresh = sorted(name for name, idle in new.items() if idle and old.get(name) is False)
            if fresh:
                values = {"role_arn": arn, "services": fresh, "idle_days": DORMANT_AFTER.days}
                how = "IAM's last access shows no attempt within the limit any more"
                yield Change("permission.unused", arn, None, values, how)

    def _elsewhere(self, after: Agent) -> Iterator[Change]:
        """Tell when a role is seen in sessions that are not the agent's, and was not before."""
        old, new = (_outside(estate) for estate in self._estates)
        watched = {window.account for window in self._estates[0].event_windows}
        for arn in after.role_arns:
            if after.account in watched and arn in new and arn not in old:
                values = {"role_arn": arn, "sessions": sorted(new[arn])}
                how = "the event history shows sessions whose names the agent's service never gives"
                yield Change("role.used_elsewhere", arn, None, values, how)

    def _draft(self, before: Agent, after: Agent) -> Iterator[Change]:
        """Tell when a draft that is not what runs began to answer under the built-in test alias.

        A draft or an alias that changed meanwhile has events of its own.
        """
        same = before.draft == after.draft and before.live_versions == after.live_versions
        if same and not _callable(before) and _callable(after) and self._is_ahead(after):
            values = {"status": after.status, "live_versions": list(after.live_versions)}
            how = "the draft was prepared, and the test alias reaches it"
            yield Change("draft.reachable", DRAFT, {"status": before.status}, values, how)

    def _is_ahead(self, agent: Agent) -> bool:
        draft = agent.draft
        if draft is None or agent.draft_served or not agent.live_versions:
            return False
        estate = self._estates[1]
        mine = version_basis(estate, agent, draft)
        return all(
            version_basis(estate, agent, version) != mine for version in judged_versions(agent)
        )


def _used_as_of(estate: Estate) -> datetime:
    """Return up to when use is known: what was taken over from an earlier reading is no younger."""
    return estate.whole_at or estate.taken_at


def _callable(agent: Agent) -> bool:
    reached = any(alias.test and DRAFT in alias.versions for alias in agent.aliases)
    return reached and agent.status in _PREPARED


def _outside(estate: Estate) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in estate.observed:
        if one.outside:
            found.setdefault(one.role_arn, set()).update(one.sessions)
    return found


def _idle_services(estate: Estate, role_arn: str) -> dict[str, bool]:
    """Return of each service that IAM reports on for a role whether it is idle; unknown is left out."""
    use, role = estate.usage_by_role.get(role_arn), estate.roles_by_arn.get(role_arn)
    found: dict[str, bool] = {}
    for item in (use.services if use is not None else None) or ():
        since = item.last_at or (role.created_at if role is not None else None)
        if since is not None:
            found[item.service] = _used_as_of(estate) - since >= DORMANT_AFTER
    return found


def _things(estate: Estate) -> Iterator[Function | KnowledgeBase | Resource]:
    yield from estate.functions
    yield from estate.knowledge_bases
    yield from estate.resources


def _role_users(estate: Estate) -> dict[str, set[str]]:
    """Return who works through each role: agents, functions, knowledge bases, shared resources."""
    users: dict[str, set[str]] = {}
    for agent in estate.agents:
        for arn in agent.role_arns:
            users.setdefault(arn, set()).add(agent.arn)
    for thing in _things(estate):
        if thing.role_arn:
            users.setdefault(thing.role_arn, set()).add(thing.arn)
    return users


def _idle_since(estate: Estate, agent: Agent) -> datetime | None:
    """Return since when no execution role was used, None where that is not known."""
    instants: list[datetime] = []
    for arn in agent.role_arns:
        role = estate.roles_by_arn.get(arn)
        if role is None or not role.last_used_known:
            return None
        since = role.last_used_at or role.created_at
        if since is None:
            return None
        instants.append(since)
    return max(instants, default=None)
