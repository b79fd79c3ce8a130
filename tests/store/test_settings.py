from typing import Any

import pytest

from recert.errors import RefusedError, StoreError, UsageError
from recert.evidence.verify import verify
from recert.store import settings


def put(world: Any, worlds: Any, name: str, value: str, reason: str = "asked for") -> None:
    with world.store.write(worlds.OWEN) as tx:
        settings.put(tx, name, value, reason)


def stated(world: Any) -> dict[str, Any]:
    with world.store.read() as session:
        return settings.every(session)


def test_a_setting_is_an_entry_that_says_who_set_what_and_why(world: Any, worlds: Any) -> None:
    put(world, worlds, "control.policy", " IAM-7 v3 ")
    put(world, worlds, "control.policy", "IAM-7 v4", "revised")
    assert stated(world) == {"control.policy": "IAM-7 v4"}
    size = world.store.head().size
    put(world, worlds, "control.policy", "IAM-7 v4", "again")
    assert world.store.head().size == size
    assert verify(world.path).ok


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("signatures", "maybe", "x"), ("colour", "red", "x"), ("control.id", " ", "x"),
        ("control.id", "AC-6(7)", ""), ("control.id", "x" * 2001, "x"), ("", "x", "x"),
    ],
)  # fmt: skip
def test_what_cannot_be_set_changes_nothing(
    world: Any, worlds: Any, name: str, value: str, reason: str
) -> None:
    before = world.store.head()
    with pytest.raises(UsageError):
        put(world, worlds, name, value, reason)
    assert world.store.head() == before


@pytest.mark.parametrize(
    ("stated", "kind", "synthetic", "wanted"),
    [
        (None, "live", False, "ssh"), (None, "replay", False, "none"), (None, "replay", True, "none"),
        (None, None, False, "none"), ("none", "live", False, "none"), ("ssh", "replay", False, "ssh"),
        ("ssh-touch", "live", False, "ssh-touch"), ("nonsense", "live", False, "ssh"),
    ],
)  # fmt: skip
def test_what_a_sign_off_needs_follows_the_setting_and_else_the_kind_of_the_store(
    stated: str | None, kind: str | None, *, synthetic: bool, wanted: str
) -> None:
    found = {} if stated is None else {"signatures": stated}
    assert settings.demanded(found, kind=kind, synthetic=synthetic) == wanted


@pytest.mark.parametrize("signature", settings.LEVELS)
@pytest.mark.parametrize("wanted", settings.LEVELS)
def test_a_signature_is_refused_where_it_is_less_than_demanded(
    world: Any, worlds: Any, signature: str, wanted: str
) -> None:
    put(world, worlds, "signatures", wanted)
    enough = settings.LEVELS.index(signature) >= settings.LEVELS.index(wanted)
    with world.store.read() as session:
        if enough:
            settings.require_signature(session, signature)
            return
        with pytest.raises(RefusedError) as caught:
            settings.require_signature(session, signature)
    assert caught.value.rule == "signature_demanded"


def test_a_setting_in_the_table_without_an_entry_is_found(world: Any, worlds: Any) -> None:
    put(world, worlds, "signatures", "ssh")
    for statement in (
        "UPDATE meta SET value = '\"none\"' WHERE key = 'setting.signatures'",
        "INSERT INTO meta (key, value) VALUES ('setting.control.id', '\"forged\"')",
    ):
        with world.store.write(worlds.OWEN) as tx:
            tx.session.connection().exec_driver_sql(statement)
    (tables,) = [check for check in verify(world.path).checks if check.name == "tables"]
    assert not tables.ok
    assert "meta setting.signatures" in tables.detail
    assert "meta setting.control.id" in tables.detail


def test_a_setting_is_never_removed_from_the_table(world: Any, worlds: Any) -> None:
    put(world, worlds, "signatures", "ssh")
    with (
        pytest.raises((RefusedError, StoreError)),
        world.store.write(worlds.OWEN) as tx,
    ):
        tx.session.connection().exec_driver_sql("DELETE FROM meta WHERE key = 'setting.signatures'")
