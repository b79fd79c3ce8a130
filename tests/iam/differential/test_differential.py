"""Our engine against another one, case by case; every difference has a reason or fails."""

import json
import os
import shlex
import subprocess
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from recert.iam.operators import BASE_OPERATORS
from recert.iam.simulate import run_lines

SEEDS = (11, 12, 13, 14, 15)
COUNT = 10_500
PINNED = Path(__file__).with_name("verdicts.txt")
NAMES = {
    "allowed": "Allowed",
    "explicitDeny": "ExplicitlyDenied",
    "implicitDeny": "ImplicitlyDenied",
}
EVERY_LAYER = (
    "identityPolicies",
    "resourcePolicy",
    "permissionBoundaries",
    "sessionPolicy",
    "serviceControlPolicies",
    "resourceControlPolicies",
    "vpcEndpointPolicies",
)


def ours(generate: ModuleType, cases: list[dict[str, Any]]) -> list[str]:
    lines = (json.dumps(generate.simulation_of(case)) for case in cases)
    answers = [json.loads(line) for line, _ in run_lines(lines)]
    return [
        NAMES[answer["EvaluationResults"][0]["EvalDecision"]]
        if "error" not in answer
        else answer["error"]
        for answer in answers
    ]


def theirs(cases: list[dict[str, Any]]) -> list[str]:
    command = os.environ.get("RECERT_ORACLE")
    if not command:
        pytest.fail("Name the oracle's command in RECERT_ORACLE; tests/README.md says how.")
    run = subprocess.run(
        shlex.split(command),
        input="".join(json.dumps(case) + "\n" for case in cases),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = [json.loads(line) for line in run.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [case["id"] for case in cases]
    return [answer.get("result") or answer["error"] for answer in answers]


def explained(
    departures: ModuleType, differing: list[tuple[dict[str, Any], str]]
) -> dict[str, tuple[str, ...]]:
    """Return the reason for each difference that has one, by the id of its case."""
    asked = [
        (case["id"], names, expected, departures.rewritten(case, names))
        for case, expected in differing
        for names in departures.candidates(case)
    ]
    for number, (_, _, _, case) in enumerate(asked):
        case["id"] = str(number)
    reasons: dict[str, tuple[str, ...]] = {}
    answers = theirs([case for _, _, _, case in asked])
    for (name, names, expected, _), answer in zip(asked, answers, strict=True):
        if answer == expected:
            reasons.setdefault(name, names)
    return reasons


@pytest.mark.campaign
@pytest.mark.parametrize("seed", SEEDS)
def test_every_difference_from_the_oracle_has_a_reason(
    seed: int, generate: ModuleType, departures: ModuleType
) -> None:
    cases = generate.cases(seed, COUNT)
    verdicts = theirs(cases)
    compared = zip(cases, ours(generate, cases), verdicts, strict=True)
    differing = [(case, own) for case, own, other in compared if own != other]
    reasons = explained(departures, differing)
    unexplained = [(case, own) for case, own in differing if case["id"] not in reasons]
    counted = Counter(" + ".join(names) for names in reasons.values())
    print(f"\nseed {seed}: {len(cases)} cases, {dict(Counter(verdicts))}, {len(differing)} differ")
    print(f"reasons: {dict(counted.most_common())}")
    assert verdicts.count("Allowed") * 3 >= len(cases)
    shortest = min(unexplained, key=lambda each: len(json.dumps(each[0])), default=None)
    assert not unexplained, f"{len(unexplained)} differences have no reason, as {shortest}"


def test_the_cases_reach_every_operator_and_every_layer(generate: ModuleType) -> None:
    cases = generate.cases(SEEDS[0], 3000)
    written = json.dumps(cases)
    for operator in BASE_OPERATORS:
        assert f'"{operator}"' in written, operator
        assert operator == "Null" or f'"{operator}IfExists"' in written, operator
    for piece in ("ForAllValues:", "ForAnyValue:", "NotAction", "NotResource", "NotPrincipal"):
        assert piece in written
    for layer in EVERY_LAYER:
        assert sum(layer in case for case in cases) > len(cases) / 10, layer


def test_the_verdicts_that_were_agreed_on_still_stand(generate: ModuleType) -> None:
    agreed = PINNED.read_text().split()
    cases = [case for seed in (1, 2) for case in generate.cases(seed, len("".join(agreed)) // 2)]
    found = "".join(verdict[0] for verdict in ours(generate, cases))
    differing = [
        case["id"]
        for case, own, pinned in zip(cases, found, "".join(agreed), strict=True)
        if own != pinned
    ]
    assert differing == []
