"""Flows, guardrails, buckets, state machines, unregistered principals, usage and trails."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from recert.estate.agents import DRAFT, Agent, AgentKind
from recert.estate.companions import RoleUse, Trails

SET = "2026-10-01T00:00:00Z"
A1 = "AGENT00001"


def only(tape: Any, kind: AgentKind) -> Agent:
    found = [one for one in tape.read().estate.agents if one.kind is kind]
    assert len(found) == 1
    return found[0]


def flow(tape: Any) -> str:
    arn = tape.arn("bedrock", "flow/FLOW000001")
    summary = {"id": "FLOW000001", "name": "triage", "arn": arn, "status": "Prepared"}
    tape.add("bedrock-agent", "ListFlows", {}, {"flowSummaries": [summary]})
    configurations = {
        "call": {"lambdaFunction": {"lambdaArn": tape.arn("lambda", "function:call")}},
        "ask": {"agent": {"agentAliasArn": tape.arn("bedrock", "agent-alias/A/B")}},
        "look": {"knowledgeBase": {"knowledgeBaseId": "KB1", "modelId": "m1"}},
        "code": {"inlineCode": {"code": "a secret script", "language": "Python_3"}},
        "keep": {"storage": {"serviceConfiguration": {"s3": {"bucketName": "kept"}}}},
        "in": {"input": {}},
    }
    nodes = [{"name": name, "configuration": value} for name, value in configurations.items()]
    for version in ("DRAFT", "7"):
        detail = {
            **summary,
            "version": version,
            "executionRoleArn": tape.role_arn(f"flow-{version}"),
            "definition": {"nodes": nodes},
        }
        asked = {"flowIdentifier": "FLOW000001"}
        if version == "DRAFT":
            tape.add("bedrock-agent", "GetFlow", asked, detail)
        else:
            tape.add("bedrock-agent", "GetFlowVersion", {**asked, "flowVersion": version}, detail)
    alias = {"id": "PROD", "name": "prod", "routingConfiguration": [{"flowVersion": "7"}]}
    test = {"id": "TSTALIASID", "name": "t", "routingConfiguration": [{"flowVersion": "DRAFT"}]}
    tape.add("bedrock-agent", "ListFlowAliases", {}, {"flowAliasSummaries": [alias, test]})
    tape.add("bedrock-agent", "ListTagsForResource", {"resourceArn": arn}, {"tags": {}})
    tape.function("call")
    return arn


def test_a_flow_is_read_with_what_its_nodes_reach(tape: Any) -> None:
    arn = flow(tape)
    agent = only(tape, AgentKind.BEDROCK_FLOW)
    assert (agent.arn, agent.live_versions) == (arn, ("7",))
    assert agent.execution_role_arn == tape.role_arn("flow-7")
    live = agent.version("7")
    nodes = {one.name: one for one in live.integrations}
    assert set(nodes) == {"call", "ask", "look", "code", "keep"}
    assert nodes["call"].function_arn == tape.arn("lambda", "function:call")
    assert nodes["ask"].target == tape.arn("bedrock", "agent-alias/A/B")
    assert [one.id for one in live.knowledge_bases] == ["KB1"]
    assert live.model == "m1"
    estate = tape.read().estate
    assert "a secret" not in estate.model_dump_json()
    assert [one.arn for one in estate.buckets] == ["arn:aws:s3:::kept"]
    assert [one.name for one in estate.functions] == ["call"]


def test_a_flow_that_is_refused_stays_in_the_population(tape: Any) -> None:
    flow(tape)
    tape.without("GetFlow").refuse("bedrock-agent", "GetFlow")
    agent = only(tape, AgentKind.BEDROCK_FLOW)
    assert "role_arn" in agent.version(DRAFT).unknown
    assert agent.execution_role_arn == tape.role_arn("flow-7")


def guarded(tape: Any, identifier: str = "gr1") -> None:
    tape.add("bedrock-agent", "ListAgents", {}, {"agentSummaries": [{"agentId": A1}]})
    reference = {"guardrailIdentifier": identifier, "guardrailVersion": "2"}
    tape.agent(A1, guardrailConfiguration=reference)


def settings(tape: Any, strength: str) -> None:
    filters = [{"type": "HATE", "inputStrength": strength, "outputStrength": "HIGH"}]
    topic = {"name": "t", "definition": "a secret topic", "examples": ["a secret example"]}
    detail = {
        "name": "safe",
        "guardrailId": "gr1",
        "guardrailArn": tape.arn("bedrock", "guardrail/gr1"),
        "version": "2",
        "status": "READY",
        "contentPolicy": {"filters": filters},
        "topicPolicy": {"topics": [topic]},
    }
    tape.add("bedrock", "GetGuardrail", {"guardrailIdentifier": "gr1"}, detail)


@pytest.mark.parametrize(
    "identifier", ["gr1", "arn:aws:bedrock:us-east-1:111122223333:guardrail/gr1"]
)
def test_a_guardrail_is_read_in_the_version_that_is_named(tape: Any, identifier: str) -> None:
    guarded(tape, identifier)
    settings(tape, "HIGH")
    estate = tape.read().estate
    guardrail = estate.guardrails[0]
    assert (guardrail.arn, guardrail.version) == (tape.arn("bedrock", "guardrail/gr1"), "2")
    assert (guardrail.name, guardrail.status) == ("safe", "READY")
    assert "a secret" not in estate.model_dump_json()
    before = guardrail.content
    settings(tape, "LOW")
    assert tape.read().estate.guardrails[0].content != before


def test_a_guardrail_that_is_gone_or_refused_is_told_apart(tape: Any) -> None:
    guarded(tape)
    tape.refuse("bedrock", "GetGuardrail", {}, "ResourceNotFoundException", 404)
    assert tape.read().estate.guardrails[0].status == "MISSING"
    tape.refuse("bedrock", "GetGuardrail")
    guardrail = tape.read().estate.guardrails[0]
    assert (guardrail.status, guardrail.content) == (None, None)


def test_buckets_tell_no_tags_from_unread_tags(tape: Any) -> None:
    tape.agents([])
    source = {
        "dataSourceConfiguration": {
            "type": "S3",
            "s3Configuration": {
                "bucketArn": "arn:aws:s3:::docs",
                "bucketOwnerAccountId": "444455556666",
            },
        }
    }
    tape.knowledge_base("KB1", {"DS1": source})
    bucket = tape.read().estate.buckets[0]
    assert (bucket.tags, bucket.policy_known, bucket.account) == (None, False, "444455556666")
    tape.refuse("s3", "GetBucketTagging", {}, "NoSuchTagSet", 404)
    tape.refuse("s3", "GetBucketPolicy", {}, "NoSuchBucketPolicy", 404)
    bucket = tape.read().estate.buckets[0]
    assert (bucket.tags, bucket.policy, bucket.policy_known) == ({}, None, True)
    tagged = {"TagSet": [{"Key": "data-classification", "Value": "confidential"}]}
    tape.add("s3", "GetBucketTagging", {"Bucket": "docs"}, tagged)
    tape.add("s3", "GetBucketPolicy", {"Bucket": "docs"}, {"Policy": '{"Statement": []}'})
    bucket = tape.read().estate.buckets[0]
    assert bucket.tags == {"data-classification": "confidential"}
    assert json.loads(bucket.policy) == {"Statement": []}


def machine(tape: Any, definition: Any) -> None:
    arn = tape.arn("states", "stateMachine:m")
    tape.add(
        "stepfunctions", "ListStateMachines", {}, {"stateMachines": [{"stateMachineArn": arn}]}
    )
    detail = {
        "stateMachineArn": arn,
        "name": "m",
        "status": "ACTIVE",
        "roleArn": tape.role_arn("m"),
        "definition": json.dumps(definition),
    }
    tape.add("stepfunctions", "DescribeStateMachine", {}, detail)
    tape.add(
        "stepfunctions", "ListTagsForResource", {}, {"tags": [{"key": "owner", "value": "eve"}]}
    )


def test_a_state_machine_that_drives_a_model_is_an_agent(tape: Any) -> None:
    function = tape.function("f")
    task = {
        "Resource": "arn:aws:states:::bedrock:invokeModel",
        "Parameters": {"ModelId": "anthropic.claude-3", "x": function},
    }
    machine(tape, {"States": {"a": task}})
    agent = only(tape, AgentKind.STATE_MACHINE)
    assert (agent.execution_role_arn, agent.owner) == (tape.role_arn("m"), "eve")
    assert agent.versions[0].model == "anthropic.claude-3"
    assert [one.name for one in tape.read().estate.functions] == ["f"]


def test_another_state_machine_is_none(tape: Any) -> None:
    machine(tape, {"States": {"a": {"Resource": "arn:aws:states:::sqs:sendMessage"}}})
    estate = tape.read().estate
    assert estate.agents == ()
    assert AgentKind.STATE_MACHINE in {one.kind for one in estate.visits}


def trust(*services: str) -> dict[str, Any]:
    return {"Statement": {"Effect": "Allow", "Principal": {"Service": list(services)}}}


def allow(*actions: str) -> list[dict[str, Any]]:
    document = {"Statement": {"Effect": "Allow", "Action": list(actions), "Resource": "*"}}
    return [{"PolicyName": "p", "PolicyDocument": document}]


@pytest.mark.parametrize(
    ("services", "actions", "found"),
    [
        (["lambda.amazonaws.com"], ["bedrock:InvokeModel"], True),
        (["ecs-tasks.amazonaws.com"], ["s3:*", "BEDROCK:Invoke*"], True),
        (["lambda.amazonaws.com"], ["bedrock:List*"], False),
        (["lambda.amazonaws.com"], ["*"], False),
        (["bedrock.amazonaws.com"], ["bedrock:InvokeModel"], False),
    ],
)
def test_a_role_of_compute_that_calls_models_is_an_unregistered_agent(
    tape: Any, services: list[str], actions: list[str], *, found: bool
) -> None:
    tape.agents([])
    tape.role("own", AssumeRolePolicyDocument=trust(*services), RolePolicyList=allow(*actions))
    tape.authority()
    kinds = [one.kind for one in tape.read().estate.agents]
    assert kinds == ([AgentKind.UNREGISTERED] if found else [])


def test_the_role_of_a_function_behind_an_agent_is_no_agent_of_its_own(tape: Any) -> None:
    tape.agents([A1])
    name = tape.function("pay")
    tape.action_group(A1, "4", "AG1", actionGroupExecutor={"lambda": name})
    tape.role(
        "pay-role",
        AssumeRolePolicyDocument=trust("lambda.amazonaws.com"),
        RolePolicyList=allow("bedrock:InvokeModel"),
    )
    tape.authority()
    assert [one.kind for one in tape.read().estate.agents] == [AgentKind.BEDROCK_AGENT]


def use(tape: Any) -> RoleUse:
    return tape.read().estate.usage[0]


def test_used_unused_and_unknown_are_three_answers(two_agents: Any) -> None:
    role = two_agents.role_arn(f"agent-{A1}")
    assert use(two_agents).services is None
    assert use(two_agents).reason == "GenerateServiceLastAccessedDetails: NotRecorded"
    asked = {"Arn": role}
    two_agents.add("iam", "GenerateServiceLastAccessedDetails", asked, {"JobId": "j"})
    services = [
        {
            "ServiceNamespace": "s3",
            "LastAuthenticated": SET,
            "LastAuthenticatedRegion": "us-east-1",
            "TrackedActionsLastAccessed": [
                {"ActionName": "CreateBucket", "LastAccessedTime": SET},
                {"ActionName": "DeleteBucket"},
            ],
        },
        {"ServiceNamespace": "bedrock"},
    ]
    report = {
        "JobStatus": "COMPLETED",
        "JobCompletionDate": SET,
        "IsTruncated": True,
        "Marker": "m",
    }
    first = {**report, "ServicesLastAccessed": services[:1]}
    second = {**report, "IsTruncated": False, "ServicesLastAccessed": services[1:]}
    two_agents.add("iam", "GetServiceLastAccessedDetails", {"JobId": "j"}, first)
    two_agents.add("iam", "GetServiceLastAccessedDetails", {"JobId": "j", "Marker": "m"}, second)
    bedrock, storage = use(two_agents).services
    assert (bedrock.service, bedrock.last_at, bedrock.actions) == ("bedrock", None, None)
    assert storage.last_at == datetime(2026, 10, 1, tzinfo=UTC)
    assert [(one.action, one.last_at is None) for one in storage.actions] == [
        ("s3:CreateBucket", False),
        ("s3:DeleteBucket", True),
    ]


def test_usage_that_a_whole_account_refuses_is_one_gap(two_agents: Any) -> None:
    def missed() -> list[tuple[str, str]]:
        gaps = two_agents.read().estate.coverage.gaps
        return [(gap.error, gap.subject) for gap in gaps if gap.column == "usage"]

    assert missed() == [("NotRecorded", "")]
    role = two_agents.role_arn(f"agent-{A1}")
    two_agents.add("iam", "GenerateServiceLastAccessedDetails", {"Arn": role}, {"JobId": "j"})
    two_agents.add("iam", "GetServiceLastAccessedDetails", {}, {"JobStatus": "IN_PROGRESS"})
    other = two_agents.role_arn("agent-AGENT00002")
    assert missed() == [("NotRecorded", other), ("IN_PROGRESS", role)]


def test_usage_is_left_alone_where_it_is_not_asked_for(two_agents: Any) -> None:
    reading = two_agents.read(usage=False)
    assert reading.estate.usage == ()
    assert "iam:GenerateServiceLastAccessedDetails" not in reading.calls.by_operation


def trail(tape: Any, *, logging: bool = True, **selectors: Any) -> None:
    arn = tape.arn("cloudtrail", "trail/t")
    item = {"Name": "t", "TrailARN": arn, "IsMultiRegionTrail": True, "HomeRegion": "us-east-1"}
    tape.add("cloudtrail", "DescribeTrails", {}, {"trailList": [item]})
    tape.add("cloudtrail", "GetTrailStatus", {"Name": arn}, {"IsLogging": logging})
    tape.add("cloudtrail", "GetEventSelectors", {"TrailName": arn}, {"TrailARN": arn, **selectors})


def trails(tape: Any) -> Trails:
    return tape.read().estate.trails[0]


def test_selectors_tell_what_leaves_a_trace(tape: Any) -> None:
    tape.agents([])
    tape.add("bedrock", "GetModelInvocationLoggingConfiguration", {}, {})

    def only_on(**fields: Any) -> dict[str, Any]:
        return {
            "FieldSelectors": [
                {"Field": name.replace("_", "."), "Equals": value} for name, value in fields.items()
            ]
        }

    advanced = [
        only_on(eventCategory=["Management"]),
        only_on(eventCategory=["Data"], resources_type=["AWS::Bedrock::AgentAlias"]),
        only_on(eventCategory=["Data"], resources_type=["AWS::S3::Object"], readOnly=["false"]),
    ]
    trail(tape, AdvancedEventSelectors=advanced)
    found = trails(tape)
    assert found.management is True
    assert found.data_types == ("AWS::Bedrock::AgentAlias",)
    assert found.partly_types == ("AWS::S3::Object",)
    assert found.model_invocations is False


def test_basic_selectors_are_read_too(tape: Any) -> None:
    tape.agents([])
    resources = [
        {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]},
        {"Type": "AWS::Lambda::Function", "Values": ["arn:aws:lambda:x"]},
    ]
    selector = {
        "ReadWriteType": "All",
        "IncludeManagementEvents": True,
        "DataResources": resources,
        "ExcludeManagementEventSources": ["kms.amazonaws.com"],
    }
    trail(tape, EventSelectors=[selector])
    found = trails(tape)
    assert (found.management, found.data_types) == (True, ("AWS::S3::Object",))
    assert found.partly_types == ("AWS::Lambda::Function",)
    assert found.excluded_sources == ("kms.amazonaws.com",)


def test_a_trail_that_is_stopped_records_nothing(tape: Any) -> None:
    tape.agents([])
    trail(tape, logging=False, EventSelectors=[{"IncludeManagementEvents": True}])
    assert (trails(tape).management, trails(tape).data_types) == (False, ())


def test_trails_that_cannot_be_read_are_unknown(tape: Any) -> None:
    tape.agents([])
    found = trails(tape)
    assert (found.management, found.data_types, found.model_invocations) == (None, None, None)
    trail(tape)
    tape.without("GetEventSelectors").refuse("cloudtrail", "GetEventSelectors")
    assert (trails(tape).management, trails(tape).data_types) == (None, None)
