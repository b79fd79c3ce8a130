"""Replay through real boto3 clients: signing, retries, parsing, and nothing that leaves the machine."""

import time
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from recert.aws.matching import Place
from recert.aws.replay import (
    NotRecordedError,
    Player,
    ReplayClients,
    isolated_session,
    require_replay,
)
from recert.aws.wire import WireAnswer, encode_output
from recert.errors import AwsError

HERE = Place("111122223333", "us-east-1")


def clients(tape: Any, overlay: Any = None) -> ReplayClients:
    return ReplayClients(Player(tape.recording(), overlay))


def test_account_and_region_come_from_the_signature(tape: Any) -> None:
    tape.add("bedrock-agent", "ListAgents", {}, {"nextToken": "here"})
    tape.add("bedrock-agent", "ListAgents", {}, {"nextToken": "there"}, region="eu-west-1")
    tape.add("bedrock-agent", "ListAgents", {}, {"nextToken": "other"}, account="444455556666")
    made = clients(tape)
    places = (HERE, Place("111122223333", "eu-west-1"), Place("444455556666", "us-east-1"))
    answers = [made.client("bedrock-agent", place).list_agents()["nextToken"] for place in places]
    assert answers == ["here", "there", "other"]


def test_a_request_that_is_not_recorded_names_the_operation_and_leaves_nothing(tape: Any) -> None:
    tape.add("bedrock-agent", "ListAgents", {}, {})
    client = clients(tape).client("bedrock-agent", HERE)
    with pytest.raises(NotRecordedError, match="bedrock-agent ListFlows in account 111122223333"):
        client.list_flows()


def test_a_refusal_is_an_ordinary_client_error(tape: Any) -> None:
    for service, operation in (
        ("bedrock-agent", "ListAgents"),
        ("iam", "ListRoles"),
        ("organizations", "ListAccounts"),
        ("s3", "ListBuckets"),
        ("ec2", "DescribeRegions"),
    ):
        tape.refuse(service, operation, code="AccessDenied")
    made = clients(tape)
    for service, method in (
        ("bedrock-agent", "list_agents"),
        ("iam", "list_roles"),
        ("organizations", "list_accounts"),
        ("s3", "list_buckets"),
        ("ec2", "describe_regions"),
    ):
        with pytest.raises(ClientError) as caught:
            getattr(made.client(service, HERE), method)()
        assert caught.value.response["Error"]["Code"] == "AccessDenied"
        assert caught.value.response["Error"]["Message"] == "no"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_throttle_is_retried_by_botocore_without_waiting(tape: Any) -> None:
    tape.refuse("bedrock-agent", "ListAgents", code="ThrottlingException", status=429)
    started = time.monotonic()
    with pytest.raises(ClientError) as caught:
        clients(tape).client("bedrock-agent", HERE).list_agents()
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 7
    assert time.monotonic() - started < 1


def test_paginators_follow_the_recorded_tokens(tape: Any) -> None:
    pages = {"": "two", "two": "three", "three": None}
    for token, following in pages.items():
        summary = {"agentId": f"id-{token}"}
        output = {"agentSummaries": [summary], **({"nextToken": following} if following else {})}
        tape.add("bedrock-agent", "ListAgents", {"nextToken": token} if token else {}, output)
    paginator = clients(tape).client("bedrock-agent", HERE).get_paginator("list_agents")
    found = [item["agentId"] for page in paginator.paginate() for item in page["agentSummaries"]]
    assert found == ["id-", "id-two", "id-three"]


def test_policy_documents_travel_url_encoded_and_arrive_as_objects(tape: Any) -> None:
    document = {"Version": "2012-10-17", "Statement": [{"Sid": "a b%2B+ü/&<", "Effect": "Allow"}]}
    tape.role("r", AssumeRolePolicyDocument=document)
    tape.authority()
    client = clients(tape).client("iam", HERE)
    role = client.get_account_authorization_details()["RoleDetailList"][0]
    assert role["AssumeRolePolicyDocument"] == document


def test_a_document_that_is_no_json_arrives_as_iam_sent_it(tape: Any) -> None:
    tape.role("r", AssumeRolePolicyDocument="{not json")
    tape.authority()
    client = clients(tape).client("iam", HERE)
    role = client.get_account_authorization_details()["RoleDetailList"][0]
    assert role["AssumeRolePolicyDocument"] == "%7Bnot%20json"


def test_hostile_names_arrive_whole_where_the_protocol_can_carry_them(tape: Any) -> None:
    hostile = "\x1b[31m\u202e<x>&\"'\r\n\t\x00" * 100
    tape.add("bedrock-agent", "ListAgents", {}, {"agentSummaries": [{"agentName": hostile}]})
    tape.add("iam", "GetRole", {}, {"Role": {"Description": hostile}})
    made = clients(tape)
    summary = made.client("bedrock-agent", HERE).list_agents()["agentSummaries"][0]
    assert summary["agentName"] == hostile
    role = made.client("iam", HERE).get_role(RoleName="r")["Role"]
    assert role["Description"] == hostile.replace("\x1b", "\ufffd").replace("\x00", "\ufffd")


def test_nothing_of_the_environment_is_consulted(
    tape: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {
        "AWS_PROFILE": "does-not-exist",
        "AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_BEARER_TOKEN_BEDROCK": "token",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_CA_BUNDLE": "/does/not/exist",
        "AWS_CONFIG_FILE": "/does/not/exist",
        "AWS_MAX_ATTEMPTS": "1",
        "HTTPS_PROXY": "http://127.0.0.1:2",
        "AWS_USE_FIPS_ENDPOINT": "true",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    tape.add("bedrock-agent", "ListAgents", {}, {"nextToken": "x"})
    client = clients(tape).client("bedrock-agent", HERE)
    assert client.list_agents()["nextToken"] == "x"
    assert client.meta.endpoint_url == "https://bedrock-agent.us-east-1.amazonaws.com"


def test_the_isolated_session_finds_no_credentials() -> None:
    assert isolated_session().get_credentials() is None


def test_a_client_that_the_replay_does_not_answer_is_refused() -> None:
    stranger = boto3.client(
        "iam",
        region_name="us-east-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",  # noqa: S106 - signs nothing that is sent
    )
    with pytest.raises(AwsError, match="does not answer"):
        require_replay(stranger)


def test_a_foreign_signature_is_refused(tape: Any) -> None:
    tape.add("bedrock-agent", "ListAgents", {}, {})
    made = clients(tape)
    foreign = boto3.client(
        "bedrock-agent",
        region_name="us-east-1",
        aws_access_key_id="AKIAFOREIGN",
        aws_secret_access_key="x",  # noqa: S106 - as above
    )
    made.player.answer_for(foreign)
    with pytest.raises(AwsError, match="without the signature of the replay"):
        foreign.list_agents()


def test_an_overlay_answers_before_the_recording(tape: Any) -> None:
    class Overlay:
        def answer(self, place: Place, model: Any, params: dict[str, Any]) -> WireAnswer | None:
            if model.name != "GetRole":
                return None
            return encode_output(model, {"Role": {"RoleName": params["RoleName"]}}, 200)

    tape.add("iam", "GetRole", {}, {"Role": {"RoleName": "recorded"}})
    tape.add("iam", "GetPolicy", {}, {"Policy": {"PolicyName": "recorded"}})
    client = clients(tape, Overlay()).client("iam", HERE)
    assert client.get_role(RoleName="asked")["Role"]["RoleName"] == "asked"
    assert client.get_policy(PolicyArn="x")["Policy"]["PolicyName"] == "recorded"
