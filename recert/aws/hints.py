"""Hints that something changed: CloudTrail's events as EventBridge delivers them.

Nothing of a message is believed but that a call was made: what changed is read from AWS afterwards.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from recert.errors import RecertError

_CALL = "AWS API Call via CloudTrail"
_NAMING = re.compile(r"(?:id|arn|name|identifier)$", re.IGNORECASE)
_LONGEST_NAME = 2_048
_MOST_NAMES = 200
_DEEPEST = 6
_LONGEST = 2**20
"""The largest message that SQS takes, in characters."""

_WATCHED: dict[str, str] = {
    "bedrock": (
        "CreateAgent UpdateAgent DeleteAgent PrepareAgent CreateAgentActionGroup "
        "UpdateAgentActionGroup DeleteAgentActionGroup AssociateAgentKnowledgeBase "
        "UpdateAgentKnowledgeBase DisassociateAgentKnowledgeBase AssociateAgentCollaborator "
        "UpdateAgentCollaborator DisassociateAgentCollaborator CreateAgentAlias UpdateAgentAlias "
        "DeleteAgentAlias CreateDataSource UpdateDataSource DeleteDataSource UpdateKnowledgeBase "
        "UpdateGuardrail CreateGuardrailVersion DeleteGuardrail PutEnforcedGuardrailConfiguration "
        "DeleteEnforcedGuardrailConfiguration CreateFlow UpdateFlow DeleteFlow "
        "CreateFlowAlias UpdateFlowAlias TagResource UntagResource"
    ),
    "bedrock-agentcore": (
        "CreateAgentRuntime UpdateAgentRuntime DeleteAgentRuntime UpdateAgentRuntimeEndpoint "
        "CreateHarness UpdateHarness DeleteHarness UpdateHarnessEndpoint CreateGateway "
        "UpdateGateway DeleteGateway CreateGatewayTarget UpdateGatewayTarget DeleteGatewayTarget "
        "SynchronizeGatewayTargets PutResourcePolicy CreateOauth2CredentialProvider "
        "UpdateOauth2CredentialProvider CreateApiKeyCredentialProvider "
        "UpdateApiKeyCredentialProvider UpdatePolicy DeletePolicy CreateMemory UpdateMemory "
        "TagResource UntagResource"
    ),
    "lambda": (
        "UpdateFunctionCode20150331v2 UpdateFunctionConfiguration20150331v2 "
        "AddPermission20150331v2 RemovePermission20150331v2"
    ),
    "iam": (
        "PutRolePolicy DeleteRolePolicy AttachRolePolicy DetachRolePolicy CreatePolicyVersion "
        "SetDefaultPolicyVersion UpdateAssumeRolePolicy PutRolePermissionsBoundary "
        "DeleteRolePermissionsBoundary DeleteRole TagRole UntagRole"
    ),
    "s3": "PutBucketTagging",
    "ecr": "PutImage",
    "organizations": "AttachPolicy DetachPolicy UpdatePolicy MoveAccount DisablePolicyType",
}
"""What is watched, by the first part of the event's source."""

WATCHED = {source: frozenset(names.split()) for source, names in _WATCHED.items()}


class HintError(RecertError):
    """A message that no hint can be taken from; says why."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A call that was made: `id` tells repeats, `watched` whether it can change what is reviewed."""

    id: str
    source: str
    name: str
    account: str
    region: str
    at: datetime
    watched: bool
    names: frozenset[str] = frozenset()
    """Ids, names and ARNs that the call was about, as it says; they only tell where to look."""


def read_hint(body: str) -> Hint:
    """Return the hint in a message; raises HintError for what is none."""
    if len(body) > _LONGEST:
        raise HintError(f"It is {len(body):,} characters long.")
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HintError("It is not JSON.") from error
    detail = message.get("detail") if isinstance(message, dict) else None
    if not isinstance(detail, dict) or message.get("detail-type") != _CALL:
        raise HintError(f"It is no EventBridge event of the type {_CALL!r}.")
    name = _text(detail, "eventName")
    source = _text(detail, "eventSource").removesuffix(".amazonaws.com")
    failed = detail.get("errorCode") is not None
    return Hint(
        id=_text(detail, "eventID", otherwise=str(message.get("id") or "")),
        source=source,
        name=name,
        account=_text(detail, "recipientAccountId", otherwise=str(message.get("account") or "")),
        region=_text(detail, "awsRegion", otherwise=str(message.get("region") or "")),
        at=_instant(_text(detail, "eventTime", otherwise=str(message.get("time") or ""))),
        watched=not failed and name in WATCHED.get(source, ()),
        names=frozenset(_names(detail)),
    )


def _names(detail: dict[str, Any]) -> Iterator[str]:
    """Yield what names a thing in a record: members that end in an id, a name or an ARN."""
    parts = [detail.get("requestParameters"), detail.get("responseElements")]
    parts += [{"resources": detail.get("resources")}]
    waiting: list[tuple[str, Any, int]] = [("", part, 0) for part in parts]
    found = 0
    while waiting and found < _MOST_NAMES:
        key, value, depth = waiting.pop()
        if isinstance(value, dict) and depth < _DEEPEST:
            waiting += [(str(name), item, depth + 1) for name, item in value.items()]
        elif isinstance(value, list) and depth < _DEEPEST:
            waiting += [(key, item, depth + 1) for item in value]
        elif isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME and _NAMING.search(key):
            found += 1
            yield value


def event_pattern() -> dict[str, Any]:
    """Return the EventBridge pattern of everything that is watched; failed calls are left out."""
    return {
        "source": [f"aws.{source}" for source in WATCHED],
        "detail-type": [_CALL],
        "detail": {
            "eventName": sorted(frozenset().union(*WATCHED.values())),
            "errorCode": [{"exists": False}],
        },
    }


def event_rule(queue_arn: str | None = None) -> dict[str, Any]:
    """Return the rule as `aws events put-rule` takes it, with its target and the queue's policy.

    One rule for each region that is watched; those of IAM and Organizations arrive in us-east-1.
    """
    rule: dict[str, Any] = {
        "Name": "recert-lifecycle",
        "Description": "Calls that can change what an AI agent may do; read by recert watch",
        "State": "ENABLED",
        "EventPattern": json.dumps(event_pattern(), separators=(",", ":")),
    }
    if queue_arn is None:
        return {"rule": rule}
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": {"StringEquals": {"aws:SourceAccount": queue_arn.split(":")[4]}},
    }
    return {
        "rule": rule,
        "targets": [{"Id": "recert", "Arn": queue_arn}],
        "queue_policy": {"Version": "2012-10-17", "Statement": [allow]},
    }


def _text(values: dict[str, Any], key: str, otherwise: str | None = None) -> str:
    value = values.get(key, otherwise)
    if not isinstance(value, str) or (not value and otherwise is None):
        raise HintError(f"Its {key} is missing or no text.")
    return value


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            raise HintError("Its time has no zone.")
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise HintError("Its time is no instant.") from error
