import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, create_engine, text
from sqlmodel import select

from recert.clock import SystemClock
from recert.errors import StoreError
from recert.evidence.pack import stored_ledger
from recert.store import schema
from recert.store.compare import differences
from recert.store.engine import SCHEMA_VERSION, guards
from recert.store.engine.sqlite import APPLICATION_ID
from recert.store.entries import LATER_COLUMNS
from recert.store.migrations import run
from recert.store.projection import Projection
from recert.store.store import Store
from recert.store.tables import LedgerRow, metadata

BROKEN = f'''
"""Fails half way."""
import sqlalchemy as sa
from alembic import op
revision = "{SCHEMA_VERSION + 1:04d}"
down_revision = "{SCHEMA_VERSION:04d}"
branch_labels = None
depends_on = None

def upgrade():
    op.create_table("half", sa.Column("x", sa.Text()))
    op.execute("INSERT INTO half VALUES ('x')")
    op.execute("INSERT INTO nowhere VALUES ('x')")
'''  # noqa: S608 - a migration's text, of our own version number
GOOD = BROKEN.replace("op.execute(\"INSERT INTO nowhere VALUES ('x')\")", "pass")


def shape(connection: Connection) -> dict[str, Any]:
    """Return every object of a schema; of a table its parts in any order, as constraints have none."""
    rows = connection.execute(text("SELECT type, name, sql FROM sqlite_master"))
    return {f"{kind} {name}": parts(sql) if sql else None for kind, name, sql in rows}


def parts(statement: str) -> list[str]:
    """Split a statement at the commas of its outermost parentheses; a column added later has no line."""
    depth, found = 0, [""]
    for char in " ".join(statement.replace('"', "").split()):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth == 1 and char in "(,":
            found.append("")
        elif depth or char != ")":
            found[-1] += char
    return sorted(part.strip() for part in found)


def columns(connection: Connection) -> dict[str, list[Any]]:
    return {
        table: [tuple(row) for row in connection.execute(text(f"PRAGMA table_xinfo({table})"))]
        for table in metadata.tables
    }


def test_a_store_made_at_once_equals_one_made_by_every_migration() -> None:
    at_once, by_steps = create_engine("sqlite://"), create_engine("sqlite://")
    with at_once.begin() as first, by_steps.begin() as second:
        schema.create_tables(first)
        run.upgrade(second, schema.revision())
        assert shape(first) == shape(second)
        assert columns(first) == columns(second)
        wanted = first.execute(text("SELECT version_num FROM alembic_version")).all()
        assert second.execute(text("SELECT version_num FROM alembic_version")).all() == wanted


def test_the_tables_equal_what_the_migrations_make() -> None:
    with create_engine("sqlite://").begin() as connection:
        run.upgrade(connection, schema.revision())
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_schema_version_is_the_last_migration() -> None:
    assert ScriptDirectory(str(run.HERE)).get_heads() == [schema.revision(SCHEMA_VERSION)]


def test_every_constraint_has_a_name() -> None:
    unnamed = [
        (table.name, constraint)
        for table in metadata.tables.values()
        for constraint in table.constraints
        if not constraint.name
    ]
    assert unnamed == []


def test_a_new_store_is_made_without_alembic(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from recert.clock import SystemClock\n"
        "from recert.store.store import Store\n"
        f"Store.open({str(tmp_path / 'x.db')!r}, clock=SystemClock()).head()\n"
        "print('alembic' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.fixture
def older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, worlds: Any) -> tuple[Path, Path]:
    """Return a filled store that is one step behind, and the folder of migrations to fill."""
    world = worlds.World(tmp_path / "x.db").whole(2)
    world.store.close()
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    for step in (run.HERE / "versions").glob("*.py"):
        (folder / "versions" / step.name).write_text(step.read_text())
    behind = SCHEMA_VERSION + 1
    upgrade = run.upgrade
    monkeypatch.setattr(
        run, "upgrade", lambda connection, target: upgrade(connection, target, folder=folder)
    )
    for module in ("recert.store.schema", "recert.store.store", "recert.store.engine.sqlite"):
        monkeypatch.setattr(f"{module}.SCHEMA_VERSION", behind)
    monkeypatch.setattr(schema.Database.stamp, "__defaults__", (behind,))
    monkeypatch.setattr(schema.revision, "__defaults__", (behind,))
    return tmp_path / "x.db", folder / "versions" / f"{behind:04d}_next.py"


def test_an_older_store_is_upgraded_with_a_copy_and_an_entry(older: tuple[Path, Path]) -> None:
    path, step = older
    step.write_text(GOOD)
    store = Store.open(path, clock=SystemClock())
    with store.read() as session:
        last = session.exec(select(LedgerRow.entry).order_by(LedgerRow.seq.desc())).first()
        assert session.connection().execute(text("SELECT x FROM half")).all() == [("x",)]
    assert last is not None
    assert '"type":"migration"' in last
    kept = f"x.db.before-schema-{SCHEMA_VERSION + 1}.1"
    told = f'"backup":"{kept}","from":{SCHEMA_VERSION},"to":{SCHEMA_VERSION + 1}'
    assert re.search(re.escape(told), last)
    assert (path.with_name(kept)).stat().st_mode & 0o777 == 0o600
    with store.database.reader.begin() as connection:
        assert store.database.missing_guards(connection) == []
    before = store.head()
    assert Store.open(path, clock=SystemClock()).head() == before


def test_a_migration_that_fails_leaves_the_store_as_it_was(older: tuple[Path, Path]) -> None:
    path, step = older
    step.write_text(BROKEN)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="could not be upgraded"):
        Store.open(path, clock=SystemClock())
    assert path.read_bytes() == before


def test_items_of_an_older_store_get_what_a_list_shows_signed_ones_too() -> None:
    body = '{"grant":{"action":"s3:Get*","policy":{"name":"Reader"},"resources":["a","b"]}}'
    with create_engine("sqlite://").begin() as connection:
        run.upgrade(connection, "0001")
        connection.execute(text("PRAGMA foreign_keys=OFF"))
        old = Table("item", MetaData(), autoload_with=connection)
        given = {column.name: "" for column in old.columns if not column.nullable}
        known = {"id": "i", "kind": "permission", "state": "signed_off", "body": body}
        connection.execute(
            old.insert().values(**given | known | {"rank": 0, "version": 0, "privileged": False})
        )
        for guard in ("item_signed", "item_ended"):
            connection.exec_driver_sql(guards.STATEMENTS[guard])
        run.upgrade(connection, "0002")
        shown = connection.execute(text("SELECT action, resource, policy, used FROM item")).all()
    assert shown == [("s3:Get*", "a +1", "Reader", "unknown")]


def test_a_store_of_the_first_schema_is_brought_up_to_date_with_all_that_it_holds(
    tmp_path: Path, worlds: Any
) -> None:
    world = worlds.World(tmp_path / "new.db").whole(3)
    path = tmp_path / "old.db"
    path.touch(mode=0o600)
    with create_engine(f"sqlite:///{path}").begin() as connection:
        run.upgrade(connection, "0001")
        connection.exec_driver_sql(f"ATTACH '{world.path}' AS made")
        for table in (
            "ledger",
            "meta",
            "person",
            "snapshot",
            "campaign",
            "event",
            "item",
            "signoff",
            "decision",
        ):
            named = ", ".join(
                f'"{row[1]}"' for row in connection.exec_driver_sql(f"PRAGMA table_xinfo({table})")
            )
            connection.exec_driver_sql(
                f"INSERT INTO main.{table} ({named}) SELECT {named} FROM made.{table}"  # noqa: S608 - our own names
            )
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql("PRAGMA user_version = 1")
    before = world.store.head()
    store = Store.open(path, clock=SystemClock())
    assert store.head().size == before.size + 1
    with store.read() as session:
        ledger = stored_ledger(session)
        assert ledger.projection.problems == []
        assert list(differences(session, ledger.projection, ledger.head)) == []
    with store.database.reader.begin() as connection:
        assert store.database.integrity(connection) == []
        assert store.database.missing_guards(connection) == []


def test_entries_of_the_first_schema_are_understood(tmp_path: Path, worlds: Any) -> None:
    world = worlds.World(tmp_path / "new.db").whole(2)
    with world.store.read() as session:
        told = [json.loads(text) for text in session.exec(select(LedgerRow.entry))]
    for entry in told:
        if entry["type"] == "decision.recorded":
            for column in LATER_COLUMNS["decision"]:
                del entry["body"][column]
    found = Projection()
    for entry in told:
        found.apply(entry)
    assert found.problems == []
    assert {one.body["stage"] for one in found.decisions.values()} == {1}
