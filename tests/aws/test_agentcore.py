"""AgentCore: runtimes, harnesses, gateways and what they share, read through boto3."""

from typing import Any

from recert.estate.agents import Agent, AgentKind
from recert.estate.companions import Integration

CORE = "bedrock-agentcore-control"
SET = "2026-10-01T00:00:00Z"


def core_arn(tape: Any, rest: str) -> str:
    return str(tape.arn("bedrock-agentcore", rest))


def only(tape: Any, kind: AgentKind) -> Agent:
    found = [one for one in tape.read().estate.agents if one.kind is kind]
    assert len(found) == 1
    return found[0]


def tags(tape: Any) -> None:
    tape.add(CORE, "ListTagsForResource", {}, {"tags": {"owner": "bob", "purpose": "support"}})
    tape.refuse(CORE, "GetResourcePolicy", {}, "ResourceNotFoundException", 404)


def runtime(tape: Any, *, versions: tuple[str, ...] = ("1", "2", "3")) -> str:
    arn = core_arn(tape, "runtime/support-abc")
    summary = {
        "agentRuntimeArn": arn,
        "agentRuntimeId": "support-abc",
        "agentRuntimeVersion": versions[-1],
        "agentRuntimeName": "support",
        "status": "READY",
    }
    tape.add(CORE, "ListAgentRuntimes", {}, {"agentRuntimes": [summary]})
    for version in versions:
        detail = {
            **summary,
            "agentRuntimeVersion": version,
            "roleArn": tape.role_arn(f"runtime-{version}"),
            "createdAt": SET,
            "networkConfiguration": {
                "networkMode": "VPC",
                "networkModeConfig": {"securityGroups": ["sg-1"], "subnets": ["subnet-1"]},
            },
            "agentRuntimeArtifact": {
                "containerConfiguration": {"containerUri": f"repo/image:{version}"}
            },
            "workloadIdentityDetails": {"workloadIdentityArn": core_arn(tape, "workload/w")},
            "environmentVariables": {"GATEWAY_URL": "https://secret.example.com"},
            "authorizerConfiguration": {
                "customJWTAuthorizer": {
                    "discoveryUrl": "https://idp.example.com",
                    "allowedClients": ["client-b", "client-a"],
                    "allowedAudience": ["aud"],
                    "allowedScopes": ["read"],
                }
            },
            "filesystemConfigurations": [
                {"efsAccessPoint": {"accessPointArn": "arn:efs", "mountPath": "/x"}}
            ],
        }
        asked = {"agentRuntimeId": "support-abc", "agentRuntimeVersion": version}
        tape.add(CORE, "GetAgentRuntime", asked, detail)
    tags(tape)
    return arn


def endpoints(tape: Any, served: dict[str, str]) -> None:
    items = [
        {"name": name, "id": name, "liveVersion": version, "targetVersion": version}
        for name, version in served.items()
    ]
    tape.add(CORE, "ListAgentRuntimeEndpoints", {}, {"runtimeEndpoints": items})


def test_a_runtime_is_read_in_every_version_that_an_endpoint_serves(tape: Any) -> None:
    arn = runtime(tape)
    endpoints(tape, {"DEFAULT": "3", "prod": "1"})
    agent = only(tape, AgentKind.AGENTCORE_RUNTIME)
    assert (agent.arn, agent.name, agent.owner, agent.purpose) == (arn, "support", "bob", "support")
    assert agent.live_versions == ("1", "3")
    assert [one.version for one in agent.versions] == ["1", "3"]
    assert agent.execution_role_arn == tape.role_arn("runtime-3")
    latest = agent.version("3")
    assert latest.artifact == "repo/image:3"
    assert latest.network == ("VPC", "sg-1", "subnet-1")
    assert latest.access.authorizer == "CUSTOM_JWT"
    assert latest.access.clients == ("client-a", "client-b")
    assert latest.environment["GATEWAY_URL"].length == len("https://secret.example.com")
    assert {one.kind for one in latest.integrations} == {"workload_identity", "filesystem"}
    assert (agent.resource_policy, agent.resource_policy_known) == (None, True)
    assert "secret" not in agent.model_dump_json()


def test_without_its_endpoints_the_latest_version_of_a_runtime_is_live(tape: Any) -> None:
    runtime(tape)
    agent = only(tape, AgentKind.AGENTCORE_RUNTIME)
    assert agent.live_versions == ("3",)
    assert not agent.aliases_known


def test_a_version_that_is_refused_is_unknown(tape: Any) -> None:
    runtime(tape)
    endpoints(tape, {"DEFAULT": "3", "prod": "1"})
    asked = {"agentRuntimeId": "support-abc", "agentRuntimeVersion": "1"}
    tape.refuse(CORE, "GetAgentRuntime", asked)
    agent = only(tape, AgentKind.AGENTCORE_RUNTIME)
    assert "role_arn" in agent.version("1").unknown
    assert agent.version("3").unknown == ()


def test_code_from_a_bucket_is_located_with_its_version(tape: Any) -> None:
    runtime(tape, versions=("1",))
    endpoints(tape, {"DEFAULT": "1"})
    for line in tape.lines:
        if line["operation"] == "GetAgentRuntime":
            place = {"bucket": "b", "prefix": "code.zip", "versionId": "v"}
            line["output"]["agentRuntimeArtifact"] = {"codeConfiguration": {"code": {"s3": place}}}
            del line["output"]["authorizerConfiguration"]
    version = only(tape, AgentKind.AGENTCORE_RUNTIME).versions[0]
    assert version.artifact == "s3://b/code.zip?versionId=v"
    assert version.access.authorizer == "AWS_IAM"


def harness(tape: Any, **more: Any) -> str:
    arn = core_arn(tape, "harness/helper-abc")
    summary = {
        "harnessId": "helper-abc",
        "harnessName": "helper",
        "arn": arn,
        "harnessVersion": "2",
    }
    tape.add(CORE, "ListHarnesses", {}, {"harnesses": [{**summary, "status": "READY"}]})
    detail = {
        **summary,
        "executionRoleArn": tape.role_arn("harness"),
        "model": {"bedrockModelConfig": {"modelId": "anthropic.claude-4"}},
        "systemPrompt": [{"text": "a secret prompt"}],
        "tools": [
            {
                "type": "remote_mcp",
                "name": "search",
                "config": {
                    "remoteMcp": {"url": "https://mcp.example.com", "headers": {"k": "secret"}}
                },
            },
            {
                "type": "agentcore_gateway",
                "name": "gw",
                "config": {
                    "agentCoreGateway": {
                        "gatewayArn": core_arn(tape, "gateway/g"),
                        "outboundAuth": {
                            "oauth": {
                                "providerArn": core_arn(tape, "token-vault/p"),
                                "scopes": ["write"],
                            }
                        },
                    }
                },
            },
        ],
        "skills": [{"git": {"url": "https://git.example.com/x"}}],
        "allowedTools": ["search"],
        "hooks": [
            {
                "beforeToolCall": {
                    "name": "check",
                    "target": {"lambda": {"arn": tape.arn("lambda", "function:check")}},
                }
            }
        ],
        "memory": {"agentCoreMemoryConfiguration": {"arn": core_arn(tape, "memory/m")}},
        "environment": {
            "agentCoreRuntimeEnvironment": {
                "agentRuntimeArn": core_arn(tape, "runtime/support-abc"),
                "networkConfiguration": {"networkMode": "PUBLIC"},
            }
        },
        **more,
    }
    tape.add(CORE, "GetHarness", {"harnessId": "helper-abc"}, {"harness": detail})
    output = {"endpoints": [{"endpointName": "DEFAULT", "liveVersion": "2", "arn": f"{arn}/e"}]}
    tape.add(CORE, "ListHarnessEndpoints", {}, output)
    tags(tape)
    tape.function("check")
    return arn


def by_kind(agent: Agent, kind: str) -> list[Integration]:
    return [one for one in agent.versions[0].integrations if one.kind == kind]


def test_a_harness_is_read_with_its_tools_and_without_its_prompt(tape: Any) -> None:
    arn = harness(tape)
    agent = only(tape, AgentKind.AGENTCORE_HARNESS)
    version = agent.versions[0]
    assert (agent.arn, agent.live_versions) == (arn, ("2",))
    assert version.role_arn == tape.role_arn("harness")
    assert version.model == "anthropic.claude-4"
    assert version.instruction is not None
    gateway, search = by_kind(agent, "tool")
    assert search.target == "https://mcp.example.com"
    assert gateway.target == core_arn(tape, "gateway/g")
    assert (gateway.credential, gateway.scopes) == ("oauth", ("write",))
    assert gateway.provider_arns == (core_arn(tape, "token-vault/p"),)
    assert by_kind(agent, "skill")[0].target == "https://git.example.com/x"
    assert by_kind(agent, "hook")[0].function_arn == tape.arn("lambda", "function:check")
    assert by_kind(agent, "allowed_tools")[0].name == "search"
    assert version.memory == (core_arn(tape, "memory/m"),)
    assert version.network == ("PUBLIC",)
    estate = tape.read().estate
    assert "secret" not in estate.model_dump_json()
    assert [one.name for one in estate.functions] == ["check"]
    assert any("Callers of an AgentCore harness" in limit for limit in estate.coverage.limits)


def test_the_runtime_behind_a_harness_is_not_counted_twice(tape: Any) -> None:
    runtime(tape)
    endpoints(tape, {"DEFAULT": "3"})
    harness(tape)
    kinds = [one.kind for one in tape.read().estate.agents]
    assert kinds == [AgentKind.AGENTCORE_HARNESS]


def test_a_model_outside_bedrock_shows_its_provider_and_its_endpoint(tape: Any) -> None:
    outside = {"modelId": "gpt", "apiKeyArn": core_arn(tape, "token-vault/k")}
    harness(tape, model={"openAiModelConfig": {**outside, "apiBase": "https://llm.example.com"}})
    agent = only(tape, AgentKind.AGENTCORE_HARNESS)
    assert agent.versions[0].model == "openai:gpt at https://llm.example.com"
    assert by_kind(agent, "model_key")[0].provider_arns == (core_arn(tape, "token-vault/k"),)


def gateway(tape: Any) -> str:
    arn = core_arn(tape, "gateway/tools-abc")
    summary = {"gatewayId": "tools-abc", "name": "tools", "authorizerType": "NONE"}
    tape.add(CORE, "ListGateways", {}, {"items": [summary]})
    detail = {
        **summary,
        "gatewayArn": arn,
        "roleArn": tape.role_arn("gateway"),
        "kmsKeyArn": tape.arn("kms", "key/k"),
        "policyEngineConfiguration": {"arn": core_arn(tape, "policy-engine/p"), "mode": "LOG_ONLY"},
        "interceptorConfigurations": [
            {
                "interceptor": {"lambda": {"arn": tape.arn("lambda", "function:filter")}},
                "interceptionPoints": ["REQUEST"],
            }
        ],
    }
    tape.add(CORE, "GetGateway", {"gatewayIdentifier": "tools-abc"}, detail)
    targets = {
        "T1": (
            {"mcp": {"lambda": {"lambdaArn": tape.arn("lambda", "function:pay")}}},
            [{"credentialProviderType": "GATEWAY_IAM_ROLE"}],
        ),
        "T2": (
            {"mcp": {"openApiSchema": {"s3": {"uri": "s3://schemas/api.json"}}}},
            [
                {
                    "credentialProviderType": "OAUTH",
                    "credentialProvider": {
                        "oauthCredentialProvider": {
                            "providerArn": core_arn(tape, "token-vault/p"),
                            "scopes": ["admin"],
                            "customParameters": {"key": "secret"},
                        }
                    },
                }
            ],
        ),
        "T3": ({"http": {"agentcoreRuntime": {"arn": core_arn(tape, "runtime/r")}}}, []),
    }
    items = [{"targetId": one, "name": one.lower(), "status": "READY"} for one in targets]
    tape.add(CORE, "ListGatewayTargets", {}, {"items": items})
    for one, (configuration, credentials) in targets.items():
        tape.add(
            CORE,
            "GetGatewayTarget",
            {"gatewayIdentifier": "tools-abc", "targetId": one},
            {
                "targetId": one,
                "name": one.lower(),
                "status": "READY",
                "targetConfiguration": configuration,
                "credentialProviderConfigurations": credentials,
            },
        )
    tape.add(CORE, "ListGatewayRules", {}, {"gatewayRules": []})
    tape.function("pay")
    tape.function("filter")
    tags(tape)
    return arn


def test_a_gateway_is_read_with_its_targets_and_whose_credentials_they_use(tape: Any) -> None:
    arn = gateway(tape)
    agent = only(tape, AgentKind.AGENTCORE_GATEWAY)
    version = agent.versions[0]
    assert (agent.arn, agent.live_versions) == (arn, ("current",))
    assert agent.execution_role_arn == tape.role_arn("gateway")
    assert version.access.authorizer == "NONE"
    assert version.unknown == ()
    one, two, three = by_kind(agent, "gateway_target")
    assert one.function_arn == tape.arn("lambda", "function:pay")
    assert (one.type, one.credential) == ("mcp.lambda", "GATEWAY_IAM_ROLE")
    assert (two.target, two.credential) == ("s3://schemas/api.json", "OAUTH")
    assert (two.provider_arns, two.scopes) == ((core_arn(tape, "token-vault/p"),), ("admin",))
    assert three.target == core_arn(tape, "runtime/r")
    assert by_kind(agent, "policy_engine")[0].mode == "LOG_ONLY"
    assert by_kind(agent, "interceptor")[0].function_arn == tape.arn("lambda", "function:filter")
    estate = tape.read().estate
    assert {one.name for one in estate.functions} == {"pay", "filter"}
    assert "secret" not in estate.model_dump_json()


def test_a_target_that_cannot_be_read_leaves_the_gateway_in_the_population(tape: Any) -> None:
    gateway(tape)
    asked = {"gatewayIdentifier": "tools-abc", "targetId": "T1"}
    tape.refuse(CORE, "GetGatewayTarget", asked)
    agent = only(tape, AgentKind.AGENTCORE_GATEWAY)
    assert agent.versions[0].unknown == ("integrations",)
    assert not by_kind(agent, "gateway_target")[0].known


def test_listings_that_are_not_recorded_are_gaps_and_leave_no_visit(tape: Any) -> None:
    tape.agents([])
    estate = tape.read().estate
    missing = {gap.operation for gap in estate.coverage.gaps}
    assert {"ListAgentRuntimes", "ListHarnesses", "ListGateways", "ListMemories"} <= missing
    assert {one.kind for one in estate.visits} == {AgentKind.BEDROCK_AGENT}
