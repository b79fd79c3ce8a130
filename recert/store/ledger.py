"""The ledger: one canonical JSON text per entry, gapless, each naming the hash of the one before.

The hash of an entry is the SHA-256 of its exact bytes, so that `sha256sum` of a line of the
exported ledger is the next line's `prev`. A chain shows an edit to whoever knows the head; it does
not stop somebody who may rewrite all of it. That is what signatures and anchors are for.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import recert
from recert.clock import from_rfc3339, require_zone
from recert.errors import LedgerError
from recert.estate.canonical import canonical
from recert.store.entry_types import EntryType
from recert.store.merkle import Frontier

ENTRY_VERSION = 1
GENESIS_PREV = "0" * 64
_KEYS = {"v", "ledger", "seq", "prev", "at", "type", "actor", "tool", "campaign", "body"}
_ACTOR = {"id", "auth", "sts_arn", "account", "key", "host_claim"}
_LARGEST = 2**53
_STRENGTHS = ("ssh", "sts", "os")
_TYPES = frozenset(EntryType)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and how strongly that is known: `ssh` proved, `sts` verified, `os` claimed."""

    id: str
    strength: str
    sts_arn: str | None = None
    account: str | None = None
    key: str | None = None
    host: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the actor as an entry holds it."""
        return {
            "id": self.id,
            "auth": self.strength,
            "sts_arn": self.sts_arn,
            "account": self.account,
            "key": self.key,
            "host_claim": self.host,
        }


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored entry: its place, its hash and its exact text."""

    seq: int
    hash: str
    text: str

    def parsed(self) -> dict[str, Any]:
        """Return the entry's content."""
        found: dict[str, Any] = json.loads(self.text)
        return found


@dataclass(frozen=True, slots=True)
class Head:
    """Where the ledger stands: `size` entries, the hash of the last, the Merkle root of all."""

    size: int
    hash: str
    root: str

    def __str__(self) -> str:
        """Return `SIZE:HASH`, as `verify --head` takes it."""
        return f"{self.size}:{self.hash}"


def instant(at: datetime) -> str:
    """Write an instant as entries do: UTC with six digits of a second."""
    return require_zone(at).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def make_entry(
    *,
    ledger: str,
    seq: int,
    prev: str,
    at: datetime,
    type: str,  # noqa: A002 - the name in the ledger
    actor: Actor,
    campaign: str | None,
    body: Mapping[str, Any],
) -> Entry:
    """Make the entry that follows `prev`; raises ValueError for an unknown type or what JSON cannot hold."""
    if type not in _TYPES:
        raise ValueError(f"{type!r} is no type of ledger entry")
    if actor.strength not in _STRENGTHS:
        raise ValueError(f"{actor.strength!r} is no strength of an identity")
    text = canonical(
        {
            "v": ENTRY_VERSION,
            "ledger": ledger,
            "seq": seq,
            "prev": prev,
            "at": instant(at),
            "type": str(type),
            "actor": actor.as_json(),
            "tool": {"version": recert.__version__},
            "campaign": campaign,
            "body": dict(body),
        }
    )
    return Entry(seq, hashlib.sha256(text).hexdigest(), text.decode("ascii"))


def _no_float(text: str) -> Any:
    raise ValueError(f"{text} is no integer")


def _integer(text: str) -> int:
    if len(text) > len(str(-_LARGEST)) or abs(int(text)) >= _LARGEST:
        raise ValueError("it holds a number that is too large")
    return int(text)


_DECODER = json.JSONDecoder(parse_float=_no_float, parse_int=_integer, parse_constant=_no_float)
_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
)


def parse_canonical(text: str) -> dict[str, Any]:
    """Parse an object whose text is canonical to the byte; raises ValueError.

    Writing the parsed value again finds what a parser forgives: a key that stands twice, white
    space, another order, another escape.
    """
    try:
        found = _DECODER.decode(text)
        if not isinstance(found, dict) or _ENCODER.encode(found) != text:
            raise ValueError("its bytes are not canonical JSON")
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    return found


class ChainVerifier:
    """Checks entries one by one as they stream past: form, order, links, one ledger.

    `head` is what has been verified so far (`head_hash` and `frontier` its cheap parts); `ledger`
    the id that every entry names.
    """

    def __init__(self) -> None:
        self.ledger: str | None = None
        self.frontier = Frontier()
        self.head_hash = GENESIS_PREV

    @property
    def head(self) -> Head:
        """Return the head of what was fed."""
        return Head(self.frontier.size, self.head_hash, self.frontier.root)

    def feed(self, text: str) -> dict[str, Any]:
        """Check the next entry and return its content; raises LedgerError naming it."""
        seq = self.frontier.size + 1
        try:
            entry = parse_canonical(text)
        except ValueError as error:
            raise LedgerError(
                f"Entry {seq} of the ledger is no entry: {error}.", seq=seq
            ) from error
        self._require_form(entry, seq)
        self._require_link(entry, seq)
        data = text.encode("ascii")
        self.frontier = self.frontier.add(data)
        self.head_hash = hashlib.sha256(data).hexdigest()
        return entry

    def _require_form(self, entry: dict[str, Any], seq: int) -> None:
        problem = _form_problem(entry)
        if problem:
            raise LedgerError(f"Entry {seq} of the ledger {problem}.", seq=seq)

    def _require_link(self, entry: dict[str, Any], seq: int) -> None:
        if entry["seq"] != seq:
            raise LedgerError(
                f"Entry {seq} of the ledger says that it is entry {entry['seq']}: "
                "one is missing, added or moved.",
                seq=seq,
            )
        if entry["prev"] != self.head_hash:
            raise LedgerError(
                f"Entry {seq} of the ledger does not follow entry {seq - 1}: "
                "one of them was changed, or one between them is missing.",
                seq=seq,
            )
        if self.ledger is None:
            if entry["type"] != EntryType.STORE_CREATED:
                raise LedgerError("Entry 1 of the ledger does not open it.", seq=seq)
            self.ledger = entry["ledger"]
        elif entry["ledger"] != self.ledger:
            raise LedgerError(f"Entry {seq} belongs to another ledger.", seq=seq)


def _form_problem(entry: dict[str, Any]) -> str:
    if entry.get("v") != ENTRY_VERSION:
        return f"has the version {entry.get('v')!r}, which this recert does not know"
    if set(entry) != _KEYS:
        return f"has not the keys of an entry: {', '.join(sorted(set(entry) ^ _KEYS))}"
    if entry["type"] not in _TYPES:
        return f"has the type {entry['type']!r}, which this recert does not know"
    campaign, actor = entry["campaign"], entry["actor"]
    proper = (
        (isinstance(entry["body"], dict), "body"),
        (isinstance(entry["ledger"], str), "ledger"),
        (campaign is None or isinstance(campaign, str), "campaign"),
        (_is_actor(actor), "actor"),
        (_is_instant(entry["at"]), "instant"),
    )
    wrong = [name for good, name in proper if not good]
    return f"has no proper {wrong[0]}" if wrong else ""


def _is_actor(actor: Any) -> bool:
    if not isinstance(actor, dict) or set(actor) != _ACTOR or not isinstance(actor["id"], str):
        return False
    return str(actor["auth"]) in _STRENGTHS


def _is_instant(text: Any) -> bool:
    try:
        return bool(instant(from_rfc3339(text)) == text)
    except (TypeError, ValueError):
        return False


def verify_chain(entries: Iterable[str]) -> Head:
    """Check a whole ledger, streaming; returns its head, raises LedgerError naming the first bad entry."""
    verifier = ChainVerifier()
    for text in entries:
        verifier.feed(text)
    return verifier.head
