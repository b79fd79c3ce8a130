"""Cases thought out by hand from AWS's text, rule by rule, asked as lines of the simulation.

Each line of `conformance.jsonl` names its case, the request, the decision that AWS documents and,
where it is beyond doubt, the layer that decides. Names begin with the number of a rule where the
case belongs to one.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from recert.iam.simulate import run_lines

CASES = [
    json.loads(line)
    for line in Path(__file__).with_name("conformance.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("form", ["objects", "strings"])
def test_every_case_is_decided_as_aws_documents_it(form: str) -> None:
    lines = [json.dumps({"id": each["case"], **written(each["request"], form)}) for each in CASES]
    wrong = []
    for case, (answer, _) in zip(CASES, run_lines([each.encode() for each in lines]), strict=True):
        found = json.loads(answer)
        result = found.get("EvaluationResults", [found])[0]
        expected = (case["decision"], case.get("by", result.get("DecidedBy")))
        if (result.get("EvalDecision"), result.get("DecidedBy")) != expected:
            wrong.append((case["case"], expected, result))
    assert wrong == []


def written(request: dict[str, Any], form: str) -> dict[str, Any]:
    if form == "objects":
        return request
    listed = request["PolicyInputList"]
    texts = [each if isinstance(each, str) else json.dumps(each) for each in listed]
    return {**request, "PolicyInputList": texts}


def test_the_cases_are_many_and_of_every_decision() -> None:
    decisions = [each["decision"] for each in CASES]
    assert len(CASES) >= 370
    assert min(decisions.count(each) for each in ("allowed", "implicitDeny", "explicitDeny")) > 20
    assert {key for each in CASES for key in each["request"]} >= {
        "ResourcePolicy",
        "PermissionsBoundaryPolicyInputList",
        "SessionPolicyInputList",
        "VpcEndpointPolicyInputList",
        "ServiceControlPolicies",
        "ResourceControlPolicies",
        "ResourceOwner",
        "ContextEntries",
    }
