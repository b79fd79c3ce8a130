"""The one place that knows which database stands behind a store: SQLite.

A PostgreSQL URL is understood and answered with a sentence; the rest of the house speaks SQLAlchemy
and would not notice.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from recert.errors import StoreError
from recert.store.engine.sqlite import SCHEMA_VERSION, SqliteDatabase, translated

Database = SqliteDatabase

__all__ = ["SCHEMA_VERSION", "Database", "locate", "open_database", "opened", "translated"]


def open_database(location: str | Path, *, create: bool) -> Database:
    """Open the database at a path or URL; raises StoreError with what is wrong with it.

    With `create`, a missing file is made (for the user alone); without, it is an error.
    """
    return SqliteDatabase.open(locate(location), create=create)


@contextlib.contextmanager
def opened(location: str | Path) -> Iterator[Database]:
    """Open a database that exists for as long as it is looked at; raises StoreError."""
    database = open_database(location, create=False)
    try:
        yield database
    finally:
        database.close()


def locate(location: str | Path) -> Path:
    """Return the file that a location names; raises StoreError where it names none."""
    text = str(location)
    if not text.strip() or "\x00" in text:
        raise StoreError("The store has no name.", "Give a path or sqlite:///PATH.")
    scheme, mark, rest = text.partition("://")
    if not mark:
        return Path(text).expanduser()
    if scheme.partition("+")[0] in ("postgresql", "postgres"):
        raise StoreError(
            "A store in PostgreSQL is not supported yet.", "Give a path or sqlite:///PATH."
        )
    if scheme != "sqlite":
        raise StoreError(f"{scheme} is no kind of store.", "Give a path or sqlite:///PATH.")
    if not rest.startswith("/") or rest in ("/", "/:memory:"):
        raise StoreError(f"{text} names no file.", "Write sqlite:///PATH.")
    return Path(rest[1:]).expanduser()
