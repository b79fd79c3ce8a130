"""Every edge from an agent's parts to what they reach, one case each, through boto3."""

from typing import Any

import pytest

from recert.estate.agents import AgentKind
from recert.estate.companions import Integration

CORE = "bedrock-agentcore-control"
FIELDS = {"vectorField": "v", "textField": "t", "metadataField": "m"}
SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:s"  # noqa: S105 - the ARN of a secret
STORES: list[tuple[str, dict[str, Any], str, str]] = [
    ("opensearchServerless", {"collectionArn": "arn:aoss"}, "storage_arns", "arn:aoss"),
    ("opensearchManagedCluster", {"domainArn": "arn:es"}, "storage_arns", "arn:es"),
    ("rds", {"resourceArn": "arn:rds"}, "storage_arns", "arn:rds"),
    ("rds", {"credentialsSecretArn": SECRET}, "secret_arns", SECRET),
    ("neptuneAnalytics", {"graphArn": "arn:graph"}, "storage_arns", "arn:graph"),
    ("s3Vectors", {"vectorBucketArn": "arn:vb"}, "storage_arns", "arn:vb"),
    ("s3Vectors", {"indexArn": "arn:index"}, "storage_arns", "arn:index"),
    ("pinecone", {"credentialsSecretArn": SECRET}, "secret_arns", SECRET),
    (
        "pinecone",
        {"connectionString": "https://p.example.com"},
        "endpoints",
        "https://p.example.com",
    ),
    ("redisEnterpriseCloud", {"endpoint": "redis.example.com"}, "endpoints", "redis.example.com"),
    ("redisEnterpriseCloud", {"credentialsSecretArn": SECRET}, "secret_arns", SECRET),
    ("mongoDbAtlas", {"endpoint": "mongo.example.com"}, "endpoints", "mongo.example.com"),
    ("mongoDbAtlas", {"credentialsSecretArn": SECRET}, "secret_arns", SECRET),
]
REDSHIFT: list[tuple[dict[str, Any], str, str]] = [
    (
        {"queryEngineConfiguration": {"serverlessConfiguration": {"workgroupArn": "arn:wg"}}},
        "storage_arns",
        "arn:wg",
    ),
    (
        {"queryEngineConfiguration": {"provisionedConfiguration": {"clusterIdentifier": "c"}}},
        "storage_arns",
        "c",
    ),
    (
        {
            "queryEngineConfiguration": {
                "serverlessConfiguration": {
                    "authConfiguration": {"usernamePasswordSecretArn": SECRET}
                }
            }
        },
        "secret_arns",
        SECRET,
    ),
    (
        {"storageConfigurations": [{"awsDataCatalogConfiguration": {"tableNames": ["db.t"]}}]},
        "table_names",
        "db.t",
    ),
    (
        {"storageConfigurations": [{"redshiftConfiguration": {"databaseName": "sales"}}]},
        "table_names",
        "sales",
    ),
]
SOURCES: list[tuple[str, dict[str, Any], str, Any]] = [
    ("web", {"urlConfiguration": {"seedUrls": [{"url": "https://a"}]}}, "urls", ("https://a",)),
    ("confluence", {"hostUrl": "https://c"}, "urls", ("https://c",)),
    ("confluence", {"credentialsSecretArn": SECRET}, "secret_arn", SECRET),
    ("salesforce", {"hostUrl": "https://s"}, "urls", ("https://s",)),
    ("salesforce", {"credentialsSecretArn": SECRET}, "secret_arn", SECRET),
    ("sharePoint", {"siteUrls": ["https://b", "https://a"]}, "urls", ("https://a", "https://b")),
    ("sharePoint", {"credentialsSecretArn": SECRET}, "secret_arn", SECRET),
]
TARGETS: list[tuple[dict[str, Any], str, str]] = [
    (
        {"mcp": {"lambda": {"lambdaArn": "arn:aws:lambda:us-east-1:111122223333:function:f"}}},
        "mcp.lambda",
        "arn:aws:lambda:us-east-1:111122223333:function:f",
    ),
    ({"mcp": {"openApiSchema": {"s3": {"uri": "s3://b/k"}}}}, "mcp.openApiSchema", "s3://b/k"),
    ({"mcp": {"smithyModel": {"s3": {"uri": "s3://b/m"}}}}, "mcp.smithyModel", "s3://b/m"),
    ({"mcp": {"mcpServer": {"endpoint": "https://mcp"}}}, "mcp.mcpServer", "https://mcp"),
    ({"mcp": {"apiGateway": {"restApiId": "api1", "stage": "prod"}}}, "mcp.apiGateway", "api1"),
    ({"mcp": {"connector": {"source": {"connectorId": "jira"}}}}, "mcp.connector", "jira"),
    (
        {"http": {"agentcoreRuntime": {"arn": "arn:runtime"}}},
        "http.agentcoreRuntime",
        "arn:runtime",
    ),
    ({"http": {"passthrough": {"endpoint": "https://p"}}}, "http.passthrough", "https://p"),
    ({"inference": {"provider": {"endpoint": "https://i"}}}, "inference.provider", "https://i"),
]
TOOLS: list[tuple[str, dict[str, Any], str]] = [
    ("remote_mcp", {"remoteMcp": {"url": "https://mcp"}}, "https://mcp"),
    ("agentcore_browser", {"agentCoreBrowser": {"browserArn": "arn:browser"}}, "arn:browser"),
    ("agentcore_gateway", {"agentCoreGateway": {"gatewayArn": "arn:gateway"}}, "arn:gateway"),
    (
        "agentcore_code_interpreter",
        {"agentCoreCodeInterpreter": {"codeInterpreterArn": "arn:code"}},
        "arn:code",
    ),
]
NODES: list[tuple[dict[str, Any], str]] = [
    ({"lambdaFunction": {"lambdaArn": "arn:lambda"}}, "arn:lambda"),
    ({"agent": {"agentAliasArn": "arn:alias"}}, "arn:alias"),
    ({"knowledgeBase": {"knowledgeBaseId": "KB9"}}, "KB9"),
    ({"prompt": {"sourceConfiguration": {"resource": {"promptArn": "arn:prompt"}}}}, "arn:prompt"),
    ({"lex": {"botAliasArn": "arn:bot", "localeId": "en"}}, "arn:bot"),
    ({"storage": {"serviceConfiguration": {"s3": {"bucketName": "kept"}}}}, "kept"),
    ({"retrieval": {"serviceConfiguration": {"s3": {"bucketName": "read"}}}}, "read"),
]


@pytest.mark.parametrize(("store", "settings", "field", "reached"), STORES)
def test_the_store_of_a_knowledge_base(
    tape: Any, store: str, settings: dict[str, Any], field: str, reached: str
) -> None:
    storage = {"type": "X", f"{store}Configuration": settings}
    tape.agents([]).knowledge_base("KB1", {}, storageConfiguration=storage)
    assert getattr(tape.read().estate.knowledge_bases[0], field) == (reached,)


@pytest.mark.parametrize(("settings", "field", "reached"), REDSHIFT)
def test_the_tables_of_a_knowledge_base(
    tape: Any, settings: dict[str, Any], field: str, reached: str
) -> None:
    sql = {"type": "REDSHIFT", "redshiftConfiguration": settings}
    configuration = {"type": "SQL", "sqlKnowledgeBaseConfiguration": sql}
    tape.agents([]).knowledge_base("KB1", {}, knowledgeBaseConfiguration=configuration)
    assert getattr(tape.read().estate.knowledge_bases[0], field) == (reached,)


def test_the_index_the_key_and_the_side_store_of_a_knowledge_base(tape: Any) -> None:
    kendra = {
        "type": "KENDRA",
        "kendraKnowledgeBaseConfiguration": {"kendraIndexArn": "arn:kendra"},
    }
    tape.agents([]).knowledge_base("KB1", {}, knowledgeBaseConfiguration=kendra)
    assert tape.read().estate.knowledge_bases[0].storage_arns == ("arn:kendra",)
    side = {"storageLocations": [{"type": "S3", "s3Location": {"uri": "s3://side"}}]}
    managed = {
        "embeddingModelArn": "arn:model",
        "serverSideEncryptionConfiguration": {"kmsKeyArn": "arn:kms"},
        "supplementalDataStorageConfiguration": side,
    }
    configuration = {"type": "MANAGED", "managedKnowledgeBaseConfiguration": managed}
    tape.knowledge_base("KB1", {}, knowledgeBaseConfiguration=configuration)
    base = tape.read().estate.knowledge_bases[0]
    assert (base.embedding_model, base.kms_key_arn) == ("arn:model", "arn:kms")
    assert base.endpoints == ("s3://side",)


@pytest.mark.parametrize(("kind", "settings", "field", "reached"), SOURCES)
def test_the_source_of_a_knowledge_base(
    tape: Any, kind: str, settings: dict[str, Any], field: str, reached: Any
) -> None:
    configuration = {
        "type": kind.upper(),
        f"{kind}Configuration": {"sourceConfiguration": settings},
    }
    tape.agents([]).knowledge_base("KB1", {"DS1": {"dataSourceConfiguration": configuration}})
    source = tape.read().estate.knowledge_bases[0].data_sources[0]
    assert getattr(source, field) == reached
    assert source.kind == kind.upper()


def test_the_models_that_prepare_a_source(tape: Any) -> None:
    parsing = {
        "parsingStrategy": "BEDROCK_FOUNDATION_MODEL",
        "bedrockFoundationModelConfiguration": {"modelArn": "arn:parser"},
    }
    detail = {
        "dataSourceConfiguration": {"type": "CUSTOM"},
        "vectorIngestionConfiguration": {"parsingConfiguration": parsing},
    }
    tape.agents([]).knowledge_base("KB1", {"DS1": detail})
    assert tape.read().estate.knowledge_bases[0].data_sources[0].model_arns == ("arn:parser",)


def integration(tape: Any, agent_kind: AgentKind, kind: str) -> Integration:
    agent = next(one for one in tape.read().estate.agents if one.kind is agent_kind)
    return next(one for one in agent.versions[-1].integrations if one.kind == kind)


@pytest.mark.parametrize(("configuration", "type_", "reached"), TARGETS)
def test_the_target_of_a_gateway(
    tape: Any, configuration: dict[str, Any], type_: str, reached: str
) -> None:
    tape.add(CORE, "ListGateways", {}, {"items": [{"gatewayId": "g", "name": "g"}]})
    tape.add(CORE, "GetGateway", {}, {"gatewayId": "g", "roleArn": tape.role_arn("g")})
    tape.add(CORE, "ListGatewayTargets", {}, {"items": [{"targetId": "T1", "name": "t"}]})
    tape.add(CORE, "GetGatewayTarget", {}, {"targetConfiguration": configuration})
    target = integration(tape, AgentKind.AGENTCORE_GATEWAY, "gateway_target")
    assert (target.type, target.target) == (type_, reached)


@pytest.mark.parametrize(("type_", "configuration", "reached"), TOOLS)
def test_the_tool_of_a_harness(
    tape: Any, type_: str, configuration: dict[str, Any], reached: str
) -> None:
    tape.add(CORE, "ListHarnesses", {}, {"harnesses": [{"harnessId": "h", "harnessVersion": "1"}]})
    tool = {"type": type_, "name": "t", "config": configuration}
    tape.add(CORE, "GetHarness", {}, {"harness": {"harnessId": "h", "tools": [tool]}})
    found = integration(tape, AgentKind.AGENTCORE_HARNESS, "tool")
    assert (found.type, found.target) == (type_, reached)


@pytest.mark.parametrize(("configuration", "reached"), NODES)
def test_the_node_of_a_flow(tape: Any, configuration: dict[str, Any], reached: str) -> None:
    tape.add("bedrock-agent", "ListFlows", {}, {"flowSummaries": [{"id": "F", "name": "f"}]})
    nodes = [{"name": "n", "configuration": configuration}]
    tape.add("bedrock-agent", "GetFlow", {}, {"id": "F", "definition": {"nodes": nodes}})
    assert integration(tape, AgentKind.BEDROCK_FLOW, "flow_node").target == reached
