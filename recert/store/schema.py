"""The schema of a store: made at once for a new one, brought up to date step by step for an old one.

A new store is made from the tables as they are now, without Alembic, whose import costs more than
the making; that this equals running every migration is held by a test.
"""

import os
from pathlib import Path

from sqlalchemy import Column, Connection, MetaData, String, Table, insert
from sqlmodel import Session

from recert.clock import Clock
from recert.errors import StoreError
from recert.store.engine import SCHEMA_VERSION, Database
from recert.store.entry_types import EntryType
from recert.store.ledger import Actor, instant
from recert.store.merkle import Frontier
from recert.store.tables import Meta, metadata
from recert.store.transaction import Transaction

SYSTEM = Actor("recert", "os")
"""Acts where no person does: the creation of a store, a migration."""

_alembic = MetaData()
ALEMBIC_VERSION = Table(
    "alembic_version", _alembic, Column("version_num", String(32), primary_key=True, nullable=False)
)
ALEMBIC_VERSION.primary_key.name = "alembic_version_pkc"


def revision(version: int = SCHEMA_VERSION) -> str:
    """Return the name of a migration by the schema version that it leads to."""
    return f"{version:04d}"


def create(database: Database, clock: Clock, store_id: str) -> None:
    """Make the tables, the guards and the first entry of the ledger in one transaction.

    Where another process was faster, nothing is left to do.
    """
    with database.writer.begin() as connection:
        if database.state(connection) != 0:
            return
        create_tables(connection)
        database.guard(connection)
        database.stamp(connection)
        with Session(connection) as session:
            made = instant(clock.now())
            session.add(Meta(key="store_id", value=store_id))
            session.add(Meta(key="created_at", value=made))
            session.add(Meta(key="merkle", value=Frontier().dump()))
            session.flush()
            tx = Transaction(session, SYSTEM, store_id, clock)
            tx.append(EntryType.STORE_CREATED, {"schema": SCHEMA_VERSION, "created_at": made})


def create_tables(connection: Connection) -> None:
    """Make every table as it is now, and say which migration that equals."""
    _alembic.create_all(connection)
    metadata.create_all(connection)
    connection.execute(insert(ALEMBIC_VERSION).values(version_num=revision()))


def upgrade(database: Database, clock: Clock) -> Path | None:
    """Bring an older store up to date and return the copy that was made before, None if nothing was to do.

    All of it happens in one transaction with its `migration` entry; a migration that fails leaves
    the store as it was. Raises StoreError.
    """
    from recert.store.migrations import run  # noqa: PLC0415 - imports Alembic, which few starts need

    with database.reader.begin() as connection:
        before = database.state(connection)
    if before in (0, SCHEMA_VERSION):
        return None
    copy = free_name(database.path, f"before-schema-{before + 1}")
    database.copy_to(copy)
    with database.writer.begin() as connection:
        if database.state(connection) != before:
            copy.unlink(missing_ok=True)
            return None
        run.upgrade(connection, revision())
        database.guard(connection)
        problems = database.integrity(connection)
        if problems:
            raise StoreError(
                f"{database.path} could not be upgraded: {problems[0]}.",
                f"It is as it was; a copy is {copy}.",
            )
        database.stamp(connection)
        with Session(connection) as session:
            store_id = session.get_one(Meta, "store_id").value
            tx = Transaction(session, SYSTEM, store_id, clock)
            body = {"from": before, "to": SCHEMA_VERSION, "backup": copy.name}
            tx.append(EntryType.MIGRATION, body)
    return copy


def free_name(path: Path, why: str) -> Path:
    """Return a name beside a store that nothing has yet, for a copy of it; raises StoreError."""
    for number in range(1, 1000):
        name = path.with_name(f"{path.name}.{why}.{number}")
        if not os.path.lexists(name):
            return name
    raise StoreError(f"There are too many copies beside {path}.", "Remove some of them.")
