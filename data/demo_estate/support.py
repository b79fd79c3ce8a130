"""The second account: the support desk and the developers' assistant, run by the platform team."""

from demo_estate.documents import BEDROCK_FULL, LAMBDA_TRUST, LOGS, allow, policy, trusts
from demo_estate.model import (
    Agent,
    Base,
    Bucket,
    Denied,
    Function,
    Group,
    Partner,
    Place,
    Role,
    Source,
    Tool,
    Version,
)
from demo_estate.newer import Harness, Newer

ACCOUNT = "444455556666"
REGION = "eu-west-1"
_SHARED = "DEFAULT_AgentExecutionRole"
_GITHUB_ROLE = "github-assistant-agent-role"
_BASE_ROLE = "AmazonBedrockExecutionRoleForKnowledgeBase_support"
_MODEL = "eu.anthropic.claude-3-7-sonnet-20250219-v1:0"
_SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:Bedrock-Confluence-Secret-a1B2c3"


def _tags(purpose: str) -> dict[str, str]:
    return {"owner": "jonas.keller", "purpose": purpose, "data-domain": "engineering"}


_JIRA = Version(
    "2026-09-01T09:00:00Z",
    _SHARED,
    _MODEL,
    "Answer questions about tickets and pages of the wiki, with a link.",
    bases=("support-wiki-kb",),
)
_GITHUB_QUESTIONS = Version(
    "2026-09-01T09:10:00Z",
    _SHARED,
    _MODEL,
    "Answer questions about the public documentation of the product.",
    bases=("product-docs-kb",),
)
SUPPORT = Version(
    "2026-09-01T09:30:00Z",
    _SHARED,
    _MODEL,
    "Help engineers on call: ask the wiki first, then the product documentation.",
    partners=(
        Partner("JIRA_questions", "Questions about tickets and the wiki."),
        Partner("Github_questions", "Questions about the documentation.", relay=False),
    ),
)
_GITHUB = Version(
    "2026-10-06T10:00:00Z",
    _GITHUB_ROLE,
    _MODEL,
    "Tell developers which pull requests wait for them.",
    (
        Group(
            "GithubActionGroup",
            "Reads pull requests.",
            function="github-pull-requests",
            tools=(
                Tool(
                    "get_git_hub_pull_requests",
                    "Lists open pull requests.",
                    {"repository": "Owner and name"},
                ),
            ),
        ),
    ),
)


def _agent(name: str, description: str, version: Version, purpose: str) -> Agent:
    return Agent(
        name,
        description,
        version,
        {"1": version},
        {"prod": "1"},
        _tags(purpose),
        "2026-08-31T08:00:00Z",
    )


_AGENTS = (
    _agent("support_assistant", "Supervisor of the support desk", SUPPORT, "Helps on call"),
    _agent("JIRA_questions", "Tickets and wiki", _JIRA, "Answers from tickets and wiki"),
    _agent("Github_questions", "Product documentation", _GITHUB_QUESTIONS, "Answers from the docs"),
    _agent("github-assistant", "Pull requests", _GITHUB, "Lists pull requests"),
)

_ROLES = (
    Role(
        _SHARED,
        trusts("bedrock.amazonaws.com"),
        created="2026-08-31T07:50:00Z",
        inline={
            "AgentExecution": policy(
                allow("Models", ["bedrock:InvokeModel*"], "*"),
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
        last_used="2026-11-01T11:00:00Z",
    ),
    Role(
        _GITHUB_ROLE,
        trusts("bedrock.amazonaws.com", {"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
        created="2026-10-05T07:50:00Z",
        inline={
            "Github": policy(
                allow("InvokeModel", ["bedrock:InvokeModel*"], "*"),
                allow("Deploy", ["cloudformation:*"], "*"),
            )
        },
        last_used="2026-10-30T09:00:00Z",
        unused=("cloudformation",),
    ),
    Role(
        "github-pull-requests-role",
        LAMBDA_TRUST,
        created="2026-10-05T07:52:00Z",
        inline={
            "Token": policy(
                allow(
                    "ReadToken",
                    ["secretsmanager:GetSecretValue"],
                    f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:github/*",
                )
            )
        },
        attached=("AWSLambdaBasicExecutionRole",),
        last_used="2026-10-30T09:00:00Z",
    ),
    Role(
        _BASE_ROLE,
        trusts("bedrock.amazonaws.com", {"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
        created="2026-08-31T07:55:00Z",
        inline={
            "KnowledgeBase": policy(
                allow("Embed", "bedrock:InvokeModel", "*"),
                allow("Confluence", "secretsmanager:GetSecretValue", _SECRET),
                allow("Search", "aoss:APIAccessAll", "*"),
            )
        },
        path="/service-role/",
        last_used="2026-11-01T02:00:00Z",
    ),
    Role(
        "AmazonBedrockAgentCoreHarnessDefaultServiceRole-sre",
        trusts("bedrock-agentcore.amazonaws.com"),
        created="2026-09-14T07:50:00Z",
        inline={
            "Harness": policy(
                allow("Models", ["bedrock:InvokeModel*"], "*"),
                allow("Logs", ["logs:*"], "*"),
                allow("Metrics", ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"], "*"),
            )
        },
        last_used="2026-11-01T22:00:00Z",
    ),
    Role(
        "sandbox-notebooks",
        trusts("sagemaker.amazonaws.com"),
        created="2026-05-04T07:55:00Z",
        attached=("AmazonBedrockFullAccess",),
        last_used="2026-10-29T13:00:00Z",
    ),
)

NEWER = Newer(
    harnesses=(
        Harness(
            "sre_assistant",
            "AmazonBedrockAgentCoreHarnessDefaultServiceRole-sre",
            _MODEL,
            "You help engineers on call: read logs and metrics, suggest a runbook, change nothing.",
            {
                "logs": "https://mcp.examplecorp.internal/logs",
                "runbooks": "https://mcp.examplecorp.internal/runbooks",
            },
            _tags("Reads logs and runbooks for engineers on call"),
            "2026-09-14T08:00:00Z",
        ),
    ),
)

PLACE = Place(
    account=ACCOUNT,
    region=REGION,
    name="platform",
    agents=_AGENTS,
    functions=(
        Function(
            "github-pull-requests",
            "github-pull-requests-role",
            ("github-assistant",),
            "2026-10-06T09:40:00.000+0000",
            environment={"GITHUB_ORGANISATION": "examplecorp"},
        ),
    ),
    bases=(
        Base(
            "support-wiki-kb",
            "Pages of the support wiki",
            _BASE_ROLE,
            "2026-08-31T08:30:00Z",
            (
                Source(
                    "support-wiki",
                    "2026-08-31T08:40:00Z",
                    confluence=("https://examplecorp.atlassian.net", _SECRET),
                ),
            ),
            {"owner": "jonas.keller"},
        ),
        Base(
            "product-docs-kb",
            "Public documentation of the product",
            _BASE_ROLE,
            "2026-08-31T08:45:00Z",
            (
                Source(
                    "product-docs",
                    "2026-08-31T08:50:00Z",
                    urls=("https://docs.example.com/product/",),
                ),
                Source("runbooks", "2026-08-31T08:55:00Z", bucket="examplecorp-runbooks"),
            ),
            {"owner": "jonas.keller"},
        ),
    ),
    roles=_ROLES,
    policies=(BEDROCK_FULL, LOGS),
    buckets=(Bucket("examplecorp-runbooks", {"data-classification": "internal"}),),
    denied=(
        Denied(
            "lambda",
            "GetFunctionConfiguration",
            {"FunctionName": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:github-pull-requests"},
            "lambda:GetFunctionConfiguration",
            f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:github-pull-requests",
        ),
        Denied(
            "s3",
            "GetBucketTagging",
            {"Bucket": "examplecorp-runbooks"},
            "s3:GetBucketTagging",
            "arn:aws:s3:::examplecorp-runbooks",
        ),
    ),
)
