"""Making one change: look, compare, write, read back; every call told before and after.

A change is in place when the look finds what it leads to, whoever made it so. So it does not
matter where an earlier run stopped: the next one looks, and goes on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from recert.aws.executor import MOST_VERSIONS, IamCalls, Looks, Managed, WriteRefusedError
from recert.errors import AwsError
from recert.remediation.books import Books
from recert.remediation.model import Change, Operation, State, fingerprint
from recert.remediation.ownership import owner_of

Pause = Callable[[float], None]
_LOOKS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before each look at what was written; IAM shows a write a little later."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A policy as a look finds it: `text` is None where it is not there."""

    text: str | None
    managed: Managed | None = None
    tags: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """Where a change stands after a run."""

    state: State
    detail: str


class Carrier:
    """Makes changes through the calls of an account, and tells the books."""

    def __init__(self, calls: IamCalls, books: Books, pause: Pause) -> None:
        self._calls = calls
        self._looks = Looks(calls)
        self._books = books
        self._pause = pause

    def apply(self, change: Change) -> Done:
        """Make a change and say where its items stand; never raises for what AWS says."""
        try:
            done = self._apply(change)
        except WriteRefusedError as error:
            kept = State.FAILED if error.answered else State.CLAIMED
            done = Done(kept, f"{error.what} {error.remedy}".strip())
        except AwsError as error:
            done = Done(State.FAILED, f"{error.what} {error.remedy}".strip())
        self._books.settle(change, done.state, done.detail)
        return done

    def restore(self, change: Change) -> Done:
        """Bring back what a change took away; never raises for what AWS says."""
        try:
            return self._restore(change)
        except AwsError as error:
            return Done(State.FAILED, f"{error.what} {error.remedy}".strip())

    # -- looking ------------------------------------------------------------------------------

    def look(self, change: Change) -> Seen:
        """Return what is there now."""
        target = change.target
        if change.operation is Operation.DETACH:
            attached = self._looks.attached(target.account, target.role)
            there = attached is not None and target.arn in attached
            return Seen(change.before if there else None)
        if change.operation is Operation.NEW_VERSION:
            found = self._looks.managed(target.account, str(target.arn))
            return Seen(found.document if found else None, found, found.tags if found else None)
        text = self._looks.inline(target.account, target.role, target.name)
        return Seen(text)

    def _tags(self, change: Change, seen: Seen) -> Mapping[str, str]:
        if seen.tags is not None:
            return seen.tags
        return self._looks.role_tags(change.target.account, change.target.role) or {}

    # -- applying -----------------------------------------------------------------------------

    def _apply(self, change: Change) -> Done:
        seen = self.look(change)
        if _same(seen.text, change.after):
            return Done(State.APPLIED, "In place; the next reading verifies it.")
        if seen.text is None and change.before:
            return Done(State.GONE, "The policy is not there any more.")
        if change.before and not _same(seen.text, change.before):
            return Done(
                State.FAILED,
                "The policy changed since it was reviewed, so nothing was written. "
                "`recert sync` reads it again.",
            )
        owner = owner_of(self._tags(change, seen)) if change.items else None
        if owner is not None:
            return Done(State.HANDED_OVER, f"{owner} owns it: change its source.")
        if change.operation is Operation.NEW_VERSION and seen.managed is not None:
            self._make_room(change, seen.managed)
        self._write(change, *_call(change))
        return self._read_back(change)

    def _read_back(self, change: Change) -> Done:
        for seconds in _LOOKS:
            if seconds:
                self._pause(seconds)
            if _same(self.look(change).text, change.after):
                return Done(State.APPLIED, "Applied; the next reading verifies it.")
        return Done(
            State.CLAIMED,
            "It was written, but reading it back shows another document. Run this again.",
        )

    def _make_room(self, change: Change, policy: Managed) -> None:
        """Delete the oldest version that is not in force where IAM keeps no further one."""
        if len(policy.versions) < MOST_VERSIONS:
            return
        account, arn = change.target.account, str(change.target.arn)
        oldest = next(one for one in policy.versions if one != policy.version_id)
        document = self._looks.version(account, arn, oldest)
        params = {"PolicyArn": arn, "VersionId": oldest}
        self._write(change, "DeletePolicyVersion", params, archived=document)

    def _write(
        self, change: Change, operation: str, params: dict[str, Any], archived: str | None = None
    ) -> None:
        self._books.calling(change.id, operation, params, archived=archived)
        try:
            made = self._calls.call(change.target.account, operation, params)
        except WriteRefusedError as error:
            outcome = "refused" if error.answered else "unknown"
            self._books.called(change.id, operation, outcome, code=error.code)
            if error.answered:
                raise
            # Nobody knows whether it was made: the look that follows does.
            if operation == "DeletePolicyVersion":
                raise
            return
        self._books.called(change.id, operation, "done", request_id=made.request_id)

    # -- taking back --------------------------------------------------------------------------

    def _restore(self, change: Change) -> Done:
        seen = self.look(change)
        if _same(seen.text, change.before):
            return Done(State.PLANNED, "It is as it was before.")
        if not _same(seen.text, change.after):
            return Done(
                State.FAILED, "The policy changed since it was applied, so nothing was taken back."
            )
        if change.operation is Operation.NEW_VERSION and seen.managed is not None:
            self._restore_version(change, seen.managed)
        else:
            self._write(change, *_back(change))
        for seconds in _LOOKS:
            if seconds:
                self._pause(seconds)
            if _same(self.look(change).text, change.before):
                return Done(State.PLANNED, "Rolled back: the document is as it was before.")
        return Done(State.FAILED, "It was written back, but reading it shows another document.")

    def _restore_version(self, change: Change, policy: Managed) -> None:
        account, arn = change.target.account, str(change.target.arn)
        former = change.version_id
        if former in policy.versions and former is not None:
            held = self._looks.version(account, arn, former)
            if _same(held, change.before):
                params = {"PolicyArn": arn, "VersionId": former}
                self._write(change, "SetDefaultPolicyVersion", params)
                return
        self._make_room(change, policy)
        self._write(change, *_version(arn, change.before))


def _same(one: str | None, other: str | None) -> bool:
    if one is None or other is None:
        return one is other
    return fingerprint(one) == fingerprint(other)


def _version(arn: str, document: str) -> tuple[str, dict[str, Any]]:
    params = {"PolicyArn": arn, "PolicyDocument": document, "SetAsDefault": True}
    return "CreatePolicyVersion", params


def _call(change: Change) -> tuple[str, dict[str, Any]]:
    """Return the one write of a change."""
    target = change.target
    place = {"RoleName": target.role, "PolicyName": target.name}
    if change.operation is Operation.PUT_INLINE:
        return "PutRolePolicy", {**place, "PolicyDocument": change.after}
    if change.operation is Operation.DELETE_INLINE:
        return "DeleteRolePolicy", place
    if change.operation is Operation.DETACH:
        return "DetachRolePolicy", {"RoleName": target.role, "PolicyArn": target.arn}
    return _version(str(target.arn), str(change.after))


def _back(change: Change) -> tuple[str, dict[str, Any]]:
    """Return the write that takes an inline policy or an attachment back."""
    target = change.target
    if change.operation is Operation.DETACH:
        return "AttachRolePolicy", {"RoleName": target.role, "PolicyArn": target.arn}
    place = {"RoleName": target.role, "PolicyName": target.name}
    return "PutRolePolicy", {**place, "PolicyDocument": change.before}


def commands(change: Change) -> tuple[str, ...]:
    """Return the change as commands of the AWS CLI."""
    import shlex  # noqa: PLC0415 - only a hand-over needs it

    operation, params = _call(change)
    words = ["aws", "iam", _dashed(operation)]
    for name, value in params.items():
        if value is True:
            words.append(f"--{_dashed(name)}")
        else:
            words += [f"--{_dashed(name)}", shlex.quote(str(value))]
    return (" ".join(words),)


def _dashed(name: str) -> str:
    return "".join(f"-{one.lower()}" if one.isupper() else one for one in name).strip("-")
