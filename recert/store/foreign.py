"""Opening a store that somebody else hands in: looked at as a copy, believed in nothing.

Only its ledger is taken out, entry by entry; what the tables say has to be what that leads to.
"""

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text
from sqlmodel import Session

from recert.errors import LedgerError, RefusedError, StoreError
from recert.store.compare import differences
from recert.store.engine import SCHEMA_VERSION, Database, opened, translated
from recert.store.ledger import ChainVerifier, Head
from recert.store.projection import Projection
from recert.store.tables import metadata

LARGEST = 256 * 2**20
"""Bytes of a file that is looked at."""
MOST_ENTRIES = 200_000
_SHOWN = 300


def refused(check: str, what: str, remedy: str = "") -> RefusedError:
    """Return the refusal of a file by the check that it fails."""
    return RefusedError(f"{what} (check: {check})", remedy, rule=check)


@dataclass(frozen=True, slots=True)
class ForeignLedger:
    """A ledger that holds together: its entries, where it stood after each, and what it leads to."""

    ledger: str
    entries: tuple[dict[str, Any], ...]
    hashes: tuple[str, ...]
    projection: Projection
    head: Head


@contextlib.contextmanager
def copied(path: Path) -> Iterator[Path]:
    """Copy a file into a private folder for as long as it is looked at; raises RefusedError, UsageError."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_NOFOLLOW", 0))
    except OSError as error:
        raise refused(
            "file", f"{path} cannot be opened: {(error.strerror or '').lower()}."
        ) from error
    with os.fdopen(handle, "rb") as source, tempfile.TemporaryDirectory(prefix="recert-") as folder:
        found = os.fstat(source.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise refused("file", f"{path} is no ordinary file.")
        if found.st_size > LARGEST:
            raise refused(
                "oversized", f"{path} has {found.st_size:,} bytes; {LARGEST:,} are the most."
            )
        copy = Path(folder) / "returned.db"
        with copy.open("xb") as target:
            shutil.copyfileobj(source, target)
        copy.chmod(0o600)
        yield copy


def read_foreign(path: Path) -> ForeignLedger:
    """Return the ledger of a store that holds together in every part; raises RefusedError by its check."""
    try:
        found = _whole(path)
    except StoreError as error:
        # The path is that of our copy, which means nothing to whoever handed the file in.
        raise refused("file", error.what.replace(str(path), "The file"), error.remedy) from error
    if found.projection.problems:
        raise refused(
            "rules", f"Its ledger breaks a rule: {found.projection.problems[0][1][:_SHOWN]}."
        )
    return found


def _whole(path: Path) -> ForeignLedger:
    with opened(path) as database, translated(path), database.reader.begin() as connection:
        _require_shape(database, connection)
        problems = database.integrity(connection)
        if problems:
            raise refused("file", f"The file is damaged: {problems[0][:_SHOWN]}.")
        missing = database.missing_guards(connection)
        if missing:
            raise refused("guards", f"The guard {missing[0][:_SHOWN]} is missing or altered.")
        found = _ledger(connection)
        with Session(connection) as session:
            wrong = next(differences(session, found.projection, found.head), None)
        if wrong is not None:
            raise refused(
                "tables", f"A table says something else than the ledger: {wrong[:_SHOWN]}."
            )
        return found


def _require_shape(database: Database, connection: Connection) -> None:
    version = database.state(connection)
    if version != SCHEMA_VERSION:
        raise refused(
            "schema",
            f"The file has the schema {version}, this recert {SCHEMA_VERSION}.",
            "Let both sides use the same version of recert; opening the file brings it up to date.",
        )
    for strange in database.strangers(connection, {*metadata.tables, "alembic_version"}):
        raise refused("schema", f"The file holds {strange[:_SHOWN]}, which is none of recert's.")


def _ledger(connection: Connection) -> ForeignLedger:
    verifier, projection = ChainVerifier(), Projection()
    entries: list[dict[str, Any]] = []
    hashes: list[str] = []
    rows = connection.execute(text("SELECT hash, entry FROM ledger ORDER BY seq"))
    try:
        for kept, said in rows:
            if len(entries) >= MOST_ENTRIES:
                raise refused("oversized", f"The file has more than {MOST_ENTRIES:,} entries.")
            if not isinstance(said, str):
                raise refused("ledger", f"Entry {len(entries) + 1} is no text.")
            entry = verifier.feed(said)
            if verifier.head_hash != kept:
                raise refused("ledger", f"Entry {entry['seq']} is not the one of its hash.")
            projection.apply(entry)
            entries.append(entry)
            hashes.append(verifier.head_hash)
    except LedgerError as error:
        raise refused("ledger", error.what[:_SHOWN]) from error
    except UnicodeEncodeError as error:
        raise refused("ledger", f"Entry {len(entries) + 1} is no ASCII text.") from error
    if verifier.ledger is None:
        raise refused("ledger", "The file holds no ledger.")
    return ForeignLedger(verifier.ledger, tuple(entries), tuple(hashes), projection, verifier.head)
