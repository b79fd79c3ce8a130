"""Looks at and changes the IAM of many accounts, one call at a time, for whoever applies a change.

Documents are returned as the collectors write them, so that a text that was kept can be compared
with one that was read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import unquote

from recert.aws.collect.values import document
from recert.aws.iam_writer import IamWriter, WriteRefusedError, Written, writer_policy
from recert.aws.interface import AwsSource

__all__ = [
    "Executor",
    "IamCalls",
    "Looks",
    "Managed",
    "WriteRefusedError",
    "Written",
    "writer_policy",
]

_GONE = frozenset({"NoSuchEntity", "NoSuchEntityException"})
_PAGES = 100
MOST_VERSIONS = 5


class IamCalls(Protocol):
    """Makes one call to the IAM of an account; raises WriteRefusedError, AwsError."""

    def call(self, account: str, operation: str, params: Mapping[str, Any]) -> Written:
        """Make one call."""
        ...


class Executor:
    """Makes the calls; an `IamCalls` over a source of readings."""

    def __init__(self, source: AwsSource) -> None:
        self._source = source
        self._writers: dict[str, IamWriter] = {}

    def call(self, account: str, operation: str, params: Mapping[str, Any]) -> Written:
        """Make one call in an account; raises AwsError where the account was not entered."""
        if account not in self._writers:
            self._writers[account] = IamWriter(self._source, account)
        return self._writers[account].call(operation, **params)


@dataclass(frozen=True, slots=True)
class Managed:
    """A customer-managed policy: its default version and document, its other versions by age."""

    version_id: str
    document: str | None
    versions: tuple[str, ...]
    tags: Mapping[str, str] = field(default_factory=dict)


class Looks:
    """The looks, in the terms of policies rather than of operations; None is *not there*."""

    def __init__(self, calls: IamCalls) -> None:
        self.calls = calls

    def inline(self, account: str, role: str, policy: str) -> str | None:
        """Return the document of an inline policy."""
        found = self._look(account, "GetRolePolicy", RoleName=role, PolicyName=policy)
        return None if found is None else _text(found.get("PolicyDocument"))

    def attached(self, account: str, role: str) -> tuple[str, ...] | None:
        """Return the ARNs of the managed policies of a role."""
        found: list[str] = []
        asked: dict[str, Any] = {"RoleName": role}
        for _ in range(_PAGES):
            page = self._look(account, "ListAttachedRolePolicies", **asked)
            if page is None:
                return None
            found += [str(one.get("PolicyArn")) for one in page.get("AttachedPolicies") or ()]
            if not page.get("IsTruncated") or not page.get("Marker"):
                break
            asked["Marker"] = page["Marker"]
        return tuple(found)

    def managed(self, account: str, arn: str) -> Managed | None:
        """Return a customer-managed policy as it is now."""
        found = self._look(account, "GetPolicy", PolicyArn=arn)
        policy = (found or {}).get("Policy")
        if policy is None:
            return None
        current = str(policy.get("DefaultVersionId") or "")
        listed = self._look(account, "ListPolicyVersions", PolicyArn=arn) or {}
        versions = sorted(
            (str(one.get("VersionId")) for one in listed.get("Versions") or ()), key=_number
        )
        return Managed(
            version_id=current,
            document=self.version(account, arn, current),
            versions=tuple(versions),
            tags=_tags(policy),
        )

    def version(self, account: str, arn: str, version: str) -> str | None:
        """Return the document of one version of a policy."""
        found = self._look(account, "GetPolicyVersion", PolicyArn=arn, VersionId=version)
        return None if found is None else _text((found.get("PolicyVersion") or {}).get("Document"))

    def role_tags(self, account: str, role: str) -> Mapping[str, str] | None:
        """Return the tags of a role."""
        found = self._look(account, "GetRole", RoleName=role)
        return None if found is None else _tags(found.get("Role") or {})

    def _look(self, account: str, operation: str, **params: Any) -> dict[str, Any] | None:
        try:
            return self.calls.call(account, operation, params).output
        except WriteRefusedError as error:
            if error.code in _GONE:
                return None
            raise


def _text(value: object) -> str | None:
    return document(unquote(value) if isinstance(value, str) else value)


def _tags(thing: Mapping[str, Any]) -> dict[str, str]:
    return {str(one.get("Key")): str(one.get("Value")) for one in thing.get("Tags") or ()}


def _number(version: str) -> tuple[int, str]:
    digits = version.removeprefix("v")
    return (int(digits) if digits.isdigit() else 0, version)
