"""The roles and policies of an account, in bulk; what the bulk left out, one by one."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from recert.aws import reads
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.values import dig, document, tag_list, text, unique
from recert.aws.reader import Answer, Reader
from recert.aws.replay import NotRecordedError
from recert.estate.authority import InlinePolicy, ManagedPolicy, Role

USERS_LIMIT = "IAM users and groups are not read: a user who may invoke an agent is not shown."
_FILTERS = (
    ("Role", "LocalManagedPolicy", "AWSManagedPolicy"),
    ("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"),
    ("Role", "LocalManagedPolicy"),
    ("Role",),
)
"""The first is what AWS is asked."""


def gather(harvest: Harvest, accounts: Container[str] | None = None) -> None:
    """Read the roles and policies of every account, or of those among `accounts`."""
    harvest.limits.add(USERS_LIMIT)
    readers = [
        harvest.reader_of(account)
        for account in harvest.accounts
        if accounts is None or account in accounts
    ]
    results = harvest.crew.each("reading roles and policies", read_authority, readers)
    for reader, found in zip(readers, results, strict=True):
        if found.complete:
            harvest.accounts_with_roles.add(reader.place.account)
        harvest.roles += found.roles
        harvest.policies += found.policies


@dataclass(slots=True)
class Authority:
    """The roles of one account and their managed policies; `complete` only after the last page."""

    roles: list[Role] = field(default_factory=list)
    policies: list[ManagedPolicy] = field(default_factory=list)
    complete: bool = True


def read_authority(reader: Reader) -> Authority:
    """Read the roles and policies of the reader's account."""
    found = Authority()
    roles: dict[str, Role] = {}
    policies: dict[str, ManagedPolicy] = {}
    for answer in _pages(reader):
        if answer.output is None:
            reader.gap(reads.ACCOUNT_AUTHORIZATION, answer.error)
            found.complete = False
            break
        for item in answer.output.get("RoleDetailList") or ():
            role = _role(item, reader.place.account)
            if role is not None:
                roles[role.arn] = role
        for item in answer.output.get("Policies") or ():
            policy = _policy(item)
            if policy is not None:
                policies[policy.arn] = policy
    named = _named_policies(roles.values())
    for arn in sorted(named):
        if arn not in policies or policies[arn].document is None:
            policies[arn] = _one_policy(reader, arn, policies.get(arn))
    found.roles = [roles[arn] for arn in sorted(roles)]
    used = {arn for role in roles.values() for arn in (*role.attached, role.boundary) if arn}
    found.policies = [policies[arn] for arn in sorted(policies) if arn in used]
    return found


def _pages(reader: Reader) -> Iterator[Answer]:
    """Yield the pages of the bulk; a recording may hold it under a filter of another tool."""
    read = reads.ACCOUNT_AUTHORIZATION
    for words in _FILTERS:
        first = True
        for answer in reader.pages(read, quiet=True, Filter=list(words)):
            held = answer.error != NotRecordedError.code
            if first and not held and words != _FILTERS[-1] and _recorded(reader):
                break
            first = False
            yield answer
        else:
            return


def _recorded(reader: Reader) -> bool:
    return reader.source.holds(reads.ACCOUNT_AUTHORIZATION, reader.place.account)


def _named_policies(roles: Iterable[Role]) -> set[str]:
    # The policies of service-linked roles are AWS's own and outside everybody's reach.
    named: set[str] = set()
    for role in roles:
        if not role.service_linked:
            named |= set(role.attached)
            if role.boundary:
                named.add(role.boundary)
    return named


def _role(item: dict[str, Any], account: str) -> Role | None:
    arn, name = text(item.get("Arn")), text(item.get("RoleName"))
    if arn is None or name is None:
        return None
    used = item.get("RoleLastUsed")
    return Role(
        arn=arn,
        role_id=text(item.get("RoleId")) or "",
        name=name,
        path=text(item.get("Path")) or "/",
        account=account,
        trust=_document(item.get("AssumeRolePolicyDocument")) or "",
        created_at=item.get("CreateDate"),
        inline=tuple(
            sorted(
                (
                    InlinePolicy(
                        name=str(policy.get("PolicyName") or ""),
                        document=_document(policy.get("PolicyDocument")) or "",
                    )
                    for policy in item.get("RolePolicyList") or ()
                ),
                key=lambda policy: policy.name,
            )
        ),
        attached=unique(
            policy["PolicyArn"]
            for policy in item.get("AttachedManagedPolicies") or ()
            if policy.get("PolicyArn")
        ),
        boundary=text(dig(item, "PermissionsBoundary", "PermissionsBoundaryArn")),
        tags=tag_list(item.get("Tags")),
        last_used_at=dig(used, "LastUsedDate"),
        last_used_region=text(dig(used, "Region")),
        last_used_known=used is not None,
    )


def _policy(item: dict[str, Any]) -> ManagedPolicy | None:
    arn = text(item.get("Arn"))
    if arn is None:
        return None
    version = text(item.get("DefaultVersionId"))
    versions = item.get("PolicyVersionList") or ()
    current: dict[str, Any] = next(
        (one for one in versions if one.get("IsDefaultVersion") or one.get("VersionId") == version),
        {},
    )
    return ManagedPolicy(
        arn=arn,
        name=text(item.get("PolicyName")) or arn.rpartition("/")[2],
        version_id=version or text(current.get("VersionId")),
        document=_document(current.get("Document")),
        attachment_count=item.get("AttachmentCount"),
        created_at=item.get("CreateDate"),
        updated_at=item.get("UpdateDate"),
    )


def _document(value: object) -> str | None:
    # What botocore could not read as JSON it leaves URL-encoded, as IAM sent it.
    return document(unquote(value) if isinstance(value, str) else value)


def _one_policy(reader: Reader, arn: str, known: ManagedPolicy | None) -> ManagedPolicy:
    """Read a policy that the bulk did not bring; without a document where that is refused."""
    base = known
    if base is None or base.version_id is None:
        answer = reader.call(reads.GET_POLICY, subject=arn, PolicyArn=arn)
        detail = dig(answer.output, "Policy") or {}
        base = _policy({**detail, "Arn": arn}) or ManagedPolicy(arn=arn, name=arn)
        base = base.model_copy(update={"tags": tag_list(detail.get("Tags"))})
    if base.version_id is None:
        return base
    answer = reader.call(
        reads.GET_POLICY_VERSION, subject=arn, PolicyArn=arn, VersionId=base.version_id
    )
    body = _document(dig(answer.output, "PolicyVersion", "Document"))
    return base.model_copy(update={"document": body})
