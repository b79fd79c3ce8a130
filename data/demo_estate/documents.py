"""Policy documents that several roles of the demo estate share."""

from typing import Any

from demo_estate.model import Document, Managed

VERSION = "2012-10-17"


def allow(
    sid: str,
    actions: str | list[str],
    resources: str | list[str],
    condition: dict[str, Any] | None = None,
) -> Document:
    """Return one Allow statement."""
    statement: Document = {
        "Sid": sid,
        "Effect": "Allow",
        "Action": actions,
        "Resource": resources,
    }
    if condition:
        statement["Condition"] = condition
    return statement


def policy(*statements: Document) -> Document:
    """Return a policy document."""
    return {"Version": VERSION, "Statement": list(statements)}


def trusts(service: str, condition: dict[str, Any] | None = None) -> Document:
    """Return the trust policy of a role that a service assumes."""
    statement: Document = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if condition:
        statement["Condition"] = condition
    return policy(statement)


def trusts_bedrock(account: str, region: str, resource: str) -> Document:
    """Return the trust policy that AWS documents for agents and knowledge bases."""
    return trusts(
        "bedrock.amazonaws.com",
        {
            "StringEquals": {"aws:SourceAccount": account},
            "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:{region}:{account}:{resource}"},
        },
    )


LAMBDA_TRUST = trusts("lambda.amazonaws.com")


def model(region: str, name: str) -> str:
    """Return the ARN of a foundation model."""
    return f"arn:aws:bedrock:{region}::foundation-model/{name}"


LOGS = Managed(
    "AWSLambdaBasicExecutionRole",
    policy(
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": "*",
        }
    ),
    created="2015-04-09T15:03:43Z",
    aws=True,
    path="/service-role/",
    description="Provides write permissions to CloudWatch Logs.",
)

BEDROCK_FULL = Managed(
    "AmazonBedrockFullAccess",
    policy(
        allow("BedrockAll", ["bedrock:*"], "*"),
        allow("DescribeKey", ["kms:DescribeKey"], "arn:*:kms:*:::*"),
        allow(
            "APIsWithAllResourceAccess",
            [
                "iam:ListRoles",
                "ec2:DescribeVpcs",
                "ec2:DescribeSubnets",
                "ec2:DescribeSecurityGroups",
            ],
            "*",
        ),
        allow(
            "PassRoleToBedrock",
            ["iam:PassRole"],
            "arn:aws:iam::*:role/*AmazonBedrock*",
            {"StringEquals": {"iam:PassedToService": ["bedrock.amazonaws.com"]}},
        ),
    ),
    created="2023-12-06T15:47:17Z",
    version="v4",
    aws=True,
    description="Provides full access to Amazon Bedrock.",
)
