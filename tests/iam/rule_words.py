"""Requests and statements that the rule tests speak in, asked through the simulation."""

import json
from typing import Any

from recert.iam.simulate import run_lines, simulate

OWN, OTHER = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{OWN}:role/R"
SESSION = f"arn:aws:sts::{OWN}:assumed-role/R/s"
USER = f"arn:aws:iam::{OWN}:user/u"
ROOT = f"arn:aws:iam::{OWN}:root"
SERVICE = "bedrock.amazonaws.com"
OBJECT = "arn:aws:s3:::kb-docs/a/b.txt"
TOPIC = f"arn:aws:sns:us-east-1:{OWN}:topic"
KEY = f"arn:aws:kms:us-east-1:{OWN}:key/1234"
TARGET = f"arn:aws:iam::{OWN}:role/Target"
YES, NO, DENIED = "allowed", "implicitDeny", "explicitDeny"

Element = dict[str, Any]


def allow(action: Any = "*", resource: Any = "*", **more: Any) -> Element:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "*", resource: Any = "*", **more: Any) -> Element:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def without(statement: Element, *keys: str, **more: Any) -> Element:
    return {**{key: value for key, value in statement.items() if key not in keys}, **more}


def policy(*statements: Element, version: str = "2012-10-17") -> Element:
    return {"Version": version, "Statement": list(statements)}


def when(operator: str, key: str, *values: Any) -> Element:
    return {"Condition": {operator: {key: list(values)}}}


def ask(
    *identity: Element,
    action: str = "s3:GetObject",
    on: str = OBJECT,
    caller: str | None = SESSION,
    context: dict[str, Any] | None = None,
    version: str = "2012-10-17",
    **layers: Any,
) -> dict[str, Any]:
    """Simulate one request and return its result."""
    names = {
        "resource": "ResourcePolicy",
        "boundary": "PermissionsBoundaryPolicyInputList",
        "session": "SessionPolicyInputList",
        "endpoint": "VpcEndpointPolicyInputList",
        "scps": "ServiceControlPolicies",
        "rcps": "ResourceControlPolicies",
        "owner": "ResourceOwner",
    }
    line: dict[str, Any] = {
        "PolicyInputList": [policy(*identity, version=version)] if identity else [],
        "ActionNames": [action],
        "ResourceArns": [on],
        "CallerArn": caller,
        "ContextEntries": [
            {
                "ContextKeyName": key,
                "ContextKeyValues": value if isinstance(value, list) else [value],
                "ContextKeyType": "stringList" if isinstance(value, list) else "string",
            }
            for key, value in (context or {}).items()
        ],
    }
    line.update({names[key]: value for key, value in layers.items()})
    given = {key: value for key, value in line.items() if value is not None}
    answer: Any = simulate(given)
    ((as_line, _),) = run_lines([json.dumps(given).encode()])
    assert json.loads(as_line) == answer
    result: dict[str, Any] = answer["EvaluationResults"][0]
    return result


def decided(*identity: Element, **given: Any) -> str:
    return str(ask(*identity, **given)["EvalDecision"])
