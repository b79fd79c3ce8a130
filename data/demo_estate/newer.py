"""The agents that are no Bedrock Agents: runtimes, harnesses, gateways, flows, state machines."""

from dataclasses import dataclass, field

from demo_estate.documents import LAMBDA_TRUST, allow, model, policy, trusts
from demo_estate.hr import ACCOUNT, HAIKU, REGION
from demo_estate.model import Document, Function, Managed, Role, Tool

_CORE = "bedrock-agentcore.amazonaws.com"


@dataclass(frozen=True)
class Build:
    """What one version of a runtime runs."""

    image: str
    environment: dict[str, str]


@dataclass(frozen=True)
class Runtime:
    """An AgentCore runtime with its versions; `endpoints` name the version that each serves."""

    name: str
    role: str
    versions: dict[str, Build]
    endpoints: dict[str, str]
    tags: dict[str, str]
    created: str
    issuer: str | None = None
    description: str = ""
    subnets: tuple[str, ...] = ()
    """None is the public network."""


@dataclass(frozen=True)
class Target:
    """What a gateway calls: a function with its tools, an API by its schema, or another MCP server.

    `provider` is the credential provider that signs the call, with its scopes.
    """

    name: str
    function: str | None = None
    tools: tuple[Tool, ...] = ()
    schema: str | None = None
    server: str | None = None
    provider: str | None = None
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gateway:
    """An AgentCore gateway."""

    name: str
    role: str
    targets: tuple[Target, ...]
    tags: dict[str, str]
    created: str
    issuer: str | None = None
    """None lets IAM decide who may call."""
    description: str = ""
    engine: tuple[str, str] | None = None
    """The policy engine, and whether it only logs."""


@dataclass(frozen=True)
class Harness:
    """An AgentCore harness, with the runtime that backs it."""

    name: str
    role: str
    model: str
    prompt: str
    servers: dict[str, str]
    tags: dict[str, str]
    created: str
    version: str = "1"


@dataclass(frozen=True)
class Flow:
    """A flow: what it hands its input to, one after the other."""

    name: str
    role: str
    tags: dict[str, str]
    created: str
    function: str | None = None
    agent: str | None = None
    prompt: str | None = None
    base: str | None = None
    description: str = ""


@dataclass(frozen=True)
class Machine:
    """A state machine that asks a model."""

    name: str
    role: str
    definition: Document
    tags: dict[str, str]
    created: str


@dataclass(frozen=True)
class Tools:
    """Browsers and code interpreters by name, with the role of each."""

    browsers: dict[str, str] = field(default_factory=dict)
    interpreters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Provider:
    """A credential provider: an API key, or OAuth with a vendor."""

    name: str
    created: str
    vendor: str | None = None


@dataclass(frozen=True)
class Engine:
    """A policy engine with its Cedar policies by name."""

    name: str
    created: str
    policies: dict[str, str]


@dataclass(frozen=True)
class Prompt:
    """A managed prompt."""

    name: str
    model: str
    words: str
    created: str


@dataclass(frozen=True)
class Newer:
    """What one place has of these kinds."""

    runtimes: tuple[Runtime, ...] = ()
    gateways: tuple[Gateway, ...] = ()
    harnesses: tuple[Harness, ...] = ()
    flows: tuple[Flow, ...] = ()
    machines: tuple[Machine, ...] = ()
    memories: dict[str, str] = field(default_factory=dict)
    tools: Tools = Tools()
    providers: tuple[Provider, ...] = ()
    engines: tuple[Engine, ...] = ()
    prompts: tuple[Prompt, ...] = ()
    identities: tuple[str, ...] = ()


ADMINISTRATOR = Managed(
    "AdministratorAccess",
    policy({"Effect": "Allow", "Action": "*", "Resource": "*"}),
    created="2015-02-06T18:39:46Z",
    aws=True,
    description="Provides full access to AWS services and resources.",
)

SUPPORT_BUILD = Build(
    f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/customer-support:2026.08",
    {
        "GATEWAY_URL": "https://device-management.gateway.bedrock-agentcore.example",
        "MEMORY_ID": "customer_support_memory",
    },
)

ISSUER = (
    "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_k3Xv9Qw2L/"
    ".well-known/openid-configuration"
)

PRODUCTION = Newer(
    runtimes=(
        Runtime(
            "customer_support",
            "customer-support-runtime-role",
            {"2": SUPPORT_BUILD},
            {"DEFAULT": "2", "production": "2"},
            {
                "owner": "tom.becker",
                "purpose": "Answers questions about orders and warranties",
                "data-domain": "customers",
            },
            "2026-08-11T08:00:00Z",
            issuer=ISSUER,
            description="Support for customers of the shop",
        ),
    ),
    gateways=(
        Gateway(
            "device-management",
            "device-management-gateway-role",
            (
                Target(
                    "DeviceTools",
                    "device-tools",
                    (
                        Tool("list_devices", "Lists the devices of a customer."),
                        Tool("update_wifi_ssid", "Renames a wireless network."),
                        Tool("update_wifi_security", "Changes how a wireless network is secured."),
                    ),
                ),
            ),
            {"owner": "tom.becker", "purpose": "Tools for device support"},
            "2026-08-12T08:00:00Z",
            ISSUER,
            "Tools for the devices of customers",
        ),
    ),
    flows=(
        Flow(
            "claims-intake",
            "AmazonBedrockExecutionRoleForFlows_claims-intake",
            {"owner": "dana.whitfield", "purpose": "Sorts new claims", "data-domain": "claims"},
            "2026-04-20T08:00:00Z",
            function="claim-management",
            agent="insurance-claims-agent",
            description="Registers a new claim and asks the claims agent what is missing",
        ),
    ),
    machines=(
        Machine(
            "mortgage-renewal-letters",
            "mortgage-renewal-letters-role",
            {
                "StartAt": "Draft",
                "States": {
                    "Draft": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::bedrock:invokeModel",
                        "Parameters": {"ModelId": HAIKU},
                        "Next": "Send",
                    },
                    "Send": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::aws-sdk:sesv2:sendEmail",
                        "End": True,
                    },
                },
            },
            {"owner": "priya.nair", "purpose": "Drafts letters about mortgages that end"},
            "2026-05-05T08:00:00Z",
        ),
    ),
    memories={"customer_support_memory": "2026-08-11T08:05:00Z"},
)

ORDER_TOOLS = Target(
    "OrderTools",
    "table-bookings",
    (
        Tool("find_orders", "Lists the orders of a customer."),
        Tool("refund_order", "Pays an order back."),
    ),
)
"""What the gateway is given later."""

FLOW_ROLE = "AmazonBedrockExecutionRoleForFlows_claims-intake"
_FLOW_NODES = (
    allow(
        "Register",
        ["lambda:InvokeFunction"],
        f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:claim-management",
    ),
    allow(
        "AskAgent",
        ["bedrock:InvokeAgent"],
        f"arn:aws:bedrock:{REGION}:{ACCOUNT}:agent-alias/*",
    ),
)
FLOW_NARROWED = {"Flow": policy(*_FLOW_NODES)}
"""What the flow may do after the node that wrote drafts was taken out of it."""

FUNCTIONS = (
    Function(
        "device-tools",
        "device-tools-role",
        (),
        "2026-08-12T07:30:00.000+0000",
        environment={"DEVICES_TABLE": "customer-devices"},
        by_gateway=True,
    ),
)

ROLES = (
    Role(
        "customer-support-runtime-role",
        trusts(_CORE),
        created="2026-08-11T07:50:00Z",
        inline={
            "AgentCore": policy(
                allow("AgentCore", ["bedrock-agentcore:*", "iam:PassRole"], "*"),
                allow("Models", ["bedrock:InvokeModel*"], "*"),
            )
        },
        attached=("AdministratorAccess",),
        last_used="2026-11-01T19:40:00Z",
        unused=("iam",),
    ),
    Role(
        "device-management-gateway-role",
        trusts(
            _CORE,
            {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnLike": {
                    "aws:SourceArn": (
                        f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:gateway/device-management-*"
                    )
                },
            },
        ),
        created="2026-08-12T07:50:00Z",
        inline={
            "Gateway": policy(
                allow("Tools", ["lambda:InvokeFunction"], "*"),
                allow("AgentCore", ["bedrock-agentcore:*"], "*"),
            )
        },
        last_used="2026-11-01T19:40:00Z",
    ),
    Role(
        "device-tools-role",
        LAMBDA_TRUST,
        created="2026-08-12T07:20:00Z",
        inline={
            "Devices": policy(
                allow(
                    "Devices",
                    ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"],
                    f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/customer-devices",
                ),
                allow(
                    "Network", ["iot:Publish"], f"arn:aws:iot:{REGION}:{ACCOUNT}:topic/devices/*"
                ),
            )
        },
        attached=("AWSLambdaBasicExecutionRole",),
        last_used="2026-11-01T19:40:00Z",
    ),
    Role(
        FLOW_ROLE,
        trusts(
            "bedrock.amazonaws.com",
            {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:{REGION}:{ACCOUNT}:flow/*"},
            },
        ),
        created="2026-04-20T07:50:00Z",
        inline={
            "Flow": policy(
                *_FLOW_NODES,
                allow("OldNode", ["s3:PutObject"], "arn:aws:s3:::examplecorp-claim-drafts/*"),
            )
        },
        path="/service-role/",
        last_used="2026-10-31T16:00:00Z",
        unused=("s3",),
    ),
    Role(
        "mortgage-renewal-letters-role",
        trusts("states.amazonaws.com"),
        created="2026-05-05T07:50:00Z",
        inline={
            "Letters": policy(
                allow("Draft", ["bedrock:InvokeModel"], model(REGION, HAIKU)),
                allow("Send", ["ses:SendEmail"], "*"),
            )
        },
        last_used="2026-10-29T06:00:00Z",
    ),
)
