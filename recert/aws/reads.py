"""Every call that a reading makes, and what is unknown where it is refused.

The reader policy, `doctor` and the coverage of a reading all come from this table.
"""

from typing import Any

from recert.aws.read import Read


def _agents(operation: str, effect: str, **more: Any) -> Read:
    return Read("bedrock-agent", operation, effect, "agents", **more)


ASSUME_ROLE = Read(
    "sts", "AssumeRole", "everything in this account: it could not be entered", "accounts"
)

LIST_AGENTS = _agents(
    "ListAgents", "whether there are Bedrock agents here, and which", page_size=1000, per_second=10
)
GET_AGENT = _agents(
    "GetAgent",
    "the agent's role, model, instruction and guardrail, so its authority",
    per_second=15,
)
LIST_AGENT_ALIASES = _agents(
    "ListAgentAliases", "which versions of the agent are live", page_size=1000, per_second=10
)
GET_AGENT_VERSION = _agents(
    "GetAgentVersion", "the role and the settings of this version", per_second=10
)
LIST_ACTION_GROUPS = _agents(
    "ListAgentActionGroups", "the tools of this version", page_size=1000, per_second=10
)
GET_ACTION_GROUP = _agents(
    "GetAgentActionGroup", "what this action group calls, and its function's role", per_second=20
)
LIST_AGENT_KNOWLEDGE_BASES = _agents(
    "ListAgentKnowledgeBases",
    "the knowledge bases of this version",
    page_size=1000,
    per_second=15,
)
LIST_COLLABORATORS = _agents(
    "ListAgentCollaborators", "the agents that this version drives", page_size=1000, per_second=10
)
LIST_AGENT_TAGS = Read(
    "bedrock-agent",
    "ListTagsForResource",
    "the tags, so owner and purpose as far as tags state them",
    "owners",
    action="bedrock:ListTagsForResource",
    per_second=10,
)
LIST_KNOWLEDGE_BASES = Read(
    "bedrock-agent",
    "ListKnowledgeBases",
    "which knowledge bases exist here",
    "knowledge bases",
    page_size=1000,
    per_second=10,
)
GET_KNOWLEDGE_BASE = Read(
    "bedrock-agent",
    "GetKnowledgeBase",
    "the knowledge base's role, model and store",
    "knowledge bases",
    per_second=10,
)
LIST_DATA_SOURCES = Read(
    "bedrock-agent",
    "ListDataSources",
    "where the knowledge base takes its text from",
    "knowledge bases",
    page_size=1000,
    per_second=10,
)
GET_DATA_SOURCE = Read(
    "bedrock-agent",
    "GetDataSource",
    "what this data source reads",
    "knowledge bases",
    per_second=10,
)

ACCOUNT_AUTHORIZATION = Read(
    "iam",
    "GetAccountAuthorizationDetails",
    "the roles, users and policies of the account, so what its agents may do and who may invoke them",
    "authority",
    page_size=1000,
)
GET_POLICY = Read("iam", "GetPolicy", "which version of this policy is in force", "authority")
GET_POLICY_VERSION = Read("iam", "GetPolicyVersion", "what this policy allows", "authority")

GET_FUNCTION = Read(
    "lambda",
    "GetFunctionConfiguration",
    "the function's role and code, so what the agent does through it",
    "functions",
)
GET_FUNCTION_POLICY = Read(
    "lambda",
    "GetPolicy",
    "who may invoke the function",
    "functions",
    absent=frozenset({"ResourceNotFoundException"}),
)

DESCRIBE_ORGANIZATION = Read(
    "organizations",
    "DescribeOrganization",
    "whether the account is in an organisation, and what that organisation forbids",
    "organisation ceilings",
    per_second=5,
)
LIST_ACCOUNTS = Read(
    "organizations",
    "ListAccounts",
    "the accounts of the organisation",
    "organisation ceilings",
    page_size=20,
    per_second=8,
)
LIST_PARENTS = Read(
    "organizations",
    "ListParents",
    "which organisational units stand above the account",
    "organisation ceilings",
    per_second=5,
)
LIST_POLICIES_FOR_TARGET = Read(
    "organizations",
    "ListPoliciesForTarget",
    "which organisation policies hold for the account",
    "organisation ceilings",
    page_size=20,
    per_second=5,
)
DESCRIBE_ORG_POLICY = Read(
    "organizations",
    "DescribePolicy",
    "what this organisation policy forbids",
    "organisation ceilings",
    per_second=5,
)

LIST_FLOWS = Read(
    "bedrock-agent",
    "ListFlows",
    "whether there are flows here, and which",
    "flows",
    page_size=1000,
    per_second=10,
)
GET_FLOW = Read(
    "bedrock-agent",
    "GetFlow",
    "the draft of the flow, its role and its nodes",
    "flows",
    per_second=10,
)
GET_FLOW_VERSION = Read(
    "bedrock-agent",
    "GetFlowVersion",
    "the role and the nodes of this version of the flow",
    "flows",
    per_second=10,
)
LIST_FLOW_ALIASES = Read(
    "bedrock-agent",
    "ListFlowAliases",
    "which versions of the flow are live",
    "flows",
    page_size=1000,
    per_second=10,
)

GET_GUARDRAIL = Read(
    "bedrock", "GetGuardrail", "what this guardrail blocks", "guardrails", per_second=10
)
GET_PROMPT = Read(
    "bedrock-agent",
    "GetPrompt",
    "what this prompt says, and the model or agent that it goes to",
    "flows",
    per_second=10,
)
GET_GUARDRAIL_POLICY = Read(
    "bedrock",
    "GetResourcePolicy",
    "who else may use or change this guardrail",
    "guardrails",
    absent=frozenset({"ResourceNotFoundException"}),
    per_second=10,
)
GET_BASE_POLICY = Read(
    "bedrock-agent",
    "GetResourcePolicy",
    "who else may query this knowledge base",
    "knowledge bases",
    # A kind of base that can have no policy is told by a refused argument.
    absent=frozenset({"ResourceNotFoundException", "ValidationException"}),
    per_second=10,
)
DESCRIBE_KEY = Read(
    "kms",
    "DescribeKey",
    "whether this key works, and who manages it",
    "keys",
    per_second=100,
)
GET_KEY_POLICY = Read(
    "kms",
    "GetKeyPolicy",
    "who may use the key that the agent's settings or data rest on",
    "keys",
    per_second=100,
)
GET_MODEL_LOGGING = Read(
    "bedrock",
    "GetModelInvocationLoggingConfiguration",
    "whether model invocations are logged",
    "trails",
    per_second=5,
)

LIST_STATE_MACHINES = Read(
    "stepfunctions",
    "ListStateMachines",
    "whether there are state machines that drive agents or models",
    "state machines",
    page_size=1000,
    per_second=5,
)
DESCRIBE_STATE_MACHINE = Read(
    "stepfunctions",
    "DescribeStateMachine",
    "whether this state machine drives agents or models, and its role",
    "state machines",
    per_second=15,
)
LIST_STATE_MACHINE_TAGS = Read(
    "stepfunctions",
    "ListTagsForResource",
    "the tags, so owner and purpose as far as tags state them",
    "owners",
    per_second=5,
)

GET_BUCKET_TAGS = Read(
    "s3",
    "GetBucketTagging",
    "how the data of this bucket is classified",
    "data",
    absent=frozenset({"NoSuchTagSet"}),
)
GET_BUCKET_POLICY = Read(
    "s3",
    "GetBucketPolicy",
    "who else may read and write the data of this bucket",
    "data",
    absent=frozenset({"NoSuchBucketPolicy"}),
)

START_LAST_ACCESSED = Read(
    "iam",
    "GenerateServiceLastAccessedDetails",
    "what the role was used for: every use is unknown",
    "usage",
    resumable=False,
)
GET_LAST_ACCESSED = Read(
    "iam",
    "GetServiceLastAccessedDetails",
    "what the role was used for: every use is unknown",
    "usage",
    resumable=False,
)

LIST_USERS = Read(
    "identitystore",
    "ListUsers",
    "whether owners are still there",
    "owners",
    page_size=100,
    per_second=10,
)
LIST_INSTANCES = Read(
    "sso-admin", "ListInstances", "which identity store owners are in", "owners", per_second=10
)
LOOKUP_EVENTS = Read(
    "cloudtrail",
    "LookupEvents",
    "what the event history shows of agents at work",
    "usage",
    resumable=False,
    page_size=50,
    per_second=2,
)
DESCRIBE_TRAILS = Read(
    "cloudtrail", "DescribeTrails", "whether a use would leave a trace", "trails", per_second=8
)
GET_TRAIL_STATUS = Read(
    "cloudtrail", "GetTrailStatus", "whether this trail is recording", "trails", per_second=8
)
GET_EVENT_SELECTORS = Read(
    "cloudtrail", "GetEventSelectors", "which uses this trail records", "trails", per_second=8
)
