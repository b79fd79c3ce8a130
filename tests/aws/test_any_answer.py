"""Whatever conforms to AWS's shapes, however odd, ends in an estate and never in an exception."""

import io
import json
import random
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

from recert.aws.collect.run import collect
from recert.aws.keyring import Keyring
from recert.aws.models import operation_model
from recert.aws.read_table import every_read
from recert.aws.recording import read_recording
from recert.aws.replay_source import ReplaySource
from recert.clock import SystemClock
from recert.estate.estate import Estate

WORDS = (
    "",
    "a",
    "1",
    "DRAFT",
    "DEFAULT",
    "TSTALIASID",
    "COMPLETED",
    "SUPERVISOR",
    "r-1",
    "o-1",
    "null",
    "{}",
    "[]",
    "%7B%22a%22",
    "\x1b[0m\u202e",
    "arn:::::",
    '{"Statement":5}',
    '{"Statement":[{"Effect":"Allow","Action":5}]}',
    "arn:aws:iam::111122223333:role/x",
    "arn:aws:lambda:us-east-1:111122223333:function:f:1",
    "arn:aws:bedrock:us-east-1:111122223333:guardrail/g",
)
DEEPEST = 9
SCALARS: dict[str, tuple[Any, ...]] = {
    "integer": (0, 1, -1, 2**31),
    "long": (0, 1, 2**40),
    "float": (0.5, -3.25),
    "double": (0.5, -3.25),
    "boolean": (True, False),
    "timestamp": ("2026-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2037-12-31T23:59:59+05:30"),
    "blob": ("",),
}


def answer(dice: random.Random, shape: Shape, depth: int = 0) -> Any:
    """A random value of a shape, as a recording holds it."""
    if isinstance(shape, StructureShape):
        return structure(dice, shape, depth)
    if isinstance(shape, ListShape):
        count = dice.choice((0, 1, 1, 2)) if depth < DEEPEST else 0
        return [answer(dice, shape.member, depth + 1) for _ in range(count)]
    if isinstance(shape, MapShape):
        count = dice.choice((0, 1)) if depth < DEEPEST else 0
        return {dice.choice(WORDS): answer(dice, shape.value, depth + 1) for _ in range(count)}
    words = getattr(shape, "enum", None)
    if words and dice.random() < 0.8:
        return dice.choice(words)
    return dice.choice(SCALARS.get(shape.type_name, WORDS))


def structure(dice: random.Random, shape: StructureShape, depth: int) -> Any:
    if shape.is_document_type:
        return dice.choice(({}, {"a": 1}, [], "x", 5))
    if shape.is_tagged_union:
        name = dice.choice(list(shape.members))
        return {name: answer(dice, shape.members[name], depth + 1)}
    share = dice.choice((0.2, 0.6, 1.0)) if depth < DEEPEST else 0
    return {
        name: answer(dice, member, depth + 1)
        for name, member in shape.members.items()
        if dice.random() < share
    }


def recorded(seed: int) -> bytes:
    dice = random.Random(seed)
    lines = []
    for read in every_read():
        line: dict[str, Any] = {
            "at": "2026-11-01T09:00:00Z",
            "account": "111122223333",
            "region": "us-east-1",
            "service": read.service,
            "operation": read.operation,
            "params": {},
            "status": 200,
        }
        shape = operation_model(read.service, read.operation).output_shape
        assert shape is not None
        if dice.random() < 0.05:
            code = dice.choice(("AccessDeniedException", "ResourceNotFoundException", "X"))
            line |= {"status": dice.choice((400, 429, 500)), "error": {"Code": code, "Message": ""}}
        else:
            line["output"] = answer(dice, shape)
        lines.append(json.dumps(line).encode() + b"\n")
    return b"".join(lines)


def read(seed: int) -> Estate:
    recording = read_recording(io.BytesIO(recorded(seed)), name="random")
    reading = collect(ReplaySource(recording), clock=SystemClock(), keyring=Keyring(b"k" * 32))
    return reading.estate


def check(seed: int) -> None:
    estate = read(seed)
    assert Estate.model_validate_json(estate.model_dump_json()) == estate
    assert estate.content_digest == read(seed).content_digest


@pytest.mark.parametrize("seed", range(12))
def test_any_answer_ends_in_an_estate_that_can_be_kept(seed: int) -> None:
    check(seed)


@pytest.mark.campaign
def test_many_random_answers_end_in_estates() -> None:
    for seed in range(1000, 1300):
        check(seed)
