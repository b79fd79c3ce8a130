"""Roles, policies, functions and the organisation, read through boto3 from recordings."""

import json
from typing import Any

from recert.estate.authority import ManagedPolicy, Role

DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*"}]}
POLICY = "arn:aws:iam::111122223333:policy/data"
OTHER = "arn:aws:iam::111122223333:policy/other"


def roles(tape: Any) -> dict[str, Role]:
    return {role.name: role for role in tape.read().estate.roles}


def policies(tape: Any) -> dict[str, ManagedPolicy]:
    return {policy.arn: policy for policy in tape.read().estate.managed_policies}


def gaps(tape: Any) -> list[tuple[str, str, str]]:
    found = tape.read().estate.coverage.gaps
    return [
        (gap.operation, gap.error, gap.subject) for gap in found if gap.service != "bedrock-agent"
    ]


def managed(arn: str, document: Any = DOCUMENT) -> dict[str, Any]:
    return {
        "PolicyName": arn.rpartition("/")[2],
        "Arn": arn,
        "DefaultVersionId": "v2",
        "AttachmentCount": 1,
        "PolicyVersionList": [
            {"VersionId": "v1", "IsDefaultVersion": False, "Document": {"Statement": []}},
            {"VersionId": "v2", "IsDefaultVersion": True, "Document": document},
        ],
    }


def test_a_role_is_read_whole(tape: Any) -> None:
    tape.agents([]).role(
        "r",
        Path="/service-role/",
        RolePolicyList=[
            {"PolicyName": "b", "PolicyDocument": DOCUMENT},
            {"PolicyName": "a", "PolicyDocument": json.dumps(DOCUMENT)},
        ],
        AttachedManagedPolicies=[{"PolicyName": "data", "PolicyArn": POLICY}],
        PermissionsBoundary={
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": OTHER,
        },
        Tags=[{"Key": "team", "Value": "x"}],
        RoleLastUsed={"LastUsedDate": "2026-10-30T00:00:00Z", "Region": "eu-west-1"},
    )
    tape.role("unused", RoleLastUsed={})
    tape.role("silent")
    tape.policies = [managed(POLICY), managed(OTHER), managed(f"{OTHER}-unattached")]
    tape.authority()
    found = roles(tape)
    role = found["r"]
    assert [policy.name for policy in role.inline] == ["a", "b"]
    assert [json.loads(policy.document) for policy in role.inline] == [DOCUMENT, DOCUMENT]
    assert (role.attached, role.boundary) == ((POLICY,), OTHER)
    assert role.tags == {"team": "x"}
    assert role.path == "/service-role/"
    assert (role.last_used_known, role.last_used_region) == (True, "eu-west-1")
    assert (found["unused"].last_used_known, found["unused"].last_used_at) == (True, None)
    assert not found["silent"].last_used_known
    assert sorted(policies(tape)) == [POLICY, OTHER]
    assert json.loads(policies(tape)[POLICY].document or "") == DOCUMENT
    assert policies(tape)[POLICY].version_id == "v2"


def test_every_page_is_read_and_policies_may_come_on_any(tape: Any) -> None:
    tape.agents([]).role("r", AttachedManagedPolicies=[{"PolicyArn": POLICY}])
    first = {"RoleDetailList": tape.roles, "IsTruncated": True, "Marker": "m"}
    second = {"Policies": [managed(POLICY)], "IsTruncated": False}
    operation = "GetAccountAuthorizationDetails"
    tape.add("iam", operation, {}, first).add("iam", operation, {"Marker": "m"}, second)
    assert policies(tape)[POLICY].document is not None
    assert tape.read().calls.by_operation["iam:GetAccountAuthorizationDetails"] == 2


def test_a_bulk_that_was_recorded_under_another_filter_is_found(tape: Any) -> None:
    tape.agents([]).role("r")
    output = {"RoleDetailList": tape.roles}
    asked = {"Filter": ["Role", "LocalManagedPolicy"]}
    tape.add("iam", "GetAccountAuthorizationDetails", asked, output)
    assert list(roles(tape)) == ["r"]
    assert all(operation[:10] != "GetAccount" for operation, _, _ in gaps(tape))


def test_a_policy_that_the_bulk_left_out_is_read_by_itself(tape: Any) -> None:
    tape.agents([]).role("r", AttachedManagedPolicies=[{"PolicyArn": POLICY}])
    tape.authority()
    policy = {"Arn": POLICY, "PolicyName": "data", "DefaultVersionId": "v7"}
    tape.add("iam", "GetPolicy", {"PolicyArn": POLICY}, {"Policy": policy})
    version = {"VersionId": "v7", "IsDefaultVersion": True, "Document": DOCUMENT}
    asked = {"PolicyArn": POLICY, "VersionId": "v7"}
    tape.add("iam", "GetPolicyVersion", asked, {"PolicyVersion": version})
    assert policies(tape)[POLICY].version_id == "v7"
    assert json.loads(policies(tape)[POLICY].document or "") == DOCUMENT


def test_a_policy_that_nobody_shows_is_a_gap_and_not_an_empty_policy(tape: Any) -> None:
    tape.agents([]).role("r", AttachedManagedPolicies=[{"PolicyArn": POLICY}])
    tape.authority()
    assert policies(tape)[POLICY].document is None
    assert ("GetPolicy", "NotRecorded", POLICY) in gaps(tape)


def test_the_policies_of_service_linked_roles_are_left_alone(tape: Any) -> None:
    attached = [{"PolicyArn": "arn:aws:iam::aws:policy/aws-service-role/X"}]
    tape.agents([]).role("slr", Path="/aws-service-role/x/", AttachedManagedPolicies=attached)
    tape.authority()
    assert all(operation != "GetPolicy" for operation, _, _ in gaps(tape))


def test_refused_authority_is_a_gap_with_its_account(two_agents: Any) -> None:
    operation = "GetAccountAuthorizationDetails"
    two_agents.without(operation).refuse("iam", operation, code="AccessDenied")
    reading = two_agents.read()
    assert reading.estate.roles == ()
    assert len(reading.estate.agents) == 2
    gap = next(gap for gap in reading.estate.coverage.gaps if gap.operation == operation)
    assert (gap.operation, gap.error, gap.account) == (operation, "AccessDenied", "111122223333")


def test_a_document_that_is_no_json_is_kept_as_its_text(tape: Any) -> None:
    tape.agents([]).role("r", AssumeRolePolicyDocument="{not json")
    tape.authority()
    assert roles(tape)["r"].trust == "{not json"


def test_a_function_is_read_with_its_policy_and_without_its_secrets(tape: Any) -> None:
    tape.agents(["AGENT00001"])
    name = tape.function(
        "pay",
        Environment={"Variables": {"TOKEN": "a secret"}},
        Layers=[{"Arn": "arn:aws:lambda:us-east-1:1:layer:l:1"}],
        KMSKeyArn="arn:aws:kms:us-east-1:111122223333:key/k",
    )
    tape.action_group("AGENT00001", "4", "AG1", actionGroupExecutor={"lambda": name})
    policy = json.dumps(DOCUMENT)
    tape.add("lambda", "GetPolicy", {"FunctionName": name}, {"Policy": policy})
    estate = tape.read().estate
    function = estate.functions[0]
    assert (function.arn, function.role_arn) == (name, tape.role_arn("pay-role"))
    assert function.resource_policy == policy
    assert function.environment["TOKEN"].length == len("a secret")
    assert function.layers == ("arn:aws:lambda:us-east-1:1:layer:l:1",)
    assert function.kms_key_arn is not None
    assert "a secret" not in estate.model_dump_json()


def test_no_policy_is_an_answer_and_a_refused_policy_is_not(tape: Any) -> None:
    tape.agents(["AGENT00001"])
    name = tape.function("pay")
    tape.action_group("AGENT00001", "4", "AG1", actionGroupExecutor={"lambda": name})
    function = tape.read().estate.functions[0]
    assert (function.resource_policy, function.resource_policy_known) == (None, True)
    tape.refuse("lambda", "GetPolicy", {"FunctionName": name})
    function = tape.read().estate.functions[0]
    assert not function.resource_policy_known
    assert ("GetPolicy", "AccessDeniedException", name) in gaps(tape)


def test_a_qualified_function_is_asked_for_as_it_is_named(tape: Any) -> None:
    tape.agents(["AGENT00001"])
    plain = tape.arn("lambda", "function:pay")
    tape.action_group("AGENT00001", "4", "AG1", actionGroupExecutor={"lambda": f"{plain}:prod"})
    asked = {"FunctionName": f"{plain}:prod"}
    role = tape.role_arn("x")
    tape.add("lambda", "GetFunctionConfiguration", asked, {"Role": role})
    function = tape.read().estate.functions[0]
    assert (function.arn, function.role_arn) == (plain, role)


def test_a_function_of_another_account_is_read_where_that_account_is_visited(tape: Any) -> None:
    other = "arn:aws:lambda:us-east-1:444455556666:function:pay"
    tape.agents(["AGENT00001"])
    tape.action_group("AGENT00001", "4", "AG1", actionGroupExecutor={"lambda": other})
    function = tape.read().estate.functions[0]
    assert (function.account, function.configuration_known) == ("444455556666", False)
    detail = {"Role": "arn:aws:iam::444455556666:role/x"}
    for operation, output in (("GetFunctionConfiguration", detail), ("GetPolicy", {})):
        tape.add("lambda", operation, {"FunctionName": other}, output, account="444455556666")
    function = tape.read().estate.functions[0]
    assert function.role_arn == "arn:aws:iam::444455556666:role/x"


def organization(tape: Any, *, rcps: bool = False) -> None:
    tape.agents([])
    tape.add(
        "organizations",
        "DescribeOrganization",
        {},
        {"Organization": {"Id": "o-example", "MasterAccountId": "999900001111"}},
    )
    account = {
        "Id": "111122223333",
        "Name": "prod",
        "Arn": "arn:aws:organizations::999900001111:account/o-example/111122223333",
    }
    tape.add("organizations", "ListAccounts", {}, {"Accounts": [account]})
    for child, parent, kind in (
        ("111122223333", "ou-1", "ORGANIZATIONAL_UNIT"),
        ("ou-1", "r-1", "ROOT"),
    ):
        output = {"Parents": [{"Id": parent, "Type": kind}]}
        tape.add("organizations", "ListParents", {"ChildId": child}, output)
    for target in ("r-1", "ou-1", "111122223333"):
        for kind, there in (("SERVICE_CONTROL_POLICY", True), ("RESOURCE_CONTROL_POLICY", rcps)):
            name = f"p-{kind[:8].lower()}"
            summary = {"Id": name, "Arn": f"arn:x:{name}", "Name": name, "AwsManaged": True}
            output = {"Policies": [summary] if there else []}
            asked = {"TargetId": target, "Filter": kind}
            tape.add("organizations", "ListPoliciesForTarget", asked, output)
    content = {"Policy": {"Content": json.dumps(DOCUMENT)}}
    tape.add("organizations", "DescribePolicy", {}, content)


def test_the_levels_above_an_account_are_read_root_first(tape: Any) -> None:
    organization(tape, rcps=True)
    found = tape.read().estate.organization
    assert (found.id, found.management_account) == ("o-example", "999900001111")
    levels = found.ceilings[0].levels
    assert [level.target_id for level in levels] == ["r-1", "ou-1", "111122223333"]
    assert levels[2].name == "prod"
    assert levels[0].scps == ("p-service_",)
    assert levels[0].rcps == ("p-resource",)
    assert {policy.kind for policy in found.policies} == {"scp", "rcp"}
    assert json.loads(found.policies[0].document or "") == DOCUMENT
    assert all(gap.service != "organizations" for gap in tape.read().estate.coverage.gaps)


def test_a_kind_of_policy_that_is_switched_off_is_no_empty_level(tape: Any) -> None:
    organization(tape)
    levels = tape.read().estate.organization.ceilings[0].levels
    assert all(level.rcps is None for level in levels)
    assert all(level.scps for level in levels)


def test_a_line_that_answers_for_both_kinds_is_told_apart_by_the_type(two_agents: Any) -> None:
    summary = {"Id": "p-1", "Name": "ceiling", "Type": "SERVICE_CONTROL_POLICY"}
    two_agents.add("organizations", "ListPoliciesForTarget", {}, {"Policies": [summary]})
    parents = {"Parents": [{"Id": "ou-1", "Type": "ORGANIZATIONAL_UNIT"}]}
    two_agents.add("organizations", "ListParents", {}, parents)
    two_agents.add("organizations", "DescribePolicy", {}, {"Policy": {"Content": DOCUMENT}})
    found = two_agents.read().estate.organization
    levels = found.ceilings[0].levels
    assert [level.target_id for level in levels] == ["ou-1", "111122223333"]
    assert all(level.scps == ("p-1",) and level.rcps is None for level in levels)
    assert [(policy.kind, json.loads(policy.document or "")) for policy in found.policies] == [
        ("scp", DOCUMENT)
    ]


def test_an_organisation_that_cannot_be_read_is_one_gap(two_agents: Any) -> None:
    reading = two_agents.read()
    assert reading.estate.organization is None
    found = [gap for gap in reading.estate.coverage.gaps if gap.service == "organizations"]
    assert [(gap.operation, gap.error) for gap in found] == [
        ("DescribeOrganization", "NotRecorded")
    ]


def test_an_account_outside_every_organisation_has_no_gap(two_agents: Any) -> None:
    code = "AWSOrganizationsNotInUseException"
    two_agents.refuse("organizations", "DescribeOrganization", code=code, status=400)
    reading = two_agents.read()
    assert reading.estate.organization is None
    assert all(gap.service != "organizations" for gap in reading.estate.coverage.gaps)


def test_ceilings_that_a_member_may_not_read_are_gaps(two_agents: Any) -> None:
    described = {"Organization": {"Id": "o-example", "MasterAccountId": "999900001111"}}
    two_agents.add("organizations", "DescribeOrganization", {}, described)
    for operation in ("ListAccounts", "ListParents", "ListPoliciesForTarget"):
        two_agents.refuse("organizations", operation)
    reading = two_agents.read()
    assert reading.estate.organization.ceilings == ()
    found = [gap.operation for gap in reading.estate.coverage.gaps if gap.service[:3] == "org"]
    assert found == ["ListParents", "ListPoliciesForTarget"]


def test_the_organisation_is_left_alone_where_it_is_not_asked_for(two_agents: Any) -> None:
    reading = two_agents.read(organization=False)
    assert all(gap.service != "organizations" for gap in reading.estate.coverage.gaps)
