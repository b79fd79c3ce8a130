"""Privilege escalation on effective permissions."""

from typing import Any

import pytest
from policy_words import ACCOUNT, CATALOGUE, ROLE, allow, deny, document

from recert.iam.effective import Assessor, effective_grants
from recert.iam.escalation import escalations
from recert.iam.grammar import parse_policy
from recert.iam.model import Authority, SourcedPolicy
from recert.iam.paths import EscalationPath, known_paths
from recert.iam.targets import TargetRole

ADMIN = f"arn:aws:iam::{ACCOUNT}:role/admin"


def managed(name: str, *statements: dict[str, Any]) -> SourcedPolicy:
    policy = parse_policy(document(*statements))
    return SourcedPolicy(policy, "customer-managed", name, f"arn:aws:iam::{ACCOUNT}:policy/{name}")


def trusting(*principals: dict[str, Any], **condition: Any) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": each, **condition}
            for each in principals
        ],
    }


def target(arn: str = ADMIN, *principals: dict[str, Any], **condition: Any) -> TargetRole:
    return TargetRole(arn, parse_policy(trusting(*principals, **condition)))


def service(name: str) -> dict[str, Any]:
    return {"Service": f"{name}.amazonaws.com"}


def paths(
    *policies: SourcedPolicy, roles: tuple[TargetRole, ...] = (), **layers: Any
) -> dict[str, EscalationPath]:
    authority = Authority(ROLE, tuple(policies), **layers)
    return {path.id: path for path in escalations(authority, roles, catalogue=CATALOGUE)}


EC2_ADMIN = target(ADMIN, service("ec2"))


# The nine tool-testing cases of BishopFox/iam-vulnerable (MIT): four that tools miss, five that
# tools report although nothing can be gained.


def test_false_negative_1_two_policies_together() -> None:
    found = paths(
        managed("fn1-privesc3-partial", allow(["ec2:DescribeInstances", "ec2:RunInstances"])),
        managed("fn1-passrole-star", allow(["iam:PassRole"])),
        roles=(EC2_ADMIN,),
    )
    assert found["ec2-001"].targets[0] == ADMIN


def test_false_negative_2_a_resource_that_is_the_policy_itself() -> None:
    name = "fn2-exploitableResourceConstraint"
    found = paths(managed(name, allow("iam:CreatePolicyVersion", "arn:aws:iam::*:policy/fn2-*")))
    assert found["iam-001"].targets == (ROLE,)


def test_false_negative_3_a_condition_that_every_session_meets() -> None:
    condition = {"DateGreaterThan": {"aws:TokenIssueTime": "2020-01-01T00:00:01Z"}}
    found = paths(managed("fn3", allow("iam:CreatePolicyVersion", Condition=condition)))
    assert not found["iam-001"].conditional


def test_false_negative_4_everything_but_a_few_actions() -> None:
    statement = {
        "Effect": "Allow",
        "NotAction": ["iam:Update*", "iam:Create*", "iam:Attach*"],
        "Resource": "*",
    }
    found = paths(managed("fn4", statement), roles=(EC2_ADMIN,))
    assert {"ssm-001", "ec2instanceconnect-003"} <= set(found)


def test_false_positive_1_allow_and_deny_in_one_policy() -> None:
    assert not paths(managed("fp1", allow("iam:*"), deny("iam:*")), roles=(EC2_ADMIN,))


def test_false_positive_2_allow_and_deny_in_two_policies() -> None:
    assert not paths(
        managed("fp2-allow-all", allow("*")), managed("deny-all", deny("*")), roles=(EC2_ADMIN,)
    )


def test_false_positive_3_a_deny_alone() -> None:
    assert not paths(managed("fp3", deny("iam:*")), roles=(EC2_ADMIN,))


def test_false_positive_4_a_policy_that_aws_owns() -> None:
    statement = allow("iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/fp4-*")
    assert not paths(managed("fp4", statement), roles=(EC2_ADMIN,))


def test_false_positive_5_a_condition_that_no_session_meets_any_more() -> None:
    condition = {"DateLessThan": {"aws:TokenIssueTime": "2020-01-01T00:00:01Z"}}
    assert not paths(managed("fp5", allow("iam:CreatePolicyVersion", Condition=condition)))


# --- every published path ---------------------------------------------------------------------


def everyone(path_services: tuple[str, ...]) -> TargetRole:
    principals = [{"Service": each} for each in path_services]
    trust = parse_policy(trusting(*principals, {"AWS": ACCOUNT}))
    return TargetRole(ADMIN, trust, (f"arn:aws:iam::{ACCOUNT}:policy/attached",))


@pytest.mark.parametrize("path", known_paths(), ids=lambda path: path.id)
def test_a_path_is_open_with_its_actions_and_closed_without_any_one(path: Any) -> None:
    roles = (everyone(path.services),)
    layers: dict[str, Any] = {}
    if path.unbounding:
        layers["boundary"] = (managed("b", allow("*")),)
    whole = paths(managed("p", allow(list(path.actions))), roles=roles, **layers)
    assert path.id in whole
    assert [action for action, _ in whole[path.id].via] == list(path.actions)
    assert all(keys for action, keys in whole[path.id].via if action != "sts:AssumeRole")
    for missing in path.actions:
        left = [action for action in path.actions if action != missing]
        assert path.id not in paths(
            managed("p", allow(left or "s3:GetObject")), roles=roles, **layers
        )
        blocked = managed("p", allow(list(path.actions)), deny(missing))
        assert path.id not in paths(blocked, roles=roles, **layers)


def test_the_published_catalogue_is_there_with_its_sources() -> None:
    ids = [path.id for path in known_paths()]
    assert len(ids) == len(set(ids))
    assert sum(path.source == "pathfinding.cloud" for path in known_paths()) >= 65
    assert {"bedrock-001", "bedrock-002"} <= set(ids)
    for path in known_paths():
        assert all(CATALOGUE.canonical(action) == action for action in path.actions)


# --- what closes a path -------------------------------------------------------------------------

LAMBDA = ("lambda:CreateFunction", "lambda:InvokeFunction")


@pytest.mark.parametrize(
    ("passing", "trust", "is_open"),
    [
        (allow("iam:PassRole"), service("lambda"), True),
        (allow("iam:PassRole"), service("ec2"), False),
        (allow("iam:PassRole", ADMIN), service("lambda"), True),
        (allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/app-*"), service("lambda"), False),
        (allow("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/ad*"), service("lambda"), True),
        (
            allow(
                "iam:PassRole",
                Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
            ),
            service("lambda"),
            True,
        ),
        (
            allow(
                "iam:PassRole",
                Condition={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
            ),
            service("lambda"),
            False,
        ),
        (
            allow(
                "iam:PassRole",
                Condition={"StringLikeIfExists": {"IAM:passedtoservice": "*.amazonaws.com"}},
            ),
            service("lambda"),
            True,
        ),
    ],
)
def test_a_role_is_passed_only_where_resource_condition_and_trust_agree(
    *, passing: dict[str, Any], trust: dict[str, Any], is_open: bool
) -> None:
    found = paths(managed("p", passing, allow(list(LAMBDA))), roles=(target(ADMIN, trust),))
    assert ("lambda-001" in found) is is_open
    if is_open:
        assert not found["lambda-001"].conditional


@pytest.mark.parametrize("ending", ["", ".cn"])
@pytest.mark.parametrize("partition", ["aws", "aws-cn"])
def test_in_china_a_service_may_have_an_ending_of_its_own(partition: str, ending: str) -> None:
    name = f"lambda.amazonaws.com{ending}"
    passing = allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": name}})
    policy = SourcedPolicy(parse_policy(document(passing, allow(list(LAMBDA)))), "inline", "p")
    role, admin = (arn.replace(":aws:", f":{partition}:") for arn in (ROLE, ADMIN))
    trusted = target(admin, {"Service": name})
    found = escalations(Authority(role, (policy,)), (trusted,), catalogue=CATALOGUE)
    is_open = partition == "aws-cn" or not ending
    assert any(path.id == "lambda-001" and path.targets == (admin,) for path in found) is is_open


def test_a_deny_for_one_service_leaves_the_others() -> None:
    condition = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    found = paths(
        managed("p", allow(["iam:PassRole", "ec2:RunInstances", *LAMBDA])),
        managed("d", deny("iam:PassRole", Condition=condition)),
        roles=(target(ADMIN, service("lambda"), service("ec2")),),
    )
    assert "ec2-001" in found
    assert "lambda-001" not in found


def test_a_deny_on_the_target_closes_the_path_and_one_beside_it_does_not() -> None:
    grants = allow(["iam:PassRole", *LAMBDA])
    roles = (target(ADMIN, service("lambda")),)
    assert not paths(managed("p", grants, deny("iam:PassRole", ADMIN)), roles=roles)
    beside = managed("p", grants, deny("iam:PassRole", f"{ADMIN}-2"))
    assert "lambda-001" in paths(beside, roles=roles)


def test_a_boundary_or_scp_closes_a_path() -> None:
    grants = managed("p", allow(["iam:PassRole", *LAMBDA]))
    roles = (target(ADMIN, service("lambda")),)
    ceiling = SourcedPolicy(parse_policy(document(allow("lambda:*"))), "boundary", "b")
    assert "lambda-001" in paths(grants, roles=roles)
    assert "lambda-001" not in paths(grants, roles=roles, boundary=(ceiling,))
    assert "lambda-001" not in paths(grants, roles=roles, scps=((ceiling,),))
    assert "lambda-001" in paths(grants, roles=roles, scps=((ceiling,),), management_account=True)


def test_a_deny_under_an_unknown_condition_closes_nothing() -> None:
    condition = {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}
    found = paths(
        managed("p", allow(["iam:PassRole", *LAMBDA]), deny("*", Condition=condition)),
        roles=(target(ADMIN, service("lambda")),),
    )
    assert found["lambda-001"].conditional


def test_a_role_does_not_escalate_to_itself() -> None:
    own = target(ROLE, service("lambda"), {"AWS": ROLE})
    assert not paths(managed("p", allow(["iam:PassRole", "sts:AssumeRole", *LAMBDA])), roles=(own,))


def test_no_role_to_pass_is_no_path() -> None:
    assert "lambda-001" not in paths(managed("p", allow(["iam:PassRole", *LAMBDA])))


def test_a_trust_policy_that_was_not_read_may_trust_anybody() -> None:
    grants = managed("p", allow(["iam:PassRole", *LAMBDA]))
    assert paths(grants, roles=(TargetRole(ADMIN),))["lambda-001"].targets == (ADMIN,)


def test_a_regional_service_principal_is_the_service() -> None:
    trust = {"Service": "states.us-east-1.amazonaws.com"}
    actions = ["iam:PassRole", "states:CreateStateMachine", "states:StartExecution"]
    assert "recert-states-001" in paths(managed("p", allow(actions)), roles=(target(ADMIN, trust),))


def test_the_code_interpreter_paths_of_agentcore() -> None:
    run = [
        "bedrock-agentcore:StartCodeInterpreterSession",
        "bedrock-agentcore:InvokeCodeInterpreter",
    ]
    make = ["iam:PassRole", "bedrock-agentcore:CreateCodeInterpreter"]
    roles = (target(ADMIN, service("bedrock-agentcore")),)
    assert set(paths(managed("p", allow(run)), roles=roles)) == {"bedrock-002"}
    assert set(paths(managed("p", allow(run + make)), roles=roles)) == {
        "bedrock-001",
        "bedrock-002",
    }
    assert not paths(managed("p", allow(run + make)), roles=(EC2_ADMIN,))


@pytest.mark.parametrize(
    ("trusted", "own", "is_open"),
    [
        ({"AWS": ROLE}, [], True),
        ({"AWS": ROLE}, [deny("sts:AssumeRole")], True),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, [], False),
        ({"AWS": ACCOUNT}, [allow("sts:AssumeRole", ADMIN)], True),
        ({"AWS": ACCOUNT}, [allow("sts:AssumeRole", f"{ADMIN}-2")], False),
        ({"AWS": "*"}, [], True),
        ({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/subject/nightly"}, [], True),
        ({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/other/nightly"}, [], False),
        ({"AWS": "arn:aws:iam::999988887777:root"}, [allow("sts:AssumeRole")], False),
        (service("ec2"), [allow("sts:AssumeRole")], False),
        ({"AWS": "AROAEXAMPLEEXAMPLE1"}, [allow("sts:AssumeRole")], False),
    ],
)
def test_assuming_a_role_takes_its_trust_and_within_reason_a_permission(
    *, trusted: dict[str, Any], own: list[dict[str, Any]], is_open: bool
) -> None:
    statements = own or [allow("s3:GetObject")]
    found = paths(managed("p", *statements), roles=(target(ADMIN, trusted),))
    if any(each["Effect"] == "Deny" for each in own):
        assert "sts-001" not in found
    else:
        assert ("sts-001" in found) is is_open


def test_a_trust_under_a_condition_makes_the_path_conditional() -> None:
    condition = {"StringEquals": {"sts:ExternalId": "x"}}
    statements = managed("p", allow("sts:AssumeRole"))
    sure = paths(statements, roles=(target(ADMIN, {"AWS": ACCOUNT}),))
    perhaps = paths(statements, roles=(target(ADMIN, {"AWS": ACCOUNT}, Condition=condition),))
    assert not sure["sts-001"].conditional
    assert perhaps["sts-001"].conditional


def test_changing_a_role_that_trusts_the_caller() -> None:
    found = paths(
        managed("p", allow("iam:AttachRolePolicy", ADMIN)), roles=(target(ADMIN, {"AWS": ROLE}),)
    )
    assert set(found) == {"sts-001", "iam-014"}


def test_roles_that_aws_owns_are_not_changed() -> None:
    reserved = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_x"
    found = paths(
        managed("p", allow("iam:UpdateAssumeRolePolicy")),
        roles=(target(reserved, service("ec2")), target(ADMIN, service("ec2"))),
    )
    assert found["iam-012"].targets == (ADMIN,)


def test_a_role_changes_itself() -> None:
    own = managed("p", allow("iam:PutRolePolicy", ROLE))
    assert paths(own)["iam-005"].targets == (ROLE,)
    other = managed("p", allow("iam:PutRolePolicy", ADMIN))
    assert "iam-005" not in paths(other)


def test_a_customer_managed_policy_of_another_role() -> None:
    attached = f"arn:aws:iam::{ACCOUNT}:policy/team"
    trust = parse_policy(trusting({"AWS": ROLE}))
    roles = (TargetRole(ADMIN, trust, (attached,)), target(f"{ADMIN}-2", {"AWS": ROLE}))
    found = paths(managed("p", allow("iam:CreatePolicyVersion", attached)), roles=roles)
    assert found["iam-016"].targets == (ADMIN,)


def test_the_same_user_must_be_in_reach_of_every_action() -> None:
    user = f"arn:aws:iam::{ACCOUNT}:user/"
    apart = managed(
        "p", allow("iam:AttachUserPolicy", f"{user}a"), allow("iam:CreateAccessKey", f"{user}b")
    )
    together = managed(
        "p", allow("iam:AttachUserPolicy", f"{user}*"), allow("iam:CreateAccessKey", f"{user}b")
    )
    assert "iam-015" not in paths(apart)
    assert "iam-015" in paths(together)


def test_grants_and_an_assessor_at_hand_are_used() -> None:
    authority = Authority(ROLE, (managed("p", allow(["iam:PassRole", *LAMBDA])),))
    roles = (target(ADMIN, service("lambda")),)
    assessor = Assessor(CATALOGUE)
    grants = effective_grants(authority, CATALOGUE)
    assert escalations(authority, roles, assessor=assessor, grants=grants) == escalations(
        authority, roles, catalogue=CATALOGUE
    )
    keys = {grant.key for grant in grants}
    assert {
        key for _, held in escalations(authority, roles, assessor=assessor)[0].via for key in held
    } <= keys


FAR = "arn:aws:iam::444455556666:role/far"
INTERPRETER = [
    "bedrock-agentcore:StartCodeInterpreterSession",
    "bedrock-agentcore:InvokeCodeInterpreter",
]


@pytest.mark.parametrize(
    ("actions", "trusted"),
    [
        (["iam:PassRole", "ec2:RunInstances"], service("ec2")),
        (["lambda:UpdateFunctionCode"], service("lambda")),
        (["iam:UpdateAssumeRolePolicy"], {"AWS": ROLE}),
    ],
)
def test_a_role_of_another_account_is_neither_passed_nor_changed(
    actions: list[str], trusted: dict[str, Any]
) -> None:
    assert not paths(managed("p", allow(actions)), roles=(target(FAR, trusted),))


def test_a_role_of_another_account_is_assumed_as_it_is() -> None:
    held = managed("p", allow(["iam:AttachRolePolicy", "sts:AssumeRole"]))
    found = paths(held, roles=(target(FAR, {"AWS": ROLE}),))
    assert found["sts-001"].targets == (FAR,)
    assert "iam-014" not in found


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:CreateAccessKey", "arn:aws:iam::444455556666:user/bob"),
        ("iam:CreatePolicyVersion", "arn:aws:iam::444455556666:policy/*"),
        ("iam:CreateAccessKey", "arn:aws:iam::111122223333:role/bob"),
        ("iam:SetDefaultPolicyVersion", "arn:aws:iam::aws:policy/*"),
    ],
)
def test_what_iam_never_lets_through_opens_no_path(action: str, resource: str) -> None:
    assert not paths(managed("p", allow(action, resource)))


@pytest.mark.parametrize("verb", ["Delete", "Put"])
def test_a_boundary_is_taken_off_only_where_there_is_one(verb: str) -> None:
    held = managed("p", allow(f"iam:{verb}RolePermissionsBoundary", ROLE))
    assert not paths(held)
    assert paths(held, boundary=(managed("b", allow("iam:*")),))
    assert not paths(held, boundary=(managed("b", allow("s3:*")),))


@pytest.mark.parametrize(
    ("resource", "is_open"),
    [
        ("*", True),
        (f"arn:aws:bedrock-agentcore:*:{ACCOUNT}:code-interpreter-custom/ci-*", True),
        ("arn:aws:bedrock-agentcore:us-east-1:aws:code-interpreter/aws.codeinterpreter.v1", False),
    ],
)
def test_the_code_interpreter_that_aws_owns_runs_as_no_role(
    resource: str, *, is_open: bool
) -> None:
    roles = (target(ADMIN, service("bedrock-agentcore")),)
    assert bool(paths(managed("p", allow(INTERPRETER, resource)), roles=roles)) is is_open
