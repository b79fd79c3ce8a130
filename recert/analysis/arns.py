"""The parts of an ARN, for texts that AWS calls ARNs but that may be none."""

_PARTS = 6  # arn:partition:service:region:account:resource


def account_of(arn: str, default: str = "") -> str:
    """Return the account that an ARN names, `default` where it names none."""
    parts = arn.split(":", _PARTS - 1)
    return parts[4] if len(parts) > 4 and parts[4].isdigit() else default  # noqa: PLR2004  # arn:p:s:region:ACCOUNT


def partition_of(arn: str) -> str:
    """Return the partition of an ARN, `aws` where the text is no ARN."""
    parts = arn.split(":", 2)
    return parts[1] if len(parts) > 1 and parts[0] == "arn" and parts[1] else "aws"


def resource_of(arn: str) -> str | None:
    """Return what follows the account, None where the text is no whole ARN."""
    parts = arn.split(":", _PARTS - 1)
    return parts[5] if len(parts) == _PARTS else None
