"""The reader's policy, generated from the calls that the collectors make, and what a missing part costs."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from recert.aws.read_table import every_read
from recert.aws.reads import ASSUME_ROLE
from recert.estate.estate import Gap

_DENIED = (
    "secretsmanager:GetSecretValue",
    "s3:GetObject",
    "lambda:InvokeFunction",
    "lambda:GetFunction",
    "bedrock:Invoke*",
    "bedrock:Retrieve*",
    "bedrock:GetKnowledgeBaseDocuments",
    "bedrock:GetAgentMemory",
    "bedrock-agentcore:Invoke*",
    "bedrock-agentcore:GetResource*Token",
    "bedrock-agentcore:GetResourceApiKey",
    "bedrock-agentcore:GetWorkloadAccessToken*",
    "bedrock-agentcore:GetEvent",
    "bedrock-agentcore:GetMemoryRecord",
    "bedrock-agentcore:ListMemoryRecords",
    "bedrock-agentcore:RetrieveMemoryRecords",
)
"""Contents and secrets, denied beside the reads so that no other policy can add them."""

_REFUSALS = ("AccessDenied", "Unauthorized", "NotAuthorized", "Forbidden")


@dataclass(frozen=True, slots=True)
class MissingPermission:
    """An IAM action that the reader lacks: the column that it leaves unknown, and what that means."""

    action: str
    column: str
    effect: str
    accounts: tuple[str, ...]


def reader_actions() -> tuple[str, ...]:
    """Return every IAM action that a reading needs in the account that it reads, sorted."""
    return tuple(sorted({read.iam_action for read in every_read() if read != ASSUME_ROLE}))


def reader_policy() -> dict[str, Any]:
    """Return the policy that the reader should have, as an IAM policy document."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "RecertReads",
                "Effect": "Allow",
                "Action": list(reader_actions()),
                "Resource": "*",
            },
            {
                "Sid": "NeverContentOrSecrets",
                "Effect": "Deny",
                "Action": list(_DENIED),
                "Resource": "*",
            },
        ],
    }


def missing_permissions(gaps: Iterable[Gap]) -> tuple[MissingPermission, ...]:
    """Return the actions that AWS refused, with what each leaves unknown."""
    reads = {(read.service, read.operation): read for read in every_read()}
    accounts: dict[tuple[str, str], set[str]] = {}
    for gap in gaps:
        if gap.error.startswith(_REFUSALS) and (gap.service, gap.operation) in reads:
            accounts.setdefault((gap.service, gap.operation), set()).add(gap.account)
    found = [
        MissingPermission(
            action=reads[key].iam_action,
            column=reads[key].column,
            effect=reads[key].effect,
            accounts=tuple(sorted(where)),
        )
        for key, where in accounts.items()
    ]
    return tuple(sorted(found, key=lambda one: one.action))
