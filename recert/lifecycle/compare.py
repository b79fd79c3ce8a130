"""Two estates become events.

A scope is one account, region and agent kind. What the earlier estate did not visit, or visited
with an older collector, is a baseline: its new agents are named and nothing else is said of it.
What the later estate did not visit, or could not list, says nothing at all.
"""

from dataclasses import dataclass, field

from recert.analysis.coverage import related, touches
from recert.estate.agents import DRAFT, Agent, AgentKind
from recert.estate.estate import Estate, Gap
from recert.lifecycle.agent import AgentDiff, added, everything, removed
from recert.lifecycle.changes import Change
from recert.lifecycle.derived import Derived
from recert.lifecycle.events import Event
from recert.lifecycle.gaps import gap_change, new_gaps
from recert.lifecycle.kinds import severity_of
from recert.lifecycle.people import owner_disabled
from recert.lifecycle.providers import new_providers
from recert.lifecycle.things import SharedChanges
from recert.lifecycle.unread import Unread

Scope = tuple[str, str, str]


def compare(before: Estate | None, after: Estate) -> tuple[Event, ...]:
    """Return what changed from one estate to the next, gravest first, each event once.

    The order of lists, the way in which a policy is written, usage and descriptions are no
    change. A first reading (`before` None) and every scope that is new give `agent.added` with
    `baseline` in its values, nothing more. An event that concerns no agent has the agent "".
    """
    recorder = _Recorder(after)
    if before is None:
        for agent in after.agents_by_arn.values():
            recorder.add(agent.arn, added(agent, baseline=True), live=_serves(agent))
        return recorder.events()
    scopes = _Scopes(before, after)
    settled: list[tuple[Agent, Agent]] = []
    for agent in after.agents_by_arn.values():
        old = before.agents_by_arn.get(agent.arn)
        baseline = scopes.baseline(agent)
        if old is None and scopes.guessed(agent):
            continue
        if old is None:
            change = added(agent, baseline=baseline)
            recorder.add(agent.arn, change, live=_serves(agent))
        elif not baseline:
            settled.append((old, agent))
    for agent in before.agents_by_arn.values():
        if agent.arn not in after.agents_by_arn and scopes.gone(agent):
            recorder.add(agent.arn, removed(agent, before, after), live=_serves(agent))
    _compare_settled(before, after, settled, recorder)
    for arn, change in new_providers(before, after):
        owner = after.agents_by_arn.get(arn)
        recorder.add(arn, change, live=owner is not None and _serves(owner))
    _compare_gaps(before, after, scopes, recorder)
    return recorder.events()


def _compare_settled(
    before: Estate, after: Estate, pairs: list[tuple[Agent, Agent]], recorder: "_Recorder"
) -> None:
    shared = SharedChanges(before, after)
    derived = Derived(before, after)
    for old, new in pairs:
        diff = AgentDiff(old, new, before, after, shared)
        for change, live in diff.changes():
            recorder.add(new.arn, change, live=live)
        for change in derived.changes(old, new):
            recorder.add(new.arn, change, live=_serves(new))
        if (left := owner_disabled(before, after, new)) is not None:
            recorder.add(new.arn, left, live=_serves(new))


def _compare_gaps(before: Estate, after: Estate, scopes: "_Scopes", recorder: "_Recorder") -> None:
    gaps = new_gaps(before, after)
    if not gaps:
        return
    agents = {agent.arn: (agent, before) for agent in before.agents}
    agents.update({agent.arn: (agent, after) for agent in after.agents})
    named = {
        arn: (agent, related(estate, agent, everything(estate, agent)))
        for arn, (agent, estate) in agents.items()
        if not scopes.baseline(agent) or arn in before.agents_by_arn
    }
    for gap in gaps:
        change = gap_change(gap)
        concerned = [agent for agent, names in named.values() if touches(gap, agent, names)]
        for agent in concerned:
            recorder.add(agent.arn, change, live=_serves(agent) and not _of_draft(gap, agent))
        if not concerned and not scopes.new_account(gap.account, gap.region):
            recorder.add("", change, live=False)


def _serves(agent: Agent) -> bool:
    return bool(agent.live_versions) or agent.draft_served


def _of_draft(gap: Gap, agent: Agent) -> bool:
    """Tell whether a gap is about an agent's draft alone, while something else is served."""
    about = gap.subject.startswith((f"{agent.id}:{DRAFT}:", f"{agent.id}:{DRAFT}/"))
    return not agent.draft_served and (about or gap.subject == f"{agent.id}:{DRAFT}")


class _Scopes:
    """Which scopes both readings saw."""

    def __init__(self, before: Estate, after: Estate) -> None:
        self._old: dict[Scope, int] = {
            (visit.account, visit.region, visit.kind): visit.collector for visit in before.visits
        }
        self._new: dict[Scope, int] = {
            (visit.account, visit.region, visit.kind): visit.collector for visit in after.visits
        }
        self._unread = (Unread(before), Unread(after))

    def baseline(self, agent: Agent) -> bool:
        """Tell whether what this scope holds now was never seen before in the same way."""
        scope = (agent.account, agent.region, agent.kind)
        earlier = self._old.get(scope)
        if earlier is None or self._unread[0].agents_of(agent):
            return True
        return earlier < self._new.get(scope, earlier)

    def guessed(self, agent: Agent) -> bool:
        """Tell whether it may be no agent of its own: another one's, which could not be listed."""
        return agent.kind is AgentKind.UNREGISTERED and self._unread[1].agents_of(agent)

    def gone(self, agent: Agent) -> bool:
        """Tell whether the later reading would have shown the agent if it were there."""
        if agent.kind is AgentKind.UNREGISTERED and self._unread[0].agents_of(agent):
            return False
        scope = (agent.account, agent.region, agent.kind)
        if scope not in self._new or self._unread[1].agents_of(agent):
            return False
        return not self._unread[1].inside(("GetAgent",), agent)

    def new_account(self, account: str, region: str) -> bool:
        """Tell whether the earlier reading never was in this account and region."""
        return not any(
            scope[0] == account and region in ("", scope[1], "aws-global") for scope in self._old
        )


@dataclass(slots=True)
class _Recorder:
    """Collects events; of two with the same key the graver one stays."""

    after: Estate
    found: dict[tuple[str, str, str, bool], Event] = field(default_factory=dict)

    def add(self, agent: str, change: Change, *, live: bool) -> None:
        event = Event(
            agent=agent,
            kind=change.kind,
            severity=severity_of(change.kind, live=live, base=change.base),
            live=live,
            subject=change.subject,
            before=change.before,
            after=change.after,
            detected_at=self.after.taken_at,
            how=change.how,
        )
        known = self.found.get(event.key)
        if known is None or known.severity.rank < event.severity.rank:
            self.found[event.key] = event

    def events(self) -> tuple[Event, ...]:
        return tuple(sorted(self.found.values(), key=lambda item: (-item.severity.rank, item.key)))
