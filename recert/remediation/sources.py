"""A change in the language of whoever owns the policy: Terraform or CloudFormation."""

import json
import re
from typing import Any

from recert.remediation.documents import readable
from recert.remediation.model import Change, Operation
from recert.text import visible

_NO_LABEL = re.compile(r"[^A-Za-z0-9_]")
_NO_LOGICAL = re.compile(r"[^A-Za-z0-9]")
_TERRAFORM = {
    Operation.PUT_INLINE: "aws_iam_role_policy",
    Operation.DELETE_INLINE: "aws_iam_role_policy",
    Operation.NEW_VERSION: "aws_iam_policy",
    Operation.DETACH: "aws_iam_role_policy_attachment",
    Operation.UPDATE_TRUST: "aws_iam_role",
    Operation.PUT_BUCKET_POLICY: "aws_s3_bucket_policy",
    Operation.DELETE_BUCKET_POLICY: "aws_s3_bucket_policy",
    Operation.DISABLE_ACTION_GROUP: "aws_bedrockagent_agent_action_group",
    Operation.DISASSOCIATE_KNOWLEDGE_BASE: "aws_bedrockagent_agent_knowledge_base_association",
    Operation.DELETE_GATEWAY_TARGET: "aws_bedrockagentcore_gateway_target",
}
_CLOUDFORMATION = {
    Operation.PUT_INLINE: "AWS::IAM::RolePolicy",
    Operation.DELETE_INLINE: "AWS::IAM::RolePolicy",
    Operation.NEW_VERSION: "AWS::IAM::ManagedPolicy",
    Operation.DETACH: "AWS::IAM::Role",
    Operation.UPDATE_TRUST: "AWS::IAM::Role",
    Operation.PUT_BUCKET_POLICY: "AWS::S3::BucketPolicy",
    Operation.DELETE_BUCKET_POLICY: "AWS::S3::BucketPolicy",
    Operation.DISABLE_ACTION_GROUP: "AWS::Bedrock::Agent",
    Operation.DISASSOCIATE_KNOWLEDGE_BASE: "AWS::Bedrock::Agent",
    Operation.DELETE_GATEWAY_TARGET: "AWS::BedrockAgentCore::GatewayTarget",
}
_POLICIES = frozenset(
    {
        Operation.PUT_INLINE,
        Operation.NEW_VERSION,
        Operation.UPDATE_TRUST,
        Operation.PUT_BUCKET_POLICY,
    }
)


def terraform(change: Change) -> str:
    """Return what the module has to say from now on, as a block of HCL."""
    kind, target = _TERRAFORM[change.operation], change.target
    label = _NO_LABEL.sub("_", target.name)
    head = f"# {kind}.{label}: {_comment(target.name)}"
    if change.operation is Operation.DISABLE_ACTION_GROUP:
        body = '  # everything else stays as it is\n  action_group_state = "DISABLED"'
        return f'{head}\nresource "{kind}" "{label}" {{\n{body}\n}}\n'
    if change.operation not in _POLICIES:
        return (
            f"{head}\n# Take the whole resource out of the module, then plan and apply it:\n"
            + "".join(f"# {line}\n" for line in _settings(change, hcl=True))
        )
    lines = [f'resource "{kind}" "{label}" {{', "  # everything else stays as it is"]
    lines += [f"  {line}" for line in _settings(change, hcl=True)]
    name = "assume_role_policy" if change.operation is Operation.UPDATE_TRUST else "policy"
    document = json.dumps(json.loads(str(change.after)), indent=2)
    # In a quoted heredoc of HCL `${` and `%{` would be templates.
    document = document.replace("${", "$${").replace("%{", "%%{")
    lines += [f"  {name} = <<-JSON", *(f"    {line}" for line in document.splitlines()), "  JSON"]
    return "\n".join((head, *lines, "}")) + "\n"


def cloudformation(change: Change) -> str:
    """Return what the template has to say from now on, as a JSON fragment of `Resources`."""
    kind, target = _CLOUDFORMATION[change.operation], change.target
    logical = _NO_LOGICAL.sub("", target.name) or "Policy"
    properties: dict[str, Any] = dict(line.split("=", 1) for line in _settings(change, hcl=False))
    fragment: dict[str, Any] = {logical: {"Type": kind, "Properties": properties}}
    document = json.loads(change.after) if change.after is not None else None
    if change.operation is Operation.UPDATE_TRUST:
        properties["AssumeRolePolicyDocument"] = document
    elif change.operation in _POLICIES:
        properties["PolicyDocument"] = document
    elif change.operation is Operation.DISABLE_ACTION_GROUP:
        properties["ActionGroups"] = [
            {"ActionGroupName": target.name, "ActionGroupState": "DISABLED"}
        ]
    elif change.operation is Operation.DISASSOCIATE_KNOWLEDGE_BASE:
        properties["KnowledgeBases"] = f"without the entry of {target.name}"
    elif change.operation is Operation.DETACH:
        properties["ManagedPolicyArns"] = f"without {target.arn}"
    else:
        return (
            f"Take the resource {logical} ({kind}) out of the template:\n{readable(change.before)}"
        )
    return json.dumps(fragment, indent=2) + "\n"


def _settings(change: Change, *, hcl: bool) -> list[str]:
    """Return by what the resource is known, one setting a line."""
    target = change.target
    role, name = ("role", "name") if hcl else ("RoleName", "PolicyName")
    known = {
        Operation.PUT_INLINE: {role: target.role, name: target.name},
        Operation.DELETE_INLINE: {role: target.role, name: target.name},
        Operation.NEW_VERSION: {"name" if hcl else "ManagedPolicyName": target.name},
        Operation.DETACH: {role: target.role, "policy_arn": str(target.arn)}
        if hcl
        else {role: target.role},
        Operation.UPDATE_TRUST: {"name" if hcl else "RoleName": target.role},
        Operation.PUT_BUCKET_POLICY: {"bucket" if hcl else "Bucket": target.name},
        Operation.DELETE_BUCKET_POLICY: {"bucket" if hcl else "Bucket": target.name},
        Operation.DISASSOCIATE_KNOWLEDGE_BASE: {"knowledge_base_id": target.name} if hcl else {},
        Operation.DELETE_GATEWAY_TARGET: {"name" if hcl else "Name": target.name},
    }.get(change.operation, {})
    if hcl:
        return [f"{key} = {_quoted(value)}" for key, value in known.items()]
    return [f"{key}={value}" for key, value in known.items()]


def _quoted(text: str) -> str:
    """Return a string of HCL that stands for itself."""
    return json.dumps(text).replace("${", "$${").replace("%{", "%%{")


def _comment(text: str) -> str:
    """Return a text that stays on the one line of a comment."""
    return visible(text)
