"""Runs migrations inside a transaction that the caller began, so that they happen wholly or not at all."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext, RevisionStep
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from recert.errors import StoreError

HERE = Path(__file__).resolve().parent


def upgrade(connection: Connection, target: str, *, folder: Path = HERE) -> None:
    """Run the migrations up to a revision; raises StoreError, after which the caller rolls back."""
    script = ScriptDirectory(str(folder))

    def steps(current: Any, _context: Any) -> Iterable[RevisionStep]:
        found: Iterable[RevisionStep] = script._upgrade_revs(target, current)  # noqa: SLF001 - Alembic's own commands pass it so
        return found

    context = MigrationContext.configure(connection, opts={"fn": steps})
    try:
        with Operations.context(context):
            context.run_migrations()
    except (CommandError, DBAPIError) as error:
        raise StoreError(
            f"The store could not be upgraded to schema {target}: {error}.", "It is as it was."
        ) from error
