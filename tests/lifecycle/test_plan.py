"""From events to campaigns."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from recert.estate.estate import Estate
from recert.lifecycle import Event, Opens, Severity, TriggerPolicy, compare, plan

NOW = datetime(2026, 11, 1, tzinfo=UTC)
POLICY = TriggerPolicy()


def event(agent: str, kind: str, severity: str = "high", subject: str = "s", **after: Any) -> Event:
    return Event(
        agent=agent,
        kind=kind,
        severity=Severity(severity),
        live=False,
        subject=subject,
        after=after or None,
        detected_at=NOW,
    )


EVENTS = [
    event("a", "action_group.added", name="Refund"),
    event("a", "policy.widened", "critical"),
    event("a", "policy.narrowed", "low"),
    event("b", "model.changed", "medium"),
    event("c", "policy.narrowed", "low"),
    event("", "coverage.gap", "medium"),
]


def test_the_events_of_one_agent_make_one_campaign_with_all_causes() -> None:
    first, second = plan(EVENTS, POLICY, names={"a": "hr"})
    assert (first.agents, first.depth, first.due_in_days) == (("a",), Opens.FULL, 3)
    assert first.kinds == ("policy.widened", "action_group.added", "policy.narrowed")
    assert first.name == "hr: policy widened, new action group Refund"
    assert "policy narrowed" not in first.reason
    assert (second.agents, second.depth, second.due_in_days) == (("b",), Opens.DELTA, 14)


@settings(deadline=None)
@given(st.permutations(EVENTS))
def test_neither_order_nor_repetition_matters(events: list[Event]) -> None:
    assert plan([*events, *events[:2]], POLICY) == plan(EVENTS, POLICY)


def test_a_baseline_opens_nothing(estate: Estate) -> None:
    assert plan(compare(None, estate), POLICY) == ()


def test_a_new_agent_in_a_known_scope_opens_a_full_campaign(w: Any, estate: Estate) -> None:
    fresh = w.agent(w.arn("NEW0000001"), w.version("DRAFT", w.TOOL_ROLE), live=None)
    events = compare(estate, w.later(estate, agents=(*estate.agents, fresh)))
    (found,) = plan(events, POLICY)
    assert (found.agents, found.depth) == ((fresh.arn,), Opens.FULL)


def test_notes_alone_open_nothing() -> None:
    assert plan([event("a", "policy.narrowed", "low")], POLICY) == ()


def test_a_configuration_can_silence_and_raise() -> None:
    policy = TriggerPolicy(events={"policy.*": Opens.NOTE, "model.changed": Opens.FULL})
    found = {item.agents: item for item in plan(EVENTS, policy)}
    assert found[("b",)].depth is Opens.FULL
    assert found[("a",)].due_in_days == 7
