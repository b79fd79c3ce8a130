"""Roles as somebody else's goal: who may assume them, which services run as them."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from recert.iam.arns import account_of, partition_of
from recert.iam.certainty import Facts, certain
from recert.iam.context import UNKNOWN
from recert.iam.grammar import Policy, Statement
from recert.iam.overlap import contains, normal
from recert.iam.principals import Strength, caller_of, strongest

_REGIONAL = re.compile(r"^([a-z0-9-]+)\.[a-z]{2}(?:-[a-z]+)+-\d\.(amazonaws\.com)")
_SESSION = re.compile(r"arn:[^:]*:sts::(\d{12}):assumed-role/([^/]+)/")
_ASSUME = "sts:assumerole"


@dataclass(frozen=True, slots=True)
class TargetRole:
    """A role that may be passed, assumed or changed.

    `trust` is None where it could not be read: anybody may be trusted then. `customer_policies` are
    the ARNs of its customer-managed policies.
    """

    arn: str
    trust: Policy | None = None
    customer_policies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trusted:
    """That a trust policy lets a role in.

    `direct`: by naming it, which within one account needs no permission of its own.
    `conditional`: under conditions that are not known to hold, or by a policy that was not read.
    """

    direct: bool
    conditional: bool


class Targets:
    """All roles of a reading, found by who they trust."""

    def __init__(self, roles: Iterable[TargetRole], facts: Facts) -> None:
        self.roles = tuple(roles)
        self.arns = tuple(role.arn for role in self.roles)
        self._by_arn = {role.arn: role for role in self.roles}
        self._facts = facts
        self._services: dict[str, list[str]] = defaultdict(list)
        self._principals: dict[str, list[TargetRole]] = defaultdict(list)
        self._unread: list[str] = []
        self._plain: set[str] = set()
        for role in self.roles:
            self._index(role)

    def _index(self, role: TargetRole) -> None:
        if role.trust is None:
            self._unread.append(role.arn)
            return
        for service in _services(role.trust, self._facts):
            self._services[service].append(role.arn)
        for principal in _principals(role.trust):
            self._principals[principal].append(role)
        if all(_is_plain(statement) for statement in role.trust.statements):
            self._plain.add(role.arn)

    def get(self, arn: str) -> TargetRole | None:
        """Return a role of the reading by its ARN."""
        return self._by_arn.get(arn)

    def trusting(self, services: Iterable[str]) -> frozenset[str]:
        """Return the roles that one of these service principals may take on, or may: unread ones."""
        found = set(self._unread)
        for service in (*services, "*"):
            found.update(self._services.get(service, ()))
        return frozenset(found)

    def letting_in(self, arn: str, facts: Facts) -> dict[str, Trusted]:
        """Return the roles, by ARN, whose trust policy lets a role in."""
        found = {each: Trusted(direct=False, conditional=True) for each in self._unread}
        account = account_of(arn) or ""
        names = (arn, account, f"arn:{partition_of(arn)}:iam::{account}:root", "*")
        candidates: dict[str, TargetRole] = {}
        for name in names:
            plain = Trusted(direct=name in (arn, "*"), conditional=False)
            for role in self._principals.get(name, ()):
                if role.arn not in self._plain:
                    candidates[role.arn] = role
                elif plain.direct or role.arn not in found:
                    found[role.arn] = plain
        # A trust in one session of the role is met by whoever names the session so.
        for role in self._principals.get(_sessions_of(arn), ()):
            found.setdefault(role.arn, Trusted(direct=True, conditional=True))
        for role in candidates.values():
            trusted = lets_in(role.trust, arn, facts) if role.trust is not None else None
            if trusted is not None:
                found[role.arn] = trusted
        found.pop(arn, None)
        return found


def lets_in(trust: Policy, arn: str, facts: Facts) -> Trusted | None:
    """Return how a trust policy lets a role assume, None where it does not."""
    caller = caller_of(arn)
    best: Trusted | None = None
    for statement in trust.statements:
        if not _assumes(statement):
            continue
        strength = (
            strongest(statement.principals, caller)
            if statement.principals is not None
            else Strength.NONE
            if strongest(statement.not_principals or (), caller) > Strength.NONE
            else Strength.ACCOUNT
        )
        holds = certain(statement.conditions, facts, variables=trust.has_variables)
        if strength is Strength.NONE or holds is False:
            continue
        if statement.effect == "Deny":
            if holds is True and statement.principals is not None:
                return None
            continue
        found = Trusted(strength > Strength.ACCOUNT, holds is None)
        if best is None or (found.direct, not found.conditional) > (
            best.direct,
            not best.conditional,
        ):
            best = found
    return best


def _services(trust: Policy, facts: Facts) -> set[str]:
    """Return the service principals that a trust policy lets in; `*` where it is everybody."""
    allowed: set[str] = set()
    denied: set[str] = set()
    for statement in trust.statements:
        holds = certain(statement.conditions, Facts(facts.since, UNKNOWN), variables=False)
        if statement.principals is None or holds is False or not _assumes(statement):
            continue
        named = {
            "*" if each.kind == "*" else plain_service(each.value)
            for each in statement.principals
            if each.kind in ("Service", "*")
        }
        if statement.effect == "Allow":
            allowed |= named
        elif holds is True:
            denied |= named
    return set() if "*" in denied else allowed - denied


def _principals(trust: Policy) -> set[str]:
    """Return the AWS principals that some Allow names; `*` also for a NotPrincipal."""
    found: set[str] = set()
    for statement in trust.statements:
        if statement.effect != "Allow":
            continue
        if statement.not_principals is not None:
            found.add("*")
        for each in statement.principals or ():
            if each.kind in ("AWS", "*"):
                session = _SESSION.match(each.value)
                found.add(f"{session[1]}:{session[2]}" if session else each.value)
    return found


def _sessions_of(arn: str) -> str:
    """Return the key under which trusts in sessions of a role are found."""
    return f"{account_of(arn)}:{arn.rpartition('/')[2]}"


def _is_plain(statement: Statement) -> bool:
    """Whether a statement lets in whomever it names: no Deny, no condition, no exception."""
    return (
        statement.effect == "Allow"
        and not statement.conditions
        and statement.not_principals is None
        and _assumes(statement)
    )


def _assumes(statement: Statement) -> bool:
    listed = statement.actions if statement.not_actions is None else statement.not_actions
    named = any(contains(normal(each.lower(), variables=False), _ASSUME) for each in listed or ())
    return named if statement.not_actions is None else not named


def plain_service(principal: str) -> str:
    """Return a service principal without region and without the ending of a partition."""
    return _REGIONAL.sub(r"\1.\2", principal.lower().removesuffix(".cn"))
