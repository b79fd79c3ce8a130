"""What is said of a grant."""

from datetime import timedelta
from typing import Any

import pytest

from recert.analysis import Catalogue, ReviewGrant, analyst_of, grants
from recert.estate.authority import (
    Ceiling,
    CeilingLevel,
    ControlPolicy,
    InlinePolicy,
    Organization,
)
from recert.estate.companions import ActionUse, RoleUse, ServiceUse
from recert.estate.estate import Estate
from recert.estate.integrations import Bucket

KEYS = {
    "id", "role_arn", "via", "policy", "statement", "action", "resources", "conditions",
    "effective_actions", "conditional", "blocked", "access_levels", "last_used", "explained_by",
    "risks",
}  # fmt: skip


def holding(w: Any, estate: Estate, *statements: Any, **role: Any) -> Estate:
    document = w.policy(*statements)
    return w.with_role(
        estate,
        w.HR_ROLE,
        inline=(InlinePolicy(name="p0", document=document),),
        attached=(),
        **{"boundary": None, **role},
    )


def own(estate: Estate, w: Any, catalogue: Catalogue) -> dict[str, ReviewGrant]:
    return {
        grant.action: grant
        for grant in grants(estate, w.HR, catalogue)
        if grant.role_arn == w.HR_ROLE
    }


def test_a_grant_speaks_the_contract(w: Any, estate: Estate, catalogue: Catalogue) -> None:
    for grant in grants(estate, w.HR, catalogue):
        shown = grant.as_json()
        assert set(shown) == KEYS
        assert set(shown["policy"]) == {"kind", "name", "arn", "version_id"}
        assert set(shown["statement"]) == {"index", "sid"}
        assert set(shown["last_used"]) == {"state", "at", "source"}
        assert shown["via"]
    assert len({grant.id for grant in grants(estate, w.HR, catalogue)}) == 5


def test_the_element_stays_as_written_and_its_actions_are_concrete(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    wide = holding(w, estate, w.allow("s3:Get*"), w.allow("S3:putobject", "arn:aws:s3:::a/*"))
    found = own(wide, w, catalogue)
    assert "s3:GetObject" in found["s3:Get*"].as_json()["effective_actions"]
    assert found["S3:putobject"].as_json()["effective_actions"] == ["s3:PutObject"]


def test_who_may_run_a_function_is_not_said_to_destroy_it(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    running = holding(w, estate, w.allow("lambda:Invoke*"), w.allow("lambda:*"))
    found = own(running, w, catalogue)
    assert found["lambda:Invoke*"].worst.startswith("It can run Lambda functions, with whatever")
    assert "run Lambda functions" not in found["lambda:*"].worst


def test_what_a_deny_a_boundary_and_an_scp_take_is_named(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    held = holding(
        w,
        estate,
        w.allow(["s3:GetObject", "dynamodb:GetItem", "logs:PutLogEvents", "sqs:SendMessage"]),
        {"Effect": "Deny", "Action": "s3:*", "Resource": "*"},
        boundary=w.BOUNDARY,
    )
    policies = tuple(
        item.model_copy(update={"document": w.policy(w.allow(["s3:*", "logs:*", "sqs:*"]))})
        if item.arn == w.BOUNDARY
        else item
        for item in held.managed_policies
    )
    scp = ControlPolicy(
        id="p-1", arn="arn:p-1", name="no-sqs", kind="scp",
        document=w.policy(w.allow("*"), {"Effect": "Deny", "Action": "sqs:*", "Resource": "*"}),
    )  # fmt: skip
    level = CeilingLevel(target_id="r", name="root", scps=("p-1",))
    organization = Organization(
        id="o", ceilings=(Ceiling(account=w.ACCOUNT, levels=(level,)),), policies=(scp,)
    )
    under = w.later(held, managed_policies=policies, organization=organization)
    found = {action: grant.as_json() for action, grant in own(under, w, catalogue).items()}
    by = {action: [item["by"] for item in shown["blocked"]] for action, shown in found.items()}
    assert by["s3:GetObject"] == ["deny"]
    assert by["dynamodb:GetItem"] == ["boundary"]
    assert by["sqs:SendMessage"] == ["scp"]
    assert found["logs:PutLogEvents"]["effective_actions"] == ["logs:PutLogEvents"]
    gone = own(under, w, catalogue)["s3:GetObject"].advice
    assert (gone.verdict, "deny" in gone.reason) == ("revoke", True)


def test_the_management_account_stands_outside_scps(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    level = CeilingLevel(target_id="r", name="root", scps=())
    organization = Organization(
        id="o", management_account=w.ACCOUNT,
        ceilings=(Ceiling(account=w.ACCOUNT, levels=(level,)),),
    )  # fmt: skip
    held = w.later(holding(w, estate, w.allow("s3:GetObject")), organization=organization)
    assert own(held, w, catalogue)["s3:GetObject"].effective.effective == ("s3:GetObject",)


def test_what_could_not_be_read_takes_nothing(w: Any, estate: Estate, catalogue: Catalogue) -> None:
    level = CeilingLevel(target_id="r", name="root", scps=("p-unread",))
    organization = Organization(id="o", ceilings=(Ceiling(account=w.ACCOUNT, levels=(level,)),))
    held = holding(w, estate, w.allow("s3:GetObject"), boundary="arn:aws:iam::1:policy/unread")
    unread = w.later(held, organization=organization)
    assert own(unread, w, catalogue)["s3:GetObject"].effective.effective == ("s3:GetObject",)
    parts = analyst_of(unread, catalogue).role(w.HR_ROLE)
    assert parts is not None
    assert {part.what for part in parts.unread} == {"boundary", "SCP"}


def test_integrations_explain_what_serves_them(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    found = {
        (grant.role_arn, grant.action): grant.explained_by
        for grant in grants(estate, w.HR, catalogue)
    }
    assert found[(w.HR_ROLE, "bedrock:Retrieve")] == "knowledge base handbook"
    assert found[(w.BASE_ROLE, "s3:GetObject")] == "data source handbook"
    assert found[(w.TOOL_ROLE, "dynamodb:PutItem")] == "action group TimeOff"
    assert found[(w.HR_ROLE, "logs:PutLogEvents")] is None


@pytest.mark.parametrize(
    ("statement", "explained"),
    [
        (("bedrock:InvokeModel", "arn:aws:bedrock:*::foundation-model/anthropic.*"), True),
        (("bedrock:InvokeModel", "arn:aws:bedrock:*::foundation-model/amazon.*"), False),
        (("bedrock:InvokeModel", "*"), True),
        (("bedrock:*", "*"), False),
        (("bedrock:Retrieve", "arn:aws:bedrock:*:*:knowledge-base/OTHER"), False),
        (("bedrock:ApplyGuardrail", "*"), True),
        (("lambda:InvokeFunction", "*"), False),
    ],
)
def test_only_what_an_integration_needs_is_explained(
    statement: tuple[str, str], *, explained: bool, w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    held = holding(w, estate, w.allow(*statement))
    assert (own(held, w, catalogue)[statement[0]].explained_by is not None) is explained


def test_a_wide_element_is_reduced_to_what_is_explained(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    grant = own(holding(w, estate, w.allow("bedrock:*")), w, catalogue)["bedrock:*"]
    assert grant.advice.verdict == "reduce"
    assert {"bedrock:InvokeModel", "bedrock:Retrieve"} <= set(grant.advice.actions)
    assert "bedrock:DeleteAgent" not in grant.advice.actions


RISKS = [
    ("*", "*", "admin_access"),
    ("iam:*", "*", "admin_access"),
    ("s3:*", "arn:aws:s3:::a", "wildcard_action"),
    ("s3:GetObject", "*", "wildcard_resource"),
    (
        "secretsmanager:GetSecretValue",
        "arn:aws:secretsmanager:x:111122223333:secret:a",
        "secret_readable",
    ),
    ("bedrock:UpdateGuardrail", "*", "guardrail_mutable"),
    ("iam:PutRolePolicy", "*", "privilege_escalation"),
    ("dynamodb:GetItem", "arn:aws:dynamodb:x:999999999999:table/t", "foreign_account"),
    ("sns:Publish", "arn:aws:sns:x:111122223333:t", "beyond_baseline"),
    ("s3:GetObject", "arn:aws:s3:::a/*", "unlogged_action"),
]


@pytest.mark.parametrize("row", RISKS, ids=lambda row: row[2])
def test_each_risk_is_found_where_it_is(
    row: tuple[str, str, str], w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    action, resource, risk = row
    held = holding(w, estate, w.allow(action, resource))
    assert risk in own(held, w, catalogue)[action].risks


def test_an_action_without_resources_is_not_blamed_for_its_star(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    held = holding(w, estate, w.allow("s3:ListAllMyBuckets"))
    assert "wildcard_resource" not in own(held, w, catalogue)["s3:ListAllMyBuckets"].risks


def test_a_guardrail_that_is_another_s_is_not_its_own(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    other = "arn:aws:bedrock:us-east-1:111122223333:guardrail/OTHER"
    held = holding(w, estate, w.allow("bedrock:UpdateGuardrail", other))
    assert "guardrail_mutable" not in own(held, w, catalogue)["bedrock:UpdateGuardrail"].risks


def test_a_grant_that_another_one_covers_says_so(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    held = holding(w, estate, w.allow("s3:GetObject"), w.allow("s3:Get*"))
    found = own(held, w, catalogue)
    assert found["s3:GetObject"].overlaps == {found["s3:Get*"].id: ("s3:GetObject",)}


def test_a_bucket_policy_that_names_the_role_is_a_grant_of_its_own(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    document = w.policy(
        {
            "Effect": "Allow",
            "Principal": {"AWS": w.HR_ROLE},
            "Action": "s3:GetObject",
            "Resource": f"{w.BUCKET}/*",
        }
    )
    bucket = Bucket(arn=w.BUCKET, account=w.ACCOUNT, policy=document, policy_known=True)
    found = grants(w.later(estate, buckets=(bucket,)), w.HR, catalogue)
    kinds = {grant.policy["kind"] for grant in found if grant.role_arn == w.HR_ROLE}
    assert "resource" in kinds


class TestLastUse:
    def use(self, w: Any, estate: Estate, catalogue: Catalogue, **role: Any) -> str:
        held = holding(w, estate, w.allow("s3:GetObject", f"{w.BUCKET}/*"), **role)
        return own(held, w, catalogue)["s3:GetObject"].last_used.state

    def test_nobody_told(self, w: Any, estate: Estate, catalogue: Catalogue) -> None:
        assert self.use(w, estate, catalogue) == "unknown"

    def test_a_use_of_the_role_says_nothing_of_the_grant(
        self, w: Any, estate: Estate, catalogue: Catalogue
    ) -> None:
        used = {"last_used_known": True, "last_used_at": w.START}
        assert self.use(w, estate, catalogue, **used) == "unknown"

    def test_an_old_role_without_any_use_used_nothing(
        self, w: Any, estate: Estate, catalogue: Catalogue
    ) -> None:
        assert self.use(w, estate, catalogue, last_used_known=True) == "unused"

    def test_a_young_role_is_never_called_unused(
        self, w: Any, estate: Estate, catalogue: Catalogue
    ) -> None:
        young = {"last_used_known": True, "created_at": w.START - timedelta(days=20)}
        assert self.use(w, estate, catalogue, **young) == "unknown"

    @pytest.mark.parametrize(
        ("services", "action", "state"),
        [
            ((), "s3:GetObject", "unknown"),
            ((("s3", None, None),), "s3:GetObject", "unused"),
            ((("s3", 1, None),), "s3:GetObject", "used"),
            ((("iam", 1, None),), "iam:PassRole", "used"),
            ((("iam", None, None),), "iam:PassRole", "unknown"),
            ((("s3", 1, (("s3:CreateBucket", None),)),), "s3:CreateBucket", "unused"),
            ((("s3", 1, (("CreateBucket", 1),)),), "s3:CreateBucket", "used"),
        ],
    )
    def test_what_iam_tracked_by_service_and_action(
        self,
        services: Any,
        action: str,
        state: str,
        *,
        w: Any,
        estate: Estate,
        catalogue: Catalogue,
    ) -> None:
        usage = RoleUse(
            role_arn=w.HR_ROLE,
            services=tuple(
                ServiceUse(
                    service=name,
                    last_at=w.START if last else None,
                    actions=None
                    if actions is None
                    else tuple(
                        ActionUse(action=one, last_at=w.START if at else None)
                        for one, at in actions
                    ),
                )
                for name, last, actions in services
            ),
        )
        held = w.later(holding(w, estate, w.allow(action)), usage=(usage,))
        assert own(held, w, catalogue)[action].last_used.state == state

    def test_a_service_that_two_grants_hold_was_used_by_nobody_knows_which(
        self, w: Any, estate: Estate, catalogue: Catalogue
    ) -> None:
        usage = RoleUse(role_arn=w.HR_ROLE, services=(ServiceUse(service="s3", last_at=w.START),))
        held = w.later(
            holding(w, estate, w.allow(["s3:GetObject", "s3:PutObject"])), usage=(usage,)
        )
        assert own(held, w, catalogue)["s3:GetObject"].last_used.state == "unknown"
