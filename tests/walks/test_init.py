"""The first run against an AWS that this project did not write: a moto server on loopback."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest

Recert = Callable[..., Any]

REGION = "us-east-1"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example"}


@pytest.fixture(scope="module")
def aws(moto_server: str) -> dict[str, str]:
    """Return the way to a moto server with one agent that has an owner and one that has none."""
    session = boto3.session.Session("AKIAEXAMPLE", "example", region_name=REGION)
    iam = session.client("iam", endpoint_url=moto_server)
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "bedrock.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = iam.create_role(RoleName="agent", AssumeRolePolicyDocument=json.dumps(trust))["Role"]
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}],
    }
    iam.put_role_policy(RoleName="agent", PolicyName="data", PolicyDocument=json.dumps(policy))
    bedrock = session.client("bedrock-agent", endpoint_url=moto_server)
    for name, tags in (("orders", {"owner": "kim.lee"}), ("returns", {})):
        bedrock.create_agent(agentName=name, agentResourceRoleArn=role["Arn"], tags=tags)
    return {
        "AWS_ENDPOINT_URL": moto_server,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        **KEYS,
    }


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "first.db"


def test_a_first_run_ends_with_a_baseline_and_a_campaign(
    recert: Recert, store: Path, aws: dict[str, str]
) -> None:
    done = recert("--store", store, "init", "--yes", "--json", RECERT_USER="kim.lee", **aws)
    assert done.code == 3, done.err
    found = done.json()
    assert found["caller"]["account"] == "123456789012"
    assert ":" in found["caller"]["arn"]
    assert found["agents"] == 2
    assert found["unmapped_owners"] == []
    assert len(found["unowned_agents"]) == 1
    assert any(one["allowed"] for one in found["access"])
    assert any(not one["allowed"] and one["effect"] for one in found["access"])
    events = recert("--store", store, "events", "--json").json()["events"]
    assert {event["kind"] for event in events} == {"agent.added"}
    campaigns = recert("--store", store, "campaigns", "--json").json()["campaigns"]
    assert [one["id"] for one in campaigns] == [found["campaign"]]
    assert campaigns[0]["state"] == "active"
    items = recert("--store", store, "items", found["campaign"], "--json").json()["items"]
    assert any(item["reviewer"] == "kim.lee" for item in items)


def test_the_campaign_is_offered_and_not_forced(
    recert: Recert, store: Path, aws: dict[str, str]
) -> None:
    done = recert("--store", store, "init", "--no-campaign", "--json", **aws)
    assert done.code == 3, done.err
    found = done.json()
    assert found["campaign"] is None
    assert [one["name"] for one in found["offer"]["agents"]]
    assert found["unmapped_owners"] == ["kim.lee"]
    assert recert("--store", store, "campaigns", "--json").json()["campaigns"] == []
    command = found["offer"]["command"].split()[1:]
    opened = recert("--store", store, *command, "--json")
    assert opened.code == 0, opened.err
    assert opened.json()["state"] == "active"


def test_people_and_their_owner_tags_can_be_given(
    recert: Recert, store: Path, aws: dict[str, str]
) -> None:
    person = "kim=Kim Lee=kim.lee"
    done = recert("--store", store, "init", "--no-campaign", "--person", person, "--json", **aws)
    assert done.code == 3, done.err
    assert done.json()["unmapped_owners"] == []
    people = recert("--store", store, "people", "list", "--json").json()["people"]
    kim = next(one for one in people if one["id"] == "kim")
    assert (kim["name"], kim["aliases"]) == ("Kim Lee", ["kim.lee"])


def test_a_second_first_run_is_refused(recert: Recert, store: Path, aws: dict[str, str]) -> None:
    assert recert("--store", store, "init", "--no-campaign", **aws).code == 3
    done = recert("--store", store, "init", "--no-campaign", **aws)
    assert done.code == 2
    assert "recert sync" in done.err


def test_regions_that_were_chosen_are_remembered(
    recert: Recert, store: Path, aws: dict[str, str]
) -> None:
    done = recert(
        "--store",
        store,
        "init",
        "--no-campaign",
        "--regions",
        "us-east-1,eu-west-1",
        "--json",
        **aws,
    )
    assert done.code == 3, done.err
    assert done.json()["regions"] == ["eu-west-1", "us-east-1"]
    again = recert("--store", store, "sync", "--json", **aws)
    assert {gap["region"] for gap in again.json()["coverage"]["gaps"]} >= {"eu-west-1"}


def test_what_was_recorded_can_be_synced_elsewhere(
    recert: Recert, store: Path, tmp_path: Path, aws: dict[str, str]
) -> None:
    recording = tmp_path / "estate.jsonl"
    made = recert("record", "--to", recording, "--json", **aws)
    assert made.code == 3, made.err
    assert made.json()["agents"] == 2
    synced = recert("--store", store, "sync", "--from", recording, "--json")
    assert synced.code == 3, synced.err
    assert synced.json()["agents"] == 2
