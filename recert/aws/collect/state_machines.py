"""Step Functions state machines that drive agents or models."""

import json
import re
from collections.abc import Iterator
from typing import Any

from recert.aws import reads
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.values import every, owner_and_purpose, tag_list, text, unique
from recert.aws.interface import TagNames
from recert.aws.reader import GONE, Reader
from recert.estate.agents import CURRENT, Agent, AgentKind, AgentVersion, Alias
from recert.estate.canonical import digest
from recert.estate.companions import Integration

_DRIVES = re.compile(r"states:::(?:aws-sdk:)?bedrock", re.IGNORECASE)
_FUNCTION = re.compile(r"arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:[^\"\s]+")


def gather(harvest: Harvest) -> None:
    """Read every state machine whose definition calls Bedrock."""
    work = harvest.listed(
        "listing state machines",
        reads.LIST_STATE_MACHINES,
        AgentKind.STATE_MACHINE,
        "stepfunctions",
        key="stateMachines",
        identifier="stateMachineArn",
    )
    harvest.read_agents("reading state machines", read_state_machine, work)


def read_state_machine(reader: Reader, summary: dict[str, Any], tags: TagNames) -> Agent | None:
    """Read one state machine; None where it calls no agent and no model, or could not be read."""
    arn = str(summary["stateMachineArn"])
    answer = reader.call(
        reads.DESCRIBE_STATE_MACHINE, subject=arn, listed=True, stateMachineArn=arn
    )
    if answer.output is None or answer.error == GONE:
        return None
    definition = text(answer.output.get("definition")) or ""
    if not _DRIVES.search(definition):
        return None
    tagged = reader.call(reads.LIST_STATE_MACHINE_TAGS, subject=arn, resourceArn=arn)
    known = tag_list(tagged.output.get("tags")) if tagged.output is not None else None
    owner, purpose = owner_and_purpose(known, tags)
    states = _parsed(definition)
    models = unique(every(states, "ModelId", "ModelId.$"))
    version = AgentVersion(
        version=CURRENT,
        role_arn=text(answer.output.get("roleArn")),
        model=models[0] if models else None,
        kms_key_arn=next(every(answer.output.get("encryptionConfiguration"), "kmsKeyId"), None),
        integrations=tuple(
            sorted(_integrations(definition, states), key=lambda one: (one.kind, one.id))
        ),
    )
    name = text(answer.output.get("name")) or arn.rpartition(":")[2]
    return Agent(
        arn=arn,
        id=name,
        name=name,
        kind=AgentKind.STATE_MACHINE,
        account=reader.place.account,
        region=reader.place.region,
        status=text(answer.output.get("status")),
        description=text(answer.output.get("description")),
        tags=known,
        owner=owner,
        purpose=purpose,
        created_at=answer.output.get("creationDate"),
        versions=(version,),
        aliases=(Alias(id=CURRENT, name=CURRENT, versions=(CURRENT,)),),
    )


def _parsed(definition: str) -> Any:
    try:
        return json.loads(definition)
    except ValueError:
        return {}


def _integrations(definition: str, states: Any) -> Iterator[Integration]:
    yield Integration(
        kind="definition", id="definition", name="definition", content=digest(definition)
    )
    for arn in unique(_FUNCTION.findall(definition)):
        name = arn.split(":function:")[1]
        yield Integration(kind="task", id=arn, name=name, target=arn, function_arn=arn)
    for resource in unique(every(states, "Resource")):
        if _DRIVES.search(resource):
            yield Integration(
                kind="task", id=resource, name=resource.rpartition(":::")[2], target=resource
            )
    for agent in unique(every(states, "AgentId", "AgentRuntimeArn")):
        yield Integration(kind="agent", id=agent, name=agent, target=agent)
