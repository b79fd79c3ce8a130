"""What the answers of several stages come to: total, for every strategy and every combination.

An answer *accepts* (attest, attest until, exception), *denies* (revoke, reduce), or is *open*
(abstain, no response). The strategies are the four that the field knows:

    strategy             accepted when              denied when                  open when
    oneAcceptAccepts     one accepts                none accepts, one denies     else
    allMustAccept        every one accepts          one denies                   else
    oneDenyDenies        one accepts, none denies   one denies                   else
    acceptedIfNotDenied  none denies                one denies                   never

One of the answers is in force. Of several that accept it is the one that ends first, of several
that deny a revocation before a reduction, else that of the last stage. What is accepted although
nobody said so keeps the open answer in force: it is kept, and nobody attested it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

ACCEPTS = frozenset({"attest", "attest_until", "exception"})
DENIES = frozenset({"revoke", "reduce"})


class Strategy(StrEnum):
    """How the answers of all stages make one outcome."""

    ONE_ACCEPT_ACCEPTS = "oneAcceptAccepts"
    ALL_MUST_ACCEPT = "allMustAccept"
    ONE_DENY_DENIES = "oneDenyDenies"
    ACCEPTED_IF_NOT_DENIED = "acceptedIfNotDenied"


class Result(StrEnum):
    """What the answers come to."""

    ACCEPTED = "accepted"
    DENIED = "denied"
    ABSTAINED = "abstained"
    NO_RESPONSE = "no_response"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of one stage; `until` is its end as an instant in text, None without one."""

    verdict: str
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the answers come to, and the place of the one that is in force."""

    result: Result
    in_force: int


def outcome(strategy: Strategy, answers: Sequence[Answer]) -> Outcome:
    """Return what the answers of the stages, the first stage's first, come to.

    Raises ValueError where there is none: an item that nobody was asked about has no outcome.
    """
    if not answers:
        raise ValueError("there is no answer")
    accepting = [at for at, one in enumerate(answers) if one.verdict in ACCEPTS]
    denying = [at for at, one in enumerate(answers) if one.verdict in DENIES]
    result = _result(strategy, answers, bool(accepting), bool(denying))
    if result is Result.DENIED:
        return Outcome(result, max(denying, key=lambda at: _severity(answers, at)))
    if result is Result.ACCEPTED and accepting:
        return Outcome(result, min(accepting, key=lambda at: _end(answers, at)))
    return Outcome(result, _open(answers))


def _result(
    strategy: Strategy,
    answers: Sequence[Answer],
    accepting: bool,  # noqa: FBT001 - the two facts that every rule is about
    denying: bool,  # noqa: FBT001 - as above
) -> Result:
    if strategy is Strategy.ONE_ACCEPT_ACCEPTS and accepting:
        return Result.ACCEPTED
    if denying:
        return Result.DENIED
    if strategy is Strategy.ACCEPTED_IF_NOT_DENIED:
        return Result.ACCEPTED
    if strategy is Strategy.ONE_DENY_DENIES and accepting:
        return Result.ACCEPTED
    if strategy is Strategy.ALL_MUST_ACCEPT and all(one.verdict in ACCEPTS for one in answers):
        return Result.ACCEPTED
    spoke = any(one.verdict == "abstain" for one in answers)
    return Result.ABSTAINED if spoke else Result.NO_RESPONSE


def _severity(answers: Sequence[Answer], at: int) -> tuple[bool, int]:
    return answers[at].verdict == "revoke", at


def _end(answers: Sequence[Answer], at: int) -> tuple[bool, str, int]:
    until = answers[at].until
    return until is None, until or "", -at


def _open(answers: Sequence[Answer]) -> int:
    """Return the place of the answer that leaves the outcome open: an abstention before a silence."""
    places = [at for at, one in enumerate(answers) if one.verdict not in ACCEPTS | DENIES]
    return max(places, key=lambda at: (answers[at].verdict == "abstain", at))
