"""The reader policy that recert prints."""

import json
from collections.abc import Callable
from typing import Any

from recert.aws.read_table import every_read
from recert.iam.catalogue import load_catalogue
from recert.iam.evaluate import Engine
from recert.iam.grammar import parse_policy
from recert.iam.model import Authority, SourcedPolicy, request

Recert = Callable[..., Any]
_ROLE = "arn:aws:iam::111122223333:role/recert-reader"


def engine(policy: dict[str, Any]) -> Engine:
    source = SourcedPolicy(parse_policy(json.dumps(policy)), "inline", "reader")
    return Engine(Authority(role_arn=_ROLE, identity=(source,)))


def test_the_printed_policy_allows_every_call_and_no_secret(recert: Recert) -> None:
    done = recert("doctor", "--print-policy")
    assert done.code == 0
    reader = engine(done.json())
    for read in every_read():
        if read.operation != "AssumeRole":
            assert reader.decide(request(read.iam_action)) == "allowed", read.name
    for action in ("secretsmanager:GetSecretValue", "s3:GetObject", "bedrock:InvokeAgent"):
        assert reader.decide(request(action)) == "explicitDeny"


def test_the_printed_policy_fits_and_names_actions_that_exist(recert: Recert) -> None:
    policy = recert("doctor", "--print-policy").json()
    assert len(json.dumps(policy, separators=(",", ":"))) < 6144
    catalogue = load_catalogue()
    for statement in policy["Statement"]:
        for action in statement["Action"]:
            assert catalogue.expand(action), action
