"""The parts of an ARN, for texts that AWS calls ARNs but that may be none."""

from __future__ import annotations

from typing import Final

PARTS: Final = 6
"""`arn:partition:service:region:account:resource`; the resource may hold further colons."""
COLONS: Final = PARTS - 1
"""Behind so many every wildcard of a pattern is free."""
_ACCOUNT_DIGITS: Final = 12


def parts_of(text: str) -> list[str] | None:
    """Return the six parts of an ARN or of a pattern of ARNs, None where there are fewer."""
    parts = text.split(":", COLONS)
    return parts if len(parts) == PARTS else None


def account_of(text: str) -> str | None:
    """Return the account that a number or an ARN names, None where it names none.

    AWS's own resources (`arn:aws:iam::aws:…`) and patterns name none.
    """
    parts = text.split(":", COLONS)
    account = parts[4] if len(parts) == PARTS else text
    is_account = len(account) == _ACCOUNT_DIGITS and account.isascii() and account.isdigit()
    return account if is_account else None


def partition_of(arn: str) -> str:
    """Return the partition of an ARN, `aws` where the text is no ARN."""
    parts = arn.split(":", 2)
    return parts[1] if len(parts) > 1 and parts[0] == "arn" and parts[1] else "aws"


def resource_of(arn: str) -> str | None:
    """Return what follows the account, None where the text is no whole ARN."""
    parts = parts_of(arn)
    return None if parts is None else parts[-1]


def name_of(arn: str) -> str:
    """Return the name at the end of an ARN: what stands behind its last slash, or else colon."""
    return arn.rpartition("/")[2].rpartition(":")[2]


def is_aws_managed(policy_arn: str) -> bool:
    """Tell whether a managed policy is one of AWS's own, which no account can change."""
    return ":iam::aws:policy/" in policy_arn
