"""The levers of a role: its inline policies, its attachments, the policies behind them, its trust."""

from collections.abc import Iterable, Mapping
from typing import Any

from recert.aws.executor import MOST_VERSIONS, Call, Looks, Managed, Place
from recert.remediation.levers.base import OneText, Seen, same
from recert.remediation.model import Change


def _call(change: Change, operation: str, archived: str | None = None, **params: Any) -> Call:
    return Call(Place(change.target.account, ""), "iam", operation, params, archived=archived)


class _OfRole(OneText):
    def tags(self, looks: Looks, change: Change) -> Mapping[str, str]:
        """Return the tags of the role."""
        return looks.role_tags(change.target.account, change.target.role)


class InlinePolicies(_OfRole):
    """A policy that lives in a role; without a document after, it is deleted."""

    def look(self, looks: Looks, change: Change) -> Seen:
        """Return the policy."""
        target = change.target
        return Seen(looks.inline(target.account, target.role, target.name))

    def calls(self, _looks: Looks, change: Change, seen: Seen) -> Iterable[Call]:
        """Yield the one write."""
        place = {"RoleName": change.target.role, "PolicyName": change.target.name}
        if change.after is None:
            yield _call(change, "DeleteRolePolicy", seen.text, **place)
        else:
            yield _call(change, "PutRolePolicy", seen.text, **place, PolicyDocument=change.after)

    def back(
        self, _looks: Looks, change: Change, _seen: Seen, archived: str | None
    ) -> Iterable[Call]:
        """Yield the write of the text that was there."""
        place = {"RoleName": change.target.role, "PolicyName": change.target.name}
        yield _call(change, "PutRolePolicy", **place, PolicyDocument=archived or change.before)


class Attachments(_OfRole):
    """The attachment of a managed policy to a role."""

    def look(self, looks: Looks, change: Change) -> Seen:
        """Return the attachment."""
        attached = looks.attached(change.target.account, change.target.role)
        there = attached is not None and change.target.arn in attached
        return Seen(change.before if there else None)

    def calls(self, _looks: Looks, change: Change, _seen: Seen) -> Iterable[Call]:
        """Yield the one write."""
        target = change.target
        yield _call(change, "DetachRolePolicy", RoleName=target.role, PolicyArn=target.arn)

    def back(
        self, _looks: Looks, change: Change, _seen: Seen, _archived: str | None
    ) -> Iterable[Call]:
        """Yield the attaching."""
        target = change.target
        yield _call(change, "AttachRolePolicy", RoleName=target.role, PolicyArn=target.arn)


class ManagedPolicies(OneText):
    """A customer-managed policy: a change is a version, and the former one stays."""

    def look(self, looks: Looks, change: Change) -> Seen:
        """Return the version in force."""
        found = looks.managed(change.target.account, str(change.target.arn))
        return Seen(found.document, found.tags, found) if found else Seen(None)

    def calls(self, looks: Looks, change: Change, seen: Seen) -> Iterable[Call]:
        """Yield the new version, and before it the deletion that makes room for one more."""
        if seen.managed is not None:
            yield from _room(looks, change, seen.managed)
        yield _version(change, str(change.after), seen.text)

    def back(
        self, looks: Looks, change: Change, seen: Seen, archived: str | None
    ) -> Iterable[Call]:
        """Yield the step back to the former version, or that document as a version where it is gone."""
        account, arn, former = change.target.account, str(change.target.arn), change.version_id
        policy = seen.managed
        if policy is not None and former is not None and former in policy.versions:
            held = looks.version(account, arn, former)
        else:
            held = None
        if held is not None and same(held, change.before):
            yield _call(change, "SetDefaultPolicyVersion", PolicyArn=arn, VersionId=former)
            return
        if policy is not None:
            yield from _room(looks, change, policy)
        yield _version(change, archived or change.before, None)


def _version(change: Change, document: str, archived: str | None) -> Call:
    arn = str(change.target.arn)
    return _call(
        change,
        "CreatePolicyVersion",
        archived,
        PolicyArn=arn,
        PolicyDocument=document,
        SetAsDefault=True,
    )


def _room(looks: Looks, change: Change, policy: Managed) -> Iterable[Call]:
    """Yield the deletion of the oldest version that is not in force, where IAM keeps no further one."""
    if len(policy.versions) < MOST_VERSIONS:
        return
    arn = str(change.target.arn)
    oldest = next(one for one in policy.versions if one != policy.version_id)
    document = looks.version(change.target.account, arn, oldest)
    yield _call(change, "DeletePolicyVersion", document, PolicyArn=arn, VersionId=oldest)


class TrustPolicies(OneText):
    """Who may assume a role."""

    def look(self, looks: Looks, change: Change) -> Seen:
        """Return the trust policy, and the tags of the role."""
        return Seen(*looks.trust(change.target.account, change.target.role))

    def calls(self, _looks: Looks, change: Change, seen: Seen) -> Iterable[Call]:
        """Yield the one write."""
        yield _call(
            change,
            "UpdateAssumeRolePolicy",
            seen.text,
            RoleName=change.target.role,
            PolicyDocument=change.after,
        )

    def back(
        self, _looks: Looks, change: Change, _seen: Seen, archived: str | None
    ) -> Iterable[Call]:
        """Yield the write of the text that was there."""
        document = archived or change.before
        yield _call(
            change,
            "UpdateAssumeRolePolicy",
            RoleName=change.target.role,
            PolicyDocument=document,
        )
