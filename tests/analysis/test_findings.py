"""Each kind of finding: there where it is, and not where it is not known."""

import re
from typing import Any

import pytest

from recert.analysis import Catalogue, findings, risk_tier, shares_role_with
from recert.analysis.crosswalk import ROWS, entries
from recert.estate.agents import Alias
from recert.estate.authority import (
    Ceiling,
    CeilingLevel,
    ControlPolicy,
    InlinePolicy,
    Organization,
)
from recert.estate.base import Frozen
from recert.estate.companions import Access, Observed
from recert.estate.estate import Estate

KINDS = {
    "shared_role", "confused_deputy", "guardrail_missing", "guardrail_mutable", "admin_access",
    "wildcard_action", "wildcard_resource", "privilege_escalation", "no_boundary", "no_org_ceiling",
    "unlogged_action", "foreign_account", "beyond_baseline", "dormant_agent", "orphan_role",
    "unowned_agent", "draft_reachable", "secret_readable", "foreign_session", "guardrail_bypass",
    "open_invoker", "wide_trust", "open_function",
}  # fmt: skip


def kinds(estate: Estate, agent: str | None, catalogue: Catalogue) -> set[str]:
    found = findings(estate, catalogue)
    return {item.kind for item in found if item.agent == agent}


def holding(w: Any, estate: Estate, *statements: Any, **role: Any) -> Estate:
    document = w.policy(*statements)
    inline = (InlinePolicy(name="p", document=document),)
    return w.with_role(estate, w.HR_ROLE, inline=inline, attached=(), **role)  # type: ignore[no-any-return]  # loaded by path


def test_findings_speak_the_contract(estate: Estate, catalogue: Catalogue) -> None:
    found = [item.as_json() for item in findings(estate, catalogue)]
    assert found
    for item in found:
        assert {"id", "kind", "severity", "agent", "detail", "frameworks"} <= set(item)
        assert item["severity"] in ("critical", "high", "medium", "low")
        assert item["remedy"]
    assert len({item["id"] for item in found}) == len(found)


def test_every_kind_stands_in_the_crosswalk_and_every_id_has_a_place_where_it_is_published() -> (
    None
):
    assert set(ROWS) == KINDS
    for rows in ROWS.values():
        assert rows
        for entry in rows:
            assert entry.framework
            assert entry.title
            assert entry.source.startswith("https://")
    assert entries("no_such_kind") == ()


@pytest.mark.parametrize(
    ("framework", "pattern"),
    [
        ("OWASP NHI Top 10 2025", r"NHI([1-9]|10):2025"),
        ("OWASP Top 10 for Agentic Applications 2026", r"ASI(0[1-9]|10)"),
        ("NIST SP 800-53 r5", r"(AC|AU|CM|IA)-\d+(\(\d+\))?"),
        ("NIST SP 800-207", r"tenet [1-7]"),
        ("NIST CSF 1.1", r"PR\.AC-4"),
        ("NIST CSF 2.0", r"PR\.(AA-05|PS-04)"),
        ("AWS Well-Architected Agentic AI Lens", r"AGENT(SEC|OPS)0\d-BP0\d"),
    ],
)
def test_ids_have_the_form_that_their_publisher_gives_them(framework: str, pattern: str) -> None:
    ids = {e.id for rows in ROWS.values() for e in rows if e.framework == framework}
    assert ids
    assert [name for name in ids if not re.fullmatch(pattern, name)] == []


def test_a_sound_agent_has_little_against_it(w: Any, estate: Estate, catalogue: Catalogue) -> None:
    assert kinds(estate, w.HR, catalogue) <= {
        "beyond_baseline", "unlogged_action", "wildcard_resource", "no_boundary",
    }  # fmt: skip


def test_a_role_of_two_agents_is_told_to_both(w: Any, estate: Estate, catalogue: Catalogue) -> None:
    shared = w.with_version(estate, w.BANK, "DRAFT", role_arn=w.HR_ROLE)
    assert "shared_role" in kinds(shared, w.HR, catalogue)
    assert "shared_role" in kinds(shared, w.BANK, catalogue)
    assert shares_role_with(shared, w.HR) == (w.BANK,)
    assert "shared_role" not in kinds(estate, w.HR, catalogue)


def test_a_role_that_another_service_may_use_is_shared(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    document = w.policy(
        {
            "Effect": "Allow",
            "Principal": {"Service": ["bedrock.amazonaws.com", "lambda.amazonaws.com"]},
            "Action": "sts:AssumeRole",
            "Condition": w.GUARDED,
        }
    )
    assert "shared_role" in kinds(w.with_role(estate, w.HR_ROLE, trust=document), w.HR, catalogue)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (None, True),
        ({"StringEquals": {"aws:SourceAccount": "111122223333"}}, False),
        ({"ArnLike": {"AWS:SourceArn": "arn:aws:bedrock:*:111122223333:agent/*"}}, False),
        ({"StringEquals": {"aws:PrincipalTag/a": "b"}}, True),
        ({"StringNotEquals": {"aws:SourceAccount": "1"}}, True),
    ],
)
def test_a_trust_policy_without_the_conditions_is_a_confused_deputy(
    condition: Any, *, found: bool, w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    open_ = w.with_role(estate, w.HR_ROLE, trust=w.trust(condition=condition))
    assert ("confused_deputy" in kinds(open_, w.HR, catalogue)) is found


def test_a_live_version_without_a_guardrail_is_told_a_draft_is_not(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    bare = w.with_version(estate, w.HR, "1", guardrail=None)
    assert "guardrail_missing" in kinds(bare, w.HR, catalogue)
    assert "guardrail_missing" not in kinds(estate, w.BANK, catalogue)
    unread = w.with_version(estate, w.HR, "1", guardrail=None, unknown=("guardrail",))
    assert "guardrail_missing" not in kinds(unread, w.HR, catalogue)


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("*", "admin_access"),
        ("bedrock:UpdateGuardrail", "guardrail_mutable"),
        ("bedrock:UpdateAgent", "guardrail_mutable"),
        ("iam:PutRolePolicy", "privilege_escalation"),
        ("secretsmanager:GetSecretValue", "secret_readable"),
        ("s3:*", "wildcard_action"),
    ],
)
def test_what_a_grant_carries_is_a_finding(
    action: str, kind: str, w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    assert kind in kinds(holding(w, estate, w.allow(action), boundary=None), w.HR, catalogue)


def test_a_boundary_that_stops_it_takes_the_finding_away(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    assert "privilege_escalation" not in kinds(
        holding(w, estate, w.allow("iam:PutRolePolicy")), w.HR, catalogue
    )


def test_a_foreign_principal_is_a_foreign_account(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    document = w.policy(
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::999999999999:root"},
            "Action": "sts:AssumeRole",
        }
    )
    assert "foreign_account" in kinds(
        w.with_role(estate, w.HR_ROLE, trust=document), w.HR, catalogue
    )


def test_no_boundary(w: Any, estate: Estate, catalogue: Catalogue) -> None:
    assert "no_boundary" not in kinds(estate, w.HR, catalogue)
    assert "no_boundary" in kinds(w.with_role(estate, w.HR_ROLE, boundary=None), w.HR, catalogue)


def organization(w: Any, document: str | None) -> Organization:
    scp = ControlPolicy(id="p", arn="arn:p", name="p", kind="scp", document=document)
    level = CeilingLevel(target_id="r", name="root", scps=("p",))
    return Organization(
        id="o", ceilings=(Ceiling(account=w.ACCOUNT, levels=(level,)),), policies=(scp,)
    )


def test_an_organisation_that_says_nothing_of_agents(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    everything = w.policy(w.allow("*"))
    deny = w.policy(w.allow("*"), {"Effect": "Deny", "Action": "bedrock:*", "Resource": "*"})
    open_ = w.later(estate, organization=organization(w, everything))
    shut = w.later(estate, organization=organization(w, deny))
    unread = w.later(estate, organization=organization(w, None))
    assert "no_org_ceiling" in kinds(open_, w.HR, catalogue)
    assert "no_org_ceiling" not in kinds(shut, w.HR, catalogue)
    assert "no_org_ceiling" not in kinds(unread, w.HR, catalogue)
    assert "no_org_ceiling" not in kinds(estate, w.HR, catalogue)


def test_an_agent_that_nobody_uses_is_dormant(w: Any, estate: Estate, catalogue: Catalogue) -> None:
    silent = w.with_role(estate, w.HR_ROLE, last_used_known=True)
    assert "dormant_agent" in kinds(silent, w.HR, catalogue)
    assert "dormant_agent" not in kinds(estate, w.HR, catalogue)


def test_an_agent_without_an_owner_is_told_unless_its_tags_are_unread(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    lost = w.with_agent(estate, w.HR, lambda a: a.model_copy(update={"owner": None}))
    assert "unowned_agent" in kinds(lost, w.HR, catalogue)
    blind = w.with_agent(lost, w.HR, lambda a: a.model_copy(update={"tags": None}))
    assert "unowned_agent" not in kinds(blind, w.HR, catalogue)


def test_a_draft_that_differs_is_reachable_through_the_test_alias(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    assert "draft_reachable" not in kinds(estate, w.HR, catalogue)
    ahead = w.with_version(estate, w.HR, "DRAFT", guardrail=None)
    assert "draft_reachable" in kinds(ahead, w.HR, catalogue)
    served = w.with_agent(
        estate,
        w.HR,
        lambda a: a.model_copy(update={"aliases": (Alias(id="P", name="p", versions=("DRAFT",)),)}),
    )
    assert "draft_reachable" in kinds(served, w.HR, catalogue)


def test_a_role_for_agents_that_nobody_uses_is_an_orphan(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    orphan = w.role("arn:aws:iam::111122223333:role/left-over")
    left = w.later(estate, roles=(*estate.roles, orphan))
    assert "orphan_role" in kinds(left, None, catalogue)
    assert "orphan_role" not in kinds(estate, None, catalogue)
    unlisted = w.later(left, visits=())
    assert "orphan_role" not in kinds(unlisted, None, catalogue)


def test_the_risk_tier_follows_the_gravest_grant(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    quiet = w.with_version(estate, w.HR, "1", action_groups=(), knowledge_bases=())
    tiers = [
        risk_tier(holding(w, quiet, w.allow(action, resource), boundary=None), w.HR, catalogue)
        for action, resource in (
            ("bedrock:InvokeModel", "*"),
            ("dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:111122223333:table/t"),
            ("dynamodb:PutItem", "*"),
            ("*", "*"),
        )
    ]
    assert tiers == ["low", "medium", "high", "critical"]


def test_unread_authority_is_never_low(w: Any, estate: Estate, catalogue: Catalogue) -> None:
    gone = w.later(estate, roles=())
    assert risk_tier(gone, w.HR, catalogue) == "medium"


@pytest.mark.parametrize(
    "broken",
    [
        {"roles": ()},
        {"functions": ()},
        {"knowledge_bases": ()},
        {"managed_policies": ()},
        {"guardrails": ()},
        {"buckets": ()},
        {"visits": ()},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_an_estate_with_holes_gives_answers(
    broken: dict[str, tuple[Frozen, ...]], w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    holed = w.later(estate, **broken)
    assert isinstance(findings(holed, catalogue), tuple)


@pytest.mark.parametrize("text", ["", "nonsense", '{"Statement": 1}', '{"Version": "2012-10-17"}'])
def test_documents_that_nobody_understands_give_answers(
    text: str, w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    odd = w.with_role(
        estate, w.HR_ROLE, trust=text, inline=(InlinePolicy(name="odd", document=text),)
    )
    assert isinstance(findings(odd, catalogue), tuple)


def test_who_shares_a_role_may_be_a_person_or_a_function(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    def trusting(principal: dict[str, str]) -> Estate:
        document = w.policy(
            {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"},
        )
        return w.with_role(estate, w.HR_ROLE, trust=document)  # type: ignore[no-any-return]  # loaded by path

    people = (
        {"AWS": f"arn:aws:iam::{w.ACCOUNT}:user/carol"},
        {"AWS": f"arn:aws:iam::{w.ACCOUNT}:root"},
        {
            "AWS": f"arn:aws:iam::{w.ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_1"
        },
        {"Federated": f"arn:aws:iam::{w.ACCOUNT}:saml-provider/corp"},
    )
    for principal in people:
        (found,) = [
            one
            for one in findings(trusting(principal), catalogue, w.HR)
            if one.kind == "shared_role"
        ]
        assert found.severity == "high"
        assert found.evidence["person"] is True
        assert "NHI10:2025" in {entry.id for entry in found.frameworks}
    (machine,) = [
        one
        for one in findings(trusting({"AWS": f"arn:aws:iam::{w.ACCOUNT}:role/ci"}), catalogue, w.HR)
        if one.kind == "shared_role"
    ]
    assert machine.evidence["person"] is False
    used = w.later(
        estate, functions=(estate.functions[0].model_copy(update={"role_arn": w.HR_ROLE}),)
    )
    (thing,) = [one for one in findings(used, catalogue, w.HR) if one.kind == "shared_role"]
    assert thing.evidence["resources"] == [w.TOOL]


def test_a_trust_policy_wider_than_the_agent(w: Any, estate: Estate, catalogue: Catalogue) -> None:
    def guarded(source: str) -> Estate:
        condition = {"ArnLike": {"aws:SourceArn": source}}
        return w.with_role(estate, w.HR_ROLE, trust=w.trust(condition=condition))  # type: ignore[no-any-return]  # loaded by path

    wide = f"arn:aws:bedrock:us-east-1:{w.ACCOUNT}:agent/*"
    assert "wide_trust" in kinds(guarded(wide), w.HR, catalogue)
    assert "wide_trust" not in kinds(guarded(w.HR), w.HR, catalogue)


def test_code_behind_a_guarded_agent_that_asks_models_past_the_guardrail(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    def tool_may(**condition: Any) -> Estate:
        statement = w.allow("bedrock:InvokeModel", **condition)
        inline = (InlinePolicy(name="p", document=w.policy(statement)),)
        return w.with_role(estate, w.TOOL_ROLE, inline=inline)  # type: ignore[no-any-return]  # loaded by path

    assert "guardrail_bypass" not in kinds(estate, w.HR, catalogue)
    assert "guardrail_bypass" in kinds(tool_may(), w.HR, catalogue)
    demanded = tool_may(Condition={"StringEquals": {"bedrock:GuardrailIdentifier": "GR00000001"}})
    assert "guardrail_bypass" not in kinds(demanded, w.HR, catalogue)
    bare = w.with_version(tool_may(), w.HR, "1", guardrail=None)
    assert "guardrail_bypass" not in kinds(bare, w.HR, catalogue)


def test_anybody_who_may_make_an_agent_act(w: Any, estate: Estate, catalogue: Catalogue) -> None:
    def let_in(access: Access) -> set[str]:
        return kinds(w.with_version(estate, w.HR, "1", access=access), w.HR, catalogue)

    assert "open_invoker" in let_in(Access(authorizer="NONE"))
    assert "open_invoker" in let_in(Access(authorizer="CUSTOM_JWT", issuer="https://i"))
    named = Access(authorizer="CUSTOM_JWT", issuer="https://i", audiences=("hr",))
    assert "open_invoker" not in let_in(named)
    assert "open_invoker" not in let_in(Access(authorizer="AWS_IAM"))

    def policy(principal: Any, **condition: Any) -> set[str]:
        statement = {
            "Effect": "Allow", "Principal": principal, "Action": "bedrock:InvokeAgent", "Resource": "*",
            **condition,
        }  # fmt: skip
        document = w.policy(statement)
        open_ = w.with_agent(
            estate, w.HR, lambda one: one.model_copy(update={"resource_policy": document})
        )
        return kinds(open_, w.HR, catalogue)

    assert "open_invoker" in policy("*")
    assert "open_invoker" not in policy({"AWS": f"arn:aws:iam::{w.ACCOUNT}:role/app"})
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}
    assert "open_invoker" not in policy("*", Condition=condition)


def test_sessions_that_are_not_the_agents(w: Any, estate: Estate, catalogue: Catalogue) -> None:
    def observed(outside: int) -> Estate:
        one = Observed(
            account=w.ACCOUNT, region=w.REGION, role_arn=w.HR_ROLE, action="s3:GetObject",
            agent_arn=w.HR, attribution="only_agent", last_at=w.START, count=9, outside=outside,
            sessions=("carol",) if outside else (),
        )  # fmt: skip
        return w.later(estate, observed=(one,))  # type: ignore[no-any-return]  # loaded by path

    assert "foreign_session" not in kinds(observed(0), w.HR, catalogue)
    (found,) = [
        one for one in findings(observed(4), catalogue, w.HR) if one.kind == "foreign_session"
    ]
    assert (found.evidence["count"], found.evidence["sessions"]) == (4, ["carol"])
    assert "NHI10:2025" in {entry.id for entry in found.frameworks}


def test_text_that_comes_from_a_bucket_of_another_account(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    base = estate.knowledge_bases[0]
    source = base.data_sources[0].model_copy(update={"bucket_owner": "999999999999"})
    foreign = w.later(
        estate, knowledge_bases=(base.model_copy(update={"data_sources": (source,)}),)
    )
    assert "foreign_account" in kinds(foreign, w.HR, catalogue)
    assert "foreign_account" not in kinds(estate, w.HR, catalogue)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (None, True),
        ({"StringEquals": {"AWS:SourceAccount": "111122223333"}}, False),
        ({"ArnLike": {"AWS:SourceArn": "arn:aws:bedrock:us-east-1:111122223333:agent/*"}}, False),
    ],
)
def test_a_function_that_bedrock_may_call_for_anybody(
    condition: Any, *, found: bool, w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    statement = {
        "Effect": "Allow", "Principal": {"Service": "bedrock.amazonaws.com"},
        "Action": "lambda:InvokeFunction", "Resource": w.TOOL,
        **({"Condition": condition} if condition else {}),
    }  # fmt: skip
    tool = estate.functions[0].model_copy(update={"resource_policy": w.policy(statement)})
    held = w.later(estate, functions=(tool,))
    assert ("open_function" in kinds(held, w.HR, catalogue)) is found
