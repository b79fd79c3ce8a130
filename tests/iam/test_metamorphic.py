"""Laws that hold whatever the policies say, with the differential run's cases as material."""

import json
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loading import load as load_module

from recert.iam.catalogue import load_catalogue
from recert.iam.context import Context
from recert.iam.evaluate import load
from recert.iam.grammar import parse_policy
from recert.iam.model import Authority, Request, SourcedPolicy
from recert.iam.simulate import simulate

Case = dict[str, Any]
FULL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ALLOWED = "allowed"

LAWS = settings(max_examples=120, deadline=None)


@pytest.fixture(scope="module")
def draw(request: pytest.FixtureRequest) -> Any:
    """Return a function that draws a case from a seed."""
    module = load_module(Path(__file__).parent / "differential" / "generate.py")

    def drawn(seed: int) -> Case:
        return dict(module.simulation_of(module.case(Random(seed), str(seed))))

    return drawn


def decided(case: Case) -> str:
    answer: Any = simulate(case)
    return str(answer["EvaluationResults"][0]["EvalDecision"])


def policies(case: Case) -> list[Case]:
    """Return every policy of a case as an object that can be changed in place."""
    case["PolicyInputList"] = [
        json.loads(each) if isinstance(each, str) else each for each in case["PolicyInputList"]
    ]
    found = [*case["PolicyInputList"], *case.get("PermissionsBoundaryPolicyInputList", [])]
    found += case.get("SessionPolicyInputList", [])
    found += case.get("VpcEndpointPolicyInputList", [])
    for key in ("ServiceControlPolicies", "ResourceControlPolicies"):
        found += [policy for level in case.get(key, []) for policy in level]
    return found + ([case["ResourcePolicy"]] if "ResourcePolicy" in case else [])


SEEDS = st.integers(min_value=0, max_value=1 << 32)


@LAWS
@given(SEEDS, SEEDS)
def test_adding_a_deny_never_adds_an_allow(draw: Any, seed: int, other: int) -> None:
    case = draw(seed)
    before = decided(case)
    for policy in policies(case):
        for statement in policies(draw(other))[:1] or [{"Statement": [FULL]}]:
            added = {**statement["Statement"][0], "Effect": "Deny"}
            added.pop("Principal", None)
            added.pop("NotPrincipal", None)
            if policy is case.get("ResourcePolicy"):
                added["Principal"] = "*"
            policy["Statement"].append(added)
    assert decided(case) != ALLOWED or before == ALLOWED


@LAWS
@given(SEEDS, SEEDS)
def test_adding_a_ceiling_never_adds_an_allow(draw: Any, seed: int, other: int) -> None:
    case = draw(seed)
    before = decided(case)
    ceiling = {"Version": "2012-10-17", "Statement": [FULL]}
    found = policies(draw(other))
    if found and "Principal" not in json.dumps(found[0]):
        ceiling = found[0]
    for key, value in (
        ("PermissionsBoundaryPolicyInputList", [ceiling]),
        ("SessionPolicyInputList", [ceiling]),
        ("ServiceControlPolicies", [*case.get("ServiceControlPolicies", []), [ceiling]]),
    ):
        if key == "ServiceControlPolicies" or key not in case:
            assert decided({**case, key: value}) != ALLOWED or before == ALLOWED


@LAWS
@given(SEEDS)
def test_removing_an_allow_never_adds_one(draw: Any, seed: int) -> None:
    case = draw(seed)
    before = decided(case)
    for policy in policies(case):
        for statement in list(policy["Statement"]):
            if statement["Effect"] == "Allow":
                policy["Statement"].remove(statement)
                break
    assert decided(case) != ALLOWED or before == ALLOWED


@LAWS
@given(SEEDS)
def test_flipping_case_in_actions_and_key_names_changes_nothing(draw: Any, seed: int) -> None:
    case = draw(seed)
    before = decided(case)
    for policy in policies(case):
        for statement in policy["Statement"]:
            for key in ("Action", "NotAction"):
                if key in statement:
                    found = statement[key]
                    listed = found if isinstance(found, list) else [found]
                    statement[key] = [each.swapcase() for each in listed]
            for operator, keys in statement.get("Condition", {}).items():
                statement["Condition"][operator] = {
                    key.swapcase(): value for key, value in keys.items()
                }
    case["ContextEntries"] = [
        {**entry, "ContextKeyName": entry["ContextKeyName"].upper()}
        for entry in case["ContextEntries"]
    ]
    assert decided(case) == before


@LAWS
@given(SEEDS)
def test_expanding_wildcards_into_the_actions_they_name_changes_nothing(
    draw: Any, seed: int
) -> None:
    case = draw(seed)
    asked = case["ActionNames"][0]
    if load_catalogue().canonical(asked) is None:
        return
    before = decided(case)
    for policy in policies(case):
        for statement in policy["Statement"]:
            for key in ("Action", "NotAction"):
                found = statement.get(key, [])
                listed = found if isinstance(found, list) else [found]
                if key in statement and "*" not in listed:
                    statement[key] = [
                        name for each in listed for name in load_catalogue().expand(each)
                    ]
    assert decided(case) == before


@LAWS
@given(SEEDS)
def test_splitting_lists_into_statements_changes_nothing(draw: Any, seed: int) -> None:
    case = draw(seed)
    before = decided(case)
    for policy in policies(case):
        split = []
        for statement in policy["Statement"]:
            pieces = [statement]
            for key in ("Action", "Resource"):
                if isinstance(statement.get(key), list):
                    pieces = [{**piece, key: each} for piece in pieces for each in statement[key]]
            split += pieces
        policy["Statement"] = split
    assert decided(case) == before


@LAWS
@given(SEEDS, st.randoms(use_true_random=False))
def test_the_order_of_statements_and_policies_changes_nothing(
    draw: Any, seed: int, random: Random
) -> None:
    case = draw(seed)
    before = decided(case)
    for policy in policies(case):
        random.shuffle(policy["Statement"])
    random.shuffle(case["PolicyInputList"])
    random.shuffle(case.get("ServiceControlPolicies", []))
    assert decided(case) == before


@LAWS
@given(
    st.sampled_from(["s3:GetObject", "iam:ListRoles", "newservice:Do", "S3:x"]),
    st.sampled_from(["s3:*", "iam:List*", "*", "s3:Get?bject", "x:y"]),
)
def test_an_action_and_all_but_it_are_everything(action: str, pattern: str) -> None:
    case = {
        "PolicyInputList": [
            {
                "Statement": [
                    {"Effect": "Allow", "NotAction": pattern, "Resource": "*"},
                    {"Effect": "Allow", "Action": pattern, "Resource": "*"},
                ]
            }
        ],
        "ActionNames": [action],
    }
    assert decided(case) == ALLOWED


def authority_of(case: Case) -> tuple[Authority, Request, SourcedPolicy | None]:
    policies(case)

    def sourced(found: Any, kind: Any) -> tuple[SourcedPolicy, ...]:
        return tuple(SourcedPolicy(parse_policy(each), kind, kind) for each in found)

    def levels(key: str, kind: Any) -> Any:
        return tuple(sourced(level, kind) for level in case[key]) if key in case else None

    authority = Authority(
        case["CallerArn"],
        sourced(case["PolicyInputList"], "inline"),
        sourced(case.get("PermissionsBoundaryPolicyInputList", []), "boundary") or None,
        sourced(case.get("SessionPolicyInputList", []), "session") or None,
        levels("ServiceControlPolicies", "scp"),
        levels("ResourceControlPolicies", "rcp"),
    )
    context = {
        entry["ContextKeyName"].lower(): (
            tuple(entry["ContextKeyValues"])
            if entry["ContextKeyType"] == "stringList"
            else entry["ContextKeyValues"][0]
        )
        for entry in case["ContextEntries"]
    }
    asked = Request(
        case["ActionNames"][0],
        case["ResourceArns"][0],
        case["CallerArn"],
        Context(context),
        case["ResourceOwner"],
    )
    grant = case.get("ResourcePolicy")
    return authority, asked, grant and sourced([grant], "resource")[0]


@LAWS
@given(SEEDS)
def test_the_fast_way_and_the_explained_one_agree(draw: Any, seed: int) -> None:
    authority, asked, grant = authority_of(draw(seed))
    engine = load(authority)
    for complete in (True, False):
        request = Request(
            asked.action,
            asked.resource,
            asked.principal,
            Context(asked.context.values, complete),
            asked.resource_account,
        )
        verdict = engine.explain(request, grant)
        assert engine.decide(request, grant) == verdict.decision
        assert verdict.certain or verdict.rests_on or verdict.reason


@LAWS
@given(SEEDS, SEEDS)
def test_what_is_certain_stays_whatever_the_unknown_keys_turn_out_to_be(
    draw: Any, seed: int, other: int
) -> None:
    """Three values: a verdict over a part of the context holds for every completion of it."""
    case = draw(seed)
    authority, asked, grant = authority_of(deepcopy(case))
    _, donor, _ = authority_of(draw(other))
    engine = load(authority)
    known = dict(list(asked.context.values.items())[::2])
    partial = Request(
        asked.action,
        asked.resource,
        asked.principal,
        Context(known, complete=False),
        asked.resource_account,
    )
    verdict = engine.explain(partial, grant)
    for rest in (asked.context.values, donor.context.values, {}):
        whole = Request(
            asked.action,
            asked.resource,
            asked.principal,
            Context({**rest, **known}),
            asked.resource_account,
        )
        decision = engine.decide(whole, grant)
        if verdict.certain:
            assert (decision == ALLOWED) == verdict.allowed
        if decision == ALLOWED:
            assert verdict.allowed
