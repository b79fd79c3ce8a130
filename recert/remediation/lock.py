"""One run at a time: whoever changes IAM for a store holds its lock, and loses it with the process."""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from recert.errors import RefusedError

_WAIT_SECONDS = 30.0


@contextlib.contextmanager
def alone(store: Path, *, wait: float = _WAIT_SECONDS, work: str = "remediate") -> Iterator[None]:
    """Hold the lock of a store for one kind of work; raises RefusedError where another run keeps it.

    It is the lock of a database file of its own beside the store, so that the system gives it back
    however the run ends.
    """
    path = store.with_name(f"{store.name}.{work}")
    connection = sqlite3.connect(path, timeout=wait, isolation_level=None)
    try:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise RefusedError(
                f"Another run is doing this for {store}.",
                "Wait until it has ended, then run this again.",
                rule="busy",
            ) from error
        path.chmod(0o600)
        yield
    finally:
        connection.close()
