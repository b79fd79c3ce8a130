"""A store in one SQLite file: how it is created, opened, guarded, checked and copied.

The rollback journal is deleted and the folder synced with each commit (`synchronous=EXTRA`), which
loses no acknowledged commit in a power cut and needs no sidecar file. Writers begin with IMMEDIATE,
so that they queue instead of failing half way; readers have an engine of their own that cannot
write.
"""

import contextlib
import os
import sqlite3
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from recert.errors import RefusedError, StoreError
from recert.paths import ensure_private_dir
from recert.store.engine import guards

APPLICATION_ID = 0x52435254
"""`RCRT`, in the file's header: tells a store from any other SQLite file."""
SCHEMA_VERSION = 6
"""Raised with each migration; a file with a greater number was made by a newer recert."""
_MAGIC = b"SQLite format 3\x00"
_BUSY_SECONDS = 60
_REFUSAL = "recert: "
_MANY = 20


@dataclass(frozen=True, slots=True)
class SqliteDatabase:
    """One SQLite file with its two engines."""

    path: Path
    reader: Engine
    writer: Engine

    @classmethod
    def open(cls, path: Path, *, create: bool) -> "SqliteDatabase":
        """Open a file, after its outside was checked; raises StoreError."""
        _prepare(path, create=create)
        return cls(path, _engine(path, write=False), _engine(path, write=True))

    def close(self) -> None:
        """Give back every connection."""
        self.reader.dispose()
        self.writer.dispose()

    def state(self, connection: Connection) -> int:
        """Return the schema's version, 0 for an empty file; raises StoreError for one that is not ours."""
        application = connection.execute(text("PRAGMA application_id")).scalar_one()
        version = int(connection.execute(text("PRAGMA user_version")).scalar_one())
        if application == 0 and version == 0:
            tables = connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar_one()
            if tables == 0:
                return 0
        if application != APPLICATION_ID:
            raise StoreError(
                f"{self.path} is a database of another program.",
                "Name a store of recert, or a new file.",
            )
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"{self.path} was made by a newer recert (schema {version}, this knows {SCHEMA_VERSION}).",
                "Update recert.",
            )
        return version

    def stamp(self, connection: Connection, version: int = SCHEMA_VERSION) -> None:
        """Write the mark and the schema's version into the header, with the running transaction."""
        connection.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))
        connection.execute(text(f"PRAGMA user_version = {int(version)}"))

    def guard(self, connection: Connection) -> None:
        """Create every guard anew and make sure that each stands as written."""
        for name in guards.present(connection):
            connection.execute(text(f'DROP TRIGGER "{name}"'))
        for statement in guards.STATEMENTS.values():
            connection.exec_driver_sql(statement)
        missing = guards.missing(connection)
        if missing:
            raise StoreError(f"The store's guards could not be created: {', '.join(missing)}.")

    def missing_guards(self, connection: Connection) -> list[str]:
        """Return the guards that are gone or altered, and triggers that are none of ours."""
        return guards.missing(connection)

    def strangers(self, connection: Connection, tables: Collection[str]) -> list[str]:
        """Return what the file holds beside plain tables of these names, their indexes and triggers."""
        found = []
        for kind, name, sql in connection.execute(
            text("SELECT type, name, sql FROM sqlite_master")
        ):
            own = name in tables or str(name).startswith("sqlite_")
            plain = kind in ("index", "trigger") or (kind == "table" and own)
            if not plain or str(sql or "").upper().startswith("CREATE VIRTUAL"):
                found.append(f"the {kind} {str(name)!r}")
        return found

    def integrity(self, connection: Connection) -> list[str]:
        """Return what SQLite finds wrong with the file and with its foreign keys."""
        found = [
            str(row[0]) for row in connection.execute(text(f"PRAGMA integrity_check({_MANY})"))
        ]
        problems = [line for line in found if line != "ok"]
        for row in connection.execute(text("PRAGMA foreign_key_check")):
            problems.append(f"a row of {row[0]} names a row of {row[2]} that does not exist")
            if len(problems) > _MANY:
                break
        return problems

    def copy_to(self, target: Path) -> None:
        """Write a compact copy into a new file for the user alone; raises StoreError."""
        if target.exists() or target.is_symlink():
            raise StoreError(f"{target} exists already.", "Name a new file.")
        _new_file(target)
        try:
            with (
                translated(self.path),
                contextlib.closing(_raw(self.path, write=True)) as connection,
            ):
                # VACUUM INTO takes an empty file, and cannot run inside a transaction.
                connection.execute("VACUUM INTO ?", (str(target),))
            _sync(target)
        except BaseException:
            target.unlink(missing_ok=True)
            raise

    def replace_content(self, fresh: Path, kept: Path) -> None:
        """Keep a copy of the content in a new file, and take over that of another database.

        Nobody else can use the file meanwhile, and whoever has it open sees the new content.
        """
        with translated(self.path):
            old = _raw(self.path, write=True)
            new = _raw(fresh, write=False)
            try:
                old.execute("PRAGMA locking_mode=EXCLUSIVE")
                old.execute("BEGIN EXCLUSIVE")
                old.execute("COMMIT")
                _new_file(kept)
                old.execute("VACUUM INTO ?", (str(kept),))
                new.backup(old)
            finally:
                new.close()
                old.close()


def _prepare(path: Path, *, create: bool) -> None:
    """Check a file's outside, and create it where it is missing and may be."""
    try:
        found = path.lstat()
    except FileNotFoundError:
        if not create:
            raise StoreError(
                f"There is no store at {path}.",
                "Run `recert init`, or `recert demo` to look around, or name another with --store.",
            ) from None
        _create(path)
        return
    except (OSError, ValueError) as error:
        raise StoreError(
            f"{path} cannot be looked at: {_reason(error)}.", "Name another."
        ) from error
    _require_plain_file(path, found)
    try:
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read: {_reason(error)}.", "Check its permissions."
        ) from error
    if start and start != _MAGIC:
        raise StoreError(f"{path} is no store of recert.", "Name another file.")
    if not start and not create:
        raise StoreError(f"{path} is empty.", "Run `recert init`, or name another with --store.")


def _require_plain_file(path: Path, found: os.stat_result) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise StoreError(f"{path} is a link.", "Name the file itself.")
    if stat.S_ISDIR(found.st_mode):
        raise StoreError(f"{path} is a folder.", "Name a file in it.")
    if not stat.S_ISREG(found.st_mode):
        raise StoreError(f"{path} is no ordinary file.", "Name another.")


def _create(path: Path) -> None:
    try:
        ensure_private_dir(path.parent)
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        if not path.is_file():
            raise StoreError(f"{path.parent} is no folder.", "Name another place.") from None
        # Another process made it in this instant; its first transaction decides.
    except OSError as error:
        raise StoreError(
            f"No store can be created at {path}: {_reason(error)}.",
            "Name a place that you may write.",
        ) from error


def _new_file(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise StoreError(
            f"{path} cannot be created: {_reason(error)}.", "Name a place that you may write."
        ) from error


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()


def _engine(path: Path, *, write: bool) -> Engine:
    engine = create_engine("sqlite://", creator=lambda: _raw(path, write=write), poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine


def _raw(path: Path, *, write: bool) -> sqlite3.Connection:
    # The file exists (mode=rw never makes one), so that no umask decides who may read it.
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(
        uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    for pragma in (
        "trusted_schema=OFF",
        "cell_size_check=ON",
        "mmap_size=0",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "synchronous=EXTRA",
        "fullfsync=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    if not write:
        connection.execute("PRAGMA query_only=ON")
    return connection


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn what the driver raises into a StoreError or, where a guard refused, a RefusedError."""
    try:
        yield
    except DBAPIError as error:
        raise _explain(path, error.orig or error) from error
    except sqlite3.Error as error:
        raise _explain(path, error) from error


def _explain(path: Path, error: Any) -> StoreError | RefusedError:
    said = str(error)
    if said.startswith(_REFUSAL):
        return RefusedError(said.removeprefix(_REFUSAL), rule="guarded")
    for word, what, remedy in (
        ("locked", f"{path} is busy.", "Try again when the other recert has finished."),
        (
            "readonly",
            f"{path} cannot be written.",
            "Check the permissions of the file and its folder.",
        ),
        (
            "unable to open",
            f"{path} is not there, or cannot be opened.",
            "Put it back, or check the permissions of its folder.",
        ),
        ("full", f"The disk of {path} is full; nothing was changed.", "Make room and try again."),
        (
            "disk I/O",
            f"The disk of {path} does not answer; nothing was changed.",
            "Check the disk.",
        ),
        ("malformed", f"{path} is damaged.", "Bring back a backup with `recert db restore`."),
        ("not a database", f"{path} is no store of recert, or is damaged.", "Name another file."),
        (
            "no such table",
            f"{path} is damaged: {said}.",
            "Bring back a backup with `recert db restore`.",
        ),
        ("UNIQUE", f"{path} holds this already: {said}.", ""),
    ):
        if word in said:
            return StoreError(what, remedy)
    return StoreError(f"{path} refused: {said}.", "Run `recert db check`.")
