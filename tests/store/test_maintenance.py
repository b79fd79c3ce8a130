import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from recert.errors import StoreError
from recert.store import maintenance
from recert.store.tables import LedgerRow


def last(world: Any) -> dict[str, Any]:
    with world.store.read() as session:
        texts = session.exec(select(LedgerRow.entry).order_by(LedgerRow.seq)).all()
    found: dict[str, Any] = json.loads(texts[-1])
    return found


def test_a_backup_is_the_store_as_it_was(world: Any, tmp_path: Path) -> None:
    world.open(2)
    head = world.store.head()
    assert maintenance.backup(world.store, tmp_path / "copy.db") == head
    world.decide(0)
    assert maintenance.inspect(tmp_path / "copy.db") == (world.store.store_id, head)


def test_a_backup_never_overwrites(world: Any, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")
    with pytest.raises(StoreError, match="exists already"):
        maintenance.backup(world.store, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "precious"


def test_a_restore_is_an_entry_and_keeps_what_was_there(
    world: Any, worlds: Any, tmp_path: Path
) -> None:
    world.open(2)
    maintenance.backup(world.store, tmp_path / "copy.db")
    world.decide(0)
    replaced = world.store.head()
    done = maintenance.restore(
        tmp_path / "copy.db", world.path, clock=world.clock, actor=worlds.OWEN
    )
    assert done.replaced_head == replaced
    assert done.kept is not None
    assert maintenance.inspect(done.kept)[1] == replaced
    assert world.store.head() == done.head
    told = last(world)
    assert told["type"] == "restore"
    assert told["body"] == {"backup": str(done.backup_head), "replaced": str(replaced)}
    world.decide(0)


def test_a_damaged_store_is_set_aside(world: Any, worlds: Any, tmp_path: Path) -> None:
    maintenance.backup(world.store, tmp_path / "copy.db")
    world.path.write_bytes(b"SQLite format 3\x00" + b"\xff" * 5000)
    done = maintenance.restore(
        tmp_path / "copy.db", world.path, clock=world.clock, actor=worlds.OWEN
    )
    assert done.replaced_head is None
    assert done.kept is not None
    assert done.kept.read_bytes().endswith(b"\xff")
    assert world.store.head() == done.head


def test_a_missing_store_is_brought_back(world: Any, worlds: Any, tmp_path: Path) -> None:
    maintenance.backup(world.store, tmp_path / "copy.db")
    world.path.unlink()
    done = maintenance.restore(
        tmp_path / "copy.db", world.path, clock=world.clock, actor=worlds.OWEN
    )
    assert done.kept is None
    assert world.store.head() == done.head


def test_a_backup_of_another_store_is_refused(
    make_world: Callable[..., Any], worlds: Any, tmp_path: Path
) -> None:
    world = make_world()
    other = worlds.Store.open(tmp_path / "other.db", clock=world.clock)
    maintenance.backup(other, tmp_path / "copy.db")
    before = world.path.read_bytes()
    with pytest.raises(StoreError, match="The backup is of the store"):
        maintenance.restore(tmp_path / "copy.db", world.path, clock=world.clock, actor=worlds.OWEN)
    assert world.path.read_bytes() == before


@pytest.mark.parametrize("content", [None, b""])
def test_what_is_no_backup_is_named_as_one(
    world: Any, worlds: Any, tmp_path: Path, content: bytes | None
) -> None:
    named = tmp_path / "copy.db"
    if content is not None:
        named.write_bytes(content)
    with pytest.raises(StoreError) as refused:
        maintenance.restore(named, world.path, clock=world.clock, actor=worlds.OWEN)
    assert refused.value.remedy == "Name a backup of a store."


@pytest.mark.parametrize("damage", ["text", "cut", "ledger"])
def test_a_backup_that_does_not_verify_is_refused(
    world: Any, worlds: Any, tmp_path: Path, damage: str
) -> None:
    copy = tmp_path / "copy.db"
    world.open(2)
    maintenance.backup(world.store, copy)
    data = copy.read_bytes()
    if damage == "text":
        copy.write_text("no store")
    elif damage == "cut":
        copy.write_bytes(data[: len(data) // 2])
    else:
        copy.write_bytes(data.replace(b'"severity":"high"', b'"severity":"none"'))
        assert copy.read_bytes() != data
    before = world.path.read_bytes()
    with pytest.raises(StoreError):
        maintenance.restore(copy, world.path, clock=world.clock, actor=worlds.OWEN)
    assert world.path.read_bytes() == before
    assert sorted(path.name for path in world.path.parent.iterdir()) == ["store.db"]


def test_an_upgrade_of_a_store_that_is_up_to_date_does_nothing(world: Any) -> None:
    before = world.store.head()
    assert maintenance.upgrade(world.path, world.clock) is None
    assert world.store.head() == before
