"""IAM users and groups, keys, prompts, and the policies that stand on Bedrock's own resources."""

import json
from typing import Any

import pytest

from recert.aws.collect import authority, guardrails, keys, knowledge_bases, prompts
from recert.estate.estate import Estate

ACCOUNT = "111122223333"
INVOKE = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "bedrock:InvokeAgent", "Resource": "*"}],
}
OPEN = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}
USER = {
    "Path": "/",
    "UserName": "kim",
    "UserId": "AIDAKIM",
    "Arn": f"arn:aws:iam::{ACCOUNT}:user/kim",
    "CreateDate": "2026-10-01T00:00:00Z",
    "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": INVOKE}],
    "GroupList": ["operators"],
    "AttachedManagedPolicies": [
        {"PolicyName": "kept", "PolicyArn": f"arn:aws:iam::{ACCOUNT}:policy/kept"}
    ],
    "PermissionsBoundary": {
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": f"arn:aws:iam::{ACCOUNT}:policy/bound",
    },
    "Tags": [{"Key": "team", "Value": "ops"}],
}
GROUP = {
    "Path": "/",
    "GroupName": "operators",
    "GroupId": "AGPAOPS",
    "Arn": f"arn:aws:iam::{ACCOUNT}:group/operators",
    "CreateDate": "2026-10-01T00:00:00Z",
    "GroupPolicyList": [{"PolicyName": "operate", "PolicyDocument": INVOKE}],
    "AttachedManagedPolicies": [],
}


def managed(name: str) -> dict[str, Any]:
    version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": INVOKE}
    return {
        "PolicyName": name,
        "Arn": f"arn:aws:iam::{ACCOUNT}:policy/{name}",
        "DefaultVersionId": "v1",
        "PolicyVersionList": [version],
    }


def bulk(tape: Any, params: dict[str, Any] | None = None, **more: Any) -> Estate:
    output = {"RoleDetailList": [], "Policies": [], "IsTruncated": False, **more}
    tape.add("iam", "GetAccountAuthorizationDetails", params or {}, output)
    estate: Estate = tape.read(usage=False).estate
    return estate


def test_users_and_groups_come_with_their_policies(tape: Any) -> None:
    both = {"UserDetailList": [USER], "GroupDetailList": [GROUP]}
    estate = bulk(tape, **both, Policies=[managed("kept"), managed("bound")])
    assert estate.users is not None
    assert estate.groups is not None
    (user,), (group,) = estate.users, estate.groups
    assert (user.name, user.groups, user.tags) == ("kim", ("operators",), {"team": "ops"})
    assert json.loads(user.inline[0].document) == INVOKE
    assert user.attached == (f"arn:aws:iam::{ACCOUNT}:policy/kept",)
    assert user.boundary == f"arn:aws:iam::{ACCOUNT}:policy/bound"
    assert json.loads(group.inline[0].document) == INVOKE
    assert set(estate.policies_by_arn) == {*user.attached, user.boundary}
    assert authority.USERS_LIMIT not in estate.coverage.limits


def test_an_account_without_users_is_not_one_whose_users_are_unknown(tape: Any) -> None:
    estate = bulk(tape, UserDetailList=[], GroupDetailList=[])
    assert estate.users == ()
    assert authority.USERS_LIMIT not in estate.coverage.limits


@pytest.mark.parametrize(
    "asked", [{"Filter": ["Role", "LocalManagedPolicy", "AWSManagedPolicy"]}, {}]
)
def test_a_recording_that_does_not_tell_of_users_leaves_them_unknown(
    tape: Any, asked: dict[str, Any]
) -> None:
    estate = bulk(tape, asked)
    assert estate.users is None
    assert authority.USERS_LIMIT in estate.coverage.limits
    assert not [gap for gap in estate.coverage.gaps if gap.service == "iam"]


def test_a_refused_second_page_leaves_users_unknown(tape: Any) -> None:
    output = {
        "UserDetailList": [USER],
        "GroupDetailList": [],
        "IsTruncated": True,
        "Marker": "more",
    }
    tape.refuse("iam", "GetAccountAuthorizationDetails", {"Marker": "more"}, "AccessDenied")
    tape.add("iam", "GetAccountAuthorizationDetails", {}, output)
    estate = tape.read(usage=False).estate
    assert estate.users is None
    assert [gap.error for gap in estate.coverage.gaps if gap.service == "iam"] == ["AccessDenied"]


def with_key(tape: Any, written: str) -> None:
    tape.agents(["AGENT00001"])
    for line in tape.lines:
        for holder in ("agent", "agentVersion"):
            if holder in line["output"]:
                line["output"][holder]["customerEncryptionKeyArn"] = written


KEY = "arn:aws:kms:us-east-1:111122223333:key/k1"


def test_a_key_comes_with_its_policy_and_what_rests_on_it(tape: Any) -> None:
    with_key(tape, KEY)
    state = {"KeyId": "k1", "Arn": KEY, "KeyState": "Enabled", "KeyManager": "CUSTOMER"}
    tape.add("kms", "DescribeKey", {"KeyId": KEY}, {"KeyMetadata": state})
    tape.add("kms", "GetKeyPolicy", {"KeyId": KEY}, {"Policy": json.dumps(OPEN)})
    reading = tape.read(usage=False)
    (key,) = reading.estate.keys
    assert (key.state, key.manager, key.policy_known) == ("Enabled", "CUSTOMER", True)
    assert json.loads(key.policy or "") == OPEN
    assert key.used_by == (tape.arn("bedrock", "agent/AGENT00001"),)
    assert reading.calls.by_operation["kms:DescribeKey"] == 1


def test_an_alias_is_followed_to_its_key(tape: Any) -> None:
    with_key(tape, "alias/agents")
    alias = "arn:aws:kms:us-east-1:111122223333:alias/agents"
    state = {"KeyId": "k1", "Arn": KEY, "KeyManager": "CUSTOMER"}
    tape.add("kms", "DescribeKey", {"KeyId": alias}, {"KeyMetadata": state})
    tape.add("kms", "GetKeyPolicy", {"KeyId": KEY}, {"Policy": json.dumps(OPEN)})
    (key,) = tape.read(usage=False).estate.keys
    assert (key.arn, key.written, key.policy_known) == (KEY, alias, True)


def test_the_policy_of_a_key_that_aws_manages_is_not_asked_for(tape: Any) -> None:
    with_key(tape, KEY)
    state = {"KeyId": "k1", "Arn": KEY, "KeyManager": "AWS"}
    tape.add("kms", "DescribeKey", {}, {"KeyMetadata": state})
    reading = tape.read(usage=False)
    assert "kms:GetKeyPolicy" not in reading.calls.by_operation
    assert not [gap for gap in reading.estate.coverage.gaps if gap.service == "kms"]


def test_a_refused_key_is_a_gap_and_no_key_without_a_policy(tape: Any) -> None:
    with_key(tape, KEY)
    tape.refuse("kms", "DescribeKey").refuse("kms", "GetKeyPolicy")
    estate = tape.read(usage=False).estate
    (key,) = estate.keys
    assert (key.state, key.policy, key.policy_known) == (None, None, False)
    gaps = [(gap.operation, gap.subject) for gap in estate.coverage.gaps if gap.service == "kms"]
    assert gaps == [("DescribeKey", KEY), ("GetKeyPolicy", KEY)]


def test_a_recording_without_keys_says_so_and_has_no_gap_for_them(tape: Any) -> None:
    with_key(tape, KEY)
    estate = tape.read(usage=False).estate
    assert estate.keys == ()
    assert keys.LIMIT in estate.coverage.limits
    assert not [gap for gap in estate.coverage.gaps if gap.service == "kms"]


PROMPT = "arn:aws:bedrock:us-east-1:111122223333:prompt/PROMPT0001"


def with_prompt(tape: Any, target: str = PROMPT) -> None:
    summary = {"id": "FLOW000001", "name": "f", "version": "DRAFT", "status": "Prepared"}
    summary["arn"] = tape.arn("bedrock", "flow/FLOW000001")
    source = {"resource": {"promptArn": target}}
    node = {
        "name": "Write",
        "type": "Prompt",
        "configuration": {"prompt": {"sourceConfiguration": source}},
    }
    tape.add("bedrock-agent", "ListFlows", {}, {"flowSummaries": [summary]})
    body = {**summary, "definition": {"nodes": [node]}}
    tape.add("bedrock-agent", "GetFlow", {"flowIdentifier": "FLOW000001"}, body)


def prompt(text: str) -> dict[str, Any]:
    variant = {
        "name": "v",
        "templateType": "TEXT",
        "modelId": "amazon.nova-pro-v1:0",
        "templateConfiguration": {"text": {"text": text}},
    }
    return {"name": "letters", "id": "PROMPT0001", "arn": PROMPT, "variants": [variant]}


def test_a_prompt_that_a_flow_names_shows_its_model_and_not_its_text(tape: Any) -> None:
    with_prompt(tape)
    tape.add("bedrock-agent", "GetPrompt", {"promptIdentifier": PROMPT}, prompt("a secret recipe"))
    estate = tape.read(usage=False).estate
    found = estate.resources_by_arn[PROMPT]
    assert (found.kind, found.name) == ("prompt", "letters")
    assert found.targets == ("amazon.nova-pro-v1:0",)
    assert "secret recipe" not in estate.model_dump_json()


def test_another_text_of_a_prompt_shows_and_the_same_does_not(tape: Any) -> None:
    def digest(text: str) -> tuple[str, ...]:
        fresh = type(tape)()
        with_prompt(fresh)
        fresh.add("bedrock-agent", "GetPrompt", {}, prompt(text))
        found: tuple[str, ...] = fresh.read(usage=False).estate.resources_by_arn[PROMPT].details
        return found

    assert digest("one") == digest("one")
    assert digest("one") != digest("two")


def test_a_version_of_a_prompt_is_asked_for_as_it_is_written(tape: Any) -> None:
    with_prompt(tape, f"{PROMPT}:3")
    asked = {"promptIdentifier": f"{PROMPT}:3"}
    tape.add("bedrock-agent", "GetPrompt", asked, prompt("third"))
    assert f"{PROMPT}:3" in tape.read(usage=False).estate.resources_by_arn


def test_a_refused_prompt_is_unknown(tape: Any) -> None:
    with_prompt(tape)
    tape.refuse("bedrock-agent", "GetPrompt")
    estate = tape.read(usage=False).estate
    assert "targets" in estate.resources_by_arn[PROMPT].unknown
    assert [gap.subject for gap in estate.coverage.gaps if gap.operation == "GetPrompt"] == [PROMPT]


def test_a_recording_without_prompts_says_so(tape: Any) -> None:
    with_prompt(tape)
    assert prompts.LIMIT in tape.read(usage=False).estate.coverage.limits


def with_guardrail(tape: Any, versions: tuple[str, ...]) -> str:
    arn = str(tape.arn("bedrock", "guardrail/g1"))
    settings = dict(zip(("agent", "agentVersion"), versions, strict=True))
    tape.agents(["AGENT00001"])
    for line in tape.lines:
        for holder, version in settings.items():
            if holder in line["output"]:
                ref = {"guardrailIdentifier": "g1", "guardrailVersion": version}
                line["output"][holder]["guardrailConfiguration"] = ref
    for version in set(versions):
        body = {"guardrailId": "g1", "guardrailArn": arn, "version": version, "name": "g"}
        asked = {"guardrailIdentifier": "g1", "guardrailVersion": version}
        tape.add("bedrock", "GetGuardrail", asked, body)
    return arn


def test_the_policy_of_a_guardrail_is_read_once_for_all_its_versions(tape: Any) -> None:
    arn = with_guardrail(tape, ("DRAFT", "2"))
    policy = {"resourcePolicy": json.dumps(OPEN)}
    tape.add("bedrock", "GetResourcePolicy", {"resourceArn": arn}, policy)
    reading = tape.read(usage=False)
    found = reading.estate.guardrails
    assert [one.version for one in found] == ["2", "DRAFT"]
    assert {one.resource_policy_known for one in found} == {True}
    assert {json.dumps(OPEN)} == {one.resource_policy for one in found}
    assert reading.calls.by_operation["bedrock:GetResourcePolicy"] == 1


def test_a_guardrail_without_a_policy_is_not_one_whose_policy_is_unknown(tape: Any) -> None:
    with_guardrail(tape, ("2", "2"))
    tape.refuse("bedrock", "GetResourcePolicy", {}, "ResourceNotFoundException", 404)
    estate = tape.read(usage=False).estate
    assert [(one.resource_policy, one.resource_policy_known) for one in estate.guardrails] == [
        (None, True)
    ]
    assert not [gap for gap in estate.coverage.gaps if gap.operation == "GetResourcePolicy"]


def test_a_refused_policy_of_a_guardrail_is_a_gap(tape: Any) -> None:
    arn = with_guardrail(tape, ("2", "2"))
    tape.refuse("bedrock", "GetResourcePolicy")
    estate = tape.read(usage=False).estate
    assert not estate.guardrails[0].resource_policy_known
    gaps = [gap for gap in estate.coverage.gaps if gap.operation == "GetResourcePolicy"]
    assert [(gap.service, gap.subject) for gap in gaps] == [("bedrock", arn)]


def test_the_policy_of_a_knowledge_base_is_read(tape: Any) -> None:
    tape.knowledge_base("KB1", {})
    arn = tape.arn("bedrock", "knowledge-base/KB1")
    body = {"resourceArn": arn, "policy": json.dumps(OPEN), "revisionId": "1"}
    tape.add("bedrock-agent", "GetResourcePolicy", {"resourceArn": arn}, body)
    (base,) = tape.read(usage=False).estate.knowledge_bases
    assert base.resource_policy_known
    assert json.loads(base.resource_policy or "") == OPEN


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "ValidationException"])
def test_a_knowledge_base_without_a_policy_is_known_to_have_none(tape: Any, code: str) -> None:
    tape.knowledge_base("KB1", {})
    tape.refuse("bedrock-agent", "GetResourcePolicy", {}, code, 400)
    estate = tape.read(usage=False).estate
    (base,) = estate.knowledge_bases
    assert (base.resource_policy, base.resource_policy_known) == (None, True)


def test_policies_that_a_recording_does_not_hold_are_limits(tape: Any) -> None:
    with_guardrail(tape, ("2", "2"))
    tape.knowledge_base("KB1", {})
    estate = tape.read(usage=False).estate
    assert {guardrails.POLICY_LIMIT, knowledge_bases.POLICY_LIMIT} <= set(estate.coverage.limits)
    assert not [gap for gap in estate.coverage.gaps if gap.operation == "GetResourcePolicy"]
