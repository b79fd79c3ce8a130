"""Do the tables say what the ledger says? Every difference is named by its row."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlmodel import Session, SQLModel, select

from recert.errors import StoreError
from recert.estate.canonical import canonical, digest
from recert.store.entries import columns, item_record
from recert.store.glance import COLUMNS, glance
from recert.store.handed import HANDED
from recert.store.ledger import Head
from recert.store.projection import Projection
from recert.store.readings import content_sha256
from recert.store.settings import PREFIX
from recert.store.tables import (
    AgentSetting,
    CampaignRow,
    DecisionRow,
    EventRow,
    ItemRow,
    KeyRow,
    Meta,
    PersonRow,
    RescissionRow,
    SignoffRow,
    SnapshotRow,
)

_READING = ("taken_at", "digest", "agents", "roles", "api_calls", "entry")
_ITEM = (
    "campaign", "kind", "agent", "reviewer", "state", "excluded_by", "basis_digest", "current", "signoff",
    "stage",
)  # fmt: skip
_PAGE = 500
_SHORT = 60


def differences(
    session: Session, projection: Projection, head: Head | None = None
) -> Iterator[str]:
    """Yield a sentence for each row that is not what the ledger leads to; nothing where all are."""
    yield from _meta(session, projection, head)
    yield from _readings(session, projection)
    yield from _plain(session, EventRow, projection.events)
    yield from _plain(session, PersonRow, projection.persons)
    yield from _plain(session, AgentSetting, projection.agents, key="agent")
    yield from _plain(session, CampaignRow, projection.campaigns)
    yield from _items(session, projection)
    wanted = {
        name: {**found.body, "state": found.state, "entry": found.entry}
        for name, found in projection.decisions.items()
    }
    yield from _plain(session, DecisionRow, wanted)
    yield from _plain(session, SignoffRow, projection.signoffs)
    yield from _plain(session, RescissionRow, projection.rescissions)
    yield from _plain(session, KeyRow, projection.keys)


def _meta(session: Session, projection: Projection, head: Head | None) -> Iterator[str]:
    found = {row.key: row.value for row in session.exec(select(Meta))}
    wanted = {"store_id": projection.store_id}
    if projection.kind is not None:
        wanted["kind"] = projection.kind
        wanted["synthetic"] = "true" if projection.synthetic else "false"
    for name, setting in projection.settings.items():
        wanted[PREFIX + name] = canonical(setting["value"]).decode()
    if projection.handed is not None:
        wanted[HANDED] = projection.handed.text()
    elif HANDED in found:
        yield f"meta {HANDED}: stands in the table, and no entry tells of it"
    for key, value in wanted.items():
        if found.get(key) != value:
            yield f"meta {key}: the table says {found.get(key)!r}, the ledger {value!r}"
    for key in found:
        if key.startswith(PREFIX) and key not in wanted:
            yield f"meta {key}: stands in the table, and no entry tells of it"
    if head is not None and not found.get("merkle", "").startswith(f"{head.size}:"):
        yield "meta merkle: the table stands elsewhere than the ledger"


def _rows(session: Session, table: type[SQLModel]) -> Iterator[Any]:
    statement = select(table).execution_options(yield_per=_PAGE)
    for row in session.exec(statement):
        yield row
        session.expunge(row)


def _plain(
    session: Session,
    table: type[SQLModel],
    wanted: Mapping[str, Mapping[str, Any]],
    *,
    key: str = "id",
) -> Iterator[str]:
    name = str(table.__tablename__)
    seen = set()
    for row in _rows(session, table):
        identity = getattr(row, key)
        seen.add(identity)
        if identity not in wanted:
            yield f"{name} {identity}: stands in the table, and no entry tells of it"
            continue
        yield from _compare(name, identity, _columns(row), wanted[identity])
    for identity in wanted.keys() - seen:
        yield f"{name} {identity}: the ledger tells of it, and it is not in the table"


def _columns(row: Any) -> dict[str, Any]:
    try:
        return columns(row)
    except ValueError as error:
        return {"unreadable": str(error)}


def _compare(
    name: str, identity: str, found: Mapping[str, Any], wanted: Mapping[str, Any]
) -> Iterator[str]:
    for column, value in found.items():
        if column not in wanted or wanted[column] != value:
            told = _short(wanted.get(column))
            yield f"{name} {identity}: {column} is {_short(value)}, by the ledger {told}"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"


def _items(session: Session, projection: Projection) -> Iterator[str]:
    seen = set()
    for row in _rows(session, ItemRow):
        seen.add(row.id)
        item = projection.items.get(row.id)
        if item is None:
            yield f"item {row.id}: stands in the table, and no entry tells of it"
            continue
        found = {name: getattr(row, name) for name in _ITEM}
        yield from _compare("item", row.id, found, {name: getattr(item, name) for name in _ITEM})
        try:
            record = digest(item_record(row))
        except ValueError:
            record = ""
        if record != item.record:
            yield f"item {row.id}: what it is about differs from what was assigned"
        elif {name: getattr(row, name) for name in COLUMNS} != glance(
            row.kind, json.loads(row.body)
        ):
            yield f"item {row.id}: what a list shows of it is not what it is about"
    for identity in projection.items.keys() - seen:
        yield f"item {identity}: the ledger tells of it, and it is not in the table"


def _readings(session: Session, projection: Projection) -> Iterator[str]:
    seen = set()
    for row in _rows(session, SnapshotRow):
        seen.add(row.id)
        wanted = projection.readings.get(row.id)
        if wanted is None:
            yield f"snapshot {row.id}: stands in the table, and no entry tells of it"
            continue
        found = {name: getattr(row, name) for name in _READING}
        yield from _compare("snapshot", row.id, found, wanted)
        if row.source != canonical(wanted["source"]).decode() or row.gaps != len(wanted["gaps"]):
            yield f"snapshot {row.id}: its source or its gaps are not those of the ledger"
        try:
            # The text and not what it means today: a newer recert may read more out of it.
            content = content_sha256(row)
        except StoreError as error:
            yield f"snapshot {row.id}: {error.what}"
            continue
        if content != wanted["content_sha256"]:
            yield f"snapshot {row.id}: its content is not what was read"
    for identity in projection.readings.keys() - seen:
        yield f"snapshot {identity}: the ledger tells of it, and it is not in the table"
