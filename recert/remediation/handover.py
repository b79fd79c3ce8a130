"""What a person needs who writes it themselves: documents, a patch, commands, sources, a ticket."""

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from recert.errors import UsageError
from recert.paths import ensure_private_dir
from recert.remediation.commands import Command
from recert.remediation.documents import fingerprint, readable
from recert.remediation.model import Change, Operation
from recert.remediation.proposals import Proposal
from recert.remediation.report import Report
from recert.remediation.sources import cloudformation, terraform
from recert.text import visible

_GROUP = (
    "{agentId, agentVersion, actionGroupId, actionGroupName, description, actionGroupExecutor, "
    "apiSchema, functionSchema, parentActionGroupSignature: .parentActionSignature} "
    '| with_entries(select(.value != null)) + {actionGroupState: "DISABLED"}'
)


def files(report: Report) -> dict[str, str]:
    """Return the files of a hand-over: name to text."""
    found: dict[str, str] = {}
    for change in report.changes:
        found[f"{change.id}.diff"] = change.diff
        found[f"{change.id}.before.json"] = readable(change.before)
        if change.after is not None:
            found[f"{change.id}.after.json"] = readable(change.after)
        found[f"{change.id}.tf"] = terraform(change)
        found[f"{change.id}.cloudformation.json"] = cloudformation(change)
    for number, (_, proposal) in enumerate(_proposals(report), start=1):
        for name, text in proposal.documents.items():
            found[f"proposal-{number}-{_plain(name)}"] = f"{text}\n"
    found["commands.sh"] = "\n".join(_script(report)) + "\n"
    found["ticket.md"] = "\n".join(ticket(report)) + "\n"
    return found


def _proposals(report: Report) -> Iterator[tuple[str, Proposal]]:
    """Yield each proposal once, with the items that it is for."""
    held: dict[str, tuple[list[str], Proposal]] = {}
    for one in report.items:
        if one.proposal is not None:
            held.setdefault(one.proposal.text, ([], one.proposal))[0].append(one.item)
    for items, proposal in held.values():
        yield ", ".join(items), proposal


def _plain(name: str) -> str:
    """Return a name that is a file's name and nothing else."""
    return "".join(char if char.isalnum() or char in "._-" else "_" for char in name).lstrip(".")


def write(report: Report, target: Path) -> list[Path]:
    """Write the files into a new folder; raises UsageError where it is there already."""
    if target.exists():
        raise UsageError(f"{target} exists.", "Name a folder that does not exist yet.")
    ensure_private_dir(target)
    written = []
    for name, text in sorted(files(report).items()):
        path = target / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        written.append(path)
    return written


def commands(change: Change) -> tuple[str, ...]:
    """Return the change as commands of the AWS CLI."""
    target = change.target
    place = {"RoleName": target.role, "PolicyName": target.name}
    match change.operation:
        case Operation.PUT_INLINE:
            made = Command("iam", "PutRolePolicy", {**place, "PolicyDocument": change.after})
        case Operation.DELETE_INLINE:
            made = Command("iam", "DeleteRolePolicy", place)
        case Operation.DETACH:
            params = {"RoleName": target.role, "PolicyArn": target.arn}
            made = Command("iam", "DetachRolePolicy", params)
        case Operation.UPDATE_TRUST:
            params = {"RoleName": target.role, "PolicyDocument": change.after}
            made = Command("iam", "UpdateAssumeRolePolicy", params)
        case Operation.NEW_VERSION:
            return _version(change)
        case Operation.PUT_BUCKET_POLICY:
            made = Command("s3", "PutBucketPolicy", {"Bucket": target.name, "Policy": change.after})
        case Operation.DELETE_BUCKET_POLICY:
            made = Command("s3", "DeleteBucketPolicy", {"Bucket": target.name})
        case _:
            return _of_agent(change)
    return (made.shell,)


def _version(change: Change) -> tuple[str, ...]:
    params = {
        "PolicyArn": change.target.arn,
        "PolicyDocument": change.after,
        "SetAsDefault": True,
    }
    arn = shlex.quote(str(change.target.arn))
    room = "where there are five, delete the oldest that is not in force, and keep its document"
    return (
        f"# IAM keeps five versions: {room}:",
        f"# aws iam list-policy-versions --policy-arn {arn}",
        Command("iam", "CreatePolicyVersion", params).shell,
    )


def _of_agent(change: Change) -> tuple[str, ...]:
    target = change.target
    agent = str(target.arn).rpartition("/")[2]
    before = json.loads(change.before)
    draft = {"agentId": agent, "agentVersion": "DRAFT"}
    prepare = Command("bedrock-agent", "PrepareAgent", {"agentId": agent}, target.region).shell
    if change.operation is Operation.DISASSOCIATE_KNOWLEDGE_BASE:
        params = {**draft, "knowledgeBaseId": before["id"]}
        made = Command("bedrock-agent", "DisassociateAgentKnowledgeBase", params, target.region)
        return (made.shell, *_maybe(prepare, before))
    if change.operation is Operation.DELETE_GATEWAY_TARGET:
        name = shlex.quote(json.dumps(target.name))
        region = shlex.quote(target.region)
        where = f"--region {region} --gateway-identifier {shlex.quote(agent)}"
        service = "aws bedrock-agentcore-control"
        pick = f"jq -r --argjson name {name} '.items[] | select(.name == $name) | .targetId'"
        return (
            f"target=$({service} list-gateway-targets {where} --output json | {pick})",
            f'{service} get-gateway-target {where} --target-id "$target" > {change.id}.target.json',
            f'{service} delete-gateway-target {where} --target-id "$target"',
        )
    lines = []
    if before.get("statement"):
        function = str(before["function"])
        params = {"FunctionName": function, "StatementId": before["statement"]["Sid"]}
        lines.append(Command("lambda", "RemovePermission", params, function.split(":")[3]).shell)
    if before["state"] == "ENABLED":
        params = {**draft, "actionGroupId": before["id"]}
        look = Command("bedrock-agent", "GetAgentActionGroup", params, target.region).shell
        region = shlex.quote(target.region)
        update = f"aws bedrock-agent update-agent-action-group --region {region}"
        lines += [
            f"{look} --output json | jq '.agentActionGroup | {_GROUP}' > {change.id}.group.json",
            f"{update} --cli-input-json file://{change.id}.group.json",
            *_maybe(prepare, before),
        ]
    return tuple(lines)


def _maybe(prepare: str, before: Mapping[str, object]) -> tuple[str, ...]:
    return (prepare,) if before["draft"] == "prepared" else ()


def _script(report: Report) -> Iterator[str]:
    yield "#!/bin/sh"
    yield "set -eu"
    yield "# Before each command: what is there now has to say what the file .before.json says."
    for change in report.changes:
        yield ""
        yield f"# {change.id}: {_line(change.target.name)} of {_line(change.target.holder)}"
        yield f"# sha256 of its meaning before: {fingerprint(change.before)}"
        if change.owned_by:
            yield f"# {change.owned_by} owns it: change its source instead, see {change.id}.tf"
            yield f"# and {change.id}.cloudformation.json."
            continue
        for other in change.others:
            yield f"# touches {_line(other)}"
        yield from commands(change)
    for items, proposal in _proposals(report):
        yield ""
        yield f"# Proposed for {items}, to be read before it is run:"
        for line in proposal.text.splitlines():
            yield f"# {_line(line)}"


def _line(text: str) -> str:
    """Return a text that stays on the one line of a comment."""
    return visible(text)


def ticket(report: Report) -> Iterator[str]:
    """Yield the text of a ticket, line by line."""
    marks: Mapping[str | None, str] = {"demo": "SYNTHETIC ", "replay": "REPLAY "}
    yield f"# {marks.get(report.source, '')}Remove permissions that were revoked in {report.campaign}"
    yield ""
    for one in report.items:
        yield f"## {one.item}: {visible(one.title)}"
        yield ""
        yield f"- agent: {visible(one.agent or 'none')}"
        yield f"- decision: {one.verdict}, signed"
        yield f"- state: {one.state.value}"
        yield f"- what to do: {visible(one.detail)}"
        if one.proposal:
            yield "- proposal:"
            yield ""
            for line in one.proposal.text.splitlines():
                yield f"      {visible(line)}"
            yield ""
        for other in one.still_allowed_by:
            yield f"- still allowed by {visible(other.action)} of {visible(other.policy)}"
        if one.change:
            yield f"- files: {', '.join(_files(one.change, report.changes))}"
        yield ""
    yield f"When it is done: `recert remediate {shlex.quote(report.campaign)} verify`."


def _files(change: str, changes: Iterable[Change]) -> Iterator[str]:
    held = next((one for one in changes if one.id == change), None)
    ends = ["diff", "before.json", "tf", "cloudformation.json"]
    if held is not None and held.after is not None:
        ends.insert(2, "after.json")
    for end in ends:
        yield f"{change}.{end}"
