"""A reading of one agent gives the fingerprint that a whole reading gives, with fewer calls."""

import pytest

from recert.analysis import fingerprint, unread
from recert.aws.collect.run import collect
from recert.aws.interface import Options, Reading, Scope
from recert.aws.keyring import Keyring
from recert.aws.recording import Recording, load_recording
from recert.aws.replay_source import ReplaySource
from recert.clock import SystemClock
from recert.demo import recording_path

KEY = Keyring(b"k" * 32)


@pytest.fixture(scope="module")
def tape() -> Recording:
    return load_recording(recording_path())


@pytest.fixture(scope="module")
def whole(tape: Recording) -> Reading:
    return collect(ReplaySource(tape), clock=SystemClock(), keyring=KEY)


def scoped(tape: Recording, arn: str, *versions: str) -> Reading:
    options = Options(scope=Scope(frozenset({arn}), versions))
    return collect(ReplaySource(tape), clock=SystemClock(), keyring=KEY, options=options)


def test_an_agent_of_each_kind_has_the_same_fingerprint_and_gaps(
    tape: Recording, whole: Reading
) -> None:
    one_of_each = {agent.kind: agent for agent in whole.estate.agents}
    for agent in one_of_each.values():
        found = scoped(tape, agent.arn)
        assert fingerprint(found.estate, agent.arn) == fingerprint(whole.estate, agent.arn)
        assert unread(found.estate, agent.arn) == unread(whole.estate, agent.arn)


def test_it_asks_for_less(tape: Recording, whole: Reading) -> None:
    agent = next(one for one in whole.estate.agents if one.name == "mortgage-renewal-letters")
    found = scoped(tape, agent.arn)
    assert found.api_calls < whole.api_calls / 4
    assert "bedrock-agent:ListAgents" not in found.calls.by_operation
    assert not found.estate.usage


def test_an_agent_that_cannot_be_read_is_unknown_and_not_gone(tape: Recording) -> None:
    place = tape.pairs[0]
    arn = f"arn:aws:bedrock:{place.region}:{place.account}:agent/GONE000001"
    assert unread(scoped(tape, arn).estate, arn)


@pytest.mark.parametrize("arn", ["", "x", "arn:aws:iam::111122223333:role/none", "arn:aws:::::"])
def test_what_names_no_agent_reads_none(tape: Recording, arn: str) -> None:
    assert scoped(tape, arn).estate.agents == ()


def test_a_version_that_no_alias_serves_is_read_where_it_is_asked_for(
    tape: Recording, whole: Reading
) -> None:
    agent = next(
        one
        for one in whole.estate.agents
        if one.kind.value == "bedrock-agent" and one.aliases_known
    )
    assert scoped(tape, agent.arn).estate.agents_by_arn[agent.arn].version("77") is None
    found = scoped(tape, agent.arn, "77").estate.agents_by_arn[agent.arn].version("77")
    assert found is not None
    assert "role_arn" in found.unknown, "the recording does not hold it"
