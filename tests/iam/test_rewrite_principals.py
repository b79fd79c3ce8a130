"""Taking from one principal of a policy changes nothing for anybody else, whatever the policy."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recert.iam.errors import PolicyError
from recert.iam.evaluate import load
from recert.iam.grammar import parse_policy
from recert.iam.model import Authority, SourcedPolicy, request
from recert.iam.proof_principals import prove_principals
from recert.iam.rewrite import Rewritten
from recert.iam.rewrite_principals import principals_of, take_from_principals

ROLES = tuple(f"arn:aws:iam::111122223333:role/{name}" for name in ("hr", "pay", "ops"))
ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:Get*", "s3:ListBucket", "s3:*")
RESOURCES = ("arn:aws:s3:::files/*", "arn:aws:s3:::files", "arn:aws:s3:::files/hr/*")
PROBES = [(action, "arn:aws:s3:::files/hr/1") for action in ("s3:GetObject", "s3:PutObject")]
CONDITIONS: tuple[dict[str, Any], ...] = (
    {},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"StringEquals": {"aws:SourceVpc": "vpc-1"}},
)


def shaped(draw: Any, values: list[str]) -> Any:
    return values[0] if len(values) == 1 and draw(st.booleans()) else values


@st.composite
def documents(draw: Any) -> dict[str, Any]:
    statements = []
    for number in range(draw(st.integers(1, 4))):
        roles = draw(st.lists(st.sampled_from(ROLES), min_size=1, max_size=3, unique=True))
        principal: Any = {"AWS": shaped(draw, roles)}
        if draw(st.integers(0, 5)) == 0:
            principal["Service"] = "logging.s3.amazonaws.com"
        if draw(st.integers(0, 7)) == 0:
            principal = "*"
        statement: dict[str, Any] = {
            "Effect": draw(st.sampled_from(["Allow", "Allow", "Allow", "Deny"])),
            "Principal": principal,
            "Action": shaped(
                draw, draw(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3, unique=True))
            ),
            "Resource": shaped(
                draw,
                draw(st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=2, unique=True)),
            ),
        }
        if draw(st.booleans()):
            statement = {"Sid": f"S{number}", **statement}
        condition = draw(st.sampled_from(CONDITIONS))
        if condition:
            statement["Condition"] = condition
        statements.append(statement)
    return {"Version": "2012-10-17", "Statement": statements}


def spelled_out(document: Any) -> Counter[tuple[str, ...]]:
    """Return every permission of a policy, one by one, read without the code under test."""
    found: Counter[tuple[str, ...]] = Counter()
    for statement in (document or {"Statement": []})["Statement"]:
        principal = statement["Principal"]
        who = ["*"] if principal == "*" else [
            f"{kind}:{value}"
            for kind, values in principal.items()
            for value in ([values] if isinstance(values, str) else values)
        ]  # fmt: skip
        actions = statement["Action"]
        resources = statement["Resource"]
        for one in who:
            for action in [actions] if isinstance(actions, str) else actions:
                for resource in [resources] if isinstance(resources, str) else resources:
                    condition = json.dumps(statement.get("Condition"), sort_keys=True)
                    found[statement["Effect"], one, action, resource, condition] += 1
    return found


@settings(max_examples=100, deadline=None)
@given(documents(), st.data())
def test_only_what_was_taken_is_gone(document: dict[str, Any], data: st.DataObject) -> None:
    grants = [
        (index, principal, action)
        for index, statement in enumerate(document["Statement"])
        if statement["Effect"] == "Allow"
        for principal in principals_of(statement)
        for action in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    ]
    if not grants:
        return
    picked = data.draw(st.lists(st.sampled_from(grants), min_size=1, max_size=3, unique=True))
    before = json.dumps(document)
    cuts: dict[int, dict[Any, dict[str, list[str]]]] = {}
    for index, principal, action in picked:
        cuts.setdefault(index, {}).setdefault(principal, {})[action] = []
    made = take_from_principals(document, cuts)
    assert json.dumps(document) == before
    wanted = spelled_out(document)
    for index, principal, action in picked:
        statement = document["Statement"][index]
        resources = statement["Resource"]
        who = "*" if principal[0] == "*" else ":".join(principal)
        for resource in [resources] if isinstance(resources, str) else resources:
            condition = json.dumps(statement.get("Condition"), sort_keys=True)
            wanted[statement["Effect"], who, action, resource, condition] -= 1
    assert spelled_out(made.document) == +wanted
    assert prove_principals(document, made, cuts, kind="resource", probes=PROBES) == ()
    if made.document is not None:
        sids = [one["Sid"] for one in made.document["Statement"] if "Sid" in one]
        assert len(sids) == len(set(sids))
        untouched = [s for i, s in enumerate(document["Statement"]) if i not in cuts]
        assert all(any(one is s for one in made.document["Statement"]) for s in untouched)


@settings(max_examples=60, deadline=None)
@given(documents(), documents())
def test_a_document_that_says_anything_else_is_not_proved(
    document: dict[str, Any], other: dict[str, Any]
) -> None:
    same = spelled_out(document) == spelled_out(other)
    problems = prove_principals(document, Rewritten(other, ()), {}, kind="resource", probes=PROBES)
    assert (problems == ()) == same


def test_the_evaluation_agrees_about_who_is_let_in() -> None:
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Team",
                "Effect": "Allow",
                "Principal": {"AWS": list(ROLES)},
                "Action": ["s3:GetObject", "s3:PutObject"],
                "Resource": "arn:aws:s3:::files/*",
            }
        ],
    }
    cuts = {0: {("AWS", ROLES[0]): {"s3:PutObject": ()}}}
    made = take_from_principals(document, cuts)
    assert made.document is not None
    assert made.document["Statement"] == [
        {**document["Statement"][0], "Principal": {"AWS": list(ROLES[1:])}},
        {
            "Effect": "Allow",
            "Principal": {"AWS": [ROLES[0]]},
            "Action": ["s3:GetObject"],
            "Resource": "arn:aws:s3:::files/*",
        },
    ]
    policy = SourcedPolicy(parse_policy(made.document), "resource", "p")
    answers = {
        (role, action): load(Authority(role)).decide(
            request(action, "arn:aws:s3:::files/1", role), policy
        )
        for role in ROLES
        for action in ("s3:GetObject", "s3:PutObject")
    }
    denied = {key for key, answer in answers.items() if answer != "allowed"}
    assert denied == {(ROLES[0], "s3:PutObject")}


@pytest.mark.parametrize(
    ("cuts", "message"),
    [
        ({3: {("AWS", ROLES[0]): {}}}, "no Statement"),
        ({1: {("AWS", ROLES[0]): {}}}, "no Allow"),
        ({0: {("AWS", ROLES[1]): {}}}, "does not name"),
        ({0: {("AWS", ROLES[0]): {"s3:Nothing": ()}}}, "no element"),
    ],
)
def test_what_is_not_there_is_refused(cuts: Any, message: str) -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": ROLES[0]}, "Action": "s3:*"}
    document = {
        "Version": "2012-10-17",
        "Statement": [statement, {**statement, "Effect": "Deny"}],
    }
    with pytest.raises(PolicyError) as refused:
        take_from_principals(document, cuts)
    assert message in str(refused.value)


def test_a_lone_statement_and_a_lone_text_stay_so() -> None:
    document = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": [ROLES[0], ROLES[1]], "Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
    made = take_from_principals(document, {0: {("AWS", ROLES[0]): {}}})
    assert made.document == {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": [ROLES[1]], "Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        },
    }
    everything = {0: {one: {} for one in principals_of(document["Statement"])}}
    assert take_from_principals(document, everything).document is None
