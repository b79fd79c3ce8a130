"""Every kind of agent is known wherever a reading tells kinds apart."""

from datetime import UTC, datetime

import pytest

from recert.analysis.invokers import ACTIONS
from recert.aws.needed import calls_needed
from recert.estate.agents import Agent, AgentKind, AgentVersion
from recert.estate.estate import Coverage, Estate, Source, Visit

ACCOUNT, REGION = "111122223333", "us-east-1"
NEVER_INVOKED = {AgentKind.UNREGISTERED}
"""Found by what a role may do; nothing of AWS invokes it as an agent."""


@pytest.mark.parametrize("kind", AgentKind)
def test_the_calls_that_a_kind_takes_can_be_told(kind: AgentKind) -> None:
    one = Agent(
        arn=f"arn:aws:x:{REGION}:{ACCOUNT}:agent/a", id="a", name="a", kind=kind,
        account=ACCOUNT, region=REGION, versions=(AgentVersion(version="1"),),
    )  # fmt: skip
    visit = Visit(account=ACCOUNT, region=REGION, kind=kind, collector=1)
    estate = Estate(
        taken_at=datetime(2026, 11, 1, tzinfo=UTC),
        source=Source(kind="replay", recording_digest="ab" * 32),
        coverage=Coverage(),
        visits=(visit,),
    )
    assert calls_needed(estate.model_copy(update={"agents": (one,)})) >= calls_needed(estate) > 0


def test_who_may_make_a_kind_act_is_a_known_action() -> None:
    assert set(ACTIONS) == set(AgentKind) - NEVER_INVOKED
