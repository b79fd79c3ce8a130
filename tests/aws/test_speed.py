"""What a reading costs: calls against the smallest number, time, memory."""

import resource
import time
from typing import Any

import pytest

from recert.aws.needed import calls_needed

SET = "2026-10-01T00:00:00Z"


def fill(tape: Any, agents: int) -> None:
    """Agents of the shape that the formula counts: a draft, one live version, two action groups."""
    ids = [f"AGENT{number:05d}" for number in range(agents)]
    summaries = [{"agentId": one, "agentName": one, "updatedAt": SET} for one in ids]
    tape.add("bedrock-agent", "ListAgents", {}, {"agentSummaries": summaries})
    for one in ids:
        tape.agent(one)
        tape.role(f"agent-{one}")
        for number in (1, 2):
            function = tape.function(f"{one}-{number}")
            tape.role(f"{one}-{number}-role")
            for version in ("DRAFT", "4"):
                group(tape, one, version, f"AG{number}", function)
    tape.authority()


def group(tape: Any, agent_id: str, version: str, group_id: str, function: str) -> None:
    which = {"agentId": agent_id, "agentVersion": version}
    listed = [{"actionGroupId": f"AG{one}", "actionGroupName": f"g{one}"} for one in (1, 2)]
    if group_id == "AG1":
        tape.add("bedrock-agent", "ListAgentActionGroups", which, {"actionGroupSummaries": listed})
    detail = {"actionGroupId": group_id, "actionGroupExecutor": {"lambda": function}}
    asked = {**which, "actionGroupId": group_id}
    tape.add("bedrock-agent", "GetAgentActionGroup", asked, {"agentActionGroup": detail})


def test_the_calls_for_agents_meet_the_formula(tape: Any) -> None:
    fill(tape, 10)
    counts = tape.read().calls.by_operation
    listed = sum(
        count
        for name, count in counts.items()
        if name.startswith("bedrock-agent:") and "Flow" not in name and "ListKnowledge" not in name
    )
    assert listed == 1 + 10 * (3 + (1 + 2 + 1) + (1 + 1 + 2 + 1))
    assert counts["lambda:GetFunctionConfiguration"] == counts["lambda:GetPolicy"] == 20
    assert counts["iam:GetAccountAuthorizationDetails"] == 1


def test_a_whole_reading_makes_no_call_too_many(tape: Any) -> None:
    fill(tape, 5)
    tape.knowledge_base("KB1", {"DS1": {"dataSourceConfiguration": {"type": "CUSTOM"}}})
    tape.empty_listings()
    reading = tape.read(usage=False)
    assert reading.estate.coverage.gaps == ()
    assert reading.api_calls == calls_needed(reading.estate)


@pytest.mark.benchmark
@pytest.mark.parametrize("agents", [100, 300, 1000])
def test_reading_many_agents_from_a_recording(tape: Any, agents: int) -> None:
    fill(tape, agents)
    started = time.perf_counter()
    source = tape.source()
    loaded, worked = time.perf_counter(), time.process_time()
    from_recording = tape.read()
    done, work = time.perf_counter(), time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"\n{agents} agents: recording checked in {loaded - started:.1f} s, "
        f"checked and read in {done - loaded:.1f} s ({work:.1f} s of the processor), "
        f"{from_recording.api_calls:,} calls, "
        f"{work / from_recording.api_calls * 1000:.2f} ms of it a call, peak {peak} MB"
    )
    assert len(from_recording.estate.agents) == agents
    assert source.recording.lines > agents
