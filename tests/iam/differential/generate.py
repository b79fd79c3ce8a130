"""Seeded cases for the differential run: every layer, every operator, half from an Allow `*`.

A case is a plain dict in the oracle's shape; `simulation_of` turns it into a line of
`recert simulate`. Nothing here knows how either engine decides.
"""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

OWN, OTHER = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{OWN}:role/agents/Agent"
SESSION = f"arn:aws:sts::{OWN}:assumed-role/Agent/run"
USER = f"arn:aws:iam::{OWN}:user/alice"
SERVICE = "bedrock.amazonaws.com"
CALLERS = [SESSION] * 5 + [ROLE, USER, USER, SERVICE]

REQUESTS = [
    ("s3:GetObject", ["arn:aws:s3:::kb-docs/a/b.txt", "arn:aws:s3:::kb-docs/*", "*"]),
    ("s3:PutObject", ["arn:aws:s3:::kb-docs/a/b.txt", "arn:aws:s3:::logs/x:y"]),
    ("s3:ListBucket", ["arn:aws:s3:::kb-docs"]),
    ("s3:ListAllMyBuckets", ["*", "*", "arn:aws:s3:::kb-docs"]),
    ("sns:Publish", ["arn:aws:sns:us-east-1:ACCOUNT:topic"]),
    ("sqs:SendMessage", ["arn:aws:sqs:eu-west-1:ACCOUNT:queue-1"]),
    ("logs:PutLogEvents", ["arn:aws:logs:us-east-1:ACCOUNT:log-group:/aws/x:log-stream:y"]),
    ("lambda:InvokeFunction", ["arn:aws:lambda:us-east-1:ACCOUNT:function:tool"]),
    ("dynamodb:GetItem", ["arn:aws:dynamodb:us-east-1:ACCOUNT:table/orders"]),
    ("bedrock:InvokeModel", ["arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude"]),
    ("secretsmanager:GetSecretValue", ["arn:aws:secretsmanager:us-east-1:ACCOUNT:secret:db-a1"]),
    ("kms:Decrypt", ["arn:aws:kms:us-east-1:ACCOUNT:key/1234", "*"]),
    ("kms:ListAliases", ["*"]),
    ("sts:AssumeRole", ["arn:aws:iam::ACCOUNT:role/Target"]),
    ("sts:GetCallerIdentity", ["*"]),
    (
        "iam:PassRole",
        ["arn:aws:iam::ACCOUNT:role/Target", "arn:aws:iam::ACCOUNT:role/aws-reserved/x"],
    ),
    ("iam:CreatePolicyVersion", ["arn:aws:iam::ACCOUNT:policy/p", "arn:aws:iam::aws:policy/p"]),
    ("iam:GetAccountSummary", ["*"]),
    ("ec2:DescribeInstances", ["*"]),
    ("ec2:RunInstances", ["arn:aws:ec2:us-east-1:ACCOUNT:instance/*"]),
    ("newservice:DoThings", ["arn:aws:newservice:us-east-1:ACCOUNT:thing/t", "*"]),
]

ARN = f"arn:aws:bedrock:us-east-1:{OWN}:agent/A1"
KEYS: dict[str, list[tuple[str, list[str]]]] = {
    "string": [
        ("aws:SourceVpc", ["vpc-1", "vpc-2"]),
        ("aws:PrincipalTag/team", ["red", "Red", "b*", "kb"]),
        ("s3:prefix", ["home/alice/", "home/*", "a?c"]),
    ],
    "multi": [
        ("aws:TagKeys", ["team", "cost", "env"]),
        ("aws:PrincipalOrgPaths", ["o/r/ou", "o/r"]),
    ],
    "numeric": [("s3:max-keys", ["5", "10", "10.0", "-3"])],
    "date": [("aws:CurrentTime", ["2026-01-01T00:00:00Z", "2026-06-01T12:30:00Z", "2026-01-01"])],
    "bool": [
        ("aws:SecureTransport", ["true", "false"]),
        ("aws:MultiFactorAuthPresent", ["true", "false"]),
    ],
    "ip": [("aws:SourceIp", ["10.0.0.7", "192.168.1.1", "2001:db8::1"])],
    "arn": [("aws:SourceArn", [ARN, "arn:aws:s3:::kb-docs", f"arn:aws:sns:us-east-1:{OTHER}:t"])],
    "binary": [("app:Blob", ["QmluYXJ5", "QQ=="])],
}
OPERATORS = {
    "string": [
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLike",
        "StringNotLike",
    ],
    "numeric": [
        "NumericEquals",
        "NumericNotEquals",
        "NumericLessThan",
        "NumericLessThanEquals",
        "NumericGreaterThan",
        "NumericGreaterThanEquals",
    ],
    "date": [
        "DateEquals",
        "DateNotEquals",
        "DateLessThan",
        "DateLessThanEquals",
        "DateGreaterThan",
        "DateGreaterThanEquals",
    ],
    "bool": ["Bool"],
    "ip": ["IpAddress", "NotIpAddress"],
    "arn": ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"],
    "binary": ["BinaryEquals"],
}
EXTRA_VALUES = {
    "string": [
        "vpc-*",
        "?ed",
        "${aws:username}",
        "${aws:PrincipalTag/team}",
        "${aws:PrincipalTag/none, 'red'}",
        "home/${aws:username}/",
        "home/${*}",
        "x",
    ],
    "multi": ["te*", "*", "${aws:username}", "x"],
    "numeric": ["7", "x", "100"],
    "date": ["2025-01-01", "2027-01-01T00:00:00Z", "x"],
    "bool": ["TRUE", "x"],
    "ip": ["10.0.0.0/8", "192.168.0.0/16", "2001:db8::/32", "x"],
    "arn": [
        f"arn:aws:bedrock:*:{OWN}:agent/*",
        "arn:aws:sns:*:t",
        "arn:*:*:*:*:*",
        "arn:aws:bedrock:us-east-1:*:agent/A?",
        f"arn:aws:bedrock:us-east-1:{OWN}:agent/${{aws:username}}",
    ],
    "binary": ["qq==", "x"],
}


def context(random: Random) -> dict[str, Any]:
    """Draw the condition keys of a request; a list is a multi-valued key."""
    found: dict[str, Any] = {}
    for family, keys in KEYS.items():
        for key, values in keys:
            if random.random() < 0.5:
                multi = (family == "multi") != (random.random() < 0.05)
                drawn = random.sample(
                    values, random.randint(0 if multi and random.random() < 0.1 else 1, len(values))
                )
                found[key] = drawn if multi else (drawn or values)[0]
    if random.random() < 0.6:
        found["aws:username"] = random.choice(["alice", "a*", "kb-docs"])
    return found


def condition(random: Random, asked: dict[str, Any]) -> dict[str, Any]:
    """Draw one operator with one key."""
    if random.random() < 0.08:
        key = random.choice([key for keys in KEYS.values() for key, _ in keys])
        return {"Null": {key: random.choice(["true", "false", True, False])}}
    family = random.choice(list(KEYS))
    key, values = random.choice(KEYS[family])
    operator = random.choice(OPERATORS["string" if family == "multi" else family])
    if family == "multi" or random.random() < 0.12:
        operator = random.choice(["ForAllValues:", "ForAnyValue:", "ForAnyValue:", ""]) + operator
    if random.random() < 0.2:
        operator += "IfExists"
    pool = values + EXTRA_VALUES[family]
    held = asked.get(key)
    if held and random.random() < 0.5:
        pool = [held] if isinstance(held, str) else held
    if "Like" not in operator:
        pool = [value for value in pool if "${*}" not in value]
    drawn: Any = [random.choice(pool) for _ in range(random.randint(1, 3))]
    if random.random() < 0.15:
        key = key.upper()
    return {operator: {key: drawn if len(drawn) > 1 or random.random() < 0.3 else drawn[0]}}


def action_pattern(random: Random, action: str) -> str:
    service, name = action.split(":")
    cut = random.randint(0, len(name))
    return random.choice(
        [
            action,
            action.upper(),
            f"{service}:*",
            f"{service}:{name[:cut]}*",
            f"{service}:*{name[cut:]}",
            f"{service}:{name[:-1]}?",
            f"{service}:?{name}",
            "*",
            "*:*",
            "s3:*",
            "ec2:*",
            "s3:Get*",
            "kms:*",
            "sts:*",
        ]
    )


def resource_pattern(random: Random, resource: str) -> str:
    if resource == "*" or random.random() < 0.25:
        return random.choice(
            [
                "*",
                "*",
                "arn:aws:s3:::*",
                "arn:aws:s3:::kb-${aws:username}",
                "arn:aws:iam::*:role/*",
                "arn:aws:s3:::${aws:username}/*",
                "arn:aws:*:*:*:*/*",
            ]
        )
    parts = resource.split(":", 5)
    for _ in range(random.randint(0, 3)):
        at = random.choice([1, 3, 4, 5, 5, 5])
        text = parts[at]
        cut = random.randint(0, len(text))
        parts[at] = random.choice(
            [
                text,
                "*",
                text[:cut] + "*",
                "*" + text[cut:],
                text[:cut] + "*" + text[cut + 1 :],
                text[:cut] + "?" + text[cut + 1 :],
            ]
        )
    if random.random() < 0.08:
        at = random.choice([3, 4])
        parts[at : at + 2] = [parts[at][: random.randint(0, 4)] + "*"]
    if random.random() < 0.05:
        parts[-1] = parts[-1].replace("/", "/${aws:username}/", 1)
    if random.random() < 0.04:
        parts[-1] = parts[-1].swapcase()
    return re.sub(r"\*+", "*", ":".join(parts))


def principal(random: Random) -> Any:
    return random.choice(
        [
            "*",
            {"AWS": "*"},
            {"AWS": OWN},
            {"AWS": f"arn:aws:iam::{OWN}:root"},
            {"AWS": ROLE},
            {"AWS": SESSION},
            {"AWS": USER},
            {"AWS": [ROLE, SESSION]},
            {"AWS": [SESSION, ROLE, OWN]},
            {"AWS": [USER, OWN]},
            {"AWS": OTHER},
            {"Service": SERVICE},
            {"Service": "s3.amazonaws.com"},
            {"AWS": f"arn:aws:iam::{OWN}:role/*"},
            {"AWS": ROLE, "Service": [SERVICE]},
            {"AWS": "AROAEXAMPLEID"},
        ]
    )


def statement(random: Random, case: dict[str, Any], *, kind: str) -> dict[str, Any]:
    """Draw a statement: an Allow `*`, then mutated."""
    request = case["request"]
    action, resource = request["action"], request["resource"]["resource"]
    made: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    if kind == "resource":
        made["Principal"] = (
            principal(random)
            if random.random() < 0.7
            else random.choice([{"AWS": case["caller"]}, "*"])
        )
        if case["caller"] == SERVICE and made["Principal"] == {"AWS": SERVICE}:
            made["Principal"] = {"Service": SERVICE}
    if kind == "rcp":
        made["Principal"] = "*"
        made["Effect"] = "Deny"
    if random.random() < (0.2 if kind != "rcp" else 0.0):
        made["Effect"] = "Deny"
    narrow = 0.75 if made["Effect"] == "Deny" else 0.45
    if random.random() < narrow:
        made["Action"] = [action_pattern(random, action) for _ in range(random.randint(1, 3))]
    if random.random() < narrow:
        made["Resource"] = [resource_pattern(random, resource) for _ in range(random.randint(1, 2))]
    for plain in ("Action", "Resource", "Principal"):
        rare = 0.25 if plain == "Principal" and made["Effect"] == "Deny" else 0.07
        if plain in made and kind != "rcp" and random.random() < rare:
            made[f"Not{plain}"] = made.pop(plain)
    if random.random() < 0.4:
        conditions: dict[str, Any] = {}
        for _ in range(random.randint(1, 2)):
            for operator, keys in condition(random, request["contextVariables"]).items():
                conditions.setdefault(operator, {}).update(keys)
        made["Condition"] = conditions
    return made


def policy(random: Random, case: dict[str, Any], *, kind: str) -> dict[str, Any]:
    full = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    if kind in ("identity", "scp", "boundary", "session") and random.random() < 0.5:
        statements = [full]
        if random.random() < 0.5:
            statements.append(statement(random, case, kind=kind))
    else:
        statements = [statement(random, case, kind=kind) for _ in range(random.randint(1, 3))]
    made: dict[str, Any] = {"Version": "2012-10-17", "Statement": statements}
    if random.random() < 0.06:
        made["Version"] = "2008-10-17"
    return made


def levels(random: Random, case: dict[str, Any], *, kind: str) -> list[dict[str, Any]]:
    sizes = [1, 1, 1, 2] if kind == "rcp" else [0, 1, 1, 1, 1, 1, 2]
    return [
        {
            "orgIdentifier": f"o-{number}",
            "policies": [policy(random, case, kind=kind) for _ in range(random.choice(sizes))],
        }
        for number in range(random.randint(1, 3))
    ]


def case(random: Random, name: str) -> dict[str, Any]:
    """Draw one case."""
    caller = random.choice(CALLERS)
    action, resources = random.choice(REQUESTS)
    owner = OTHER if random.random() < 0.2 else OWN
    resource = random.choice(resources).replace("ACCOUNT", owner)
    if random.random() < 0.1:
        action = action.lower()
    made: dict[str, Any] = {
        "id": name,
        "caller": caller,
        "request": {
            "principal": caller,
            "action": action,
            "resource": {"resource": resource, "accountId": owner},
            "contextVariables": context(random),
        },
    }
    policies = 0 if caller == SERVICE else random.choice([0, 1, 1, 1, 2])
    made["identityPolicies"] = [policy(random, made, kind="identity") for _ in range(policies)]
    trusting = action.lower().startswith(("kms:", "sts:assume"))
    if random.random() < (0.85 if trusting or owner == OTHER or caller == SERVICE else 0.4):
        made["resourcePolicy"] = policy(random, made, kind="resource")
    if random.random() < 0.25:
        made["permissionBoundaries"] = [policy(random, made, kind="boundary")]
    if random.random() < 0.2 and caller != SERVICE:
        made["sessionPolicy"] = policy(random, made, kind="session")
    if random.random() < 0.25:
        made["serviceControlPolicies"] = levels(random, made, kind="scp")
    if random.random() < 0.2:
        made["resourceControlPolicies"] = levels(random, made, kind="rcp")
    if random.random() < 0.12:
        made["vpcEndpointPolicies"] = [endpoint_policy(random, made)]
    return made


def endpoint_policy(random: Random, made: dict[str, Any]) -> dict[str, Any]:
    """Draw the policy of a VPC endpoint; it speaks of everyone, as the oracle looks at nobody."""
    drawn = policy(random, made, kind="identity")
    if random.random() < 0.9:
        drawn["Statement"].append({"Effect": "Allow", "Action": "*", "Resource": "*"})
    for each in drawn["Statement"]:
        each["Principal"] = "*"
    return drawn


def cases(seed: int, count: int) -> list[dict[str, Any]]:
    """Draw the cases of a seed."""
    random = Random(seed)
    return [case(random, f"{seed}-{number}") for number in range(count)]


def simulation_of(made: dict[str, Any]) -> dict[str, Any]:
    """Write a case as a request of `recert simulate`."""
    request = made["request"]
    line: dict[str, Any] = {
        "id": made["id"],
        "PolicyInputList": [json.dumps(each) for each in made["identityPolicies"]],
        "ActionNames": [request["action"]],
        "ResourceArns": [request["resource"]["resource"]],
        "ResourceOwner": request["resource"]["accountId"],
        "CallerArn": request["principal"],
        "ContextEntries": [
            {
                "ContextKeyName": key,
                "ContextKeyValues": [value] if isinstance(value, str) else value,
                "ContextKeyType": "string" if isinstance(value, str) else "stringList",
            }
            for key, value in request["contextVariables"].items()
        ],
    }
    renamed = {
        "resourcePolicy": "ResourcePolicy",
        "permissionBoundaries": "PermissionsBoundaryPolicyInputList",
        "vpcEndpointPolicies": "VpcEndpointPolicyInputList",
    }
    line.update({name: made[key] for key, name in renamed.items() if key in made})
    if "sessionPolicy" in made:
        line["SessionPolicyInputList"] = [made["sessionPolicy"]]
    for key, name in (
        ("serviceControlPolicies", "ServiceControlPolicies"),
        ("resourceControlPolicies", "ResourceControlPolicies"),
    ):
        if key in made:
            line[name] = [level["policies"] for level in made[key]]
    return line
