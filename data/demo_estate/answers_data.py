"""What AWS answers about knowledge bases, guardrails, functions and buckets."""

import base64
import json
from collections.abc import Iterator

from demo_estate.documents import VERSION
from demo_estate.lines import Line, Page
from demo_estate.model import Base, Document, Function, Source, collection_arn, ident, sha256

_NOTHING = "ResourceNotFoundException"
_NO_POLICY = "The resource has no resource policy."
_EMBEDDING = "amazon.titan-embed-text-v2:0"


def bases(page: Page) -> Iterator[Line]:
    """Yield every line about knowledge bases and their data sources."""
    summaries = [
        {
            "knowledgeBaseId": page.place.base_id(base.name),
            "name": base.name,
            "description": base.description,
            "status": "ACTIVE",
            "updatedAt": base.created,
        }
        for base in page.place.bases
    ]
    listed = {"knowledgeBaseSummaries": summaries}
    yield page.line("bedrock-agent", "ListKnowledgeBases", listed)
    for base in page.place.bases:
        yield from _base(page, base)


def _base(page: Page, base: Base) -> Iterator[Line]:
    place = page.place
    key = place.base_id(base.name)
    body = {
        "knowledgeBaseId": key,
        "name": base.name,
        "knowledgeBaseArn": place.base_arn(base.name),
        "description": base.description,
        "roleArn": place.role_arn(base.role),
        "knowledgeBaseConfiguration": {
            "type": "VECTOR",
            "vectorKnowledgeBaseConfiguration": {
                "embeddingModelArn": f"arn:aws:bedrock:{place.region}::foundation-model/{_EMBEDDING}"
            },
        },
        "storageConfiguration": {
            "type": "OPENSEARCH_SERVERLESS",
            "opensearchServerlessConfiguration": {
                "collectionArn": collection_arn(place.account, place.region, base.name),
                "vectorIndexName": f"{base.name}-index",
                "fieldMapping": {
                    "vectorField": "vector",
                    "textField": "text",
                    "metadataField": "metadata",
                },
            },
        },
        "status": "ACTIVE",
        "createdAt": base.created,
        "updatedAt": max(source.created for source in base.sources),
    }
    named = {"knowledgeBaseId": key}
    yield page.line("bedrock-agent", "GetKnowledgeBase", {"knowledgeBase": body}, named)
    yield page.line(
        "bedrock-agent",
        "ListTagsForResource",
        {"tags": base.tags},
        {"resourceArn": place.base_arn(base.name)},
    )
    yield _base_policy(page, base)
    sources = [(ident(f"{base.name}/source/{source.name}"), source) for source in base.sources]
    listed = [
        {
            "knowledgeBaseId": key,
            "dataSourceId": source_id,
            "name": source.name,
            "status": "AVAILABLE",
            "updatedAt": source.created,
        }
        for source_id, source in sources
    ]
    yield page.line("bedrock-agent", "ListDataSources", {"dataSourceSummaries": listed}, named)
    for source_id, source in sources:
        yield page.line(
            "bedrock-agent",
            "GetDataSource",
            {"dataSource": _source(page, key, source_id, source)},
            {**named, "dataSourceId": source_id},
        )


def _base_policy(page: Page, base: Base) -> Line:
    arn = page.place.base_arn(base.name)
    asked = {"resourceArn": arn}
    if base.policy is None:
        return page.missing("bedrock-agent", "GetResourcePolicy", asked, _NOTHING, _NO_POLICY)
    body = {"resourceArn": arn, "policy": json.dumps(base.policy), "revisionId": "1"}
    return page.line("bedrock-agent", "GetResourcePolicy", body, asked)


def _source(page: Page, base_id: str, source_id: str, source: Source) -> Line:
    return {
        "knowledgeBaseId": base_id,
        "dataSourceId": source_id,
        "name": source.name,
        "status": "AVAILABLE",
        "dataSourceConfiguration": _source_settings(page, source),
        "dataDeletionPolicy": "RETAIN",
        "createdAt": source.created,
        "updatedAt": source.created,
    }


def _source_settings(page: Page, source: Source) -> Line:
    if source.bucket:
        settings: Line = {
            "bucketArn": f"arn:aws:s3:::{source.bucket}",
            "bucketOwnerAccountId": source.owner or page.place.account,
        }
        if source.prefixes:
            settings["inclusionPrefixes"] = list(source.prefixes)
        return {"type": "S3", "s3Configuration": settings}
    if source.confluence:
        host, secret = source.confluence
        site = {
            "hostUrl": host,
            "hostType": "SAAS",
            "authType": "BASIC",
            "credentialsSecretArn": secret,
        }
        return {"type": "CONFLUENCE", "confluenceConfiguration": {"sourceConfiguration": site}}
    seeds = [{"url": url} for url in source.urls]
    return {
        "type": "WEB",
        "webConfiguration": {"sourceConfiguration": {"urlConfiguration": {"seedUrls": seeds}}},
    }


def guardrails(page: Page) -> Iterator[Line]:
    """Yield every line about guardrails."""
    place = page.place
    listed = []
    details = []
    for guardrail in place.guardrails:
        head = {"name": guardrail.name, "description": guardrail.description, "status": "READY"}
        dates = {"createdAt": guardrail.created, "updatedAt": guardrail.created}
        key, arn = place.guardrail_id(guardrail.name), place.guardrail_arn(guardrail.name)
        listed.append({"id": key, "arn": arn, "version": "DRAFT", **head, **dates})
        topics = [
            {"name": name, "definition": text, "type": "DENY"}
            for name, text in guardrail.topics.items()
        ]
        for version in ("DRAFT", guardrail.version):
            body = {
                "guardrailId": key,
                "guardrailArn": arn,
                "version": version,
                "topicPolicy": {"topics": topics},
                "blockedInputMessaging": "I cannot help with that here.",
                "blockedOutputsMessaging": "I cannot help with that here.",
                **head,
                **dates,
            }
            asked = {"guardrailIdentifier": key, "guardrailVersion": version}
            details.append(page.line("bedrock", "GetGuardrail", body, asked))
        asked = {"resourceArn": arn}
        details.append(page.missing("bedrock", "GetResourcePolicy", asked, _NOTHING, _NO_POLICY))
    yield page.line("bedrock", "ListGuardrails", {"guardrails": listed})
    yield from details


def functions(page: Page) -> Iterator[Line]:
    """Yield every line about functions and who may call them."""
    for function in page.place.functions:
        arn = page.place.function_arn(function.name)
        named = {"FunctionName": arn}
        yield page.line("lambda", "GetFunctionConfiguration", _function(page, function), named)
        if function.by_gateway:
            absent = "The resource you requested does not exist."
            yield page.missing("lambda", "GetPolicy", named, "ResourceNotFoundException", absent)
        else:
            policy = {"Policy": json.dumps(_function_policy(page, function))}
            yield page.line("lambda", "GetPolicy", policy, named)


def _function(page: Page, function: Function) -> Line:
    code = f"{function.name}/{function.modified}"
    body: Line = {
        "FunctionName": function.name,
        "FunctionArn": page.place.function_arn(function.name),
        "Runtime": function.runtime,
        "Role": page.place.role_arn(function.role),
        "Handler": "app.handler",
        "Timeout": 30,
        "MemorySize": 256,
        "LastModified": function.modified,
        "CodeSha256": base64.b64encode(bytes.fromhex(sha256(code))).decode("ascii"),
        "Version": "$LATEST",
        "State": "Active",
        "PackageType": "Zip",
        "Architectures": ["arm64"],
    }
    if function.environment:
        body["Environment"] = {"Variables": function.environment}
    return body


def _function_policy(page: Page, function: Function) -> Document:
    place = page.place
    arns = (
        [f"arn:aws:bedrock:{place.region}:{place.account}:agent/*"]
        if function.any_agent
        else [place.agent_arn(name) for name in function.callers]
    )
    return {
        "Version": VERSION,
        "Id": "default",
        "Statement": [
            {
                "Sid": f"AllowBedrockAgent{number}",
                "Effect": "Allow",
                "Principal": {"Service": "bedrock.amazonaws.com"},
                "Action": "lambda:InvokeFunction",
                "Resource": place.function_arn(function.name),
                "Condition": {
                    "StringEquals": {"AWS:SourceAccount": place.account},
                    "ArnLike": {"AWS:SourceArn": arn},
                },
            }
            for number, arn in enumerate(arns, 1)
        ],
    }


def buckets(page: Page) -> Iterator[Line]:
    """Yield every line about the buckets that agents read from."""
    for bucket in page.place.buckets:
        named = {"Bucket": bucket.name}
        tags = [{"Key": key, "Value": value} for key, value in bucket.tags.items()]
        yield page.line("s3", "GetBucketTagging", {"TagSet": tags}, named)
        if bucket.policy is None:
            yield page.missing(
                "s3",
                "GetBucketPolicy",
                named,
                "NoSuchBucketPolicy",
                "The bucket policy does not exist",
            )
        else:
            yield page.line("s3", "GetBucketPolicy", {"Policy": json.dumps(bucket.policy)}, named)


def keys(page: Page) -> Iterator[Line]:
    """Yield every line about KMS keys."""
    for key in page.place.keys:
        arn = page.place.key_arn(key.name)
        body = {
            "AWSAccountId": page.place.account,
            "KeyId": arn.rpartition("/")[2],
            "Arn": arn,
            "CreationDate": key.created,
            "Enabled": True,
            "Description": key.description,
            "KeyUsage": "ENCRYPT_DECRYPT",
            "KeyState": "Enabled",
            "Origin": "AWS_KMS",
            "KeyManager": "CUSTOMER",
            "KeySpec": "SYMMETRIC_DEFAULT",
            "MultiRegion": False,
        }
        yield page.line("kms", "DescribeKey", {"KeyMetadata": body}, {"KeyId": arn})
        policy = {"Policy": json.dumps(key.policy), "PolicyName": "default"}
        yield page.line("kms", "GetKeyPolicy", policy, {"KeyId": arn})
