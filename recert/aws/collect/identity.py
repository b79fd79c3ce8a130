"""The fields that every kind of agent shares: who it is, where it is, what its tags state."""

from typing import Any

from recert.aws.collect.values import owner_and_purpose, text
from recert.aws.interface import TagNames
from recert.aws.models import partition_of
from recert.aws.reader import Reader
from recert.estate.agents import AgentKind
from recert.estate.base import Tags


def built_arn(reader: Reader, service: str, rest: str) -> str:
    """Return the ARN of a resource of the reader's place, for where AWS did not say it."""
    place = reader.place
    return f"arn:{partition_of(place.region)}:{service}:{place.region}:{place.account}:{rest}"


def identity(
    reader: Reader,
    kind: AgentKind,
    arn: str,
    agent_id: str,
    *,
    detail: dict[str, Any],
    name: str,
    status: str = "status",
    known_tags: Tags | None,
    names: TagNames,
) -> dict[str, Any]:
    """Return the shared fields of an agent; `name` and `status` are the keys of `detail` for them."""
    owner, purpose = owner_and_purpose(known_tags, names)
    return {
        "arn": arn,
        "id": agent_id,
        "name": text(detail.get(name)) or agent_id,
        "kind": kind,
        "account": reader.place.account,
        "region": reader.place.region,
        "status": text(detail.get(status)),
        "description": text(detail.get("description")),
        "tags": known_tags,
        "owner": owner,
        "purpose": purpose,
        "created_at": detail.get("createdAt"),
        "updated_at": detail.get("updatedAt") or detail.get("lastUpdatedAt"),
    }
