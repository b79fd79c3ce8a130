"""What is encoded comes back from botocore's own parsers as it was."""

import base64
import io
import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recert.aws.matching import Place
from recert.aws.models import operation_model
from recert.aws.read_table import every_read
from recert.aws.recording import Recording, read_recording
from recert.aws.replay import Player, ReplayClients
from recert.aws.shapes import encode

HERE = Place("111122223333", "us-east-1")
READS = every_read()
OTHERS = [
    ("ec2", "DescribeRegions"),
    ("ec2", "DescribeSecurityGroups"),
    ("arc-region-switch", "ListPlans"),
    ("cloudwatch", "GetMetricData"),
    ("kms", "DescribeKey"),
    ("sqs", "ReceiveMessage"),
    ("route53", "ListHostedZones"),
]
# XML holds no control characters; what the wire cannot carry is replaced and tested elsewhere.
TEXT = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=8
)
INSTANTS = st.datetimes(
    min_value=datetime(2001, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2037, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
).map(lambda moment: moment.replace(microsecond=0))
DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "a b+%/ü"}]}
SCALARS: dict[str, Any] = {
    "string": TEXT,
    "character": TEXT,
    "integer": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**53), 2**53),
    "float": st.floats(-1e6, 1e6, allow_nan=False, width=32).map(float),
    "double": st.floats(-1e6, 1e6, allow_nan=False),
    "boolean": st.booleans(),
    "timestamp": INSTANTS,
    "blob": st.binary(max_size=8),
}


def values(shape: Shape, depth: int = 0, *, top: bool = False) -> Any:  # noqa: PLR0911 - by type
    """Values of a shape as boto3 hands them out, IAM documents included."""
    if isinstance(shape, StructureShape):
        if shape.is_document_type:
            return st.fixed_dictionaries({"a": st.integers(0, 9), "b": TEXT})
        return structure(shape, depth, top=top)
    if isinstance(shape, ListShape):
        # A flattened list that is empty leaves no trace in XML, and is absent when it is read.
        least = 1 if shape.serialization.get("flattened") else 0
        return st.lists(values(shape.member, depth + 1), min_size=least, max_size=2)
    if isinstance(shape, MapShape):
        least = 1 if shape.serialization.get("flattened") else 0
        keys = TEXT.filter(bool)
        return st.dictionaries(keys, values(shape.value, depth + 1), min_size=least, max_size=2)
    if shape.name == "policyDocumentType":
        return st.just(DOCUMENT)
    if getattr(shape, "enum", None):
        return st.sampled_from(shape.enum)
    return SCALARS[shape.type_name]


def structure(shape: StructureShape, depth: int, *, top: bool) -> Any:
    names = list(shape.members)
    if depth > 6:
        simple = [one for one in names if shape.members[one].type_name in SCALARS]
        names = simple or (names if shape.is_tagged_union else [])
    if shape.is_tagged_union:
        return st.sampled_from(names).flatmap(
            lambda name: st.fixed_dictionaries({name: values(shape.members[name], depth + 1)})
        )
    # A text that is the whole body cannot be absent: no body is an empty text.
    payload = shape.serialization.get("payload") if top else None
    always = {payload} if payload and shape.members[payload].type_name in SCALARS else set[str]()
    picked = st.sets(st.sampled_from(names), max_size=4) if names else st.just(set[str]())
    picked = picked.map(lambda some: some | always)
    return picked.flatmap(
        lambda some: st.fixed_dictionaries(
            {name: values(shape.members[name], depth + 1) for name in sorted(some)}
        )
    )


def written(value: Any) -> Any:
    """The value in the form of a recording."""
    return encode(value)


def plain(value: Any) -> Any:
    """Read what boto3 parsed back into comparable values."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if hasattr(value, "read"):
        return value.read()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if key != "ResponseMetadata"}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


@cache
def _clients() -> list[ReplayClients]:
    return []


def everyone(recording: Recording) -> ReplayClients:
    """One set of clients for the whole module: to make one takes longer than to ask it."""
    made = _clients()
    if not made:
        made.append(ReplayClients(Player(recording)))
    return made[0]


def round_trip(service: str, operation: str, output: Any) -> Any:
    line = {
        "at": "2026-11-01T09:00:00Z",
        "account": HERE.account,
        "region": HERE.region,
        "service": service,
        "operation": operation,
        "params": {},
        "status": 200,
        "output": written(output),
    }
    recording = read_recording(io.BytesIO(json.dumps(line).encode()), name="t")
    clients = everyone(recording)
    clients.player.recording = recording
    client = clients.client(service, HERE)
    asked = operation_model(service, operation).input_shape
    needed = asked.required_members if asked is not None else []
    return plain(
        client._make_api_call(operation, {name: filler(asked.members[name]) for name in needed})
    )


def filler(shape: Shape) -> Any:
    fillers: dict[str, Any] = {"list": [], "structure": {}, "map": {}, "integer": 1, "string": "xy"}
    if shape.type_name == "timestamp":
        return datetime(2026, 1, 1, tzinfo=UTC)
    return fillers.get(shape.type_name, "xy")


@pytest.mark.parametrize(
    ("service", "operation"),
    [*((one.service, one.operation) for one in READS), *OTHERS],
    ids=str,
)
def test_every_operation_round_trips(service: str, operation: str) -> None:
    shape = operation_model(service, operation).output_shape
    assert shape is not None

    @settings(
        max_examples=8,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(values(shape, top=True))
    def check(output: Any) -> None:
        assert round_trip(service, operation, output) == output

    check()


def test_blobs_are_base64_in_a_recording() -> None:
    assert encode({"a": b"\x00\xff"}) == {"a": base64.b64encode(b"\x00\xff").decode()}
