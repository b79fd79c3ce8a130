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

from recert.iam.errors import PolicyError
from recert.iam.evaluate import Engine
from recert.iam.grammar import DECODER
from recert.iam.model import Match, Request, Verdict
from recert.iam.principals import account_of
from recert.iam.simulation_input import Simulation, read_simulation

_ENCODER: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
_ENGINES: Final = 8
_HEAD: Final = 1024
_engines: dict[bytes, Engine] = {}


def simulate(request: Mapping[str, object]) -> dict[str, object]:
    """Answer one request: its `id` with `EvaluationResults`, one for each action and resource.

    Raises:
        PolicyError: the request, or a policy in it, cannot be read; `path` names the element.
    """
    asked = read_simulation(request)
    engine = _engine(asked)
    results = [
        _result(action, resource, engine, asked)
        for action in asked.actions
        for resource in asked.resources
    ]
    return {"id": request.get("id"), "EvaluationResults": results}


def run_lines(lines: Iterable[str | bytes]) -> Iterator[tuple[str, bool]]:
    """Answer each line with a line of JSON and whether it went well; blank lines are no requests.

    Bytes are read as UTF-8; where they are none, their line fails.
    """
    for line in lines:
        if line and not line.isspace():
            yield _answer(line)


def _answer(line: str | bytes) -> tuple[str, bool]:
    if isinstance(line, str):
        return _answer_text(line)
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        readable = line.decode(errors="replace")
        return _failed(readable, f"Byte {error.start + 1} of the line is not UTF-8.")
    return _answer_text(text)


def _answer_text(line: str) -> tuple[str, bool]:
    try:
        request = DECODER.decode(line.removeprefix("\ufeff"))
        if not isinstance(request, dict):
            return _failed(line, "A request is a JSON object.")
        return _ENCODER.encode(simulate(request)), True
    except PolicyError as error:
        return _failed(line, str(error))
    except json.JSONDecodeError as error:
        return _failed(line, f"Not JSON at column {error.colno}: {error.msg}.")
    except RecursionError:
        return _failed(line, "Nested too deeply for a request.")
    except ValueError:
        return _failed(line, "A number in it is too long or too large.")


def _failed(line: str, what: str) -> tuple[str, bool]:
    return _ENCODER.encode({"id": _id_of(line), "error": what}), False


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


def _engine(asked: Simulation) -> Engine:
    found = _engines.get(asked.key)
    if found is None:
        if len(_engines) >= _ENGINES:
            _engines.clear()
        found = _engines[asked.key] = Engine(asked.authority())
    return found


@lru_cache(maxsize=4096)
def _unresourced(action: str) -> bool:
    """Tell whether an action takes no resource, so that `*` is all that it can be asked on."""
    from recert.iam.catalogue import load_catalogue  # noqa: PLC0415 - needed once a line is read

    catalogue = load_catalogue()
    return bool(catalogue.mask(action) & catalogue.shapes.bare)


def _result(action: str, resource: str, engine: Engine, asked: Simulation) -> dict[str, object]:
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
    return {
        "EvalActionName": action,
        "EvalResourceName": resource,
        "EvalDecision": verdict.decision,
        "MatchedStatements": [_matched(match) for match in verdict.matched],
        "MissingContextValues": list(verdict.missing),
        "DecidedBy": verdict.decided_by,
        **_details(verdict, asked),
    }


def _matched(match: Match) -> dict[str, object]:
    return {
        "SourcePolicyId": match.source.name,
        "SourcePolicyType": match.layer,
        "StatementIndex": match.statement.index,
        "Sid": match.statement.sid,
    }


def _details(verdict: Verdict, asked: Simulation) -> dict[str, object]:
    """Return what AWS adds where a boundary or an organisation is part of the simulation."""
    found: dict[str, object] = {}
    if asked.bounded:
        allowed = verdict.allowed or verdict.decided_by in ("session", "scp", "rcp")
        found["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": allowed}
    return found
