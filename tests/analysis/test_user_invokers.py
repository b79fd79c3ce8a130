"""IAM users may make agents act, too: by their own policies and by those of their groups."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from recert.analysis import analyst_of
from recert.analysis.analyst import Analyst
from recert.analysis.invokers import invokers, invoking_users
from recert.analysis.review_invokers import invoker_subjects
from recert.estate.agents import Agent, AgentKind, AgentVersion
from recert.estate.authority import InlinePolicy, ManagedPolicy, User, UserGroup
from recert.estate.estate import Estate, Source
from recert.iam.catalogue import load_catalogue

ACCOUNT = "111122223333"
AGENT = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:agent/AGENT00001"
ALIAS = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:agent-alias/AGENT00001/*"
OTHER = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:agent-alias/OTHER00001/*"
KIM = f"arn:aws:iam::{ACCOUNT}:user/kim"


def policy(resource: str, effect: str = "Allow", **more: Any) -> str:
    statement = {"Effect": effect, "Action": "bedrock:InvokeAgent", "Resource": resource, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def inline(*documents: str) -> tuple[InlinePolicy, ...]:
    return tuple(
        InlinePolicy(name=f"p{number}", document=one) for number, one in enumerate(documents)
    )


def user(*documents: str, **fields: Any) -> User:
    return User(arn=KIM, name="kim", account=ACCOUNT, inline=inline(*documents), **fields)


def analyst(*users: User, groups: tuple[UserGroup, ...] = (), **fields: Any) -> Analyst:
    agent = Agent(
        arn=AGENT,
        id="AGENT00001",
        name="alpha",
        kind=AgentKind.BEDROCK_AGENT,
        account=ACCOUNT,
        region="us-east-1",
        versions=(AgentVersion(version="DRAFT"),),
    )
    estate = Estate(
        taken_at=datetime(2026, 11, 1, tzinfo=UTC),
        source=Source(kind="replay"),
        agents=(agent,),
        users=users,
        groups=groups,
        **fields,
    )
    return analyst_of(estate, load_catalogue())


def found(one: Analyst) -> tuple[list[str], list[str]]:
    named, broad = invoking_users(one, one.agent(AGENT))
    return sorted(named), list(broad)


@pytest.mark.parametrize(
    ("documents", "expected"),
    [
        ((policy(ALIAS),), ([KIM], [])),
        ((policy("*"),), ([], [KIM])),
        ((policy(OTHER),), ([], [])),
        ((policy(ALIAS), policy("*", "Deny")), ([], [])),
        ((), ([], [])),
        (("not json",), ([], [])),
    ],
)
def test_a_user_invokes_what_its_policies_let_it(
    documents: tuple[str, ...], expected: tuple[list[str], list[str]]
) -> None:
    assert found(analyst(user(*documents))) == expected


def test_a_group_lets_its_users_and_denies_them() -> None:
    group = UserGroup(
        arn=f"arn:aws:iam::{ACCOUNT}:group/ops",
        name="ops",
        account=ACCOUNT,
        inline=inline(policy(ALIAS)),
    )
    assert found(analyst(user(groups=("ops",)), groups=(group,))) == ([KIM], [])
    denying = group.model_copy(update={"inline": inline(policy("*", "Deny"))})
    assert found(analyst(user(policy(ALIAS), groups=("ops",)), groups=(denying,))) == ([], [])
    assert found(analyst(user(groups=("unread",)))) == ([], [])


def test_a_boundary_bounds_a_user() -> None:
    bound = ManagedPolicy(
        arn=f"arn:aws:iam::{ACCOUNT}:policy/b",
        name="b",
        document=policy(OTHER),
    )
    kim = user(policy(ALIAS), boundary=bound.arn)
    assert found(analyst(kim, managed_policies=(bound,))) == ([], [])


def test_a_condition_on_the_name_of_a_user_is_known() -> None:
    own = {"StringEquals": {"aws:username": "kim"}}
    other = {"StringEquals": {"aws:username": "someone"}}
    assert found(analyst(user(policy(ALIAS, Condition=own)))) == ([KIM], [])
    assert found(analyst(user(policy(ALIAS, Condition=other)))) == ([], [])


def test_users_that_were_not_read_are_nobody_and_no_error() -> None:
    one = analyst()
    estate = one.estate.model_copy(update={"users": None, "groups": None})
    assert found(analyst_of(estate, load_catalogue())) == ([], [])


def test_users_stand_among_invokers_and_are_asked_about() -> None:
    one = analyst(user(policy(ALIAS)))
    kinds = {(item.kind, item.principal) for item in invokers(one, one.agent(AGENT))}
    assert ("user", KIM) in kinds
    (subject,) = [item for item in invoker_subjects(one, AGENT) if item.subject.startswith("user ")]
    assert subject.title == "IAM user kim may invoke alpha"
    assert subject.basis["principals"] == [KIM]


def test_users_that_may_invoke_every_agent_are_one_question() -> None:
    one = analyst(user(policy("*")))
    (subject,) = invoker_subjects(one, AGENT)
    assert subject.subject == "users that may invoke every agent"
    assert subject.basis == {"principals": [KIM]}
