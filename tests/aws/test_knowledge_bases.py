"""Knowledge bases and where their text comes from, read through boto3 from recordings."""

from typing import Any

from recert.estate.integrations import KnowledgeBase

A1 = "AGENT00001"


def gaps(tape: Any) -> list[tuple[str, str, str]]:
    found = tape.read().estate.coverage.gaps
    return [
        (gap.operation, gap.error, gap.subject) for gap in found if gap.service == "bedrock-agent"
    ]


def knowledge_base(tape: Any) -> KnowledgeBase:
    return tape.read().estate.knowledge_bases[0]


def test_a_knowledge_base_is_read_with_its_store_and_its_sources(tape: Any) -> None:
    tape.agents([])
    secret = tape.arn("secretsmanager", "secret:s")
    sources = {
        "DS1": {
            "dataSourceConfiguration": {
                "type": "S3",
                "s3Configuration": {
                    "bucketArn": "arn:aws:s3:::docs",
                    "inclusionPrefixes": ["b/", "a/"],
                    "bucketOwnerAccountId": "444455556666",
                },
            },
            "serverSideEncryptionConfiguration": {"kmsKeyArn": tape.arn("kms", "key/k")},
            "vectorIngestionConfiguration": {
                "customTransformationConfiguration": {
                    "intermediateStorage": {"s3Location": {"uri": "s3://x"}},
                    "transformations": [
                        {
                            "transformationFunction": {
                                "transformationLambdaConfiguration": {
                                    "lambdaArn": tape.arn("lambda", "function:chunk")
                                }
                            },
                            "stepToApply": "POST_CHUNKING",
                        }
                    ],
                }
            },
        },
        "DS2": {
            "dataSourceConfiguration": {
                "type": "WEB",
                "webConfiguration": {
                    "sourceConfiguration": {
                        "urlConfiguration": {"seedUrls": [{"url": "https://example.com"}]}
                    }
                },
            }
        },
        "DS3": {
            "dataSourceConfiguration": {
                "type": "CONFLUENCE",
                "confluenceConfiguration": {
                    "sourceConfiguration": {
                        "hostUrl": "https://wiki.example.com",
                        "hostType": "SAAS",
                        "authType": "BASIC",
                        "credentialsSecretArn": secret,
                    }
                },
            }
        },
    }
    storage = {
        "type": "RDS",
        "rdsConfiguration": {
            "resourceArn": tape.arn("rds", "cluster:c"),
            "credentialsSecretArn": secret,
            "databaseName": "d",
            "tableName": "t",
            "fieldMapping": {
                "primaryKeyField": "p",
                "vectorField": "v",
                "textField": "t",
                "metadataField": "m",
            },
        },
    }
    model = tape.arn("bedrock", "foundation-model/titan")
    configuration = {
        "type": "VECTOR",
        "vectorKnowledgeBaseConfiguration": {"embeddingModelArn": model},
    }
    tape.knowledge_base(
        "KB1", sources, storageConfiguration=storage, knowledgeBaseConfiguration=configuration
    )
    tape.function("chunk")
    base = knowledge_base(tape)
    assert base.role_arn == tape.role_arn("kb-KB1")
    assert base.embedding_model == model
    assert (base.kind, base.storage_kind) == ("VECTOR", "RDS")
    assert base.storage_arns == (tape.arn("rds", "cluster:c"),)
    assert base.secret_arns == (secret,)
    assert base.table_names == ("d", "t")
    assert base.unknown == ()
    first, second, third = base.data_sources
    assert (first.kind, first.bucket_arn) == ("S3", "arn:aws:s3:::docs")
    assert (first.bucket_owner, first.prefixes) == ("444455556666", ("a/", "b/"))
    assert first.kms_key_arn == tape.arn("kms", "key/k")
    assert first.function_arns == (tape.arn("lambda", "function:chunk"),)
    assert (second.kind, second.urls) == ("WEB", ("https://example.com",))
    assert (third.urls, third.secret_arn) == (("https://wiki.example.com",), secret)
    assert [one.name for one in tape.read().estate.functions] == ["chunk"]


def test_data_sources_that_cannot_be_listed_are_unknown_and_not_none(tape: Any) -> None:
    tape.agents([]).knowledge_base("KB1", {})
    tape.without("ListDataSources").refuse("bedrock-agent", "ListDataSources")
    assert knowledge_base(tape).data_sources is None


def test_a_knowledge_base_that_an_agent_names_is_read_without_the_listing(tape: Any) -> None:
    tape.agents([A1])
    link = {"knowledgeBaseId": "KB1", "knowledgeBaseState": "ENABLED"}
    output = {"agentKnowledgeBaseSummaries": [link]}
    which = {"agentId": A1, "agentVersion": "4"}
    tape.add("bedrock-agent", "ListAgentKnowledgeBases", which, output)
    tape.knowledge_base("KB1", {}).without("ListKnowledgeBases")
    assert knowledge_base(tape).id == "KB1"
    assert ("ListKnowledgeBases", "NotRecorded", "") in gaps(tape)
