"""The calls of a reading that recordings need not hold: without them the reading says what it lacks."""

from recert.aws.read import Read

_REGISTRY = "agent-registry-control"

LIST_ENFORCED = Read(
    "bedrock",
    "ListEnforcedGuardrailsConfiguration",
    "which guardrails the account forces on every model call",
    "guardrails",
    per_second=5,
)
GET_ROLE = Read(
    "iam",
    "GetRole",
    "the description, the longest session and the template of this role",
    "role details",
    per_second=15,
)
DESCRIBE_IMAGES = Read(
    "ecr",
    "DescribeImages",
    "which image stands behind the tag that the agent runs",
    "images",
    absent=frozenset({"ImageNotFoundException", "RepositoryNotFoundException"}),
    per_second=10,
)
LIST_REGISTRIES = Read(
    _REGISTRY,
    "ListRegistries",
    "which agent registries exist here, so owner and purpose as far as they state them",
    "owners",
    page_size=100,
    per_second=5,
)
LIST_REGISTRY_RECORDS = Read(
    _REGISTRY,
    "ListRegistryRecords",
    "which agents this registry describes",
    "owners",
    page_size=100,
    per_second=5,
)
GET_REGISTRY_RECORD = Read(
    _REGISTRY,
    "GetRegistryRecord",
    "what this record of a registry says of owner and purpose",
    "owners",
    per_second=10,
)
LIST_AB_TESTS = Read(
    "bedrock-agentcore",
    "ListABTests",
    "which A/B tests send the callers of a gateway to other versions",
    "A/B tests",
    page_size=100,
    per_second=5,
)
GET_AB_TEST = Read(
    "bedrock-agentcore",
    "GetABTest",
    "the role and the variants of this A/B test",
    "A/B tests",
    per_second=10,
)
LIST_PAYMENT_CONNECTORS = Read(
    "bedrock-agentcore-control",
    "ListPaymentConnectors",
    "which payment services this payment manager reaches",
    "payments",
    page_size=100,
    per_second=5,
)
GET_PAYMENT_CONNECTOR = Read(
    "bedrock-agentcore-control",
    "GetPaymentConnector",
    "the credentials of this payment connector",
    "payments",
    per_second=40,
)
