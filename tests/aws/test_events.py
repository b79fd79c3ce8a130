"""CloudTrail's event history: bounded, attributed where that is possible, without its contents."""

import json
from pathlib import Path
from typing import Any

from recert.aws.interface import Options
from recert.aws.keyring import Keyring
from recert.aws.record import record
from recert.aws.replay_source import ReplaySource
from recert.clock import SystemClock
from recert.estate.companions import EventWindow, Observed

A1, A2 = "AGENT00001", "AGENT00002"
WHEN = "2026-10-20T00:00:00Z"


def event(tape: Any, role: str, session: str, source: str, name: str, **more: Any) -> Any:
    body = {
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "eventTime": WHEN,
        "requestParameters": {"prompt": "a secret prompt"},
        "userIdentity": {
            "type": "AssumedRole",
            "arn": f"arn:aws:sts::{tape.account}:assumed-role/{role}/{session}",
            "sessionContext": {"sessionIssuer": {"arn": tape.role_arn(role)}},
        },
        **more,
    }
    return {"EventTime": WHEN, "EventName": name, "CloudTrailEvent": json.dumps(body)}


def history(tape: Any, *events: Any, **more: Any) -> None:
    tape.add("cloudtrail", "LookupEvents", {}, {"Events": list(events), **more})


def seen(tape: Any, **options: Any) -> tuple[Observed, ...]:
    return tuple(tape.read(events_days=30, **options).estate.observed)


def window(tape: Any, **options: Any) -> EventWindow:
    return tape.read(events_days=30, **options).estate.event_windows[0]


def test_the_history_is_left_alone_unless_it_is_asked_for(two_agents: Any) -> None:
    history(two_agents)
    reading = two_agents.read()
    assert reading.estate.observed == ()
    assert reading.estate.event_windows == ()
    assert "cloudtrail:LookupEvents" not in reading.calls.by_operation


def test_the_session_name_tells_the_agent_inside_a_shared_role(tape: Any) -> None:
    tape.add(
        "bedrock-agent", "ListAgents", {}, {"agentSummaries": [{"agentId": A1}, {"agentId": A2}]}
    )
    for one in (A1, A2):
        tape.agent(one, agentResourceRoleArn=tape.role_arn("shared"))
    history(
        tape,
        event(tape, "shared", f"BedrockAgents-{A2}-1f", "bedrock", "Converse"),
        event(tape, "shared", f"BedrockAgents-{A2}-2f", "bedrock", "InvokeModel", errorCode="X"),
        event(tape, "shared", "BedrockAgentCore-1f", "s3", "ListBuckets"),
        event(tape, "other", "x", "s3", "ListBuckets"),
    )
    buckets, models = sorted(seen(tape), key=lambda one: one.action, reverse=True)
    assert (buckets.agent_arn, buckets.attribution) == (None, "not_possible")
    assert models.agent_arn == tape.arn("bedrock", f"agent/{A2}")
    assert (models.attribution, models.action) == ("session_name", "bedrock:InvokeModel")
    assert (models.count, models.refused) == (2, 1)


def test_a_role_of_one_agent_tells_it_as_well(two_agents: Any) -> None:
    dated = "UpdateFunctionCode20150331v2"
    history(two_agents, event(two_agents, f"agent-{A1}", "x", "lambda", dated))
    found = seen(two_agents)[0]
    assert (found.attribution, found.action) == ("only_agent", "lambda:UpdateFunctionCode")
    assert window(two_agents).unread is None


def test_what_was_left_unread_is_stated(two_agents: Any) -> None:
    one = event(two_agents, f"agent-{A1}", "x", "s3", "ListBuckets")
    history(two_agents, one, NextToken="more")
    bounded = window(two_agents, events_pages=1)
    assert bounded.unread is not None
    assert bounded.unread.endswith("(bounded)")
    assert bounded.since.isoformat() == "2026-10-20T00:00:00+00:00"
    two_agents.refuse("cloudtrail", "LookupEvents")
    assert "AccessDeniedException" in (window(two_agents).unread or "")


def test_odd_records_are_survived(two_agents: Any) -> None:
    odd = [{"EventTime": WHEN, "CloudTrailEvent": text} for text in ("{", "[]", "5", "null", "{}")]
    history(two_agents, {}, *odd)
    assert seen(two_agents) == ()
    assert window(two_agents).events == 5


def test_the_contents_of_events_are_not_recorded(two_agents: Any, tmp_path: Path) -> None:
    history(two_agents, event(two_agents, f"agent-{A1}", "x", "bedrock", "InvokeModel"))
    path = tmp_path / "r"
    source = ReplaySource(two_agents.recording())
    options = Options(events_days=30)
    record(source, path, clock=SystemClock(), keyring=Keyring(b"k" * 32), options=options)
    content = path.read_text()
    assert "InvokeModel" in content
    assert "a secret" not in content
