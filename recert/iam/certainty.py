"""What is known of a statement's conditions without a request: they hold, they fail, or nobody knows.

A role's own identity is known before any call: its ARN, its account, that it is no service. So is
that time only goes forward. Everything else about a call is open, and an open condition neither
protects nor shuts out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from recert.iam.arns import parts_of
from recert.iam.comparisons import COMPARISONS
from recert.iam.conditions import Test, compile_condition
from recert.iam.context import MAYBE, YES, Context, context_of
from recert.iam.grammar import Condition

_LONGEST_SESSION = timedelta(hours=36)
"""How long before a reading a credential may have been issued that is still in use."""

_CLOCKS = {
    "aws:currenttime": timedelta(),
    "aws:epochtime": timedelta(),
    "aws:tokenissuetime": _LONGEST_SESSION,
}
"""The keys that hold an instant, with how far it can lie before the reading."""

_BEFORE = ("LessThan", "LessThanEquals", "Equals")
_AFTER = ("GreaterThan", "GreaterThanEquals", "NotEquals")
_ABSENT = ("aws:PrincipalServiceName", "aws:PrincipalServiceNamesList", "aws:username")


@dataclass(frozen=True)
class Facts:
    """What is known of every call: the keys of an incomplete context.

    `since` is an instant that no call lies before.
    """

    since: datetime
    context: Context

    def knowing(self, more: Mapping[str, str]) -> "Facts":
        """Return these facts and more, by key in any case."""
        values = {**self.context.values, **{key.lower(): value for key, value in more.items()}}
        return Facts(self.since, Context(values, False, self.context.absent))


def role_facts(arn: str, *, since: datetime, organization: str | None = None) -> Facts:
    """Return what is known of every call that a role's sessions, or an IAM user, make."""
    parts = parts_of(arn)
    user = arn.rpartition("/")[2] if ":user/" in arn else None
    values = {
        "aws:PrincipalArn": arn,
        "aws:PrincipalAccount": "" if parts is None else parts[4],
        "aws:PrincipalType": "AssumedRole" if user is None else "User",
        "aws:PrincipalIsAWSService": "false",
    }
    if organization:
        values["aws:PrincipalOrgID"] = organization
    absent: tuple[str, ...] = _ABSENT
    if user is not None:
        values["aws:username"] = user
        absent = tuple(key for key in _ABSENT if key != "aws:username")
    return Facts(since.astimezone(UTC), context_of(values, complete=False, absent=absent))


def certain(
    conditions: Iterable[Condition], facts: Facts, *, variables: bool = True
) -> bool | None:
    """Return whether all conditions certainly hold (True), one certainly fails, or neither.

    `variables`: whether the policy's Version knows `${…}`.
    """
    found: bool | None = True
    for each in conditions:
        holds = _holds(each, facts, variables=variables)
        if holds is False:
            return False
        if holds is None:
            found = None
    return found


def _holds(condition: Condition, facts: Facts, *, variables: bool) -> bool | None:
    slack = _CLOCKS.get(condition.key.lower())
    if slack is not None:
        return _timed(condition, facts.since - slack)
    answer = _compiled(condition, variables)(facts.context)
    return None if answer == MAYBE else answer == YES


@lru_cache(maxsize=4096)
def _compiled(condition: Condition, variables: bool) -> Test:  # noqa: FBT001 - cache key
    return compile_condition(condition, variables=variables)


def _timed(condition: Condition, earliest: datetime) -> bool | None:
    """Judge a condition on an instant that is known to lie at or after `earliest`."""
    test = condition.test
    if test.family == "null":
        wanted = {each.lower() for each in condition.values}
        return "false" in wanted if wanted <= {"true", "false"} else None
    if test.family not in ("date", "numeric") or test.quantifier is not None:
        return None
    date = test.family == "date"
    since = earliest.isoformat() if date else str(int(earliest.timestamp()))
    lies_before = COMPARISONS["DateLessThan" if date else "NumericLessThan"]
    past = [lies_before(since, each) for each in condition.values]
    if not past or not all(past):
        return None
    order = test.name.removeprefix("Date").removeprefix("Numeric")
    return True if order in _AFTER else False if order in _BEFORE else None
