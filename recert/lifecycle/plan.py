"""From events to campaigns: what to certify again, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from recert.lifecycle.events import Event, Severity
from recert.lifecycle.kinds import KINDS, Opens
from recert.lifecycle.policy import TriggerPolicy

_NAMED_CAUSES = 2
_NAMES = ("name", "policy", "owner")


@dataclass(frozen=True, slots=True)
class CampaignPlan:
    """One campaign that a set of events asks for.

    `events` holds every cause, notes included, gravest first; `depth` is `full` or `delta`;
    `reason` says in words why now. Names inside are as AWS gave them, not yet made visible.
    """

    agents: tuple[str, ...]
    events: tuple[Event, ...]
    depth: Opens
    due_in_days: int
    name: str
    reason: str
    severity: Severity
    asks: str | None = None
    """Whom the policy asks instead of the owner."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of its causes, gravest first, without repeats."""
        return tuple(dict.fromkeys(event.kind for event in self.events))


def plan(
    events: Iterable[Event],
    policy: TriggerPolicy,
    *,
    names: Mapping[str, str] | None = None,
    tiers: Mapping[str, Severity] | None = None,
) -> tuple[CampaignPlan, ...]:
    """Say which campaigns these events open, one per agent, the most urgent first.

    Events of a baseline open nothing; nor does an agent whose events are notes only. `names` maps
    agent ARNs to names for the campaign's title, `tiers` to their risk tiers. The same events in
    any order, or twice, give the same plans.
    """
    by_agent: dict[str, dict[tuple[str, str, str, bool], Event]] = {}
    for event in events:
        if event.agent and not is_baseline(event):
            by_agent.setdefault(event.agent, {})[event.key] = event
    plans = [
        found
        for agent, own in by_agent.items()
        if (
            found := _plan_agent(
                agent, own.values(), policy, (names or {}).get(agent), (tiers or {}).get(agent)
            )
        )
        is not None
    ]
    return tuple(sorted(plans, key=lambda item: (-item.severity.rank, item.name, item.agents)))


def is_baseline(event: Event) -> bool:
    """Tell whether an event belongs to a first reading, which changes nothing."""
    return event.kind == "agent.added" and bool((event.after or {}).get("baseline"))


def words_of(event: Event) -> str:
    """Name what happened in a few words: `new action group RefundActions`."""
    row = KINDS.get(event.kind)
    words = row.words if row else event.kind.replace("_", " ").replace(".", " ")
    values = event.after or event.before or {}
    name = next((values[key] for key in _NAMES if isinstance(values.get(key), str)), None)
    if name is None or event.kind.startswith("agent."):
        return words
    return f"{words} {name}"


def _plan_agent(
    agent: str,
    events: Iterable[Event],
    policy: TriggerPolicy,
    name: str | None,
    tier: Severity | None,
) -> CampaignPlan | None:
    ordered = tuple(sorted(events, key=lambda item: (-item.severity.rank, not item.live, item.key)))
    asking = tuple(event for event in ordered if policy.opens(event.kind, tier) is not Opens.NOTE)
    if not asking:
        return None
    causes = tuple(dict.fromkeys(words_of(event) for event in asking))
    title = name or agent.rpartition("/")[2]
    shown = ", ".join(causes[:_NAMED_CAUSES])
    more = len(causes) - _NAMED_CAUSES
    return CampaignPlan(
        agents=(agent,),
        events=ordered,
        depth=max((policy.opens(event.kind, tier) for event in asking), key=lambda item: item.rank),
        due_in_days=policy.due_in_days(asking, tier),
        name=f"{title}: {shown}" + (f" and {more} more" if more > 0 else ""),
        reason="; ".join(causes) + ".",
        severity=asking[0].severity,
        asks=policy.asks(asking),
    )
