"""A patch takes what was decided, whatever the policy: nothing else changes."""

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import pytest
from figures import Figures, spent
from hypothesis import given, settings
from hypothesis import strategies as st

from recert.campaigns.remedies import Analyst, Removal
from recert.estate.agents import Agent, AgentKind, AgentVersion
from recert.estate.authority import InlinePolicy, ManagedPolicy, Role
from recert.estate.estate import Estate, Source, Visit
from recert.iam.catalogue import Catalogue, load_catalogue
from recert.iam.effective import Assessor
from recert.iam.grants import EffectiveGrant
from recert.iam.model import Authority
from recert.remediation.handover import commands
from recert.remediation.model import Change, Operation, State, Target, change_of
from recert.remediation.plan import Planner

ACCOUNT = "111122223333"
ACTIONS = (
    "s3:GetObject", "s3:Get*", "s3:*", "s3:PutObject", "sqs:SendMessage", "dynamodb:*Item", "*",
    "iam:PassRole", "S3:getobject", "new:Thing",
)  # fmt: skip
RESOURCES = ("*", "arn:aws:s3:::a/*", "arn:aws:s3:::b/*", f"arn:aws:sqs:us-east-1:{ACCOUNT}:q")
CONDITIONS: tuple[dict[str, Any], ...] = (
    {},
    {"StringEquals": {"aws:SourceVpc": "vpc-1"}},
    {"Bool": {"aws:SecureTransport": "true"}},
)


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    return load_catalogue()


def one_or_list(values: list[str]) -> Any:
    return values[0] if len(values) == 1 else values


@st.composite
def statements(draw: Any) -> dict[str, Any]:
    effect = draw(st.sampled_from(["Allow", "Allow", "Allow", "Deny"]))
    named = draw(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=4))
    key = draw(st.sampled_from(["Action", "Action", "Action", "NotAction"]))
    found: dict[str, Any] = {
        "Effect": effect,
        key: one_or_list(named),
        "Resource": one_or_list(draw(st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2))),
    }
    condition = draw(st.sampled_from(CONDITIONS))
    if condition:
        found["Condition"] = condition
    return found


@st.composite
def documents(draw: Any) -> dict[str, Any]:
    held = draw(st.lists(statements(), min_size=1, max_size=4))
    body: Any = held[0] if len(held) == 1 and draw(st.booleans()) else held
    return {"Version": "2012-10-17", "Statement": body}


def role(name: str, *policies: dict[str, Any], attached: tuple[str, ...] = ()) -> Role:
    return Role(
        arn=f"arn:aws:iam::{ACCOUNT}:role/{name}",
        role_id=f"AROA{name.upper()}",
        name=name,
        path="/",
        account=ACCOUNT,
        trust='{"Version":"2012-10-17","Statement":[]}',
        inline=tuple(
            InlinePolicy(name=f"p{number}", document=json.dumps(one))
            for number, one in enumerate(policies)
        ),
        attached=attached,
    )


def estate(*roles: Role, policies: tuple[ManagedPolicy, ...] = ()) -> Estate:
    agents = tuple(
        Agent(
            arn=f"arn:aws:bedrock:us-east-1:{ACCOUNT}:agent/{one.name.upper()}",
            id=one.name.upper(),
            name=one.name,
            kind=AgentKind.BEDROCK_AGENT,
            account=ACCOUNT,
            region="us-east-1",
            versions=(AgentVersion(version="DRAFT", role_arn=one.arn),),
        )
        for one in roles
    )
    visit = Visit(account=ACCOUNT, region="us-east-1", kind=AgentKind.BEDROCK_AGENT, collector=1)
    return Estate(
        taken_at=datetime(2026, 11, 1, tzinfo=UTC),
        source=Source(kind="replay", recording_digest="sha256:0"),
        visits=(visit,),
        agents=agents,
        roles=roles,
        managed_policies=policies,
    )


def removal(number: int, agent: str, grant: EffectiveGrant, keep: tuple[str, ...] = ()) -> Removal:
    source = grant.source
    return Removal(
        item=f"i-{number}",
        campaign="c-1",
        agent=agent,
        agent_name="a",
        kind="permission",
        title=grant.action,
        subject=f"{grant.principal} {number}",
        verdict="reduce" if keep else "revoke",
        keep=keep,
        rationale="",
        signed_at="2026-11-01T00:00:00Z",
        grant={
            "role_arn": grant.principal,
            "policy": {"kind": source.kind, "name": source.name, "arn": source.arn},
            "statement": {"index": grant.index, "sid": grant.sid},
            "action": grant.action,
            "resources": list(grant.resources),
            "conditions": {op: {k: list(v) for k, v in keys.items()}
                           for op, keys in grant.conditions.items()},
            "effective_actions": list(grant.effective),
        },
    )  # fmt: skip


def judged(documents: list[str | None]) -> list[tuple[Any, ...]]:
    """Return every grant of a role with these policies, by an engine that starts afresh."""
    kept = [json.loads(one) for one in documents if one is not None]
    found = estate(role("r", *kept))
    authority = Analyst(found, catalogue()).role(found.roles[0].arn)
    assert authority is not None
    assert isinstance(authority.authority, Authority)
    grants = Assessor(catalogue(), at=found.taken_at).grants(authority.authority)
    return sorted(
        (one.action, one.resources, json.dumps(one.conditions, sort_keys=True), one.effective)
        for one in grants
    )


@settings(max_examples=60)
@given(st.lists(documents(), min_size=1, max_size=2), st.data())
def test_what_was_not_revoked_stays_exactly_as_it_was(
    policies: list[dict[str, Any]], data: st.DataObject
) -> None:
    found = estate(role("r", *policies))
    analyst = Analyst(found, catalogue())
    grants = analyst.role_grants(found.roles[0].arn)
    if not grants:
        return
    picked = data.draw(
        st.lists(st.integers(0, len(grants) - 1), min_size=1, max_size=3, unique=True)
    )
    agent = found.agents[0].arn
    removals = [removal(at, agent, grants[at]) for at in picked]
    plan = Planner(analyst, "s-1").plan(removals)
    assert {one.state for one in plan.items} == {State.PLANNED}, plan.items
    after: dict[str, str | None] = {one.name: one.document for one in found.roles[0].inline}
    for change in plan.changes:
        assert change.before == after[change.target.name]
        after[change.target.name] = change.after
        assert change_of(change.body()).id == change.id
    left = judged(list(after.values()))
    kept = [grants[at] for at in range(len(grants)) if at not in picked]
    assert left == sorted(
        (one.action, one.resources, json.dumps(one.conditions, sort_keys=True), one.effective)
        for one in kept
    )


@settings(max_examples=40)
@given(documents(), st.data())
def test_a_reduction_leaves_no_more_than_was_named(
    policy: dict[str, Any], data: st.DataObject
) -> None:
    found = estate(role("r", policy))
    analyst = Analyst(found, catalogue())
    wide = [one for one in analyst.role_grants(found.roles[0].arn) if len(one.effective) > 1]
    if not wide:
        return
    grant = data.draw(st.sampled_from(wide))
    keep = tuple(data.draw(st.lists(st.sampled_from(grant.effective[:20]), min_size=1, max_size=3,
                                    unique=True)))  # fmt: skip
    plan = Planner(analyst, "s-1").plan([removal(0, found.agents[0].arn, grant, keep)])
    (item,) = plan.items
    assert item.state in (State.PLANNED, State.FAILED), item
    if item.state is State.PLANNED:
        before = {one for grant in judged([json.dumps(policy)]) for one in grant[3]}
        after = {one for grant in judged([plan.changes[0].after]) for one in grant[3]}
        assert after <= before
        assert set(keep) & before <= after


def test_the_same_grant_twice_in_one_policy_is_told_apart() -> None:
    twice = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    found = estate(role("r", {"Version": "2012-10-17", "Statement": [twice, dict(twice)]}))
    analyst = Analyst(found, catalogue())
    grants = analyst.role_grants(found.roles[0].arn)
    plan = Planner(analyst, "s-1").plan([removal(0, found.agents[0].arn, grants[1])])
    (item,) = plan.items
    assert item.state is State.PLANNED
    assert [one.action for one in item.still_allowed_by] == ["s3:GetObject"]


def test_commands_quote_what_others_wrote() -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": ["it's; rm -rf /"]})
    target = Target(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:role/r", "inline", "p'$(x)")
    change = Change(target, Operation.PUT_INLINE, document, document, (), "s-1")
    (line,) = commands(change)
    assert "--policy-name 'p'\"'\"'$(x)'" in line
    assert line.endswith("}'")


@pytest.mark.benchmark
def test_planning_a_thousand_revocations_over_three_hundred_roles(figure: Figures) -> None:
    actions = [f"s3:{one}" for one in ("GetObject", "PutObject", "DeleteObject", "ListBucket")]
    allow = {"Effect": "Allow", "Action": [*actions, "sqs:SendMessage"], "Resource": "*"}
    held = {"Version": "2012-10-17", "Statement": [allow, {**allow, "Action": "dynamodb:*"}]}
    found = estate(*(role(f"r{number}", held, held) for number in range(300)))
    analyst = Analyst(found, catalogue())
    removals: list[Removal] = []
    for one, agent in zip(found.roles, found.agents, strict=True):
        for grant in analyst.role_grants(one.arn)[:4]:
            removals.append(removal(len(removals), agent.arn, grant))
    removals = removals[:1_000]
    with spent() as took:
        plan = Planner(Analyst(found, catalogue()), "s-1").plan(removals)
    figure.seconds("1,000 revocations over 300 roles planned", took, at_most=10)
    figure("policies written for 1,000 revocations", len(plan.changes), "", at_most=300)
    assert len(removals) == 1_000
    assert {one.state for one in plan.items} == {State.PLANNED}
    assert len(plan.changes) == len({one.target.role_arn for one in plan.changes})
