"""Whatever AWS answers about one agent, the sync ends, says what it could not read, and keeps the others."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Recert = Callable[..., Any]
Lines = list[dict[str, Any]]

AT = "2026-11-01T09:00:00Z"
SET = "2026-10-01T00:00:00Z"
ACCOUNT, REGION = "123412341234", "eu-central-1"
IDS = ("GOODAGENT1", "BADAGENT01", "GOODAGENT2")
BAD = IDS[1]


def line(service: str, operation: str, params: dict[str, Any], output: Any) -> dict[str, Any]:
    return {
        "at": AT,
        "account": ACCOUNT,
        "region": REGION,
        "service": service,
        "operation": operation,
        "params": params,
        "status": 200,
        "output": output,
    }


def refused(
    service: str, operation: str, params: dict[str, Any], code: str, status: int = 403
) -> dict[str, Any]:
    found = line(service, operation, params, None)
    del found["output"]
    return {**found, "status": status, "error": {"Code": code, "Message": "no"}}


def summary(agent_id: str) -> dict[str, Any]:
    return {
        "agentId": agent_id,
        "agentName": f"name-{agent_id}",
        "agentStatus": "PREPARED",
        "updatedAt": SET,
    }


def role_arn(agent_id: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/role-{agent_id}"


def detail(agent_id: str, name: str = "") -> dict[str, Any]:
    return {
        "agentId": agent_id,
        "agentName": name or f"name-{agent_id}",
        "agentArn": f"arn:aws:bedrock:{REGION}:{ACCOUNT}:agent/{agent_id}",
        "agentVersion": "DRAFT",
        "agentStatus": "PREPARED",
        "idleSessionTTLInSeconds": 600,
        "agentResourceRoleArn": role_arn(agent_id),
        "foundationModel": "anthropic.claude-3",
        "createdAt": SET,
        "updatedAt": SET,
    }


def role(agent_id: str) -> dict[str, Any]:
    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    trust = {**allow, "Action": "sts:AssumeRole", "Principal": {"Service": "bedrock.amazonaws.com"}}
    del trust["Resource"]
    return {
        "Path": "/",
        "RoleName": f"role-{agent_id}",
        "RoleId": f"AROA{agent_id}",
        "Arn": role_arn(agent_id),
        "CreateDate": SET,
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
        "RolePolicyList": [
            {
                "PolicyName": "own",
                "PolicyDocument": {"Version": "2012-10-17", "Statement": [allow]},
            }
        ],
        "AttachedManagedPolicies": [],
    }


def good() -> Lines:
    agent = "bedrock-agent"
    found = [line(agent, "ListAgents", {}, {"agentSummaries": [summary(one) for one in IDS]})]
    found += [line(agent, "GetAgent", {"agentId": one}, {"agent": detail(one)}) for one in IDS]
    nothing = {
        "ListAgentAliases": "agentAliasSummaries",
        "ListAgentActionGroups": "actionGroupSummaries",
        "ListAgentKnowledgeBases": "agentKnowledgeBaseSummaries",
    }
    found += [line(agent, operation, {}, {key: []}) for operation, key in nothing.items()]
    found.append(line(agent, "ListTagsForResource", {}, {"tags": {}}))
    output = {"RoleDetailList": [role(one) for one in IDS], "Policies": [], "IsTruncated": False}
    found.append(line("iam", "GetAccountAuthorizationDetails", {}, output))
    return found


def replaced(operation: str, *better: dict[str, Any]) -> Lines:
    return [one for one in good() if one["operation"] != operation] + list(better)


def listed(*ids: str, **more: Any) -> dict[str, Any]:
    return {"agentSummaries": [summary(one) for one in ids], **more}


def pages(*found: tuple[str | None, dict[str, Any]]) -> Lines:
    return replaced(
        "ListAgents",
        *(
            line("bedrock-agent", "ListAgents", {"nextToken": token} if token else {}, output)
            for token, output in found
        ),
    )


def about_the_bad(operation: str, code: str, status: int = 403) -> Lines:
    return [*good(), refused("bedrock-agent", operation, {"agentId": BAD}, code, status)]


def truncated_roles() -> Lines:
    found = copy.deepcopy(good())
    found[-1]["output"]["IsTruncated"] = True
    return found


ALL = {*IDS}
CASES: dict[str, tuple[Lines, str, str, set[str]]] = {
    "denied": (
        about_the_bad("GetAgent", "AccessDeniedException"),
        "GetAgent",
        "AccessDeniedException",
        ALL,
    ),
    "throttled": (
        about_the_bad("GetAgent", "ThrottlingException", 429),
        "GetAgent",
        "ThrottlingException",
        ALL,
    ),
    "server error": (
        about_the_bad("GetAgent", "InternalServerException", 500),
        "GetAgent",
        "InternalServerException",
        ALL,
    ),
    "deleted between list and get": (
        about_the_bad("GetAgent", "ResourceNotFoundException", 404),
        "GetAgent",
        "ResourceNotFoundException",
        ALL - {BAD},
    ),
    "session expired in the middle": (
        about_the_bad("ListAgentAliases", "ExpiredTokenException"),
        "ListAgentAliases",
        "ExpiredTokenException",
        ALL,
    ),
    "clock skew": (
        about_the_bad("ListAgentActionGroups", "InvalidSignatureException"),
        "ListAgentActionGroups",
        "InvalidSignatureException",
        ALL,
    ),
    "page that is refused": (
        [
            *pages((None, listed(IDS[0], IDS[2], nextToken="t"))),
            refused("bedrock-agent", "ListAgents", {"nextToken": "t"}, "ValidationException", 400),
        ],
        "ListAgents",
        "ValidationException",
        ALL - {BAD},
    ),
    "token that loops": (
        pages((None, listed(IDS[0], nextToken="t")), ("t", listed(*IDS[1:], nextToken="t"))),
        "ListAgents",
        "RepeatedPages",
        ALL,
    ),
    "roles cut off without a marker": (
        truncated_roles(),
        "GetAccountAuthorizationDetails",
        "TruncatedPages",
        ALL,
    ),
}


def synced(recert: Recert, tmp_path: Path, lines: Lines) -> tuple[dict[str, Any], dict[str, Any]]:
    recording, store = tmp_path / "r.jsonl", tmp_path / "s.db"
    recording.write_text("".join(f"{json.dumps(one)}\n" for one in lines))
    done = recert("--store", store, "sync", "--from", recording, "--json")
    assert done.code == 3, done.err
    return done.json(), recert("--store", store, "agents", "--json").json()


@pytest.mark.parametrize("case", CASES)
def test_a_bad_answer_is_a_gap_and_blocks_nobody(recert: Recert, tmp_path: Path, case: str) -> None:
    lines, operation, error, ids = CASES[case]
    taken, inventory = synced(recert, tmp_path, lines)
    gaps = taken["coverage"]["gaps"]
    (gap,) = [one for one in gaps if one["operation"] == operation]
    assert (gap["error"], gap["account"], gap["region"]) == (error, ACCOUNT, REGION)
    assert gap["effect"]
    agents = {one["arn"].rpartition("/")[2]: one for one in inventory["agents"]}
    assert set(agents) == ids
    for one in ids - {BAD}:
        assert agents[one]["execution_role_arn"] == role_arn(one)


@pytest.mark.parametrize("case", ["denied", "throttled", "server error"])
def test_an_agent_that_could_not_be_read_has_no_role_of_its_own_invention(
    recert: Recert, tmp_path: Path, case: str
) -> None:
    _, inventory = synced(recert, tmp_path, CASES[case][0])
    bad = next(one for one in inventory["agents"] if one["arn"].endswith(BAD))
    assert bad["execution_role_arn"] is None
    assert bad["certified"] is False


def test_empty_and_repeated_pages_change_nothing(recert: Recert, tmp_path: Path) -> None:
    found = pages(
        (None, listed(nextToken="a")),
        ("a", listed(*IDS, nextToken="b")),
        ("b", listed(nextToken="c")),
        ("c", listed(*IDS[:2])),
    )
    taken, inventory = synced(recert, tmp_path, found)
    assert {one["arn"].rpartition("/")[2] for one in inventory["agents"]} == ALL
    assert not [one for one in taken["coverage"]["gaps"] if one["operation"] == "ListAgents"]


HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202e[red]=cmd|'/C calc'!A0,\"../../etc\u0000\r\n<b>&amp;{{7*7}}"


def test_a_name_of_4096_hostile_characters_is_kept_and_shown_harmless(
    recert: Recert, tmp_path: Path
) -> None:
    name = (HOSTILE * 100)[:4096]
    bad = line("bedrock-agent", "GetAgent", {"agentId": BAD}, {"agent": detail(BAD, name)})
    _, inventory = synced(recert, tmp_path, [*good(), bad])
    assert name in {one["name"] for one in inventory["agents"]}
    for words in (("agents",), ("agent", "show", BAD), ("permissions", BAD), ("findings",)):
        shown = recert("--store", tmp_path / "s.db", *words)
        assert shown.code == 0, shown.err
        assert not {"\x1b", "\u202e", "\x00", "\x07"} & set(shown.out)


def test_an_expired_session_on_every_call_keeps_the_place_unread_and_not_empty(
    recert: Recert, tmp_path: Path
) -> None:
    lines = [
        refused(one["service"], one["operation"], {}, "ExpiredTokenException") for one in good()
    ]
    taken, inventory = synced(recert, tmp_path, lines)
    assert inventory["agents"] == []
    refused_calls = {
        one["operation"]
        for one in taken["coverage"]["gaps"]
        if one["error"] == "ExpiredTokenException"
    }
    assert {"ListAgents", "GetAccountAuthorizationDetails"} <= refused_calls
