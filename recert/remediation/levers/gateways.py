"""The targets of an AgentCore gateway, which is live at once and keeps no former version.

What recert may not keep (headers, inline schemas, parameters) it could not bring back, so that a
target with any of it is not deleted here.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from recert.aws.collect.gateways import target_settings
from recert.aws.executor import Call, Looks, Place
from recert.aws.redaction import conceals
from recert.errors import AwsError
from recert.remediation.documents import compact
from recert.remediation.levers.base import OneText, Seen
from recert.remediation.model import Change

SERVICE = "bedrock-agentcore-control"
_KEPT = (
    "name",
    "description",
    "targetConfiguration",
    "credentialProviderConfigurations",
    "metadataConfiguration",
)
_GOING = frozenset({"DELETING"})
_PAGES = 100


def shown(name: str, kind: str | None, target: str | None, credential: str | None) -> str:
    """Return what is compared of a target."""
    return compact({"name": name, "type": kind, "target": target, "credential": credential})


class GatewayTargets(OneText):
    """A target by its name, which is unique in its gateway."""

    def look(self, looks: Looks, change: Change) -> Seen:
        """Return the target as it is compared."""
        place = Place(change.target.account, change.target.region)
        gateway = str(change.target.arn).rpartition("/")[2]
        summary = _named(looks, place, gateway, change.target.name)
        if summary is None:
            return Seen(None)
        detail = looks.find(
            place,
            SERVICE,
            "GetGatewayTarget",
            gatewayIdentifier=gateway,
            targetId=summary["targetId"],
        )
        if detail is None or detail.get("status") in _GOING:
            return Seen(None)
        return Seen(_shown(detail), found=detail)

    def calls(self, _looks: Looks, change: Change, seen: Seen) -> Iterable[Call]:
        """Yield the deletion, with what it takes to make the target again."""
        detail: Mapping[str, Any] = seen.found
        if conceals(SERVICE, {name: detail.get(name) for name in _KEPT}):
            raise AwsError(
                "The target has settings that recert does not keep, so that it could not be "
                "brought back.",
                "Hand it over: `recert remediate … hand-over`.",
            )
        kept = {name: detail[name] for name in _KEPT if detail.get(name)}
        yield Call(
            Place(change.target.account, change.target.region),
            SERVICE,
            "DeleteGatewayTarget",
            {
                "gatewayIdentifier": str(change.target.arn).rpartition("/")[2],
                "targetId": detail["targetId"],
            },
            archived=compact(kept),
        )

    def back(
        self, _looks: Looks, change: Change, _seen: Seen, archived: str | None
    ) -> Iterable[Call]:
        """Yield the making of the target; AWS gives it another id."""
        if archived is None:
            raise AwsError("What the target was made of was not kept.", "Make it again by hand.")
        yield Call(
            Place(change.target.account, change.target.region),
            SERVICE,
            "CreateGatewayTarget",
            {
                "gatewayIdentifier": str(change.target.arn).rpartition("/")[2],
                **json.loads(archived),
            },
        )


def _named(looks: Looks, place: Place, gateway: str, name: str) -> dict[str, Any] | None:
    asked: dict[str, Any] = {"gatewayIdentifier": gateway}
    for _ in range(_PAGES):
        page = looks.find(place, SERVICE, "ListGatewayTargets", **asked) or {}
        for one in page.get("items") or ():
            if one.get("name") == name and one.get("status") not in _GOING:
                found: dict[str, Any] = one
                return found
        if not page.get("nextToken"):
            return None
        asked["nextToken"] = page["nextToken"]
    return None


def _shown(detail: Mapping[str, Any]) -> str:
    return shown(str(detail.get("name")), *target_settings(detail))
