"""Differences that no single field shows: a role that became shared, an agent that fell silent."""

from datetime import datetime, timedelta

from recert.estate.agents import Agent
from recert.estate.estate import Estate
from recert.lifecycle.changes import Change

DORMANT_AFTER = timedelta(days=90)


class Derived:
    """What follows from two whole estates for one agent of both."""

    def __init__(self, before: Estate, after: Estate) -> None:
        self._estates = (before, after)
        self._users = (_role_users(before), _role_users(after))
        self._scopes = {(item.account, item.region, item.kind) for item in before.visits}

    def changes(self, before: Agent, after: Agent) -> list[Change]:
        """Return the differences for one agent."""
        return [*self._shared(before, after), *self._dormant(before, after)]

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
                how = f"{len(fresh)} more with the same execution role"
                found.append(Change("role.shared", arn, *values, how))
        return found

    def _is_news(self, arn: str) -> bool:
        """An agent that a baseline brings in shares nothing new: nobody knows for how long it has."""
        if arn in self._estates[0].agents_by_arn:
            return True
        agent = self._estates[1].agents_by_arn[arn]
        return (agent.account, agent.region, agent.kind) in self._scopes

    def _dormant(self, before: Agent, after: Agent) -> list[Change]:
        """Tell when the last use of every execution role passed the limit between the readings."""
        ages = [
            _idle_since(estate, agent)
            for estate, agent in zip(self._estates, (before, after), strict=True)
        ]
        now = self._estates[1].taken_at
        if ages[1] is None or now - ages[1] < DORMANT_AFTER:
            return []
        if ages[0] is None or self._estates[0].taken_at - ages[0] >= DORMANT_AFTER:
            return []
        days = (now - ages[1]).days
        values = {"idle_since": ages[1].date().isoformat(), "idle_days": days}
        how = "no execution role of the agent was used since, as IAM's last use says"
        return [Change("agent.dormant", "", None, values, how)]


def _role_users(estate: Estate) -> dict[str, set[str]]:
    users: dict[str, set[str]] = {}
    for agent in estate.agents:
        for arn in agent.role_arns:
            users.setdefault(arn, set()).add(agent.arn)
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
