"""How fast the engine is; figures are printed, nothing is asserted of time."""

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from figures import Figures, Spent, spent
from loading import load as load_module

from recert.iam.evaluate import Engine, load
from recert.iam.grammar import parse_policy
from recert.iam.model import Authority, Request, SourcedPolicy, request

pytestmark = pytest.mark.benchmark

OWN = "111122223333"
SECONDS = 2.0
"""Of processor time: what one core does, whoever else is on the machine."""
LINES = 40_000
PROGRAM = (
    "import sys; from recert.cli.main import run; sys.argv[1:] = ['simulate']; sys.exit(run())"
)


def sourced(kind: Any, *statements: dict[str, Any]) -> SourcedPolicy:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return SourcedPolicy(parse_policy(document), kind, kind)


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def authority() -> Authority:
    """Build a role with two identity policies, a boundary and two levels of SCPs."""
    bedrock = sourced(
        "inline",
        allow(["bedrock:InvokeModel", "bedrock:Retrieve*"], "arn:aws:bedrock:*:*:*"),
        allow("s3:Get*", ["arn:aws:s3:::kb-docs/*", "arn:aws:s3:::kb-media/*"]),
        {**allow("s3:*", "arn:aws:s3:::kb-docs/secret/*"), "Effect": "Deny"},
    )
    tools = sourced(
        "customer-managed",
        allow("lambda:InvokeFunction", f"arn:aws:lambda:us-east-1:{OWN}:function:tool-*"),
        allow("dynamodb:*", "*", Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}}),
        {
            **allow("*", "*", Condition={"Bool": {"aws:SecureTransport": "false"}}),
            "Effect": "Deny",
        },
    )
    boundary = sourced("boundary", allow(["s3:*", "bedrock:*", "lambda:*", "dynamodb:*"]))
    root = sourced("scp", allow("*"))
    unit = sourced("scp", allow("*"), {**allow("organizations:*"), "Effect": "Deny"})
    role = f"arn:aws:iam::{OWN}:role/Agent"
    return Authority(role, (bedrock, tools), (boundary,), None, ((root,), (unit,)))


def requests() -> list[Request]:
    context = {"aws:SecureTransport": "true", "aws:RequestedRegion": "us-east-1"}
    asked = [
        ("s3:GetObject", "arn:aws:s3:::kb-docs/a/b.txt"),
        ("s3:GetObject", "arn:aws:s3:::kb-docs/secret/b.txt"),
        ("s3:PutObject", "arn:aws:s3:::kb-docs/a/b.txt"),
        ("bedrock:InvokeModel", "arn:aws:bedrock:us-east-1::foundation-model/x"),
        ("lambda:InvokeFunction", f"arn:aws:lambda:us-east-1:{OWN}:function:tool-a"),
        ("dynamodb:GetItem", f"arn:aws:dynamodb:us-east-1:{OWN}:table/orders"),
        ("iam:PassRole", f"arn:aws:iam::{OWN}:role/Other"),
        ("organizations:LeaveOrganization", "*"),
    ]
    return [request(action, resource, context=context) for action, resource in asked]


def per_second(ask: Callable[[Request], object]) -> float:
    asked = requests()
    for each in asked:
        ask(each)
    count, started = 0, time.process_time()
    while (busy := time.process_time() - started) < SECONDS:
        for _ in range(50):
            for each in asked:
                ask(each)
        count += 50 * len(asked)
    return count / busy


def test_verdicts_a_second(figure: Figures) -> None:
    engine = load(authority())
    figure(
        "verdicts a second of one processor, plain", per_second(engine.decide), "", at_least=50_000
    )
    figure("verdicts a second of one processor, explained", per_second(engine.explain), "",
           at_least=10_000)  # fmt: skip
    cold = per_second(lambda asked: Engine(authority()).decide(asked))
    figure("verdicts a second of one processor, policies parsed each time", cold, "")


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    return load_module(Path(__file__).parent / "differential" / "generate.py")


def test_simulate_as_a_whole_process(
    generate: ModuleType, tmp_path: Path, checkout: Path, figure: Figures
) -> None:
    cases = generate.cases(99, LINES)
    given = tmp_path / "requests.ndjson"
    given.write_text("".join(json.dumps(generate.simulation_of(case)) + "\n" for case in cases))
    command = [sys.executable, "-c", PROGRAM]
    env = {**os.environ, "PYTHONPATH": str(checkout)}
    ours = {"all processors": _timed(command, given, env=env)}
    if hasattr(os, "sched_setaffinity"):
        ours["one processor"] = _timed(command, given, env=env, one_processor=True)
    oracle, theirs = os.environ.get("RECERT_ORACLE"), None
    if oracle:
        written = tmp_path / "cases.ndjson"
        written.write_text("".join(json.dumps(case) + "\n" for case in cases))
        theirs = _timed(shlex.split(oracle), written, env=dict(os.environ)).wall
    for name, took in ours.items():
        figure.seconds(
            f"recert simulate, {LINES:,} lines, whole process, {name}",
            took,
            at_most=theirs / 3 if theirs else None,
            peer="independent evaluator",
            peer_value=theirs,
        )


def _timed(
    command: list[str], given: Path, env: dict[str, str], *, one_processor: bool = False
) -> Spent:
    """Run a program on a file; return what it took, its processor time included."""
    usual = os.sched_getaffinity(0) if one_processor else set()
    try:
        if one_processor:
            os.sched_setaffinity(0, {min(usual)})
        with given.open("rb") as lines, spent() as took:
            run = subprocess.run(command, stdin=lines, capture_output=True, check=True, env=env)
    finally:
        if one_processor:
            os.sched_setaffinity(0, usual)
    assert run.stdout.count(b"\n") == LINES
    return took
