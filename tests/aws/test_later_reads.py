"""Role details, images behind tags, registries: each read through boto3, and what a gap of it leaves."""

from typing import Any

import pytest

from recert.aws.collect import images, registries, role_details
from recert.aws.record import record
from recert.clock import SystemClock
from recert.estate.agents import Agent, AgentKind
from recert.estate.estate import Estate
from recert.lifecycle.compare import compare

from .conftest import KEY

CORE = "bedrock-agentcore-control"
REGISTRY = "agent-registry-control"
ID = "AGENT00001"
IMAGE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/team/agent:prod"


def gaps(estate: Estate, operation: str) -> list[tuple[str, str]]:
    found = estate.coverage.gaps
    return [(one.error, one.subject) for one in found if one.operation == operation]


def with_role(tape: Any) -> Any:
    tape.agents([ID])
    tape.role(f"agent-{ID}")
    tape.role("somebody-else")
    return tape.authority()


def test_the_role_of_an_agent_is_read_by_itself(tape: Any) -> None:
    detail = {
        "Path": "/",
        "RoleName": f"agent-{ID}",
        "RoleId": f"AROAagent-{ID}",
        "Arn": tape.role_arn(f"agent-{ID}"),
        "CreateDate": "2026-10-01T00:00:00Z",
        "Description": "Orders",
        "MaxSessionDuration": 43200,
        "SourceRoleTemplate": {"TemplateArn": "arn:template", "TemplateMinorVersion": 1},
    }
    with_role(tape).add("iam", "GetRole", {"RoleName": f"agent-{ID}"}, {"Role": detail})
    reading = tape.read(usage=False)
    role = reading.estate.roles_by_arn[detail["Arn"]]
    assert (role.description, role.max_session_seconds) == ("Orders", 43200)
    assert (role.template_arn, role.details_known) == ("arn:template", True)
    assert reading.calls.by_operation["iam:GetRole"] == 1
    assert reading.estate.roles_by_arn[tape.role_arn("somebody-else")].details_known is False


def test_a_role_that_was_made_anew_meanwhile_is_not_described_by_the_new_one(tape: Any) -> None:
    detail = {"RoleName": f"agent-{ID}", "RoleId": "AROAOTHER", "Description": "another"}
    with_role(tape).add("iam", "GetRole", {}, {"Role": detail})
    role = tape.read(usage=False).estate.roles_by_arn[tape.role_arn(f"agent-{ID}")]
    assert (role.description, role.details_known) == (None, False)


def test_an_account_that_refuses_roles_has_one_gap(tape: Any) -> None:
    with_role(tape).refuse("iam", "GetRole", code="AccessDenied")
    assert gaps(tape.read(usage=False).estate, "GetRole") == [("AccessDenied", "")]


def test_a_recording_without_roles_has_a_limit_and_no_gap(tape: Any) -> None:
    estate = with_role(tape).read(usage=False).estate
    assert role_details.LIMIT in estate.coverage.limits
    assert gaps(estate, "GetRole") == []
    tape.add("iam", "GetRole", {"RoleName": "somebody-else"}, {"Role": {}})
    estate = tape.read(usage=False).estate
    assert role_details.LIMIT in estate.coverage.limits
    assert gaps(estate, "GetRole") == []


def runtime(tape: Any, artifact: str = IMAGE, **more: Any) -> Any:
    listed = {"agentRuntimes": [{"agentRuntimeId": "r", "agentRuntimeVersion": "1"}]}
    tape.add(CORE, "ListAgentRuntimes", {}, listed)
    container = {"containerConfiguration": {"containerUri": artifact}}
    detail = {"agentRuntimeId": "r", "agentRuntimeArtifact": container, **more}
    tape.add(CORE, "GetAgentRuntime", {}, detail)
    endpoint = {"name": "DEFAULT", "liveVersion": "1"}
    tape.add(CORE, "ListAgentRuntimeEndpoints", {}, {"runtimeEndpoints": [endpoint]})
    return tape.add(CORE, "ListTagsForResource", {}, {"tags": {}})


def agent(estate: Estate) -> Agent:
    return next(one for one in estate.agents if one.kind is AgentKind.AGENTCORE_RUNTIME)


def imaged(tape: Any, digest: str) -> Estate:
    asked = {
        "registryId": "111122223333",
        "repositoryName": "team/agent",
        "imageIds": [{"imageTag": "prod"}],
    }
    tape = runtime(tape).add(
        "ecr", "DescribeImages", asked, {"imageDetails": [{"imageDigest": digest}]}
    )
    return tape.read(usage=False).estate  # type: ignore[no-any-return]


def test_a_tag_that_is_moved_to_another_image_changes_the_code(tape: Any) -> None:
    before, after = imaged(tape, "sha256:one"), imaged(type(tape)(), "sha256:two")
    assert agent(before).versions[0].image_digest == "sha256:one"
    (event,) = compare(before, after)
    assert (event.kind, event.severity.value, event.live) == ("artifact.changed", "critical", True)
    assert event.before == {"artifact": IMAGE, "image_digest": "sha256:one"}
    assert compare(before, runtime(type(tape)()).read(usage=False).estate) == ()


@pytest.mark.parametrize(
    ("artifact", "tag"),
    [
        (IMAGE, "prod"),
        (IMAGE.removesuffix(":prod"), "latest"),
        (f"{IMAGE}@sha256:{'a' * 64}", None),
        ("public.ecr.aws/x/y:1", None),
        ("s3://b/k", None),
        (None, None),
    ],
)
def test_what_is_a_tag_in_a_private_registry(artifact: str | None, tag: str | None) -> None:
    found = images.image_of(artifact)
    assert (found.tag if found else None) == tag


def test_an_image_that_cannot_be_described_is_a_gap_about_the_agent(tape: Any) -> None:
    estate = runtime(tape).refuse("ecr", "DescribeImages").read(usage=False).estate
    assert gaps(estate, "DescribeImages") == [("AccessDeniedException", agent(estate).arn)]
    silent = runtime(type(tape)()).read(usage=False).estate
    assert images.LIMIT in silent.coverage.limits
    assert gaps(silent, "DescribeImages") == []


def registered(tape: Any, status: str = "APPROVED", **metadata: Any) -> Any:
    runtime(tape)
    arn = tape.arn("bedrock-agentcore", "runtime/r")
    tape.add(REGISTRY, "ListRegistries", {}, {"registries": [{"registryId": "reg"}]})
    tape.add(REGISTRY, "ListRegistryRecords", {}, {"registryRecords": [{"recordId": "rec"}]})
    detail = {
        "recordId": "rec",
        "status": status,
        "customMetadata": metadata,
        "provenance": [
            {"relation": "DETECTED_FROM", "sourceId": f"{arn}/runtime-endpoint/DEFAULT"}
        ],
        "descriptors": {"a2aAgentCard": {"data": "the whole card"}},
        "artifact": {"sha256": "x", "downloadUrl": "https://signed.example.com/?secret"},
    }
    return tape.add(REGISTRY, "GetRegistryRecord", {}, detail)


def test_a_registry_states_owner_and_purpose_where_no_tag_does(tape: Any) -> None:
    estate = (
        registered(tape, Owner="ann@example.com", purpose="orders", nested={"a": 1}).read().estate
    )
    found = agent(estate)
    assert (found.owner, found.purpose, found.owner_source) == (
        "ann@example.com",
        "orders",
        "registry",
    )
    changed = registered(type(tape)(), owner="bob@example.com", purpose="orders").read().estate
    assert [one.kind for one in compare(estate, changed)] == ["owner.changed"]


def test_a_tag_wins_over_a_registry_and_a_draft_states_nothing(tape: Any) -> None:
    registered(tape, owner="ann").add(CORE, "ListTagsForResource", {}, {"tags": {"owner": "bob"}})
    assert agent(tape.read().estate).owner == "bob"
    drafted = registered(type(tape)(), "PENDING_APPROVAL", owner="ann").read().estate
    assert agent(drafted).owner is None


def test_tags_that_could_not_be_read_are_not_replaced_by_a_registry(tape: Any) -> None:
    tape = registered(tape, owner="ann").without("ListTagsForResource")
    found = agent(tape.refuse(CORE, "ListTagsForResource").read().estate)
    assert (found.owner, found.tags) == (None, None)


def test_a_registry_that_could_not_be_read_says_nothing_of_its_owners(tape: Any) -> None:
    known = registered(tape, owner="ann", purpose="orders").read(usage=False).estate
    refused = runtime(type(tape)()).refuse(REGISTRY, "ListRegistries").read(usage=False).estate
    cut = registered(type(tape)(), owner="ann", purpose="orders").without("GetRegistryRecord")
    unread = cut.refuse(REGISTRY, "GetRegistryRecord").read(usage=False).estate
    for other in (refused, unread, runtime(type(tape)()).read(usage=False).estate):
        assert (agent(other).owner, agent(other).registry_known) == (None, False)
        kinds = {one.kind for pair in ((known, other), (other, known)) for one in compare(*pair)}
        assert kinds <= {"coverage.gap"}


def test_an_owner_that_a_tag_states_for_the_first_time_shows_without_registries(tape: Any) -> None:
    nobody = runtime(tape).read(usage=False).estate
    tagged = runtime(type(tape)()).add(CORE, "ListTagsForResource", {}, {"tags": {"owner": "bob"}})
    found = compare(nobody, tagged.read(usage=False).estate)
    assert [one.kind for one in found] == ["owner.changed"]


def test_cards_and_signed_links_of_a_registry_are_not_kept(tape: Any, tmp_path: Any) -> None:
    path = tmp_path / "kept.jsonl"
    record(registered(tape, owner="ann").source(), path, clock=SystemClock(), keyring=KEY)
    text = path.read_text()
    assert "the whole card" not in text
    assert "signed.example.com" not in text
    assert '"owner":"ann"' in text


def test_a_registry_that_cannot_be_listed_is_a_gap(tape: Any) -> None:
    estate = runtime(tape).refuse(REGISTRY, "ListRegistries").read(usage=False).estate
    assert gaps(estate, "ListRegistries") == [("AccessDeniedException", "")]
    silent = runtime(type(tape)()).read(usage=False).estate
    assert registries.LIMIT in silent.coverage.limits
    assert gaps(silent, "ListRegistries") == []


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ({"protocolConfiguration": {"serverProtocol": "HTTP"}}, {}, "network.changed"),
        ({}, {"requestHeaderConfiguration": {"requestHeaderAllowlist": ["X"]}}, "network.changed"),
    ],
)
def test_a_setting_of_a_runtime_that_differs_is_an_event(
    tape: Any, before: dict[str, Any], after: dict[str, Any], kind: str
) -> None:
    old = runtime(tape, **before).read(usage=False).estate
    new = runtime(type(tape)(), **after).read(usage=False).estate
    assert [one.kind for one in compare(old, new)] == [kind]


def claimed(tape: Any, value: str) -> Estate:
    match = {"claimMatchValue": {"matchValueString": value}, "claimMatchOperator": "EQUALS"}
    claim = {"inboundTokenClaimName": "group", "authorizingClaimMatchValue": match}
    jwt = {"discoveryUrl": "https://i", "customClaims": [claim]}
    settings = {"authorizerConfiguration": {"customJWTAuthorizer": jwt}}
    return runtime(tape, **settings).read(usage=False).estate  # type: ignore[no-any-return]


def test_a_claim_that_must_say_something_else_widens_access(tape: Any) -> None:
    before, after = claimed(tape, "admins"), claimed(type(tape)(), "everybody")
    assert [one.kind for one in compare(before, after)] == ["access.widened"]


def gateway(tape: Any, **more: Any) -> Estate:
    tape.add(CORE, "ListGateways", {}, {"items": [{"gatewayId": "g", "name": "g"}]})
    tape.add(CORE, "GetGateway", {}, {"gatewayId": "g", **more})
    return tape.read(usage=False).estate  # type: ignore[no-any-return]


def test_a_firewall_that_is_taken_from_a_gateway_is_an_event(tape: Any) -> None:
    before = gateway(tape, webAclArn="arn:acl", wafConfiguration={"failureMode": "FAIL_CLOSE"})
    gone = gateway(type(tape)())
    opened = gateway(
        type(tape)(), webAclArn="arn:acl", wafConfiguration={"failureMode": "FAIL_OPEN"}
    )
    assert {one.subject for one in compare(before, gone)} == {"web_acl_arn", "web_acl_failure"}
    assert [one.subject for one in compare(before, opened)] == ["web_acl_failure"]


def test_a_prompt_that_goes_to_another_model_changes_the_model(tape: Any) -> None:
    def asked(tape: Any, model: str) -> Estate:
        one = {"promptType": "ORCHESTRATION", "foundationModel": model}
        summary = {"agentId": ID, "agentName": "a", "agentStatus": "PREPARED"}
        tape.add("bedrock-agent", "ListAgents", {}, {"agentSummaries": [summary]})
        tape.agent(ID, promptOverrideConfiguration={"promptConfigurations": [one]})
        return tape.read(usage=False).estate  # type: ignore[no-any-return]

    found = compare(asked(tape, "m1"), asked(type(tape)(), "m2"))
    assert {(one.kind, one.subject) for one in found} == {
        ("model.changed", "prompt_models"),
        ("prompt.changed", "prompt_overrides"),
    }
