"""The writes by which access is taken away, through boto3, one call at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from recert.aws.codes import code_of
from recert.aws.interface import AwsSource
from recert.aws.matching import Place
from recert.aws.models import service_model
from recert.aws.replay import NotRecordedError
from recert.errors import AwsError
from recert.text import visible

WRITES: Mapping[str, tuple[str, ...]] = {
    "iam": (
        "AttachRolePolicy",
        "CreatePolicyVersion",
        "DeletePolicyVersion",
        "DeleteRolePolicy",
        "DetachRolePolicy",
        "PutRolePolicy",
        "SetDefaultPolicyVersion",
        "UpdateAssumeRolePolicy",
    ),
    "lambda": ("AddPermission", "RemovePermission"),
    "s3": ("DeleteBucketPolicy", "PutBucketPolicy"),
    "bedrock-agent": (
        "AssociateAgentKnowledgeBase",
        "DisassociateAgentKnowledgeBase",
        "PrepareAgent",
        "UpdateAgentActionGroup",
    ),
    "bedrock-agentcore-control": ("CreateGatewayTarget", "DeleteGatewayTarget"),
}
"""What may be written, by service."""
LOOKS: Mapping[str, tuple[str, ...]] = {
    "iam": (
        "GetPolicy",
        "GetPolicyVersion",
        "GetRole",
        "GetRolePolicy",
        "ListAttachedRolePolicies",
        "ListPolicyVersions",
    ),
    "lambda": ("GetPolicy",),
    "s3": ("GetBucketPolicy",),
    "bedrock-agent": ("GetAgent", "GetAgentActionGroup", "GetAgentKnowledgeBase"),
    "bedrock-agentcore-control": ("GetGatewayTarget", "ListGatewayTargets"),
}
"""What the writer looks at, by service: what it is about to change, and what it changed."""
_SIDS = {
    "iam": "RolesAndPolicies",
    "lambda": "FunctionPermissions",
    "s3": "BucketPolicies",
    "bedrock-agent": "Agents",
    "bedrock-agentcore-control": "GatewayTargets",
}
_RAW = "recert-raw-documents"


class WriteRefusedError(AwsError):
    """AWS refused a call, or did not answer it; `code` is its error code.

    `answered` is False where nobody knows whether the write was made.
    """

    def __init__(
        self, operation: str, code: str, message: str, *, answered: bool, service: str = "iam"
    ) -> None:
        self.operation = operation
        self.code = code
        self.answered = answered
        super().__init__(
            f"{service} {operation} failed: {code} {visible(message, limit=300)}".strip(),
            "" if answered else "Read it again before anything else.",
        )


@dataclass(frozen=True, slots=True)
class Written:
    """What AWS answered: its request id, for the record, and the output."""

    operation: str
    request_id: str
    output: dict[str, Any] = field(default_factory=dict)


class Writer:
    """Changes one account and region, and looks at what it changed.

    Policy documents of IAM stay the texts that IAM keeps, so that they can be written back byte for
    byte. Raises AwsError where the account was not entered.
    """

    def __init__(self, source: AwsSource, place: Place) -> None:
        self._source = source
        self._place = _entered(source, place)

    def call(self, service: str, operation: str, **params: Any) -> Written:
        """Make one call of `WRITES` or `LOOKS`; raises WriteRefusedError, ValueError for any other."""
        if operation not in WRITES.get(service, ()) and operation not in LOOKS.get(service, ()):
            raise ValueError(f"{service} {operation} is none of the writer's calls")
        client = self._source.client(service, self._place)
        if service == "iam":
            client.meta.events.register_first("after-call.iam", _keep_texts, unique_id=_RAW)
        try:
            output = getattr(client, xform_name(operation))(**params)
        except ClientError as error:
            raise WriteRefusedError(
                operation,
                code_of(error),
                str(error.response.get("Error", {}).get("Message") or ""),
                answered=True,
                service=service,
            ) from error
        except NotRecordedError as error:
            raise WriteRefusedError(
                operation, error.code, str(error), answered=True, service=service
            ) from error
        except BotoCoreError as error:
            raise WriteRefusedError(
                operation, code_of(error), str(error), answered=False, service=service
            ) from error
        metadata = output.pop("ResponseMetadata", None) or {}
        return Written(operation, str(metadata.get("RequestId") or ""), output)


def _entered(source: AwsSource, place: Place) -> Place:
    """Return a place as it can be entered: without a region, any region of its account."""
    regions = [one.region for one in source.places if one.account == place.account]
    if not regions:
        raise AwsError(f"Account {place.account} was not entered.", "Name it with --assume-role.")
    return place if place.region else Place(place.account, regions[0])


def _keep_texts(parsed: Any, **_: object) -> None:
    """Put the text of each policy document beside what botocore is about to make of it."""
    for holder, key in _documents(parsed):
        text = holder.get(key)
        if isinstance(text, str):
            holder[f"{key}Text"] = unquote(text)


def _documents(parsed: Any) -> list[tuple[dict[str, Any], str]]:
    found = [(parsed, "PolicyDocument")]
    for name, key in (("PolicyVersion", "Document"), ("Role", "AssumeRolePolicyDocument")):
        if isinstance(parsed.get(name), dict):
            found.append((parsed[name], key))
    return found


def writer_policy() -> dict[str, Any]:
    """Return the policy that the writer needs, apart from the reader's: one statement a service."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": f"RecertWrites{_SIDS[service]}",
                "Effect": "Allow",
                "Action": sorted(
                    f"{service_model(service).signing_name}:{operation}"
                    for operation in (*WRITES[service], *LOOKS[service])
                ),
                "Resource": "*",
            }
            for service in WRITES
        ],
    }
