"""The organisation above the accounts: what nobody in it may do, whatever a role allows."""

from dataclasses import dataclass

from demo_estate.documents import policy
from demo_estate.model import Document

ID = "o-a1b2c3d4e5"
MANAGEMENT = "999988887777"
ROOT = "r-ab12"
UNIT = "ou-ab12-7f3k9q2w"
READER = "111122223333"
"""The account that the management account lets read the organisation."""

NAMES = {
    "111122223333": "examplecorp-production",
    "444455556666": "examplecorp-platform",
    "777788889999": "examplecorp-development",
}


@dataclass(frozen=True)
class Control:
    """One organisation policy; `kind` as AWS names the type."""

    id: str
    name: str
    kind: str
    document: Document
    targets: tuple[str, ...]
    description: str = ""
    aws: bool = False


def _deny(sid: str, actions: list[str], condition: Document | None = None) -> Document:
    statement: Document = {"Sid": sid, "Effect": "Deny", "Action": actions, "Resource": "*"}
    if condition:
        statement["Condition"] = condition
    return statement


_EVERYWHERE = (ROOT, UNIT, *NAMES)

CONTROLS = (
    Control(
        "p-FullAWSAccess",
        "FullAWSAccess",
        "SERVICE_CONTROL_POLICY",
        policy({"Effect": "Allow", "Action": "*", "Resource": "*"}),
        _EVERYWHERE,
        "Allows access to every operation",
        aws=True,
    ),
    Control(
        "p-RCPFullAWSAccess",
        "RCPFullAWSAccess",
        "RESOURCE_CONTROL_POLICY",
        policy({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}),
        _EVERYWHERE,
        "Allows access to every resource",
        aws=True,
    ),
    Control(
        "p-k3v8z1aa",
        "ProtectControlsAndData",
        "SERVICE_CONTROL_POLICY",
        policy(
            _deny(
                "KeepGuardrailsAndLogs",
                [
                    "bedrock:DeleteGuardrail",
                    "bedrock:DeleteModelInvocationLoggingConfiguration",
                    "bedrock:PutModelInvocationLoggingConfiguration",
                    "cloudtrail:StopLogging",
                    "cloudtrail:DeleteTrail",
                ],
            ),
            _deny(
                "KeepData",
                ["dynamodb:DeleteTable", "dynamodb:DeleteBackup", "s3:DeleteBucket*"],
            ),
        ),
        (UNIT,),
        "Guardrails, logs, tables and buckets stay",
    ),
    Control(
        "p-m5t2c9bb",
        "ApprovedRegions",
        "SERVICE_CONTROL_POLICY",
        policy(
            {
                "Sid": "OtherRegions",
                "Effect": "Deny",
                "NotAction": ["iam:*", "organizations:*", "sts:*", "support:*", "cloudfront:*"],
                "Resource": "*",
                "Condition": {
                    "StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "eu-west-1"]}
                },
            }
        ),
        (ROOT,),
        "Nothing outside the approved regions",
    ),
    Control(
        "p-q9s3e1dd",
        "NoTrustInOthers",
        "SERVICE_CONTROL_POLICY",
        policy(_deny("NoTrustInOthers", ["iam:UpdateAssumeRolePolicy", "iam:CreateRole"])),
        ("777788889999",),
        "Developers change no trust policy",
    ),
    Control(
        "p-w7r4d6cc",
        "OnlyOurIdentities",
        "RESOURCE_CONTROL_POLICY",
        policy(
            {
                "Sid": "OnlyOurIdentities",
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["s3:*", "secretsmanager:*"],
                "Resource": "*",
                "Condition": {
                    "StringNotEqualsIfExists": {"aws:PrincipalOrgID": ID},
                    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                },
            }
        ),
        (ROOT,),
        "Objects and secrets are for identities of the organisation",
    ),
)

EARLIER = tuple(control for control in CONTROLS if control.name != "NoTrustInOthers")
"""What there was before the last point in time."""
