"""The action groups of one agent version: what the model may call, and who runs it."""

from typing import Any

from recert.aws import reads
from recert.aws.collect.values import dig, text, unique
from recert.aws.keyring import read_mark
from recert.aws.reader import Reader
from recert.aws.redaction import writing_operations
from recert.estate.canonical import digest, unordered
from recert.estate.integrations import ActionGroup, ToolFunction


def read_action_groups(
    reader: Reader, subject: str, asked: dict[str, Any]
) -> tuple[tuple[ActionGroup, ...], list[str]]:
    """Return the action groups of a version, sorted by id, and the names of what is unknown."""
    listing = reader.listing(
        reads.LIST_ACTION_GROUPS, "actionGroupSummaries", subject=subject, **asked
    )
    unknown = [] if listing.complete else ["action_groups"]
    found: dict[str, ActionGroup] = {}
    for summary in listing.items:
        group_id = text(summary.get("actionGroupId"))
        if group_id is None:
            continue
        answer = reader.call(
            reads.GET_ACTION_GROUP, subject=f"{subject}:{group_id}", actionGroupId=group_id, **asked
        )
        if answer.output is None:
            unknown += ["action_groups", f"action_groups.{group_id}"]
        found[group_id] = _group(group_id, summary, dig(answer.output, "agentActionGroup") or {})
    return tuple(found[key] for key in sorted(found)), unknown


def _group(group_id: str, summary: dict[str, Any], detail: dict[str, Any]) -> ActionGroup:
    function = text(dig(detail, "actionGroupExecutor", "lambda"))
    signature = text(detail.get("parentActionSignature"))
    control = text(dig(detail, "actionGroupExecutor", "customControl"))
    executor = None
    if function:
        executor = "lambda"
    elif control:
        executor = "return_control"
    elif signature:
        executor = "builtin"
    merged = {**summary, **detail}
    return ActionGroup(
        id=group_id,
        name=text(merged.get("actionGroupName")) or group_id,
        state=text(merged.get("actionGroupState")) or "ENABLED",
        executor=executor,
        function_arn=function,
        signature=signature,
        functions=_functions(dig(detail, "functionSchema", "functions")),
        schema_digest=_schema_digest(detail),
        schema_writes=writing_operations(str(dig(detail, "apiSchema", "payload"))),
        schema_bucket=text(dig(detail, "apiSchema", "s3", "s3BucketName")),
        schema_key=text(dig(detail, "apiSchema", "s3", "s3ObjectKey")),
        description=text(merged.get("description")),
    )


def _functions(items: Any) -> tuple[ToolFunction, ...]:
    return tuple(
        ToolFunction(
            name=str(item.get("name") or ""),
            requires_confirmation=item.get("requireConfirmation") == "ENABLED",
            parameters=unique(item.get("parameters") or {}),
        )
        for item in items or ()
    )


def _schema_digest(detail: dict[str, Any]) -> str | None:
    """Digest the schema that the model sees; a payload's digest names the key that it was made with."""
    payload = dig(detail, "apiSchema", "payload")
    if isinstance(payload, str):
        mark = read_mark(payload)
        return mark.keyed_digest if mark else None
    schema = detail.get("functionSchema")
    return digest(unordered(schema)) if schema else None
