"""The targets of AgentCore gateways, with what a demo wrote to them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from recert.aws.overlay.service import Operations, Output, Params, Recorded, Service, missing

_SUMMARY = (
    "targetId",
    "name",
    "status",
    "description",
    "createdAt",
    "updatedAt",
    "targetType",
    "listingMode",
)


class GatewayTargets(Service):
    """The targets of gateways; a listing tells less of one than reading it does."""

    def __init__(self, recorded: Recorded, now: datetime) -> None:
        super().__init__(recorded, now)
        self._targets: dict[str, dict[str, dict[str, Any]]] = {}

    def _held(self, gateway: str) -> dict[str, dict[str, Any]]:
        if gateway not in self._targets:
            asked = {"gatewayIdentifier": gateway}
            listed = self._recorded("ListGatewayTargets", asked) or {}
            self._targets[gateway] = {}
            for one in listed.get("items") or ():
                key = str(one["targetId"])
                detail = self._recorded("GetGatewayTarget", {**asked, "targetId": key})
                self._targets[gateway][key] = {**one, **(detail or {})}
        return self._targets[gateway]

    def list_targets(self, params: Params) -> Output:
        """List the targets of a gateway."""
        held = self._held(str(params["gatewayIdentifier"]))
        return {"items": [_only(one, _SUMMARY) for one in held.values()]}

    def get_target(self, params: Params) -> Output:
        """Read one target of a gateway."""
        held = self._held(str(params["gatewayIdentifier"]))
        if params["targetId"] not in held:
            raise missing(f"Target {params['targetId']}")
        return dict(held[params["targetId"]])

    def delete_target(self, params: Params) -> Output:
        """Delete a target."""
        found = self.get_target(params)
        del self._held(str(params["gatewayIdentifier"]))[params["targetId"]]
        return {
            "gatewayArn": found.get("gatewayArn"),
            "targetId": params["targetId"],
            "status": "DELETING",
        }

    def create_target(self, params: Params) -> Output:
        """Make a target; its id is one that was never used."""
        gateway = str(params["gatewayIdentifier"])
        held = self._held(gateway)
        number = len(held) + 1
        while f"TARGET{number:04d}" in held or self._recorded(
            "GetGatewayTarget",
            {"gatewayIdentifier": gateway, "targetId": f"TARGET{number:04d}"},
        ):
            number += 1
        key = f"TARGET{number:04d}"
        body = {name: value for name, value in params.items() if name != "gatewayIdentifier"}
        body.setdefault("credentialProviderConfigurations", [])
        held[key] = {
            "gatewayArn": next((one.get("gatewayArn") for one in held.values()), gateway),
            "targetId": key,
            "createdAt": self._now,
            "updatedAt": self._now,
            "status": "READY",
            **body,
        }
        return dict(held[key])

    WRITES: ClassVar[Operations] = {
        "CreateGatewayTarget": create_target,
        "DeleteGatewayTarget": delete_target,
    }
    READS: ClassVar[Operations] = {
        "GetGatewayTarget": get_target,
        "ListGatewayTargets": list_targets,
    }


def _only(found: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: found[name] for name in names if name in found}
