"""What is never kept: instructions, prompts, environment values, headers, inline code.

Each such text is replaced by its keyed hash and its length before anything else sees it, so that a
change still shows and the text does not. Recordings hold the same marks; a replay takes them as
they are.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from recert.aws.keyring import MARK, Keyring, read_mark
from recert.estate.base import Concealed

_SCHEMA = "payload"
"""The member that holds an API schema: of it is kept how many of its operations write."""
_WRITES = frozenset({"post", "put", "patch", "delete"})
_YAML_OPERATION = re.compile(r"^\s+(?:post|put|patch|delete)\s*:", re.MULTILINE | re.IGNORECASE)

_SENSITIVE: Mapping[str, frozenset[str]] = {
    "bedrock-agent": frozenset(
        {
            "instruction",
            "basePromptTemplate",
            "collaborationInstruction",
            "payload",
            "code",
            "generationContext",
            "parsingPromptText",
            "textPromptTemplate",
            "text",
        }
    ),
    "bedrock": frozenset(
        {"definition", "examples", "text", "blockedInputMessaging", "blockedOutputsMessaging"}
    ),
    "bedrock-agentcore-control": frozenset(
        {
            "environmentVariables",
            "headers",
            "customParameters",
            "staticQueryParameters",
            "systemPrompt",
            "inlinePayload",
            "inputSchema",
            "text",
            "appendToPrompt",
            "instructions",
            "summarizationSystemPrompt",
            "authorizationUrl",
        }
    ),
    "agent-registry-control": frozenset({"data", "downloadUrl"}),
    "lambda": frozenset({"Variables"}),
}
"""Members, by service, whose texts are concealed, whatever stands below them."""


def writing_operations(text: str) -> int | None:
    """Return how many operations of a concealed API schema write, None where that was not kept."""
    found = MARK.fullmatch(text)
    return int(found[4]) if found is not None and found[4] is not None else None


def _count_writes(schema: str) -> int:
    try:
        paths = json.loads(schema)["paths"]
        return sum(str(verb).lower() in _WRITES for path in paths.values() for verb in path)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return len(_YAML_OPERATION.findall(schema))


def redact(service: str, output: Mapping[str, Any], keyring: Keyring, *, marked: bool) -> Any:
    """Return an answer with every text that is not kept replaced by its mark.

    `marked` says that the answer comes from a recording, where a mark is taken as it stands; in an
    answer of AWS itself a text that looks like a mark is a text like any other.
    """
    if service == "cloudtrail":
        return _reduced_events(output)
    names = _SENSITIVE.get(service)
    if not names:
        return output
    return _walk(output, names, keyring, marked=marked)


def conceals(service: str, value: Any) -> bool:
    """Tell whether anything in a value would be concealed."""
    names = _SENSITIVE.get(service, frozenset())
    if isinstance(value, Mapping):
        return any(name in names or conceals(service, item) for name, item in value.items())
    return isinstance(value, list) and any(conceals(service, item) for item in value)


_EVENT_FIELDS = ("eventTime", "eventSource", "eventName", "awsRegion", "errorCode", "readOnly")


def _reduced_events(output: Mapping[str, Any]) -> Any:
    """Keep of each event who did what and when, and nothing of what was asked or answered."""
    if "Events" not in output:
        return output
    events = [
        {**event, "CloudTrailEvent": _reduced(event["CloudTrailEvent"])}
        if "CloudTrailEvent" in event
        else event
        for event in output["Events"]
    ]
    return {**output, "Events": events}


def _reduced(record: str) -> str:
    try:
        body = json.loads(record)
        who = body.get("userIdentity") or {}
        issuer = ((who.get("sessionContext") or {}).get("sessionIssuer") or {}).get("arn")
    except (ValueError, AttributeError):
        return "{}"
    kept = {name: body[name] for name in _EVENT_FIELDS if name in body}
    kept["userIdentity"] = {
        "type": who.get("type"),
        "arn": who.get("arn"),
        "sessionContext": {"sessionIssuer": {"arn": issuer}},
    }
    return json.dumps(kept, separators=(",", ":"))


def _walk(value: Any, names: frozenset[str], keyring: Keyring, *, marked: bool) -> Any:
    if isinstance(value, Mapping):
        return {
            name: _conceal_schema(item, keyring, marked=marked)
            if name == _SCHEMA and name in names and isinstance(item, str)
            else _conceal_all(item, keyring, marked=marked)
            if name in names
            else _walk(item, names, keyring, marked=marked)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_walk(item, names, keyring, marked=marked) for item in value]
    return value


def _conceal_schema(text: str, keyring: Keyring, *, marked: bool) -> str:
    if marked and read_mark(text):
        return text
    return f"{keyring.mark(text)}:writes={_count_writes(text)}"


def _conceal_all(value: Any, keyring: Keyring, *, marked: bool) -> Any:
    if isinstance(value, str):
        return value if marked and read_mark(value) else keyring.mark(value)
    if isinstance(value, Mapping):
        return {name: _conceal_all(item, keyring, marked=marked) for name, item in value.items()}
    if isinstance(value, list):
        return [_conceal_all(item, keyring, marked=marked) for item in value]
    return value


def concealed(text: object) -> Concealed | None:
    """Return what is known of a concealed text in a redacted answer, None where there is none."""
    return read_mark(text) if isinstance(text, str) else None


def conceal_structure(value: Any, keyring: Keyring) -> Concealed:
    """Return one concealed value for a whole redacted structure.

    Its key is that of the marks inside as well: structures concealed under different keys cannot be
    compared.
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    whole = keyring.conceal(text)
    keys = {found[1] for found in MARK.finditer(text)} | {whole.key_id}
    if len(keys) == 1:
        return whole
    joined = hashlib.sha256("+".join(sorted(keys)).encode()).hexdigest()[:12]
    return whole.model_copy(update={"key_id": joined})
