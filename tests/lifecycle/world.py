"""A small estate that tests change in one place."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from recert.estate.agents import Agent, AgentKind, AgentVersion, Alias
from recert.estate.authority import InlinePolicy, ManagedPolicy, Role
from recert.estate.base import Concealed
from recert.estate.estate import Estate, Source, Visit
from recert.estate.integrations import (
    ActionGroup,
    Bucket,
    Collaborator,
    DataSource,
    Function,
    Guardrail,
    GuardrailRef,
    KnowledgeBase,
    KnowledgeBaseLink,
    ToolFunction,
)

ACCOUNT = "111122223333"
REGION = "us-east-1"
START = datetime(2026, 11, 1, 9, tzinfo=UTC)


def arn(agent_id: str) -> str:
    return f"arn:aws:bedrock:{REGION}:{ACCOUNT}:agent/{agent_id}"


HR = arn("HR00000001")
BANK = arn("BANK000001")
HR_ROLE = f"arn:aws:iam::{ACCOUNT}:role/hr-agent"
BANK_ROLE = f"arn:aws:iam::{ACCOUNT}:role/bank-agent"
TOOL_ROLE = f"arn:aws:iam::{ACCOUNT}:role/tool"
BASE_ROLE = f"arn:aws:iam::{ACCOUNT}:role/base"
TOOL = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:tool"
BASE = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:knowledge-base/KB00000001"
BUCKET = "arn:aws:s3:::hr-handbook"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/agent-boundary"
SHARED_POLICY = f"arn:aws:iam::{ACCOUNT}:policy/agents-common"


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def trust(service: str = "bedrock.amazonaws.com", condition: Any = None) -> str:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
    }
    if condition is not None:
        statement["Condition"] = condition
    return policy(statement)


GUARDED = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def role(role_arn: str, *documents: str, **more: Any) -> Role:
    name = role_arn.rpartition("/")[2]
    values: dict[str, Any] = {
        "arn": role_arn,
        "role_id": f"AROA{name.upper()}",
        "name": name,
        "path": "/",
        "account": ACCOUNT,
        "trust": trust(condition=GUARDED),
        "created_at": START - timedelta(days=400),
        "inline": tuple(
            InlinePolicy(name=f"p{number}", document=document)
            for number, document in enumerate(documents)
        ),
    }
    return Role(**{**values, **more})


def concealed(text: str, key: str = "k1") -> Concealed:
    return Concealed(digest=f"digest of {text}", length=len(text), key_id=key)


GROUP = ActionGroup(
    id="AG00000001",
    name="TimeOff",
    state="ENABLED",
    executor="lambda",
    function_arn=TOOL,
    functions=(
        ToolFunction(name="get_time_off", parameters=("employee",)),
        ToolFunction(name="request_time_off", requires_confirmation=True),
    ),
)


def version(name: str, role_arn: str | None = HR_ROLE, **more: Any) -> AgentVersion:
    values: dict[str, Any] = {
        "version": name,
        "role_arn": role_arn,
        "model": "anthropic.claude-sonnet-4-v1:0",
        "instruction": concealed("help employees"),
        "guardrail": GuardrailRef(identifier="GR00000001", version="1"),
        "action_groups": (GROUP,),
        "knowledge_bases": (KnowledgeBaseLink(id="KB00000001", state="ENABLED"),),
    }
    return AgentVersion(**{**values, **more})


def agent(agent_arn: str, *versions: AgentVersion, live: str | None = "1", **more: Any) -> Agent:
    agent_id = agent_arn.rpartition("/")[2]
    aliases = [Alias(id="TSTALIASID", name="AgentTestAlias", versions=("DRAFT",), test=True)]
    if live is not None:
        aliases.append(Alias(id="PROD", name="prod", versions=(live,)))
    values: dict[str, Any] = {
        "arn": agent_arn,
        "id": agent_id,
        "name": agent_id.rstrip("0123456789").lower(),
        "kind": AgentKind.BEDROCK_AGENT,
        "account": ACCOUNT,
        "region": REGION,
        "owner": "alice@example.com",
        "purpose": "time off",
        "tags": {"owner": "alice@example.com", "purpose": "time off"},
        "versions": versions,
        "aliases": tuple(aliases),
    }
    return Agent(**{**values, **more})


def small() -> Estate:
    """One live agent with a function and a knowledge base, one draft beside it."""
    return Estate(
        taken_at=START,
        source=Source(kind="replay", recording_digest="sha256:0"),
        visits=(Visit(account=ACCOUNT, region=REGION, kind=AgentKind.BEDROCK_AGENT, collector=1),),
        agents=(
            agent(
                BANK,
                version(
                    "DRAFT",
                    BANK_ROLE,
                    action_groups=(),
                    knowledge_bases=(),
                    guardrail=None,
                ),
                live=None,
            ),
            agent(HR, version("1"), version("DRAFT")),
        ),
        roles=(
            role(BANK_ROLE, policy(allow("dynamodb:GetItem", "arn:aws:dynamodb:*:*:table/a"))),
            role(BASE_ROLE, policy(allow("s3:GetObject", f"{BUCKET}/*"))),
            role(
                HR_ROLE,
                policy(allow(["bedrock:InvokeModel", "bedrock:Retrieve"], BASE)),
                boundary=BOUNDARY,
                attached=(SHARED_POLICY,),
            ),
            role(TOOL_ROLE, policy(allow("dynamodb:PutItem", "arn:aws:dynamodb:*:*:table/b"))),
        ),
        managed_policies=(
            ManagedPolicy(
                arn=BOUNDARY,
                name="agent-boundary",
                version_id="v1",
                document=policy(allow(["bedrock:*", "logs:*"])),
            ),
            ManagedPolicy(
                arn=SHARED_POLICY,
                name="agents-common",
                version_id="v1",
                document=policy(allow("logs:PutLogEvents", "arn:aws:logs:*:*:log-group:/agents/*")),
            ),
        ),
        functions=(
            Function(
                arn=TOOL,
                name="tool",
                account=ACCOUNT,
                region=REGION,
                role_arn=TOOL_ROLE,
                code_sha256="one",
                environment={"TABLE": concealed("b")},
                resource_policy=policy(
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "bedrock.amazonaws.com"},
                        "Action": "lambda:InvokeFunction",
                        "Resource": TOOL,
                        "Condition": {"ArnLike": {"AWS:SourceArn": HR}},
                    }
                ),
            ),
        ),
        knowledge_bases=(
            KnowledgeBase(
                arn=BASE,
                id="KB00000001",
                name="handbook",
                account=ACCOUNT,
                region=REGION,
                role_arn=BASE_ROLE,
                storage_kind="OPENSEARCH_SERVERLESS",
                data_sources=(DataSource(id="DS1", name="handbook", kind="S3", bucket_arn=BUCKET),),
            ),
        ),
        guardrails=(
            Guardrail(
                arn=f"arn:aws:bedrock:{REGION}:{ACCOUNT}:guardrail/GR00000001",
                id="GR00000001",
                version="1",
                name="no-pii",
                account=ACCOUNT,
                region=REGION,
                content="strict",
            ),
        ),
        buckets=(Bucket(arn=BUCKET, account=ACCOUNT, tags={"data-classification": "internal"}),),
    )


def later(estate: Estate, **changes: Any) -> Estate:
    """Return the next reading with these fields replaced."""
    values = {name: getattr(estate, name) for name in Estate.model_fields}
    taken = estate.taken_at + timedelta(days=1)
    return Estate(**{**values, "taken_at": taken, **changes})


def with_agent(estate: Estate, agent_arn: str, change: Callable[[Agent], Agent]) -> Estate:
    agents = tuple(change(item) if item.arn == agent_arn else item for item in estate.agents)
    return later(estate, agents=agents)


def with_version(estate: Estate, agent_arn: str, name: str, **changes: Any) -> Estate:
    def change(item: Agent) -> Agent:
        versions = tuple(
            own.model_copy(update=changes) if own.version == name else own for own in item.versions
        )
        return item.model_copy(update={"versions": versions})

    return with_agent(estate, agent_arn, change)


def with_role(estate: Estate, role_arn: str, **changes: Any) -> Estate:
    roles = tuple(
        item.model_copy(update=changes) if item.arn == role_arn else item for item in estate.roles
    )
    return later(estate, roles=roles)


COLLABORATOR = Collaborator(
    id="C1",
    name="bank",
    alias_arn=f"arn:aws:bedrock:{REGION}:{ACCOUNT}:agent-alias/BANK000001/TSTALIASID",
)
