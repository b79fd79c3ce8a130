# ruff: noqa: PT012 - a transaction is what is refused as a whole
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from recert.clock import SystemClock
from recert.errors import RefusedError, StoreError
from recert.store.ledger import Actor, verify_chain
from recert.store.store import Store
from recert.store.tables import LedgerRow, Meta, PersonRow, SnapshotRow

OWEN = Actor("owen@example.com", "os")


def entries(store: Store) -> list[str]:
    with store.read() as session:
        return list(session.exec(select(LedgerRow.entry).order_by(LedgerRow.seq)))


def test_a_new_store_holds_its_genesis_and_nothing_else(world: Any) -> None:
    head = world.store.head()
    assert head.size == 1
    assert verify_chain(entries(world.store)) == head
    assert world.store.kind is None
    assert world.store.source is None
    assert world.store.latest_snapshot() is None


def test_a_store_is_for_the_user_alone(world: Any) -> None:
    assert world.path.stat().st_mode & 0o777 == 0o600
    assert world.path.parent.stat().st_mode & 0o777 == 0o700


def test_a_store_is_found_again_by_path_and_by_url(world: Any) -> None:
    for location in (world.path, str(world.path), f"sqlite:///{world.path}"):
        again = Store.open(location, clock=SystemClock(), create=False)
        assert again.store_id == world.store.store_id


def test_what_a_transaction_changes_and_appends_is_committed_together(world: Any) -> None:
    with world.store.write(OWEN) as tx:
        tx.session.add(PersonRow(id="a", name="A", added_at="2026-11-01T09:00:00Z"))
        first = tx.append("setting.changed", {"name": "x", "value": 1})
        second = tx.append("setting.changed", {"name": "x", "value": 2})
        assert tx.head().hash == second.hash
    assert second.parsed()["prev"] == first.hash
    assert world.store.head().hash == second.hash
    with world.store.read() as session:
        assert session.get(PersonRow, "a") is not None


def test_an_error_in_a_transaction_leaves_neither_row_nor_entry(world: Any) -> None:
    before = world.store.head()
    with pytest.raises(ZeroDivisionError), world.store.write(OWEN) as tx:
        tx.session.add(PersonRow(id="a", name="A", added_at="2026-11-01T09:00:00Z"))
        tx.session.flush()
        tx.append("setting.changed", {"name": "x", "value": 1})
        raise ZeroDivisionError
    assert world.store.head() == before
    with world.store.read() as session:
        assert session.get(PersonRow, "a") is None
    with world.store.write(OWEN) as tx:
        assert tx.append("setting.changed", {}).seq == before.size + 1


def test_a_reading_session_cannot_write(world: Any) -> None:
    with pytest.raises((OperationalError, StoreError)), world.store.read() as session:
        session.add(Meta(key="x", value="y"))
        session.flush()


def test_a_body_that_json_cannot_hold_is_refused_and_nothing_is_written(world: Any) -> None:
    before = world.store.head()
    with pytest.raises(ValueError, match="float"), world.store.write(OWEN) as tx:
        tx.append("setting.changed", {"x": 0.5})
    assert world.store.head() == before


def test_a_row_that_exists_already_is_a_sentence(world: Any) -> None:
    person = {"id": "a", "name": "A", "added_at": "2026-11-01T09:00:00Z"}
    with world.store.write(OWEN) as tx:
        tx.session.add(PersonRow(**person))
    with pytest.raises(StoreError, match="holds this already"), world.store.write(OWEN) as tx:
        tx.session.add(PersonRow(**person))


def save(world: Any, estate: Any) -> str:
    with world.store.write(OWEN) as tx:
        return str(world.store.save_snapshot(tx, estate, 3))


def test_a_reading_is_kept_with_its_entry_and_read_back(world: Any, worlds: Any) -> None:
    estate = worlds.estate(gaps=2)
    name = save(world, estate)
    found = world.store.latest_snapshot()
    assert found is not None
    row, read = found
    assert (row.id, row.gaps, row.api_calls, read) == (name, 2, 3, estate)
    assert world.store.snapshot(name) is not None
    assert world.store.snapshot("s-nothing") is None
    assert '"type":"reading.recorded"' in entries(world.store)[-1]


def test_the_same_reading_again_changes_nothing(world: Any, worlds: Any) -> None:
    name = save(world, worlds.estate())
    before = world.store.head()
    assert save(world, worlds.estate()) == name
    assert world.store.head() == before


@pytest.mark.parametrize(("first", "second"), [("live", "replay"), ("replay", "live")])
def test_a_store_takes_the_kind_of_its_first_reading_only(
    world: Any, worlds: Any, first: str, second: str
) -> None:
    save(world, worlds.estate(kind=first))
    before = world.store.head()
    with pytest.raises(RefusedError) as caught:
        save(world, worlds.estate(worlds.START + timedelta(days=1), kind=second))
    assert caught.value.rule == "source_kind"
    assert world.store.kind == world.store.source == first
    assert world.store.head() == before


def test_made_up_data_stays_out_of_a_real_replay_store(world: Any, worlds: Any) -> None:
    save(world, worlds.estate())
    with pytest.raises(RefusedError, match="synthetic"):
        save(world, worlds.estate(worlds.START + timedelta(days=1), synthetic=True))


def test_a_synthetic_store_stays_synthetic(world: Any, worlds: Any) -> None:
    save(world, worlds.estate(synthetic=True))
    save(world, worlds.estate(worlds.START + timedelta(days=1)))
    assert world.store.synthetic
    assert world.store.source == "demo"


def test_readings_never_go_back_in_time(world: Any, worlds: Any) -> None:
    later = worlds.START + timedelta(microseconds=500_000)
    save(world, worlds.estate(later))
    with pytest.raises(RefusedError) as caught:
        save(world, worlds.estate(worlds.START, gaps=1))
    assert caught.value.rule == "reading_time"
    assert "run `recert sync` again" in str(caught.value)
    save(world, worlds.estate(later, gaps=1))
    found = world.store.latest_snapshot()
    assert found is not None
    assert found[0].gaps == 1


def test_a_damaged_reading_is_a_sentence(make_world: Callable[..., Any], worlds: Any) -> None:
    world = make_world()
    save(world, worlds.estate())
    with world.store.database.writer.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER snapshot_no_update")
        connection.exec_driver_sql("UPDATE snapshot SET estate = x'00ff'")
    with pytest.raises(StoreError, match="damaged"):
        world.store.latest_snapshot()


def test_a_reading_that_swells_beyond_reason_is_refused(
    world: Any, worlds: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(world, worlds.estate())
    monkeypatch.setattr("recert.store.readings._LARGEST", 10)
    with pytest.raises(StoreError, match="damaged"):
        world.store.latest_snapshot()


def test_the_merkle_root_and_the_ledger_must_agree(world: Any) -> None:
    with world.store.database.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE meta SET value = '0:' WHERE key = 'merkle'")
    with pytest.raises(StoreError, match="Merkle"):
        world.store.head()


def test_snapshots_are_read_without_their_estate_where_only_the_row_is_asked(
    world: Any, worlds: Any
) -> None:
    save(world, worlds.estate())
    with world.store.read() as session:
        assert session.exec(select(SnapshotRow.taken_at)).all() == ["2026-11-01T09:00:00Z"]


def test_opening_a_store_twice_at_once_makes_one(tmp_path: Path) -> None:
    first = Store.open(tmp_path / "x.db", clock=SystemClock())
    second = Store.open(tmp_path / "x.db", clock=SystemClock())
    assert first.store_id == second.store_id
