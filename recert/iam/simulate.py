"""The offline twin of `iam:SimulateCustomPolicy`: JSON Lines in, JSON Lines out.

Each line is one request in the shape of the AWS operation, answered by one line of results. A line
that cannot be read or holds a policy that IAM would not accept is answered by its error, and stops
nothing. Policies and whole authorities are compiled once and kept for the lines that follow.

`MatchedStatements` are the statements that determine the result: every Deny of a denied request,
the Allows of identity and resource policies of an allowed one, none of an implicit deny.
`MissingContextValues` are the keys that policies ask for on this action and resource, and that the
request does not give.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final

from msgspec import UNSET, Struct, UnsetType, field, to_builtins
from msgspec.json import Encoder

from recert.iam.arns import account_of
from recert.iam.errors import PolicyError
from recert.iam.evaluate import Engine
from recert.iam.grammar import DECODER
from recert.iam.model import Match, Request, Verdict
from recert.iam.principals import caller_of
from recert.iam.simulation import Simulation
from recert.iam.simulation_input import read_simulation
from recert.iam.simulation_plain import read_plain

_ENCODER: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
_encode: Final = Encoder().encode
_HEAD: Final = 1024

Lines = Iterable[str | bytes]


class _Matched(Struct, rename="pascal", gc=False):
    source_policy_id: str
    source_policy_type: str
    statement_index: int
    sid: str | None


class _BoundaryDetail(Struct, rename="pascal", gc=False):
    allowed_by_permissions_boundary: bool


class _Result(Struct, rename="pascal", gc=False):
    eval_action_name: str
    eval_resource_name: str
    eval_decision: str
    matched_statements: list[_Matched]
    missing_context_values: list[str]
    decided_by: str
    permissions_boundary_decision_detail: _BoundaryDetail | UnsetType = UNSET


class _Answer(Struct, gc=False):
    id: object
    results: list[_Result] = field(name="EvaluationResults")


def simulate(request: Mapping[str, object]) -> dict[str, object]:
    """Answer one request: its `id` with `EvaluationResults`, one for each action and resource.

    Raises:
        PolicyError: the request, or a policy in it, cannot be read; `path` names the element.
    """
    asked = read_simulation(request)
    return {"id": asked.id, "EvaluationResults": to_builtins(_results(asked))}


def run_lines(lines: Lines) -> Iterator[tuple[str, bool]]:
    """Answer each line with a line of JSON and whether it went well; blank lines are no requests.

    Bytes are read as UTF-8; where they are none, their line fails. Answers are ASCII.
    """
    for line in lines:
        if line and not line.isspace():
            answer, good = _answer(line)
            yield answer.decode("ascii"), good


def answer_all(lines: Lines) -> tuple[bytes, bool]:
    """Answer as `run_lines` does, all at once: the lines with their ends, and whether all went well."""
    answers: list[bytes] = []
    all_good = True
    for line in lines:
        if line and not line.isspace():
            answer, good = _answer(line)
            answers.append(answer)
            all_good = all_good and good
    if answers:
        answers.append(b"")
    return b"\n".join(answers), all_good


def _answer(line: str | bytes) -> tuple[bytes, bool]:
    if isinstance(line, bytes):
        asked = read_plain(line)
        if asked is not None:
            answer = _encode(_Answer(asked.id, _results(asked)))
            if answer.isascii() and b"\x7f" not in answer:
                return answer, True
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            readable = line.decode(errors="replace")
            return _failed(readable, f"Byte {error.start + 1} of the line is not UTF-8.")
        return _answer_carefully(text)
    return _answer_carefully(line)


def _answer_carefully(line: str) -> tuple[bytes, bool]:
    try:
        request = DECODER.decode(line.removeprefix("\ufeff"))
        if not isinstance(request, dict):
            return _failed(line, "A request is a JSON object.")
        return _ENCODER.encode(simulate(request)).encode(), True
    except PolicyError as error:
        return _failed(line, str(error))
    except json.JSONDecodeError as error:
        return _failed(line, f"Not JSON at column {error.colno}: {error.msg}.")
    except RecursionError:
        return _failed(line, "Nested too deeply for a request.")
    except ValueError:
        return _failed(line, "A number in it is too long or too large.")


def _failed(line: str, what: str) -> tuple[bytes, bool]:
    return _ENCODER.encode({"id": _id_of(line), "error": what}).encode(), False


def _id_of(line: str) -> object:
    """Return the id of a line that failed, None where even that cannot be read.

    Of a line that is no JSON the id is known where it stands first.
    """
    text = line.removeprefix("\ufeff")
    try:
        request = json.loads(text)
    except (ValueError, RecursionError):
        request = _begun(text)
    try:
        found: object = request.get("id") if isinstance(request, dict) else None
        _ENCODER.encode(found)
    except (ValueError, RecursionError):
        return None
    return found


def _begun(text: str) -> dict[str, object]:
    """Read the first pair of an object that is broken further on, as far as it is a plain id."""
    head, colon, rest = text[:_HEAD].partition(":")
    if not colon or "".join(head.split()) != '{"id"':
        return {}
    try:
        found, end = DECODER.raw_decode(rest.lstrip())
    except (ValueError, RecursionError, PolicyError):
        return {}
    closed = isinstance(found, str) or rest.lstrip()[end:].lstrip().startswith((",", "}"))
    return {"id": found} if closed else {}


@lru_cache(maxsize=4096)
def _unresourced(action: str) -> bool:
    """Tell whether an action takes no resource, so that `*` is all that it can be asked on."""
    from recert.iam.catalogue import load_catalogue  # noqa: PLC0415 - needed once a line is read

    catalogue = load_catalogue()
    return bool(catalogue.mask(action) & catalogue.shapes.bare)


def _results(asked: Simulation) -> list[_Result]:
    engine = Engine(asked.layers)
    return [
        _result(action, resource, engine, asked)
        for action in asked.actions
        for resource in asked.resources
    ]


def _result(action: str, resource: str, engine: Engine, asked: Simulation) -> _Result:
    in_arn = None if asked.resource_policy else account_of(resource)
    request = Request(
        action,
        resource,
        asked.caller,
        asked.context,
        in_arn or asked.owner,
        _unresourced(action),
    )
    verdict = engine.explain(request, asked.resource_policy)
    return _Result(
        action,
        resource,
        verdict.decision,
        [_matched(match) for match in verdict.matched],
        list(verdict.missing),
        verdict.decided_by,
        _boundary_detail(verdict)
        if asked.bounded and caller_of(asked.caller).has_identity
        else UNSET,
    )


def _matched(match: Match) -> _Matched:
    statement = match.statement
    return _Matched(match.source.name, match.layer, statement.index, statement.sid)


def _boundary_detail(verdict: Verdict) -> _BoundaryDetail:
    """Return what AWS adds where a boundary is part of the simulation: what it says by itself."""
    if not verdict.speaking:
        return _BoundaryDetail(verdict.allowed)
    said = {match.statement.effect for match in verdict.speaking if match.layer == "boundary"}
    return _BoundaryDetail(said == {"Allow"})
