"""Figures: everything about 1,000 agents with 1,000 roles and 10,000 grants."""

from typing import Any

import pytest
from figures import Figures, peak_megabytes, spent

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
def test_everything_about_a_thousand_agents(w: Any, catalogue: Catalogue, figure: Figures) -> None:
    estate = large(w)
    with spent() as whole:
        with spent() as took:
            analyst = Analyst(estate, catalogue)
            grants = sum(len(analyst.grants(agent.arn)) for agent in estate.agents)
        figure.seconds(f"{grants:,} grants of 1,000 agents", took)
        for name, work in (
            ("reach", lambda: [reach_of(analyst, agent.arn) for agent in estate.agents]),
            ("findings", lambda: findings_of(analyst)),
            ("what is asked", lambda: [subjects_of(analyst, agent.arn) for agent in estate.agents]),
            ("fingerprints", lambda: [fingerprint(estate, agent.arn) for agent in estate.agents]),
        ):
            with spent() as took:
                work()
            figure.seconds(f"{name} of 1,000 agents", took)
    figure.seconds("everything about 1,000 agents", whole, at_most=15)
    figure("peak after 1,000 agents", peak_megabytes(), "MB", at_most=500)
    fresh = analyst_of(w.later(estate), catalogue)
    with spent() as took:
        fresh.prepare()
    figure.milliseconds("indexes of a fresh estate of 1,000 agents", took)
    times = []
    for number in range(7, 18):
        arn = fresh.estate.agents[number].arn
        with spent() as took:
            subjects_of(fresh, arn), reach_of(fresh, arn), findings_of(fresh, arn)
        times.append(took)
    figure.median("everything about one agent, once loaded", times, at_most=50)
