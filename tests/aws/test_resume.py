"""A reading that was interrupted is taken up again: nothing is read twice, nothing half is kept."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recert.aws.collect.run import collect
from recert.aws.interface import Options, Reading, ReadingCancelledError
from recert.aws.keyring import Keyring
from recert.aws.matching import Place
from recert.aws.recording import Recording, load_recording
from recert.aws.replay_source import ReplaySource
from recert.aws.resume import MOST_HOURS, Spool, _decoded, _encoded
from recert.clock import FixedClock, SystemClock
from recert.demo import recording_path

KEY = Keyring(b"k" * 32)
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return load_recording(recording_path())


@pytest.fixture(scope="module")
def whole(recording: Recording) -> Reading:
    return collect(ReplaySource(recording), clock=SystemClock(), keyring=KEY)


def spool(path: Path, at: datetime = NOON, keyring: Keyring = KEY) -> Spool:
    return Spool(path / "spool.jsonl", key_id=keyring.key_id, clock=FixedClock(at))


def interrupted(recording: Recording, path: Path, after: int, at: datetime = NOON) -> None:
    """Read until so many calls were made, and leave what was read."""
    kept = spool(path, at)
    left = iter(range(after))
    with pytest.raises(ReadingCancelledError):
        collect(
            ReplaySource(recording),
            clock=SystemClock(),
            keyring=KEY,
            cancelled=lambda: next(left, None) is None,
            spool=kept,
        )
    kept.leave()


def resumed(recording: Recording, kept: Spool) -> Reading:
    return collect(ReplaySource(recording), clock=SystemClock(), keyring=KEY, spool=kept)


@pytest.mark.parametrize("after", [1, 60, 330])
def test_what_was_read_is_not_read_again_and_the_estate_is_the_same(
    recording: Recording, whole: Reading, tmp_path: Path, after: int
) -> None:
    interrupted(recording, tmp_path, after)
    kept = spool(tmp_path)
    again = resumed(recording, kept)
    assert again.api_calls + kept.taken >= whole.api_calls - 100
    if after >= 60:
        assert kept.taken > after / 2
        assert again.api_calls < whole.api_calls - after / 2
    alike = {"taken_at", "source", "coverage"}
    assert again.estate.model_dump(exclude=alike) == whole.estate.model_dump(exclude=alike)
    assert again.estate.coverage.gaps == whole.estate.coverage.gaps


def test_a_resumed_reading_says_since_when_it_reads(recording: Recording, tmp_path: Path) -> None:
    interrupted(recording, tmp_path, 50)
    limits = resumed(recording, spool(tmp_path, NOON + timedelta(minutes=9))).estate.coverage.limits
    assert any("from 2026-11-01T12:00:00Z on" in limit for limit in limits)


def test_a_finished_reading_leaves_nothing(recording: Recording, tmp_path: Path) -> None:
    kept = spool(tmp_path)
    resumed(recording, kept)
    kept.done()
    assert not list(tmp_path.iterdir())


def test_what_was_kept_is_for_its_user_alone_and_holds_no_text(
    recording: Recording, tmp_path: Path
) -> None:
    interrupted(recording, tmp_path, 200)
    file = tmp_path / "spool.jsonl"
    assert file.stat().st_mode & 0o777 == 0o600
    assert "correct bank details when an employee asks" not in file.read_text()


@pytest.mark.parametrize("later", [timedelta(hours=MOST_HOURS), -timedelta(seconds=1)])
def test_an_old_part_or_one_from_the_future_is_read_again(
    recording: Recording, tmp_path: Path, later: timedelta
) -> None:
    interrupted(recording, tmp_path, 50)
    kept = spool(tmp_path, NOON + later)
    assert kept.since is None
    resumed(recording, kept)
    assert kept.taken == 0


def test_a_part_under_another_key_is_read_again(recording: Recording, tmp_path: Path) -> None:
    interrupted(recording, tmp_path, 50)
    assert spool(tmp_path, keyring=Keyring(b"o" * 32)).since is None


@pytest.mark.parametrize("cut", [1, 5_000])
def test_a_line_that_was_cut_off_is_left_out(
    recording: Recording, whole: Reading, tmp_path: Path, cut: int
) -> None:
    interrupted(recording, tmp_path, 90)
    file = tmp_path / "spool.jsonl"
    file.write_bytes(file.read_bytes()[:-cut])
    kept = spool(tmp_path)
    again = resumed(recording, kept)
    assert again.estate.agents == whole.estate.agents
    assert kept.taken


@pytest.mark.parametrize("body", [b"", b"{}\n", b"[1]\n", b"\xff\xfe\n", b'{"form":1}\n'])
def test_a_file_that_is_something_else_is_not_used(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "spool.jsonl").write_bytes(body)
    assert spool(tmp_path).since is None


def test_a_refused_call_is_asked_again(tape: Any, tmp_path: Path) -> None:
    tape.agents(["AGENT00001"])
    tape.refuse("bedrock-agent", "GetAgent", {"agentId": "AGENT00001"}, "ExpiredTokenException")
    first = spool(tmp_path)
    collect(tape.source(), clock=SystemClock(), keyring=KEY, spool=first)
    first.leave()
    tape.lines = [line for line in tape.lines if "error" not in line]
    again = collect(
        tape.source(),
        clock=SystemClock(),
        keyring=KEY,
        options=Options(usage=False),
        spool=spool(tmp_path),
    )
    (agent,) = again.estate.agents
    assert agent.execution_role_arn is not None
    assert again.calls.by_operation["bedrock-agent:GetAgent"] == 1


def test_a_page_counts_only_with_all_the_others(tape: Any, tmp_path: Path) -> None:
    summary = {"agentName": "a", "agentStatus": "PREPARED", "updatedAt": tape.at}
    for token, following in ((None, "t1"), ("t1", "t2")):
        asked = {"nextToken": token} if token else {}
        page = {"agentSummaries": [{**summary, "agentId": f"A-{token}"}], "nextToken": following}
        tape.add("bedrock-agent", "ListAgents", asked, page)
    first = spool(tmp_path)
    reader = collect(tape.source(), clock=SystemClock(), keyring=KEY, spool=first)
    assert any(gap.operation == "ListAgents" for gap in reader.estate.coverage.gaps)
    first.leave()
    last = {"agentSummaries": [{**summary, "agentId": "A-t2"}]}
    tape.add("bedrock-agent", "ListAgents", {"nextToken": "t2"}, last)
    again = collect(tape.source(), clock=SystemClock(), keyring=KEY, spool=spool(tmp_path))
    assert again.calls.by_operation["bedrock-agent:ListAgents"] == 3


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text()
        | st.binary()
        | st.datetimes(timezones=st.just(UTC)),
        lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("$at"), inner),
        max_leaves=20,
    )
)
def test_every_answer_comes_back_as_it_was(value: Any) -> None:
    assert _decoded(json.loads(json.dumps(_encoded(value)))) == value


def test_params_tell_answers_apart(tmp_path: Path) -> None:
    kept = spool(tmp_path)
    place = Place("111122223333", "us-east-1")
    kept.keep(place, "s:Op", {"id": "1"}, {"one": 1})
    kept.leave()
    again = spool(tmp_path)
    assert again.find(place, "s:Op", {"id": "1"}) == ({"one": 1}, {"RequestId": ""})
    assert again.find(place, "s:Op", {"id": "2"}) is None
    assert again.find(Place("111122223333", "eu-west-1"), "s:Op", {"id": "1"}) is None


CALLER = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/kim</Arn><UserId>AIDA</UserId>
<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"""


class Hanging(BaseHTTPRequestHandler):
    """Says who the caller is and what agents there are, and then nothing for ever."""

    asked: threading.Event
    ended: threading.Event

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        self._hang()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if b"GetCallerIdentity" in body:
            self._answer("text/xml", CALLER.encode())
        elif self.path.startswith("/agents/"):
            self._answer("application/json", b'{"agentSummaries": []}')
        else:
            self._hang()

    def _answer(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _hang(self) -> None:
        self.asked.set()
        self.ended.wait(60)


@pytest.fixture
def hanging() -> Iterator[tuple[str, threading.Event]]:
    Hanging.asked, Hanging.ended = threading.Event(), threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hanging)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", Hanging.asked
    Hanging.ended.set()
    server.shutdown()
    server.server_close()


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_an_interrupt_between_calls_exits_130_and_keeps_no_estate(
    hanging: tuple[str, threading.Event], tmp_path: Path
) -> None:
    address, asked = hanging
    store = tmp_path / "s.db"
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "AWS_ENDPOINT_URL": address,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    command = [sys.executable, "-m", "recert.cli.main", "--store", str(store), "sync"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    with process:
        assert asked.wait(60)
        process.send_signal(signal.SIGINT)
        Hanging.ended.set()
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert out == ""
    assert "Traceback" not in err
    assert not store.exists()
    (left,) = (tmp_path / "state").rglob("*.jsonl")
    assert "agentSummaries" in left.read_text()
