"""What an account and an organisation force on model calls, and that lifecycle sees it fall."""

from typing import Any

import pytest

from recert.aws.collect import enforcement, organization
from recert.estate.estate import Estate
from recert.lifecycle.compare import compare

ARN = "arn:aws:bedrock:us-east-1:111122223333:guardrail/gr1"
ID = "AGENT00001"
ROOT = "r-ab12"
FORCES = {
    "bedrock": {"guardrail_inference": {"us-east-1": {"c": {"identifier": {"@@assign": ARN}}}}}
}


def forced(tape: Any, *guardrails: dict[str, Any], strength: str = "HIGH") -> Estate:
    tape.agents([ID]).authority()
    tape.add("bedrock", "ListEnforcedGuardrailsConfiguration", {}, {"guardrailsConfig": guardrails})
    filters = [{"type": "HATE", "inputStrength": strength, "outputStrength": "HIGH"}]
    detail = {"guardrailId": "gr1", "guardrailArn": ARN, "contentPolicy": {"filters": filters}}
    tape.add("bedrock", "GetGuardrail", {}, detail)
    tape.refuse("bedrock", "GetResourcePolicy", {}, "ResourceNotFoundException", 404)
    return tape.empty_listings().read(usage=False).estate  # type: ignore[no-any-return]


def guardrail(**more: Any) -> dict[str, Any]:
    return {"configId": "c1", "guardrailArn": ARN, "guardrailVersion": "2", **more}


def changes(before: Estate, after: Estate) -> list[tuple[str, str, bool]]:
    found = compare(before, after)
    return [(one.kind, one.severity.value, one.live) for one in found if one.kind != "coverage.gap"]


def test_an_enforced_guardrail_is_read_with_its_settings(tape: Any) -> None:
    only = {"includedModels": ["m1"], "excludedModels": ["m2"]}
    guarding = {"system": "SELECTIVE", "messages": "COMPREHENSIVE"}
    more = {"modelEnforcement": only, "inputTags": "HONOR", "selectiveContentGuarding": guarding}
    estate = forced(tape, guardrail(**more))
    (place,) = estate.enforcements
    assert (place.account, place.region) == ("111122223333", "us-east-1")
    (one,) = place.guardrails
    assert (one.id, one.guardrail_arn, one.version, one.input_tags) == ("c1", ARN, "2", "HONOR")
    assert (one.models, one.spared) == (("m1",), ("m2",))
    assert one.guarding == ("messages: COMPREHENSIVE", "system: SELECTIVE")
    assert [(item.id, item.version, item.content is not None) for item in estate.guardrails] == [
        ("gr1", "2", True)
    ]
    assert estate.coverage.gaps == ()


def test_an_enforced_guardrail_that_falls_is_as_grave_as_one_that_an_agent_drops(tape: Any) -> None:
    before = forced(tape, guardrail())
    after = forced(type(tape)())
    assert changes(before, after) == [("guardrail.removed", "critical", True)]
    assert changes(after, before) == [("guardrail.added", "low", True)]


def test_an_enforced_guardrail_that_is_weakened_shows(tape: Any) -> None:
    before = forced(tape, guardrail())
    spared = forced(type(tape)(), guardrail(modelEnforcement={"includedModels": ["m1"]}))
    weaker = forced(type(tape)(), guardrail(), strength="LOW")
    assert changes(before, spared) == [("guardrail.changed", "critical", True)]
    assert changes(before, weaker) == [("guardrail.changed", "critical", True)]
    assert changes(before, before) == []


def test_where_it_could_not_be_read_nothing_is_said_to_have_fallen(tape: Any) -> None:
    before = forced(tape, guardrail())
    refused = (
        type(tape)()
        .agents([ID])
        .authority()
        .refuse("bedrock", "ListEnforcedGuardrailsConfiguration")
    )
    estate = refused.empty_listings().read(usage=False).estate
    assert estate.enforcements == ()
    assert changes(before, estate) == []
    assert [gap.operation for gap in estate.coverage.gaps] == [
        "ListEnforcedGuardrailsConfiguration"
    ]
    silent = type(tape)().agents([ID]).read(usage=False).estate
    assert changes(before, silent) == []
    assert enforcement.LIMIT in silent.coverage.limits
    assert "ListEnforcedGuardrailsConfiguration" not in {
        gap.operation for gap in silent.coverage.gaps
    }


def organized(tape: Any, attached: tuple[str, ...] | None, document: Any = FORCES) -> Estate:
    """A recording of an organisation; `attached` None: of before recert asked for such policies."""
    org = "organizations"
    tape.agents([ID])
    tape.role(f"agent-{ID}")
    tape.authority()
    tape.add(
        org, "DescribeOrganization", {}, {"Organization": {"Id": "o-1", "MasterAccountId": "9"}}
    )
    tape.add(org, "ListAccounts", {}, {"Accounts": []})
    tape.add(org, "ListParents", {}, {"Parents": [{"Id": ROOT, "Type": "ROOT"}]})
    for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
        tape.add(org, "ListPoliciesForTarget", {"Filter": kind}, {"Policies": []})
    if attached is not None:
        kind = "BEDROCK_POLICY"
        policies = [{"Id": one, "Name": one, "Type": kind} for one in attached]
        tape.add(org, "ListPoliciesForTarget", {"Filter": kind}, {"Policies": []})
        asked = {"Filter": kind, "TargetId": ROOT}
        tape.add(org, "ListPoliciesForTarget", asked, {"Policies": policies})
    tape.add(org, "DescribePolicy", {}, {"Policy": {"Content": document}})
    return tape.read(usage=False).estate  # type: ignore[no-any-return]


def test_the_organisation_s_guardrail_policies_are_read_at_every_level(tape: Any) -> None:
    estate = organized(tape, ("p-1",))
    assert estate.organization is not None
    (ceiling,) = estate.organization.ceilings
    assert [level.bedrock for level in ceiling.levels] == [("p-1",), ()]
    (policy,) = estate.organization.policies
    assert (policy.kind, "guardrail_inference" in (policy.document or "")) == ("bedrock", True)
    assert organization.BEDROCK_LIMIT not in estate.coverage.limits


def test_a_policy_that_is_detached_takes_a_guardrail_away(tape: Any) -> None:
    before = organized(tape, ("p-1",))
    after = organized(type(tape)(), ())
    other = organized(type(tape)(), ("p-1",), {"bedrock": {}})
    assert changes(before, after) == [("guardrail.removed", "critical", True)]
    assert changes(after, before) == [("guardrail.added", "low", True)]
    assert changes(before, other) == [("guardrail.changed", "critical", True)]


def test_a_recording_without_such_policies_has_a_limit_and_no_gap(tape: Any) -> None:
    estate = organized(tape, None)
    assert organization.BEDROCK_LIMIT in estate.coverage.limits
    assert "ListPoliciesForTarget" not in {gap.operation for gap in estate.coverage.gaps}
    assert changes(organized(type(tape)(), ("p-1",)), estate) == []


@pytest.mark.parametrize("code", ["InvalidInputException", "UnsupportedAPIEndpointException"])
def test_an_endpoint_that_knows_no_such_kind_is_a_limit(tape: Any, code: str) -> None:
    kind = {"Filter": "BEDROCK_POLICY"}
    tape.refuse("organizations", "ListPoliciesForTarget", kind, code, 400)
    estate = organized(tape, None)
    assert organization.BEDROCK_LIMIT in estate.coverage.limits
    assert "ListPoliciesForTarget" not in {gap.operation for gap in estate.coverage.gaps}


def test_an_old_answer_for_every_kind_makes_no_ceiling_a_guardrail(tape: Any) -> None:
    service = [{"Id": "p-scp", "Name": "scp"}]
    organized(tape, None)
    tape.without("ListPoliciesForTarget")
    tape.add("organizations", "ListPoliciesForTarget", {}, {"Policies": service})
    estate = tape.read(usage=False).estate
    assert estate.organization.ceilings[0].levels[0].bedrock == ()
