"""From signed decisions to a ceiling that the engine proves, through the command line."""

from collections import defaultdict
from typing import Any

import pytest

Walk = Any
PERSONA_ROLE = "AmazonBedrockExecutionRoleForAgents-HumanInTheLoop"


@pytest.fixture
def signed(walk: Walk) -> Walk:
    """Decide and sign every item of the active campaign: what is explained kept, the rest revoked."""
    campaign = walk.active()["id"]
    by_reviewer: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for item in walk.json("items", campaign)["items"]:
        if item["state"] != "pending":
            continue
        grant = item["grant"]
        keep = grant["explained_by"] if grant else item["kind"] != "attachment"
        by_reviewer[item["reviewer"], "--attest" if keep else "--revoke"].append(item)
    for (reviewer, verdict), items in by_reviewer.items():
        ids = [item["id"] for item in items]
        seen = ",".join(item["basis_digest"] for item in items)
        why = "Looked at with its integration"
        argv = ("decide", campaign, *ids, verdict, "--rationale", why, "--seen", seen)
        walk.json(*argv, RECERT_USER=reviewer)
    for reviewer in {name for name, _ in by_reviewer}:
        walk.json("sign", campaign, "--yes", RECERT_USER=reviewer)
    return walk


def test_nothing_is_proposed_before_anybody_signed(walk: Walk) -> None:
    found = walk.json("propose", "hr-assistant", code=1)
    assert [one["document"] for one in found["proposals"]] == [None, None, None]
    assert all("review it first" in one["reason"] for one in found["proposals"])
    assert found["open"]


def test_signed_decisions_become_a_boundary_and_an_scp_that_touches_nobody_else(
    signed: Walk,
) -> None:
    found = signed.json("propose", "hr-assistant")
    by_kind = {one["kind"]: one for one in found["proposals"]}
    roles = len(signed.json("who-can", "*:*")["principals"])
    assert roles > 10
    grants = {one["id"]: one for one in signed.json("permissions", "hr-assistant")["grants"]}

    boundary = by_kind["boundary"]
    assert boundary["role_arn"].endswith(PERSONA_ROLE)
    allowed = {name for one in boundary["document"]["Statement"] for name in one["Action"]}
    assert "bedrock:InvokeModel" in allowed
    assert "dynamodb:*" not in allowed
    assert {grants[key]["explained_by"] for key in boundary["taken"]} == {None}

    scp = by_kind["scp"]
    deny = next(one for one in scp["document"]["Statement"] if one["Effect"] == "Deny")
    assert deny["Condition"] == {"ArnEquals": {"aws:PrincipalArn": scp["role_arn"]}}
    assert scp["roles_compared"] >= roles - 1
    assert scp["taken"].keys() == boundary["taken"].keys()


def test_only_the_kinds_that_were_asked_for_are_shown(signed: Walk) -> None:
    found = signed.json("propose", "hr-assistant", "--kind", "boundary")
    assert [one["kind"] for one in found["proposals"]] == ["boundary"]
    shown = signed("propose", "hr-assistant", "--kind", "boundary").out
    assert '"Version": "2012-10-17"' in shown
    assert "Attach it to arn:aws:iam::" in shown


def test_a_role_of_several_agents_gets_no_ceiling_and_the_reason_stands_there(walk: Walk) -> None:
    assert walk("propose", "mortgages_assistant").code == 1
    assert walk("propose", "no-such-agent").code == 2
    assert walk("propose", "hr-assistant", "--kind", "sideways").code == 2
