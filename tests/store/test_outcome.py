"""Every combination of answers has its outcome, by a table."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recert.campaigns.views import Verdict
from recert.store.outcome import ACCEPTS, DENIES, Answer, Result, Strategy, outcome

WORDS = {
    "A": Verdict.ATTEST,
    "D": Verdict.REVOKE,
    "-": Verdict.ABSTAIN,
    "0": Verdict.NO_RESPONSE,
}
# Of one and of two stages: what the answers (accept, deny, abstain, no response) come to under
# oneAcceptAccepts, allMustAccept, oneDenyDenies and acceptedIfNotDenied.
TABLE = """
A   A A A A
D   D D D D
-   - - - A
0   0 0 0 A
AA  A A A A
AD  A D D D
A-  A - A A
A0  A 0 A A
DA  A D D D
DD  D D D D
D-  D D D D
D0  D D D D
-A  A - A A
-D  D D D D
--  - - - A
-0  - - - A
0A  A 0 A A
0D  D D D D
0-  - - - A
00  0 0 0 A
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
RESULTS = {
    "A": Result.ACCEPTED,
    "D": Result.DENIED,
    "-": Result.ABSTAINED,
    "0": Result.NO_RESPONSE,
}
CASES = [
    (strategy, given_, RESULTS[wanted])
    for given_, *columns in ROWS
    for strategy, wanted in zip(Strategy, columns, strict=True)
]


def test_the_table_holds_every_combination_of_one_and_of_two_answers() -> None:
    every = [*map("".join, product("AD-0", repeat=1)), *map("".join, product("AD-0", repeat=2))]
    assert sorted(row[0] for row in ROWS) == sorted(every)


@pytest.mark.parametrize(("strategy", "answers", "result"), CASES)
def test_answers_come_to_what_the_table_says(
    strategy: Strategy, answers: str, result: Result
) -> None:
    found = outcome(strategy, [Answer(WORDS[one]) for one in answers])
    assert found.result is result


@pytest.mark.parametrize(
    ("strategy", "verdicts", "in_force"),
    [
        (Strategy.ONE_DENY_DENIES, (Verdict.REVOKE, Verdict.REDUCE), 0),
        (Strategy.ONE_DENY_DENIES, (Verdict.REDUCE, Verdict.REVOKE), 1),
        (Strategy.ONE_DENY_DENIES, (Verdict.REDUCE, Verdict.REDUCE), 1),
        (Strategy.ALL_MUST_ACCEPT, (Verdict.REVOKE, Verdict.ATTEST), 0),
        (Strategy.ONE_ACCEPT_ACCEPTS, (Verdict.REVOKE, Verdict.EXCEPTION), 1),
        (Strategy.ALL_MUST_ACCEPT, (Verdict.ABSTAIN, Verdict.NO_RESPONSE), 0),
        (Strategy.ALL_MUST_ACCEPT, (Verdict.ATTEST, Verdict.NO_RESPONSE), 1),
        (Strategy.ACCEPTED_IF_NOT_DENIED, (Verdict.NO_RESPONSE, Verdict.ABSTAIN), 1),
    ],
)
def test_one_answer_is_in_force(
    strategy: Strategy, verdicts: tuple[Verdict, ...], in_force: int
) -> None:
    assert outcome(strategy, [Answer(one) for one in verdicts]).in_force == in_force


def test_of_two_that_accept_the_one_that_ends_first_is_in_force() -> None:
    until = Answer(Verdict.ATTEST_UNTIL, "2026-12-24T00:00:00Z")
    later = Answer(Verdict.EXCEPTION, "2027-01-01T00:00:00Z")
    for strategy in Strategy:
        assert outcome(strategy, [until, Answer(Verdict.ATTEST)]).in_force == 0
        assert outcome(strategy, [later, until]).in_force == 1
        assert outcome(strategy, [Answer(Verdict.ATTEST), Answer(Verdict.ATTEST)]).in_force == 1


def test_without_an_answer_there_is_no_outcome() -> None:
    for strategy in Strategy:
        with pytest.raises(ValueError, match="no answer"):
            outcome(strategy, [])


@given(
    strategy=st.sampled_from(list(Strategy)),
    verdicts=st.lists(st.sampled_from(list(Verdict)), min_size=1, max_size=5),
)
def test_it_is_total_and_the_answer_in_force_bears_the_outcome(
    strategy: Strategy, verdicts: list[Verdict]
) -> None:
    found = outcome(strategy, [Answer(one) for one in verdicts])
    answer = verdicts[found.in_force]
    if found.result is Result.DENIED:
        assert answer in DENIES
    elif found.result is Result.ACCEPTED and not ACCEPTS.isdisjoint(verdicts):
        assert answer in ACCEPTS
    else:
        assert answer in (Verdict.ABSTAIN, Verdict.NO_RESPONSE)
