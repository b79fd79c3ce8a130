"""What bounds a role: its policies and every ceiling over them, in the engine's form.

A document that was not read, or that IAM itself would not take, gives nothing and takes nothing;
it is named instead, so that a review can ask about it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from recert.estate.authority import CeilingLevel, ControlPolicy, Organization, Role, User, UserGroup
from recert.estate.estate import Estate
from recert.iam.arns import is_aws_managed
from recert.iam.errors import PolicyError
from recert.iam.grammar import Policy, parse_policy
from recert.iam.model import Authority, Level, PolicyKind, SourcedPolicy, allowing_all

_Holder = Role | User | UserGroup


@dataclass(frozen=True, slots=True)
class UnreadPart:
    """A part of a role's authority that is out of sight: what it is, its subject, and why."""

    what: str
    subject: str
    why: str

    @property
    def words(self) -> str:
        """Say it in one line."""
        return f"{self.what} {self.subject}: {self.why}"


@dataclass(frozen=True, slots=True)
class RoleAuthority:
    """A role's authority as far as it was read, and the parts that were not."""

    role: Role
    authority: Authority
    unread: tuple[UnreadPart, ...]


@lru_cache(maxsize=8_192)
def parsed(document: str) -> Policy | None:
    """Parse a policy document, None where IAM would not accept it."""
    try:
        return parse_policy(document)
    except PolicyError:
        return None


def authority_of(estate: Estate, role_arn: str) -> RoleAuthority | None:
    """Return what bounds a role, None where the estate does not hold the role."""
    role = estate.roles_by_arn.get(role_arn)
    if role is None:
        return None
    unread: list[UnreadPart] = []
    identity = [*_inline(role, unread), *_attached(estate, role, unread)]
    if parsed(role.trust) is None:
        unread.append(UnreadPart("trust policy", role.name, "it cannot be understood"))
    authority = _bounded(estate, role, identity, unread)
    return RoleAuthority(role, authority, tuple(unread))


def user_authority(estate: Estate, user: User) -> Authority:
    """Return what bounds an IAM user: its own policies and those of its groups, as far as they were read."""
    unread: list[UnreadPart] = []
    identity = [*_inline(user, unread), *_attached(estate, user, unread)]
    known = {(one.account, one.name): one for one in estate.groups or ()}
    for name in user.groups:
        group = known.get((user.account, name))
        if group is not None:
            identity += [*_inline(group, unread), *_attached(estate, group, unread)]
    return _bounded(estate, user, identity, unread)


def _bounded(
    estate: Estate, holder: Role | User, identity: Iterable[SourcedPolicy], unread: list[UnreadPart]
) -> Authority:
    """Return the identity policies of a role or user under everything that bounds it."""
    organization = estate.organization
    return Authority(
        role_arn=holder.arn,
        identity=tuple(identity),
        boundary=_boundary(estate, holder, unread),
        scps=_levels(organization, holder.account, "scp", unread),
        rcps=_levels(organization, holder.account, "rcp", unread),
        management_account=organization is not None
        and organization.management_account == holder.account,
        service_linked=isinstance(holder, Role) and holder.service_linked,
    )


def _inline(role: _Holder, unread: list[UnreadPart]) -> Iterable[SourcedPolicy]:
    for item in role.inline:
        policy = parsed(item.document)
        if policy is None:
            unread.append(UnreadPart("inline policy", item.name, "it cannot be understood"))
        else:
            yield SourcedPolicy(policy, "inline", item.name)


def _attached(estate: Estate, role: _Holder, unread: list[UnreadPart]) -> Iterable[SourcedPolicy]:
    for arn in role.attached:
        held = estate.policies_by_arn.get(arn)
        kind: PolicyKind = "aws-managed" if is_aws_managed(arn) else "customer-managed"
        source = _managed(estate, arn, kind)
        if source is not None:
            yield source
            continue
        why = "it was not read" if held is None or held.document is None else "not understood"
        unread.append(UnreadPart("attached policy", arn, why))


def _managed(estate: Estate, arn: str, kind: PolicyKind) -> SourcedPolicy | None:
    held = estate.policies_by_arn.get(arn)
    if held is None or held.document is None:
        return None
    policy = parsed(held.document)
    if policy is None:
        return None
    return SourcedPolicy(policy, kind, held.name, arn, held.version_id)


def _boundary(
    estate: Estate, role: Role | User, unread: list[UnreadPart]
) -> tuple[SourcedPolicy, ...] | None:
    if role.boundary is None:
        return None
    source = _managed(estate, role.boundary, "boundary")
    if source is None:
        unread.append(UnreadPart("boundary", role.boundary, "its document was not read"))
        return None
    return (source,)


def _levels(
    organization: Organization | None, account: str, kind: PolicyKind, unread: list[UnreadPart]
) -> tuple[Level, ...] | None:
    if organization is None:
        return None
    ceiling = next((item for item in organization.ceilings if item.account == account), None)
    if ceiling is None:
        return None
    known = {policy.id: policy for policy in organization.policies}
    found = [_level(level, kind, known, unread) for level in ceiling.levels]
    if all(level is None for level in found):
        return None
    return tuple(_unknown(kind) if level is None else level for level in found)


def _level(
    level: CeilingLevel,
    kind: PolicyKind,
    known: dict[str, ControlPolicy],
    unread: list[UnreadPart],
) -> Level | None:
    names = level.scps if kind == "scp" else level.rcps
    if names is None:
        return None
    found: list[SourcedPolicy] = []
    for name in names:
        held = known.get(name)
        policy = parsed(held.document) if held is not None and held.document is not None else None
        if held is not None and policy is not None:
            found.append(SourcedPolicy(policy, kind, held.name, held.arn))
        else:
            unread.append(UnreadPart(f"{kind.upper()}", name, "its document was not read"))
            found.extend(_unknown(kind))
    return tuple(found)


def _unknown(kind: PolicyKind) -> Level:
    """Stand in for what was not read: a ceiling that takes nothing."""
    return (allowing_all(kind, "not read"),)
