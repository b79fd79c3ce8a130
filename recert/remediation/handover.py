"""What a person needs who writes it themselves: documents, a patch, commands, a ticket's text."""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from recert.errors import UsageError
from recert.paths import ensure_private_dir
from recert.remediation.carry_out import commands
from recert.remediation.model import Change, Operation, readable
from recert.remediation.report import Report
from recert.text import visible

_SOURCES = {
    "CloudFormation": "In the template, the policy's document becomes the one below; update the stack.",
    "Terraform": "In the module, the `policy` of the resource becomes the document below; plan and apply it.",
}


def files(report: Report) -> dict[str, str]:
    """Return the files of a hand-over: name to text."""
    found: dict[str, str] = {}
    for change in report.changes:
        found[f"{change.id}.diff"] = change.diff
        found[f"{change.id}.before.json"] = readable(change.before)
        if change.after is not None:
            found[f"{change.id}.after.json"] = readable(change.after)
        source = source_change(change)
        if source:
            found[f"{change.id}.source.txt"] = source
    found["commands.sh"] = "\n".join(_script(report.changes)) + "\n"
    found["ticket.md"] = "\n".join(ticket(report)) + "\n"
    return found


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


def source_change(change: Change) -> str | None:
    """Return how the source of a policy that a program owns has to change."""
    if change.owned_by is None or change.after is None:
        return None
    said = _SOURCES.get(change.owned_by, f"Change the source that {change.owned_by} applies.")
    body = readable(change.after)
    if change.owned_by == "Terraform":
        kind = (
            "aws_iam_role_policy" if change.operation is Operation.PUT_INLINE else "aws_iam_policy"
        )
        body = f'# {kind} "{change.target.name}"\npolicy = <<-JSON\n{body}JSON\n'
    return f"{said}\n\n{body}"


def _script(changes: Iterable[Change]) -> Iterator[str]:
    yield "#!/bin/sh"
    yield "set -eu"
    for change in changes:
        yield f"# {visible(change.id)}: {visible(change.target.name)} of {visible(change.target.role)}"
        if change.owned_by:
            yield f"# {change.owned_by} owns it: change its source instead."
            continue
        yield from commands(change)


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
            yield f"- proposal: {visible(one.proposal, lines=True)}"
        for other in one.still_allowed_by:
            yield f"- still allowed by {visible(other.action)} of {visible(other.policy)}"
        if one.change:
            yield f"- files: {one.change}.diff, {one.change}.before.json"
        yield ""
    yield f"When it is done: `recert remediate {shlex.quote(report.campaign)} verify`."
