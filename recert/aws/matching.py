"""Which recorded line answers a request.

A line answers when every parameter that it names equals the request's. Of several, the one that
names most wins, then the later one. Parameters that only size a page never count; tokens do.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.utils import parse_to_aware_datetime

from recert.aws.models import is_global, operation_model, page_size_names, partition_of
from recert.clock import to_rfc3339

Named = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a request was signed for."""

    account: str
    region: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One recorded answer; `output` is JSON as bytes, None where the service refused with `error`."""

    line: int
    place: Place
    service: str
    operation: str
    named: Named
    status: int
    output: bytes | None
    error_code: str = ""
    error_message: str = ""


@dataclass(slots=True)
class _Answers:
    """The entries of one operation at one place: parameter names → values → the latest entry."""

    by_names: dict[tuple[str, ...], dict[Named, Entry]] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        names = tuple(name for name, _ in entry.named)
        self.by_names.setdefault(names, {})[entry.named] = entry

    def could_hold(self, name: str, value: str) -> bool:
        """Tell whether an entry names a parameter with this value, or leaves it open."""
        return any(
            name not in names or any((name, value) in named for named in entries)
            for names, entries in self.by_names.items()
        )

    def best(self, request: Mapping[str, str]) -> Entry | None:
        found: Entry | None = None
        for names, entries in self.by_names.items():
            if not all(name in request for name in names):
                continue
            entry = entries.get(tuple((name, request[name]) for name in names))
            if entry is not None and (found is None or _rank(entry) > _rank(found)):
                found = entry
        return found


def _rank(entry: Entry) -> tuple[int, int]:
    return (len(entry.named), entry.line)


class Index:
    """Every entry of one point in time, found in the time that one lookup takes."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str, Place], _Answers] = {}
        self._places: dict[tuple[str, str, str], list[Place]] = {}
        self.size = 0

    def add(self, entry: Entry) -> None:
        """Take one more entry; a later one with the same parameters replaces it."""
        key = (entry.service, entry.operation, entry.place)
        if key not in self._answers:
            self._answers[key] = _Answers()
            scope = (entry.service, entry.operation, entry.place.account)
            self._places.setdefault(scope, []).append(entry.place)
        self._answers[key].add(entry)
        self.size += 1

    def find(
        self, place: Place, service: str, operation: str, params: Mapping[str, Any]
    ) -> Entry | None:
        """Return the entry that answers a request, None where there is none.

        A service that answers for the whole account is looked up in the region of the signature
        first, then in every other region of the account.
        """
        request = dict(name_params(service, operation, params, place))
        places = [place]
        if is_global(service):
            others = self._places.get((service, operation, place.account), [])
            places.extend(other for other in others if other != place)
        for candidate in places:
            answers = self._answers.get((service, operation, candidate))
            found = answers.best(request) if answers is not None else None
            if found is not None:
                return found
        return None

    def holds(self, service: str, account: str, operation: str | None = None) -> bool:
        """Tell whether any line of an account is about a service, or about one operation of it."""
        return any(
            key[0] == service and key[2] == account and operation in (None, key[1])
            for key in self._places
        )

    def speaks_of(self, service: str, account: str, operation: str, name: str, value: str) -> bool:
        """Tell whether a line of an operation could answer a request with this parameter."""
        return any(
            answers.could_hold(name, _text(value))
            for (held, asked, place), answers in self._answers.items()
            if (held, asked, place.account) == (service, operation, account)
        )


def name_params(service: str, operation: str, params: Mapping[str, Any], place: Place) -> Named:
    """Return the parameters that count, sorted by name, each in one comparable form.

    `params` holds decoded values or what a caller handed to boto3; both give the same form.
    """
    shape = operation_model(service, operation).input_shape
    ignored = page_size_names(service, operation)
    named = []
    for name, value in params.items():
        if value is None or name in ignored or shape is None or name not in shape.members:
            continue
        form = _form(shape.members[name], value)
        if name == "guardrailIdentifier" and isinstance(form, str):
            form = form.rpartition(":guardrail/")[2]
        if service == "lambda" and name == "FunctionName" and isinstance(form, str):
            form, qualifier = _function_arn(form, place)
            if qualifier and "Qualifier" not in params:
                named.append(("Qualifier", _text(qualifier)))
        named.append((name, _text(form)))
    return tuple(sorted(named))


def _text(form: Any) -> str:
    return json.dumps(form, sort_keys=True, separators=(",", ":"))


def _form(shape: Shape, value: Any) -> Any:
    kind = shape.type_name
    if kind == "structure" and isinstance(value, Mapping):
        members = cast("StructureShape", shape).members
        return {
            name: _form(members[name], item)
            for name, item in value.items()
            if item is not None and name in members
        }
    if kind == "map" and isinstance(value, Mapping):
        member = cast("MapShape", shape).value
        return {str(name): _form(member, item) for name, item in value.items()}
    if kind == "list" and isinstance(value, list | tuple):
        member = cast("ListShape", shape).member
        items = [_form(member, item) for item in value]
        # A list of enumerated words is a set to AWS: `Filter=[Role, User]` asks the same as its reverse.
        return sorted(items) if getattr(member, "enum", None) else items
    return _scalar(kind, value)


def _scalar(kind: str, value: Any) -> Any:
    if kind == "timestamp":
        moment: Any = value  # botocore takes datetimes as well as text and numbers
        return to_rfc3339(parse_to_aware_datetime(moment))
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode("ascii")
    if kind in {"float", "double"} and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return value


def _function_arn(name: str, place: Place) -> tuple[str, str]:
    """Return a function's ARN and its qualifier: Lambda takes name, partial ARN and ARN for the same."""
    head, found, tail = name.rpartition("function:")
    plain, _, qualifier = tail.partition(":")
    if head.startswith("arn:"):
        return f"{head}{found}{plain}", qualifier
    account = head.rstrip(":") or place.account
    stem = f"arn:{partition_of(place.region)}:lambda:{place.region}:{account}"
    return f"{stem}:function:{plain}", qualifier
