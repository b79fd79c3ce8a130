"""Agents of AgentCore: who is let in, what explains their permissions, what they drive."""

from typing import Any

import pytest

from recert.analysis import Catalogue, ReviewSubject, grants, review_subjects
from recert.estate.agents import Agent, AgentKind, Alias
from recert.estate.authority import InlinePolicy
from recert.estate.companions import Access, Integration
from recert.estate.estate import Estate

ARN = "arn:aws:bedrock-agentcore:us-east-1:111122223333:gateway/orders-1"


def gateway(w: Any, *statements: Any, **fields: Any) -> Estate:
    estate = w.small()
    role = f"arn:aws:iam::{w.ACCOUNT}:role/gateway"
    version = w.version(
        "current",
        role,
        action_groups=(),
        knowledge_bases=(),
        guardrail=None,
        model=None,
        instruction=None,
        **fields,
    )
    agent = Agent(
        arn=ARN,
        id="orders-1",
        name="orders",
        kind=AgentKind.AGENTCORE_GATEWAY,
        account=w.ACCOUNT,
        region=w.REGION,
        versions=(version,),
        aliases=(Alias(id="current", name="current", versions=("current",)),),
    )
    document = InlinePolicy(name="p", document=w.policy(*statements))
    held = w.role(role, trust=w.trust("bedrock-agentcore.amazonaws.com", w.GUARDED))
    held = held.model_copy(update={"inline": (document,)})
    return w.later(estate, agents=(*estate.agents, agent), roles=(*estate.roles, held))  # type: ignore[no-any-return]  # loaded by path


def of_kind(estate: Estate, catalogue: Catalogue, kind: str) -> list[ReviewSubject]:
    return [item for item in review_subjects(estate, ARN, catalogue) if item.kind == kind]


@pytest.mark.parametrize(
    ("access", "verdict"),
    [
        (Access(authorizer="NONE"), "look"),
        (Access(authorizer="AUTHENTICATE_ONLY"), "look"),
        (Access(authorizer="CUSTOM_JWT", issuer="https://i"), "look"),
        (Access(authorizer="CUSTOM_JWT", issuer="https://i", clients=("a",)), "attest"),
    ],
)
def test_who_is_let_in_is_asked(access: Access, verdict: str, w: Any, catalogue: Catalogue) -> None:
    estate = gateway(w, w.allow("s3:GetObject"), access=access)
    (item,) = of_kind(estate, catalogue, "invoker")
    assert item.recommendation == verdict


def test_iam_decides_without_an_authorizer_of_its_own(w: Any, catalogue: Catalogue) -> None:
    estate = gateway(w, w.allow("s3:GetObject"), access=Access(authorizer="AWS_IAM"))
    assert of_kind(estate, catalogue, "invoker") == []
    caller = w.role(
        "arn:aws:iam::111122223333:role/app",
        w.policy(w.allow("bedrock-agentcore:InvokeGateway", ARN)),
    )
    called = w.later(estate, roles=(*estate.roles, caller))
    assert [i.title for i in of_kind(called, catalogue, "invoker")] == [
        "Role app may invoke orders"
    ]


def test_a_gateway_calls_its_functions_by_its_own_role(w: Any, catalogue: Catalogue) -> None:
    target = Integration(
        kind="gateway_target", id="t", name="tool", target=w.TOOL, function_arn=w.TOOL,
        credential="GATEWAY_IAM_ROLE",
    )  # fmt: skip
    identity = Integration(kind="workload_identity", id="i", name="i", target="arn:aws:x:::i")
    estate = gateway(
        w,
        w.allow("lambda:InvokeFunction", w.TOOL),
        w.allow("bedrock-agentcore:GetWorkloadAccessToken"),
        integrations=(target, identity),
    )
    found = {grant.action: grant.explained_by for grant in grants(estate, ARN, catalogue)}
    assert found["lambda:InvokeFunction"] == "gateway target tool"
    assert found["bedrock-agentcore:GetWorkloadAccessToken"] == "workload identity i"
    assert found["dynamodb:PutItem"] == "gateway target tool"
    titles = [item.title for item in of_kind(estate, catalogue, "integration")]
    assert any(title.startswith("Gateway target tool reaches") for title in titles)


def test_a_target_of_which_only_the_listing_was_read_is_looked_at(
    w: Any, catalogue: Catalogue
) -> None:
    target = Integration(kind="gateway_target", id="t", name="tool", known=False)
    estate = gateway(w, w.allow("s3:GetObject"), integrations=(target,))
    (item,) = of_kind(estate, catalogue, "integration")
    assert item.recommendation == "look"


def test_the_nodes_of_a_flow_explain_what_its_role_holds(w: Any, catalogue: Catalogue) -> None:
    prompt = f"arn:aws:bedrock:us-east-1:{w.ACCOUNT}:prompt/P1"
    nodes = (
        Integration(kind="flow_node", id="w", name="Write", type="prompt", target=prompt),
        Integration(
            kind="flow_node", id="l", name="LookUp", type="knowledgeBase", target="KB00000001"
        ),
        Integration(kind="flow_node", id="s", name="Keep", type="storage", target="out"),
    )
    estate = gateway(
        w,
        w.allow("bedrock:InvokeModel"),
        w.allow("bedrock:GetPrompt", prompt),
        w.allow("bedrock:Retrieve", w.BASE),
        w.allow(["s3:PutObject", "s3:DeleteObject"], "arn:aws:s3:::out/*"),
        integrations=nodes,
    )
    found = {
        grant.action: grant.explained_by
        for grant in grants(estate, ARN, catalogue)
        if grant.role.direct
    }
    assert found == {
        "bedrock:InvokeModel": "flow node Write",
        "bedrock:GetPrompt": "flow node Write",
        "bedrock:Retrieve": "flow node LookUp",
        "s3:PutObject": "flow node Keep",
        "s3:DeleteObject": None,
    }
