"""The reader's policy holds what the collectors call, and nothing that shows content."""

import json
from fnmatch import fnmatchcase
from typing import Any

from recert.aws.models import operation_model
from recert.aws.policy import missing_permissions, reader_actions, reader_policy
from recert.aws.read_table import every_read


def test_every_read_names_an_operation_of_botocore() -> None:
    for read in every_read():
        assert operation_model(read.service, read.operation).name == read.operation
        assert read.effect
        assert read.column


def test_the_policy_is_small_enough_to_be_attached() -> None:
    assert len(json.dumps(reader_policy(), separators=(",", ":"))) < 6144


def test_nothing_that_is_read_is_denied() -> None:
    denied = reader_policy()["Statement"][1]["Action"]
    for action in reader_actions():
        assert not any(fnmatchcase(action, pattern) for pattern in denied), action


def test_only_reads_are_asked_for() -> None:
    harmless = ("Get", "List", "Describe", "Lookup", "GenerateServiceLastAccessed")
    assert all(action.partition(":")[2].startswith(harmless) for action in reader_actions())
    assert not any("*" in action for action in reader_actions())


def test_services_are_named_as_iam_names_them() -> None:
    actions = set(reader_actions())
    assert {
        "bedrock:GetAgent",
        "bedrock-agentcore:GetHarness",
        "states:DescribeStateMachine",
        "iam:GetAccountAuthorizationDetails",
        "lambda:GetFunctionConfiguration",
        "s3:GetBucketTagging",
    } <= actions
    assert "sts:AssumeRole" not in actions


def test_what_a_reading_calls_is_in_the_table(two_agents: Any) -> None:
    called = set(two_agents.read().calls.by_operation)
    assert called <= {read.name for read in every_read()}


def test_a_missing_permission_tells_what_it_leaves_unknown(two_agents: Any) -> None:
    two_agents.refuse("bedrock-agent", "ListAgentAliases", {"agentId": "AGENT00001"})
    two_agents.refuse("iam", "GenerateServiceLastAccessedDetails", code="AccessDenied")
    found = {one.action: one for one in missing_permissions(two_agents.read().estate.coverage.gaps)}
    assert set(found) == {"bedrock:ListAgentAliases", "iam:GenerateServiceLastAccessedDetails"}
    assert found["bedrock:ListAgentAliases"].column == "agents"
    assert found["bedrock:ListAgentAliases"].accounts == ("111122223333",)
    assert "live" in found["bedrock:ListAgentAliases"].effect
