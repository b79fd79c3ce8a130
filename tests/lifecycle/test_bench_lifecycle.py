"""How long it takes to compare large estates; figures are printed and no time is asserted."""

from typing import Any

import pytest
from figures import Figures, spent

from recert.estate.authority import InlinePolicy
from recert.lifecycle import compare

pytestmark = pytest.mark.benchmark
AGENTS = 1_000


def large(w: Any) -> Any:
    """Return an estate of 1,000 agents, each with a role, a function and 11 grants of its own."""
    agents, roles, functions = [], [], []
    for number in range(AGENTS):
        name = f"A{number:09d}"
        role = f"arn:aws:iam::{w.ACCOUNT}:role/agent-{number}"
        tool = f"arn:aws:lambda:{w.REGION}:{w.ACCOUNT}:function:tool-{number}"
        group = w.GROUP.model_copy(update={"function_arn": tool})
        version = w.version("1", role, action_groups=(group,))
        agents.append(w.agent(w.arn(name), version, w.version("DRAFT", role)))
        statements = [
            w.allow(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::data-{number}-{one}/*")
            for one in range(5)
        ]
        roles.append(w.role(role, w.policy(*statements), attached=(w.SHARED_POLICY,)))
        functions.append(
            w.small().functions[0].model_copy(update={"arn": tool, "name": f"tool-{number}"})
        )
    small = w.small()
    return w.later(
        small,
        agents=tuple(agents),
        roles=(*roles, *small.roles),
        functions=tuple(functions),
    )


def test_comparing_two_estates_of_1_000_agents(w: Any, figure: Figures) -> None:
    before = large(w)
    again = w.later(type(before).model_validate_json(before.model_dump_json()))
    wide = InlinePolicy(name="extra", document=w.policy(w.allow("dynamodb:*")))
    changed = w.later(
        again,
        roles=tuple(
            role.model_copy(update={"inline": (*role.inline, wide)})
            if role.name.endswith("7")
            else role
            for role in again.roles
        ),
        agents=tuple(
            one.model_copy(update={"owner": "bob"}) if one.id.endswith("3") else one
            for one in again.agents
        ),
    )
    everything = w.later(
        again,
        roles=tuple(
            role.model_copy(update={"inline": (*role.inline, wide)}) for role in again.roles
        ),
    )
    for name, after in (("the same", again), ("200 changed", changed), ("all changed", everything)):
        with spent() as took:
            compare(before, after)
        figure.seconds(f"two estates of {AGENTS:,} agents compared, {name}", took, at_most=2)
