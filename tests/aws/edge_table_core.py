"""The rows of AgentCore, of state machines and of what an organisation and an account force."""

from typing import Any

from . import edge_builders as build
from .edge_table import FUNCTION, KEY, MODEL, ROLE, SECRET, Edge

ARN = "arn:aws:bedrock-agentcore:us-east-1:111122223333"
IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/agent:prod"
_BROWSER = {"browserId": "b", "browserArn": f"{ARN}:browser-custom/b"}
_INTERPRETER = {"codeInterpreterId": "c", "codeInterpreterArn": f"{ARN}:code-interpreter-custom/c"}
memory = build.resource(
    "memory",
    ("ListMemories", "memories", {"id": "m", "arn": f"{ARN}:memory/m"}),
    "GetMemory",
    "memory",
)
browser = build.resource("browser", ("ListBrowsers", "browserSummaries", _BROWSER), "GetBrowser")
interpreter = build.resource(
    "code-interpreter",
    ("ListCodeInterpreters", "codeInterpreterSummaries", _INTERPRETER),
    "GetCodeInterpreter",
)
_OAUTH = {"name": "o", "credentialProviderArn": f"{ARN}:token-vault/o"}
oauth = build.resource(
    "oauth2-provider",
    ("ListOauth2CredentialProviders", "credentialProviders", _OAUTH),
    "GetOauth2CredentialProvider",
)
api_key = build.resource(
    "api-key-provider",
    ("ListApiKeyCredentialProviders", "credentialProviders", _OAUTH),
    "GetApiKeyCredentialProvider",
)
manager = build.resource(
    "payment-manager",
    ("ListPaymentManagers", "paymentManagers", {"paymentManagerId": "p"}),
    "GetPaymentManager",
)
evaluation = build.resource(
    "online-evaluation",
    ("ListOnlineEvaluationConfigs", "onlineEvaluationConfigs", {"onlineEvaluationConfigId": "e"}),
    "GetOnlineEvaluationConfig",
)
capacity = build.resource(
    "capacity-provider",
    ("ListCapacityProviders", "capacityProviders", {"capacityProviderId": "c"}),
    "GetCapacityProvider",
)
portal = build.resource(
    "consent-portal",
    ("ListConsentPortals", "consentPortals", {"consentPortalId": "c"}),
    "GetConsentPortal",
)
ab_test = build.resource(
    "ab-test",
    ("ListABTests", "abTests", {"abTestId": "t", "abTestArn": f"{ARN}:ab-test/t"}),
    "GetABTest",
    service="bedrock-agentcore",
)


def _jwt(**more: Any) -> dict[str, Any]:
    return {
        "authorizerConfiguration": {"customJWTAuthorizer": {"discoveryUrl": "https://i", **more}}
    }


def _claim(value: str) -> dict[str, Any]:
    return {
        "inboundTokenClaimName": "group",
        "inboundTokenClaimValueType": "STRING",
        "authorizingClaimMatchValue": {
            "claimMatchValue": {"matchValueString": value},
            "claimMatchOperator": "EQUALS",
        },
    }


RUNTIMES = (
    Edge("runtime → roleArn", build.runtime, {"roleArn": ROLE}, lambda v: v.role_arn, ROLE),
    Edge(
        "runtime → workloadIdentityDetails.workloadIdentityArn",
        build.runtime,
        {"workloadIdentityDetails": {"workloadIdentityArn": "arn:workload"}},
        lambda v: build.part("workload_identity", v).target,
        "arn:workload",
    ),
    Edge(
        "runtime → containerConfiguration.containerUri",
        build.runtime,
        {"agentRuntimeArtifact": {"containerConfiguration": {"containerUri": IMAGE}}},
        lambda v: v.artifact,
        IMAGE,
    ),
    Edge(
        "runtime → codeConfiguration.code.s3",
        build.runtime,
        {
            "agentRuntimeArtifact": {
                "codeConfiguration": {
                    "code": {"s3": {"bucket": "b", "prefix": "k", "versionId": "v"}}
                }
            }
        },
        lambda v: v.artifact,
        "s3://b/k?versionId=v",
    ),
    Edge(
        "runtime → networkModeConfig.{subnets,securityGroups}",
        build.runtime,
        {
            "networkConfiguration": {
                "networkMode": "VPC",
                "networkModeConfig": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"]},
            }
        },
        lambda v: v.network,
        ("VPC", "sg-1", "subnet-1"),
    ),
    Edge(
        "runtime → customJWTAuthorizer.discoveryUrl",
        build.runtime,
        _jwt(),
        lambda v: v.access.issuer,
        "https://i",
    ),
    Edge(
        "runtime → allowedClients",
        build.runtime,
        _jwt(allowedClients=["c"]),
        lambda v: v.access.clients,
        ("c",),
    ),
    Edge(
        "runtime → allowedAudience",
        build.runtime,
        _jwt(allowedAudience=["a"]),
        lambda v: v.access.audiences,
        ("a",),
    ),
    Edge(
        "runtime → allowedScopes",
        build.runtime,
        _jwt(allowedScopes=["s"]),
        lambda v: v.access.scopes,
        ("s",),
    ),
    Edge(
        "runtime → customClaims",
        build.runtime,
        _jwt(customClaims=[_claim("admins")]),
        lambda v: (v.access.claims, v.access.claim_rules),
        (("group",), ("group EQUALS admins",)),
    ),
    Edge(
        "runtime → allowedWorkloadConfiguration",
        build.runtime,
        _jwt(allowedWorkloadConfiguration={"workloadIdentities": ["w"]}),
        lambda v: v.access.workloads,
        ("w",),
    ),
    Edge(
        "runtime → requestHeaderConfiguration",
        build.runtime,
        {"requestHeaderConfiguration": {"requestHeaderAllowlist": ["Authorization"]}},
        lambda v: v.request_headers,
        ("Authorization",),
    ),
    Edge(
        "runtime → environmentVariables{}",
        build.runtime,
        {"environmentVariables": {"TOKEN": "secret!"}},
        lambda v: v.environment["TOKEN"].length,
        7,
    ),
    *(
        Edge(
            f"runtime → filesystemConfigurations[].{kind}.accessPointArn",
            build.runtime,
            {"filesystemConfigurations": [{kind: {"accessPointArn": "arn:ap", "mountPath": "/m"}}]},
            lambda v: build.part("filesystem", v).target,
            "arn:ap",
        )
        for kind in ("s3FilesAccessPoint", "efsAccessPoint")
    ),
    Edge(
        "runtime → capacityProviderConfiguration.capacityProviderArn",
        build.runtime,
        {"capacityProviderConfiguration": {"capacityProviderArn": "arn:capacity"}},
        lambda v: build.part("capacity_provider", v).target,
        "arn:capacity",
    ),
    *(
        Edge(
            f"runtime → protocolConfiguration.serverProtocol {name}",
            build.runtime,
            {"protocolConfiguration": {"serverProtocol": name}},
            lambda v: v.protocol,
            name,
        )
        for name in ("MCP", "HTTP", "A2A", "AGUI")
    ),
    Edge(
        "endpoint → liveVersion",
        build.endpoint,
        {"name": "prod", "liveVersion": "1"},
        lambda a: a.live_versions,
        ("1",),
    ),
    Edge(
        "endpoint → targetVersion",
        build.endpoint,
        {"name": "prod", "targetVersion": "1"},
        lambda a: a.live_versions,
        ("1",),
    ),
)

HARNESSES = (
    Edge(
        "harness → executionRoleArn",
        build.harness,
        {"executionRoleArn": ROLE},
        lambda v: v.role_arn,
        ROLE,
    ),
    Edge(
        "harness → bedrockModelConfig.modelId",
        build.harness,
        {"model": {"bedrockModelConfig": {"modelId": MODEL}}},
        lambda v: v.model,
        MODEL,
    ),
    *(
        Edge(
            f"harness → {kind}.modelId",
            build.harness,
            {"model": {kind: {"modelId": "m"}}},
            lambda v: v.model,
            f"{word}:m",
        )
        for kind, word in (
            ("openAiModelConfig", "openai"),
            ("geminiModelConfig", "gemini"),
            ("liteLlmModelConfig", "litellm"),
        )
    ),
    Edge(
        "harness → model apiKeyArn",
        build.harness,
        {"model": {"openAiModelConfig": {"modelId": "m", "apiKeyArn": "arn:key"}}},
        lambda v: build.part("model_key", v).provider_arns,
        ("arn:key",),
    ),
    Edge(
        "harness → model apiBase",
        build.harness,
        {"model": {"liteLlmModelConfig": {"modelId": "m", "apiBase": "https://llm"}}},
        lambda v: v.model,
        "litellm:m at https://llm",
    ),
    Edge(
        "harness tool → remoteMcp.url",
        build.tool,
        {"remoteMcp": {"url": "https://mcp"}},
        lambda i: i.target,
        "https://mcp",
    ),
    Edge(
        "harness tool → agentCoreGateway.gatewayArn",
        build.tool,
        {"agentCoreGateway": {"gatewayArn": "arn:gw"}},
        lambda i: i.target,
        "arn:gw",
    ),
    Edge(
        "harness tool → agentCoreBrowser.browserArn",
        build.tool,
        {"agentCoreBrowser": {"browserArn": "arn:br"}},
        lambda i: i.target,
        "arn:br",
    ),
    Edge(
        "harness tool → agentCoreCodeInterpreter.codeInterpreterArn",
        build.tool,
        {"agentCoreCodeInterpreter": {"codeInterpreterArn": "arn:ci"}},
        lambda i: i.target,
        "arn:ci",
    ),
    Edge(
        "harness tool → inlineFunction",
        build.tool,
        {"inlineFunction": {"description": "d", "inputSchema": {"type": "object"}}},
        lambda i: i.content is not None,
        True,
    ),
    Edge(
        "harness tool → outboundAuth.oauth.providerArn",
        build.tool,
        {
            "agentCoreGateway": {
                "gatewayArn": "arn:gw",
                "outboundAuth": {"oauth": {"providerArn": "arn:oauth", "scopes": ["s"]}},
            }
        },
        lambda i: (i.credential, i.provider_arns, i.scopes),
        ("oauth", ("arn:oauth",), ("s",)),
    ),
    Edge(
        "harness skill → s3.uri",
        build.skill,
        {"s3": {"uri": "s3://b/skill"}},
        lambda i: i.target,
        "s3://b/skill",
    ),
    Edge(
        "harness skill → git.url",
        build.skill,
        {"git": {"url": "https://git"}},
        lambda i: i.target,
        "https://git",
    ),
    Edge(
        "harness skill → git.auth.credentialArn",
        build.skill,
        {"git": {"url": "https://git", "auth": {"credentialArn": "arn:cred"}}},
        lambda i: i.provider_arns,
        ("arn:cred",),
    ),
    Edge("harness skill → path", build.skill, {"path": "/skills"}, lambda i: i.target, "/skills"),
    Edge(
        "harness skill → awsSkills",
        build.skill,
        {"awsSkills": {"paths": ["aws/one"]}},
        lambda i: i.target,
        "aws/one",
    ),
    Edge(
        "harness → allowedTools[]",
        build.harness,
        {"allowedTools": ["b", "a"]},
        lambda v: build.part("allowed_tools", v).name,
        "a, b",
    ),
    Edge(
        "harness hook → target.lambda.arn",
        build.hook,
        {"lambda": {"arn": FUNCTION}},
        lambda i: i.function_arn,
        FUNCTION,
    ),
    Edge(
        "harness hook → target.sns.arn",
        build.hook,
        {"sns": {"arn": "arn:sns"}},
        lambda i: i.target,
        "arn:sns",
    ),
    Edge(
        "harness hook → target.eventBridge.arn",
        build.hook,
        {"eventBridge": {"arn": "arn:bus"}},
        lambda i: i.target,
        "arn:bus",
    ),
    Edge(
        "harness → memory.agentCoreMemoryConfiguration.arn",
        build.harness,
        {"memory": {"agentCoreMemoryConfiguration": {"arn": "arn:memory"}}},
        lambda v: (v.memory, build.part("memory", v).target),
        (("arn:memory",), "arn:memory"),
    ),
    Edge(
        "harness → systemPrompt[]",
        build.harness,
        {"systemPrompt": [{"text": "Be kind."}]},
        lambda v: v.instruction is not None,
        True,
    ),
    Edge(
        "harness → environment.agentRuntimeArn",
        lambda tape, detail: (build.harness(tape, detail), tape.read(usage=False).estate.agents[0])[
            1
        ],
        {"environment": {"agentCoreRuntimeEnvironment": {"agentRuntimeArn": "arn:runtime"}}},
        lambda a: a.managed_runtime_arn,
        "arn:runtime",
    ),
)

GATEWAYS = (
    Edge("gateway → roleArn", build.gateway, {"roleArn": ROLE}, lambda v: v.role_arn, ROLE),
    Edge("gateway → kmsKeyArn", build.gateway, {"kmsKeyArn": KEY}, lambda v: v.kms_key_arn, KEY),
    Edge(
        "gateway → interceptorConfigurations[].interceptor.lambda.arn",
        build.gateway,
        {
            "interceptorConfigurations": [
                {"interceptor": {"lambda": {"arn": FUNCTION}}, "interceptionPoints": ["REQUEST"]}
            ]
        },
        lambda v: (build.part("interceptor", v).function_arn, build.part("interceptor", v).mode),
        (FUNCTION, "REQUEST"),
    ),
    Edge(
        "gateway → customTransformConfiguration.lambda.arn",
        build.gateway,
        {"customTransformConfiguration": {"lambda": {"arn": FUNCTION}}},
        lambda v: build.part("transform", v).function_arn,
        FUNCTION,
    ),
    *(
        Edge(
            f"gateway → policyEngineConfiguration {mode}",
            build.gateway,
            {"policyEngineConfiguration": {"arn": "arn:engine", "mode": mode}},
            lambda v: (build.part("policy_engine", v).target, build.part("policy_engine", v).mode),
            ("arn:engine", mode),
        )
        for mode in ("LOG_ONLY", "ENFORCE")
    ),
    Edge(
        "gateway → workloadIdentityDetails",
        build.gateway,
        {"workloadIdentityDetails": {"workloadIdentityArn": "arn:workload"}},
        lambda v: build.part("workload_identity", v).target,
        "arn:workload",
    ),
    *(
        Edge(
            f"gateway → authorizerType {kind}",
            build.gateway,
            {"authorizerType": kind},
            lambda v: v.access.authorizer,
            kind,
        )
        for kind in ("CUSTOM_JWT", "AWS_IAM", "NONE", "AUTHENTICATE_ONLY")
    ),
    Edge(
        "gateway → webAclArn",
        build.gateway,
        {"webAclArn": "arn:acl", "wafConfiguration": {"failureMode": "FAIL_OPEN"}},
        lambda v: (v.web_acl_arn, v.web_acl_failure),
        ("arn:acl", "FAIL_OPEN"),
    ),
    *(
        Edge(
            f"gateway target → {kind}",
            build.target,
            detail,
            lambda i: (i.type, i.target),
            (kind, reached),
        )
        for kind, detail, reached in (
            ("mcp.lambda", {"mcp": {"lambda": {"lambdaArn": FUNCTION}}}, FUNCTION),
            (
                "mcp.openApiSchema",
                {"mcp": {"openApiSchema": {"s3": {"uri": "s3://b/k"}}}},
                "s3://b/k",
            ),
            ("mcp.smithyModel", {"mcp": {"smithyModel": {"s3": {"uri": "s3://b/m"}}}}, "s3://b/m"),
            ("mcp.mcpServer", {"mcp": {"mcpServer": {"endpoint": "https://mcp"}}}, "https://mcp"),
            (
                "mcp.apiGateway",
                {"mcp": {"apiGateway": {"restApiId": "api1", "stage": "prod"}}},
                "api1",
            ),
            ("mcp.connector", {"mcp": {"connector": {"source": {"connectorId": "jira"}}}}, "jira"),
            (
                "http.agentcoreRuntime",
                {"http": {"agentcoreRuntime": {"arn": "arn:runtime"}}},
                "arn:runtime",
            ),
            ("http.passthrough", {"http": {"passthrough": {"endpoint": "https://p"}}}, "https://p"),
            (
                "http.connector",
                {"http": {"connector": {"source": {"connectorId": "slack"}}}},
                "slack",
            ),
            (
                "inference.provider",
                {"inference": {"provider": {"endpoint": "https://i"}}},
                "https://i",
            ),
        )
    ),
    *(
        Edge(
            f"gateway target → credentialProviderType {kind}",
            build.credential,
            {"credentialProviderType": kind},
            lambda i: i.credential,
            kind,
        )
        for kind in (
            "GATEWAY_IAM_ROLE",
            "OAUTH",
            "API_KEY",
            "CALLER_IAM_CREDENTIALS",
            "JWT_PASSTHROUGH",
        )
    ),
    Edge(
        "gateway target → oauthCredentialProvider.providerArn",
        build.credential,
        {
            "credentialProviderType": "OAUTH",
            "credentialProvider": {
                "oauthCredentialProvider": {"providerArn": "arn:oauth", "scopes": ["read"]}
            },
        },
        lambda i: (i.provider_arns, i.scopes),
        (("arn:oauth",), ("read",)),
    ),
    Edge(
        "gateway target → apiKeyCredentialProvider.providerArn",
        build.credential,
        {
            "credentialProviderType": "API_KEY",
            "credentialProvider": {"apiKeyCredentialProvider": {"providerArn": "arn:key"}},
        },
        lambda i: i.provider_arns,
        ("arn:key",),
    ),
)

SHARED = (
    Edge(
        "credential provider → clientSecretArn.secretArn",
        oauth,
        {"clientSecretArn": {"secretArn": SECRET}},
        lambda r: r.secret_arns,
        (SECRET,),
    ),
    Edge(
        "credential provider → apiKeySecretArn.secretArn",
        api_key,
        {"apiKeySecretArn": {"secretArn": SECRET}},
        lambda r: r.secret_arns,
        (SECRET,),
    ),
    Edge(
        "credential provider → credentialProviderVendor",
        oauth,
        {"credentialProviderVendor": "GithubOauth2"},
        lambda r: r.vendor,
        "GithubOauth2",
    ),
    *(
        Edge(
            f"credential provider → {name}",
            oauth,
            {
                "oauth2ProviderConfigOutput": {
                    "customOauth2ProviderConfig": {"oauthDiscovery": detail}
                }
            },
            lambda r: r.targets,
            (f"https://{name}",),
        )
        for name, detail in (
            ("discovery", {"discoveryUrl": "https://discovery"}),
            (
                "issuer",
                {
                    "authorizationServerMetadata": {
                        "issuer": "https://issuer",
                        "authorizationEndpoint": "https://a",
                        "tokenEndpoint": "https://issuer",
                    }
                },
            ),
        )
    ),
    Edge(
        "memory → memoryExecutionRoleArn",
        memory,
        {"memoryExecutionRoleArn": ROLE},
        lambda r: r.role_arn,
        ROLE,
    ),
    Edge(
        "memory → encryptionKeyArn", memory, {"encryptionKeyArn": KEY}, lambda r: r.kms_key_arn, KEY
    ),
    Edge(
        "memory → strategies[].configuration modelId",
        memory,
        {
            "strategies": [
                {
                    "type": "SEMANTIC",
                    "configuration": {
                        "extraction": {
                            "customExtractionConfiguration": {
                                "semanticExtractionOverride": {
                                    "appendToPrompt": "x",
                                    "modelId": MODEL,
                                }
                            }
                        }
                    },
                }
            ]
        },
        lambda r: r.targets,
        (MODEL,),
    ),
    Edge(
        "memory → selfManagedConfiguration.invocationConfiguration",
        memory,
        {
            "strategies": [
                {
                    "type": "CUSTOM",
                    "configuration": {
                        "selfManagedConfiguration": {
                            "invocationConfiguration": {
                                "topicArn": "arn:topic",
                                "payloadDeliveryBucketName": "bucket",
                            },
                            "historicalContextWindowSize": 1,
                        }
                    },
                }
            ]
        },
        lambda r: r.targets,
        ("arn:topic", "bucket"),
    ),
    Edge(
        "memory → streamDeliveryResources dataStreamArn",
        memory,
        {
            "streamDeliveryResources": {
                "resources": [
                    {"kinesis": {"dataStreamArn": "arn:stream", "contentConfigurations": []}}
                ]
            }
        },
        lambda r: r.targets,
        ("arn:stream",),
    ),
    Edge(
        "memory → managedByResourceArn",
        memory,
        {"managedByResourceArn": "arn:harness"},
        lambda r: r.managed_by,
        "arn:harness",
    ),
    Edge(
        "browser → executionRoleArn",
        browser,
        {"executionRoleArn": ROLE},
        lambda r: r.role_arn,
        ROLE,
    ),
    Edge(
        "browser → recording.s3Location",
        browser,
        {"recording": {"enabled": True, "s3Location": {"bucket": "films"}}},
        lambda r: r.targets,
        ("films",),
    ),
    Edge(
        "browser → certificates[] secretArn",
        browser,
        {"certificates": [{"location": {"secretsManager": {"secretArn": SECRET}}}]},
        lambda r: r.secret_arns,
        (SECRET,),
    ),
    Edge(
        "browser → networkMode",
        browser,
        {"networkConfiguration": {"networkMode": "PUBLIC"}},
        lambda r: r.network,
        ("PUBLIC",),
    ),
    Edge(
        "code interpreter → executionRoleArn",
        interpreter,
        {"executionRoleArn": ROLE},
        lambda r: r.role_arn,
        ROLE,
    ),
    Edge(
        "code interpreter → networkMode",
        interpreter,
        {"networkConfiguration": {"networkMode": "SANDBOX"}},
        lambda r: r.network,
        ("SANDBOX",),
    ),
    Edge("payment manager → roleArn", manager, {"roleArn": ROLE}, lambda r: r.role_arn, ROLE),
    Edge(
        "payment connector → credentialProviderArn",
        build.connector,
        {"stripePrivy": {"credentialProviderArn": "arn:stripe"}},
        lambda r: r.targets,
        ("arn:stripe",),
    ),
    Edge(
        "online evaluation → evaluationExecutionRoleArn",
        evaluation,
        {"evaluationExecutionRoleArn": ROLE},
        lambda r: r.role_arn,
        ROLE,
    ),
    Edge(
        "capacity provider → capacityProviderOperatorRoleArn",
        capacity,
        {"permissionsConfiguration": {"capacityProviderOperatorRoleArn": ROLE}},
        lambda r: r.role_arn,
        ROLE,
    ),
    Edge(
        "consent portal → executionRoleArn",
        portal,
        {"executionRoleArn": ROLE},
        lambda r: r.role_arn,
        ROLE,
    ),
    Edge("A/B test → roleArn", ab_test, {"roleArn": ROLE}, lambda r: r.role_arn, ROLE),
    Edge(
        "A/B test → gatewayArn, variants",
        ab_test,
        {
            "gatewayArn": "arn:gw",
            "variants": [
                {"name": "B", "weight": 20, "variantConfiguration": {"target": {"name": "next"}}}
            ],
        },
        lambda r: (r.targets, r.details),
        (("arn:gw",), ("B: 20 % to next",)),
    ),
    Edge(
        "registry record → provenance[].sourceId",
        build.record,
        {
            "provenance": [
                {
                    "relation": "DETECTED_FROM",
                    "sourceId": f"{ARN}:runtime/r",
                    "sourceType": "AWS::BedrockAgentCore::Runtime",
                }
            ]
        },
        lambda r: r.targets,
        (f"{ARN}:runtime/r",),
    ),
    Edge(
        "registry record → createdBy",
        build.record,
        {"createdBy": "arn:someone"},
        lambda r: r.vendor,
        "arn:someone",
    ),
    Edge(
        "registry record → status",
        build.record,
        {"status": "APPROVED"},
        lambda r: r.status,
        "APPROVED",
    ),
    Edge(
        "registry record → custom metadata",
        build.record,
        {"customMetadata": {"owner": "ann"}},
        lambda r: r.details,
        ("owner: ann",),
    ),
)

OTHERS = (
    Edge(
        "Step Functions → DescribeStateMachine.roleArn",
        build.machine,
        {
            "roleArn": ROLE,
            "definition": '{"States":{"A":{"Resource":"arn:aws:states:::bedrock:invokeModel"}}}',
        },
        lambda v: v.role_arn,
        ROLE,
    ),
)
