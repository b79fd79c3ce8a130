"""Which agents a hint concerns."""

from typing import Any

import pytest

from recert.estate.estate import Estate
from recert.lifecycle import concerned

HINTS: list[tuple[str, str, dict[str, Any], set[str] | None]] = [
    ("bedrock", "UpdateAgent", {"agentId": "HR00000001"}, {"HR"}),
    ("bedrock", "TagResource", {"resourceArn": "HR"}, {"HR"}),
    ("bedrock", "UpdateKnowledgeBase", {"knowledgeBaseId": "KB00000001"}, {"HR"}),
    ("bedrock", "UpdateGuardrail", {"guardrailIdentifier": "GR00000001"}, {"HR"}),
    ("bedrock", "UpdateAgent", {"agentId": "NEW0000009"}, None),
    ("bedrock", "CreateAgent", {"agentArn": "NEW"}, {"NEW"}),
    ("iam", "PutRolePolicy", {"roleName": "hr-agent"}, {"HR"}),
    ("iam", "PutRolePolicy", {"roleName": "tool"}, {"HR"}),
    ("iam", "CreatePolicyVersion", {"policyArn": "SHARED"}, {"HR"}),
    ("iam", "AttachRolePolicy", {"roleName": "bank-agent"}, {"BANK"}),
    ("iam", "PutRolePolicy", {"roleName": "web"}, set()),
    ("lambda", "UpdateFunctionCode20150331v2", {"functionName": "tool"}, {"HR"}),
    ("lambda", "UpdateFunctionCode20150331v2", {"functionName": "TOOL:prod"}, {"HR"}),
    ("lambda", "UpdateFunctionCode20150331v2", {"functionName": "web"}, set()),
    ("s3", "PutBucketTagging", {"bucketName": "hr-handbook"}, {"HR"}),
    ("organizations", "DetachPolicy", {"policyId": "p-1"}, None),
    ("bedrock", "UpdateAgent", {}, None),
]


@pytest.mark.parametrize(("source", "call", "named", "agents"), HINTS, ids=str)
def test_a_hint_concerns_whoever_has_to_do_with_what_it_names(  # noqa: PLR0917 - a table's columns
    source: str,
    call: str,
    named: dict[str, str],
    agents: set[str] | None,
    w: Any,
    estate: Estate,
) -> None:
    arns = {"HR": w.HR, "BANK": w.BANK, "NEW": w.arn("NEW0000001")}
    words = {**arns, "SHARED": w.SHARED_POLICY, "TOOL:prod": f"{w.TOOL}:prod"}
    names = [words.get(name, name) for name in named.values()]
    place = (w.ACCOUNT, w.REGION)
    found = concerned(estate, source=source, call=call, place=place, names=names)
    assert found == (None if agents is None else {arns[name] for name in agents})
