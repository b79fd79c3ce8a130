"""Effective permissions, held against the evaluator and against laws."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_words import ACCOUNT, CATALOGUE, ROLE, allow, deny, policy

from recert.iam.certainty import role_facts
from recert.iam.effective import effective_grants
from recert.iam.evaluate import load
from recert.iam.model import Authority, Request, SourcedPolicy

ACTIONS = [
    "s3:GetObject",
    "s3:*",
    "s3:Get*",
    "s3:ListBucket",
    "sqs:*",
    "iam:PassRole",
    "*",
    "*:*",
    "dynamodb:Query",
    "S3:PUT?bject",
]
RESOURCES = [
    "*",
    "arn:aws:s3:::kb/*",
    "arn:aws:s3:::kb",
    "arn:aws:s3:::k*",
    "arn:aws:s3:::*/secret/*",
    "arn:aws:sqs:*:*:q-*",
    f"arn:aws:sqs:us-east-1:{ACCOUNT}:q-1",
    f"arn:aws:iam::{ACCOUNT}:role/*",
    f"arn:aws:dynamodb:*:{ACCOUNT}:table/t",
    "arn:aws:s3:::kb/${aws:PrincipalTag/team}/*",
    "arn:aws:*:*:*:*",
]
ASKED = [
    ("s3:GetObject", "arn:aws:s3:::kb/a"),
    ("s3:GetObject", "arn:aws:s3:::kb/secret/a"),
    ("s3:PutObject", "arn:aws:s3:::other/a"),
    ("s3:ListBucket", "arn:aws:s3:::kb"),
    ("sqs:SendMessage", f"arn:aws:sqs:us-east-1:{ACCOUNT}:q-1"),
    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/x"),
    ("dynamodb:Query", f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/t"),
]
CONDITIONS: list[dict[str, Any] | None] = [
    None,
    None,
    {"StringEquals": {"aws:RequestedRegion": "us-east-1"}},
    {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}},
    {"ArnLike": {"aws:PrincipalArn": ROLE}},
    {"Null": {"aws:SourceVpc": "true"}},
]


@st.composite
def documents(draw: st.DrawFn, kind: str = "inline") -> SourcedPolicy:
    def statement() -> dict[str, Any]:
        made: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
        verb = draw(st.sampled_from(["Action", "Action", "Action", "NotAction"]))
        made[verb] = draw(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3))
        noun = draw(st.sampled_from(["Resource", "Resource", "Resource", "NotResource"]))
        made[noun] = draw(st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=3))
        condition = draw(st.sampled_from(CONDITIONS))
        if condition:
            made["Condition"] = condition
        return made

    statements = [statement() for _ in range(draw(st.integers(1, 3)))]
    return policy(*statements, kind=kind)


@st.composite
def authorities(draw: st.DrawFn) -> Authority:
    identity = draw(st.lists(documents(), min_size=1, max_size=2))
    full = policy(allow("*"), kind="scp")
    return Authority(
        ROLE,
        tuple(identity),
        boundary=draw(st.sampled_from([None, (draw(documents("boundary")), full)])),
        scps=draw(st.sampled_from([None, ((full,), (full, draw(documents("scp"))))])),
    )


FACTS = role_facts(ROLE, since=CATALOGUE.updated).context


def visible(authority: Authority) -> int:
    """Return the known actions that are effective through any grant, as a set of the catalogue."""
    found = 0
    for grant in effective_grants(authority, CATALOGUE):
        found |= grant.mask
    return found


def check_against_the_evaluator(authority: Authority) -> None:
    engine, seen = load(authority), visible(authority)
    for action, resource in ASKED:
        if engine.explain(Request(action, resource, context=FACTS)).allowed:
            assert seen & CATALOGUE.mask(action)


@given(authorities())
@settings(max_examples=60, deadline=None)
def test_whatever_the_evaluator_may_allow_is_effective(authority: Authority) -> None:
    check_against_the_evaluator(authority)


@pytest.mark.campaign
@given(authorities())
@settings(max_examples=2000, deadline=None)
def test_whatever_the_evaluator_may_allow_is_effective_at_length(authority: Authority) -> None:
    check_against_the_evaluator(authority)


@given(authorities(), documents("boundary"))
@settings(max_examples=25, deadline=None)
def test_a_further_ceiling_or_deny_never_adds(authority: Authority, extra: SourcedPolicy) -> None:
    seen = visible(authority)
    levels = (*(authority.scps or ()), (extra,))
    assert (
        visible(Authority(ROLE, authority.identity, boundary=authority.boundary, scps=levels))
        & ~seen
        == 0
    )
    denial = policy(deny("s3:*", "arn:aws:s3:::kb/*"))
    more = Authority(ROLE, (*authority.identity, denial), authority.boundary, scps=authority.scps)
    assert visible(more) & ~seen == 0


@given(documents())
@settings(max_examples=20, deadline=None)
def test_spelling_an_element_out_or_in_another_case_changes_nothing(source: SourcedPolicy) -> None:
    rng = random.Random(1)
    spelled = []
    for statement in source.policy.statements:
        made: dict[str, Any] = {"Effect": statement.effect}
        for key, held in (("Action", statement.actions), ("NotAction", statement.not_actions)):
            if held is not None:
                names = [name for each in held for name in CATALOGUE.expand(each)]
                made[key] = [rng.choice([str.upper, str.lower, str])(name) for name in names]
        for key, held in (
            ("Resource", statement.resources),
            ("NotResource", statement.not_resources),
        ):
            if held is not None:
                made[key] = list(held)
        if not statement.conditions:
            spelled.append(made)
    kept = [s for s in source.policy.statements if not s.conditions]
    plain = SourcedPolicy(
        type(source.policy)(source.policy.version, None, tuple(kept)), "inline", "p"
    )
    assert visible(Authority(ROLE, (plain,))) == visible(Authority(ROLE, (policy(*spelled),)))
