"""What CloudTrail's event history shows of agents at work, where that was asked for.

The history allows two calls a second, so a reading takes a bounded number of the newest events and
says what it left unread. Data events are never in it.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from recert.aws import reads
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.values import dig, text
from recert.aws.reader import Reader
from recert.clock import to_rfc3339
from recert.estate.agents import Agent, AgentKind
from recert.estate.companions import EventWindow, Observed

_AGENT_SESSION = re.compile(r"BedrockAgents-([0-9A-Z]{10})-.+")
_NAMED_SESSIONS = 5
_SESSIONS = {
    AgentKind.BEDROCK_AGENT: ("BedrockAgents-",),
    AgentKind.AGENTCORE_RUNTIME: ("BedrockAgentCore-",),
    AgentKind.AGENTCORE_HARNESS: ("BedrockAgentCore-",),
    AgentKind.AGENTCORE_GATEWAY: ("gateway-session-",),
}
"""How the session names begin that services give, by kind of agent."""
_API_DATE = re.compile(r"\d{8}(?:v\d+)?$")
_SERVICES = {"monitoring": "cloudwatch", "tagging": "tag"}
_ACTIONS = {
    "bedrock:Converse": "bedrock:InvokeModel",
    "bedrock:ConverseStream": "bedrock:InvokeModelWithResponseStream",
    "lambda:Invoke": "lambda:InvokeFunction",
}
_DATED = frozenset({"lambda", "cloudfront"})

BY_SESSION, BY_ROLE, NOT_POSSIBLE = "session_name", "only_agent", "not_possible"


@dataclass(slots=True)
class _Sum:
    last_at: datetime
    count: int = 0
    refused: int = 0
    outside: int = 0
    sessions: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Scan:
    """What one place showed; `until` moves back with every page."""

    sums: dict[tuple[str, str, str], _Sum] = field(default_factory=dict)
    events: int = 0
    oldest: datetime | None = None
    reason: str = ""


def gather(harvest: Harvest) -> None:
    """Read the event history of every place, newest first, as far as the options allow."""
    days = harvest.options.events_days
    if days <= 0:
        return
    until = harvest.taken_at
    since = until - timedelta(days=days)
    roles = _users(harvest.agents)
    most = harvest.options.events_pages

    def scan(reader: Reader) -> _Scan:
        return _scan(reader, since, until, frozenset(roles), most)

    readers = [
        one for one in harvest.readers if one.source.holds(reads.LOOKUP_EVENTS, one.place.account)
    ]
    found = harvest.crew.each("reading the event history", scan, readers)
    for reader, one in zip(readers, found, strict=True):
        window = _window(reader, one, since, until)
        harvest.windows.append(window)
        if window.unread is not None:
            place = reader.place
            harvest.limits.add(
                f"Of the event history of {place.account} in {place.region}, {window.unread} "
                f"was left unread."
            )
        harvest.observed += _observed(reader, one, roles)


def _users(agents: Iterable[Agent]) -> dict[str, list[Agent]]:
    """Return the agents that use each role."""
    found: dict[str, list[Agent]] = {}
    for agent in agents:
        for role in {version.role_arn for version in agent.versions if version.role_arn}:
            found.setdefault(role, []).append(agent)
    return found


def _scan(
    reader: Reader, since: datetime, until: datetime, roles: frozenset[str], most: int
) -> _Scan:
    scan = _Scan()
    asked = {"StartTime": since, "EndTime": until}
    for page, answer in enumerate(reader.pages(reads.LOOKUP_EVENTS, params=asked), start=1):
        if answer.output is None:
            scan.reason = answer.error
            break
        for event in answer.output.get("Events") or ():
            _count(scan, event, roles)
        if page >= most and answer.output.get("NextToken"):
            scan.reason = "bounded"
            break
    return scan


def _count(scan: _Scan, event: dict[str, Any], roles: frozenset[str]) -> None:
    moment = event.get("EventTime")
    if not isinstance(moment, datetime):
        return
    scan.events += 1
    scan.oldest = min(scan.oldest or moment, moment)
    record = _record(event)
    role = text(dig(record, "userIdentity", "sessionContext", "sessionIssuer", "arn"))
    if role not in roles or role is None:
        return
    session = str(dig(record, "userIdentity", "arn") or "").rpartition("/")[2]
    key = (role, session, _action(record, event))
    total = scan.sums.setdefault(key, _Sum(moment))
    total.count += 1
    total.refused += bool(record.get("errorCode"))
    total.last_at = max(total.last_at, moment)


def _record(event: dict[str, Any]) -> dict[str, Any]:
    try:
        found = json.loads(event.get("CloudTrailEvent") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _action(record: dict[str, Any], event: dict[str, Any]) -> str:
    """Return the IAM action of an event, as far as names tell it."""
    source = str(record.get("eventSource") or event.get("EventSource") or "")
    service = source.partition(".")[0]
    service = _SERVICES.get(service, service)
    name = str(record.get("eventName") or event.get("EventName") or "")
    if service in _DATED:
        name = _API_DATE.sub("", name)
    return _ACTIONS.get(f"{service}:{name}", f"{service}:{name}")


def _window(reader: Reader, scan: _Scan, since: datetime, until: datetime) -> EventWindow:
    return EventWindow(
        account=reader.place.account,
        region=reader.place.region,
        since=(scan.oldest or until) if scan.reason else since,
        until=until,
        events=scan.events,
        unread=_unread(scan, since, until),
    )


def _unread(scan: _Scan, since: datetime, until: datetime) -> str | None:
    if not scan.reason:
        return None
    oldest = to_rfc3339(scan.oldest or until)
    return f"everything from {to_rfc3339(since)} to {oldest} ({scan.reason})"


def _observed(reader: Reader, scan: _Scan, roles: dict[str, list[Agent]]) -> Iterator[Observed]:
    """Join the sessions of a role, and name the agent where the session or the role tells it."""
    joined: dict[tuple[str, str, str | None, str], _Sum] = {}
    for (role, session, action), one in scan.sums.items():
        agent, how = _attribute(session, roles[role])
        total = joined.setdefault((role, action, agent, how), _Sum(one.last_at))
        total.count += one.count
        total.refused += one.refused
        total.last_at = max(total.last_at, one.last_at)
        if _outside(session, roles[role]):
            total.outside += one.count
            total.sessions.add(session)
    for (role, action, agent, how), total in sorted(joined.items(), key=lambda item: str(item[0])):
        yield Observed(
            account=reader.place.account,
            region=reader.place.region,
            role_arn=role,
            action=action,
            agent_arn=agent,
            attribution=how,
            last_at=total.last_at,
            count=total.count,
            refused=total.refused,
            outside=total.outside,
            sessions=tuple(sorted(total.sessions)[:_NAMED_SESSIONS]),
        )


def _outside(session: str, users: list[Agent]) -> bool:
    """Tell whether no agent of a role works under such a session name.

    Where a role has users of a kind whose session names are not known, nothing can be told.
    """
    known = [_SESSIONS.get(one.kind) for one in users]
    return bool(session) and all(
        prefix is not None and not session.startswith(prefix) for prefix in known
    )


def _attribute(session: str, users: list[Agent]) -> tuple[str | None, str]:
    named = _AGENT_SESSION.fullmatch(session)
    if named:
        agent = next((one for one in users if one.id == named[1]), None)
        return (agent.arn, BY_SESSION) if agent else (None, NOT_POSSIBLE)
    if len(users) == 1:
        return users[0].arn, BY_ROLE
    return None, NOT_POSSIBLE
