"""A store itself is verified: its file, its guards, its ledger and every table."""

from pathlib import Path
from typing import Any

from packs import failed

from recert.evidence.verify import verify


def test_a_store_is_verified_with_every_table(world: Any) -> None:
    world.whole(3)
    report = verify(world.path)
    assert failed(report) == {}
    assert report.exit_code == 3
    assert report.source == "replay"
    assert {check.name for check in report.checks} >= {
        "file",
        "guards",
        "ledger",
        "tables",
        "rules",
    }


def test_an_edited_table_of_a_store_is_named(world: Any) -> None:
    world.whole(2)
    with world.store.database.writer.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER decision_fixed")
        connection.exec_driver_sql("DROP TRIGGER decision_state_late")
        connection.exec_driver_sql("UPDATE decision SET verdict = 'revoke' WHERE id LIKE '%1'")
    found = failed(verify(world.path))
    assert (
        "decision d-c-2026-0001-00001: verdict is 'revoke', by the ledger 'attest'"
        in found["tables"]
    )
    assert "decision_fixed" in found["guards"]


def test_an_edited_entry_of_a_store_is_named(world: Any) -> None:
    world.whole(2)
    with world.store.database.writer.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER ledger_no_update")
        connection.exec_driver_sql(
            "UPDATE ledger SET entry = replace(entry, 'needed', 'wanted') WHERE seq = 9"
        )
    assert "entry 9 is not the one of its hash" in failed(verify(world.path))["ledger"]


def test_a_damaged_or_foreign_store_is_an_answer_not_a_crash(world: Any, tmp_path: Path) -> None:
    world.whole(1)
    data = world.path.read_bytes()
    for number, damaged in enumerate(
        (data[:3000], data[:200] + b"\xff" * (len(data) - 200), data[:16])
    ):
        path = tmp_path / f"{number}.db"
        path.write_bytes(damaged)
        report = verify(path)
        assert not report.ok
        assert "file" in failed(report)


def test_verifying_a_store_changes_no_byte_of_it(world: Any) -> None:
    world.whole(1)
    before = world.path.read_bytes(), world.path.stat().st_mtime_ns
    verify(world.path)
    assert (world.path.read_bytes(), world.path.stat().st_mtime_ns) == before
