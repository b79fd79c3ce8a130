"""The third account: what developers try out, with tools of every kind and little order."""

from demo_estate.documents import LAMBDA_TRUST, LOGS, allow, model, policy, trusts, trusts_bedrock
from demo_estate.hr import HAIKU, TITAN
from demo_estate.model import (
    Agent,
    Base,
    Denied,
    Function,
    Group,
    Key,
    Managed,
    Partner,
    Place,
    Role,
    Source,
    Tool,
    User,
    UserGroup,
    Version,
    ident,
)
from demo_estate.newer import (
    Build,
    Engine,
    Flow,
    Gateway,
    Newer,
    Prompt,
    Provider,
    Runtime,
    Target,
    Tools,
)

ACCOUNT = "777788889999"
REGION = "us-east-1"
TRIP = "trip_planner"
OPERATIONS_ROLE = "aws-operations-role"
_PRODUCTION = "111122223333"
TRIP_ROLE = "AmazonBedrockExecutionRoleForAgents_trip_planner"
_TRIP_FUNCTIONS = "trip-functions-role"
_CONCIERGE_ROLE = "concierge-agent-role"
_BASE_ROLE = "AmazonBedrockExecutionRoleForKnowledgeBase_engineering"
_NOVA = "amazon.nova-pro-v1:0"
_CORE = "bedrock-agentcore.amazonaws.com"
_SOURCE = f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}"


def _tags(owner: str, purpose: str, domain: str) -> dict[str, str]:
    return {"owner": owner, "purpose": purpose, "data-domain": domain}


def _alias_elsewhere(agent: str, alias: str) -> str:
    """Return the alias of an agent of the production account."""
    tail = (
        f"{ident(f'{_PRODUCTION}/agent/{agent}')}/{ident(f'{_PRODUCTION}/alias/{agent}/{alias}')}"
    )
    return f"arn:aws:bedrock:{REGION}:{_PRODUCTION}:agent-alias/{tail}"


TRIP_VERSION = Version(
    "2026-09-15T10:00:00Z",
    TRIP_ROLE,
    _NOVA,
    "Plan business trips within the travel policy and keep what the traveller likes.",
    (
        Group(
            "PlanTrips",
            "Looks up connections and keeps the plan.",
            function="trip-planner",
            tools=(
                Tool("search_connections", "Lists trains and flights.", {"to": "Destination"}),
                Tool("save_plan", "Keeps a plan.", {"plan": "The plan"}, confirm=True),
            ),
        ),
    ),
    key="trips",
    memory_days=30,
    parser="trip-parser",
)
_CONCIERGE = Version(
    "2026-09-16T10:00:00Z",
    _CONCIERGE_ROLE,
    HAIKU,
    "Route what a guest asks: trips to the planner, tables to the restaurants.",
    partners=(
        Partner(TRIP, "Plans trips."),
        Partner(
            "booking-agent",
            "Books tables.",
            arn=_alias_elsewhere("booking-agent", "prod"),
        ),
    ),
)

READ_ONLY = Managed(
    "ReadOnlyAccess",
    policy(
        allow(
            "ReadOnlyActions",
            [
                "cloudwatch:Get*",
                "dynamodb:BatchGet*",
                "dynamodb:GetItem",
                "dynamodb:Query",
                "dynamodb:Scan",
                "ec2:Describe*",
                "iam:Get*",
                "iam:List*",
                "lambda:Get*",
                "lambda:List*",
                "logs:Get*",
                "s3:Get*",
                "s3:List*",
            ],
            "*",
        )
    ),
    created="2015-02-06T18:39:48Z",
    version="v1",
    aws=True,
    description="A short stand-in for AWS's policy of this name.",
)

_ROLES = (
    Role(
        TRIP_ROLE,
        trusts_bedrock(ACCOUNT, REGION, f"agent/{ident(f'{ACCOUNT}/agent/{TRIP}')}"),
        created="2026-09-15T09:50:00Z",
        inline={
            "Trips": policy(
                allow("InvokeModel", ["bedrock:InvokeModel"], model(REGION, _NOVA)),
                allow("Settings", ["kms:Decrypt", "kms:GenerateDataKey"], "*"),
            )
        },
        path="/service-role/",
        last_used="2026-11-20T10:00:00Z",
    ),
    Role(
        _TRIP_FUNCTIONS,
        LAMBDA_TRUST,
        created="2026-09-15T09:52:00Z",
        inline={
            "Plans": policy(
                allow(
                    "Tables",
                    ["dynamodb:CreateTable", "dynamodb:DeleteTable", "dynamodb:*Item"],
                    f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/agent-*",
                ),
                allow(
                    "Files", ["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::*/AGENT_FILE_STORE/*"
                ),
            )
        },
        attached=("AWSLambdaBasicExecutionRole",),
        last_used="2026-11-20T10:00:00Z",
    ),
    Role(
        _CONCIERGE_ROLE,
        trusts_bedrock(ACCOUNT, REGION, "agent/*"),
        created="2026-09-16T09:50:00Z",
        inline={
            "Concierge": policy(
                allow("InvokeModel", ["bedrock:InvokeModel"], model(REGION, HAIKU)),
                allow("Colleagues", ["bedrock:GetAgentAlias", "bedrock:InvokeAgent"], "*"),
            )
        },
        last_used="2026-11-19T10:00:00Z",
    ),
    Role(
        _BASE_ROLE,
        trusts_bedrock(ACCOUNT, REGION, "knowledge-base/*"),
        created="2026-09-17T08:00:00Z",
        inline={
            "KnowledgeBase": policy(
                allow("Embed", "bedrock:InvokeModel", model(REGION, TITAN)),
                allow(
                    "ReadGuides",
                    ["s3:GetObject", "s3:ListBucket"],
                    [
                        "arn:aws:s3:::examplecorp-agent-schemas",
                        "arn:aws:s3:::examplecorp-agent-schemas/guides/*",
                    ],
                ),
            )
        },
        path="/service-role/",
        last_used="2026-11-18T02:00:00Z",
    ),
    Role(
        OPERATIONS_ROLE,
        policy(
            {
                "Effect": "Allow",
                "Principal": {"Service": ["lambda.amazonaws.com", _CORE]},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
            }
        ),
        created="2026-09-18T08:00:00Z",
        inline={"Models": policy(allow("Models", ["bedrock:InvokeModel*"], "*"))},
        attached=("ReadOnlyAccess",),
        last_used="2026-11-20T08:00:00Z",
    ),
    Role(
        "sre-tools-gateway-role",
        trusts(
            _CORE,
            {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnLike": {"aws:SourceArn": f"{_SOURCE}:gateway/sre-tools-*"},
            },
        ),
        created="2026-09-19T08:00:00Z",
        inline={
            "Gateway": policy(
                allow(
                    "Credentials",
                    [
                        "bedrock-agentcore:GetResourceApiKey",
                        "bedrock-agentcore:GetResourceOauth2Token",
                        "bedrock-agentcore:GetWorkloadAccessToken*",
                    ],
                    "*",
                ),
                allow("Secrets", ["secretsmanager:GetSecretValue"], "*"),
            )
        },
        last_used="2026-11-20T08:05:00Z",
    ),
    Role(
        "sandbox-tools-role",
        trusts(_CORE, {"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
        created="2026-09-21T07:50:00Z",
        inline={
            "Scratch": policy(allow("Scratch", ["s3:*"], "arn:aws:s3:::examplecorp-scratch/*"))
        },
        last_used="2026-11-12T08:00:00Z",
    ),
    Role(
        "AmazonBedrockExecutionRoleForFlows_release-notes",
        trusts_bedrock(ACCOUNT, REGION, "flow/*"),
        created="2026-09-22T07:50:00Z",
        inline={
            "Flow": policy(
                allow("Write", ["bedrock:InvokeModel", "bedrock:GetPrompt"], "*"),
                allow(
                    "LookUp",
                    ["bedrock:Retrieve"],
                    f"arn:aws:bedrock:{REGION}:{ACCOUNT}:knowledge-base/*",
                ),
            )
        },
        path="/service-role/",
        last_used="2026-11-17T16:00:00Z",
    ),
    Role(
        "batch-summaries",
        trusts("ecs-tasks.amazonaws.com"),
        created="2026-09-23T07:50:00Z",
        inline={
            "Summaries": policy(
                allow("Models", ["bedrock:InvokeModel", "bedrock:InvokeInlineAgent"], "*"),
                allow("Tickets", ["s3:GetObject"], "arn:aws:s3:::examplecorp-tickets/*"),
            )
        },
        tags={"owner": "tom.becker", "purpose": "Sums up tickets every night"},
        last_used="2026-11-22T03:00:00Z",
    ),
)

_API_KEY = Denied(
    "bedrock-agentcore-control",
    "GetApiKeyCredentialProvider",
    {"name": "observability"},
    "bedrock-agentcore:GetApiKeyCredentialProvider",
    f"{_SOURCE}:token-vault/default/apikeycredentialprovider/observability",
)
DENIED = (_API_KEY,)
BUSY = Denied(
    "bedrock-agent",
    "GetDataSource",
    {"dataSourceId": ident("engineering-kb/source/guides")},
    "bedrock:GetDataSource",
    "*",
    throttled=True,
)
"""So many calls on the day when the account was added that AWS answered one of them with a refusal."""

PLACE = Place(
    account=ACCOUNT,
    region=REGION,
    name="development",
    agents=(
        Agent(
            TRIP,
            "Plans business trips",
            TRIP_VERSION,
            {"1": TRIP_VERSION},
            {"pilot": "1"},
            _tags("tom.becker", "Plans business trips", "travel"),
            "2026-09-15T09:55:00Z",
        ),
        Agent(
            "concierge",
            "Supervisor of trips and tables",
            _CONCIERGE,
            {"1": _CONCIERGE},
            {"pilot": "1"},
            _tags("tom.becker", "Routes what guests ask", "travel"),
            "2026-09-16T09:55:00Z",
        ),
    ),
    functions=(
        Function(
            "trip-planner",
            _TRIP_FUNCTIONS,
            (TRIP,),
            "2026-09-15T09:40:00.000+0000",
            environment={"PLANS_TABLE": "agent-plans"},
        ),
        Function("trip-parser", _TRIP_FUNCTIONS, (TRIP,), "2026-09-15T09:42:00.000+0000"),
        Function("trip-orchestrator", _TRIP_FUNCTIONS, (TRIP,), "2026-09-15T09:44:00.000+0000"),
    ),
    bases=(
        Base(
            "engineering-kb",
            "Guides of the engineers",
            _BASE_ROLE,
            "2026-09-17T08:30:00Z",
            (
                Source(
                    "guides",
                    "2026-09-17T08:40:00Z",
                    bucket="examplecorp-agent-schemas",
                    prefixes=("guides/",),
                    owner=_PRODUCTION,
                ),
            ),
            {"owner": "jonas.keller"},
            policy=policy(
                {
                    "Sid": "Platform",
                    "Effect": "Allow",
                    "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
                    "Action": "bedrock:Retrieve",
                    "Resource": "*",
                }
            ),
        ),
    ),
    roles=_ROLES,
    policies=(LOGS, READ_ONLY),
    denied=DENIED,
    users=(
        User("anna.ops", "2026-02-01T08:00:00Z", groups=("agent-operators",)),
        User(
            "ci-release",
            "2026-03-01T08:00:00Z",
            inline={
                "Release": policy(
                    allow(
                        "StartFlow",
                        ["bedrock:InvokeFlow"],
                        f"arn:aws:bedrock:{REGION}:{ACCOUNT}:flow/*",
                    )
                )
            },
            tags={"owner": "jonas.keller"},
        ),
    ),
    groups=(
        UserGroup(
            "agent-operators",
            "2026-02-01T07:50:00Z",
            inline={
                "Operate": policy(
                    allow("AskAgents", ["bedrock:InvokeAgent"], "*"),
                    allow("AskRuntimes", ["bedrock-agentcore:InvokeAgentRuntime"], "*"),
                )
            },
        ),
    ),
    keys=(
        Key(
            "trips",
            "2026-09-15T09:00:00Z",
            policy(
                {
                    "Sid": "Account",
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                    "Action": "kms:*",
                    "Resource": "*",
                },
                {
                    "Sid": "Agents",
                    "Effect": "Allow",
                    "Principal": {"Service": "bedrock.amazonaws.com"},
                    "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
                    "Resource": "*",
                },
            ),
            "Settings and sessions of the trip planner",
        ),
    ),
)

NEWER = Newer(
    runtimes=(
        Runtime(
            "aws_operations",
            OPERATIONS_ROLE,
            {
                "1": Build(
                    f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/aws-operations:1.4",
                    {"MCP_SERVERS": "aws-api,aws-docs"},
                )
            },
            {"DEFAULT": "1"},
            _tags("jonas.keller", "Answers questions about accounts", "operations"),
            "2026-09-18T08:30:00Z",
            description="Reads accounts and answers questions about them",
            subnets=("subnet-0a1b2c3d4e5f60718", "subnet-0f1e2d3c4b5a69788"),
        ),
    ),
    gateways=(
        Gateway(
            "sre-tools",
            "sre-tools-gateway-role",
            (
                Target(
                    "Metrics",
                    schema="s3://examplecorp-scratch/openapi/metrics.yaml",
                    provider="observability",
                ),
                Target(
                    "PullRequests",
                    server="https://mcp.examplecorp.internal/github",
                    provider="github",
                    scopes=("read:org", "repo"),
                ),
            ),
            _tags("jonas.keller", "Tools for engineers on call", "operations"),
            "2026-09-19T08:30:00Z",
            description="Metrics and pull requests",
            engine=("sre_guard", "ENFORCE"),
        ),
    ),
    flows=(
        Flow(
            "release-notes",
            "AmazonBedrockExecutionRoleForFlows_release-notes",
            _tags("jonas.keller", "Drafts release notes", "engineering"),
            "2026-09-22T08:00:00Z",
            base="engineering-kb",
            prompt="release-notes",
            description="Looks up what changed and writes about it",
        ),
    ),
    tools=Tools(
        browsers={"research_browser": "sandbox-tools-role"},
        interpreters={"notebook": "sandbox-tools-role"},
    ),
    providers=(
        Provider("observability", "2026-09-19T08:10:00Z"),
        Provider("github", "2026-09-19T08:12:00Z", vendor="GithubOauth2"),
    ),
    engines=(
        Engine(
            "sre_guard",
            "2026-09-19T08:15:00Z",
            {
                "read_only": (
                    'permit(principal, action, resource) when { context.input.method == "GET" };'
                )
            },
        ),
    ),
    prompts=(
        Prompt(
            "release-notes",
            HAIKU,
            "Write release notes from {{changes}} for people who do not program.",
            "2026-09-22T07:55:00Z",
        ),
    ),
    identities=("aws_operations",),
)
