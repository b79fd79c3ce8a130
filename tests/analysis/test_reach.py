"""How far an agent gets; that more permission never counts for less is in `test_laws`."""

from typing import Any

from recert.analysis import Catalogue, reach
from recert.estate.authority import InlinePolicy
from recert.estate.companions import Integration, Resource
from recert.estate.estate import Estate


def holding(w: Any, estate: Estate, statements: list[tuple[str, str]]) -> Estate:
    document = w.policy(*(w.allow(*item) for item in statements))
    inline = (InlinePolicy(name="p", document=document),) if statements else ()
    return w.with_role(estate, w.HR_ROLE, inline=inline, attached=(), boundary=None)  # type: ignore[no-any-return]  # the module is loaded by path


def test_reach_speaks_the_contract(w: Any, estate: Estate, catalogue: Catalogue) -> None:
    shown = reach(estate, w.HR, catalogue).as_json()
    assert [role["arn"] for role in shown["roles"]] == [w.HR_ROLE, w.TOOL_ROLE, w.BASE_ROLE]
    parts = shown["blast_radius"]
    assert {
        "actions", "write_actions", "services", "resources", "accounts", "escalations", "score",
    } <= set(parts)  # fmt: skip
    assert all(type(value) is int for value in parts.values())
    assert parts["actions"] == 4
    assert shown["data"] == [w.BUCKET]
    assert shown["paths"]


def test_an_agent_without_anything_has_no_blast_radius(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    bare = w.with_version(holding(w, estate, []), w.HR, "1", action_groups=(), knowledge_bases=())
    radius = reach(bare, w.HR, catalogue).blast_radius
    assert (radius.actions, radius.accounts, radius.score) == (0, 1, 0)


def test_roles_that_may_be_assumed_both_sides_agreeing_belong_to_the_reach(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    target = "arn:aws:iam::111122223333:role/target"
    trusting = w.role(
        target,
        w.policy(w.allow("s3:DeleteBucket")),
        trust=w.policy(
            {"Effect": "Allow", "Principal": {"AWS": w.HR_ROLE}, "Action": "sts:AssumeRole"}
        ),
    )
    held = holding(w, estate, [("sts:AssumeRole", target)])
    chained = w.later(held, roles=(*held.roles, trusting))
    found = reach(chained, w.HR, catalogue)
    assert target in [role.role_arn for role in found.roles]
    assert found.blast_radius.delete_actions >= 1
    deaf = w.later(held, roles=(*held.roles, w.role(target)))
    assert target not in [role.role_arn for role in reach(deaf, w.HR, catalogue).roles]


def test_a_chain_that_a_layer_over_the_role_stops_is_shown_as_stopped(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    target = "arn:aws:iam::111122223333:role/target"
    trust = w.policy(
        {"Effect": "Allow", "Principal": {"AWS": w.HR_ROLE}, "Action": "sts:AssumeRole"}
    )
    held = holding(w, estate, [("sts:AssumeRole", target)])
    deny = {"Effect": "Deny", "Action": "sts:*", "Resource": target}
    shut = w.with_role(
        held,
        w.HR_ROLE,
        inline=(InlinePolicy(name="p", document=w.policy(w.allow("sts:AssumeRole"), deny)),),
    )
    found = reach(w.later(shut, roles=(*shut.roles, w.role(target, trust=trust))), w.HR, catalogue)
    assert target not in [role.role_arn for role in found.roles]
    stopped = [way[-1] for way in found.paths if way[-1].target == target]
    assert [hop.state.value for hop in stopped] == ["blocked"]


def test_where_work_leaves_aws_is_named_without_secrets(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    provider = "arn:aws:bedrock-agentcore:us-east-1:111122223333:token-vault/default/oauth2/crm"
    tools = (
        Integration(
            kind="tool", id="t", name="mcp", target="https://user:pw@mcp.example.com/x?key=1"
        ),
        Integration(kind="gateway_target", id="g", name="crm", provider_arns=(provider,)),
        Integration(
            kind="tool", id="o", name="own", target="https://x.lambda-url.us-east-1.on.aws/"
        ),
        Integration(kind="model_key", id="k", name="model", provider_arns=("arn:unread",)),
    )
    resource = Resource(
        arn=provider, id="crm", name="crm", kind="oauth2-provider", account=w.ACCOUNT,
        region=w.REGION, vendor="SalesforceOauth2", targets=("https://login.example.org/token",),
    )  # fmt: skip
    base = estate.knowledge_bases[0]
    source = base.data_sources[0].model_copy(update={"urls": ("https://wiki.example.net/space",)})
    told = w.later(
        w.with_version(estate, w.HR, "1", integrations=tools),
        resources=(resource,),
        knowledge_bases=(base.model_copy(update={"data_sources": (source,)}),),
    )
    found = reach(told, w.HR, catalogue)
    assert {one.place: one.kind for one in found.external} == {
        "mcp.example.com": "tool",
        "login.example.org": "credential_provider",
        "arn:unread": "credential_provider",
        "wiki.example.net": "data_source",
    }
    assert found.blast_radius.external_endpoints == 4
    assert "pw" not in str(found.as_json())
    assert reach(estate, w.HR, catalogue).blast_radius.external_endpoints == 0


def test_invokers_are_named_with_their_kind(w: Any, estate: Estate, catalogue: Catalogue) -> None:
    foreign = "arn:aws:iam::999999999999:role/partner"
    document = w.policy(
        {
            "Effect": "Allow",
            "Principal": {"AWS": [foreign, f"arn:aws:iam::{w.ACCOUNT}:role/app"]},
            "Action": "bedrock:InvokeAgent",
            "Resource": "*",
        }
    )
    named = w.role(
        f"arn:aws:iam::{w.ACCOUNT}:role/app",
        w.policy(
            w.allow(
                "bedrock:InvokeAgent",
                f"arn:aws:bedrock:us-east-1:{w.ACCOUNT}:agent-alias/HR00000001/*",
            )
        ),
    )
    broad = w.role(f"arn:aws:iam::{w.ACCOUNT}:role/ops", w.policy(w.allow("bedrock:*")))
    away = w.role(
        "arn:aws:iam::999999999999:role/stranger", w.policy(w.allow("*")), account="999999999999"
    )
    team = w.with_version(
        estate,
        w.BANK,
        "DRAFT",
        collaborators=(
            w.COLLABORATOR.model_copy(
                update={
                    "alias_arn": f"arn:aws:bedrock:us-east-1:{w.ACCOUNT}:agent-alias/HR00000001/PROD"
                }
            ),
        ),
    )
    open_ = w.with_agent(
        team, w.HR, lambda one: one.model_copy(update={"resource_policy": document})
    )
    held = w.later(open_, roles=(*open_.roles, named, broad, away))
    found = {(one.kind, one.principal) for one in reach(held, w.HR, catalogue).invokers}
    assert found == {
        ("agent", w.BANK),
        ("role", named.arn),
        ("broad_role", broad.arn),
        ("resource_policy", foreign),
        ("resource_policy", named.arn),
    }
    blind = w.with_agent(
        held, w.HR, lambda one: one.model_copy(
            update={"resource_policy": None, "resource_policy_known": False}
        )
    )  # fmt: skip
    assert any("resource policy" in words for words in reach(blind, w.HR, catalogue).unknown)


def test_gateways_call_functions_by_their_own_role_or_not_at_all(
    w: Any, estate: Estate, catalogue: Catalogue
) -> None:
    tool = estate.functions[0].model_copy(update={"resource_policy": None})
    target = Integration(
        kind="gateway_target", id="t", name="orders", function_arn=f"{w.TOOL}:live"
    )

    def with_policy(*statements: tuple[str, str]) -> dict[str | None, str]:
        held = holding(w, estate, list(statements))
        driving = w.with_version(held, w.HR, "1", action_groups=(), integrations=(target,))
        found = reach(w.later(driving, functions=(tool,)), w.HR, catalogue)
        states = {role.role_arn: role.state.value for role in found.roles}
        dead = [way[-1].state.value for way in found.paths if way[-1].target == w.TOOL]
        return {"role": states.get(w.TOOL_ROLE, "none"), "dead": ",".join(dead)}

    assert with_policy(("lambda:InvokeFunction", f"{w.TOOL}:*")) == {"role": "open", "dead": ""}
    assert with_policy(("s3:GetObject", "*")) == {"role": "none", "dead": "blocked"}
