"""The rules of evaluation 21 to 37, each by its number: principals, ceilings, what is unknown."""

from typing import Any, ClassVar

import pytest
from rule_words import (
    DENIED,
    KEY,
    NO,
    OBJECT,
    OTHER,
    OWN,
    ROLE,
    ROOT,
    SERVICE,
    SESSION,
    TARGET,
    TOPIC,
    USER,
    YES,
    Element,
    allow,
    ask,
    decided,
    deny,
    policy,
    when,
    without,
)

from recert.iam.evaluate import evaluate, load
from recert.iam.grammar import parse_policy
from recert.iam.model import Authority, SourcedPolicy, request


@pytest.mark.parametrize(
    ("caller", "named", "bounded", "in_session"),
    [
        (SESSION, {"AWS": SESSION}, YES, YES),
        (SESSION, {"AWS": ROLE}, NO, NO),
        (ROLE, {"AWS": ROLE}, NO, NO),
        (USER, {"AWS": USER}, YES, NO),
        (SESSION, "*", YES, NO),
        (SESSION, {"AWS": "*"}, YES, NO),
        (SESSION, {"AWS": OWN}, NO, NO),
    ],
)
def test_rules_21_and_22_ceilings_over_resource_grants(
    caller: str, named: Any, bounded: str, in_session: str
) -> None:
    grant = policy(allow(Principal=named))
    ceiling = [policy(allow("ec2:*"))]
    assert decided(caller=caller, resource=grant, boundary=ceiling) == bounded
    assert decided(caller=caller, resource=grant, session=ceiling) == in_session


def test_rule_22_a_session_policy_intersects() -> None:
    assert decided(allow(), session=[policy(allow("s3:*"))]) == YES
    assert ask(allow(), session=[policy(allow("ec2:*"))])["DecidedBy"] == "session"
    assert decided(session=[policy(allow())]) == NO


def test_rule_23_one_account_or_two() -> None:
    grant = policy(allow(Principal={"AWS": ROLE}))
    assert decided(resource=grant) == YES
    assert decided(allow()) == YES
    assert decided(allow(), owner=OTHER) == NO
    assert decided(resource=grant, owner=OTHER) == NO
    assert decided(allow(), resource=grant, owner=OTHER) == YES
    ceiling = [policy(allow("ec2:*"))]
    assert decided(allow(), resource=grant, owner=OTHER, boundary=ceiling) == NO


@pytest.mark.parametrize("account", [OWN, ROOT])
def test_rule_24_an_account_delegates_and_does_not_grant(account: str) -> None:
    grant = policy(allow(Principal={"AWS": account}))
    assert decided(resource=grant) == NO
    assert decided(allow(), resource=grant) == YES
    assert decided(allow(), resource=grant, owner=OTHER) == YES


@pytest.mark.parametrize(("action", "on"), [("kms:Decrypt", KEY), ("sts:AssumeRole", TARGET)])
class TestRule25TheResourceMustAgree:
    def test_identity_alone_is_not_enough(self, action: str, on: str) -> None:
        result = ask(allow(), action=action, on=on)
        assert (result["EvalDecision"], result["DecidedBy"]) == (NO, "resource")
        other = policy(allow(action, Principal={"AWS": USER}))
        assert decided(allow(), action=action, on=on, resource=other) == NO

    def test_naming_the_principal_is(self, action: str, on: str) -> None:
        for named in (ROLE, SESSION):
            grant = policy(allow(action, Principal={"AWS": named}))
            assert decided(action=action, on=on, resource=grant) == YES

    def test_naming_the_account_needs_both(self, action: str, on: str) -> None:
        grant = policy(allow(action, Principal={"AWS": ROOT}))
        assert decided(action=action, on=on, resource=grant) == NO
        assert decided(allow(), action=action, on=on, resource=grant) == YES

    def test_another_account_needs_both(self, action: str, on: str) -> None:
        far = on.replace(OWN, OTHER)
        grant = policy(allow(action, Principal={"AWS": ROLE}))
        assert decided(action=action, on=far, resource=grant) == NO
        assert decided(allow(), action=action, on=far) == NO
        assert decided(allow(), action=action, on=far, resource=grant) == YES


def test_rule_25_a_trust_policy_has_no_resource() -> None:
    trust = policy(without(allow("sts:AssumeRole", Principal={"Service": SERVICE}), "Resource"))
    asked = {"action": "sts:AssumeRole", "on": TARGET, "resource": trust}
    assert decided(caller=SERVICE, **asked) == YES
    assert decided(caller="lambda.amazonaws.com", **asked) == NO


class TestRule26ServiceControlPolicies:
    FULL = policy(allow())

    @pytest.mark.parametrize(
        ("levels", "expected"),
        [
            ([[FULL], [FULL], [FULL]], YES),
            ([[FULL], [policy(allow("ec2:*"))], [FULL]], NO),
            ([[FULL], [policy(allow("ec2:*")), policy(allow("s3:*"))], [FULL]], YES),
            ([[FULL], [], [FULL]], NO),
            ([], YES),
            (None, YES),
            ([[FULL, policy(deny("s3:*"))], [FULL]], DENIED),
        ],
    )
    def test_every_level_must_allow(self, levels: Any, expected: str) -> None:
        assert decided(allow(), scps=levels) == expected

    def test_grant_nothing(self) -> None:
        assert decided(scps=[[self.FULL]]) == NO

    def test_cap_what_a_resource_gives_to_a_session(self) -> None:
        grant = policy(allow(Principal={"AWS": SESSION}))
        result = ask(resource=grant, scps=[[policy(allow("ec2:*"))]])
        assert (result["EvalDecision"], result["DecidedBy"]) == (NO, "scp")


def authority(scps: Any = None, rcps: Any = None, **flags: Any) -> Authority:
    def levels(given: Any, kind: Any) -> Any:
        return given and tuple(
            tuple(SourcedPolicy(parse_policy(each), kind, kind) for each in level)
            for level in given
        )

    full = SourcedPolicy(parse_policy(policy(allow())), "inline", "all")
    return Authority(ROLE, (full,), None, None, levels(scps, "scp"), levels(rcps, "rcp"), **flags)


def test_rule_27_whom_scps_do_not_touch() -> None:
    scps = [[policy(deny())]]
    asked = request("s3:GetObject", OBJECT)
    assert evaluate(asked, authority(scps)).decision == DENIED
    assert evaluate(asked, authority(scps, management_account=True)).decision == YES
    assert evaluate(asked, authority(scps, service_linked=True)).decision == YES
    grant = policy(allow(Principal={"Service": SERVICE}))
    assert decided(caller=SERVICE, resource=grant, scps=scps) == YES
    linked = f"arn:aws:iam::{OWN}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"
    assert decided(allow(), caller=linked, scps=scps) == YES


class TestRule28ResourceControlPolicies:
    DENY: ClassVar = [[policy(deny(Principal="*"))]]

    def test_for_supporting_services_only(self) -> None:
        assert decided(allow(), rcps=self.DENY) == DENIED
        assert decided(allow(), action="sns:Publish", on=TOPIC, rcps=self.DENY) == YES

    def test_over_service_principals_and_other_accounts_too(self) -> None:
        grant = policy(allow(Principal={"Service": SERVICE}))
        assert decided(caller=SERVICE, resource=grant, rcps=self.DENY) == DENIED
        everyone = policy(allow(Principal="*"))
        assert decided(allow(), resource=everyone, owner=OTHER, rcps=self.DENY) == DENIED

    def test_a_level_has_full_access_besides_and_an_empty_one_denies(self) -> None:
        elsewhere = policy(deny("sqs:*", Principal="*"))
        assert decided(allow(), rcps=[[elsewhere], [elsewhere]]) == YES
        assert decided(allow(), rcps=[[elsewhere], []]) == NO

    def test_the_perimeter_denies_without_the_key(self) -> None:
        fence = deny(Principal="*", **when("StringNotEqualsIfExists", "aws:PrincipalOrgID", "o-1"))
        assert decided(allow(), rcps=[[policy(fence)]]) == DENIED
        fence["Condition"]["Bool"] = {"aws:PrincipalIsAWSService": "false"}
        service = {"aws:PrincipalIsAWSService": "true"}
        assert decided(allow(), rcps=[[policy(fence)]], context=service) == YES

    def test_not_for_service_linked_roles_or_exempt_resources(self) -> None:
        asked = request("s3:GetObject", OBJECT)
        assert evaluate(asked, authority(rcps=self.DENY)).decision == DENIED
        assert evaluate(asked, authority(rcps=self.DENY, service_linked=True)).decision == YES
        exempt = request("kms:Decrypt", "*", rcp_exempt=True)
        assert evaluate(exempt, authority(rcps=self.DENY)).decision == YES


@pytest.mark.parametrize(
    ("caller", "spared", "expected"),
    [
        (SESSION, [SESSION, ROLE, ROOT], YES),
        (SESSION, [SESSION, ROLE, OWN], YES),
        (SESSION, [SESSION, ROLE], DENIED),
        (SESSION, [ROLE, OWN], DENIED),
        (SESSION, [SESSION], DENIED),
        (USER, [USER, OWN], YES),
        (USER, [USER], DENIED),
        (USER, [OTHER], DENIED),
    ],
)
def test_rule_29_not_principal(caller: str, spared: list[str], expected: str) -> None:
    fence = without(deny(), NotPrincipal={"AWS": spared})
    guarded = policy(fence, allow(Principal="*"))
    assert decided(caller=caller, resource=guarded) == expected
    assert decided(caller=caller, resource=guarded, boundary=[policy(allow())]) == DENIED


def test_rule_29_no_partial_wildcards_in_principals() -> None:
    for named in (f"arn:aws:iam::{OWN}:role/*", f"arn:aws:sts::{OWN}:assumed-role/R/*", "1111*"):
        assert decided(resource=policy(allow(Principal={"AWS": named}))) == NO


def test_rule_30_confused_deputy() -> None:
    conditions = {
        "StringEquals": {"aws:SourceAccount": OWN},
        "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:us-east-1:{OWN}:agent/*"},
    }
    trust = policy(
        {
            "Effect": "Allow",
            "Principal": {"Service": SERVICE},
            "Action": "sts:AssumeRole",
            "Condition": conditions,
        }
    )
    asked = {"action": "sts:AssumeRole", "on": TARGET, "caller": SERVICE, "resource": trust}
    source = f"arn:aws:bedrock:us-east-1:{OWN}:agent/A1"
    assert decided(context={"aws:SourceAccount": OWN, "aws:SourceArn": source}, **asked) == YES
    foreign = {"aws:SourceAccount": OTHER, "aws:SourceArn": source.replace(OWN, OTHER)}
    assert decided(context=foreign, **asked) == NO
    assert decided(**asked) == NO


def test_rule_31_pass_role() -> None:
    key = "iam:PassedToService"
    grant = allow("iam:PassRole", TARGET, **when("StringEquals", key, SERVICE))
    asked = {"action": "iam:PassRole", "on": TARGET}
    assert decided(grant, context={key: SERVICE}, **asked) == YES
    assert decided(grant, context={key: "ec2.amazonaws.com"}, **asked) == NO
    assert decided(grant, deny("iam:PassRole"), context={key: SERVICE}, **asked) == DENIED
    ceiling = [policy(allow("s3:*"))]
    assert decided(grant, context={key: SERVICE}, boundary=ceiling, **asked) == NO


def test_rule_32_a_session_is_its_role_without_the_path() -> None:
    named = f"arn:aws:iam::{OWN}:role/team/x/R"
    assert decided(resource=policy(allow(Principal={"AWS": named}))) == YES
    assert decided(resource=policy(allow(Principal={"AWS": named + "2"}))) == NO
    # A role that calls by its own ARN is known with its path.
    assert decided(resource=policy(allow(Principal={"AWS": named})), caller=ROLE) == NO
    trust = policy(allow("sts:AssumeRole", Principal={"AWS": ROLE}))
    assert decided(action="sts:AssumeRole", on=TARGET, resource=trust) == YES


def test_rule_33_a_deleted_principal_is_not_its_namesake() -> None:
    for unique in ("AROAEXAMPLEID", "AIDAEXAMPLEID"):
        assert decided(resource=policy(allow(Principal={"AWS": unique}))) == NO


class TestRule34ThreeStates:
    KEY = "aws:ResourceTag/team"

    def verdict(self, *statements: Element) -> Any:
        source = SourcedPolicy(parse_policy(policy(*statements)), "inline", "p")
        asked = request("s3:GetObject", OBJECT, complete=False)
        engine = load(Authority(ROLE, (source,)))
        verdict = engine.explain(asked)
        assert engine.decide(asked) == verdict.decision
        return verdict

    def test_an_allow_with_an_unknown_condition_is_reachable(self) -> None:
        verdict = self.verdict(allow(**when("StringEquals", self.KEY, "red")))
        assert (verdict.decision, verdict.certain, verdict.conditional) == (YES, False, True)
        assert verdict.rests_on[0].open_keys == (self.KEY,)
        assert verdict.missing == (self.KEY,)

    def test_a_deny_with_an_unknown_condition_is_no_protection(self) -> None:
        verdict = self.verdict(allow(), deny(**when("StringEquals", self.KEY, "red")))
        assert (verdict.decision, verdict.certain) == (YES, False)
        assert verdict.rests_on[0].statement.effect == "Deny"

    def test_what_needs_no_unknown_key_is_certain(self) -> None:
        conditional = allow(**when("StringEquals", self.KEY, "red"))
        assert self.verdict(allow(), conditional).certain
        assert self.verdict(deny(), conditional).decision == DENIED
        assert self.verdict(conditional, deny("sqs:*")).conditional

    def test_an_unknown_variable_is_open_too(self) -> None:
        verdict = self.verdict(allow("*", "arn:aws:s3:::kb-${aws:PrincipalTag/team}/*"))
        assert verdict.conditional
        assert verdict.rests_on[0].open_keys == ("aws:PrincipalTag/team",)
        elsewhere = self.verdict(allow("*", "arn:aws:s3:::other-${aws:PrincipalTag/team}/*"))
        assert (elsewhere.decision, elsewhere.certain) == (NO, True)


@pytest.mark.parametrize(("action", "on"), [("kms:Decrypt", KEY), ("sts:AssumeRole", TARGET)])
def test_rule_34_a_resource_policy_that_nobody_gave_is_unknown_too(action: str, on: str) -> None:
    source = SourcedPolicy(parse_policy(policy(allow())), "inline", "p")
    engine = load(Authority(ROLE, (source,)))
    verdict = engine.explain(request(action, on, complete=False))
    assert (verdict.decision, verdict.certain) == (YES, False)
    assert "resource" in verdict.reason
    assert engine.explain(request(action, on)).decision == NO
    far = request(action, on.replace(OWN, OTHER), complete=False)
    assert engine.explain(far).conditional
    refusing = SourcedPolicy(parse_policy(policy(allow(Principal={"AWS": USER}))), "key", "k")
    assert engine.explain(request(action, on, complete=False), refusing).decision == NO


@pytest.mark.parametrize(
    ("action", "on", "expected"),
    [
        ("iam:CreatePolicyVersion", "arn:aws:iam::aws:policy/AdministratorAccess", NO),
        ("iam:SetDefaultPolicyVersion", "arn:aws:iam::aws:policy/X", NO),
        ("iam:GetPolicy", "arn:aws:iam::aws:policy/AdministratorAccess", YES),
        ("iam:CreatePolicyVersion", f"arn:aws:iam::{OWN}:policy/own", YES),
        ("iam:PutRolePolicy", f"arn:aws:iam::{OWN}:role/aws-reserved/sso/x", NO),
        ("iam:UpdateAssumeRolePolicy", f"arn:aws:iam::{OWN}:role/aws-reserved/x", NO),
        ("iam:GetRole", f"arn:aws:iam::{OWN}:role/aws-reserved/sso/x", YES),
        ("iam:PutRolePolicy", f"arn:aws:iam::{OWN}:role/own", YES),
    ],
)
def test_rule_35_what_aws_keeps_to_itself(action: str, on: str, expected: str) -> None:
    assert decided(allow(), action=action, on=on) == expected


@pytest.mark.parametrize(
    ("through", "expected"),
    [
        ([], YES),
        ([policy(allow(Principal="*"))], YES),
        ([policy(allow())], YES),
        ([policy(allow("s3:Get*", Principal={"AWS": "*"}))], YES),
        ([policy(allow("ec2:*", Principal="*"))], NO),
        ([policy(allow(resource="arn:aws:s3:::other/*", Principal="*"))], NO),
        ([policy(allow(Principal={"AWS": USER}))], NO),
        ([policy(allow(Principal={"AWS": ROLE}))], YES),
        ([policy(allow(Principal={"AWS": OWN}))], YES),
        ([policy(allow(Principal="*", **when("StringEquals", "aws:PrincipalOrgID", "o-1")))], NO),
        ([policy(allow(Principal="*"), deny("s3:GetObject", Principal="*"))], DENIED),
        ([policy(allow(Principal="*"), deny(Principal={"AWS": USER}))], YES),
        ([policy(allow("ec2:*", Principal="*")), policy(allow("s3:*", Principal="*"))], YES),
    ],
)
def test_rule_36_an_endpoint_policy_intersects_where_the_call_goes_through_it(
    through: list[Element], expected: str
) -> None:
    found = ask(allow(), endpoint=through)
    assert found["EvalDecision"] == expected
    assert found["DecidedBy"] == ("identity" if expected == YES else "endpoint")
    assert decided(endpoint=through) == (DENIED if expected == DENIED else NO)
    for caller, named in ((SESSION, {"AWS": SESSION}), (SERVICE, {"Service": SERVICE})):
        of_resource = policy(allow(Principal=named))
        held = decided(caller=caller, resource=of_resource, endpoint=through)
        if caller == SESSION or not any("Principal" in str(each) for each in through):
            assert held == expected


def test_rule_36_an_endpoint_policy_says_in_the_engine_what_it_says_in_the_simulation() -> None:
    source = SourcedPolicy(parse_policy(policy(allow())), "inline", "p")
    for through, expected in (
        (policy(allow("s3:*", Principal="*")), YES),
        (policy(allow("ec2:*", Principal="*")), NO),
        (policy(allow(Principal="*"), deny(Principal={"AWS": ROLE})), DENIED),
    ):
        ceiling = SourcedPolicy(parse_policy(through), "endpoint", "vpce-1")
        engine = load(Authority(ROLE, (source,), endpoint=(ceiling,)))
        asked = request("s3:GetObject", OBJECT)
        assert engine.decide(asked) == engine.explain(asked).decision == expected


def test_rule_36_an_endpoint_policy_is_unknown_and_takes_nothing() -> None:
    fence = deny(**when("StringNotEqualsIfExists", "aws:SourceVpce", "vpce-1"))
    source = SourcedPolicy(parse_policy(policy(allow(), fence)), "inline", "p")
    asked = request("s3:GetObject", OBJECT, complete=False)
    assert evaluate(asked, Authority(ROLE, (source,))).conditional


def test_rule_37_a_level_decides_nothing() -> None:
    for action in ("iam:PassRole", "bedrock:InvokeAgent", "secretsmanager:GetSecretValue"):
        assert decided(allow(action), action=action, on="*") == YES
        assert decided(allow(f"{action.split(':')[0]}:List*"), action=action, on="*") == NO
