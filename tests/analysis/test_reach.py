"""How far an agent gets; that more permission never counts for less is in `test_laws`."""

from typing import Any

from recert.analysis import Catalogue, reach
from recert.estate.authority import InlinePolicy
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
    assert reach(bare, w.HR, catalogue).blast_radius.actions == 0


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
