"""The simulation over several processes: the same answers, in order, and none held back."""

import json
from collections.abc import Iterator
from queue import SimpleQueue

import pytest

from recert.iam.parallel import run_batches, run_many
from recert.iam.simulate import run_lines


def lines(count: int) -> list[str]:
    statement = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::kb/*"}
    return [
        json.dumps(
            {
                "id": number,
                "PolicyInputList": [{"Version": "2012-10-17", "Statement": [statement]}],
                "ActionNames": ["s3:GetObject" if number % 3 else "s3:PutObject"],
                "ResourceArns": [f"arn:aws:s3:::kb/{number}"],
            }
        )
        if number % 500
        else "{"
        for number in range(count)
    ]


@pytest.mark.parametrize("workers", [0, 1, 2])
def test_the_answers_are_those_of_one_process_in_order(workers: int) -> None:
    asked = lines(6000)
    assert list(run_many(asked, workers=workers)) == list(run_lines(asked))


@pytest.mark.parametrize("count", [0, 1, 300])
def test_short_inputs_are_answered_whole(count: int) -> None:
    asked = lines(count)
    assert list(run_many(asked, workers=1)) == list(run_lines(asked))


def test_who_waits_for_each_answer_gets_it() -> None:
    answered: SimpleQueue[str] = SimpleQueue()
    asked = lines(20)

    def one_by_one() -> Iterator[str]:
        for each in asked:
            yield each
            answered.get(timeout=30)

    found = []
    for answer, good in run_many(one_by_one(), workers=1):
        found.append((answer, good))
        answered.put(answer)
    assert found == list(run_lines(asked))


def test_what_goes_wrong_while_reading_is_raised() -> None:
    def broken() -> Iterator[str]:
        yield from lines(2)
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"):
        list(run_many(broken(), workers=1))


def test_it_can_be_left_early() -> None:
    answers = run_many(lines(6000), workers=1)
    assert next(answers)[1] is False
    answers.close()


def test_a_batch_holds_back_nothing_that_is_ready() -> None:
    asked = lines(600)
    batches = list(run_batches(asked, workers=1))
    assert [answer for batch in batches for answer in batch] == list(run_lines(asked))
    assert all(len(batch) <= 256 for batch in batches)
