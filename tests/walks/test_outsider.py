"""`reach`, `findings`, `permissions` on a recording written by hand, as somebody outside would."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

AT = "2026-11-01T09:00:00Z"
OLD = "2024-01-01T00:00:00Z"
HOME, AWAY, REGION = "111122223333", "444455556666", "us-east-1"
Recert = Callable[..., Any]
Line = dict[str, Any]


def line(service: str, operation: str, params: Any, output: Any, account: str = HOME) -> Line:
    return {
        "at": AT, "account": account, "region": REGION, "service": service,
        "operation": operation, "params": params, "status": 200, "output": output,
    }  # fmt: skip


def refused(service: str, operation: str, params: Any, code: str = "AccessDeniedException") -> Line:
    found = line(service, operation, params, None)
    del found["output"]
    status = 404 if code == "ResourceNotFoundException" else 403
    return {**found, "status": status, "error": {"Code": code, "Message": "no"}}


def role_arn(name: str, account: str = HOME) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def agent_arn(agent_id: str, account: str = HOME) -> str:
    return f"arn:aws:bedrock:{REGION}:{account}:agent/{agent_id}"


def function_arn(name: str) -> str:
    return f"arn:aws:lambda:{REGION}:{HOME}:function:{name}"


def allow(action: Any, resource: Any = "*", **more: Any) -> Line:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def document(*statements: Line) -> Line:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trusting(principal: Any, **more: Any) -> Line:
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **more})


def guarded(account: str = HOME) -> Line:
    condition = {"StringEquals": {"aws:SourceAccount": account}}
    return trusting({"Service": "bedrock.amazonaws.com"}, Condition=condition)


def role(name: str, *statements: Line, trust: Line | None = None, account: str = HOME) -> Line:
    return {
        "Path": "/", "RoleName": name, "RoleId": f"AROA{name.upper()}", "Arn": role_arn(name, account),
        "CreateDate": OLD, "AssumeRolePolicyDocument": trust or guarded(account),
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": document(*statements)}]
        if statements
        else [],
        "AttachedManagedPolicies": [],
        "RoleLastUsed": {"LastUsedDate": "2026-10-30T00:00:00Z", "Region": REGION},
    }  # fmt: skip


def roles(*found: Line, account: str = HOME) -> Line:
    output = {"RoleDetailList": list(found), "Policies": [], "IsTruncated": False}
    return line("iam", "GetAccountAuthorizationDetails", {}, output, account)


def agent(
    agent_id: str, role: str, *, account: str = HOME, groups: Any = (), mates: Any = (), **more: Any
) -> list[Line]:
    """Write one prepared agent with version 1 behind the alias PROD, and its draft."""
    body = {
        "agentId": agent_id, "agentArn": agent_arn(agent_id, account), "agentName": agent_id.lower(),
        "agentStatus": "PREPARED", "agentResourceRoleArn": role, "createdAt": OLD, "updatedAt": OLD,
        "foundationModel": "anthropic.claude-sonnet-4-v1:0", "instruction": "help",
        "agentCollaboration": "SUPERVISOR" if mates else "DISABLED",
        "idleSessionTTLInSeconds": 600, **more,
    }  # fmt: skip
    version = {key: value for key, value in body.items() if key != "idleSessionTTLInSeconds"}
    version |= {"version": "1", "idleSessionTTLInSeconds": 600}
    alias = {
        "agentAliasId": "PROD", "agentAliasName": "prod", "agentAliasStatus": "PREPARED",
        "routingConfiguration": [{"agentVersion": "1"}], "createdAt": OLD, "updatedAt": OLD,
    }  # fmt: skip
    who = {"agentId": agent_id}
    found = [
        line("bedrock-agent", "GetAgent", who, {"agent": {**body, "agentVersion": "DRAFT"}}, account),
        line(
            "bedrock-agent", "GetAgentVersion", {**who, "agentVersion": "1"},
            {"agentVersion": version}, account,
        ),
        line("bedrock-agent", "ListAgentAliases", who, {"agentAliasSummaries": [alias]}, account),
        line("bedrock-agent", "ListAgentKnowledgeBases", who, {"agentKnowledgeBaseSummaries": []}, account),
        line(
            "bedrock-agent", "ListTagsForResource", {"resourceArn": agent_arn(agent_id, account)},
            {"tags": {"owner": "kim", "purpose": "orders"}}, account,
        ),
        line(
            "bedrock-agent", "ListAgentActionGroups", who,
            {"actionGroupSummaries": [
                {"actionGroupId": g["id"], "actionGroupName": g["name"], "actionGroupState": "ENABLED",
                 "updatedAt": OLD} for g in groups]}, account,
        ),
        line(
            "bedrock-agent", "ListAgentCollaborators", who,
            {"agentCollaboratorSummaries": [
                {"agentId": agent_id, "agentVersion": "1", "collaboratorId": f"C{n}",
                 "agentDescriptor": {"aliasArn": arn}, "collaboratorName": f"mate{n}",
                 "collaborationInstruction": "do", "relayConversationHistory": "DISABLED",
                 "createdAt": OLD, "lastUpdatedAt": OLD} for n, arn in enumerate(mates)]}, account,
        ),
    ]  # fmt: skip
    for group in groups:
        detail = {
            "agentId": agent_id, "agentVersion": "1", "actionGroupId": group["id"],
            "actionGroupName": group["name"], "actionGroupState": "ENABLED",
            "createdAt": OLD, "updatedAt": OLD, **group["more"],
        }  # fmt: skip
        asked = {**who, "actionGroupId": group["id"]}
        found.append(
            line(
                "bedrock-agent", "GetAgentActionGroup", asked, {"agentActionGroup": detail}, account
            )
        )
    return found


def group(name: str, **more: Any) -> Line:
    return {"id": f"AG{name.upper()[:8]:0<8}", "name": name, "more": more}


def calls(name: str) -> Line:
    return group(name, actionGroupExecutor={"lambda": function_arn(name)})


def function(name: str, policy: Line | str | None) -> list[Line]:
    asked = {"FunctionName": function_arn(name)}
    detail = {
        "FunctionName": name, "FunctionArn": function_arn(name), "Role": role_arn(f"{name}-role"),
        "CodeSha256": "c" * 44, "Runtime": "python3.12",
    }  # fmt: skip
    found = [line("lambda", "GetFunctionConfiguration", asked, detail)]
    if policy == "unread":
        return [*found, refused("lambda", "GetPolicy", asked)]
    if policy is None:
        return [*found, refused("lambda", "GetPolicy", asked, "ResourceNotFoundException")]
    return [*found, line("lambda", "GetPolicy", asked, {"Policy": json.dumps(policy)})]


def letting_in(principal: Any, name: str, **more: Any) -> Line:
    statement = {
        "Effect": "Allow", "Principal": principal, "Action": "lambda:InvokeFunction",
        "Resource": function_arn(name), **more,
    }  # fmt: skip
    return document(statement)


BEDROCK = {"Service": "bedrock.amazonaws.com"}
SELF = {"ArnLike": {"AWS:SourceArn": agent_arn("SHOP000001")}}
OTHER = {"ArnLike": {"AWS:SourceArn": agent_arn("OTHER00001")}}
TARGET = role_arn("deep", AWAY)
FAR = f"arn:aws:bedrock:{REGION}:{AWAY}:agent-alias/FAR0000001/PROD"


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    """A shop agent that drives three functions, a foreign collaborator and a chain of roles."""
    summaries = [
        {"agentId": "SHOP000001", "agentName": "shop", "agentStatus": "PREPARED", "updatedAt": OLD}
    ]
    far = [
        {"agentId": "FAR0000001", "agentName": "far", "agentStatus": "PREPARED", "updatedAt": OLD}
    ]
    groups = [
        calls("opened"), calls("closed"), calls("misty"),
        group("code", parentActionSignature="AMAZON.CodeInterpreter"),
        group("asking", actionGroupExecutor={"customControl": "RETURN_CONTROL"}),
    ]  # fmt: skip
    return [
        line("bedrock-agent", "ListAgents", {}, {"agentSummaries": summaries}),
        line("bedrock-agent", "ListAgents", {}, {"agentSummaries": far}, AWAY),
        *agent("SHOP000001", role_arn("shop"), groups=groups, mates=[FAR]),
        *agent("FAR0000001", role_arn("far", AWAY), account=AWAY, mates=[
            f"arn:aws:bedrock:{REGION}:{HOME}:agent-alias/SHOP000001/PROD"]),
        *function("opened", letting_in(BEDROCK, "opened", Condition=SELF)),
        *function("closed", letting_in(BEDROCK, "closed", Condition=OTHER)),
        *function("misty", "unread"),
        roles(
            role("shop", allow(["bedrock:InvokeModel", "s3:GetObject"], ["arn:aws:s3:::shop/*", "*"])),
            role("opened-role", allow("sts:AssumeRole", role_arn("middle"))),
            role("closed-role", allow("iam:*")),
            role("misty-role", allow("dynamodb:PutItem", f"arn:aws:dynamodb:{REGION}:{HOME}:table/t")),
            role("middle", allow("sts:AssumeRole", TARGET), trust=trusting({"AWS": role_arn("opened-role")})),
        ),
        roles(
            role("far", allow("bedrock:InvokeModel"), account=AWAY),
            role("deep", allow("s3:DeleteBucket"), account=AWAY, trust=trusting({"AWS": role_arn("middle")})),
            role("deaf", allow("kms:*"), account=AWAY, trust=trusting({"AWS": role_arn("nobody")})),
            account=AWAY,
        ),
    ]  # fmt: skip


class Outside:
    def __init__(self, recert: Recert, folder: Path, lines: list[Line]) -> None:
        self._recert, self._store = recert, folder / "r.db"
        recording = folder / "r.jsonl"
        recording.write_text("".join(json.dumps(one) + "\n" for one in lines), encoding="utf-8")
        done = recert(
            "--store", self._store, "--json", "sync", "--from", recording, RECERT_USER="kim"
        )
        assert done.code in (0, 3), done.err
        self.synced = done.json()

    def __call__(self, *args: object) -> Any:
        done = self._recert("--store", self._store, "--json", *args)
        assert done.code == 0, done.err
        return done.json()


@pytest.fixture(scope="module")
def outside(recert: Recert, tmp_path_factory: pytest.TempPathFactory, lines: list[Line]) -> Outside:
    return Outside(recert, tmp_path_factory.mktemp("outside"), lines)


def test_acting_roles_follow_resource_policies_collaborators_and_chains(outside: Outside) -> None:
    found = outside("reach", "SHOP000001")
    assert found["agent"] == agent_arn("SHOP000001")
    states = {one["arn"]: one["state"] for one in found["roles"]}
    assert next(iter(states)) == role_arn("shop")
    assert states == {
        role_arn("shop"): "open",
        role_arn("opened-role"): "open",
        role_arn("misty-role"): "unknown",
        role_arn("far", AWAY): "open",
        role_arn("middle"): "open",
        TARGET: "open",
    }
    via = {one["arn"]: one["via"] for one in found["roles"]}
    assert via[TARGET].endswith(
        "assumes middle, whose trust policy lets it in > assumes deep, whose trust policy lets it in"
    )
    assert f"in account {AWAY}" in via[role_arn("far", AWAY)]
    assert found["blast_radius"]["accounts"] >= 2
    assert found["blast_radius"]["delete_actions"] >= 1


def test_what_leads_nowhere_is_shown_with_its_reason(outside: Outside) -> None:
    ways = [way[-1] for way in outside("reach", "SHOP000001")["paths"]]
    ends = {(hop["kind"], hop["target"].rpartition(":")[2]): hop["state"] for hop in ways}
    assert ends["action_group", "closed"] == "blocked"
    assert ("builtin", "AMAZON.CodeInterpreter") in ends
    assert any(kind == "return_control" for kind, _ in ends)
    assert all(hop["evidence"] for way in outside("reach", "SHOP000001")["paths"] for hop in way)


def test_reach_speaks_its_contract(outside: Outside) -> None:
    found = outside("reach", "SHOP000001")
    parts = found["blast_radius"]
    wanted = {
        "actions", "write_actions", "services", "resources", "accounts", "escalations", "score",
    }  # fmt: skip
    assert wanted <= set(parts)
    assert all(isinstance(value, int) and not isinstance(value, bool) for value in parts.values())
    assert sum(found["score_parts"].values()) == parts["score"]
    assert parts["resources"] >= 3
    upstream = [one["principal"] for one in found["invokers"] if one["kind"] == "agent"]
    assert upstream == [agent_arn("FAR0000001", AWAY)]
    assert found["sentence"].startswith("It can perform ")


def test_permissions_speak_their_contract(outside: Outside) -> None:
    found = outside("permissions", "SHOP000001")
    assert found["agent"] == agent_arn("SHOP000001")
    keys = {
        "id", "role_arn", "via", "policy", "statement", "action", "resources", "conditions",
        "effective_actions", "conditional", "blocked", "access_levels", "last_used", "explained_by",
        "risks", "title", "meaning", "worst_case", "explanation", "overlaps", "shared_with",
        "recommendation",
    }  # fmt: skip
    for grant in found["grants"]:
        assert keys <= set(grant)
        assert set(grant["policy"]) == {"kind", "name", "arn", "version_id"}
        assert set(grant["statement"]) == {"index", "sid"}
        assert grant["last_used"]["state"] in ("used", "unused", "unknown")
        assert set(grant["recommendation"]) == {"verdict", "actions", "reason"}
        assert all("*" not in name for name in grant["effective_actions"])
        assert grant["meaning"].endswith(".")
        assert grant["worst_case"].endswith(".")
        assert (grant["explanation"] == "unexplained") is (grant["explained_by"] is None)
    held = {grant["role_arn"] for grant in found["grants"]}
    assert {role_arn("shop"), TARGET, role_arn("misty-role")} <= held
    assert role_arn("closed-role") not in held
    assert {grant["policy"]["kind"] for grant in found["grants"]} == {"inline"}


def test_findings_speak_their_contract(outside: Outside) -> None:
    found = outside("findings", "SHOP000001")["findings"]
    assert found
    keys = {"id", "kind", "severity", "agent", "detail", "frameworks", "evidence", "remedy"}
    order = ["critical", "high", "medium", "low"]
    for one in found:
        assert keys <= set(one)
        assert one["agent"] == agent_arn("SHOP000001")
    places = [order.index(one["severity"]) for one in found]
    assert places == sorted(places)
    assert len({one["id"] for one in found}) == len(found)
    kinds = {one["kind"] for one in found}
    assert {"guardrail_missing", "no_boundary", "foreign_account"} <= kinds
    assert not kinds & {"admin_access", "confused_deputy", "unowned_agent", "no_org_ceiling"}
    every = outside("findings")["findings"]
    assert {one["id"] for one in found} <= {one["id"] for one in every}


def test_a_role_that_nobody_may_become_is_out_of_reach(outside: Outside) -> None:
    assert role_arn("deaf", AWAY) not in {
        one["arn"] for one in outside("reach", "FAR0000001")["roles"]
    }


def test_refused_readings_leave_unknown_and_raise_no_absence(
    recert: Recert, tmp_path: Path, lines: list[Line]
) -> None:
    hidden = ("GetPolicy", "GetFunctionConfiguration", "GetAgentActionGroup", "ListTagsForResource")
    known = [one for one in lines if one["operation"] not in hidden]
    blind = Outside(recert, tmp_path, known)
    assert blind.synced["coverage"]["gaps"]
    found = blind("reach", "SHOP000001")
    assert found["unknown"]
    kinds = {one["kind"] for one in blind("findings")["findings"]}
    assert not kinds & {"unowned_agent", "orphan_role", "dormant_agent", "no_org_ceiling"}
    items = {one["state"] for one in found["roles"]}
    assert "open" in items
