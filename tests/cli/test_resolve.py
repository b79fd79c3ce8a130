"""What people type instead of an ARN."""

from datetime import UTC, datetime

import pytest

from recert.cli.resolve import agent_of
from recert.errors import AmbiguousNameError, UsageError
from recert.estate.agents import Agent, AgentKind
from recert.estate.estate import Estate, Source


def agent(key: str, name: str, account: str = "111122223333") -> Agent:
    return Agent(
        arn=f"arn:aws:bedrock:us-east-1:{account}:agent/{key}",
        id=key,
        name=name,
        kind=AgentKind.BEDROCK_AGENT,
        account=account,
        region="us-east-1",
    )


ESTATE = Estate(
    taken_at=datetime(2026, 11, 24, tzinfo=UTC),
    source=Source(kind="live"),
    agents=(
        agent("AAAAAAAAAA", "orders"),
        agent("BBBBBBBBBB", "returns"),
        agent("CCCCCCCCCC", "orders", "444455556666"),
        agent("DDDDDDDDDD", "BBBBBBBBBB"),
    ),
)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("returns", "BBBBBBBBBB"),
        ("Returns", "BBBBBBBBBB"),
        ("CCCCCCCCCC", "CCCCCCCCCC"),
        ("arn:aws:bedrock:us-east-1:111122223333:agent/AAAAAAAAAA", "AAAAAAAAAA"),
        ("BBBBBBBBBB", "BBBBBBBBBB"),
    ],
)
def test_an_arn_wins_over_an_id_and_an_id_over_a_name(typed: str, key: str) -> None:
    assert agent_of(ESTATE, typed).id == key


def test_an_ambiguous_name_is_refused_with_the_candidates() -> None:
    with pytest.raises(AmbiguousNameError) as refused:
        agent_of(ESTATE, "orders")
    assert refused.value.candidates == [
        "arn:aws:bedrock:us-east-1:111122223333:agent/AAAAAAAAAA",
        "arn:aws:bedrock:us-east-1:444455556666:agent/CCCCCCCCCC",
    ]


@pytest.mark.parametrize("typed", ["", "retruns", "arn:aws:bedrock:us-east-1:1:agent/X"])
def test_what_nobody_is_called_is_refused(typed: str) -> None:
    with pytest.raises(UsageError, match="There is no agent"):
        agent_of(ESTATE, typed)
