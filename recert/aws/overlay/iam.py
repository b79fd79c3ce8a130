"""The IAM of one recorded account, with what was written to it since.

Holds roles and policies in the shape of `GetAccountAuthorizationDetails` and answers the calls by
which a permission is taken away and looked at again, as IAM does: its errors, its limit of five
versions, its default version.
"""

import copy
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from recert.aws.executor import MOST_VERSIONS
from recert.aws.overlay.service import ServiceRefusal
from recert.iam.arns import is_aws_managed, name_of


def _missing(what: str) -> ServiceRefusal:
    return ServiceRefusal("NoSuchEntity", f"{what} cannot be found.", 404)


class IamAccount:
    """Roles by name and managed policies by ARN; changed by `call`, never by anything else."""

    def __init__(
        self,
        account: str,
        roles: list[dict[str, Any]],
        policies: list[dict[str, Any]],
        now: datetime,
    ) -> None:
        self.account = account
        self.roles = {str(role.get("RoleName")): copy.deepcopy(role) for role in roles}
        self.policies = {str(policy.get("Arn")): copy.deepcopy(policy) for policy in policies}
        self._now = now

    def call(self, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """Answer one operation; raises ServiceRefusal, KeyError for an operation not known here."""
        return OPERATIONS[operation](self, params)

    def role(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return the role that a request names."""
        name = str(params.get("RoleName"))
        if name not in self.roles:
            raise _missing(f"The role with name {name}")
        return self.roles[name]

    def policy(self, params: dict[str, Any]) -> dict[str, Any]:
        """Return the managed policy that a request names."""
        arn = str(params.get("PolicyArn"))
        if arn not in self.policies:
            raise _missing(f"Policy {arn}")
        return self.policies[arn]

    def details(self, _params: dict[str, Any]) -> dict[str, Any]:
        """Answer GetAccountAuthorizationDetails in one page."""
        return {
            "RoleDetailList": [self.roles[name] for name in sorted(self.roles)],
            "Policies": [self.policies[arn] for arn in sorted(self.policies)],
            "IsTruncated": False,
        }

    def put_role_policy(self, params: dict[str, Any]) -> dict[str, Any]:
        """Write an inline policy."""
        document = _identity(params["PolicyDocument"])
        role, name = self.role(params), str(params["PolicyName"])
        role["RolePolicyList"] = [
            *(one for one in role.get("RolePolicyList") or () if one.get("PolicyName") != name),
            {"PolicyName": name, "PolicyDocument": document},
        ]
        return {}

    def delete_role_policy(self, params: dict[str, Any]) -> dict[str, Any]:
        """Delete an inline policy."""
        role, name = self.role(params), str(params["PolicyName"])
        self._inline(role, name)
        role["RolePolicyList"] = [
            one for one in role["RolePolicyList"] if one.get("PolicyName") != name
        ]
        return {}

    def _inline(self, role: dict[str, Any], name: str) -> dict[str, Any]:
        for one in role.get("RolePolicyList") or ():
            if one.get("PolicyName") == name:
                found: dict[str, Any] = one
                return found
        raise _missing(f"The role policy with name {name}")

    def get_role_policy(self, params: dict[str, Any]) -> dict[str, Any]:
        """Read an inline policy."""
        found = self._inline(self.role(params), str(params["PolicyName"]))
        return {**found, "RoleName": params["RoleName"]}

    def list_role_policies(self, params: dict[str, Any]) -> dict[str, Any]:
        """List the inline policies of a role."""
        names = [one.get("PolicyName") for one in self.role(params).get("RolePolicyList") or ()]
        return {"PolicyNames": sorted(names, key=str), "IsTruncated": False}

    def list_attached(self, params: dict[str, Any]) -> dict[str, Any]:
        """List the managed policies of a role."""
        attached = self.role(params).get("AttachedManagedPolicies") or []
        return {"AttachedPolicies": attached, "IsTruncated": False}

    def attach(self, params: dict[str, Any]) -> dict[str, Any]:
        """Attach a managed policy to a role."""
        role, arn = self.role(params), str(params["PolicyArn"])
        if arn not in self.policies and not is_aws_managed(arn):
            raise _missing(f"Policy {arn}")
        attached = role.setdefault("AttachedManagedPolicies", [])
        if all(one.get("PolicyArn") != arn for one in attached):
            attached.append({"PolicyArn": arn, "PolicyName": name_of(arn)})
        return {}

    def detach(self, params: dict[str, Any]) -> dict[str, Any]:
        """Detach a managed policy from a role."""
        role, arn = self.role(params), str(params["PolicyArn"])
        attached = role.get("AttachedManagedPolicies") or []
        left = [one for one in attached if one.get("PolicyArn") != arn]
        if len(left) == len(attached):
            raise _missing(f"Policy {arn} was not attached and")
        role["AttachedManagedPolicies"] = left
        return {}

    def get_role(self, params: dict[str, Any]) -> dict[str, Any]:
        """Read a role."""
        role = self.role(params)
        hidden = {"RolePolicyList", "AttachedManagedPolicies", "InstanceProfileList"}
        return {"Role": {name: value for name, value in role.items() if name not in hidden}}

    def trust(self, params: dict[str, Any]) -> dict[str, Any]:
        """Replace the trust policy of a role."""
        self.role(params)["AssumeRolePolicyDocument"] = _document(params["PolicyDocument"])
        return {}

    def put_boundary(self, params: dict[str, Any]) -> dict[str, Any]:
        """Bound a role."""
        self.role(params)["PermissionsBoundary"] = {
            "PermissionsBoundaryType": "Policy",
            "PermissionsBoundaryArn": params["PermissionsBoundary"],
        }
        return {}

    def delete_boundary(self, params: dict[str, Any]) -> dict[str, Any]:
        """Take the boundary off a role."""
        if self.role(params).pop("PermissionsBoundary", None) is None:
            raise _missing("The boundary")
        return {}

    def create_policy(self, params: dict[str, Any]) -> dict[str, Any]:
        """Create a customer-managed policy."""
        path = str(params.get("Path") or "/")
        arn = f"arn:aws:iam::{self.account}:policy{path}{params['PolicyName']}"
        if arn in self.policies:
            raise ServiceRefusal(
                "EntityAlreadyExists", f"A policy called {arn} already exists.", 409
            )
        self.policies[arn] = {
            "PolicyName": params["PolicyName"],
            "Arn": arn,
            "Path": path,
            "DefaultVersionId": "v1",
            "AttachmentCount": 0,
            "CreateDate": self._now,
            "UpdateDate": self._now,
            "PolicyVersionList": [self._version("v1", params["PolicyDocument"], default=True)],
        }
        return {"Policy": _without_versions(self.policies[arn])}

    def _version(self, version: str, document: object, *, default: bool) -> dict[str, Any]:
        return {
            "VersionId": version,
            "Document": _identity(document),
            "IsDefaultVersion": default,
            "CreateDate": self._now,
        }

    def create_version(self, params: dict[str, Any]) -> dict[str, Any]:
        """Add a version to a policy, as its default where that is asked for."""
        policy = self.policy(params)
        versions = policy.setdefault("PolicyVersionList", [])
        if len(versions) >= MOST_VERSIONS:
            message = "A managed policy can have up to 5 versions."
            raise ServiceRefusal("LimitExceeded", message, 409)
        # The bulk shows the default version alone; the next number follows the highest known.
        known = [
            str(policy.get("DefaultVersionId") or "v0"),
            *(one["VersionId"] for one in versions),
        ]
        number = 1 + max(int(one.removeprefix("v")) for one in known)
        version = self._version(f"v{number}", params["PolicyDocument"], default=False)
        versions.append(version)
        if params.get("SetAsDefault"):
            self.set_default({**params, "VersionId": version["VersionId"]})
        return {
            "PolicyVersion": {key: value for key, value in version.items() if key != "Document"}
        }

    def set_default(self, params: dict[str, Any]) -> dict[str, Any]:
        """Make one version of a policy its default."""
        policy = self.policy(params)
        self._one_version(policy, params)
        for one in policy["PolicyVersionList"]:
            one["IsDefaultVersion"] = one["VersionId"] == params["VersionId"]
        policy["DefaultVersionId"], policy["UpdateDate"] = params["VersionId"], self._now
        return {}

    def _one_version(self, policy: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
        for one in policy.get("PolicyVersionList") or ():
            if one.get("VersionId") == params.get("VersionId"):
                found: dict[str, Any] = one
                return found
        raise _missing(f"Policy version {params.get('VersionId')}")

    def delete_version(self, params: dict[str, Any]) -> dict[str, Any]:
        """Delete a version that is not the default."""
        policy = self.policy(params)
        if self._one_version(policy, params).get("IsDefaultVersion"):
            raise ServiceRefusal("DeleteConflict", "The default version cannot be deleted.", 409)
        policy["PolicyVersionList"] = [
            one for one in policy["PolicyVersionList"] if one["VersionId"] != params["VersionId"]
        ]
        return {}

    def get_policy(self, params: dict[str, Any]) -> dict[str, Any]:
        """Read a managed policy without its document."""
        return {"Policy": _without_versions(self.policy(params))}

    def get_version(self, params: dict[str, Any]) -> dict[str, Any]:
        """Read one version of a managed policy."""
        return {"PolicyVersion": self._one_version(self.policy(params), params)}

    def list_versions(self, params: dict[str, Any]) -> dict[str, Any]:
        """List the versions of a managed policy."""
        versions = self.policy(params).get("PolicyVersionList") or []
        plain = [{key: one[key] for key in one if key != "Document"} for one in versions]
        return {"Versions": plain, "IsTruncated": False}


def _document(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    try:
        body = json.loads(text)
    except ValueError as error:
        raise ServiceRefusal("MalformedPolicyDocument", "Syntax errors in policy.") from error
    if not isinstance(body, dict):
        raise ServiceRefusal("MalformedPolicyDocument", "Syntax errors in policy.")
    return text


def _identity(value: object) -> str:
    """Return the text of a policy that an identity carries: it names no principal."""
    text = _document(value)
    statements = json.loads(text).get("Statement") or []
    for statement in statements if isinstance(statements, list) else [statements]:
        if {"Principal", "NotPrincipal"} & set(statement):
            message = "Policy document should not specify a principal."
            raise ServiceRefusal("MalformedPolicyDocument", message)
    return text


def _without_versions(policy: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in policy.items() if key != "PolicyVersionList"}


WRITES: dict[str, Callable[[IamAccount, dict[str, Any]], dict[str, Any]]] = {
    "PutRolePolicy": IamAccount.put_role_policy,
    "DeleteRolePolicy": IamAccount.delete_role_policy,
    "AttachRolePolicy": IamAccount.attach,
    "DetachRolePolicy": IamAccount.detach,
    "UpdateAssumeRolePolicy": IamAccount.trust,
    "PutRolePermissionsBoundary": IamAccount.put_boundary,
    "DeleteRolePermissionsBoundary": IamAccount.delete_boundary,
    "CreatePolicy": IamAccount.create_policy,
    "CreatePolicyVersion": IamAccount.create_version,
    "SetDefaultPolicyVersion": IamAccount.set_default,
    "DeletePolicyVersion": IamAccount.delete_version,
}
READS: dict[str, Callable[[IamAccount, dict[str, Any]], dict[str, Any]]] = {
    "GetAccountAuthorizationDetails": IamAccount.details,
    "GetRole": IamAccount.get_role,
    "GetRolePolicy": IamAccount.get_role_policy,
    "ListRolePolicies": IamAccount.list_role_policies,
    "ListAttachedRolePolicies": IamAccount.list_attached,
    "GetPolicy": IamAccount.get_policy,
    "GetPolicyVersion": IamAccount.get_version,
    "ListPolicyVersions": IamAccount.list_versions,
}
OPERATIONS = {**WRITES, **READS}
