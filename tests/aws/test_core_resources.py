"""What AgentCore agents share: memories, tools, credentials, policy engines."""

from typing import Any

import pytest

from recert.aws.collect import core_kinds
from recert.estate.companions import Resource

CORE = "bedrock-agentcore-control"


def core_arn(tape: Any, rest: str) -> str:
    return str(tape.arn("bedrock-agentcore", rest))


def resources(tape: Any) -> dict[str, Resource]:
    return {one.kind: one for one in tape.read().estate.resources}


def test_what_agents_share_is_read_with_its_roles_and_its_secrets(tape: Any) -> None:
    secret = tape.arn("secretsmanager", "secret:s")
    memory = core_arn(tape, "memory/m")
    tape.add(CORE, "ListMemories", {}, {"memories": [{"id": "m", "arn": memory}]})
    detail = {
        "id": "m",
        "name": "m",
        "arn": memory,
        "memoryExecutionRoleArn": tape.role_arn("memory"),
        "eventExpiryDuration": 90,
        "strategies": [{"type": "SEMANTIC"}],
        "streamDeliveryResources": {
            "resources": [{"kinesis": {"dataStreamArn": tape.arn("kinesis", "stream/s")}}]
        },
    }
    tape.add(CORE, "GetMemory", {"memoryId": "m"}, {"memory": detail})
    system = "arn:aws:bedrock-agentcore:us-east-1:aws:browser/aws.browser.v1"
    own = core_arn(tape, "browser-custom/b")
    listed = [
        {"browserId": "aws.browser.v1", "browserArn": system},
        {"browserId": "b", "browserArn": own},
    ]
    tape.add(CORE, "ListBrowsers", {}, {"browserSummaries": listed})
    detail = {
        "browserId": "b",
        "executionRoleArn": tape.role_arn("browser"),
        "networkConfiguration": {"networkMode": "PUBLIC"},
        "recording": {"enabled": True, "s3Location": {"bucket": "recordings"}},
    }
    tape.add(CORE, "GetBrowser", {"browserId": "b"}, detail)
    provider = core_arn(tape, "token-vault/oauth")
    summary = {
        "name": "github",
        "credentialProviderArn": provider,
        "credentialProviderVendor": "GithubOauth2",
    }
    tape.add(CORE, "ListOauth2CredentialProviders", {}, {"credentialProviders": [summary]})
    detail = {**summary, "clientSecretArn": {"secretArn": secret}}
    tape.add(CORE, "GetOauth2CredentialProvider", {"name": "github"}, detail)
    engine = {"policyEngineId": "p", "name": "p", "policyEngineArn": core_arn(tape, "engine/p")}
    tape.add(CORE, "ListPolicyEngines", {}, {"policyEngines": [engine]})
    policy = {
        "policyId": "1",
        "name": "only-read",
        "enforcementMode": "ACTIVE",
        "definition": {"cedar": {"statement": "permit(principal, action, resource);"}},
    }
    tape.add(CORE, "ListPolicies", {"policyEngineId": "p"}, {"policies": [policy]})
    found = resources(tape)
    assert found["memory"].role_arn == tape.role_arn("memory")
    assert found["memory"].details == ("90 days", "SEMANTIC")
    assert found["memory"].targets == (tape.arn("kinesis", "stream/s"),)
    assert found["browser"].arn == own
    assert found["browser"].role_arn == tape.role_arn("browser")
    assert (found["browser"].network, found["browser"].targets) == (("PUBLIC",), ("recordings",))
    assert found["oauth2-provider"].secret_arns == (secret,)
    assert found["oauth2-provider"].vendor == "GithubOauth2"
    assert found["policy-engine"].policies == (
        ("only-read", "ACTIVE", "permit(principal, action, resource);"),
    )


def test_a_resource_that_is_refused_stays_with_what_the_listing_said(tape: Any) -> None:
    summary = {"codeInterpreterId": "c", "codeInterpreterArn": core_arn(tape, "code/c")}
    tape.add(CORE, "ListCodeInterpreters", {}, {"codeInterpreterSummaries": [summary]})
    tape.refuse(CORE, "GetCodeInterpreter")
    found = resources(tape)["code-interpreter"]
    assert found.unknown == ("role_arn", "secret_arns", "targets")


ROLE = "arn:aws:iam::111122223333:role/tool"
WITH_ROLES: list[tuple[str, str, str, str, dict[str, Any]]] = [
    (
        "payment-manager",
        "ListPaymentManagers",
        "paymentManagers",
        "GetPaymentManager",
        {"roleArn": ROLE},
    ),
    (
        "online-evaluation",
        "ListOnlineEvaluationConfigs",
        "onlineEvaluationConfigs",
        "GetOnlineEvaluationConfig",
        {"evaluationExecutionRoleArn": ROLE},
    ),
    (
        "capacity-provider",
        "ListCapacityProviders",
        "capacityProviders",
        "GetCapacityProvider",
        {"permissionsConfiguration": {"capacityProviderOperatorRoleArn": ROLE}},
    ),
    (
        "consent-portal",
        "ListConsentPortals",
        "consentPortals",
        "GetConsentPortal",
        {"executionRoleArn": ROLE},
    ),
]


@pytest.mark.parametrize("case", WITH_ROLES, ids=lambda case: case[0])
def test_whatever_acts_through_a_role_shows_it(
    tape: Any, case: tuple[str, str, str, str, dict[str, Any]]
) -> None:
    kind, listing, key, get, role = case
    stem = get.removeprefix("Get")
    stem = stem[0].lower() + stem[1:]
    arn = core_arn(tape, f"{kind}/x")
    summary = {f"{stem}Id": "x", f"{stem}Arn": arn, "status": "READY"}
    tape.add(CORE, listing, {}, {key: [summary]})
    tape.add(CORE, get, {}, {**summary, **role})
    found = resources(tape)[kind]
    assert (found.arn, found.role_arn) == (arn, ROLE)
    tape.without(get).refuse(CORE, get)
    assert "role_arn" in resources(tape)[kind].unknown


def test_a_payment_provider_is_a_credential_provider_with_its_vendor(tape: Any) -> None:
    arn = core_arn(tape, "token-vault/pay")
    summary = {
        "name": "wallet",
        "credentialProviderArn": arn,
        "credentialProviderVendor": "StripePrivy",
    }
    tape.add(CORE, "ListPaymentCredentialProviders", {}, {"credentialProviders": [summary]})
    secret = "arn:aws:secretsmanager:us-east-1:111122223333:secret:w"  # noqa: S105 - an ARN
    setting = {"stripePrivyConfiguration": {"appSecretArn": {"secretArn": secret}}}
    body = {**summary, "providerConfigurationOutput": setting}
    tape.add(CORE, "GetPaymentCredentialProvider", {"name": "wallet"}, body)
    found = resources(tape)["payment-provider"]
    assert (found.vendor, found.secret_arns, found.targets) == ("StripePrivy", (secret,), ())


def test_a_recording_from_before_these_kinds_has_no_gap_for_them(tape: Any) -> None:
    estate = tape.agents([]).read(usage=False).estate
    assert core_kinds.LATER_LIMIT in estate.coverage.limits
    missed = {gap.operation for gap in estate.coverage.gaps}
    assert not missed & {"ListPaymentManagers", "ListCapacityProviders", "ListConsentPortals"}
