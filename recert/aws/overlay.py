"""What a demo writes to the IAM of its recording: kept in a file, seen by every later reading.

Only a synthetic recording may have an overlay: nothing else can be changed by writing to it.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.model import OperationModel

from recert.aws.iam_account import OPERATIONS, READS, WRITES, IamAccount, IamRefusal
from recert.aws.matching import Place
from recert.aws.recording import Recording, decode_output
from recert.aws.shapes import decode, encode
from recert.aws.wire import WireAnswer, encode_error, encode_output
from recert.errors import RecordingError
from recert.paths import ensure_private_dir
from recert.text import visible

_BULK = "GetAccountAuthorizationDetails"
_POLICY_READS = ("GetPolicy", "GetPolicyVersion")
_MOST_PAGES = 1000


class IamOverlay:
    """Answers writes to IAM, and reads of what was written; an `Overlay` of a player.

    `journal` is a file of JSON Lines, one accepted write a line; it is made with the first write.
    """

    def __init__(self, recording: Recording, journal: Path) -> None:
        self._recording = recording
        self._journal = journal
        self._accounts: dict[str, IamAccount] = {}
        self._written: set[str] = set()
        for account, operation, params in self._entries():
            self._repeat(account, operation, params)

    def answer(
        self, place: Place, model: OperationModel, params: dict[str, Any]
    ) -> WireAnswer | None:
        """Answer a write, or a read of an account that was written to; None leaves it to the recording."""
        if model.service_model.service_name != "iam" or model.name not in OPERATIONS:
            return None
        if model.name in READS and not self._concerns(place.account, model.name, params):
            return None
        account = self._account(place.account)
        try:
            output = account.call(model.name, params)
        except IamRefusal as refusal:
            return encode_error(model, refusal.code, refusal.message, refusal.status)
        if model.name in WRITES:
            self._keep(place.account, model.name, params)
        return encode_output(model, _plain(model, output), 200)

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

    def _repeat(self, account: str, operation: str, params: dict[str, Any]) -> None:
        self._written.add(account)
        try:
            self._account(account).call(operation, params)
        except IamRefusal:
            # A later point in time of the recording no longer has what was written to.
            return

    def _keep(self, account: str, operation: str, params: dict[str, Any]) -> None:
        self._written.add(account)
        line = {"account": account, "operation": operation, "params": encode(params)}
        ensure_private_dir(self._journal.parent)
        with self._journal.open("a", encoding="ascii") as stream:
            stream.write(json.dumps(line) + "\n")
            stream.flush()
            os.fsync(stream.fileno())

    def _entries(self) -> list[tuple[str, str, dict[str, Any]]]:
        if not self._journal.exists():
            return []
        found = []
        for number, text in enumerate(self._journal.read_text("ascii").splitlines(), start=1):
            try:
                line = json.loads(text)
                found.append((str(line["account"]), str(line["operation"]), dict(line["params"])))
            except (ValueError, KeyError, TypeError) as error:
                raise RecordingError(
                    f"the journal {visible(str(self._journal))} is damaged.",
                    "Start the demo anew with recert demo --reset.",
                    line=number,
                ) from error
        return found


def _plain(model: OperationModel, output: dict[str, Any]) -> dict[str, Any]:
    """Return an output whose members all belong to the operation's shape."""
    shape = model.output_shape
    if shape is None:
        return {}
    found: dict[str, Any] = decode(shape, encode(output), "output")
    return found
