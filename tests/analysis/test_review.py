"""What a review asks about, and when an answer grows stale."""

from typing import Any

import pytest

from recert.analysis import Catalogue, ReviewSubject, fingerprint, review_subjects, unread
from recert.estate.agents import AgentKind
from recert.estate.authority import InlinePolicy, ManagedPolicy
from recert.estate.canonical import canonical, digest
from recert.estate.estate import Coverage, Estate, Gap

AWS = "arn:aws:iam::aws:policy/AmazonBedrockReadOnly"
KINDS = ("permission", "attachment", "trust", "invoker", "integration", "stewardship", "unread")


def subjects(
    estate: Estate, agent: str, catalogue: Catalogue
) -> dict[tuple[str, str], ReviewSubject]:
    return {(item.kind, item.subject): item for item in review_subjects(estate, agent, catalogue)}


def bases(estate: Estate, agent: str, catalogue: Catalogue) -> dict[tuple[str, str], str]:
    return {key: digest(item.basis) for key, item in subjects(estate, agent, catalogue).items()}


def attached(w: Any, estate: Estate, document: str | None) -> Estate:
    policy = ManagedPolicy(
        arn=AWS, name="AmazonBedrockReadOnly", version_id="v1", document=document
    )
    role = w.with_role(estate, w.HR_ROLE, attached=(w.SHARED_POLICY, AWS), boundary=None)
    return w.later(role, managed_policies=(*role.managed_policies, policy))  # type: ignore[no-any-return]  # loaded by path


def test_every_subject_is_canonical_json_with_words(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    found = review_subjects(
        attached(w, estate, w.policy(w.allow("bedrock:List*"))), w.HR, catalogue
    )
    assert {item.kind for item in found} >= {"permission", "attachment", "trust", "integration"}
    assert len({(item.kind, item.subject) for item in found}) == len(found)
    for item in found:
        assert item.kind in KINDS
        assert item.agent == w.HR
        assert item.title
        assert item.reason
        assert item.recommendation in ("attest", "reduce", "revoke", "look")
        canonical(item.basis)
        canonical(item.shown)
        canonical(item.grant)
        assert (item.grant is not None) == (item.kind == "permission")
    assert [item.rank for item in found] == sorted(item.rank for item in found)


def test_a_policy_of_aws_is_one_item_with_its_grants_inside(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    document = w.policy(w.allow(["bedrock:List*", "bedrock:Get*"]))
    found = review_subjects(attached(w, estate, document), w.HR, catalogue)
    (item,) = [item for item in found if item.kind == "attachment"]
    assert item.shown["grants_total"] == 2
    assert "AmazonBedrockReadOnly" in item.title


def test_a_document_that_was_not_read_blocks_by_name(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    blind = attached(w, estate, None)
    found = [item for item in review_subjects(blind, w.HR, catalogue) if item.kind == "unread"]
    assert [AWS in item.title for item in found] == [True]
    assert found[0].privileged
    assert len(unread(blind, w.HR)) == 1
    assert unread(estate, w.HR) == ()


def test_a_role_that_was_not_read_blocks(w: Any, estate: Estate, catalogue: Catalogue) -> None:
    blind = w.later(estate, roles=tuple(r for r in estate.roles if r.arn != w.HR_ROLE))
    kinds = [item.kind for item in review_subjects(blind, w.HR, catalogue)]
    assert "unread" in kinds


def test_a_trust_policy_that_nobody_understands_blocks(w: Any, estate: Estate) -> None:
    (words,) = unread(w.with_role(estate, w.HR_ROLE, trust="nonsense"), w.HR)
    assert "trust policy" in words


def test_what_aws_never_shows_blocks_nothing(w: Any, estate: Estate) -> None:
    limit = w.with_version(
        estate, w.HR, "1", unknown=("orchestration", "orchestration_function_arn")
    )
    assert unread(limit, w.HR) == ()
    real = w.with_version(estate, w.HR, "1", unknown=("action_groups",))
    assert len(unread(real, w.HR)) == 1


def test_gaps_that_concern_the_agent_stand_beside_what_is_unread(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    gap = Gap(
        account=w.ACCOUNT, region=w.REGION, service="lambda", operation="GetFunctionConfiguration",
        error="AccessDenied", effect="its role is unknown", subject=w.TOOL,
    )  # fmt: skip
    tool = estate.functions[0].model_copy(update={"role_arn": None, "configuration_known": False})
    blind = w.later(estate, functions=(tool,), coverage=Coverage(gaps=(gap,)))
    (item,) = [one for one in review_subjects(blind, w.HR, catalogue) if one.kind == "unread"]
    assert item.shown["gaps"][0]["operation"] == "GetFunctionConfiguration"


def test_usage_and_recommendation_do_not_make_an_answer_stale(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    used = w.with_role(estate, w.HR_ROLE, last_used_at=w.START, last_used_known=True)
    assert bases(estate, w.HR, catalogue) == bases(used, w.HR, catalogue)


def test_a_change_makes_the_items_that_rest_on_it_stale_and_no_others(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    old = bases(estate, w.HR, catalogue)
    purpose = w.with_agent(estate, w.HR, lambda a: a.model_copy(update={"purpose": "payroll"}))
    changed = {
        key[0] for key, value in bases(purpose, w.HR, catalogue).items() if old[key] != value
    }
    assert changed == {"permission", "integration", "stewardship"}
    owner = w.with_agent(estate, w.HR, lambda a: a.model_copy(update={"owner": "bob"}))
    changed = {key[0] for key, value in bases(owner, w.HR, catalogue).items() if old[key] != value}
    assert changed == {"stewardship"}
    boundary = w.with_role(estate, w.HR_ROLE, boundary=None)
    stale = [key for key, value in bases(boundary, w.HR, catalogue).items() if old[key] != value]
    assert stale
    assert all(key[0] == "permission" and w.HR_ROLE in key[1] for key in stale)
    code = estate.functions[0].model_copy(update={"code_sha256": "two"})
    stale = [
        key
        for key, value in bases(w.later(estate, functions=(code,)), w.HR, catalogue).items()
        if old[key] != value
    ]
    assert stale == [("integration", "action_group TimeOff")]


def test_a_statement_that_moves_keeps_the_subject_of_its_grants(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    first, second = w.allow("s3:GetObject", "arn:aws:s3:::a/*"), w.allow("sqs:SendMessage")
    one, two = (
        w.with_role(
            estate, w.HR_ROLE, inline=(InlinePolicy(name="p", document=w.policy(*statements)),)
        )
        for statements in ((first, second), (second, first))
    )
    assert bases(one, w.HR, catalogue) == bases(two, w.HR, catalogue)


def test_who_may_invoke_the_agent_by_name_is_asked(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    alias = f"arn:aws:bedrock:{w.REGION}:{w.ACCOUNT}:agent-alias/HR00000001/*"
    caller = w.role(
        "arn:aws:iam::111122223333:role/front-end", w.policy(w.allow("bedrock:InvokeAgent", alias))
    )
    admin = w.role("arn:aws:iam::111122223333:role/admin", w.policy(w.allow("*")))
    called = w.later(estate, roles=(*estate.roles, admin, caller))
    found = [i for i in review_subjects(called, w.HR, catalogue) if i.kind == "invoker"]
    assert {item.title for item in found} == {
        "Role front-end may invoke hr",
        "1 role may invoke every agent, hr too",
    }
    other = [i.title for i in review_subjects(called, w.BANK, catalogue) if i.kind == "invoker"]
    assert other == ["1 role may invoke every agent, bank too"]


def test_an_upstream_agent_is_an_invoker(w: Any, estate: Estate, catalogue: Catalogue) -> None:
    team = w.with_version(estate, w.HR, "1", collaborators=(w.COLLABORATOR,))
    titles = [i.title for i in review_subjects(team, w.BANK, catalogue) if i.kind == "invoker"]
    assert titles == ["Agent hr hands work to bank"]


def test_trust_without_conditions_is_looked_at(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    open_ = w.with_role(estate, w.HR_ROLE, trust=w.trust())
    (item,) = [i for i in review_subjects(open_, w.HR, catalogue) if i.kind == "trust"]
    assert (item.recommendation, "aws:SourceAccount" in item.reason) == ("look", True)
    (sound,) = [i for i in review_subjects(estate, w.HR, catalogue) if i.kind == "trust"]
    assert sound.recommendation == "attest"


@pytest.mark.parametrize("kind", list(AgentKind))
def test_agents_of_every_kind_can_be_reviewed(
    kind: AgentKind, w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    other = w.with_agent(estate, w.HR, lambda a: a.model_copy(update={"kind": kind}))
    assert review_subjects(other, w.HR, catalogue)


def test_an_unknown_agent_is_a_lookup_error(estate: Estate, catalogue: Catalogue) -> None:
    with pytest.raises(LookupError):
        review_subjects(estate, "arn:nobody", catalogue)
    with pytest.raises(LookupError):
        fingerprint(estate, "arn:nobody")
    with pytest.raises(LookupError):
        unread(estate, "arn:nobody")


class TestFingerprint:
    def test_it_covers_a_version_by_its_content_not_its_number(
        self, w: Any, estate: Estate
    ) -> None:
        assert fingerprint(estate, w.HR) == fingerprint(estate, w.HR, "DRAFT")
        changed = w.with_version(estate, w.HR, "DRAFT", model="amazon.nova-pro-v1:0")
        assert fingerprint(changed, w.HR) == fingerprint(estate, w.HR)
        assert fingerprint(changed, w.HR, "DRAFT") != fingerprint(estate, w.HR, "DRAFT")

    def test_an_unknown_version_is_a_lookup_error(self, w: Any, estate: Estate) -> None:
        with pytest.raises(LookupError):
            fingerprint(estate, w.HR, "99")

    def test_usage_dates_and_names_are_no_part_of_it(self, w: Any, estate: Estate) -> None:
        used = w.with_role(estate, w.HR_ROLE, last_used_at=w.START, last_used_known=True)
        assert fingerprint(used, w.HR) == fingerprint(estate, w.HR)
