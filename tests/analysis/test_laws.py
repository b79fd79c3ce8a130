"""Laws over random estates: more permission never counts for less, cycles end, unknown is not none."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from recert.analysis import (
    Analyst,
    BlastRadius,
    Catalogue,
    HopState,
    acting_roles,
    findings_of,
    reach_of,
    subjects_of,
)
from recert.estate.authority import InlinePolicy, ManagedPolicy
from recert.estate.estate import Estate

QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck)}
SERVICES = ("s3", "dynamodb", "iam", "lambda", "secretsmanager", "sts", "bedrock", "sqs", "logs")
ACTIONS = (
    "*", "s3:*", "s3:GetObject", "s3:Put*", "s3:ListAllMyBuckets", "iam:PassRole", "iam:*",
    "lambda:InvokeFunction", "lambda:*", "dynamodb:DeleteItem", "dynamodb:*", "sqs:SendMessage",
    "secretsmanager:GetSecretValue", "sts:AssumeRole", "bedrock:InvokeModel", "bedrock:Update*",
    "logs:CreateLogGroup", "newservice:DoIt",
)  # fmt: skip
RESOURCES = (
    "*", "arn:aws:s3:::hr-handbook", "arn:aws:s3:::hr-handbook/*", "arn:aws:s3:::other-?/*",
    "arn:aws:s3:::*", "arn:aws:dynamodb:*:*:table/t", "arn:aws:dynamodb:us-east-1:111122223333:table/*",
    "arn:aws:dynamodb:us-east-1:999999999999:table/theirs", "arn:aws:iam::111122223333:role/*",
    "arn:aws:iam::111122223333:role/bank-agent", "arn:aws:iam::999999999999:role/x",
    "arn:aws:lambda:*:111122223333:function:tool", "arn:aws:sqs:eu-west-1:888888888888:*",
)  # fmt: skip
SERVICE = {
    "Effect": "Allow",
    "Principal": {"Service": "bedrock.amazonaws.com"},
    "Action": "sts:AssumeRole",
}
ALLOW = st.tuples(
    st.sampled_from(ACTIONS), st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=4)
)
DENY = st.tuples(st.sampled_from(ACTIONS), st.sampled_from(RESOURCES))


def statement(w: Any, one: tuple[str, list[str]]) -> Any:
    return w.allow(one[0], one[1])


def deny(one: tuple[str, str]) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": one[0], "Resource": one[1]}


def holding(w: Any, *statements: Any) -> Estate:
    document = w.policy(*statements)
    inline = (InlinePolicy(name="p", document=document),) if statements else ()
    return w.with_role(w.small(), w.HR_ROLE, inline=inline, attached=(), boundary=None)  # type: ignore[no-any-return]  # the module is loaded by path


def measured(w: Any, estate: Estate, catalogue: Catalogue) -> BlastRadius:
    return reach_of(Analyst(estate, catalogue), w.HR).blast_radius


def assert_no_part_fell(less: BlastRadius, more: BlastRadius) -> None:
    before, after = less.as_json(), more.as_json()
    fallen = {name: (before[name], after[name]) for name in before if after[name] < before[name]}
    assert fallen == {}
    parts = more.score_parts
    assert all(parts[name] >= value for name, value in less.score_parts.items())
    assert sum(parts.values()) == more.score


@settings(max_examples=25, **QUIET)
@given(held=st.lists(ALLOW, max_size=4), denied=st.lists(DENY, max_size=2), more=ALLOW)
def test_a_statement_more_lowers_nothing(
    held: list[Any], denied: list[Any], more: Any, w: Any, catalogue: Catalogue
) -> None:
    own = [*(statement(w, one) for one in held), *map(deny, denied)]
    less = measured(w, holding(w, *own), catalogue)
    assert_no_part_fell(less, measured(w, holding(w, *own, statement(w, more)), catalogue))


@settings(max_examples=25, **QUIET)
@given(held=st.lists(ALLOW, min_size=1, max_size=4), data=st.data())
def test_widening_in_place_lowers_nothing(
    held: list[Any], data: st.DataObject, w: Any, catalogue: Catalogue
) -> None:
    at = data.draw(st.integers(0, len(held) - 1))
    action, resources = held[at]
    service = action.partition(":")[0]
    wide = [(action, ["*"]), ("*", ["*"])]
    if service in SERVICES:
        wide += [(f"{service}:*", resources), (f"{service}:*", ["*"])]
    wider = data.draw(st.sampled_from(wide))
    if service == "newservice":
        wider = (action, ["*"])
    changed = [*held[:at], wider, *held[at + 1 :]]
    less = measured(w, holding(w, *(statement(w, one) for one in held)), catalogue)
    more = measured(w, holding(w, *(statement(w, one) for one in changed)), catalogue)
    assert_no_part_fell(less, more)


@settings(max_examples=20, **QUIET)
@given(held=st.lists(ALLOW, min_size=1, max_size=4), denied=st.lists(DENY, min_size=1, max_size=3))
def test_taking_a_deny_away_lowers_nothing(
    held: list[Any], denied: list[Any], w: Any, catalogue: Catalogue
) -> None:
    own = [statement(w, one) for one in held]
    shut = holding(w, *own, *map(deny, denied))
    open_ = holding(w, *own, *map(deny, denied[1:]))
    assert_no_part_fell(measured(w, shut, catalogue), measured(w, open_, catalogue))


@settings(max_examples=15, **QUIET)
@given(held=st.lists(ALLOW, min_size=1, max_size=3), kept=st.lists(ALLOW, min_size=1, max_size=3))
def test_taking_a_boundary_away_lowers_nothing(
    held: list[Any], kept: list[Any], w: Any, catalogue: Catalogue
) -> None:
    free = holding(w, *(statement(w, one) for one in held))
    limit = w.policy(*(statement(w, one) for one in kept))
    policy = ManagedPolicy(arn=w.BOUNDARY, name="b", version_id="v1", document=limit)
    others = tuple(one for one in free.managed_policies if one.arn != w.BOUNDARY)
    free = w.later(free, managed_policies=(policy, *others))
    bound = w.with_role(free, w.HR_ROLE, boundary=w.BOUNDARY)
    assert_no_part_fell(measured(w, bound, catalogue), measured(w, free, catalogue))


@settings(max_examples=15, **QUIET)
@given(held=st.lists(ALLOW, max_size=3), beyond=st.lists(ALLOW, min_size=1, max_size=3))
def test_a_role_that_may_be_assumed_lowers_nothing(
    held: list[Any], beyond: list[Any], w: Any, catalogue: Catalogue
) -> None:
    target = "arn:aws:iam::222233334444:role/target"
    trusting = w.policy(
        {"Effect": "Allow", "Principal": {"AWS": w.HR_ROLE}, "Action": "sts:AssumeRole"}
    )
    held_there = w.policy(*(statement(w, one) for one in beyond))
    own = [*(statement(w, one) for one in held), w.allow("sts:AssumeRole", target)]
    alone = holding(w, *own)
    apart = w.role(target, held_there, account="222233334444")
    shut = w.later(alone, roles=(*alone.roles, apart))
    chained = w.later(alone, roles=(*alone.roles, apart.model_copy(update={"trust": trusting})))
    less, more = measured(w, shut, catalogue), measured(w, chained, catalogue)
    assert_no_part_fell(less, more)
    assert more.accounts > 1
    found = reach_of(Analyst(chained, catalogue), w.HR)
    assert found.roles[-1].role_arn == target
    assert found.roles[-1].hops[-1].kind == "assume_role"


def test_more_permission_counts_for_more_where_it_does_more(w: Any, catalogue: Catalogue) -> None:
    ladder = (
        ("s3:GetObject", ["arn:aws:s3:::hr-handbook/*"]),
        ("s3:*", ["arn:aws:s3:::hr-handbook", "arn:aws:s3:::hr-handbook/*"]),
        ("s3:*", ["*"]),
        ("*", ["*"]),
    )
    scores = [measured(w, holding(w, statement(w, one)), catalogue).score for one in ladder]
    assert scores == sorted(set(scores))


@settings(max_examples=15, **QUIET)
@given(
    edges=st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=14),
    trusts=st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=14),
)
def test_circles_of_agents_and_of_roles_end(
    edges: set[tuple[int, int]], trusts: set[tuple[int, int]], w: Any, catalogue: Catalogue
) -> None:
    names = [w.arn(f"AGENT0000{number}") for number in range(6)]
    roles = [f"arn:aws:iam::{w.ACCOUNT}:role/r{number}" for number in range(6)]
    mates = {
        number: tuple(
            w.COLLABORATOR.model_copy(
                update={
                    "name": f"to-{other}",
                    "alias_arn": f"{names[other].replace(':agent/', ':agent-alias/')}/PROD",
                }
            )
            for source, other in sorted(edges)
            if source == number
        )
        for number in range(6)
    }
    agents = tuple(
        w.agent(
            names[number],
            w.version(
                "1",
                roles[number],
                action_groups=(),
                knowledge_bases=(),
                collaborators=mates[number],
            ),
        )
        for number in range(6)
    )
    held = tuple(
        w.role(
            arn,
            w.policy(w.allow("sts:AssumeRole")),
            trust=w.policy(
                *(
                    {"Effect": "Allow", "Principal": {"AWS": roles[other]}, "Action": "sts:AssumeRole"}
                    for other, own in sorted(trusts)
                    if own == number
                ),
                SERVICE,
            ),
        )
        for number, arn in enumerate(roles)
    )  # fmt: skip
    estate = w.later(w.small(), agents=agents, roles=held, functions=(), knowledge_bases=())
    analyst = Analyst(estate, catalogue)
    for number, arn in enumerate(names):
        found = [role.role_arn for role in reach_of(analyst, arn).roles]
        assert found[0] == roles[number]
        assert len(found) == len(set(found))
        assert set(found) == reachable(number, edges, trusts, roles)
        findings_of(analyst, arn)
        subjects_of(analyst, arn)


def reachable(
    start: int, edges: set[tuple[int, int]], trusts: set[tuple[int, int]], roles: list[str]
) -> set[str]:
    """Walk both graphs by hand: collaborators first, then what their roles may become."""

    def closed(seen: set[int], steps: set[tuple[int, int]]) -> set[int]:
        while grown := {b for a, b in steps if a in seen} - seen:
            seen |= grown
        return seen

    return {roles[number] for number in closed(closed({start}, edges), trusts)}


ABSENT = frozenset(
    {
        "guardrail_missing", "unowned_agent", "orphan_role", "dormant_agent", "no_boundary",
        "no_org_ceiling", "unlogged_action", "confused_deputy", "open_invoker", "open_function",
    }
)  # fmt: skip
"""Findings that something is not there: no reading that lacks more may have more of them."""


def rich(w: Any) -> Estate:
    """An estate with something of everything, all of it read."""
    return w.with_version(w.small(), w.HR, "1", collaborators=(w.COLLABORATOR,))  # type: ignore[no-any-return]  # the module is loaded by path


def takings(w: Any) -> dict[str, Any]:
    """Each reading that can be missing, as the collector leaves it."""

    def unread_version(estate: Estate, **fields: Any) -> Estate:
        return w.with_version(estate, w.HR, "1", unknown=tuple(fields), **fields)  # type: ignore[no-any-return]  # the module is loaded by path

    def tool(estate: Estate, **fields: Any) -> Estate:
        return w.later(estate, functions=(estate.functions[0].model_copy(update=fields),))  # type: ignore[no-any-return]  # the module is loaded by path

    def agent(estate: Estate, **fields: Any) -> Estate:
        return w.with_agent(estate, w.HR, lambda one: one.model_copy(update=fields))  # type: ignore[no-any-return]  # the module is loaded by path

    return {
        "roles": lambda e: w.later(e, roles=()),
        "one role": lambda e: w.later(e, roles=tuple(r for r in e.roles if r.arn != w.TOOL_ROLE)),
        "policies": lambda e: w.later(
            e, managed_policies=tuple(p.model_copy(update={"document": None}) for p in e.managed_policies)
        ),
        "functions": lambda e: w.later(e, functions=()),
        "function configuration": lambda e: tool(e, role_arn=None, configuration_known=False),
        "function policy": lambda e: tool(e, resource_policy=None, resource_policy_known=False),
        "knowledge bases": lambda e: w.later(e, knowledge_bases=()),
        "data sources": lambda e: w.later(
            e, knowledge_bases=(e.knowledge_bases[0].model_copy(update={"data_sources": None}),)
        ),
        "collaborator": lambda e: w.later(e, agents=tuple(a for a in e.agents if a.arn != w.BANK)),
        "guardrails": lambda e: w.later(e, guardrails=()),
        "guardrail of the version": lambda e: unread_version(e, guardrail=None),
        "action groups": lambda e: unread_version(e, action_groups=()),
        "tags": lambda e: agent(e, tags=None, owner=None, purpose=None),
        "aliases": lambda e: agent(e, aliases=(), aliases_known=False),
        "resource policy": lambda e: agent(e, resource_policy=None, resource_policy_known=False),
        "role use": lambda e: w.with_role(e, w.HR_ROLE, last_used_at=None, last_used_known=False),
        "trust": lambda e: w.with_role(e, w.HR_ROLE, trust=""),
        "visits": lambda e: w.later(e, visits=()),
        "trails": lambda e: w.later(e, trails=()),
        "organisation": lambda e: w.later(e, organization=None),
    }  # fmt: skip


NAMES = (
    "roles", "one role", "policies", "functions", "function configuration", "function policy",
    "knowledge bases", "data sources", "collaborator", "guardrails", "guardrail of the version",
    "action groups", "tags", "aliases", "resource policy", "role use", "trust", "visits", "trails",
    "organisation",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_reading_that_is_missing_makes_nothing_absent(
    name: str, w: Any, catalogue: Catalogue
) -> None:
    whole = rich(w)
    holed = takings(w)[name](whole)
    before, after = Analyst(whole, catalogue), Analyst(holed, catalogue)
    was = {(one.kind, one.agent) for one in findings_of(before) if one.kind in ABSENT}
    now = {(one.kind, one.agent) for one in findings_of(after) if one.kind in ABSENT}
    assert now <= was
    for arn in (grant.id for grant in after.grants(w.HR)):
        held = {grant.id: grant for grant in before.grants(w.HR)}.get(arn)
        new = next(grant for grant in after.grants(w.HR) if grant.id == arn)
        if held is not None and held.last_used.state != "unused":
            assert new.last_used.state != "unused"
        if held is not None:
            assert set(held.effective.effective) <= set(new.effective.effective)


@pytest.mark.parametrize(
    "name", ["roles", "one role", "policies", "functions", "function configuration",
             "knowledge bases", "collaborator", "action groups"],
)  # fmt: skip
def test_what_leads_on_and_was_not_read_is_said_to_be_unknown(
    name: str, w: Any, catalogue: Catalogue
) -> None:
    found = reach_of(Analyst(takings(w)[name](rich(w)), catalogue), w.HR)
    whole = reach_of(Analyst(rich(w), catalogue), w.HR)
    assert whole.unknown == ()
    assert found.unknown
    assert len(found.roles) >= len(whole.roles) - (name == "action groups")
    gone = {role.role_arn for role in whole.roles} - {role.role_arn for role in found.roles}
    unknown = [role for role in found.roles if role.state is HopState.UNKNOWN]
    assert not gone or unknown or name == "action groups"


def test_an_unread_function_policy_leaves_the_role_in_reach_as_unknown(w: Any) -> None:
    holed = takings(w)["function policy"](rich(w))
    states = {role.role_arn: role.state for role in acting_roles(holed, w.HR)}
    assert states[w.TOOL_ROLE] is HopState.UNKNOWN


@settings(max_examples=10, **QUIET)
@example(names={"action groups", "functions", "policies"})
@example(names={"collaborator", "aliases"})
@given(names=st.sets(st.sampled_from(NAMES), min_size=2, max_size=6))
def test_many_missing_readings_give_answers_and_nothing_absent(
    names: set[str], w: Any, catalogue: Catalogue
) -> None:
    whole = rich(w)
    holed = whole
    for name in sorted(names, key=NAMES.index, reverse=True):
        try:
            holed = takings(w)[name](holed)
        except IndexError:  # what it would change is already gone
            continue
    was = {
        (one.kind, one.agent)
        for one in findings_of(Analyst(whole, catalogue))
        if one.kind in ABSENT
    }
    analyst = Analyst(holed, catalogue)
    now = {(one.kind, one.agent) for one in findings_of(analyst) if one.kind in ABSENT}
    assert now <= was
    for agent in holed.agents:
        reach_of(analyst, agent.arn).as_json()
        subjects_of(analyst, agent.arn)
