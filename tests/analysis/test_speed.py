"""Figures: everything about 1,000 agents with 1,000 roles and 10,000 grants."""

import resource
import time
from typing import Any

import pytest

from recert.analysis import (
    Analyst,
    Catalogue,
    analyst_of,
    findings_of,
    fingerprint,
    reach_of,
    subjects_of,
)
from recert.estate.estate import Estate
from recert.lifecycle import compare

AGENTS = 1_000
ACTIONS = (
    "s3:GetObject", "s3:Put*", "dynamodb:*", "bedrock:InvokeModel", "bedrock:Retrieve", "logs:*",
    "lambda:InvokeFunction", "secretsmanager:GetSecretValue", "sqs:SendMessage", "iam:PassRole",
)  # fmt: skip


def large(w: Any) -> Estate:
    estate = w.small()
    roles, agents = [], []
    for number in range(AGENTS):
        arn = f"arn:aws:iam::{w.ACCOUNT}:role/agent-{number}"
        document = w.policy(
            *(
                w.allow(action, f"arn:aws:{action.partition(':')[0]}:*:*:thing/{number}*")
                for action in ACTIONS
            )
        )
        roles.append(w.role(arn, document, boundary=w.BOUNDARY if number % 2 else None))
        versions = (w.version("1", arn), w.version("DRAFT", arn))
        agents.append(w.agent(w.arn(f"A{number:09d}"), *versions))
    return w.later(estate, agents=tuple(agents), roles=(*estate.roles, *roles))  # type: ignore[no-any-return]  # loaded by path


@pytest.mark.benchmark
def test_everything_about_a_thousand_agents(w: Any, catalogue: Catalogue) -> None:
    estate = large(w)
    started = time.process_time()
    analyst = Analyst(estate, catalogue)
    grants = sum(len(analyst.grants(agent.arn)) for agent in estate.agents)
    print(f"\n{grants:,} grants: {time.process_time() - started:.2f} s of CPU")
    for name, work in (
        ("reach", lambda: [reach_of(analyst, agent.arn) for agent in estate.agents]),
        ("findings", lambda: findings_of(analyst)),
        ("subjects", lambda: [subjects_of(analyst, agent.arn) for agent in estate.agents]),
        ("fingerprints", lambda: [fingerprint(estate, agent.arn) for agent in estate.agents]),
    ):
        begun = time.process_time()
        work()
        print(f"{name}: {time.process_time() - begun:.2f} s of CPU")
    print(f"all: {time.process_time() - started:.2f} s of CPU")
    print(f"peak: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    fresh = analyst_of(w.later(estate), catalogue)
    begun = time.process_time()
    fresh.prepare()
    print(f"indexes of a fresh estate: {(time.process_time() - begun) * 1000:.0f} ms of CPU")
    for number in (7, 8):
        begun = time.process_time()
        arn = fresh.estate.agents[number].arn
        subjects_of(fresh, arn), reach_of(fresh, arn), findings_of(fresh, arn)
        print(f"everything about one agent: {(time.process_time() - begun) * 1000:.0f} ms of CPU")


@pytest.mark.benchmark
def test_comparing_two_estates_of_a_thousand_agents(w: Any) -> None:
    before = large(w)
    wide = w.policy(w.allow("s3:*"))
    roles = tuple(
        role.model_copy(update={"inline": (role.inline[0].model_copy(update={"document": wide}),)})
        for role in before.roles
    )
    same, after = w.later(before), w.later(before, roles=roles)
    for name, other in (("nothing changed", same), ("every role changed", after)):
        begun = time.perf_counter()
        events = compare(before, other)
        print(f"\n{name}: {len(events):,} events, {time.perf_counter() - begun:.2f} s")
