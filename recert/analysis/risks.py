"""What is risky about one grant, by kinds that findings and grants share."""

import re
from functools import lru_cache

from recert.analysis.need import Need
from recert.iam.arns import account_of, resource_of
from recert.iam.catalogue import Catalogue
from recert.iam.grants import EffectiveGrant
from recert.iam.narrowing import NOT_RESOURCE
from recert.iam.overlap import normal

SERIOUS = frozenset(
    {"admin_access", "privilege_escalation", "secret_readable", "guardrail_mutable"}
)
"""Risks that make a grant privileged: it needs a second pair of eyes."""

_GUARDRAIL = (
    "bedrock:UpdateGuardrail",
    "bedrock:DeleteGuardrail",
    "bedrock:CreateGuardrailVersion",
    "bedrock:UpdateAgent",
    "bedrock:DeleteEnforcedGuardrailConfiguration",
    "bedrock:PutEnforcedGuardrailConfiguration",
    "bedrock-agentcore:UpdateHarness",
)
_SECRETS = (
    "secretsmanager:GetSecretValue",
    "secretsmanager:BatchGetSecretValue",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "ssm:GetParameterHistory",
    "bedrock-agentcore:GetResourceApiKey",
    "bedrock-agentcore:GetResourceOauth2Token",
)
_SILENT = {
    "AWS::Bedrock::KnowledgeBase": ("bedrock:Retrieve", "bedrock:RetrieveAndGenerate"),
    "AWS::Bedrock::AgentAlias": ("bedrock:InvokeAgent",),
    "AWS::Bedrock::InlineAgent": ("bedrock:InvokeInlineAgent",),
    "AWS::Bedrock::FlowAlias": ("bedrock:InvokeFlow",),
    "AWS::Bedrock::Guardrail": ("bedrock:ApplyGuardrail",),
    "AWS::Bedrock::Prompt": ("bedrock:RenderPrompt",),
    "AWS::BedrockAgentCore::Runtime": ("bedrock-agentcore:InvokeAgentRuntime*",),
    "AWS::BedrockAgentCore::Gateway": ("bedrock-agentcore:InvokeGateway",),
    "AWS::BedrockAgentCore::CodeInterpreter": ("bedrock-agentcore:InvokeCodeInterpreter",),
    "AWS::S3::Object": ("s3:GetObject*", "s3:PutObject*", "s3:DeleteObject*"),
    "AWS::DynamoDB::Table": (
        "dynamodb:*Item",
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:PartiQL*",
    ),
    "AWS::Lambda::Function": ("lambda:InvokeFunction",),
    "AWS::SQS::Queue": ("sqs:SendMessage", "sqs:ReceiveMessage"),
    "AWS::SNS::Topic": ("sns:Publish",),
    "AWS::RDS::DBCluster": ("rds-data:ExecuteStatement", "rds-data:BatchExecuteStatement"),
    "": ("aoss:APIAccessAll",),
}
"""Actions by the data event that shows them; CloudTrail records these only where it was told to."""


@lru_cache(maxsize=64)
def silent_mask(catalogue: Catalogue, recorded: frozenset[str]) -> int:
    """Return the actions that leave no trace where these types of data events are recorded."""
    if "*" in recorded:
        return catalogue.union(_SILENT[""])
    found = 0
    for kind, patterns in _SILENT.items():
        if kind not in recorded:
            found |= catalogue.union(patterns)
    return found


@lru_cache(maxsize=4)
def _masks(catalogue: Catalogue) -> dict[str, int]:
    return {
        "guardrail_mutable": catalogue.union(_GUARDRAIL),
        "secret_readable": catalogue.union(_SECRETS),
    }


def risks_of(
    grant: EffectiveGrant,
    catalogue: Catalogue,
    *,
    account: str,
    escalates: bool,
    explained: bool,
    needs: tuple[Need, ...],
    silent: int,
    guarded: tuple[str, ...],
) -> tuple[str, ...]:
    """Return the kinds of risk that an effective grant carries, gravest first.

    A grant of which nothing is effective carries none. `needs` are those of its acting role; with
    none, nothing can be beyond them. `silent` holds the actions that leave no trace,
    `guarded` the ARNs of the agent and of its guardrails, where it has any.
    """
    if not grant.effective:
        return ()
    masks = _masks(catalogue)
    everywhere = "*" in grant.resources
    named = grant.action.startswith("NotAction")
    found: list[str] = []
    if everywhere and (named or grant.action in ("*", "*:*", "iam:*")):
        found.append("admin_access")
    if escalates:
        found.append("privilege_escalation")
    if grant.mask & masks["secret_readable"]:
        found.append("secret_readable")
    if grant.mask & masks["guardrail_mutable"] and any(
        grant.reach.touches(normal(place)) for place in guarded
    ):
        found.append("guardrail_mutable")
    if named or "*" in grant.action or "?" in grant.action:
        found.append("wildcard_action")
    if _wide(grant) and _placed(grant, catalogue):
        found.append("wildcard_resource")
    if any(_foreign(resource, account) for resource in grant.resources):
        found.append("foreign_account")
    if needs and not explained:
        found.append("beyond_baseline")
    if grant.mask & silent:
        found.append("unlogged_action")
    return tuple(found)


def _wide(grant: EffectiveGrant) -> bool:
    """Tell whether some resource names nothing: a star, a negation, or a star behind its type."""
    return any(names_nothing(item) for item in grant.resources)


def names_nothing(resource: str) -> bool:
    """Tell whether a Resource element names no resource: a star, a negation, a star behind a type."""
    if resource == "*" or resource.startswith(NOT_RESOURCE):
        return True
    rest = resource_of(resource)
    if rest is None or "*" not in rest:
        return False
    stem = rest.rstrip("*")
    typed = resource.split(":")[2] != "s3" and _TYPE.fullmatch(stem) is not None
    return stem == "" or typed


_TYPE = re.compile(r"[a-z-]+[/:]")
"""A resource type with nothing behind it; what stands there in S3 is a bucket's name."""


def _placed(grant: EffectiveGrant, catalogue: Catalogue) -> bool:
    """Tell whether some effective action could have been given a narrower place."""
    return any(
        info is None or bool(info.resource_types)
        for info in (catalogue.info(name) for name in grant.effective)
    )


def _foreign(resource: str, account: str) -> bool:
    return (account_of(resource) or account) != account
