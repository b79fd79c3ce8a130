"""Through which roles an agent acts."""

from typing import Any

import pytest

from recert.analysis import HopState, acting_roles, driven, judged_versions
from recert.estate.agents import Alias
from recert.estate.companions import Integration, Resource
from recert.estate.estate import Estate
from recert.estate.integrations import KnowledgeBaseLink


def arns(estate: Estate, agent: str) -> list[str | None]:
    return [role.role_arn for role in acting_roles(estate, agent)]


def test_the_execution_role_comes_first_then_what_it_drives(w: Any, estate: Estate) -> None:
    assert arns(estate, w.HR) == [w.HR_ROLE, w.TOOL_ROLE, w.BASE_ROLE]
    first, tool, base = acting_roles(estate, w.HR)
    assert first.via == "execution role"
    assert "TimeOff" in tool.via
    assert "handbook" in base.via
    assert [hop.kind for hop in tool.hops] == ["action_group", "role"]


def test_a_function_whose_policy_shuts_the_agent_out_gives_no_role(w: Any, estate: Estate) -> None:
    for policy in (
        None,
        w.policy(
            {
                "Effect": "Allow",
                "Principal": {"Service": "bedrock.amazonaws.com"},
                "Action": "lambda:InvokeFunction",
                "Resource": w.TOOL,
                "Condition": {"ArnLike": {"AWS:SourceArn": w.BANK}},
            }
        ),
        w.policy(
            {
                "Effect": "Allow",
                "Principal": {"Service": "s3.amazonaws.com"},
                "Action": "lambda:InvokeFunction",
                "Resource": w.TOOL,
            }
        ),
    ):
        tool = estate.functions[0].model_copy(update={"resource_policy": policy})
        shut = w.later(estate, functions=(tool,))
        assert w.TOOL_ROLE not in arns(shut, w.HR)
        (way,) = driven(shut, shut.agents_by_arn[w.HR]).dead_ends
        assert way[-1].state is HopState.BLOCKED


@pytest.mark.parametrize(
    "condition",
    [
        None,
        {"StringEquals": {"aws:SourceAccount": "111122223333"}},
        {"ArnLike": {"AWS:SourceArn": "arn:aws:bedrock:*:*:agent/*"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:bedrock:us-east-1:111122223333:agent-alias/*"}},
        {"StringEquals": {"aws:SourceVpc": "unknown"}},
    ],
)
def test_a_function_that_lets_the_agent_in_gives_its_role(
    condition: Any, w: Any, estate: Estate
) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "bedrock.amazonaws.com"},
        "Action": "lambda:*",
        "Resource": w.TOOL,
        **({"Condition": condition} if condition else {}),
    }
    tool = estate.functions[0].model_copy(update={"resource_policy": w.policy(statement)})
    assert w.TOOL_ROLE in arns(w.later(estate, functions=(tool,)), w.HR)


def test_an_unread_resource_policy_hides_no_role(w: Any, estate: Estate) -> None:
    tool = estate.functions[0].model_copy(
        update={"resource_policy": None, "resource_policy_known": False}
    )
    unread = w.later(estate, functions=(tool,))
    assert w.TOOL_ROLE in arns(unread, w.HR)


def test_a_disabled_action_group_drives_nothing(w: Any, estate: Estate) -> None:
    off = w.with_version(
        estate, w.HR, "1", action_groups=(w.GROUP.model_copy(update={"state": "DISABLED"}),)
    )
    assert w.TOOL_ROLE not in arns(off, w.HR)


def test_a_collaborator_brings_its_roles_and_circles_end(w: Any, estate: Estate) -> None:
    team = w.with_version(estate, w.HR, "1", collaborators=(w.COLLABORATOR,))
    assert w.BANK_ROLE in arns(team, w.HR)
    back = w.COLLABORATOR.model_copy(
        update={"alias_arn": w.COLLABORATOR.alias_arn.replace("BANK000001", "HR00000001")}
    )
    circle = w.with_version(team, w.BANK, "DRAFT", collaborators=(back,))
    assert set(arns(circle, w.BANK)) == {w.BANK_ROLE, w.HR_ROLE, w.TOOL_ROLE, w.BASE_ROLE}


def test_what_dangles_is_unknown_not_absent(w: Any, estate: Estate) -> None:
    lost = w.COLLABORATOR.model_copy(update={"alias_arn": "arn:aws:bedrock:x:1:agent-alias/A/B"})
    broken = w.with_version(
        estate,
        w.HR,
        "1",
        collaborators=(lost,),
        knowledge_bases=(KnowledgeBaseLink(id="GONE", state="ENABLED"),),
        action_groups=(w.GROUP.model_copy(update={"function_arn": f"{w.TOOL}-gone"}),),
    )
    found = arns(broken, w.HR)
    assert found[0] == w.HR_ROLE
    assert found.count(None) == 3
    assert len(driven(broken, broken.agents_by_arn[w.HR]).unknown) == 3


def test_an_agent_without_versions_or_role_is_an_answer(w: Any, estate: Estate) -> None:
    bare = w.with_agent(
        estate, w.HR, lambda a: a.model_copy(update={"versions": (), "aliases": ()})
    )
    assert arns(bare, w.HR) == []
    roleless = w.with_version(
        estate, w.HR, "1", role_arn=None, action_groups=(), knowledge_bases=()
    )
    assert arns(roleless, w.HR) == [None]
    assert acting_roles(estate, "arn:unknown") == ()


def test_a_draft_that_is_served_is_judged_beside_the_live_version(w: Any, estate: Estate) -> None:
    aliases = (
        Alias(id="A", name="a", versions=("1",)),
        Alias(id="B", name="b", versions=("DRAFT",)),
    )
    both = w.with_agent(estate, w.HR, lambda a: a.model_copy(update={"aliases": aliases}))
    assert [v.version for v in judged_versions(both.agents_by_arn[w.HR])] == ["1", "DRAFT"]


def test_agentcore_targets_and_tools_bring_their_roles(w: Any, estate: Estate) -> None:
    interpreter = "arn:aws:bedrock-agentcore:us-east-1:111122223333:code-interpreter/c"
    resource = Resource(
        arn=interpreter,
        id="c",
        name="c",
        kind="code-interpreter",
        account=w.ACCOUNT,
        region=w.REGION,
        role_arn=w.BANK_ROLE,
    )
    tools = (
        Integration(kind="gateway_target", id="t", name="orders", function_arn=w.TOOL),
        Integration(kind="tool", id="i", name="code", target=interpreter),
        Integration(kind="tool", id="g", name="team", target=w.BANK),
    )
    gateway = w.with_version(
        estate, w.HR, "1", action_groups=(), knowledge_bases=(), integrations=tools
    )
    gateway = w.later(gateway, resources=(resource,))
    assert set(arns(gateway, w.HR)) == {w.HR_ROLE, w.TOOL_ROLE, w.BANK_ROLE}
