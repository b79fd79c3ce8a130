"""The kinds of AgentCore resources that agents share: how each is listed and read."""

from dataclasses import dataclass

from recert.aws import core_reads, later_reads
from recert.aws.read import Read


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of resource: how it is listed and read, and under which keys AWS answers."""

    name: str
    listing: Read
    items: str
    id_key: str
    arn_key: str
    detail: Read | None = None
    asked: str = ""
    inside: str = ""
    later: str = ""
    """What a recording that does not hold it lacks, in words; that is a limit of it and no gap."""


LATER_LIMIT = (
    "The recording holds no payment managers and providers, evaluations, capacity providers or "
    "consent portals of AgentCore."
)
AB_LIMIT = "The recording holds no A/B tests of AgentCore."
KINDS = (
    Kind(
        "memory",
        core_reads.LIST_MEMORIES,
        "memories",
        "id",
        "arn",
        core_reads.GET_MEMORY,
        "memoryId",
        "memory",
    ),
    Kind(
        "browser",
        core_reads.LIST_BROWSERS,
        "browserSummaries",
        "browserId",
        "browserArn",
        core_reads.GET_BROWSER,
        "browserId",
    ),
    Kind(
        "code-interpreter",
        core_reads.LIST_INTERPRETERS,
        "codeInterpreterSummaries",
        "codeInterpreterId",
        "codeInterpreterArn",
        core_reads.GET_INTERPRETER,
        "codeInterpreterId",
    ),
    Kind(
        "oauth2-provider",
        core_reads.LIST_OAUTH_PROVIDERS,
        "credentialProviders",
        "name",
        "credentialProviderArn",
        core_reads.GET_OAUTH_PROVIDER,
        "name",
    ),
    Kind(
        "api-key-provider",
        core_reads.LIST_KEY_PROVIDERS,
        "credentialProviders",
        "name",
        "credentialProviderArn",
        core_reads.GET_KEY_PROVIDER,
        "name",
    ),
    Kind(
        "workload-identity",
        core_reads.LIST_WORKLOADS,
        "workloadIdentities",
        "name",
        "workloadIdentityArn",
    ),
    Kind(
        "policy-engine",
        core_reads.LIST_POLICY_ENGINES,
        "policyEngines",
        "policyEngineId",
        "policyEngineArn",
    ),
    Kind(
        "payment-provider",
        core_reads.LIST_PAYMENT_PROVIDERS,
        "credentialProviders",
        "name",
        "credentialProviderArn",
        core_reads.GET_PAYMENT_PROVIDER,
        "name",
        later=LATER_LIMIT,
    ),
    Kind(
        "payment-manager",
        core_reads.LIST_PAYMENT_MANAGERS,
        "paymentManagers",
        "paymentManagerId",
        "paymentManagerArn",
        core_reads.GET_PAYMENT_MANAGER,
        "paymentManagerId",
        later=LATER_LIMIT,
    ),
    Kind(
        "online-evaluation",
        core_reads.LIST_EVALUATIONS,
        "onlineEvaluationConfigs",
        "onlineEvaluationConfigId",
        "onlineEvaluationConfigArn",
        core_reads.GET_EVALUATION,
        "onlineEvaluationConfigId",
        later=LATER_LIMIT,
    ),
    Kind(
        "capacity-provider",
        core_reads.LIST_CAPACITY,
        "capacityProviders",
        "capacityProviderId",
        "capacityProviderArn",
        core_reads.GET_CAPACITY,
        "capacityProviderId",
        later=LATER_LIMIT,
    ),
    Kind(
        "consent-portal",
        core_reads.LIST_PORTALS,
        "consentPortals",
        "consentPortalId",
        "consentPortalArn",
        core_reads.GET_PORTAL,
        "consentPortalIdentifier",
        later=LATER_LIMIT,
    ),
    Kind(
        "ab-test",
        later_reads.LIST_AB_TESTS,
        "abTests",
        "abTestId",
        "abTestArn",
        later_reads.GET_AB_TEST,
        "abTestId",
        later=AB_LIMIT,
    ),
)
LATER = {
    limit: sum(kind.later == limit for kind in KINDS)
    for limit in dict.fromkeys(kind.later for kind in KINDS if kind.later)
}
"""How many listings each limit leaves out."""
