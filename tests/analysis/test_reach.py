"""How far an agent gets, and that more permission never counts for less."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recert.analysis import Catalogue, Reach, reach
from recert.estate.authority import InlinePolicy
from recert.estate.estate import Estate

ACTIONS = (
    "*", "s3:*", "s3:GetObject", "s3:Put*", "iam:PassRole", "iam:CreateRole", "lambda:*",
    "lambda:CreateFunction", "dynamodb:DeleteItem", "secretsmanager:GetSecretValue", "sts:AssumeRole",
    "bedrock:InvokeModel", "nosuch:Action",
)  # fmt: skip
RESOURCES = (
    "*", "arn:aws:s3:::a/*", "arn:aws:s3:::a", "arn:aws:s3:::b", "arn:aws:dynamodb:*:*:table/t",
    "arn:aws:iam::111122223333:role/*", "arn:aws:iam::999999999999:role/x",
)  # fmt: skip
STATEMENTS = st.tuples(st.sampled_from(ACTIONS), st.sampled_from(RESOURCES))


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


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(held=st.lists(STATEMENTS, max_size=5), more=STATEMENTS)
def test_a_permission_more_never_lowers_any_part(
    held: list[tuple[str, str]], more: tuple[str, str], w: Any, catalogue: Catalogue
) -> None:
    estate = w.small()
    less = reach(holding(w, estate, held), w.HR, catalogue).blast_radius.as_json()
    wide = reach(holding(w, estate, [*held, more]), w.HR, catalogue).blast_radius.as_json()
    assert all(wide[name] >= less[name] for name in less)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(held=st.lists(STATEMENTS, min_size=1, max_size=5), data=st.data())
def test_a_permission_widened_in_place_never_lowers_the_score(
    held: list[tuple[str, str]], data: st.DataObject, w: Any, catalogue: Catalogue
) -> None:
    estate = w.small()
    at = data.draw(st.integers(0, len(held) - 1))
    action, resource = held[at]
    service = action.partition(":")[0]
    wider = data.draw(
        st.sampled_from(
            ((f"{service}:*" if ":" in action else "*", resource), (action, "*"), ("*", "*"))
        )
    )
    if not estate_knows(catalogue, service):
        wider = ("*", "*")
    changed = [*held[:at], wider, *held[at + 1 :]]
    less: Reach = reach(holding(w, estate, held), w.HR, catalogue)
    more: Reach = reach(holding(w, estate, changed), w.HR, catalogue)
    assert more.blast_radius.score >= less.blast_radius.score


def estate_knows(catalogue: Catalogue, service: str) -> bool:
    return service == "*" or service in catalogue.services


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
