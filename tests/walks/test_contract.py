"""The keys that other programs rely on, on the demo's store."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Recert = Callable[..., Any]
Walk = Any

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")

AGENT = """arn name kind account region owner purpose execution_role_arn live_versions certified
    last_reviewed_at next_review_due fingerprint shares_role_with risk_tier"""
GRANT = """id role_arn via policy statement action resources conditions effective_actions conditional
    blocked access_levels last_used explained_by risks"""
CAMPAIGN = "id name state trigger owner opened_at due_at counts complete blockers"
COUNTS = """items pending decided signed_off attested reduced revoked excepted abstained no_response
    excluded"""
ITEM = """id kind state agent reviewer title grant delta recommendation basis_digest decision"""
EVENT = "id agent kind severity live before after detected_at campaign"
GAP = "account region service operation error effect"


def has(value: dict[str, Any], keys: str) -> bool:
    return set(keys.split()) <= set(value)


def hr(walk: Walk) -> str:
    return next(
        str(one["arn"]) for one in walk.json("agents")["agents"] if one["name"] == "hr-assistant"
    )


def test_agents(walk: Walk) -> None:
    agents = walk.json("agents")["agents"]
    assert all(has(agent, AGENT) for agent in agents)
    by_name = {agent["name"]: agent for agent in agents}
    assert by_name["hr-assistant"]["live_versions"] == ["4"]
    assert by_name["connected-house-agent"]["owner"] is None
    shared = by_name["mortgages_assistant"]["shares_role_with"]
    assert by_name["general_mortgage_questions"]["arn"] in shared
    assert by_name["mortgages_assistant"]["arn"] not in shared
    assert {agent["risk_tier"] for agent in agents} <= {"critical", "high", "medium", "low"}


@pytest.mark.parametrize("way", ["name", "id", "arn"])
def test_an_agent_goes_by_name_id_and_arn(walk: Walk, way: str) -> None:
    arn = hr(walk)
    typed = {"name": "hr-assistant", "id": arn.rpartition("/")[2], "arn": arn}[way]
    assert walk.json("agent", "show", typed)["arn"] == arn


def test_an_unknown_agent_is_refused_with_the_nearest(walk: Walk) -> None:
    done = walk("permissions", "hr-asistant")
    assert done.code == 2
    assert "hr-assistant" in done.err


def test_permissions(walk: Walk) -> None:
    found = walk.json("permissions", "hr-assistant")
    assert found["agent"] == hr(walk)
    grants = found["grants"]
    assert all(has(grant, GRANT) for grant in grants)
    assert all(has(grant["policy"], "kind name arn version_id") for grant in grants)
    assert all(has(grant["statement"], "index sid") for grant in grants)
    assert all(has(grant["last_used"], "state at source") for grant in grants)
    wide = next(grant for grant in grants if grant["action"] == "s3:*" and grant["blocked"])
    assert "s3:GetObject" in wide["effective_actions"]
    blocked = {action: one["by"] for one in wide["blocked"] for action in one["actions"]}
    assert blocked["s3:PutBucketPolicy"] == "boundary"
    assert not set(blocked) & set(wide["effective_actions"])
    by = {one["by"] for grant in grants for one in grant["blocked"]}
    assert by >= {"boundary", "scp"}


def test_reach_and_findings(walk: Walk) -> None:
    found = walk.json("reach", "hr-assistant")
    assert has(found, "agent roles blast_radius paths")
    assert found["roles"][0]["arn"].endswith("-HumanInTheLoop")
    parts = "actions write_actions services resources accounts escalations score"
    assert has(found["blast_radius"], parts)
    assert all(isinstance(number, int | float) for number in found["blast_radius"].values())
    kinds = {one["kind"] for one in walk.json("findings")["findings"]}
    assert kinds >= {
        "shared_role",
        "confused_deputy",
        "guardrail_missing",
        "guardrail_mutable",
        "admin_access",
        "wildcard_action",
        "unowned_agent",
        "orphan_role",
        "no_boundary",
    }
    mine = walk.json("findings", "hr-assistant")["findings"]
    assert {one["agent"] for one in mine} == {hr(walk)}


def test_explain_names_the_layer_that_decides(walk: Walk) -> None:
    bucket = "arn:aws:s3:::examplecorp-hr-documents"
    found = walk.json("explain", "hr-assistant", "s3:PutBucketPolicy", bucket)
    role = found["roles"][0]
    assert (role["decision"], role["decided_by"]) == ("implicitDeny", "boundary")
    found = walk.json("explain", "hr-assistant", "s3:DeleteBucket", bucket)
    assert found["roles"][0]["decision"] == "explicitDeny"
    assert found["roles"][0]["decided_by"] == "scp"
    assert walk("explain", "hr-assistant", "s3:*").code == 2


def test_what_was_judged_names_the_catalogue_that_it_was_judged_against(walk: Walk) -> None:
    for command in (
        ("permissions", "hr-assistant"),
        ("explain", "hr-assistant", "s3:GetObject"),
        ("reach", "hr-assistant"),
        ("findings",),
        ("who-can", "iam:PassRole"),
    ):
        stamp = walk.json(*command)["catalogue"]
        assert stamp["version"]
        assert re.fullmatch(r"sha256:[0-9a-f]{64}", stamp["digest"])


def test_who_can_names_roles_and_their_agents(walk: Walk) -> None:
    found = walk.json("who-can", "iam:PassRole")["principals"]
    assert any(hr(walk) in one["agents"] for one in found)


def test_events(walk: Walk) -> None:
    events = walk.json("events")["events"]
    assert all(has(event, EVENT) for event in events)
    assert all(INSTANT.fullmatch(event["detected_at"]) for event in events)
    mine = walk.json("events", "hr-assistant")["events"]
    assert {event["agent"] for event in mine} == {hr(walk)}
    source = next(event for event in mine if event["kind"] == "data_source.added")
    assert "examplecorp-hr-compensation" in str(source["after"])
    assert source["campaign"]


def test_campaigns_and_items(walk: Walk) -> None:
    campaigns = walk.json("campaigns")["campaigns"]
    assert all(has(one, CAMPAIGN) and has(one["counts"], COUNTS) for one in campaigns)
    one = campaigns[0]
    assert has(walk.json("campaign", "show", one["id"]), CAMPAIGN)
    items = walk.json("items", one["id"])["items"]
    assert len(items) == one["counts"]["items"]
    assert all(has(item, ITEM) for item in items)
    assert all(has(item["recommendation"], "verdict reason") for item in items)
    assert all(
        item["grant"] is None or has(item["grant"], GRANT)
        for item in items
        if item["kind"] == "permission"
    )
    assert {item["delta"] for item in items} <= {"new", "changed", "unchanged", "removed"}


def test_a_sync_says_what_it_could_not_read(recert: Recert, tmp_path: Path, checkout: Path) -> None:
    recording = checkout / "data" / "demo" / "estate.jsonl"
    done = recert("--store", tmp_path / "s.db", "sync", "--from", recording, "--json")
    assert done.code == 3
    found = done.json()
    assert has(found, "snapshot agents roles api_calls events campaigns coverage")
    assert found["campaigns"] == []
    gaps = found["coverage"]["gaps"]
    assert all(has(gap, GAP) for gap in gaps)
    assert {(gap["service"], gap["operation"]) for gap in gaps} == {
        ("bedrock-agentcore-control", "GetApiKeyCredentialProvider"),
        ("lambda", "GetFunctionConfiguration"),
        ("s3", "GetBucketTagging"),
    }


def test_settings_say_where_they_come_from(recert: Recert, tmp_path: Path) -> None:
    file = tmp_path / "recert.toml"
    file.write_text('[triggers.due_days]\ncritical = 2\n[owners]\ntags = ["team"]\n')
    done = recert("--config", file, "config", "show", "--json", RECERT_STORE="elsewhere.db")
    settings = {one["name"]: one for one in done.json()["settings"]}
    assert settings["store"]["source"] == "environment RECERT_STORE"
    assert settings["triggers.due_days.critical"] == {
        "name": "triggers.due_days.critical",
        "value": 2,
        "source": str(file),
    }
    assert settings["triggers.due_days.low"]["source"] == "default"
    assert settings["owners.tags"]["value"] == ["team"]


def test_a_simulation_needs_no_store_and_one_bad_line_stops_nothing(
    recert: Recert, tmp_path: Path
) -> None:
    good = (
        '{"id": "c1", "PolicyInputList": [{"Version": "2012-10-17", "Statement": [{"Effect": '
        '"Allow", "Action": "s3:*", "Resource": "*"}]}], "ActionNames": ["s3:GetObject"]}'
    )
    requests = tmp_path / "requests.jsonl"
    requests.write_text(f"{good}\nnot json\n{good}\n", encoding="utf-8")
    done = recert("simulate", requests)
    lines = done.out.splitlines()
    assert done.code == 1
    assert ["EvaluationResults" in line for line in lines] == [True, False, True]
    requests.write_text(good, encoding="utf-8")
    assert recert("simulate", requests).code == 0


def test_an_owner_that_a_person_states_wins_over_tags(walk: Walk) -> None:
    walk.json("agent", "set", "connected-house-agent", "--owner", "tom.becker", "--purpose", "Demo")
    agent = walk.json("agent", "show", "connected-house-agent")
    assert (agent["owner"], agent["purpose"]) == ("tom.becker", "Demo")
    assert {"aliases", "execution_roles", "integrations"} <= agent.keys()
    assert agent["execution_roles"][0]["arn"] == agent["execution_role_arn"]


def test_a_backup_can_be_brought_back(walk: Walk, tmp_path: Path) -> None:
    campaign = walk.active()["id"]
    walk.json("db", "backup", "--to", tmp_path / "copy.db")
    item = walk.mine(campaign)[0]["id"]
    walk.json("decide", campaign, item, "--abstain", "--rationale", "r")
    assert walk("db", "restore", tmp_path / "copy.db").code == 2
    done = walk.json("db", "restore", tmp_path / "copy.db", "--yes")
    assert Path(done["kept"]).exists()
    assert walk.json("campaign", "show", campaign)["counts"]["decided"] == 0
    assert walk.json("db", "check")["ok"] is True
    assert walk("db", "upgrade").code == 0
