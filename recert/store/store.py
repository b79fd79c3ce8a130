"""The store: one file that holds the ledger and the tables derived from it.

    with store.read() as session: ...            many at a time, cannot write
    with store.write(actor) as tx: ...           one at a time; commits whole or not at all

What a transaction changes and the entries that it appends are committed together.
"""

import contextlib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlmodel import Session

from recert.clock import Clock
from recert.errors import StoreError
from recert.estate.estate import Estate
from recert.store import readings, schema
from recert.store.engine import SCHEMA_VERSION, Database, open_database, translated
from recert.store.entry_types import EntryType
from recert.store.ledger import Actor, Head
from recert.store.tables import Meta, SnapshotRow
from recert.store.transaction import Transaction, head_of


class Store:
    """An open store; `location` is the file, `clock` stamps every entry."""

    def __init__(self, database: Database, clock: Clock, store_id: str) -> None:
        self.database = database
        self.clock = clock
        self.store_id = store_id

    @classmethod
    def open(
        cls,
        location: str | Path,
        *,
        clock: Clock,
        create: bool = True,
        store_id: str | None = None,
    ) -> "Store":
        """Open a store by path or URL, make it where it is missing, and bring its schema up to date.

        Raises StoreError where the file is missing (without `create`), no store, made by a newer
        recert, damaged, or not to be read or written. `store_id` names a store that is created.
        """
        database = open_database(location, create=create)
        with translated(database.path):
            with database.reader.begin() as connection:
                version = database.state(connection)
            if version == 0 and not create:
                raise StoreError(
                    f"{database.path} is empty.", "Run `recert init`, or name another with --store."
                )
            if version == 0:
                schema.create(database, clock, store_id or str(uuid.uuid4()))
            elif version < SCHEMA_VERSION:
                schema.upgrade(database, clock)
            with database.reader.begin() as connection, Session(connection) as session:
                found = session.get(Meta, "store_id")
        if found is None:
            raise StoreError(
                f"{database.path} has lost its id.", "Bring back a backup with `recert db restore`."
            )
        return cls(database, clock, found.value)

    @property
    def location(self) -> Path:
        """Return the store's file."""
        return self.database.path

    def close(self) -> None:
        """Give back every connection."""
        self.database.close()

    @contextlib.contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session that sees one state of the store and cannot change it."""
        with (
            translated(self.database.path),
            self.database.reader.begin() as connection,
            Session(connection) as session,
        ):
            yield session

    @contextlib.contextmanager
    def write(self, actor: Actor, *, clock: Clock | None = None) -> Iterator[Transaction]:
        """Open a transaction; leaving it commits all of it, an error leaves nothing of it.

        `clock` stamps its entries instead of the store's own.
        """
        with (
            translated(self.database.path),
            self.database.writer.begin() as connection,
            Session(connection, expire_on_commit=False) as session,
        ):
            yield Transaction(session, actor, self.store_id, clock or self.clock)
            session.flush()

    def head(self) -> Head:
        """Return where the ledger stands."""
        with self.read() as session:
            return head_of(session)

    @property
    def kind(self) -> str | None:
        """Return `live` or `replay`, None until the first reading."""
        return self.meta("kind")

    @property
    def synthetic(self) -> bool:
        """Tell whether the store holds made-up data."""
        return self.meta("synthetic") == "true"

    @property
    def source(self) -> str | None:
        """Return `live`, `replay` or `demo`, None until the first reading."""
        return "demo" if self.synthetic else self.kind

    def meta(self, key: str) -> str | None:
        """Return one of the store's own facts."""
        with self.read() as session:
            found = session.get(Meta, key)
        return found.value if found else None

    def save_snapshot(
        self,
        tx: Transaction,
        estate: Estate,
        api_calls: int,
        call_log: Sequence[Mapping[str, Any]] = (),
    ) -> str:
        """Keep a reading with its `reading.recorded` entry and return its id.

        `call_log` holds a row of plain JSON for each operation of each account and region. The same
        reading again changes nothing. Raises RefusedError for a reading of another kind of source,
        or one that is older than the latest.
        """
        readings.require_source(tx.session, estate.source)
        row = readings.row_of(estate, api_calls)
        if tx.session.get(SnapshotRow, row.id) is not None:
            return row.id
        readings.require_later(tx.session, row)
        row.entry = tx.append(
            EntryType.READING_RECORDED, readings.entry_body(estate, row, call_log)
        ).seq
        tx.session.add(row)
        tx.session.flush()
        return row.id

    def latest_snapshot(self) -> tuple[SnapshotRow, Estate] | None:
        """Return the latest reading with its estate, None where there is none yet."""
        with self.read() as session:
            row = readings.latest(session)
            return (row, readings.unpack(row)) if row else None

    def snapshot(self, id: str) -> tuple[SnapshotRow, Estate] | None:  # noqa: A002 - the column's name
        """Return one reading with its estate, None where there is no such."""
        with self.read() as session:
            row = session.get(SnapshotRow, id)
            return (row, readings.unpack(row)) if row else None
