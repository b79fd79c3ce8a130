"""The calls of a reading that go to AgentCore's control plane."""

from typing import Any

from recert.aws.read import Read

_CORE = "bedrock-agentcore-control"
_NOT_FOUND = frozenset({"ResourceNotFoundException"})


def _core(operation: str, effect: str, column: str, **more: Any) -> Read:
    rate = 5 if operation.startswith("List") else 40
    return Read(_CORE, operation, effect, column, **{"per_second": rate, **more})


LIST_CORE_TAGS = _core(
    "ListTagsForResource",
    "the tags, so owner and purpose as far as tags state them",
    "owners",
    per_second=40,
)
GET_CORE_POLICY = _core(
    "GetResourcePolicy", "who may invoke the agent", "invokers", absent=_NOT_FOUND
)
LIST_RUNTIMES = _core(
    "ListAgentRuntimes", "whether there are AgentCore runtimes here", "runtimes", page_size=100
)
GET_RUNTIME = _core(
    "GetAgentRuntime", "the role, code and authorizer of this runtime version", "runtimes"
)
LIST_RUNTIME_ENDPOINTS = _core(
    "ListAgentRuntimeEndpoints", "which versions of the runtime are live", "runtimes", page_size=100
)
LIST_HARNESSES = _core(
    "ListHarnesses", "whether there are AgentCore harnesses here", "harnesses", page_size=100
)
GET_HARNESS = _core("GetHarness", "the role, model and tools of this harness version", "harnesses")
LIST_HARNESS_ENDPOINTS = _core(
    "ListHarnessEndpoints", "which versions of the harness are live", "harnesses", page_size=100
)
LIST_GATEWAYS = _core(
    "ListGateways", "whether there are AgentCore gateways here", "gateways", page_size=1000
)
GET_GATEWAY = _core(
    "GetGateway", "the role and the authorizer of the gateway", "gateways", per_second=10
)
LIST_GATEWAY_TARGETS = _core(
    "ListGatewayTargets", "what the gateway reaches", "gateways", page_size=1000
)
GET_GATEWAY_TARGET = _core(
    "GetGatewayTarget", "what this target calls, and with whose credentials", "gateways"
)
LIST_GATEWAY_RULES = _core(
    "ListGatewayRules", "which callers the gateway's rules let through", "gateways", page_size=1000
)
LIST_MEMORIES = _core("ListMemories", "which memories exist here", "memories", page_size=100)
GET_MEMORY = _core("GetMemory", "the role and the destinations of this memory", "memories")
LIST_BROWSERS = _core("ListBrowsers", "which browsers exist here", "browsers", page_size=100)
GET_BROWSER = _core("GetBrowser", "the role and the network of this browser", "browsers")
LIST_INTERPRETERS = _core(
    "ListCodeInterpreters", "which code interpreters exist here", "code interpreters", page_size=100
)
GET_INTERPRETER = _core(
    "GetCodeInterpreter", "the role and the network of this code interpreter", "code interpreters"
)
LIST_OAUTH_PROVIDERS = _core(
    "ListOauth2CredentialProviders",
    "which outside services agents sign in to",
    "credential providers",
    page_size=20,
)
GET_OAUTH_PROVIDER = _core(
    "GetOauth2CredentialProvider",
    "the secret and the issuer of this credential provider",
    "credential providers",
)
LIST_KEY_PROVIDERS = _core(
    "ListApiKeyCredentialProviders",
    "which outside services agents use with a key",
    "credential providers",
    page_size=20,
)
GET_KEY_PROVIDER = _core(
    "GetApiKeyCredentialProvider",
    "the secret of this credential provider",
    "credential providers",
)
LIST_WORKLOADS = _core(
    "ListWorkloadIdentities", "which workload identities exist here", "identities", page_size=20
)
LIST_POLICY_ENGINES = _core(
    "ListPolicyEngines", "which policy engines guard gateways here", "policy engines", page_size=100
)
LIST_ENGINE_POLICIES = _core(
    "ListPolicies", "what this policy engine allows", "policy engines", page_size=100
)
LIST_PAYMENT_PROVIDERS = _core(
    "ListPaymentCredentialProviders",
    "which payment services agents sign in to",
    "credential providers",
    page_size=20,
)
GET_PAYMENT_PROVIDER = _core(
    "GetPaymentCredentialProvider",
    "the secret of this payment credential provider",
    "credential providers",
)
LIST_PAYMENT_MANAGERS = _core(
    "ListPaymentManagers", "which payment managers exist here, and their roles", "payments"
)
GET_PAYMENT_MANAGER = _core("GetPaymentManager", "the role of this payment manager", "payments")
LIST_EVALUATIONS = _core(
    "ListOnlineEvaluationConfigs", "which evaluations watch agents here", "evaluations"
)
GET_EVALUATION = _core("GetOnlineEvaluationConfig", "the role of this evaluation", "evaluations")
LIST_CAPACITY = _core(
    "ListCapacityProviders", "which capacity providers run agents here", "capacity providers"
)
GET_CAPACITY = _core(
    "GetCapacityProvider", "the roles of this capacity provider", "capacity providers"
)
LIST_PORTALS = _core("ListConsentPortals", "which consent portals exist here", "consent portals")
GET_PORTAL = _core("GetConsentPortal", "the role of this consent portal", "consent portals")
