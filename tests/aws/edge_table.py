"""Every edge of the reference's list: what AWS answers, and the field of recert that then holds it.

Rows stand in the order of `aws-surface` §1.2, each named as that section writes the edge.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from . import edge_builders as build

ROLE = "arn:aws:iam::111122223333:role/r"
FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:f"
SECRET = "arn:aws:secretsmanager:us-east-1:111122223333:secret:s"  # noqa: S105 - the ARN of a secret
KEY = "arn:aws:kms:us-east-1:111122223333:key/k"
MODEL = "anthropic.claude-3"
POLICY = '{"Version":"2012-10-17","Statement":[]}'


class Edge(NamedTuple):
    """One row: the edge, what it starts from, what AWS answers there, what is read, what it is."""

    name: str
    start: Callable[..., Any]
    answer: dict[str, Any]
    read: Callable[[Any], Any]
    reached: Any


def _jwt(**more: Any) -> dict[str, Any]:
    jwt = {"discoveryUrl": "https://issuer", **more}
    return {"authorizerConfiguration": {"customJWTAuthorizer": jwt}}


def _redshift(**engine: Any) -> dict[str, Any]:
    return {"queryEngineConfiguration": {"type": "X", **engine}}


def _ingestion(**more: Any) -> dict[str, Any]:
    return {"vectorIngestionConfiguration": more}


CLASSIC = (
    Edge(
        "agent → agentResourceRoleArn",
        build.live,
        {"agentResourceRoleArn": ROLE},
        lambda v: v.role_arn,
        ROLE,
    ),
    Edge(
        "draft → agentResourceRoleArn",
        build.draft,
        {"agentResourceRoleArn": ROLE},
        lambda v: v.role_arn,
        ROLE,
    ),
    Edge(
        "agent → foundationModel", build.live, {"foundationModel": MODEL}, lambda v: v.model, MODEL
    ),
    Edge(
        "agent → promptOverrideConfiguration.promptConfigurations[].foundationModel",
        build.live,
        {
            "promptOverrideConfiguration": {
                "promptConfigurations": [{"promptType": "ORCHESTRATION", "foundationModel": MODEL}]
            }
        },
        lambda v: v.prompt_models,
        (f"ORCHESTRATION: {MODEL}",),
    ),
    Edge(
        "agent → promptOverrideConfiguration.overrideLambda",
        build.live,
        {"promptOverrideConfiguration": {"promptConfigurations": [], "overrideLambda": FUNCTION}},
        lambda v: v.parser_function_arn,
        FUNCTION,
    ),
    Edge(
        "draft → customOrchestration.executor.lambda",
        build.draft,
        {
            "orchestrationType": "CUSTOM_ORCHESTRATION",
            "customOrchestration": {"executor": {"lambda": FUNCTION}},
        },
        lambda v: (v.orchestration, v.orchestration_function_arn),
        ("CUSTOM_ORCHESTRATION", FUNCTION),
    ),
    Edge(
        "agent → customerEncryptionKeyArn",
        build.live,
        {"customerEncryptionKeyArn": KEY},
        lambda v: v.kms_key_arn,
        KEY,
    ),
    Edge(
        "agent → guardrailConfiguration",
        build.live,
        {"guardrailConfiguration": {"guardrailIdentifier": "gr1", "guardrailVersion": "DRAFT"}},
        lambda v: (v.guardrail.identifier, v.guardrail.version),
        ("gr1", "DRAFT"),
    ),
    Edge(
        "agent → memoryConfiguration",
        build.live,
        {"memoryConfiguration": {"enabledMemoryTypes": ["SESSION_SUMMARY"], "storageDays": 30}},
        lambda v: v.memory,
        ("SESSION_SUMMARY", "30 days"),
    ),
    Edge(
        "agent → agentCollaboration",
        build.live,
        {"agentCollaboration": "SUPERVISOR_ROUTER"},
        lambda v: v.collaboration,
        "SUPERVISOR_ROUTER",
    ),
    Edge(
        "agent → instruction",
        build.live,
        {"instruction": "Be kind."},
        lambda v: v.instruction.length,
        8,
    ),
    Edge(
        "agent → idleSessionTTLInSeconds",
        build.live,
        {"idleSessionTTLInSeconds": 90},
        lambda v: v.idle_session_seconds,
        90,
    ),
    Edge(
        "action group → actionGroupExecutor.lambda",
        build.group,
        {"actionGroupExecutor": {"lambda": FUNCTION}},
        lambda g: g.function_arn,
        FUNCTION,
    ),
    Edge(
        "action group → customControl",
        build.group,
        {"actionGroupExecutor": {"customControl": "RETURN_CONTROL"}},
        lambda g: g.executor,
        "return_control",
    ),
    Edge(
        "action group → apiSchema.s3",
        build.group,
        {"apiSchema": {"s3": {"s3BucketName": "b", "s3ObjectKey": "k"}}},
        lambda g: (g.schema_bucket, g.schema_key),
        ("b", "k"),
    ),
    Edge(
        "action group → apiSchema.payload",
        build.group,
        {"apiSchema": {"payload": '{"paths":{"/a":{"post":{}}}}'}},
        lambda g: g.schema_writes,
        1,
    ),
    Edge(
        "action group → functionSchema.functions[]",
        build.group,
        {"functionSchema": {"functions": [{"name": "pay", "requireConfirmation": "ENABLED"}]}},
        lambda g: [(one.name, one.requires_confirmation) for one in g.functions],
        [("pay", True)],
    ),
    *(
        Edge(
            f"action group → parentActionSignature {name}",
            build.group,
            {"parentActionSignature": name},
            lambda g: (g.executor, g.signature),
            ("builtin", name),
        )
        for name in (
            "AMAZON.UserInput",
            "AMAZON.CodeInterpreter",
            "ANTHROPIC.Computer",
            "ANTHROPIC.Bash",
            "ANTHROPIC.TextEditor",
        )
    ),
    Edge(
        "agent → agentKnowledgeBaseSummaries[].knowledgeBaseId",
        build.associated,
        {
            "ListAgentKnowledgeBases": (
                "agentKnowledgeBaseSummaries",
                {
                    "knowledgeBaseId": "KB1",
                    "knowledgeBaseState": "DISABLED",
                    "updatedAt": "2026-10-01T00:00:00Z",
                },
            )
        },
        lambda v: [(one.id, one.state) for one in v.knowledge_bases],
        [("KB1", "DISABLED")],
    ),
    Edge(
        "agent → agentCollaboratorSummaries[].agentDescriptor.aliasArn",
        build.associated,
        {
            "ListAgentCollaborators": (
                "agentCollaboratorSummaries",
                {
                    "collaboratorId": "C1",
                    "collaboratorName": "mate",
                    "agentDescriptor": {
                        "aliasArn": "arn:aws:bedrock:us-east-1:444455556666:agent-alias/A/B"
                    },
                    "relayConversationHistory": "TO_COLLABORATOR",
                },
            )
        },
        lambda v: [(one.alias_arn, one.relays_history) for one in v.collaborators],
        [("arn:aws:bedrock:us-east-1:444455556666:agent-alias/A/B", True)],
    ),
    Edge(
        "alias → routingConfiguration[].agentVersion",
        build.alias,
        {"agentVersion": "4"},
        lambda a: a.live_versions,
        ("4",),
    ),
    Edge(
        "alias → routingConfiguration[].provisionedThroughput",
        build.alias,
        {"agentVersion": "4", "provisionedThroughput": "arn:provisioned"},
        lambda a: a.aliases[0].throughputs,
        ("arn:provisioned",),
    ),
    Edge("Lambda → Configuration.Role", build.function, {"Role": ROLE}, lambda f: f.role_arn, ROLE),
    Edge(
        "Lambda → CodeSha256",
        build.function,
        {"CodeSha256": "d" * 44},
        lambda f: f.code_sha256,
        "d" * 44,
    ),
    Edge(
        "Lambda → Version", build.function, {"Version": "$LATEST"}, lambda f: f.version, "$LATEST"
    ),
    Edge(
        "Lambda → Layers[]",
        build.function,
        {"Layers": [{"Arn": "arn:layer"}]},
        lambda f: f.layers,
        ("arn:layer",),
    ),
    Edge("Lambda → KMSKeyArn", build.function, {"KMSKeyArn": KEY}, lambda f: f.kms_key_arn, KEY),
    Edge(
        "Lambda → VpcConfig",
        build.function,
        {"VpcConfig": {"VpcId": "vpc-1", "SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}},
        lambda f: f.network,
        ("vpc-1", "sg-1", "subnet-1"),
    ),
    Edge(
        "Lambda → lambda:GetPolicy",
        build.function_policy,
        {"Policy": POLICY},
        lambda f: f.resource_policy,
        POLICY,
    ),
)

KNOWLEDGE = (
    Edge("KB → roleArn", build.base, {"roleArn": ROLE}, lambda b: b.role_arn, ROLE),
    Edge(
        "KB → vectorKnowledgeBaseConfiguration.embeddingModelArn",
        build.configured,
        {"vectorKnowledgeBaseConfiguration": {"embeddingModelArn": "arn:model"}},
        lambda b: b.embedding_model,
        "arn:model",
    ),
    Edge(
        "KB → managedKnowledgeBaseConfiguration.embeddingModelArn",
        build.configured,
        {"managedKnowledgeBaseConfiguration": {"embeddingModelArn": "arn:model"}},
        lambda b: b.embedding_model,
        "arn:model",
    ),
    Edge(
        "KB → serverSideEncryptionConfiguration.kmsKeyArn",
        build.configured,
        {
            "managedKnowledgeBaseConfiguration": {
                "serverSideEncryptionConfiguration": {"kmsKeyArn": KEY}
            }
        },
        lambda b: b.kms_key_arn,
        KEY,
    ),
    Edge(
        "KB → supplementalDataStorageConfiguration.s3Location.uri",
        build.configured,
        {
            "vectorKnowledgeBaseConfiguration": {
                "supplementalDataStorageConfiguration": {
                    "storageLocations": [{"type": "S3", "s3Location": {"uri": "s3://side"}}]
                }
            }
        },
        lambda b: b.endpoints,
        ("s3://side",),
    ),
    Edge(
        "KB → kendraKnowledgeBaseConfiguration.kendraIndexArn",
        build.configured,
        {"kendraKnowledgeBaseConfiguration": {"kendraIndexArn": "arn:kendra"}},
        lambda b: b.storage_arns,
        ("arn:kendra",),
    ),
    Edge(
        "KB SQL → serverlessConfiguration.workgroupArn",
        build.sql,
        _redshift(serverlessConfiguration={"workgroupArn": "arn:wg"}),
        lambda b: b.storage_arns,
        ("arn:wg",),
    ),
    Edge(
        "KB SQL → provisionedConfiguration.clusterIdentifier",
        build.sql,
        _redshift(provisionedConfiguration={"clusterIdentifier": "c"}),
        lambda b: b.storage_arns,
        ("c",),
    ),
    Edge(
        "KB SQL → authConfiguration.usernamePasswordSecretArn",
        build.sql,
        _redshift(
            serverlessConfiguration={"authConfiguration": {"usernamePasswordSecretArn": SECRET}}
        ),
        lambda b: b.secret_arns,
        (SECRET,),
    ),
    Edge(
        "KB SQL → awsDataCatalogConfiguration.tableNames[]",
        build.sql,
        {"storageConfigurations": [{"awsDataCatalogConfiguration": {"tableNames": ["db.t"]}}]},
        lambda b: b.table_names,
        ("db.t",),
    ),
    Edge(
        "KB SQL → redshiftConfiguration.databaseName",
        build.sql,
        {"storageConfigurations": [{"redshiftConfiguration": {"databaseName": "sales"}}]},
        lambda b: b.table_names,
        ("sales",),
    ),
    *(
        Edge(
            f"KB → {kind}.{key}",
            build.store,
            {f"{kind}Configuration": {key: reached}},
            lambda b, field=field: getattr(b, field),
            (reached,),
        )
        for kind, key, field, reached in (
            ("opensearchServerless", "collectionArn", "storage_arns", "arn:aoss"),
            ("opensearchManagedCluster", "domainArn", "storage_arns", "arn:es"),
            ("rds", "resourceArn", "storage_arns", "arn:rds"),
            ("rds", "credentialsSecretArn", "secret_arns", SECRET),
            ("pinecone", "credentialsSecretArn", "secret_arns", SECRET),
            ("pinecone", "connectionString", "endpoints", "https://p.example.com"),
            ("redisEnterpriseCloud", "credentialsSecretArn", "secret_arns", SECRET),
            ("redisEnterpriseCloud", "endpoint", "endpoints", "redis.example.com"),
            ("mongoDbAtlas", "credentialsSecretArn", "secret_arns", SECRET),
            ("mongoDbAtlas", "endpoint", "endpoints", "mongo.example.com"),
            ("neptuneAnalytics", "graphArn", "storage_arns", "arn:graph"),
            ("s3Vectors", "vectorBucketArn", "storage_arns", "arn:vb"),
            ("s3Vectors", "indexArn", "storage_arns", "arn:index"),
        )
    ),
    *(
        Edge(
            f"data source → type {kind}",
            build.source,
            {"dataSourceConfiguration": {"type": kind}},
            lambda s: s.kind,
            kind,
        )
        for kind in (
            "S3",
            "WEB",
            "CONFLUENCE",
            "SALESFORCE",
            "SHAREPOINT",
            "CUSTOM",
            "REDSHIFT_METADATA",
            "MANAGED_KNOWLEDGE_BASE_CONNECTOR",
        )
    ),
    Edge(
        "data source → s3Configuration",
        build.source,
        {
            "dataSourceConfiguration": {
                "type": "S3",
                "s3Configuration": {
                    "bucketArn": "arn:aws:s3:::b",
                    "inclusionPrefixes": ["p/"],
                    "bucketOwnerAccountId": "444455556666",
                },
            }
        },
        lambda s: (s.bucket_arn, s.prefixes, s.bucket_owner),
        ("arn:aws:s3:::b", ("p/",), "444455556666"),
    ),
    Edge(
        "data source → managedKnowledgeBaseConnectorConfiguration",
        build.source,
        {
            "dataSourceConfiguration": {
                "type": "MANAGED_KNOWLEDGE_BASE_CONNECTOR",
                "managedKnowledgeBaseConnectorConfiguration": {
                    "connectorParameters": {"url": "https://wiki", "secretArn": SECRET}
                },
            }
        },
        lambda s: (s.urls, s.secret_arn),
        (("https://wiki",), SECRET),
    ),
    Edge(
        "data source → webConfiguration.seedUrls[].url",
        build.kind_of_source("WEB", "webConfiguration"),
        {"urlConfiguration": {"seedUrls": [{"url": "https://a"}]}},
        lambda s: s.urls,
        ("https://a",),
    ),
    Edge(
        "data source → confluence hostUrl",
        build.kind_of_source("CONFLUENCE", "confluenceConfiguration"),
        {"hostUrl": "https://c"},
        lambda s: s.urls,
        ("https://c",),
    ),
    Edge(
        "data source → confluence credentialsSecretArn",
        build.kind_of_source("CONFLUENCE", "confluenceConfiguration"),
        {"credentialsSecretArn": SECRET},
        lambda s: s.secret_arn,
        SECRET,
    ),
    Edge(
        "data source → salesforce hostUrl",
        build.kind_of_source("SALESFORCE", "salesforceConfiguration"),
        {"hostUrl": "https://s"},
        lambda s: s.urls,
        ("https://s",),
    ),
    Edge(
        "data source → salesforce credentialsSecretArn",
        build.kind_of_source("SALESFORCE", "salesforceConfiguration"),
        {"credentialsSecretArn": SECRET},
        lambda s: s.secret_arn,
        SECRET,
    ),
    Edge(
        "data source → sharepoint siteUrls[]",
        build.kind_of_source("SHAREPOINT", "sharePointConfiguration"),
        {"siteUrls": ["https://b", "https://a"]},
        lambda s: s.urls,
        ("https://a", "https://b"),
    ),
    Edge(
        "data source → sharepoint credentialsSecretArn",
        build.kind_of_source("SHAREPOINT", "sharePointConfiguration"),
        {"credentialsSecretArn": SECRET},
        lambda s: s.secret_arn,
        SECRET,
    ),
    Edge(
        "data source → serverSideEncryptionConfiguration.kmsKeyArn",
        build.source,
        {"serverSideEncryptionConfiguration": {"kmsKeyArn": KEY}},
        lambda s: s.kms_key_arn,
        KEY,
    ),
    Edge(
        "data source → transformationLambdaConfiguration.lambdaArn",
        build.source,
        _ingestion(
            customTransformationConfiguration={
                "intermediateStorage": {"s3Location": {"uri": "s3://x"}},
                "transformations": [
                    {
                        "stepToApply": "POST_CHUNKING",
                        "transformationFunction": {
                            "transformationLambdaConfiguration": {"lambdaArn": FUNCTION}
                        },
                    }
                ],
            }
        ),
        lambda s: s.function_arns,
        (FUNCTION,),
    ),
    Edge(
        "data source → parsing modelArn",
        build.source,
        _ingestion(
            parsingConfiguration={
                "parsingStrategy": "BEDROCK_FOUNDATION_MODEL",
                "bedrockFoundationModelConfiguration": {"modelArn": "arn:parser"},
            }
        ),
        lambda s: s.model_arns,
        ("arn:parser",),
    ),
    Edge(
        "data source → enrichment modelArn",
        build.source,
        _ingestion(
            contextEnrichmentConfiguration={
                "type": "BEDROCK_FOUNDATION_MODEL",
                "bedrockFoundationModelConfiguration": {"modelArn": "arn:enricher"},
            }
        ),
        lambda s: s.model_arns,
        ("arn:enricher",),
    ),
)

FLOWS = (
    Edge(
        "flow → executionRoleArn",
        build.flow,
        {"executionRoleArn": ROLE},
        lambda v: v.role_arn,
        ROLE,
    ),
    Edge(
        "flow → customerEncryptionKeyArn",
        build.flow,
        {"customerEncryptionKeyArn": KEY},
        lambda v: v.kms_key_arn,
        KEY,
    ),
    Edge(
        "flow node → lambdaFunction.lambdaArn",
        build.node,
        {"lambdaFunction": {"lambdaArn": FUNCTION}},
        lambda i: (i.target, i.function_arn),
        (FUNCTION, FUNCTION),
    ),
    Edge(
        "flow node → agent.agentAliasArn",
        build.node,
        {"agent": {"agentAliasArn": "arn:alias"}},
        lambda i: i.target,
        "arn:alias",
    ),
    Edge(
        "flow node → knowledgeBase.knowledgeBaseId",
        build.in_node,
        {"knowledgeBase": {"knowledgeBaseId": "KB9"}},
        lambda v: [one.id for one in v.knowledge_bases],
        ["KB9"],
    ),
    Edge(
        "flow node → knowledgeBase.modelId",
        build.in_node,
        {"knowledgeBase": {"knowledgeBaseId": "KB9", "modelId": MODEL}},
        lambda v: v.model,
        MODEL,
    ),
    Edge(
        "flow node → knowledgeBase.guardrailConfiguration",
        build.in_node,
        {
            "knowledgeBase": {
                "knowledgeBaseId": "KB9",
                "guardrailConfiguration": {"guardrailIdentifier": "gr", "guardrailVersion": "1"},
            }
        },
        lambda v: (v.guardrail.identifier, v.guardrail.version),
        ("gr", "1"),
    ),
    Edge(
        "flow node → prompt.sourceConfiguration.resource.promptArn",
        build.node,
        {"prompt": {"sourceConfiguration": {"resource": {"promptArn": "arn:prompt"}}}},
        lambda i: i.target,
        "arn:prompt",
    ),
    Edge(
        "flow node → prompt.sourceConfiguration.inline.modelId",
        build.in_node,
        {
            "prompt": {
                "sourceConfiguration": {
                    "inline": {
                        "modelId": MODEL,
                        "templateType": "TEXT",
                        "templateConfiguration": {"text": {"text": "hi"}},
                    }
                }
            }
        },
        lambda v: v.model,
        MODEL,
    ),
    Edge(
        "flow node → lex.botAliasArn",
        build.node,
        {"lex": {"botAliasArn": "arn:bot", "localeId": "en"}},
        lambda i: i.target,
        "arn:bot",
    ),
    Edge(
        "flow node → storage.s3.bucketName",
        build.node,
        {"storage": {"serviceConfiguration": {"s3": {"bucketName": "kept"}}}},
        lambda i: i.target,
        "kept",
    ),
    Edge(
        "flow node → retrieval.s3.bucketName",
        build.node,
        {"retrieval": {"serviceConfiguration": {"s3": {"bucketName": "read"}}}},
        lambda i: i.target,
        "read",
    ),
    Edge(
        "flow node → inlineCode.code",
        build.node,
        {"inlineCode": {"code": "print(1)", "language": "Python_3"}},
        lambda i: (i.type, i.content is not None),
        ("inlineCode", True),
    ),
)
