"""The HR assistant: made to answer questions about time off, later given the payroll.

`BEFORE` and `AFTER` hold what differs between the two points in time; everything else stays.
"""

from dataclasses import dataclass

from demo_estate.documents import LAMBDA_TRUST, allow, model, policy, trusts_bedrock
from demo_estate.model import (
    Agent,
    Base,
    Bucket,
    Function,
    Group,
    Managed,
    Role,
    Source,
    Tool,
    Version,
    collection_arn,
    ident,
)

ACCOUNT = "111122223333"
REGION = "us-east-1"
NAME = "hr-assistant"
AGENT_ROLE = "AmazonBedrockExecutionRoleForAgents-HumanInTheLoop"
BASE_ROLE = "AmazonBedrockExecutionRoleForKnowledgeBase_hr"
HAIKU = "anthropic.claude-3-5-haiku-20241022-v1:0"
SONNET = "anthropic.claude-sonnet-4-20250514-v1:0"
TITAN = "amazon.titan-embed-text-v2:0"

_TIME_OFF = (
    "You help employees of Example Corp with questions about their time off. Look up the balance, "
    "explain the leave policy, and prepare a request for the employee to confirm."
)
_PAYROLL = (
    "You help employees of Example Corp with time off and payroll. Look up balances and payslips, "
    "correct bank details when an employee asks for it, and start an off-cycle payment run when a "
    "manager approves it in the conversation."
)

GET_TIME_OFF = Group(
    "GetTimeOff",
    "Reads the time-off balance of an employee.",
    function="hr-time-off",
    tools=(
        Tool(
            "get_time_off",
            "Returns the days that are left this year.",
            {"employee_id": "The employee"},
        ),
    ),
)
REQUEST_TIME_OFF = Group(
    "RequestTimeOff",
    "Prepares a request for time off; the calling application shows it to a person first.",
    tools=(
        Tool(
            "create_time_off_request",
            "Prepares a request between two dates.",
            {"start_date": "First day off", "number_of_days": "How many days"},
            confirm=True,
        ),
    ),
)
PAYROLL_ACTIONS = Group(
    "PayrollActions",
    "Reads payslips, changes bank details and starts off-cycle payments.",
    function="hr-payroll-actions",
    tools=(
        Tool("get_payslip", "Returns one payslip.", {"employee_id": "The employee"}),
        Tool(
            "update_bank_details",
            "Changes the account that a salary is paid to.",
            {"employee_id": "The employee", "iban": "The new account"},
        ),
        Tool(
            "start_payment_run",
            "Starts an off-cycle payment run.",
            {"amount": "In euro", "employee_id": "The employee"},
        ),
    ),
)

_V2 = Version("2026-03-09T10:12:00Z", AGENT_ROLE, HAIKU, _TIME_OFF, (GET_TIME_OFF,))
_V3 = Version(
    "2026-05-18T13:40:00Z",
    AGENT_ROLE,
    HAIKU,
    _TIME_OFF,
    (GET_TIME_OFF, REQUEST_TIME_OFF),
    ("hr-policies-kb",),
)
_V4 = Version(
    "2026-11-17T16:25:00Z",
    AGENT_ROLE,
    HAIKU,
    _PAYROLL,
    (GET_TIME_OFF, REQUEST_TIME_OFF, PAYROLL_ACTIONS),
    ("hr-policies-kb",),
)

_TAGS = {
    "owner": "maria.sanchez",
    "purpose": "Answers questions about time off and prepares requests",
    "data-domain": "hr",
    "criticality": "medium",
}


def _agent(draft: Version, versions: dict[str, Version], live: str) -> Agent:
    return Agent(
        name=NAME,
        description="Time-off questions and requests for employees",
        draft=draft,
        versions=versions,
        aliases={"prod": live},
        tags=_TAGS,
        created="2026-02-02T08:30:00Z",
    )


_INLINE = policy(
    allow(
        "InvokeModel",
        ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"],
        [model(REGION, HAIKU), model(REGION, SONNET)],
    ),
    allow(
        "QueryPolicies",
        ["bedrock:Retrieve", "bedrock:RetrieveAndGenerate"],
        f"arn:aws:bedrock:{REGION}:{ACCOUNT}:knowledge-base/*",
    ),
    allow(
        "HrDocuments",
        "s3:*",
        ["arn:aws:s3:::examplecorp-hr-documents", "arn:aws:s3:::examplecorp-hr-documents/*"],
    ),
    allow(
        "TimeOffTables",
        "dynamodb:*",
        f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/employee-*",
    ),
    allow(
        "WorkdayCredentials",
        "secretsmanager:GetSecretValue",
        f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:hr/*",
    ),
)

_REPORTING = Managed(
    "HrTeamReporting",
    policy(
        allow(
            "RunReports",
            ["athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults"],
            f"arn:aws:athena:{REGION}:{ACCOUNT}:workgroup/hr-reporting",
        ),
        allow("ReadCatalogue", ["glue:GetDatabase", "glue:GetTable", "glue:GetTables"], "*"),
        allow("ReadAnalytics", ["s3:GetObject"], "arn:aws:s3:::examplecorp-analytics/*"),
    ),
    created="2026-02-20T11:05:00Z",
    version="v2",
    description="Reports of the HR team; made for the pilot.",
)

BOUNDARY = Managed(
    "AgentWorkloadBoundary",
    policy(
        allow(
            "WhatAgentsMayDo",
            [
                "bedrock:*",
                "lambda:InvokeFunction",
                "s3:Get*",
                "s3:List*",
                "s3:PutObject",
                "dynamodb:BatchGetItem",
                "dynamodb:DescribeTable",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:Scan",
                "dynamodb:UpdateItem",
                "athena:*",
                "glue:Get*",
                "secretsmanager:GetSecretValue",
                "logs:*",
            ],
            "*",
        ),
        {
            "Sid": "NeverIdentity",
            "Effect": "Deny",
            "Action": ["iam:*", "organizations:*", "sts:AssumeRole"],
            "Resource": "*",
        },
    ),
    created="2026-01-12T09:00:00Z",
    version="v3",
    description="The most that an agent of this account may do.",
)

_ROLE = Role(
    AGENT_ROLE,
    trusts_bedrock(ACCOUNT, REGION, f"agent/{ident(f'{ACCOUNT}/agent/{NAME}')}"),
    created="2026-02-02T08:20:00Z",
    inline={"HrAssistantAccess": _INLINE},
    attached=("HrTeamReporting",),
    boundary="AgentWorkloadBoundary",
    path="/service-role/",
    tags={"team": "hr-applications"},
    last_used="2026-11-01T16:44:00Z",
    unused=("athena", "glue", "secretsmanager"),
)

_TIME_OFF_ROLE = Role(
    "hr-time-off-function-role",
    LAMBDA_TRUST,
    created="2026-02-02T08:22:00Z",
    inline={
        "TimeOffTable": policy(
            allow(
                "ReadAndBook",
                ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"],
                f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/employee-time-off",
            )
        )
    },
    attached=("AWSLambdaBasicExecutionRole",),
    last_used="2026-11-01T16:44:00Z",
)

_PAYROLL_ROLE = Role(
    "hr-payroll-actions-role",
    LAMBDA_TRUST,
    created="2026-11-16T15:02:00Z",
    inline={
        "PayrollAdministration": policy(
            allow(
                "PayrollTables",
                "dynamodb:*",
                f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/payroll-*",
            ),
            allow("PayrollExports", "s3:*", "arn:aws:s3:::examplecorp-payroll-exports/*"),
            allow("BankGateway", "secretsmanager:GetSecretValue", "*"),
            allow(
                "PaymentRuns",
                ["states:StartExecution", "states:DescribeExecution"],
                f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:payroll-*",
            ),
            allow("RunJobs", "iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/payroll-*"),
            allow("CreateJobs", ["lambda:CreateFunction", "lambda:InvokeFunction"], "*"),
        )
    },
    attached=("AWSLambdaBasicExecutionRole",),
    last_used="2026-11-22T18:03:00Z",
)

_COMPENSATION = "arn:aws:s3:::examplecorp-hr-compensation"


def _base_role(*, compensation: bool) -> Role:
    buckets = ["arn:aws:s3:::examplecorp-hr-policies"]
    if compensation:
        buckets.append(_COMPENSATION)
    return Role(
        BASE_ROLE,
        trusts_bedrock(ACCOUNT, REGION, "knowledge-base/*"),
        created="2026-05-11T09:10:00Z",
        inline={
            "KnowledgeBase": policy(
                allow("Embed", "bedrock:InvokeModel", model(REGION, TITAN)),
                allow("ListDocuments", "s3:ListBucket", buckets),
                allow("ReadDocuments", "s3:GetObject", [f"{name}/*" for name in buckets]),
                allow(
                    "Search",
                    "aoss:APIAccessAll",
                    collection_arn(ACCOUNT, REGION, "hr-policies-kb"),
                ),
            )
        },
        path="/service-role/",
        last_used="2026-11-01T02:00:00Z",
    )


_HANDBOOK = Source("leave-handbook", "2026-05-11T09:20:00Z", bucket="examplecorp-hr-policies")
_SALARIES = Source(
    "compensation-bands",
    "2026-11-17T16:05:00Z",
    bucket="examplecorp-hr-compensation",
    prefixes=("bands/", "individual-salaries/"),
)


def _base(*sources: Source) -> Base:
    return Base(
        "hr-policies-kb",
        "The leave handbook and what belongs to it",
        BASE_ROLE,
        "2026-05-11T09:15:00Z",
        sources,
        {"owner": "maria.sanchez", "data-domain": "hr"},
    )


@dataclass(frozen=True)
class Parts:
    """What the HR assistant brings to its account at one point in time."""

    agent: Agent
    functions: tuple[Function, ...]
    base: Base
    roles: tuple[Role, ...]
    buckets: tuple[Bucket, ...]


POLICIES = (_REPORTING, BOUNDARY)

_FUNCTION = Function(
    "hr-time-off",
    "hr-time-off-function-role",
    (NAME,),
    "2026-05-18T13:20:00.000+0000",
    environment={"TABLE_NAME": "employee-time-off", "WORKDAY_TENANT": "examplecorp"},
)
_DOCUMENTS = Bucket("examplecorp-hr-policies", {"data-classification": "internal", "team": "hr"})

BEFORE = Parts(
    _agent(_V3, {"2": _V2, "3": _V3}, "3"),
    (_FUNCTION,),
    _base(_HANDBOOK),
    (_ROLE, _TIME_OFF_ROLE, _base_role(compensation=False)),
    (_DOCUMENTS,),
)

AFTER = Parts(
    _agent(_V4, {"2": _V2, "3": _V3, "4": _V4}, "4"),
    (
        _FUNCTION,
        Function(
            "hr-payroll-actions",
            "hr-payroll-actions-role",
            (NAME,),
            "2026-11-17T15:58:00.000+0000",
            environment={
                "PAYROLL_TABLE": "payroll-accounts",
                "BANK_GATEWAY_SECRET": "bank-gateway/production",
                "EXPORT_BUCKET": "examplecorp-payroll-exports",
            },
        ),
    ),
    _base(_HANDBOOK, _SALARIES),
    (_ROLE, _TIME_OFF_ROLE, _PAYROLL_ROLE, _base_role(compensation=True)),
    (
        _DOCUMENTS,
        Bucket(
            "examplecorp-hr-compensation",
            {"data-classification": "confidential", "team": "compensation-and-benefits"},
        ),
    ),
)
