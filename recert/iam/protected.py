"""What AWS decides before any policy is read, and where a resource has to agree itself."""

from __future__ import annotations

from typing import Final

from recert.iam.arns import parts_of
from recert.iam.principals import Caller

WITHOUT_PERMISSION: Final = "sts:getcalleridentity"
"""The one action that works even when a policy denies it."""

_OWNED_BY_AWS: Final = frozenset(
    {
        "iam:createpolicy",
        "iam:createpolicyversion",
        "iam:deletepolicy",
        "iam:deletepolicyversion",
        "iam:setdefaultpolicyversion",
        "iam:tagpolicy",
        "iam:untagpolicy",
    }
)
_RESERVED_FOR_AWS: Final = frozenset(
    {
        "iam:attachrolepolicy",
        "iam:createrole",
        "iam:createservicelinkedrole",
        "iam:deleterole",
        "iam:deleterolepermissionsboundary",
        "iam:deleterolepolicy",
        "iam:deleteservicelinkedrole",
        "iam:detachrolepolicy",
        "iam:passrole",
        "iam:putrolepermissionsboundary",
        "iam:putrolepolicy",
        "iam:tagrole",
        "iam:untagrole",
        "iam:updateassumerolepolicy",
        "iam:updaterole",
        "iam:updateroledescription",
    }
)
_TRUSTED: Final = frozenset(
    {
        "sts:assumerole",
        "sts:assumerolewithsaml",
        "sts:assumerolewithwebidentity",
        "sts:setsourceidentity",
        "sts:tagsession",
    }
)


def never_succeeds(action: str, resource: str) -> bool:
    """Tell whether AWS refuses a lower-case action on a resource, whatever policies say.

    AWS managed policies cannot be changed, nor roles under `aws-reserved/`. Actions added since
    fall to the policies.
    """
    if not action.startswith("iam:"):
        return False
    parts = parts_of(resource)
    if parts is None or parts[2] != "iam":
        return False
    if parts[4] == "aws" and parts[5].startswith("policy/"):
        return action in _OWNED_BY_AWS
    return parts[5].startswith("role/aws-reserved/") and action in _RESERVED_FOR_AWS


def needs_resource_policy(action: str, resource: str) -> bool:
    """Tell whether the policy of the resource must say yes even within one account.

    So it is with the trust policy of a role and with the key policy of a KMS key. Asked about `*`
    nobody knows which role or key is meant, and identity policies decide.
    """
    if action.startswith("kms:"):
        parts = parts_of(resource)
        return parts is not None and parts[2] == "kms" and parts[5].startswith("key/")
    if action in _TRUSTED:
        parts = parts_of(resource)
        return parts is not None and parts[2] == "iam" and parts[5].startswith("role/")
    return False


def is_root(caller: Caller) -> bool:
    """Tell whether the caller is the root user, who needs no identity policy in its account."""
    return caller.kind == "root"
