"""Every row of the seed's list holds on the demo estate, asked through the command line only."""

from collections.abc import Callable
from typing import Any

import pytest

Walk = Any
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def demo(made_once: tuple[Any, dict[str, Any]], module_walk: Callable[[Any], Walk]) -> Walk:
    return module_walk(made_once[0])


@pytest.fixture(scope="module")
def agents(demo: Walk) -> Rows:
    return list(demo.json("agents")["agents"])


@pytest.fixture(scope="module")
def findings(demo: Walk) -> Rows:
    return list(demo.json("findings")["findings"])


def of_kind(findings: Rows, kind: str) -> Rows:
    return [one for one in findings if one["kind"] == kind]


def test_every_finding_has_severity_evidence_remedy_and_a_sourced_place(findings: Rows) -> None:
    for one in findings:
        assert one["severity"] in ("critical", "high", "medium", "low")
        assert one["detail"]
        assert one["remedy"]
        assert isinstance(one["evidence"], dict)
        assert one["frameworks"]
        assert all(row["source"].startswith("https://") for row in one["references"])


def test_a_dedicated_role_for_each_agent(agents: Rows, findings: Rows) -> None:
    sharing = {row["arn"] for row in agents if row["shares_role_with"]}
    assert sharing
    told = {one["agent"] for one in of_kind(findings, "shared_role") if "agents" in one["evidence"]}
    assert told == sharing


def test_wildcard_actions_and_resources(demo: Walk, findings: Rows) -> None:
    for kind in ("wildcard_action", "wildcard_resource"):
        for one in of_kind(findings, kind):
            grants = {row["id"]: row for row in demo.json("permissions", one["agent"])["grants"]}
            for key in one["evidence"]["grants"]:
                assert kind in grants[key]["risks"]


def test_effective_over_declared(demo: Walk, agents: Rows) -> None:
    blocked = [
        (grant, one)
        for row in agents
        for grant in demo.json("permissions", row["arn"])["grants"]
        for one in grant["blocked"]
    ]
    assert {one["by"] for _, one in blocked} & {"boundary", "scp", "deny"}
    assert all(not set(one["actions"]) & set(grant["effective_actions"]) for grant, one in blocked)


def test_the_trust_of_each_role_is_reviewed(demo: Walk, findings: Rows) -> None:
    found = of_kind(findings, "confused_deputy")
    assert found
    for one in found:
        assert one["evidence"]["principal"].endswith(".amazonaws.com")
        assert "aws:Source" in one["remedy"]
    kinds = {
        item["kind"]
        for one in demo.json("campaigns")["campaigns"]
        for item in demo.json("items", one["id"])["items"]
    }
    assert "trust" in kinds


def test_scp_ceilings_narrow_what_is_shown(demo: Walk, agents: Rows) -> None:
    verdicts = [
        layer
        for row in agents
        for role in demo.json("explain", row["arn"], "organizations:LeaveOrganization")["roles"]
        for layer in role["layers"]
        if layer["layer"] == "scp"
    ]
    assert any(layer["present"] for layer in verdicts)


def test_a_guardrail_that_the_agent_can_change(demo: Walk, findings: Rows) -> None:
    found = of_kind(findings, "guardrail_mutable")
    assert found
    (first, *_) = found
    actions = {
        name
        for grant in demo.json("permissions", first["agent"])["grants"]
        if grant["id"] in first["evidence"]["grants"]
        for name in grant["effective_actions"]
    }
    assert actions & {"bedrock:UpdateGuardrail", "bedrock:UpdateAgent", "bedrock:DeleteGuardrail"}


def test_which_actions_leave_a_trail(demo: Walk, findings: Rows) -> None:
    assert of_kind(findings, "unlogged_action")
    steps = demo.json("reach", "hr-assistant")["visibility"]
    assert {step["step"] for step in steps} >= {"who invoked it", "which functions it called"}
    assert {step["visible"] for step in steps} <= {"yes", "no", "partly", "unknown"}
    assert all(step["why"] for step in steps)


def test_an_agent_that_was_repurposed_is_noticed(demo: Walk) -> None:
    kinds = {one["kind"] for one in demo.json("events")["events"]}
    assert kinds & {"purpose.changed", "instruction.changed"}
    assert "data_source.added" in kinds or "action_group.added" in kinds
    assert any(one["trigger"] for one in demo.json("campaigns")["campaigns"])


def test_who_may_make_an_agent_act(demo: Walk, agents: Rows) -> None:
    found = {row["name"]: demo.json("reach", row["arn"])["invokers"] for row in agents}
    kinds = {one["kind"] for invokers in found.values() for one in invokers}
    assert {"agent", "token", "broad_role"} <= kinds
    for invokers in found.values():
        assert all(one["principal"] and one["evidence"] for one in invokers)


def test_the_blast_radius_is_shown_in_parts_that_add_up(demo: Walk, agents: Rows) -> None:
    scores = {}
    for row in agents:
        found = demo.json("reach", row["arn"])
        assert sum(found["score_parts"].values()) == found["blast_radius"]["score"]
        assert found["sentence"].endswith(".")
        scores[row["name"]] = found["blast_radius"]["score"]
    assert max(scores, key=lambda name: scores[name]) == "customer_support"


def test_an_unused_claim_rests_on_a_source_that_could_have_shown_the_use(
    demo: Walk, agents: Rows
) -> None:
    states = set()
    for row in agents:
        for grant in demo.json("permissions", row["arn"])["grants"]:
            states.add(grant["last_used"]["state"])
            if grant["last_used"]["state"] == "unused":
                assert grant["last_used"]["source"]
            if "not used" in grant["recommendation"]["reason"].lower():
                assert grant["last_used"]["state"] == "unused"
    assert {"used", "unknown"} <= states
