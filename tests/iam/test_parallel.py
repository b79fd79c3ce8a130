"""The simulation over a stream and several processes: the same answers, in order, none held back."""

import json
import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from recert.iam import parallel, workers
from recert.iam.parallel import answer_stream
from recert.iam.simulate import answer_all, run_lines

FORKS = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="workers are forked")


def lines(count: int) -> list[bytes]:
    statement = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::kb/*"}
    return [
        json.dumps(
            {
                "id": number,
                "PolicyInputList": [{"Version": "2012-10-17", "Statement": [statement]}],
                "ActionNames": ["s3:GetObject" if number % 3 else "s3:PutObject"],
                "ResourceArns": [f"arn:aws:s3:::kb/{number}"],
            }
        ).encode()
        if number % 500
        else b"{"
        for number in range(count)
    ]


def expected(asked: list[bytes]) -> bytes:
    return "".join(f"{answer}\n" for answer, _ in run_lines(asked)).encode()


def streamed(path: Path, asked: bytes, number: int) -> tuple[bytes, bool]:
    path.write_bytes(asked)
    written = bytearray()

    def write(answers: bytes) -> bool:
        written.extend(answers)
        return True

    with path.open("rb") as given:
        good = answer_stream(given.fileno(), write, workers=number)
    return bytes(written), good


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "_LARGE", 1 << 14)
    monkeypatch.setattr(parallel, "_SMALL", 1 << 11)
    monkeypatch.setattr(parallel, "_AHEAD", 1 << 17)


@pytest.mark.parametrize("number", [0, 1, 3])
def test_the_answers_are_those_of_one_process_in_order(
    number: int, tmp_path: Path, small_blocks: None
) -> None:
    asked = lines(3000)
    answers, good = streamed(tmp_path / "lines", b"\n".join(asked), number)
    assert answers == expected(asked)
    assert good is False


@pytest.mark.parametrize("count", [0, 1, 300])
def test_short_inputs_are_answered_whole(count: int, tmp_path: Path) -> None:
    asked = lines(count + 1)[1:]
    assert streamed(tmp_path / "lines", b"\n".join(asked), 1) == (expected(asked), True)


def test_blank_lines_and_ends_of_lines_of_any_kind_change_nothing(tmp_path: Path) -> None:
    asked = lines(4)[1:]
    text = b"\n\n  \n" + b"\r\n".join(asked) + b"\n\n\n"
    assert streamed(tmp_path / "lines", text, 0) == (expected(asked), True)


def test_one_line_longer_than_any_block_is_one_line(tmp_path: Path, small_blocks: None) -> None:
    padded = lines(2)[1].replace(b'{"id"', b"{" + b" " * 600_000 + b'"id"')
    answers, good = streamed(tmp_path / "lines", b"\n".join([padded] * 3), 1)
    assert good
    assert answers == expected([padded] * 3)


def test_who_waits_for_each_answer_gets_it() -> None:
    source, asking = os.pipe()
    answered, answering = os.pipe()
    asked = lines(20)
    found: list[bytes] = []

    def one_by_one() -> None:
        for each in asked:
            os.write(asking, each + b"\n")
            found.append(os.read(answered, 1 << 16))
        os.close(asking)

    caller = threading.Thread(target=one_by_one)
    caller.start()
    answer_stream(source, lambda answers: bool(os.write(answering, answers)), workers=1)
    caller.join(timeout=30)
    for each in (source, answered, answering):
        os.close(each)
    assert b"".join(found) == expected(asked)


@pytest.mark.parametrize("number", [0, 2])
def test_it_stops_when_nobody_reads_the_answers(
    number: int, tmp_path: Path, small_blocks: None
) -> None:
    (tmp_path / "lines").write_bytes(b"\n".join(lines(3000)))
    written: list[bytes] = []

    def gone(answers: bytes) -> bool:
        written.append(answers)
        return False

    with (tmp_path / "lines").open("rb") as given:
        answer_stream(given.fileno(), gone, workers=number)
    assert len(written) == 1


@FORKS
def test_workers_that_die_lose_no_answer(
    tmp_path: Path, small_blocks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hired: list[workers.Worker] = []

    def hire(number: int, answer: workers.Answer) -> list[workers.Worker]:
        hired.extend(workers.hire(number, answer))
        os.kill(hired[0]._process, signal.SIGKILL)
        return hired

    monkeypatch.setattr(parallel, "hire", hire)
    asked = lines(3000)
    answers, _ = streamed(tmp_path / "lines", b"\n".join(asked), 2)
    assert answers == expected(asked)
    assert not hired[0].alive


@FORKS
def test_workers_answer_block_after_block_and_leave_when_dismissed() -> None:
    (worker,) = workers.hire(1, answer_all)
    for asked in (lines(10), lines(200)):
        assert worker.send(b"\n".join(asked))
        assert worker.result() == (False, expected(asked))
    worker.dismiss()
    with pytest.raises(ChildProcessError):
        os.waitpid(worker._process, 0)
