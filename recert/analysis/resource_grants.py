"""What resource policies that were read give to a role, beside its own policies."""

from dataclasses import replace

from recert.analysis.authority import parsed
from recert.estate.estate import Estate
from recert.iam.arns import account_of, partition_of
from recert.iam.grammar import Policy, Principal, Statement
from recert.iam.model import Authority, SourcedPolicy


def resource_sources(estate: Estate, authority: Authority) -> Authority:
    """Return the authority with the statements of bucket policies that name the role.

    An Allow counts where it names the role itself or everybody: naming the account only hands the
    question to the role's own policies. A Deny counts where it covers the role in any of these ways.
    Across accounts both sides must say yes, so that nothing is added there.
    """
    account = account_of(authority.role_arn)
    found: list[SourcedPolicy] = []
    for bucket in estate.buckets:
        if bucket.policy is None or bucket.account not in (None, account):
            continue
        policy = parsed(bucket.policy)
        if policy is None:
            continue
        own = tuple(item for item in policy.statements if _speaks(item, authority.role_arn))
        if own:
            document = Policy(policy.version, policy.id, own)
            name = bucket.arn.rpartition(":")[2]
            found.append(SourcedPolicy(document, "resource", name, bucket.arn))
    return replace(authority, identity=(*authority.identity, *found)) if found else authority


def _speaks(statement: Statement, role_arn: str) -> bool:
    if statement.principals is None:
        return False
    return any(
        _names(principal, role_arn, deny=statement.effect == "Deny")
        for principal in statement.principals
    )


def _names(principal: Principal, role_arn: str, *, deny: bool) -> bool:
    if principal.kind == "*" or (principal.kind == "AWS" and principal.value == "*"):
        return True
    if principal.kind != "AWS":
        return False
    account = account_of(role_arn)
    if deny and principal.value in (account, f"arn:{partition_of(role_arn)}:iam::{account}:root"):
        return True
    return principal.value == role_arn
