"""May this agent call this function? A function is called through its own resource policy.

Bedrock calls as its service principal and says on whose behalf (`aws:SourceArn`,
`aws:SourceAccount`); the agent's role has no part in it.
"""

from enum import StrEnum

from recert.analysis.normal import Test, Unit, units
from recert.estate.agents import Agent
from recert.estate.integrations import Function
from recert.iam.overlap import contains as covers
from recert.iam.overlap import intersects as meets
from recert.iam.overlap import normal as plain

_TEST_ALIAS = "TSTALIASID"
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


def source_arns(agent: Agent) -> tuple[str, ...]:
    """Return the ARNs that Bedrock may give as the source of a call: the agent and its aliases."""
    head = agent.arn.rpartition(":")[0]
    aliases = {alias.id for alias in agent.aliases} | {_TEST_ALIAS}
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
