"""`recert simulate` as a process: on a file, on a pipe, and on a pipe that somebody leaves."""

import json
import subprocess
import sys
from pathlib import Path
from typing import IO

import pytest

POLICY = {"Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}
COMMAND = [sys.executable, "-c", "from recert.cli.main import run; run()", "simulate"]


def line(name: object, action: str = "s3:GetObject") -> bytes:
    asked = {"id": name, "PolicyInputList": [POLICY], "ActionNames": [action]}
    return json.dumps(asked).encode() + b"\n"


@pytest.fixture
def process(checkout: Path) -> subprocess.Popen[bytes]:
    pipe = subprocess.PIPE
    return subprocess.Popen(COMMAND, stdin=pipe, stdout=pipe, stderr=pipe, cwd=checkout)


def pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def test_a_file_is_answered_line_by_line_and_a_bad_line_is_an_exit_of_1(
    checkout: Path, tmp_path: Path
) -> None:
    asked = tmp_path / "requests.ndjson"
    lines = [
        b"\xef\xbb\xbf" + line("a"),
        b"\r\n",
        line("b", "s3:PutObject"),
        b"\xff\n",
        line(4)[:-1],
    ]
    asked.write_bytes(b"".join(lines))
    done = subprocess.run([*COMMAND, str(asked)], capture_output=True, check=False, cwd=checkout)
    found = [json.loads(each) for each in done.stdout.splitlines()]
    assert [each["id"] for each in found] == ["a", "b", None, 4]
    decisions = [each["EvaluationResults"][0]["EvalDecision"] for each in found if each["id"]]
    assert decisions == ["allowed", "implicitDeny", "allowed"]
    assert (done.returncode, done.stderr) == (1, b"")


def test_who_asks_line_by_line_is_answered_before_the_end(
    process: subprocess.Popen[bytes],
) -> None:
    given, answered = pipes(process)
    for number in range(3):
        given.write(line(number))
        given.flush()
        assert json.loads(answered.readline())["id"] == number
    assert process.communicate() == (b"", b"")
    assert process.returncode == 0


def test_it_ends_quietly_when_nobody_reads_the_answers(process: subprocess.Popen[bytes]) -> None:
    given, answered = pipes(process)
    answered.close()
    given.write(line(1))
    given.flush()
    process.wait(timeout=60)
    assert process.stderr is not None
    assert process.stderr.read() == b""
    given.close()
    process.stderr.close()
