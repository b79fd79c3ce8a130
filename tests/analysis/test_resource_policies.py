"""Strangers: whom resource policies of an agent, and of what it rests on, let in from elsewhere."""

import json
from typing import Any

import pytest

from recert.analysis import Catalogue, findings
from recert.analysis.resource_policies import strangers, who
from recert.estate.estate import Estate

HOME = "111122223333"
STRANGER = "999988887777"
ROOT = f"arn:aws:iam::{STRANGER}:root"


def document(principal: Any, condition: Any = None, effect: str = "Allow") -> str:
    statement = {
        "Effect": effect,
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": "*",
    }
    if condition is not None:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


ORG = {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (None, []),
        (document({"AWS": f"arn:aws:iam::{HOME}:root"}), []),
        (document({"AWS": HOME}), []),
        (document({"Service": "bedrock.amazonaws.com"}), []),
        (document({"AWS": ROOT}), [ROOT]),
        (document({"AWS": STRANGER}), [ROOT]),
        (document({"AWS": ROOT}, ORG), [ROOT]),
        (document("*"), ["anybody"]),
        (document({"AWS": "*"}), ["anybody"]),
        (document("*", ORG), []),
        (document("*", {"StringEquals": {"kms:CallerAccount": HOME}}), []),
        (document("*", {"Bool": {"aws:SecureTransport": "true"}}), ["anybody"]),
        (document({"AWS": ROOT}, effect="Deny"), []),
        ("no policy", []),
    ],
)
def test_strangers_are_who_is_neither_of_the_account_nor_narrowed_to_somebody(
    text: str | None, names: list[str]
) -> None:
    found = [who(unit) for unit in strangers(text, HOME)]
    assert [name if name != STRANGER else ROOT for name in found] == names


def test_a_deny_for_the_same_principal_shuts_it_out() -> None:
    both = [
        json.loads(document({"AWS": ROOT}, effect=effect))["Statement"][0]
        for effect in ("Allow", "Deny")
    ]
    assert strangers(json.dumps({"Version": "2012-10-17", "Statement": both}), HOME) == ()


def foreign(estate: Estate, arn: str, catalogue: Catalogue) -> list[Any]:
    return [one for one in findings(estate, catalogue, arn) if one.kind == "foreign_account"]


@pytest.mark.parametrize(("principal", "severity"), [({"AWS": ROOT}, "high"), ("*", "critical")])
def test_the_agents_own_policy_its_functions_and_its_data_are_looked_at(
    principal: Any, severity: str, w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    text = document(principal)
    assert foreign(estate, w.HR, catalogue) == []
    mine = w.with_agent(estate, w.HR, lambda one: one.model_copy(update={"resource_policy": text}))
    tool = estate.functions[0].model_copy(update={"resource_policy": text})
    bucket = estate.buckets[0].model_copy(update={"policy": text, "policy_known": True})
    for changed, resource in (
        (mine, w.HR),
        (w.later(estate, functions=(tool,)), w.TOOL),
        (w.later(estate, buckets=(bucket,)), w.BUCKET),
    ):
        (found,) = foreign(changed, w.HR, catalogue)
        assert (found.severity, found.evidence["resource_arn"]) == (severity, resource)
        assert foreign(changed, w.BANK, catalogue) == []
