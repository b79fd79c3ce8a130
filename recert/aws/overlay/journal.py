"""What a demo writes on top of its recording: kept in a file, seen by every later reading.

Only a synthetic recording may have an overlay: nothing else can be changed by writing to it.
"""

import json
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.model import OperationModel

from recert.aws.matching import Place
from recert.aws.models import is_global, operation_model
from recert.aws.overlay.agents import AgentDrafts
from recert.aws.overlay.buckets import BucketPolicies
from recert.aws.overlay.functions import FunctionPolicies
from recert.aws.overlay.gateways import GatewayTargets
from recert.aws.overlay.iam import OPERATIONS, READS, WRITES, IamAccount
from recert.aws.overlay.service import Output, Params, Service, ServiceRefusal
from recert.aws.recording import Recording
from recert.aws.recording_line import decode_output
from recert.aws.shapes import decode, encode
from recert.aws.wire import WireAnswer, encode_error, encode_output
from recert.errors import RecordingError
from recert.paths import ensure_private_dir
from recert.text import visible

SERVICES: Mapping[str, type[Service]] = {
    "lambda": FunctionPolicies,
    "s3": BucketPolicies,
    "bedrock-agent": AgentDrafts,
    "bedrock-agentcore-control": GatewayTargets,
}
"""What is answered beside IAM, which belongs to an account and not to a region."""
_BULK = "GetAccountAuthorizationDetails"
_POLICY_READS = ("GetPolicy", "GetPolicyVersion")
_MOST_PAGES = 1000


class JournalOverlay:
    """Answers writes, and reads of what was written; an `Overlay` of a player.

    `journal` is a file of JSON Lines, one accepted write a line; it is made with the first write.
    """

    def __init__(self, recording: Recording, journal: Path) -> None:
        self._recording = recording
        self._journal = journal
        self._accounts: dict[str, IamAccount] = {}
        self._written: set[str] = set()
        self._services: dict[tuple[str, Place], Service] = {}
        self._changed: set[tuple[str, Place]] = set()
        self._known = 0
        self._catch_up()

    def answer(
        self, place: Place, model: OperationModel, params: dict[str, Any]
    ) -> WireAnswer | None:
        """Answer a write, or a read of what was written to; None leaves it to the recording."""
        self._catch_up()
        service = str(model.service_model.service_name)
        try:
            if service == "iam":
                output = self._iam(place, model, params)
            else:
                output = self._resource(place, service, model, params)
        except ServiceRefusal as refusal:
            return encode_error(model, refusal.code, refusal.message, refusal.status)
        if output is None:
            return None
        return encode_output(model, _plain(model, output), 200)

    def _iam(
        self, place: Place, model: OperationModel, params: dict[str, Any]
    ) -> dict[str, Any] | None:
        if model.name not in OPERATIONS:
            return None
        if model.name in READS and not self._concerns(place.account, model.name, params):
            return None
        output = self._account(place.account).call(model.name, params)
        if model.name in WRITES:
            self._written.add(place.account)
            self._keep(place, "iam", model.name, params)
        return output

    def _resource(
        self, place: Place, service: str, model: OperationModel, params: dict[str, Any]
    ) -> dict[str, Any] | None:
        kind = SERVICES.get(service)
        if kind is None or not kind.knows(model.name):
            return None
        where = _where(service, place)
        writes = model.name in kind.WRITES
        if not writes and where not in self._changed and model.name != _UNRECORDED:
            return None
        output = self._service(where).call(model.name, params)
        if writes:
            self._changed.add(where)
            self._keep(place, service, model.name, params)
        return output

    def _service(self, where: tuple[str, Place]) -> Service:
        if where not in self._services:
            service, place = where

            def recorded(operation: str, params: Params) -> Output | None:
                names = operation_model(service, operation).input_shape
                known = names.members if names is not None else {}
                asked = {name: value for name, value in params.items() if name in known}
                entry = self._recording.answer(place, service, operation, asked)
                if entry is None or entry.output is None:
                    return None
                return decode_output(entry)

            self._services[where] = SERVICES[service](recorded, self._now)
        return self._services[where]

    def _concerns(self, account: str, operation: str, params: dict[str, Any]) -> bool:
        """Tell whether a read is the overlay's: after a write, and for what no recording holds."""
        if account in self._written or operation not in {_BULK, *_POLICY_READS}:
            return True
        # The bulk call gives local policies whole, so a recording holds no call for them one by one.
        policies = self._account(account).policies
        return operation in _POLICY_READS and params.get("PolicyArn") in policies

    def _account(self, account: str) -> IamAccount:
        if account not in self._accounts:
            roles, policies = self._recorded(account)
            self._accounts[account] = IamAccount(account, roles, policies, self._now)
        return self._accounts[account]

    @property
    def _now(self) -> datetime:
        return self._recording.at

    def _recorded(self, account: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return the roles and policies of every recorded page of an account."""
        roles: list[dict[str, Any]] = []
        policies: list[dict[str, Any]] = []
        asked: dict[str, Any] = {"Filter": ["Role", "LocalManagedPolicy", "AWSManagedPolicy"]}
        for _ in range(_MOST_PAGES):
            entry = self._recording.answer(Place(account, "us-east-1"), "iam", _BULK, asked)
            if entry is None or entry.output is None:
                break
            page = decode_output(entry)
            roles += page.get("RoleDetailList") or []
            policies += page.get("Policies") or []
            if not page.get("IsTruncated") or page.get("Marker") in {None, asked.get("Marker")}:
                break
            asked["Marker"] = page["Marker"]
        return roles, policies

    def _repeat(self, place: Place, service: str, operation: str, params: dict[str, Any]) -> None:
        try:
            if service == "iam":
                self._written.add(place.account)
                self._account(place.account).call(operation, params)
            else:
                where = _where(service, place)
                self._changed.add(where)
                self._service(where).call(operation, params)
        except ServiceRefusal:
            # A later point in time of the recording no longer has what was written to.
            return

    def _keep(self, place: Place, service: str, operation: str, params: dict[str, Any]) -> None:
        line = {
            "account": place.account,
            "region": place.region,
            "service": service,
            "operation": operation,
            "params": encode(params),
        }
        ensure_private_dir(self._journal.parent)
        with self._journal.open("ab") as stream:
            stream.write(f"{json.dumps(line)}\n".encode("ascii"))
            stream.flush()
            os.fsync(stream.fileno())
            self._known = stream.tell()

    def _catch_up(self) -> None:
        """Repeat what the journal holds by now, of earlier processes and of others that run."""
        if not self._journal.exists() or self._journal.stat().st_size <= self._known:
            return
        with self._journal.open("rb") as stream:
            before = stream.read(self._known).count(b"\n")
            lines = stream.read().splitlines()
            self._known = stream.tell()
        for number, text in enumerate(lines, start=before + 1):
            self._repeat(*self._entry(number, text))

    def _entry(self, number: int, text: bytes) -> tuple[Place, str, str, dict[str, Any]]:
        try:
            line = json.loads(text.decode("ascii"))
            # A line without a service is of IAM.
            service, operation = str(line.get("service", "iam")), str(line["operation"])
            _require(service, operation)
            place = Place(str(line["account"]), str(line.get("region", "")))
            return place, service, operation, dict(line["params"])
        except (ValueError, KeyError, TypeError) as error:
            raise RecordingError(
                f"the journal {visible(str(self._journal))} is damaged.",
                "Start the demo anew with recert demo --reset.",
                line=number,
            ) from error


_UNRECORDED = "GetAgentKnowledgeBase"
"""A read that no reading makes, so that no recording holds it."""


def _require(service: str, operation: str) -> None:
    """Raise KeyError for an operation that nothing here answers."""
    if not (operation in OPERATIONS if service == "iam" else SERVICES[service].knows(operation)):
        raise KeyError(operation)


def _where(service: str, place: Place) -> tuple[str, Place]:
    """Return under which key the resources of a service are held."""
    return service, Place(place.account, "us-east-1") if is_global(service) else place


def _plain(model: OperationModel, output: dict[str, Any]) -> dict[str, Any]:
    """Return an output whose members all belong to the operation's shape."""
    shape = model.output_shape
    if shape is None:
        return {}
    found: dict[str, Any] = decode(shape, encode(output), "output")
    return found
