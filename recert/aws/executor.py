"""Looks at and changes many accounts, one call at a time, for whoever applies a change.

Policy documents are returned as the texts that AWS keeps.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from recert.aws.interface import AwsSource
from recert.aws.matching import Place
from recert.aws.writer import Writer, WriteRefusedError, Written, writer_policy

__all__ = [
    "MOST_VERSIONS",
    "Call",
    "Calls",
    "Executor",
    "Looks",
    "Managed",
    "Place",
    "WriteRefusedError",
    "Written",
    "writer_policy",
]

_GONE = frozenset(
    {
        "NoSuchEntity",
        "NoSuchEntityException",
        "NoSuchBucketPolicy",
        "NoSuchBucket",
        "ResourceNotFoundException",
    }
)
_PAGES = 100
MOST_VERSIONS = 5


@dataclass(frozen=True, slots=True)
class Call:
    """One call to AWS.

    `told` are the parameters as the ledger keeps them, None where it keeps them all; `archived` is a
    text that the call puts another in the place of, or destroys.
    """

    place: Place
    service: str
    operation: str
    params: Mapping[str, Any]
    told: Mapping[str, Any] | None = None
    archived: str | None = None


class Calls(Protocol):
    """Makes one call to an account; raises WriteRefusedError, AwsError."""

    def call(
        self, place: Place, service: str, operation: str, params: Mapping[str, Any]
    ) -> Written:
        """Make one call."""
        ...


class Executor:
    """Makes the calls; a `Calls` over a source of readings."""

    def __init__(self, source: AwsSource) -> None:
        self._source = source
        self._writers: dict[Place, Writer] = {}

    def call(
        self, place: Place, service: str, operation: str, params: Mapping[str, Any]
    ) -> Written:
        """Make one call in an account; raises AwsError where the account was not entered."""
        if place not in self._writers:
            self._writers[place] = Writer(self._source, place)
        return self._writers[place].call(service, operation, **params)


@dataclass(frozen=True, slots=True)
class Managed:
    """A customer-managed policy: its default version and document, its other versions by age."""

    version_id: str
    document: str | None
    versions: tuple[str, ...]
    tags: Mapping[str, str] = field(default_factory=dict)


class Looks:
    """The looks, in the terms of things rather than of operations; None is *not there*."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls

    # -- IAM ----------------------------------------------------------------------------------

    def inline(self, account: str, role: str, policy: str) -> str | None:
        """Return the document of an inline policy."""
        found = self._iam(account, "GetRolePolicy", RoleName=role, PolicyName=policy)
        return None if found is None else _text(found, "PolicyDocument")

    def trust(self, account: str, role: str) -> tuple[str | None, Mapping[str, str]]:
        """Return the trust policy of a role and its tags."""
        found = (self._iam(account, "GetRole", RoleName=role) or {}).get("Role")
        return (_text(found, "AssumeRolePolicyDocument"), _tags(found)) if found else (None, {})

    def attached(self, account: str, role: str) -> tuple[str, ...] | None:
        """Return the ARNs of the managed policies of a role."""
        found: list[str] = []
        asked: dict[str, Any] = {"RoleName": role}
        for _ in range(_PAGES):
            page = self._iam(account, "ListAttachedRolePolicies", **asked)
            if page is None:
                return None
            found += [str(one.get("PolicyArn")) for one in page.get("AttachedPolicies") or ()]
            if not page.get("IsTruncated") or not page.get("Marker"):
                break
            asked["Marker"] = page["Marker"]
        return tuple(found)

    def managed(self, account: str, arn: str) -> Managed | None:
        """Return a customer-managed policy as it is now."""
        found = self._iam(account, "GetPolicy", PolicyArn=arn)
        policy = (found or {}).get("Policy")
        if policy is None:
            return None
        current = str(policy.get("DefaultVersionId") or "")
        listed = self._iam(account, "ListPolicyVersions", PolicyArn=arn) or {}
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
        found = self._iam(account, "GetPolicyVersion", PolicyArn=arn, VersionId=version)
        return None if found is None else _text(found.get("PolicyVersion") or {}, "Document")

    def role_tags(self, account: str, role: str) -> Mapping[str, str]:
        """Return the tags of a role."""
        return self.trust(account, role)[1]

    def _iam(self, account: str, operation: str, **params: Any) -> dict[str, Any] | None:
        return self.find(Place(account, ""), "iam", operation, **params)

    # -- resources ----------------------------------------------------------------------------

    def bucket_policy(self, account: str, bucket: str) -> str | None:
        """Return the policy of a bucket."""
        found = self.find(Place(account, ""), "s3", "GetBucketPolicy", Bucket=bucket)
        return None if found is None else _text(found, "Policy")

    def function_statement(
        self, place: Place, function: str, sid: str
    ) -> tuple[dict[str, Any] | None, str | None]:
        """Return one statement of a function's policy, and the revision in which it stands."""
        found = self.find(place, "lambda", "GetPolicy", FunctionName=function) or {}
        try:
            statements = json.loads(found.get("Policy") or "{}").get("Statement") or []
        except (ValueError, AttributeError):
            statements = []
        held = next((one for one in statements if one.get("Sid") == sid), None)
        return held, found.get("RevisionId")

    def find(
        self, place: Place, service: str, operation: str, **params: Any
    ) -> dict[str, Any] | None:
        """Make one look; None where AWS says that there is no such thing."""
        try:
            return self.calls.call(place, service, operation, params).output
        except WriteRefusedError as error:
            if error.code in _GONE:
                return None
            raise


def _text(found: Mapping[str, Any], key: str) -> str | None:
    raw = found.get(f"{key}Text", found.get(key))
    if raw is None or isinstance(raw, str):
        return raw
    return json.dumps(raw, separators=(",", ":"))


def _tags(thing: Mapping[str, Any]) -> dict[str, str]:
    return {str(one.get("Key")): str(one.get("Value")) for one in thing.get("Tags") or ()}


def _number(version: str) -> tuple[int, str]:
    digits = version.removeprefix("v")
    return (int(digits) if digits.isdigit() else 0, version)
