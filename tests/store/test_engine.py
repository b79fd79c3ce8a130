import os
import sqlite3
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from recert.clock import SystemClock
from recert.errors import StoreError
from recert.store.engine import locate, open_database
from recert.store.engine.sqlite import APPLICATION_ID, SCHEMA_VERSION
from recert.store.ledger import Actor
from recert.store.store import Store

OWEN = Actor("owen@example.com", "os")


def refusal(location: str | Path, *, create: bool = True) -> str:
    with pytest.raises(StoreError) as caught:
        Store.open(location, clock=SystemClock(), create=create)
    assert caught.value.exit_code == 5
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_missing_store_is_named_where_none_may_be_made(tmp_path: Path) -> None:
    assert "There is no store" in refusal(tmp_path / "x.db", create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)


def test_a_link_is_no_store(tmp_path: Path) -> None:
    Store.open(tmp_path / "x.db", clock=SystemClock())
    (tmp_path / "link.db").symlink_to(tmp_path / "x.db")
    (tmp_path / "dead.db").symlink_to(tmp_path / "nothing.db")
    assert "is a link" in refusal(tmp_path / "link.db")
    assert "is a link" in refusal(tmp_path / "dead.db")
    assert not (tmp_path / "nothing.db").exists()


def test_a_pipe_is_no_store(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "no ordinary file" in refusal(tmp_path / "pipe")


def test_a_text_file_is_no_store_and_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello, this is no database at all\n")
    assert "is no store" in refusal(tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text() == "hello, this is no database at all\n"


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    refusal(tmp_path / "file" / "x.db")


def test_the_database_of_another_program_is_refused_and_stays_as_it_is(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    before = other.read_bytes()
    assert "another program" in refusal(other)
    assert other.read_bytes() == before


def test_a_store_of_a_newer_recert_is_refused(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "x.db", clock=SystemClock())
    with store.database.writer.begin() as connection:
        store.database.stamp(connection, SCHEMA_VERSION + 1)
    assert "newer recert" in refusal(tmp_path / "x.db")


@pytest.mark.parametrize("keep", [20, 100, 3000])
def test_a_truncated_store_is_a_sentence(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "x.db"
    Store.open(path, clock=SystemClock()).close()
    path.write_bytes(path.read_bytes()[:keep])
    refusal(path)


def test_a_store_whose_pages_are_garbage_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    Store.open(path, clock=SystemClock()).close()
    data = path.read_bytes()
    path.write_bytes(data[:100] + b"\xff" * (len(data) - 100))
    refusal(path)


def test_an_empty_file_becomes_a_store_only_where_one_may_be_made(tmp_path: Path) -> None:
    (tmp_path / "x.db").touch()
    assert "is empty" in refusal(tmp_path / "x.db", create=False)
    Store.open(tmp_path / "x.db", clock=SystemClock())


@pytest.mark.parametrize(
    ("location", "sentence"),
    [
        ("postgresql://host/db", "not supported yet"),
        ("postgresql+psycopg://host/db", "not supported yet"),
        ("mysql://host/db", "no kind of store"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("", "no name"),
        ("a\x00b", "no name"),
    ],
)
def test_a_location_that_names_no_file_is_a_sentence(location: str, sentence: str) -> None:
    assert sentence in refusal(location)


def test_a_home_folder_is_understood(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert locate("~/x.db") == tmp_path / "x.db"
    assert locate("sqlite:///~/x.db") == tmp_path / "x.db"


def test_a_path_with_signs_that_mean_something_in_a_url_is_a_plain_path(tmp_path: Path) -> None:
    path = tmp_path / "a b?mode=memory#x%20" / "s&tore.db"
    Store.open(path, clock=SystemClock())
    assert path.is_file()
    assert sorted(item.name for item in tmp_path.iterdir()) == ["a b?mode=memory#x%20"]


def test_a_folder_that_cannot_be_written_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    if os.access(
        folder, os.W_OK
    ):  # the superuser may write anywhere; a read-only file system refuses it too
        folder = Path("/proc/recert")
    assert "created" in refusal(folder / "x.db")


def test_every_connection_is_opened_by_the_recipe(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "x.db", clock=SystemClock())
    wanted = {
        "journal_mode": "delete",
        "synchronous": 3,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "recursive_triggers": 1,
        "application_id": APPLICATION_ID,
        "user_version": SCHEMA_VERSION,
    }
    for engine in (store.database.reader, store.database.writer):
        with engine.begin() as connection:
            found = {
                name: connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in wanted
            }
        assert found == wanted


def test_a_writer_waits_for_another_and_a_reader_for_none(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "x.db", clock=SystemClock())
    order: list[str] = []

    def later() -> None:
        with store.write(OWEN) as tx:
            order.append("second")
            tx.append("setting.changed", {})

    with store.write(OWEN) as tx:
        tx.append("setting.changed", {})
        thread = threading.Thread(target=later)
        thread.start()
        with store.read() as session:
            assert (
                session.connection().execute(text("SELECT count(*) FROM ledger")).scalar_one() == 1
            )
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    assert store.head().size == 3


def test_a_copy_is_for_the_user_alone_and_never_overwrites(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "x.db", clock=SystemClock())
    store.database.copy_to(tmp_path / "copy.db")
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    with pytest.raises(StoreError, match="exists already"):
        store.database.copy_to(tmp_path / "copy.db")
    with pytest.raises(StoreError, match="cannot be created"):
        store.database.copy_to(tmp_path / "nowhere" / "copy.db")


def test_a_busy_store_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("recert.store.engine.sqlite._BUSY_SECONDS", 0)
    store = Store.open(tmp_path / "x.db", clock=SystemClock())
    with store.write(OWEN), pytest.raises(StoreError, match="is busy"), store.write(OWEN):
        pass


def test_nothing_but_the_engine_speaks_sqlite(checkout: Path) -> None:
    offences = [
        f"{path}: {word}"
        for path in (checkout / "recert" / "store").rglob("*.py")
        if "engine" not in path.parts
        for word in ("PRAGMA", "sqlite3", "sqlite_master", "rowid")
        if word in path.read_text()
    ]
    assert offences == []


def test_opening_checks_the_file_before_anything_else(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        open_database(tmp_path / "x.db", create=False)


def state(path: Path) -> Any:
    return path.stat().st_mtime_ns, path.read_bytes()


def test_reading_changes_no_byte_of_the_file(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "x.db", clock=SystemClock())
    before = state(tmp_path / "x.db")
    store.head()
    Store.open(tmp_path / "x.db", clock=SystemClock()).head()
    assert state(tmp_path / "x.db") == before
