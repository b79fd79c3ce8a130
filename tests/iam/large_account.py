"""An account of 1,000 roles as a document of authorization details, and what it takes to judge it.

As a script it takes such a document and prints seconds, megabytes and counts as one JSON object.
"""

import json
import random
import resource
import sys
import time
from pathlib import Path
from typing import Any

ACCOUNT = "111122223333"
SERVICES = ("lambda", "ec2", "bedrock", "bedrock-agentcore", "ecs-tasks", "glue", "codebuild")
ROLES = 1000
CREATED = "2026-01-01T00:00:00+00:00"


def gaad(roles: int, *, seed: int = 20261124) -> str:
    """Write an authorization-details document: 3.7 MB for 1,000 roles, 846 managed policies."""
    from moto.iam.aws_managed_policies import (  # noqa: PLC0415 - the script measures imports too
        aws_managed_policies_data,
    )

    from recert.iam.catalogue import load_catalogue  # noqa: PLC0415 - as above

    catalogue, rng = load_catalogue(), random.Random(seed)
    names, services = catalogue.names, catalogue.services
    managed = {
        f"arn:aws:iam::aws:policy{held['Path']}{name}": held["Document"]
        for name, held in json.loads(aws_managed_policies_data).items()
    }
    aws = rng.sample(sorted(managed), 246)
    own = [f"arn:aws:iam::{ACCOUNT}:policy/team-{n}" for n in range(600)]
    documents = {arn: managed[arn] for arn in aws}
    documents |= {arn: _document(rng, names, services, rng.randint(3, 8)) for arn in own}
    arns = sorted(documents)
    return json.dumps(
        {
            "RoleDetailList": [_role(rng, n, names, services, arns) for n in range(roles)],
            "Policies": [
                _policy(number, arn, document)
                for number, (arn, document) in enumerate(documents.items())
            ],
            "UserDetailList": [],
            "GroupDetailList": [],
        }
    )


def _policy(number: int, arn: str, document: dict[str, Any]) -> dict[str, Any]:
    version = {"VersionId": "v1", "IsDefaultVersion": True, "CreateDate": CREATED}
    return {
        "PolicyName": arn.rsplit("/", 1)[1],
        "PolicyId": f"ANPA{number:017d}",
        "Arn": arn,
        "Path": "/",
        "DefaultVersionId": "v1",
        "AttachmentCount": 1,
        "PermissionsBoundaryUsageCount": 0,
        "IsAttachable": True,
        "CreateDate": CREATED,
        "UpdateDate": CREATED,
        "PolicyVersionList": [{**version, "Document": document}],
    }


def _role(rng: random.Random, n: int, names: Any, services: Any, arns: list[str]) -> dict[str, Any]:
    trusted = {"Service": f"{rng.choice(SERVICES)}.amazonaws.com"}
    if rng.random() < 0.2:
        trusted = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    role = {
        "Path": "/",
        "RoleName": f"app-{n}",
        "RoleId": f"AROA{n:017d}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/app-{n}",
        "CreateDate": CREATED,
        "InstanceProfileList": [],
        "Tags": [],
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}],
        },
        "AttachedManagedPolicies": [
            {"PolicyArn": arn, "PolicyName": arn.rsplit("/", 1)[1]}
            for arn in rng.sample(arns, rng.randint(2, 5))
        ],
        "RolePolicyList": [
            {"PolicyName": f"in-{k}", "PolicyDocument": _document(rng, names, services, 2)}
            for k in range(rng.randint(0, 2))
        ],
    }
    if rng.random() < 0.3:
        role["PermissionsBoundary"] = {"PermissionsBoundaryArn": rng.choice(arns[:12])}
    return role


def _document(rng: random.Random, names: Any, services: Any, size: int) -> dict[str, Any]:
    statements = []
    for _ in range(size):
        service = rng.choice(services)
        actions = [rng.choice(names) for _ in range(rng.randint(1, 12))]
        if rng.random() < 0.4:
            actions.append(rng.choice([f"{service}:*", f"{service}:Get*", "s3:*", "iam:PassRole"]))
        resources = rng.choice(
            [
                "*",
                [
                    f"arn:aws:s3:::data-{rng.randrange(500)}/*",
                    f"arn:aws:s3:::data-{rng.randrange(500)}",
                ],
                [f"arn:aws:{service}:*:{ACCOUNT}:*", "*"],
                [f"arn:aws:iam::{ACCOUNT}:role/app-{rng.randrange(1000)}"],
                [f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/app/{rng.randrange(900)}:*"],
            ]
        )
        statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
        if rng.random() < 0.03:
            statement["Effect"] = "Deny"
        if rng.random() < 0.2:
            statement["Condition"] = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
        statements.append(statement)
    return {"Version": "2012-10-17", "Statement": statements}


def authorities(text: str) -> tuple[list[Any], list[Any]]:
    """Read such a document as recert's own collectors would hand it to the engine."""
    from recert.iam.grammar import parse_policy  # noqa: PLC0415 - as above
    from recert.iam.model import Authority, SourcedPolicy  # noqa: PLC0415 - as above
    from recert.iam.targets import TargetRole  # noqa: PLC0415 - as above

    held = json.loads(text)
    managed = {}
    for each in held["Policies"]:
        arn = each["Arn"]
        kind = "aws-managed" if ":aws:policy/" in arn else "customer-managed"
        policy = parse_policy(each["PolicyVersionList"][0]["Document"])
        managed[arn] = SourcedPolicy(policy, kind, arn.rsplit("/", 1)[1], arn)
    full = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
    region = {"StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "eu-west-1"]}}
    guard = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {
                "Effect": "Deny",
                "NotAction": ["iam:*", "sts:*"],
                "Resource": "*",
                "Condition": region,
            },
            {"Effect": "Deny", "Action": "organizations:*", "Resource": "*"},
            {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::audit/*"},
        ],
    }
    scps = tuple(
        (SourcedPolicy(parse_policy(document), "scp", name),)
        for name, document in (("FullAWSAccess", full), ("Guard", guard))
    )
    found, targets = [], []
    for role in held["RoleDetailList"]:
        inline = [
            SourcedPolicy(parse_policy(each["PolicyDocument"]), "inline", each["PolicyName"])
            for each in role["RolePolicyList"]
        ]
        attached = [managed[each["PolicyArn"]] for each in role["AttachedManagedPolicies"]]
        boundary = role.get("PermissionsBoundary")
        found.append(
            Authority(
                role["Arn"],
                (*inline, *attached),
                boundary=(managed[boundary["PermissionsBoundaryArn"]],) if boundary else None,
                scps=scps,
            )
        )
        customer = tuple(s.arn for s in attached if s.arn and s.kind == "customer-managed")
        targets.append(
            TargetRole(role["Arn"], parse_policy(role["AssumeRolePolicyDocument"]), customer)
        )
    return found, targets


def main(path: Path) -> None:
    """Assess every role of a document and print what it took."""
    from recert.iam.catalogue import load_catalogue  # noqa: PLC0415 - as above
    from recert.iam.certainty import role_facts  # noqa: PLC0415 - as above
    from recert.iam.effective import Assessor  # noqa: PLC0415 - as above
    from recert.iam.escalation import escalations  # noqa: PLC0415 - as above
    from recert.iam.targets import Targets  # noqa: PLC0415 - as above

    started = time.perf_counter()
    text = path.read_text()
    found, targets = authorities(text)
    parsed = time.perf_counter()
    catalogue = load_catalogue()
    assessor = Assessor(catalogue)
    goals = Targets(targets, role_facts(targets[0].arn, since=catalogue.updated))
    grants = [assessor.grants(each) for each in found]
    judged = time.perf_counter()
    paths = [
        escalations(each, goals, assessor=assessor, grants=held)
        for each, held in zip(found, grants, strict=True)
    ]
    done = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    spans = {"parsed": parsed - started, "effective": judged - parsed, "escalation": done - judged}
    found_out = {"grants": sum(map(len, grants)), "paths": sum(map(len, paths))}
    whole = {"seconds": done - started, "peak": peak / 1024, "megabytes": len(text) / 1e6}
    print(json.dumps({**spans, **found_out, **whole}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
