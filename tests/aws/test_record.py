"""What is recorded plays back to the same estate, without its secrets."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from recert.aws.collect.run import collect
from recert.aws.interface import ReadingCancelledError
from recert.aws.keyring import Keyring, load_keyring, read_mark
from recert.aws.record import record
from recert.aws.recording import load_recording
from recert.aws.redaction import redact
from recert.aws.replay_source import ReplaySource
from recert.clock import SystemClock
from recert.errors import AwsError

KEY = Keyring(b"k" * 32)


class Live(ReplaySource):
    """A recording that stands for AWS: its texts are no marks, its calls may overlap."""

    replayed = False
    workers = 4


@pytest.fixture
def rich(two_agents: Any) -> Any:
    prompts = {"promptConfigurations": [{"basePromptTemplate": "a secret prompt"}]}
    for line in two_agents.lines:
        if line["operation"] == "GetAgent":
            line["output"]["agent"]["promptOverrideConfiguration"] = prompts
    name = two_agents.function("pay", Environment={"Variables": {"TOKEN": "a secret value"}})
    executor = {"lambda": name}
    schema = {"payload": "a secret schema"}
    two_agents.action_group(
        "AGENT00001", "4", "AG1", actionGroupExecutor=executor, apiSchema=schema
    )
    two_agents.knowledge_base("KB1", {})
    two_agents.refuse("bedrock-agent", "ListAgentAliases", {"agentId": "AGENT00002"})
    return two_agents


def test_record_and_replay_give_the_same_estate(rich: Any, tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    written = record(Live(rich.recording()), path, clock=SystemClock(), keyring=KEY)
    recording = load_recording(path)
    assert (recording.digest, recording.lines) == (written.digest, written.lines)
    assert recording.at == rich.recording().at
    again = collect(ReplaySource(recording), clock=SystemClock(), keyring=KEY)
    assert again.estate.content_digest == written.reading.estate.content_digest
    assert again.calls.by_operation == written.reading.calls.by_operation


def test_no_secret_reaches_the_file(rich: Any, tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    record(Live(rich.recording()), path, clock=SystemClock(), keyring=KEY)
    content = path.read_text()
    assert "secret" not in content
    assert "Help people" not in content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_interrupted_recording_leaves_no_file(rich: Any, tmp_path: Path) -> None:
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 5

    source = Live(rich.recording())
    with pytest.raises(ReadingCancelledError):
        record(source, tmp_path / "r", clock=SystemClock(), keyring=KEY, cancelled=cancelled)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_a_sentence(rich: Any, tmp_path: Path) -> None:
    with pytest.raises(AwsError, match="cannot be written"):
        record(Live(rich.recording()), tmp_path / "no" / "r", clock=SystemClock(), keyring=KEY)


def test_a_text_that_looks_like_a_mark_hides_nothing_in_a_live_answer() -> None:
    mark = KEY.mark("the old text")
    live = redact("bedrock-agent", {"instruction": mark}, KEY, marked=False)
    assert live["instruction"] != mark
    played = redact("bedrock-agent", {"instruction": mark}, KEY, marked=True)
    assert played["instruction"] == mark


def test_a_change_of_a_concealed_text_still_shows() -> None:
    one, two = KEY.conceal("one"), KEY.conceal("two")
    assert one != two
    assert one == KEY.conceal("one")
    assert one.key_id == two.key_id
    other = Keyring(b"x" * 32).conceal("one")
    assert (other.digest, other.key_id) != (one.digest, one.key_id)
    assert read_mark(KEY.mark("one")) == one
    assert "one" not in json.dumps(one.model_dump())


def test_the_key_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "concealment.key"
    first = load_keyring(path)
    assert load_keyring(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    with pytest.raises(AwsError, match="chmod 600"):
        load_keyring(path)


def test_a_file_that_is_no_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "k"
    path.write_bytes(b"short")
    path.chmod(0o600)
    with pytest.raises(AwsError, match="is no concealment key"):
        load_keyring(path)
