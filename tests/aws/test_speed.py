"""What a reading costs: calls against the smallest number, time, memory."""

import json
from typing import Any

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse, HeadersDict
from figures import Figures, peak_megabytes, spent

from recert.aws.needed import calls_needed

SET = "2026-10-01T00:00:00Z"


def bare_client(body: bytes) -> Any:
    """Return botocore's own client, answered with the same bytes in the place of the socket."""
    client = botocore.session.Session().create_client(
        "bedrock-agent",
        "us-east-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",  # noqa: S106 - nobody asks for it
    )

    def answer(**_: object) -> AWSResponse:
        made = AWSResponse("https://localhost", 200, HeadersDict(), None)
        made._content = body
        return made

    client.meta.events.register_first("before-send", answer)
    return client


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
def test_reading_many_agents_from_a_recording(tape: Any, agents: int, figure: Figures) -> None:
    fill(tape, agents)
    tape.empty_listings()
    with spent() as took:
        reading = tape.read(usage=False)
    many = agents == 1000
    figure.seconds(f"{agents:,} agents read from a recording", took, at_most=60 if many else None)
    figure(f"peak after {agents:,} agents", peak_megabytes(), "MB", at_most=700 if many else None)
    needed = calls_needed(reading.estate)
    over = (reading.api_calls - needed) / needed * 100
    figure(f"calls above the formula, {agents:,} agents", over, "%", at_most=5)
    assert len(reading.estate.agents) == agents


@pytest.mark.benchmark
def test_what_a_call_costs_beside_botocore_alone(tape: Any, figure: Figures) -> None:
    """The peer sends the same requests through bare botocore, which parses the same bytes."""
    fill(tape, 200)
    calls = tape.read(usage=False).api_calls
    with spent() as ours:
        tape.read(usage=False)
    ids = [f"AGENT{number:05d}" for number in range(200)]
    output = next(
        line["output"]
        for line in tape.lines
        if line["operation"] == "GetAgent" and "output" in line
    )
    body = json.dumps(output, default=str).encode()
    client = bare_client(body)
    client.get_agent(agentId=ids[0])
    with spent() as theirs:
        for _ in range(calls // len(ids)):
            for one in ids:
                client.get_agent(agentId=one)
    bare = theirs.cpu / (calls // len(ids) * len(ids)) * 1000
    figure("a call of a reading, of the processor", ours.cpu / calls * 1000, "ms",
           peer="bare botocore", peer_value=bare)  # fmt: skip
