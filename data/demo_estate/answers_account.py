"""What AWS answers about an account: its caller, its roles and policies, the organisation above it."""

from collections.abc import Iterator

from demo_estate import organization
from demo_estate.lines import Line, Page
from demo_estate.model import Managed, Role, User, UserGroup, ident
from demo_estate.organization import Control

_ROLES_A_PAGE = 8
_REGIONS = ("eu-west-1", "us-east-1", "us-west-2")


def account(page: Page) -> Iterator[Line]:
    """Yield who is asking, and which regions are on."""
    number = page.place.account
    yield page.line(
        "sts",
        "GetCallerIdentity",
        {
            "UserId": f"AROA{ident(number + '/reader', 17)}:recert",
            "Account": number,
            "Arn": f"arn:aws:sts::{number}:assumed-role/recert-reader/recert",
        },
    )
    regions = [{"RegionName": name, "RegionOptStatus": "ENABLED_BY_DEFAULT"} for name in _REGIONS]
    yield page.line("account", "ListRegions", {"Regions": regions})


def authority(page: Page) -> Iterator[Line]:
    """Yield the account's roles and policies, a page at a time."""
    roles = [_role(page, role) for role in page.place.roles]
    policies = [_managed(page, policy) for policy in page.place.policies]
    starts = range(0, len(roles), _ROLES_A_PAGE)
    for start in starts:
        output: Line = {
            "UserDetailList": [] if start else [_user(page, one) for one in page.place.users],
            "GroupDetailList": [] if start else [_group(page, one) for one in page.place.groups],
            "RoleDetailList": roles[start : start + _ROLES_A_PAGE],
            "Policies": policies if start == starts[-1] else [],
            "IsTruncated": start != starts[-1],
        }
        if output["IsTruncated"]:
            output["Marker"] = f"roles-from-{start + _ROLES_A_PAGE}"
        params = {"Marker": f"roles-from-{start}"} if start else {}
        yield page.line("iam", "GetAccountAuthorizationDetails", output, params)


def _role(page: Page, role: Role) -> Line:
    place = page.place
    body: Line = {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": f"AROA{ident(f'{place.account}/role/{role.name}', 17)}",
        "Arn": place.role_arn(role.name),
        "CreateDate": role.created,
        "AssumeRolePolicyDocument": role.trust,
        "InstanceProfileList": [],
        "RolePolicyList": [
            {"PolicyName": name, "PolicyDocument": document}
            for name, document in role.inline.items()
        ],
        "AttachedManagedPolicies": [
            {"PolicyName": name, "PolicyArn": place.policy_arn(name)} for name in role.attached
        ],
        "Tags": [{"Key": key, "Value": value} for key, value in role.tags.items()],
        "RoleLastUsed": (
            {"LastUsedDate": role.last_used, "Region": place.region} if role.last_used else {}
        ),
    }
    if role.boundary:
        body["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
            "PermissionsBoundaryArn": place.policy_arn(role.boundary),
        }
    return body


def _user(page: Page, user: User) -> Line:
    account = page.place.account
    return {
        "Path": "/",
        "UserName": user.name,
        "UserId": f"AIDA{ident(f'{account}/user/{user.name}', 17)}",
        "Arn": f"arn:aws:iam::{account}:user/{user.name}",
        "CreateDate": user.created,
        "UserPolicyList": [
            {"PolicyName": name, "PolicyDocument": document}
            for name, document in user.inline.items()
        ],
        "GroupList": list(user.groups),
        "AttachedManagedPolicies": [
            {"PolicyName": name, "PolicyArn": page.place.policy_arn(name)} for name in user.attached
        ],
        "Tags": [{"Key": key, "Value": value} for key, value in user.tags.items()],
    }


def _group(page: Page, group: UserGroup) -> Line:
    account = page.place.account
    return {
        "Path": "/",
        "GroupName": group.name,
        "GroupId": f"AGPA{ident(f'{account}/group/{group.name}', 17)}",
        "Arn": f"arn:aws:iam::{account}:group/{group.name}",
        "CreateDate": group.created,
        "GroupPolicyList": [
            {"PolicyName": name, "PolicyDocument": document}
            for name, document in group.inline.items()
        ],
        "AttachedManagedPolicies": [
            {"PolicyName": name, "PolicyArn": page.place.policy_arn(name)}
            for name in group.attached
        ],
    }


def _managed(page: Page, policy: Managed) -> Line:
    place = page.place
    users = [role for role in place.roles if policy.name in role.attached]
    bounded = [role for role in place.roles if policy.name == role.boundary]
    owner = "aws" if policy.aws else place.account
    return {
        "PolicyName": policy.name,
        "PolicyId": f"ANPA{ident(f'{owner}/policy/{policy.name}', 17)}",
        "Arn": place.policy_arn(policy.name),
        "Path": policy.path,
        "DefaultVersionId": policy.version,
        "AttachmentCount": len(users),
        "PermissionsBoundaryUsageCount": len(bounded),
        "IsAttachable": True,
        "Description": policy.description,
        "CreateDate": policy.created,
        "UpdateDate": policy.created,
        "PolicyVersionList": [
            {
                "Document": policy.document,
                "VersionId": policy.version,
                "IsDefaultVersion": True,
                "CreateDate": policy.created,
            }
        ],
    }


def ceilings(page: Page) -> Iterator[Line]:
    """Yield the organisation, from the one account that may read it."""
    if page.place.account != organization.READER:
        return
    yield page.line("organizations", "DescribeOrganization", {"Organization": _organization()})
    yield page.line("organizations", "ListAccounts", {"Accounts": _accounts()})
    root = {
        "Id": organization.ROOT,
        "Arn": _arn("root", organization.ROOT),
        "Name": "Root",
        "PolicyTypes": _types(),
    }
    yield page.line("organizations", "ListRoots", {"Roots": [root]})
    unit = {"Id": organization.UNIT, "Arn": _arn("ou", organization.UNIT), "Name": "Workloads"}
    yield page.line(
        "organizations",
        "DescribeOrganizationalUnit",
        {"OrganizationalUnit": unit},
        {"OrganizationalUnitId": organization.UNIT},
    )
    for number in organization.NAMES:
        above = {"Id": organization.UNIT, "Type": "ORGANIZATIONAL_UNIT"}
        yield page.line("organizations", "ListParents", {"Parents": [above]}, {"ChildId": number})
    top = {"Id": organization.ROOT, "Type": "ROOT"}
    yield page.line(
        "organizations", "ListParents", {"Parents": [top]}, {"ChildId": organization.UNIT}
    )
    yield from _controls(page)


def _controls(page: Page) -> Iterator[Line]:
    for target in (organization.ROOT, organization.UNIT, *organization.NAMES):
        for kind in ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"):
            found = [
                _summary(control)
                for control in page.controls
                if target in control.targets and control.kind == kind
            ]
            yield page.line(
                "organizations",
                "ListPoliciesForTarget",
                {"Policies": found},
                {"TargetId": target, "Filter": kind},
            )
    for control in page.controls:
        body = {"PolicySummary": _summary(control), "Content": control.document}
        yield page.line(
            "organizations", "DescribePolicy", {"Policy": body}, {"PolicyId": control.id}
        )


def _summary(control: Control) -> Line:
    owner = "aws" if control.aws else organization.MANAGEMENT
    kind = control.kind.lower()
    middle = "" if control.aws else f"{organization.ID}/"
    return {
        "Id": control.id,
        "Arn": f"arn:aws:organizations::{owner}:policy/{middle}{kind}/{control.id}",
        "Name": control.name,
        "Description": control.description,
        "Type": control.kind,
        "AwsManaged": control.aws,
    }


def _arn(kind: str, key: str) -> str:
    return f"arn:aws:organizations::{organization.MANAGEMENT}:{kind}/{organization.ID}/{key}"


def _types() -> list[Line]:
    return [
        {"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"},
        {"Type": "RESOURCE_CONTROL_POLICY", "Status": "ENABLED"},
    ]


def _organization() -> Line:
    return {
        "Id": organization.ID,
        "Arn": f"arn:aws:organizations::{organization.MANAGEMENT}:organization/{organization.ID}",
        "FeatureSet": "ALL",
        "MasterAccountArn": _arn("account", organization.MANAGEMENT),
        "MasterAccountId": organization.MANAGEMENT,
        "AvailablePolicyTypes": _types(),
    }


def _accounts() -> list[Line]:
    names = {organization.MANAGEMENT: "examplecorp-management", **organization.NAMES}
    return [
        {
            "Id": number,
            "Arn": _arn("account", number),
            "Name": name,
            "Status": "ACTIVE",
            "JoinedMethod": "CREATED",
            "JoinedTimestamp": "2025-09-01T08:00:00Z",
        }
        for number, name in names.items()
    ]
