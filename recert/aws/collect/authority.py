"""The roles, users and policies of an account, in bulk; what the bulk left out, one by one."""

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import unquote

from recert.aws import reads
from recert.aws.collect.harvest import Harvest
from recert.aws.collect.values import dig, document, tag_list, text, unique
from recert.aws.reader import Answer, Reader
from recert.aws.replay import NotRecordedError
from recert.estate.authority import InlinePolicy, ManagedPolicy, Role, User, UserGroup

USERS_LIMIT = "IAM users and groups could not be read: a user who may invoke an agent is not shown."
_FILTERS = (
    ("User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"),
    ("Role", "LocalManagedPolicy", "AWSManagedPolicy"),
    ("Role", "LocalManagedPolicy"),
    ("Role",),
)
"""The first is what AWS is asked."""
P = TypeVar("P")
_PEOPLE = {"UserDetailList", "GroupDetailList"}
_Holder = Role | User | UserGroup


def gather(harvest: Harvest, accounts: Container[str] | None = None) -> None:
    """Read the roles and policies of every account, or of those among `accounts`."""
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
        if found.users is None or found.groups is None:
            harvest.limits.add(USERS_LIMIT)
        else:
            harvest.users += found.users
            harvest.groups += found.groups
            harvest.accounts_with_users.add(reader.place.account)


@dataclass(slots=True)
class Authority:
    """The principals of one account and their managed policies; `complete` only after the last page.

    `users` and `groups` are None where the answers were not about them.
    """

    roles: list[Role] = field(default_factory=list)
    policies: list[ManagedPolicy] = field(default_factory=list)
    users: list[User] | None = None
    groups: list[UserGroup] | None = None
    complete: bool = True


def read_authority(reader: Reader) -> Authority:
    """Read the roles, users and policies of the reader's account."""
    account = reader.place.account
    bulk = _Bulk()
    complete = True
    for answer, words in _pages(reader):
        if answer.output is None:
            reader.gap(reads.ACCOUNT_AUTHORIZATION, answer.error)
            complete = False
            break
        bulk.take(answer.output, words, account)
    people_known = complete and bulk.told == _PEOPLE
    holders: list[_Holder] = [*bulk.roles.values()]
    if people_known:
        holders += [*bulk.users.values(), *bulk.groups.values()]
    policies = bulk.policies
    for arn in sorted(_named_policies(holders)):
        if arn not in policies or policies[arn].document is None:
            policies[arn] = _one_policy(reader, arn, policies.get(arn))
    used = {arn for holder in holders for arn in _policies_of(holder)}
    return Authority(
        roles=_sorted(bulk.roles),
        policies=[policies[arn] for arn in sorted(policies) if arn in used],
        users=_sorted(bulk.users) if people_known else None,
        groups=_sorted(bulk.groups) if people_known else None,
        complete=complete,
    )


def _sorted(found: dict[str, P]) -> list[P]:
    return [found[arn] for arn in sorted(found)]


@dataclass(slots=True)
class _Bulk:
    """What the pages brought so far by ARN, and which kinds of people they were about."""

    roles: dict[str, Role] = field(default_factory=dict)
    policies: dict[str, ManagedPolicy] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    groups: dict[str, UserGroup] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)

    def take(self, output: dict[str, Any], words: tuple[str, ...], account: str) -> None:
        if "User" in words:
            self.told |= {name for name in _PEOPLE if name in output}
        parts: tuple[tuple[str, dict[str, Any], Callable[..., Any]], ...] = (
            ("RoleDetailList", self.roles, _role),
            ("UserDetailList", self.users, _user),
            ("GroupDetailList", self.groups, _group),
            ("Policies", self.policies, _policy),
        )
        for key, found, read in parts:
            for item in output.get(key) or ():
                one = read(item, account)
                if one is not None:
                    found[one.arn] = one


def _pages(reader: Reader) -> Iterator[tuple[Answer, tuple[str, ...]]]:
    """Yield the pages of the bulk with what was asked; a recording may hold it under another filter."""
    read = reads.ACCOUNT_AUTHORIZATION
    for words in _FILTERS:
        first = True
        for answer in reader.pages(read, quiet=True, Filter=list(words)):
            held = answer.error != NotRecordedError.code
            if first and not held and words != _FILTERS[-1] and _recorded(reader):
                break
            first = False
            yield answer, words
        else:
            return


def _recorded(reader: Reader) -> bool:
    return reader.source.holds(reads.ACCOUNT_AUTHORIZATION, reader.place.account)


def _named_policies(holders: Iterable[_Holder]) -> set[str]:
    # The policies of service-linked roles are AWS's own and outside everybody's reach.
    named: set[str] = set()
    for holder in holders:
        if not isinstance(holder, Role) or not holder.service_linked:
            named |= set(_policies_of(holder))
    return named


def _policies_of(holder: _Holder) -> tuple[str, ...]:
    boundary = None if isinstance(holder, UserGroup) else holder.boundary
    return (*holder.attached, boundary) if boundary else holder.attached


def _user(item: dict[str, Any], account: str) -> User | None:
    arn, name = text(item.get("Arn")), text(item.get("UserName"))
    if arn is None or name is None:
        return None
    return User(
        arn=arn,
        name=name,
        account=account,
        created_at=item.get("CreateDate"),
        groups=unique(item.get("GroupList") or ()),
        inline=_inline(item.get("UserPolicyList")),
        attached=_attached(item),
        boundary=text(dig(item, "PermissionsBoundary", "PermissionsBoundaryArn")),
        tags=tag_list(item.get("Tags")),
    )


def _group(item: dict[str, Any], account: str) -> UserGroup | None:
    arn, name = text(item.get("Arn")), text(item.get("GroupName"))
    if arn is None or name is None:
        return None
    return UserGroup(
        arn=arn,
        name=name,
        account=account,
        created_at=item.get("CreateDate"),
        inline=_inline(item.get("GroupPolicyList")),
        attached=_attached(item),
    )


def _inline(policies: Iterable[dict[str, Any]] | None) -> tuple[InlinePolicy, ...]:
    found = (
        InlinePolicy(
            name=str(policy.get("PolicyName") or ""),
            document=_document(policy.get("PolicyDocument")) or "",
        )
        for policy in policies or ()
    )
    return tuple(sorted(found, key=lambda policy: policy.name))


def _attached(item: dict[str, Any]) -> tuple[str, ...]:
    policies = item.get("AttachedManagedPolicies") or ()
    return unique(policy["PolicyArn"] for policy in policies if policy.get("PolicyArn"))


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
        inline=_inline(item.get("RolePolicyList")),
        attached=_attached(item),
        boundary=text(dig(item, "PermissionsBoundary", "PermissionsBoundaryArn")),
        tags=tag_list(item.get("Tags")),
        last_used_at=dig(used, "LastUsedDate"),
        last_used_region=text(dig(used, "Region")),
        last_used_known=used is not None,
    )


def _policy(item: dict[str, Any], _account: str = "") -> ManagedPolicy | None:
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
