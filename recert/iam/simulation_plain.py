"""Reading a line of the simulation in which nothing is out of the ordinary, as fast as it can be."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, cast

from msgspec import UNSET, Raw

from recert.iam.context import EMPTY, Context, Value
from recert.iam.errors import PolicyError
from recert.iam.grammar import DECODER
from recert.iam.model import PolicyKind, Source
from recert.iam.plain import (
    Document,
    PlainDocument,
    PlainEntry,
    PlainRequest,
    WholeRequest,
    is_sound,
    plain_document,
    plain_request,
    whole_request,
)
from recert.iam.plain_set import PlainSet
from recert.iam.policy_cache import CACHE, ON_RESOURCES, compiled
from recert.iam.policyset import Loaded, PolicySet, united
from recert.iam.simulation import (
    ANYTHING,
    BOUNDARY,
    ENDPOINT,
    IDENTITY,
    LIST_TYPES,
    LONGEST_ACTION,
    LONGEST_RESOURCE,
    RCPS,
    RESOURCE,
    SCPS,
    SESSION,
    SINGLE_TYPES,
    Simulation,
    read_caller,
    read_owner,
)

_WATCHED: Final = 32
_RUN: Final = 512
"""Of so many lines the first few tell how the others are read."""


class _NotPlainError(Exception):
    """A line needs the careful reader."""


class _Recurrence:
    """Whether policies come again: some lines of each run are read so that it shows.

    Where hardly any does, the others are read as a whole, each policy for itself.
    """

    __slots__ = ("_known", "_lines", "_read")

    def __init__(self) -> None:
        self._lines = self._read = self._known = 0

    def is_sparse(self) -> bool:
        """Count a line, and tell whether it had better be read as a whole."""
        self._lines += 1
        if self._lines <= _WATCHED:
            return False
        if self._lines >= _RUN:
            self._lines = self._read = self._known = 0
        return self._known * 2 < self._read

    def count(self, *, known: bool) -> None:
        """Count a policy."""
        self._read += 1
        self._known += known


_recurrence: Final = _Recurrence()


def read_plain(line: bytes) -> Simulation | None:
    """Read a line in which nothing is out of the ordinary, None where something is.

    What it reads, `simulation_input.read_simulation` reads alike; what is wrong, that one tells.
    """
    if _recurrence.is_sparse():
        whole = whole_request(line)
        if whole is not None:
            found = _simulation(whole)
            if found is not None:
                return found
    request = plain_request(line)
    return None if request is None else _simulation(request)


def _simulation(found: PlainRequest | WholeRequest) -> Simulation | None:
    resources = found.resource_arns
    caller, owner, entries = found.caller_arn, found.resource_owner, found.context_entries
    try:
        for action in found.action_names:
            if not _is_action(action):
                return None
        if resources is UNSET or not resources:
            resources = ANYTHING
        elif not all(map(_is_resource, resources)):
            return None
        policy = found.resource_policy
        boundary, session = (
            found.permissions_boundary_policy_input_list,
            found.session_policy_input_list,
        )
        endpoint = found.vpc_endpoint_policy_input_list
        scps, rcps = found.service_control_policies, found.resource_control_policies
        return Simulation(
            None if found.id is UNSET else found.id,
            found.action_names,
            resources,
            None if caller is UNSET else _known_caller(caller),
            None if owner is UNSET else _known_owner(owner),
            EMPTY if entries is UNSET else _plain_context(entries),
            None if policy is UNSET else _plain(policy, _source("resource", RESOURCE)),
            Loaded(
                "",
                _plain_layer(found.policy_input_list, "inline", IDENTITY),
                _plain_layer(boundary, "boundary", BOUNDARY) if boundary else None,
                _plain_layer(session, "session", SESSION) if session else None,
                _plain_layer(endpoint, "endpoint", ENDPOINT) if endpoint else None,
                _plain_levels(scps, "scp", SCPS) if scps else (),
                _plain_levels(rcps, "rcp", RCPS) if rcps else (),
            ),
        )
    except (PolicyError, _NotPlainError, ValueError, RecursionError):
        return None


def _is_action(action: str) -> bool:
    service, colon, name = action.partition(":")
    return bool(service and name and colon) and (
        len(action) <= LONGEST_ACTION and "*" not in action and "?" not in action
    )


def _is_resource(resource: str) -> bool:
    return 0 < len(resource) <= LONGEST_RESOURCE


@lru_cache(maxsize=512)
def _known_caller(found: str) -> str | None:
    return read_caller(found)


@lru_cache(maxsize=512)
def _known_owner(found: str) -> str | None:
    return read_owner(found)


def _plain_context(entries: tuple[PlainEntry, ...]) -> Context:
    values: dict[str, Value] = {}
    for entry in entries:
        listed, kind = entry.context_key_values, entry.context_key_type
        if kind in SINGLE_TYPES or (kind is UNSET and len(listed) == 1):
            (values[entry.context_key_name.lower()],) = listed
        elif kind in LIST_TYPES or kind is UNSET:
            values[entry.context_key_name.lower()] = listed
        else:
            raise _NotPlainError
    if len(values) != len(entries) or "" in values:
        raise _NotPlainError
    return Context(values)


def _plain_layer(found: tuple[Raw | Document, ...], kind: PolicyKind, *at: str | int) -> PolicySet:
    if len(found) == 1:
        return _plain(found[0], _source(kind, *at, 1))
    return united(
        tuple([_plain(each, _source(kind, *at, n)) for n, each in enumerate(found, start=1)])
    )


def _plain_levels(
    found: tuple[tuple[Raw | Document, ...], ...], kind: PolicyKind, at: str
) -> tuple[PolicySet, ...]:
    return tuple([_plain_layer(each, kind, at, n) for n, each in enumerate(found, start=1)])


@lru_cache(maxsize=512)
def _source(kind: PolicyKind, *at: str | int) -> Source:
    return Source(kind, ".".join(map(str, at)))


def _plain(found: Raw | Document, source: Source) -> PolicySet:
    if type(found) is PlainDocument:
        if is_sound(found) and (source.kind in ON_RESOURCES or found.suits_caller()):
            return PlainSet(found, source)
        raise _NotPlainError
    if type(found) is str:
        document = plain_document(found.encode())
        if document is None:
            raise _NotPlainError
        return _plain(document, source)
    return _recurring(bytes(cast("Raw", found)), source)


def _recurring(text: bytes, source: Source) -> PolicySet:
    """Read the text of a policy that may have come before."""
    at = source.name
    key = (text, at)
    known = CACHE.find(key)
    _recurrence.count(known=known is not None)
    if known is not None:
        return known
    document = plain_document(text)
    if document is not None and (source.kind in ON_RESOURCES or document.suits_caller()):
        return CACHE.keep(key, PlainSet(document, source))
    # One policy may need care where the line does not.
    careful = DECODER.decode(text.decode())
    if not isinstance(careful, str | dict):
        raise _NotPlainError
    return CACHE.keep(key, compiled(careful, at, source.kind))
