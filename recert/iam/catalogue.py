"""The action catalogue: which actions exist, at which level, and on which resources.

Compiled into the package by `data/build_catalogue.py`; nothing here reads anything but packaged
data. Sets of actions are integers with one bit per action (`mask`), so that a union, a difference
or a NotAction over more than twenty thousand actions costs a microsecond; names are made from a
mask at the edge.

An action that the catalogue does not know is no action that cannot be used: callers keep what they
cannot expand as it is written.
"""

import gzip
import hashlib
import json
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from recert.iam.details import Details, ResourceType
from recert.iam.errors import CatalogueError
from recert.iam.levels import LETTERS, AccessLevel, Marks
from recert.iam.sets import SMALL, bits_of, name_pattern
from recert.iam.shapes import Shapes

FORMAT = 1
_DATA = Path(__file__).parent / "data"
_CACHED = 4096  # distinct wildcards and large sets kept; a large estate writes about two thousand


@dataclass(frozen=True, slots=True)
class ActionInfo:
    """What the catalogue knows of one action.

    `resource_types` is empty where only `Resource: "*"` grants the action. `dependents` are actions
    that a call needs besides, such as iam:PassRole.
    """

    name: str
    level: AccessLevel
    marks: Marks
    resource_types: tuple[ResourceType, ...]
    condition_keys: tuple[str, ...]
    dependents: tuple[str, ...]

    @property
    def releases_credentials(self) -> bool:
        """Whether usable credentials come back or are made for the caller."""
        return self.marks.releases_credentials

    @property
    def reads_data(self) -> bool:
        """Whether what a customer has stored comes back."""
        return self.marks.reads_data


@dataclass(frozen=True, slots=True)
class Never:
    """Actions that AWS refuses on some resources, whatever the policies say."""

    mask: int
    within: tuple[str, ...]


class Catalogue:
    """Every known action; immutable but for what it remembers of earlier questions."""

    def __init__(self, packed: bytes) -> None:
        try:
            raw = gzip.decompress(packed)
            header, self._levels, self._marks, names = raw.decode().split("\n")
            self._head: Mapping[str, Any] = json.loads(header)
            self.version: str = self._head["version"]
        except (OSError, EOFError, zlib.error, ValueError, KeyError) as error:
            raise CatalogueError(
                f"The packaged action catalogue cannot be read ({type(error).__name__}).",
                "Install recert again.",
            ) from error
        if self._head.get("format") != FORMAT:
            raise CatalogueError(
                f"The packaged action catalogue has format {self._head.get('format')!r}.",
                f"This version of recert reads format {FORMAT}.",
            )
        self._raw = raw
        self.names: tuple[str, ...] = tuple(names.split(" "))
        self.everything = (1 << len(self.names)) - 1
        self._masks: dict[str, int] = {}
        self._tuples: dict[int, tuple[str, ...]] = {}
        self._singles: dict[str, tuple[str, ...]] = {}
        self._positions: dict[str, int] = {}

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the catalogue's content, which covers every packaged file."""
        return "sha256:" + hashlib.sha256(self._raw).hexdigest()

    @cached_property
    def stamp(self) -> Mapping[str, str]:
        """What a result was judged against: the `version` of the data and its `digest`."""
        return {"version": self.version, "digest": self.digest}

    @property
    def updated(self) -> datetime:
        """The instant of the data, aware, in UTC: no reading made with it is older."""
        return datetime.fromisoformat(self._head["updated"])

    @property
    def sources(self) -> Mapping[str, str]:
        """The packages that the catalogue was compiled from, with their versions."""
        return dict(self._head["sources"])

    @property
    def rcp_services(self) -> frozenset[str]:
        """The services whose actions resource control policies can restrict."""
        return frozenset(self._head["rcp_services"])

    @cached_property
    def services(self) -> tuple[str, ...]:
        """Every known service prefix, sorted."""
        return tuple(self._ranges)

    @cached_property
    def _ranges(self) -> dict[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for index, name in enumerate(self._lower):
            service = name[: name.index(":")]
            first = found[service][0] if service in found else index
            found[service] = (first, index + 1)
        return found

    @cached_property
    def _lower(self) -> list[str]:
        return " ".join(self.names).lower().split(" ")

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.names))

    @cached_property
    def _index(self) -> dict[str, int]:
        return {name: index for index, name in enumerate(self._lower)}

    def _find(self, action: str) -> int | None:
        """Return the position of an action; in the letters of AWS without a look at all names."""
        known = self._positions.get(action)
        if known is None:
            at = bisect_left(self.names, action)
            if at == len(self.names) or self.names[at] != action:
                return self._index.get(action.lower())
            known = self._positions[action] = at
        return known

    def canonical(self, action: str) -> str | None:
        """Return the name as AWS writes it, None where the catalogue does not know the action."""
        index = self._find(action)
        return None if index is None else self.names[index]

    def mask(self, pattern: str) -> int:
        """Return the set of known actions that an Action element fits, 0 where there is none.

        Case does not count, `*` is any run of characters and `?` exactly one, in the service as in
        the name; `*:*` is everything, as `*` is.
        """
        if "*" not in pattern and "?" not in pattern:
            index = self._find(pattern)
            return 0 if index is None else 1 << index
        key = pattern.lower()
        found = self._masks.get(key)
        if found is None:
            if len(self._masks) >= _CACHED:
                self._masks.clear()
            found = self._masks[key] = self._match(key)
        return found

    def _match(self, pattern: str) -> int:
        if len(pattern) - pattern.count("*") > self._longest:
            return 0
        service, colon, verb = pattern.partition(":")
        if not service.strip("*") and (not colon or verb == "*"):
            return self.everything
        low, high = 0, len(self.names)
        if colon and "*" not in service and "?" not in service:
            low, high = self._ranges.get(service, (0, 0))
            if verb == "*":
                return (1 << high) - (1 << low)
        fits = name_pattern(pattern).fullmatch
        return self.mask_of(i for i in range(low, high) if fits(self._lower[i]))

    def mask_of(self, indices: Iterable[int]) -> int:
        """Return the set that holds the actions at these positions of `names`."""
        bits = bytearray(len(self.names) // 8 + 1)
        for index in indices:
            bits[index >> 3] |= 1 << (index & 7)
        return int.from_bytes(bits, "little")

    def union(self, patterns: Iterable[str]) -> int:
        """Return the set of actions that any of these elements fits."""
        found = 0
        for pattern in patterns:
            found |= self.mask(pattern)
        return found

    def actions(self, mask: int) -> tuple[str, ...]:
        """Return the names in a set, sorted; one action or a large set gives the same tuple again."""
        count = mask.bit_count()
        if count == 1:
            name = self.names[mask.bit_length() - 1]
            return self._singles.setdefault(name, (name,))
        if count < SMALL:
            return tuple(self.names[i] for i in bits_of(mask))
        found = self._tuples.get(mask)
        if found is None:
            if len(self._tuples) >= _CACHED:
                self._tuples.clear()
            found = self._tuples[mask] = tuple(self.names[i] for i in bits_of(mask))
        return found

    def expand(self, pattern: str) -> tuple[str, ...]:
        """Return the known actions that an Action element fits, as AWS writes them, sorted."""
        return self.actions(self.mask(pattern))

    def info(self, action: str) -> ActionInfo | None:
        """Return what is known of an action, None where the catalogue does not know it."""
        index = self._find(action)
        if index is None:
            return None
        name = self.names[index]
        detail = self._details.of(name)
        return ActionInfo(
            name=name,
            level=LETTERS[self._levels[index]],
            marks=Marks.from_digit(self._marks[index]),
            resource_types=detail.resource_types,
            condition_keys=detail.condition_keys,
            dependents=detail.dependents,
        )

    def level(self, action: str) -> AccessLevel:
        """Return the access level of an action, `UNKNOWN` where the catalogue does not know it."""
        index = self._find(action)
        return AccessLevel.UNKNOWN if index is None else LETTERS[self._levels[index]]

    def levels(self, mask: int) -> tuple[AccessLevel, ...]:
        """Return the access levels of a set of actions, mildest first."""
        if mask.bit_count() < SMALL:
            found = {self._levels[index] for index in bits_of(mask)}
            return tuple(level for letter, level in LETTERS.items() if letter in found)
        return tuple(level for level, held in self.level_masks.items() if held & mask)

    @cached_property
    def level_masks(self) -> Mapping[AccessLevel, int]:
        """The set of actions at each access level."""
        return {
            level: self.mask_of(i for i, held in enumerate(self._levels) if held == letter)
            for letter, level in LETTERS.items()
        }

    @cached_property
    def credential_mask(self) -> int:
        """The actions that release credentials."""
        digits = {d for d in set(self._marks) if Marks.from_digit(d).releases_credentials}
        return self.mask_of(i for i, digit in enumerate(self._marks) if digit in digits)

    @cached_property
    def rcp_mask(self) -> int:
        """The actions of services that resource control policies can restrict."""
        return self.union(f"{service}:*" for service in self.rcp_services)

    @cached_property
    def never(self) -> tuple[Never, ...]:
        """What AWS refuses on some resources, whatever the policies say."""
        return tuple(
            Never(self.union(rule["actions"]), tuple(rule["within"]))
            for rule in self._head["never"]
        )

    @cached_property
    def _details(self) -> Details:
        return Details(_packed("details.zip"))

    @cached_property
    def shapes(self) -> Shapes:
        """The ARN shapes that actions accept, with the actions of each."""
        digest = self._head["digests"]["types"]
        return Shapes(_packed("types.gz"), digest, self.mask_of, self.mask)

    def accepts(self, action: str, resource: str) -> bool:
        """Whether an action can act on a resource that this Resource element fits.

        An action without resource types is granted by `*` alone. An action that the catalogue does
        not know accepts everything.
        """
        index = self._find(action)
        if index is None:
            return True
        return bool(self.shapes.fitting(resource).mask >> index & 1)


def _packed(name: str) -> bytes:
    try:
        return (_DATA / name).read_bytes()
    except OSError as error:
        raise CatalogueError(
            f"The packaged file {name} of the action catalogue is missing.", "Install recert again."
        ) from error


@lru_cache(maxsize=1)
def load_catalogue() -> Catalogue:
    """Return the packaged catalogue; names and levels are ready at once, the rest when asked for."""
    return Catalogue(_packed("actions.gz"))
