"""A whole reading: its progress, its end, its interruption, and what it never touches."""

import socket
from typing import Any

import pytest

from recert.aws.collect.run import collect
from recert.aws.interface import ReadingCancelledError, Step
from recert.aws.keyring import Keyring
from recert.aws.recording import Recording
from recert.aws.replay_source import ReplaySource
from recert.clock import FixedClock, SystemClock

KEY = Keyring(b"k" * 32)


class Hurried(ReplaySource):
    """A recording that is read with several calls under way at once."""

    workers = 6


def read(recording: Recording, **more: Any) -> Any:
    return collect(ReplaySource(recording), clock=SystemClock(), keyring=KEY, **more)


def test_progress_never_exceeds_its_total_and_reaches_it(two_agents: Any) -> None:
    steps: list[Step] = []
    read(two_agents.recording(), progress=steps.append)
    phases: dict[str, list[Step]] = {}
    for step in steps:
        phases.setdefault(step.phase, []).append(step)
    for phase in phases.values():
        totals = {step.total for step in phase}
        assert len(totals) == 1
        assert [step.done for step in phase] == sorted(step.done for step in phase)
        assert phase[-1].done == phase[-1].total
    assert phases["reading agents"][-1].total == 2
    assert [step.calls for step in steps] == sorted(step.calls for step in steps)


def test_an_interruption_ends_the_reading_at_the_next_call(two_agents: Any) -> None:
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 10

    with pytest.raises(ReadingCancelledError) as caught:
        read(two_agents.recording(), cancelled=cancelled)
    assert len(asked) == 11
    assert caught.value.exit_code == 130


def test_an_interruption_ends_every_worker(two_agents: Any) -> None:
    source = Hurried(two_agents.recording())
    with pytest.raises(ReadingCancelledError):
        collect(source, clock=SystemClock(), keyring=KEY, cancelled=lambda: True)


def test_several_calls_at_once_give_the_same_estate(two_agents: Any) -> None:
    recording = two_agents.recording()
    hurried = collect(Hurried(recording), clock=SystemClock(), keyring=KEY)
    patient = read(recording)
    assert hurried.estate == patient.estate
    assert hurried.calls == patient.calls


def test_no_socket_is_opened_and_no_name_is_resolved(
    two_agents: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("the reading touched the network")

    for name in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    for name in ("getaddrinfo", "gethostbyname", "create_connection"):
        monkeypatch.setattr(socket, name, refuse)
    assert len(read(two_agents.recording()).estate.agents) == 2


def test_the_time_of_a_replay_is_that_of_its_point(two_agents: Any) -> None:
    recording = two_agents.recording()
    clock = FixedClock(SystemClock().now())
    reading = collect(ReplaySource(recording), clock=clock, keyring=KEY)
    assert reading.estate.taken_at == recording.at
    source = reading.estate.source
    assert (source.kind, source.recording_digest) == ("replay", recording.digest)
    assert not source.synthetic


def test_an_estate_that_refuses_everything_is_still_an_estate(tape: Any) -> None:
    tape.refuse("bedrock-agent", "ListAgents", code="ThrottlingException", status=429)
    reading = read(tape.recording())
    assert reading.estate.agents == ()
    assert reading.estate.visits == ()
    listing = next(gap for gap in reading.estate.coverage.gaps if gap.operation == "ListAgents")
    assert listing.error == "ThrottlingException"
    assert reading.calls.retries == 7


def test_every_account_and_region_of_a_recording_is_visited(tape: Any) -> None:
    tape.agents(["AGENT00001"])
    tape.region = "eu-west-1"
    tape.agents(["AGENT00002"])
    tape.account, tape.region = "444455556666", "us-west-2"
    tape.agents(["AGENT00003"])
    agents = read(tape.recording()).estate.agents
    assert {(one.account, one.region, one.id) for one in agents} == {
        ("111122223333", "us-east-1", "AGENT00001"),
        ("111122223333", "eu-west-1", "AGENT00002"),
        ("444455556666", "us-west-2", "AGENT00003"),
    }
