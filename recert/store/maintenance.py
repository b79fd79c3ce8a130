"""Copies of a store: made while it is in use, and brought back with an entry that says so."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session, col, select

from recert.clock import Clock
from recert.errors import StoreError
from recert.store import schema
from recert.store.engine import opened, translated
from recert.store.entry_types import EntryType
from recert.store.ledger import Actor, Head, verify_chain
from recert.store.store import Store
from recert.store.tables import LedgerRow, Meta


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did: where the ledger stands now, where the replaced one stood, and its copy."""

    head: Head
    backup_head: Head
    replaced_head: Head | None
    kept: Path | None


def backup(store: Store, target: Path) -> Head:
    """Copy a store into a new file while others may use it; returns the head of the copy.

    The copy is read back and its ledger verified. Raises StoreError, after which there is no copy.
    """
    store.database.copy_to(target)
    try:
        return inspect(target)[1]
    except StoreError:
        target.unlink(missing_ok=True)
        raise


def inspect(path: Path) -> tuple[str, Head]:
    """Return the id and the head of a store after a full check of file and chain; raises StoreError."""
    if not path.is_file() or not path.stat().st_size:
        what = "is empty or no file" if path.exists() else "does not exist"
        raise StoreError(f"{path} {what}.", "Name a backup of a store.")
    with opened(path) as database, translated(path), database.reader.begin() as connection:
        if database.state(connection) == 0:
            raise StoreError(f"{path} is empty.", "Name a backup of a store.")
        problems = database.integrity(connection)
        if problems:
            raise StoreError(f"{path} is damaged: {problems[0]}.", "Name another backup.")
        with Session(connection) as session:
            found = session.get(Meta, "store_id")
            head = verify_chain(session.exec(select(LedgerRow.entry).order_by(col(LedgerRow.seq))))
    if found is None:
        raise StoreError(f"{path} has lost its id.", "Name another backup.")
    return found.value, head


def upgrade(location: str | Path, clock: Clock) -> Path | None:
    """Bring a store's schema up to date; returns the copy made before, None where nothing was to do."""
    with opened(location) as database, translated(database.path):
        return schema.upgrade(database, clock)


def restore(source: Path, location: Path, *, clock: Clock, actor: Actor) -> Restored:
    """Put a backup in the place of a store and append a `restore` entry to it.

    The store that was there is kept beside it. Raises StoreError where the backup does not verify
    or is of another store; then nothing has changed.
    """
    store_id, backup_head = inspect(source)
    before = _head_of(location, store_id)
    fresh = location.with_name(f".{location.name}.{secrets.token_hex(6)}.restoring")
    with opened(source) as database:
        database.copy_to(fresh)
    try:
        head = _tell(fresh, backup_head, before, clock, actor)
        kept = _replace(fresh, location, sound=before is not None)
    finally:
        fresh.unlink(missing_ok=True)
    return Restored(head, backup_head, before, kept)


def _head_of(location: Path, store_id: str) -> Head | None:
    """Return the head of the store that is to be replaced, None where it is missing or damaged."""
    try:
        found, head = inspect(location)
    except StoreError:
        return None
    if found != store_id:
        raise StoreError(
            f"The backup is of the store {store_id}, {location} is {found}.",
            "Restore it beside, with --store.",
        )
    return head


def _tell(path: Path, backup_head: Head, before: Head | None, clock: Clock, actor: Actor) -> Head:
    store = Store.open(path, clock=clock, create=False)
    try:
        with store.write(actor) as tx:
            body = {"backup": str(backup_head), "replaced": str(before) if before else None}
            tx.append(EntryType.RESTORE, body)
        return store.head()
    finally:
        store.close()


def _replace(fresh: Path, location: Path, *, sound: bool) -> Path | None:
    if not os.path.lexists(location):
        os.link(fresh, location)
        return None
    kept = schema.free_name(location, "before-restore")
    if not sound:
        location.rename(kept)
        os.link(fresh, location)
        return kept
    with opened(location) as database:
        database.replace_content(fresh, kept)
    return kept
