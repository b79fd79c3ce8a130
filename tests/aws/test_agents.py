"""Bedrock agents and their tools, read through boto3 from recordings."""

from typing import Any

import pytest

from recert.estate.agents import DRAFT, Agent, AgentKind

A1, A2 = "AGENT00001", "AGENT00002"


def agent(tape: Any, agent_id: str = A1) -> Agent:
    return next(one for one in tape.read().estate.agents if one.id == agent_id)


def gaps(tape: Any) -> list[tuple[str, str, str]]:
    found = tape.read().estate.coverage.gaps
    return [
        (gap.operation, gap.error, gap.subject) for gap in found if gap.service == "bedrock-agent"
    ]


def test_an_agent_is_read_whole(two_agents: Any) -> None:
    found = agent(two_agents)
    assert found.arn == "arn:aws:bedrock:us-east-1:111122223333:agent/AGENT00001"
    assert found.kind is AgentKind.BEDROCK_AGENT
    assert (found.owner, found.purpose) == ("alice@example.com", "orders")
    assert found.live_versions == ("4",)
    assert [one.version for one in found.versions] == [DRAFT, "4"]
    assert found.execution_role_arn == "arn:aws:iam::111122223333:role/agent-AGENT00001"
    test_alias = next(alias for alias in found.aliases if alias.test)
    assert test_alias.versions == (DRAFT,)
    assert test_alias.arn == (
        "arn:aws:bedrock:us-east-1:111122223333:agent-alias/AGENT00001/TSTALIASID"
    )


def test_draft_and_live_are_kept_apart(tape: Any) -> None:
    tape.agents([A1])
    other = "arn:aws:iam::111122223333:role/other"
    for line in tape.lines:
        if line["operation"] == "GetAgent":
            line["output"]["agent"]["agentResourceRoleArn"] = other
    found = agent(tape)
    assert found.version(DRAFT).role_arn == other
    assert found.execution_role_arn == tape.role_arn(f"agent-{A1}")


def test_only_routed_versions_are_read(two_agents: Any) -> None:
    two_agents.without("GetAgentVersion")
    assert {gap for gap in gaps(two_agents) if gap[0] == "GetAgentVersion"} == {
        ("GetAgentVersion", "NotRecorded", f"{A1}:4"),
        ("GetAgentVersion", "NotRecorded", f"{A2}:4"),
    }


def test_the_settings_of_a_version_are_all_read(tape: Any) -> None:
    function = tape.arn("lambda", "function:parser")
    orchestrator = tape.arn("lambda", "function:orchestrator")
    tape.agents([])
    tape.lines.clear()
    tape.add("bedrock-agent", "ListAgents", {}, {"agentSummaries": [{"agentId": A1}]})
    tape.agent(
        A1,
        guardrailConfiguration={"guardrailIdentifier": "gr1", "guardrailVersion": "2"},
        promptOverrideConfiguration={
            "promptConfigurations": [{"basePromptTemplate": "secret prompt"}],
            "overrideLambda": function,
        },
        customerEncryptionKeyArn=tape.arn("kms", "key/k"),
        memoryConfiguration={"enabledMemoryTypes": ["SESSION_SUMMARY"], "storageDays": 30},
        orchestrationType="CUSTOM_ORCHESTRATION",
        customOrchestration={"executor": {"lambda": orchestrator}},
    )
    draft, live = agent(tape).versions
    for version in (draft, live):
        assert version.guardrail.identifier == "gr1"
        assert version.guardrail.version == "2"
        assert version.parser_function_arn == function
        assert version.kms_key_arn == tape.arn("kms", "key/k")
        assert version.memory == ("SESSION_SUMMARY", "30 days")
        assert version.instruction.length == len("Help people with their orders.")
    assert draft.orchestration_function_arn == orchestrator
    assert draft.unknown == ()
    assert live.unknown == ("orchestration", "orchestration_function_arn")
    assert any("custom orchestration" in limit for limit in tape.read().estate.coverage.limits)


def test_texts_are_concealed(tape: Any) -> None:
    tape.add("bedrock-agent", "ListAgents", {}, {"agentSummaries": [{"agentId": A1}]})
    prompts = {"promptConfigurations": [{"basePromptTemplate": "a secret prompt"}]}
    tape.agent(A1, instruction="a secret instruction", promptOverrideConfiguration=prompts)
    tape.action_group(A1, "4", "AG1", apiSchema={"payload": "a secret schema"})
    dumped = tape.read().estate.model_dump_json()
    assert "secret" not in dumped
    assert agent(tape).versions[1].action_groups[0].schema_digest is not None


def test_action_groups_name_who_runs_them(tape: Any) -> None:
    function = tape.function("pay")
    tape.agents([A1])
    schema = {
        "functions": [
            {"name": "refund", "parameters": {"b": {"type": "string"}, "a": {"type": "string"}}},
            {"name": "list", "requireConfirmation": "ENABLED"},
        ]
    }
    executor = {"lambda": function}
    tape.action_group(A1, "4", "AG1", actionGroupExecutor=executor, functionSchema=schema)
    tape.action_group(A1, "4", "AG2", actionGroupExecutor={"customControl": "RETURN_CONTROL"})
    tape.action_group(A1, "4", "AG3", parentActionSignature="AMAZON.CodeInterpreter")
    located = {"s3": {"s3BucketName": "b", "s3ObjectKey": "k.json"}}
    tape.action_group(A1, "4", "AG4", apiSchema=located, actionGroupState="DISABLED")
    one, two, three, four = agent(tape).version("4").action_groups
    assert (one.executor, one.function_arn, one.enabled) == ("lambda", function, True)
    assert [(tool.name, tool.requires_confirmation) for tool in one.functions] == [
        ("refund", False),
        ("list", True),
    ]
    assert one.functions[0].parameters == ("a", "b")
    assert two.executor == "return_control"
    assert (three.executor, three.signature) == ("builtin", "AMAZON.CodeInterpreter")
    assert (four.schema_bucket, four.schema_key, four.enabled) == ("b", "k.json", False)


def test_knowledge_base_links_and_collaborators_are_read(tape: Any) -> None:
    tape.add("bedrock-agent", "ListAgents", {}, {"agentSummaries": [{"agentId": A1}]})
    tape.agent(A1, agentCollaboration="SUPERVISOR").clear()
    which = {"agentId": A1, "agentVersion": "4"}
    link = {"knowledgeBaseId": "KB1", "knowledgeBaseState": "ENABLED", "description": "d"}
    output = {"agentKnowledgeBaseSummaries": [link]}
    tape.add("bedrock-agent", "ListAgentKnowledgeBases", which, output)
    other = tape.arn("bedrock", "agent-alias/AGENT00002/ALIAS")
    collaborator = {
        "collaboratorId": "C1",
        "collaboratorName": "helper",
        "agentDescriptor": {"aliasArn": other},
        "relayConversationHistory": "TO_COLLABORATOR",
        "collaborationInstruction": "ask it",
    }
    tape.add(
        "bedrock-agent",
        "ListAgentCollaborators",
        {},
        {"agentCollaboratorSummaries": [collaborator]},
    )
    live = agent(tape).version("4")
    assert [item.id for item in live.knowledge_bases] == ["KB1"]
    assert live.collaborators[0].alias_arn == other
    assert live.collaborators[0].relays_history
    assert live.collaboration == "SUPERVISOR"


def test_a_version_that_does_not_say_whether_it_collaborates_is_asked(tape: Any) -> None:
    tape.add("bedrock-agent", "ListAgents", {}, {"agentSummaries": [{"agentId": A1}]})
    tape.agent(A1)
    for line in tape.lines:
        for detail in (line.get("output") or {}).values():
            if isinstance(detail, dict):
                detail.pop("agentCollaboration", None)
    assert agent(tape).version("4").collaborators == ()
    mate = {"collaboratorId": "C1", "agentDescriptor": {"aliasArn": "arn:x"}}
    output = {"agentCollaboratorSummaries": [mate]}
    asked = {"agentId": A1, "agentVersion": "4"}
    tape.add("bedrock-agent", "ListAgentCollaborators", asked, output)
    assert agent(tape).version("4").collaborators[0].alias_arn == "arn:x"


def test_collaborators_are_asked_for_only_where_there_can_be_any(two_agents: Any) -> None:
    counts = two_agents.read().calls.by_operation
    assert "bedrock-agent:ListAgentCollaborators" not in counts


def test_a_refused_agent_stays_in_the_population(two_agents: Any) -> None:
    two_agents.refuse("bedrock-agent", "GetAgent", {"agentId": A1})
    found = agent(two_agents)
    assert found.arn == "arn:aws:bedrock:us-east-1:111122223333:agent/AGENT00001"
    assert found.name == "name-AGENT00001"
    assert "role_arn" in found.version(DRAFT).unknown
    assert found.execution_role_arn == two_agents.role_arn(f"agent-{A1}")
    assert agent(two_agents, A2).version(DRAFT).unknown == ()
    gap = next(gap for gap in two_agents.read().estate.coverage.gaps if gap.operation == "GetAgent")
    assert (gap.account, gap.region, gap.error) == (
        "111122223333",
        "us-east-1",
        "AccessDeniedException",
    )
    assert "role" in gap.effect


def test_a_deleted_agent_is_a_gap_and_no_agent(two_agents: Any) -> None:
    two_agents.refuse(
        "bedrock-agent", "GetAgent", {"agentId": A1}, "ResourceNotFoundException", 404
    )
    assert [one.id for one in two_agents.read().estate.agents] == [A2]
    assert ("GetAgent", "ResourceNotFoundException", A1) in gaps(two_agents)


@pytest.mark.parametrize(
    ("operation", "field"),
    [
        ("ListAgentActionGroups", "action_groups"),
        ("ListAgentKnowledgeBases", "knowledge_bases"),
        ("GetAgentVersion", "role_arn"),
    ],
)
def test_what_a_version_does_not_show_is_unknown(
    two_agents: Any, operation: str, field: str
) -> None:
    two_agents.refuse("bedrock-agent", operation, {"agentId": A1, "agentVersion": "4"})
    assert field in agent(two_agents).version("4").unknown
    assert field not in agent(two_agents, A2).version("4").unknown


def test_an_action_group_that_cannot_be_read_is_named(tape: Any) -> None:
    tape.agents([A1]).action_group(A1, "4", "AG1")
    tape.without("GetAgentActionGroup").refuse("bedrock-agent", "GetAgentActionGroup")
    live = agent(tape).version("4")
    assert live.action_groups[0].name == "name-AG1"
    assert live.unknown[:2] == ("action_groups", "action_groups.AG1")


def test_aliases_and_tags_that_cannot_be_read_are_unknown(two_agents: Any) -> None:
    two_agents.refuse("bedrock-agent", "ListAgentAliases", {"agentId": A1})
    arn = two_agents.arn("bedrock", f"agent/{A1}")
    two_agents.refuse("bedrock-agent", "ListTagsForResource", {"resourceArn": arn})
    found = agent(two_agents)
    assert not found.aliases_known
    assert found.tags is None
    assert found.owner is None


def test_a_listing_that_is_refused_leaves_no_visit(two_agents: Any) -> None:
    def visited() -> bool:
        visits = two_agents.read().estate.visits
        return any(one.kind is AgentKind.BEDROCK_AGENT for one in visits)

    assert visited()
    two_agents.without("ListAgents").refuse("bedrock-agent", "ListAgents")
    assert not visited()


def test_a_token_that_goes_round_ends_with_a_gap_and_what_was_read(two_agents: Any) -> None:
    for line in two_agents.lines:
        if line["operation"] == "ListAgents":
            line["output"]["nextToken"] = "again"
    assert len(two_agents.read().estate.agents) == 2
    assert ("ListAgents", "RepeatedPages", "") in gaps(two_agents)


def test_tokens_that_go_round_in_two_steps_end_too(two_agents: Any) -> None:
    listing = next(line for line in two_agents.lines if line["operation"] == "ListAgents")
    listing["output"]["nextToken"] = "b"
    for token, following in (("a", "b"), ("b", "a")):
        output = {"agentSummaries": [], "nextToken": following}
        two_agents.add("bedrock-agent", "ListAgents", {"nextToken": token}, output)
    assert len(two_agents.read().estate.agents) == 2
    assert ("ListAgents", "RepeatedPages", "") in gaps(two_agents)


def test_empty_and_repeated_pages_do_no_harm(two_agents: Any) -> None:
    listing = next(line for line in two_agents.lines if line["operation"] == "ListAgents")
    summaries = listing["output"]["agentSummaries"]
    listing["output"]["nextToken"] = "empty"
    empty = {"agentSummaries": [], "nextToken": "repeated"}
    two_agents.add("bedrock-agent", "ListAgents", {"nextToken": "empty"}, empty)
    repeated = {"agentSummaries": summaries}
    two_agents.add("bedrock-agent", "ListAgents", {"nextToken": "repeated"}, repeated)
    assert [one.id for one in two_agents.read().estate.agents] == [A1, A2]
    assert all(operation != "ListAgents" for operation, _, _ in gaps(two_agents))


def test_a_page_that_is_refused_keeps_the_pages_before(two_agents: Any) -> None:
    listing = next(line for line in two_agents.lines if line["operation"] == "ListAgents")
    listing["output"]["nextToken"] = "two"
    two_agents.refuse("bedrock-agent", "ListAgents", {"nextToken": "two"}, "ExpiredTokenException")
    assert len(two_agents.read().estate.agents) == 2
    assert ("ListAgents", "ExpiredTokenException", "") in gaps(two_agents)


def test_hostile_and_half_empty_answers_are_survived(tape: Any) -> None:
    hostile = "\x1b]0;x\x07\u202e" * 1000
    summaries = [{}, {"agentName": "no id"}, {"agentId": A1, "agentName": hostile}]
    tape.add("bedrock-agent", "ListAgents", {}, {"agentSummaries": summaries})
    for operation in ("GetAgent", "ListAgentAliases", "ListAgentActionGroups"):
        tape.add("bedrock-agent", operation, {}, {})
    tape.add("bedrock-agent", "ListAgentKnowledgeBases", {}, {"agentKnowledgeBaseSummaries": [{}]})
    tape.add("bedrock-agent", "ListTagsForResource", {}, {})
    assert [one.name for one in tape.read().estate.agents] == [hostile]


def test_the_calls_keep_to_the_smallest_number(two_agents: Any) -> None:
    two_agents.action_group(A1, "4", "AG1", parentActionSignature="AMAZON.UserInput")
    counts = two_agents.read().calls.by_operation
    bedrock = {
        name: count
        for name, count in counts.items()
        if name.startswith("bedrock-agent:") and "Agent" in name
    }
    assert bedrock == {
        "bedrock-agent:GetAgent": 2,
        "bedrock-agent:GetAgentActionGroup": 1,
        "bedrock-agent:GetAgentVersion": 2,
        "bedrock-agent:ListAgentActionGroups": 4,
        "bedrock-agent:ListAgentAliases": 2,
        "bedrock-agent:ListAgentKnowledgeBases": 4,
        "bedrock-agent:ListAgents": 1,
    }
