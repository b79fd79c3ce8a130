"""The bank's agents: the banking assistant, and the mortgage team on one shared role."""

from demo_estate.documents import LAMBDA_TRUST, allow, model, policy, trusts, trusts_bedrock
from demo_estate.hr import ACCOUNT, HAIKU, REGION, SONNET, TITAN
from demo_estate.model import (
    Agent,
    Base,
    Bucket,
    Function,
    Group,
    Guardrail,
    Partner,
    Role,
    Source,
    Tool,
    Version,
    collection_arn,
    ident,
)

SHARED = "DEFAULT_AgentExecutionRole"
_BANKING_ROLE = "AmazonBedrockExecutionRoleForAgents_banking-assistant1q"
_BASE_ROLE = "AmazonBedrockExecutionRoleForKnowledgeBase_lending"
_FUNCTION_ROLE = "mortgage-functions-role"
_GUARDRAIL = "banking-denied-topics"


def _tags(purpose: str) -> dict[str, str]:
    return {"owner": "priya.nair", "purpose": purpose, "data-domain": "lending"}


_BANKING = Version(
    "2026-06-23T14:00:00Z",
    _BANKING_ROLE,
    SONNET,
    "You are the assistant of Example Bank. Tell customers their balance and book appointments in "
    "a branch. Never give investment advice.",
    (
        Group(
            "BankingActions",
            "Balances and appointments.",
            function="banking-actions",
            tools=(
                Tool("get_account_balance", "Returns a balance.", {"account_id": "The account"}),
                Tool(
                    "book_appointment",
                    "Books an appointment in a branch.",
                    {"branch": "The branch", "at": "Day and hour"},
                    confirm=True,
                ),
            ),
        ),
    ),
    ("lending-kb",),
    guardrail=(_GUARDRAIL, "2"),
)

_GENERAL = Version(
    "2026-04-14T09:30:00Z",
    SHARED,
    HAIKU,
    "Answer general questions about mortgages from the knowledge base, with the source.",
    bases=("lending-kb",),
)
_EXISTING = Version(
    "2026-04-14T09:40:00Z",
    SHARED,
    HAIKU,
    "Answer questions of customers about the mortgage that they already have.",
    (
        Group(
            "actions_existing_mortgage",
            "Reads the state of a mortgage.",
            function="existing-mortgage",
            tools=(
                Tool(
                    "get_mortgage_status",
                    "Returns balance, rate and next payment.",
                    {"customer_id": "The customer"},
                ),
            ),
        ),
    ),
)
_APPLICATION = Version(
    "2026-04-14T09:50:00Z",
    SHARED,
    SONNET,
    "Help customers with a mortgage application: missing documents, details, past rates.",
    (
        Group(
            "actions_mortgage_application",
            "Reads an application and the history of rates.",
            function="mortgage-application",
            tools=(
                Tool(
                    "get_mortgage_app_doc_status",
                    "Lists the documents that are missing.",
                    {"customer_id": "The customer"},
                ),
                Tool(
                    "get_application_details",
                    "Returns an application.",
                    {"customer_id": "The customer"},
                ),
                Tool("get_mortgage_rate_history", "Returns the rates of the last weeks."),
            ),
        ),
        Group("CodeInterpreter", "Draws charts.", signature="AMAZON.CodeInterpreter"),
    ),
)
_SUPERVISOR = Version(
    "2026-04-14T10:20:00Z",
    SHARED,
    SONNET,
    "Route each question about mortgages to the colleague who knows most about it.",
    partners=(
        Partner("general_mortgage_questions", "Questions that concern no account."),
        Partner("existing_mortgage_assistant", "Questions about an existing mortgage."),
        Partner("mortgage_application_agent", "Questions about a running application."),
    ),
)


def _agent(name: str, description: str, version: Version, live: str, purpose: str) -> Agent:
    return Agent(
        name,
        description,
        version,
        {live: version},
        {"live": live},
        _tags(purpose),
        "2026-04-02T08:00:00Z",
    )


AGENTS = (
    _agent(
        "banking-assistant",
        "Balances and branch appointments",
        _BANKING,
        "5",
        "Balances and appointments for customers of the bank",
    ),
    _agent(
        "mortgages_assistant",
        "Supervisor of the mortgage team",
        _SUPERVISOR,
        "2",
        "Routes questions about mortgages",
    ),
    _agent(
        "general_mortgage_questions",
        "General questions about mortgages",
        _GENERAL,
        "1",
        "Answers general questions from published documents",
    ),
    _agent(
        "existing_mortgage_assistant",
        "Questions about an existing mortgage",
        _EXISTING,
        "1",
        "Reads the state of a customer's mortgage",
    ),
    _agent(
        "mortgage_application_agent",
        "Questions about a mortgage application",
        _APPLICATION,
        "3",
        "Reads applications and draws rate charts",
    ),
)

FUNCTIONS = (
    Function(
        "banking-actions",
        "banking-actions-role",
        ("banking-assistant",),
        "2026-06-20T10:00:00.000+0000",
        environment={"ACCOUNTS_TABLE": "bank-accounts"},
    ),
    Function(
        "existing-mortgage",
        _FUNCTION_ROLE,
        (),
        "2026-04-13T12:00:00.000+0000",
        any_agent=True,
    ),
    Function(
        "mortgage-application",
        _FUNCTION_ROLE,
        (),
        "2026-04-13T12:05:00.000+0000",
        any_agent=True,
    ),
)

BASES = (
    Base(
        "lending-kb",
        "Published documents about mortgages and accounts",
        _BASE_ROLE,
        "2026-04-10T08:00:00Z",
        (Source("mortgage-guides", "2026-04-10T08:10:00Z", bucket="examplecorp-lending-guides"),),
        {"owner": "priya.nair", "data-domain": "lending"},
    ),
)

GUARDRAILS = (
    Guardrail(
        _GUARDRAIL,
        "Keeps the banking assistant away from investment advice",
        "2",
        {
            "Investment advice": "Recommendations to buy or sell shares, funds or crypto-assets.",
            "Legal advice": "Statements about what a customer should do in a lawsuit.",
        },
        "2026-06-01T08:00:00Z",
    ),
)

BUCKETS = (
    Bucket("examplecorp-lending-guides", {"data-classification": "public", "team": "lending"}),
)

ROLES = (
    Role(
        _BANKING_ROLE,
        trusts_bedrock(ACCOUNT, REGION, f"agent/{ident(f'{ACCOUNT}/agent/banking-assistant')}"),
        created="2026-06-01T08:05:00Z",
        inline={
            "BankingAssistant": policy(
                allow("InvokeModel", ["bedrock:InvokeModel"], model(REGION, SONNET)),
                allow("Guardrails", "bedrock:*Guardrail*", "*"),
            )
        },
        path="/service-role/",
        last_used="2026-11-01T17:30:00Z",
    ),
    Role(
        "banking-actions-role",
        LAMBDA_TRUST,
        created="2026-06-01T08:06:00Z",
        inline={
            "Accounts": policy(
                allow(
                    "ReadBalances",
                    ["dynamodb:GetItem", "dynamodb:Query"],
                    f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/bank-accounts",
                ),
                allow(
                    "BookAppointments",
                    ["dynamodb:PutItem"],
                    f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/branch-appointments",
                ),
            )
        },
        attached=("AWSLambdaBasicExecutionRole",),
        last_used="2026-11-01T17:30:00Z",
    ),
    Role(
        SHARED,
        trusts("bedrock.amazonaws.com"),
        created="2026-04-02T07:50:00Z",
        inline={
            "AgentExecution": policy(
                allow(
                    "Models",
                    [
                        "bedrock:InvokeModel*",
                        "bedrock:CreateInferenceProfile",
                        "bedrock:DeleteInferenceProfile",
                        "bedrock:GetInferenceProfile",
                    ],
                    "*",
                ),
                allow(
                    "Collaborators",
                    ["bedrock:GetAgentAlias", "bedrock:InvokeAgent"],
                    f"arn:aws:bedrock:{REGION}:{ACCOUNT}:agent-alias/*",
                ),
                allow(
                    "KnowledgeBases",
                    ["bedrock:Retrieve"],
                    f"arn:aws:bedrock:{REGION}:{ACCOUNT}:knowledge-base/*",
                ),
            )
        },
        last_used="2026-11-01T17:12:00Z",
    ),
    Role(
        _FUNCTION_ROLE,
        LAMBDA_TRUST,
        created="2026-04-02T07:55:00Z",
        inline={
            "Mortgages": policy(
                allow(
                    "ReadMortgages",
                    ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"],
                    f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/mortgage-*",
                ),
                allow("RateHistory", ["s3:GetObject"], "arn:aws:s3:::examplecorp-rates/*"),
            )
        },
        attached=("AWSLambdaBasicExecutionRole",),
        last_used="2026-11-01T17:12:00Z",
    ),
    Role(
        _BASE_ROLE,
        trusts_bedrock(ACCOUNT, REGION, "knowledge-base/*"),
        created="2026-04-10T07:50:00Z",
        inline={
            "KnowledgeBase": policy(
                allow("Embed", "bedrock:InvokeModel", model(REGION, TITAN)),
                allow(
                    "ReadDocuments",
                    ["s3:GetObject", "s3:ListBucket"],
                    [
                        "arn:aws:s3:::examplecorp-lending-guides",
                        "arn:aws:s3:::examplecorp-lending-guides/*",
                    ],
                ),
                allow(
                    "Search",
                    "aoss:APIAccessAll",
                    collection_arn(ACCOUNT, REGION, "lending-kb"),
                ),
            )
        },
        path="/service-role/",
        last_used="2026-11-01T02:10:00Z",
    ),
)
