"""May this agent call this function?

A Bedrock agent's function is called through the function's own resource policy: Bedrock calls as its
service principal and says on whose behalf (`aws:SourceArn`, `aws:SourceAccount`); the agent's role
has no part in it. Gateways, flows, harnesses and state machines call by their role: its policies or
the function's let them, within one account either, across accounts both.
"""

from enum import StrEnum

from recert.analysis.normal import Test, Unit, units
from recert.estate.agents import TEST_ALIAS, Agent
from recert.estate.authority import Role
from recert.estate.estate import Estate
from recert.estate.integrations import Function
from recert.iam.arns import account_of, partition_of
from recert.iam.overlap import contains as covers
from recert.iam.overlap import intersects as meets
from recert.iam.overlap import normal as plain

_SERVICES = ("bedrock.amazonaws.com", "bedrock-agentcore.amazonaws.com", "states.amazonaws.com")
_SOURCE_KEYS = frozenset(
    {"aws:sourcearn", "aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"}
)
_CALLERS = ("Service:bedrock.amazonaws.com", "AWS:*", "Service:*")


class Answer(StrEnum):
    """A verdict that may be out of sight."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def may_invoke(agent: Agent, function: Function | None, arn: str) -> Answer:
    """Tell whether Bedrock may call the function `arn` for this agent.

    A qualified ARN has a resource policy of its own, which is not read: unknown.
    """
    if function is None or not function.resource_policy_known or arn != function.arn:
        return Answer.UNKNOWN
    if function.resource_policy is None:
        return Answer.NO
    found = units(function.resource_policy)
    if found is None:
        return Answer.UNKNOWN
    allowed = [unit for unit in found if unit.effect == "Allow" and _names(unit, function)]
    denied = [unit for unit in found if unit.effect == "Deny" and _names(unit, function)]
    if any(not unit.tests for unit in denied):
        return Answer.NO
    answers = {_tests_hold(unit, agent) for unit in allowed}
    if Answer.YES in answers:
        return Answer.UNKNOWN if denied else Answer.YES
    return Answer.UNKNOWN if Answer.UNKNOWN in answers else Answer.NO


def may_call(estate: Estate, role_arn: str | None, function: Function | None, arn: str) -> Answer:
    """Tell whether a role may call the function `arn` (unqualified).

    Conditions may hold, so that a conditional Allow is a yes and a conditional Deny takes nothing.
    """
    role = estate.roles_by_arn.get(role_arn or "")
    if role is None:
        return Answer.UNKNOWN
    by_role = _by_role(estate, role, arn)
    by_function = _by_function(role, function, arn)
    both = (account_of(arn) or role.account) != role.account
    if by_role is None:
        return Answer.NO
    if both:
        order = (Answer.NO, Answer.UNKNOWN, Answer.YES)
        return min(by_role, by_function, key=order.index)
    return next(
        (found for found in (Answer.YES, Answer.UNKNOWN) if found in (by_role, by_function)),
        Answer.NO,
    )


def _by_role(estate: Estate, role: Role, arn: str) -> Answer | None:
    """Return what a role's own policies say of a function, None where they deny it for certain."""
    found = [None if text is None else units(text) for _, text in estate.documents_of(role)]
    about = [unit for each in found if each is not None for unit in each if _speaks(unit, arn)]
    if any(unit.effect == "Deny" and not unit.tests for unit in about):
        return None
    if any(unit.effect == "Allow" for unit in about):
        return Answer.YES
    return Answer.UNKNOWN if None in found else Answer.NO


def _by_function(role: Role, function: Function | None, arn: str) -> Answer:
    """Return what a function's resource policy says of a role."""
    if function is None or not function.resource_policy_known:
        return Answer.UNKNOWN
    if function.resource_policy is None:
        return Answer.NO
    found = units(function.resource_policy)
    if found is None:
        return Answer.UNKNOWN
    partition = partition_of(role.arn)
    names = {
        f"AWS:{role.arn}",
        f"AWS:arn:{partition}:iam::{role.account}:root",
        "AWS:*",
        *(f"Service:{service}" for service in _SERVICES),
    }
    own = [unit for unit in found if unit.principal in names and _speaks(unit, arn)]
    return Answer.YES if any(unit.effect == "Allow" for unit in own) else Answer.NO


def _speaks(unit: Unit, arn: str) -> bool:
    """Tell whether a statement speaks of calling a function."""
    action = "lambda:invokefunction"
    named = any(covers(pattern, action) for pattern in unit.action)
    places = any(meets(pattern, text) for pattern in unit.resource for text in (arn, f"{arn}:*"))
    return named != unit.not_action and (unit.not_resource or places)


def open_to_any_agent(function: Function) -> bool:
    """Tell whether Bedrock may call a function without saying for whom: a confused deputy."""
    found = units(function.resource_policy) if function.resource_policy else None
    return any(
        unit.effect == "Allow"
        and _names(unit, function)
        and not any(key in _SOURCE_KEYS for _, key, _ in unit.tests)
        for unit in found or ()
    )


def source_arns(agent: Agent) -> tuple[str, ...]:
    """Return the ARNs that Bedrock may give as the source of a call: the agent and its aliases."""
    head = agent.arn.rpartition(":")[0]
    aliases = {alias.id for alias in agent.aliases} | {TEST_ALIAS}
    return (agent.arn, *(f"{head}:agent-alias/{agent.id}/{name}" for name in sorted(aliases)))


def _names(unit: Unit, function: Function) -> bool:
    if unit.principal not in _CALLERS or unit.not_action:
        return False
    if not covers(unit.action[0], "lambda:invokefunction"):
        return False
    return unit.not_resource or meets(unit.resource[0], function.arn)


def _tests_hold(unit: Unit, agent: Agent) -> Answer:
    answers = {_test_holds(test, agent) for test in unit.tests}
    if Answer.NO in answers:
        return Answer.NO
    return Answer.UNKNOWN if Answer.UNKNOWN in answers else Answer.YES


def _test_holds(test: Test, agent: Agent) -> Answer:
    operator, key, values = test
    operator = operator.removesuffix("ifexists")
    offered = {"aws:sourcearn": source_arns(agent), "aws:sourceaccount": (agent.account,)}.get(key)
    if offered is None:
        return Answer.UNKNOWN
    if operator in ("stringequals", "stringequalsignorecase"):
        matched = any(text in values for text in offered)
    elif operator in ("stringlike", "arnlike", "arnequals"):
        matched = any(_fits(pattern, text) for pattern in values for text in offered)
    else:
        return Answer.UNKNOWN
    return Answer.YES if matched else Answer.NO


def _fits(pattern: str, text: str) -> bool:
    if "*" not in pattern and "?" not in pattern:
        return pattern == text
    return covers(plain(pattern, variables=False), text)
