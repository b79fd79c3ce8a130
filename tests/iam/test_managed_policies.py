"""AWS's own managed policies: all parse, and each Allow reaches a request built for it."""

import json
import re
from collections.abc import Iterator

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from recert.iam.evaluate import load
from recert.iam.grammar import Condition, Policy, Statement, parse_policy
from recert.iam.model import Authority, Request, SourcedPolicy, request
from recert.iam.variables import Literal, Variable, template

ROLE = "arn:aws:iam::111122223333:role/R"


@pytest.fixture(scope="module")
def managed() -> dict[str, Policy]:
    held = json.loads(aws_managed_policies_data)
    return {name: parse_policy(each["Document"], source=name) for name, each in held.items()}


def concrete(pattern: str) -> str:
    """Return a text that a pattern matches: a variable and a star become something."""
    found = template(pattern)
    filled: list[str | Literal]
    if found is not None:
        filled = [Literal("value") if isinstance(part, Variable) else part for part in found.parts]
    else:
        filled = [pattern]
    return "".join(
        re.sub(r"\*+", "some", part).replace("?", "x") if isinstance(part, str) else part.text
        for part in filled
    )


def granted(policy: Policy) -> Iterator[tuple[Statement, Request]]:
    """Build a request for each action and each resource of each Allow, its conditions unknown."""
    for statement in policy.statements:
        if statement.effect == "Allow":
            resources = statement.resources or ("arn:aws:other:us-east-1:111122223333:thing/other",)
            actions = statement.actions or ("other:Action",)
            asked = {(concrete(each), concrete(resources[0])) for each in actions}
            asked |= {(concrete(actions[0]), concrete(each)) for each in resources}
            for action, resource in sorted(asked):
                yield (
                    statement,
                    request(
                        action,
                        resource,
                        context={"aws:username": "value"},
                        complete=False,
                        resource_account="111122223333",
                    ),
                )


def test_all_of_them_parse(managed: dict[str, Policy]) -> None:
    assert len(managed) > 1500
    assert sum(len(policy.statements) for policy in managed.values()) > 8000


def test_every_allow_reaches_a_request_that_is_built_for_it(managed: dict[str, Policy]) -> None:
    missed = []
    count = 0
    for name, policy in managed.items():
        # Denies and the other statements are left out: what is asked is what the Allow says.
        for statement, asked in granted(policy):
            count += 1
            alone = Policy(policy.version, None, (statement,))
            # Only its conditions may stand between it and the request.
            engine = load(Authority(ROLE, (SourcedPolicy(alone, "aws-managed", name),)))
            grant = _key_policy(asked)
            if engine.decide(asked, grant) != "allowed":
                missed.append((name, statement.index, asked.action, asked.resource))
    assert count > 50_000
    assert [each for each in missed if not _kept_by_aws(each[2], each[3])] == []


def _kept_by_aws(action: str, resource: str) -> bool:
    return action.startswith("iam:") and (
        "::aws:policy/" in resource or "aws-reserved/" in resource
    )


def _key_policy(asked: Request) -> SourcedPolicy | None:
    """Return the policy by which a key or a role leaves the decision to its account."""
    if not asked.action.lower().startswith(("kms:", "sts:")):
        return None
    document = {
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": "111122223333"},
            "Action": "*",
            "Resource": "*",
        }
    }
    return SourcedPolicy(parse_policy(document), "key", "key policy")


def test_their_operators_and_variables_are_all_understood(managed: dict[str, Policy]) -> None:
    conditions: list[Condition] = [
        condition
        for policy in managed.values()
        for statement in policy.statements
        for condition in statement.conditions
    ]
    assert len({condition.operator for condition in conditions}) >= 26
    assert all(condition.test for condition in conditions)
