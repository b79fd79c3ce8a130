"""What a person has to do where recert does not write: in words, each with its commands."""

import json
import shlex
from collections.abc import Callable, Mapping
from typing import Any

from recert.campaigns.remedies import Estate, Removal


def proposal(removal: Removal, estate: Estate) -> tuple[str, str]:
    """Return why recert does not write this, and what to do instead."""
    if removal.kind == "attachment":
        return _replacement(removal, estate)
    found = _BY_KIND.get(removal.kind)
    if found is not None:
        return found(removal)
    return (
        "This is no permission of a policy.",
        f"Resolve by hand: {removal.title}. The next reading verifies it.",
    )


def _permission(removal: Removal) -> tuple[str, str]:
    if ((removal.grant or {}).get("policy") or {}).get("kind") == "resource":
        return _resource(removal)
    return (
        "The policy belongs to AWS.",
        "Detach it, or replace it by a customer-managed copy without this grant.",
    )


def _invoker(removal: Removal) -> tuple[str, str]:
    return (
        "Who may invoke an agent is granted where the invoker lives.",
        f"Take the permission to invoke {removal.agent} from: {removal.title}.",
    )


def _replacement(removal: Removal, estate: Estate) -> tuple[str, str]:
    arn = str((removal.basis.get("policy") or {}).get("arn"))
    role = str(removal.basis.get("role_arn")).rpartition("/")[2]
    held = estate.policies_by_arn.get(arn)
    name = f"{held.name if held else arn.rpartition('/')[2]}-{role}"[:128]
    keep = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": sorted(removal.keep), "Resource": "*"}],
    }
    document = shlex.quote(json.dumps(keep, separators=(",", ":")))
    copy = f"arn:aws:iam::{_account(removal)}:policy/{name}"
    commands = (
        f"# The copy keeps the reviewed actions; narrow its resources where you can.\n"
        f"aws iam create-policy --policy-name {_word(name)} --policy-document {document}\n"
        f"aws iam attach-role-policy --role-name {_word(role)} --policy-arn {_word(copy)}\n"
        f"aws iam detach-role-policy --role-name {_word(role)} --policy-arn {_word(arn)}"
    )
    return "A policy of AWS cannot be changed; it is replaced by a copy without the rest.", commands


def _word(text: str) -> str:
    return shlex.quote(text)


def _account(removal: Removal) -> str:
    parts = str(removal.basis.get("role_arn")).split(":")
    return parts[4] if len(parts) > 4 else ""  # noqa: PLR2004 - the account of an ARN


def _resource(removal: Removal) -> tuple[str, str]:
    policy: Mapping[str, Any] = (removal.grant or {}).get("policy") or {}
    place = policy.get("arn") or policy.get("name")
    grant = removal.grant or {}
    todo = f"Take {grant.get('action')} for {grant.get('role_arn')} out of the policy of {place}."
    return "The grant stands in the policy of a resource, which others rely on, too.", todo


def _trust(removal: Removal) -> tuple[str, str]:
    role = str(removal.basis.get("role_arn")).rpartition("/")[2]
    who = removal.basis.get("principal")
    name = _word(role)
    todo = (
        f"Take the principal {json.dumps(who)} out of the trust policy of {role}:\n"
        f"aws iam get-role --role-name {name} --query Role.AssumeRolePolicyDocument > trust.json\n"
        f"aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json"
    )
    return "A trust policy is not written: a mistake there stops the agent.", todo


def _integration(removal: Removal) -> tuple[str, str]:
    agent = str(removal.agent or "").rpartition("/")[2]
    kind, _, name = removal.subject.partition(" ")
    why = "An integration is part of the agent; whoever builds it takes it out."
    if kind == "action_group":
        return why, (
            f"aws bedrock-agent update-agent-action-group --agent-id {_word(agent)} --agent-version DRAFT "
            f"--action-group-id {_word(name)} --action-group-state DISABLED …\n"
            f"aws bedrock-agent prepare-agent --agent-id {_word(agent)}\n"
            "# Then route the alias to the new version."
        )
    if kind == "knowledge_base":
        return why, (
            "aws bedrock-agent disassociate-agent-knowledge-base "
            f"--agent-id {_word(agent)} --agent-version DRAFT --knowledge-base-id {_word(name)}\n"
            f"aws bedrock-agent prepare-agent --agent-id {_word(agent)}\n"
            "# Then route the alias to the new version."
        )
    return why, f"Take out: {removal.title}."


_BY_KIND: Mapping[str, Callable[[Removal], tuple[str, str]]] = {
    "permission": _permission,
    "trust": _trust,
    "invoker": _invoker,
    "integration": _integration,
}
