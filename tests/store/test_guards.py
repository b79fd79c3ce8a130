# ruff: noqa: S608, ISC004, E501 - statements are literals, and longer than a line
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from recert.errors import RefusedError, StoreError
from recert.store.engine import guards

H = "f" * 64


def refused(world: Any, statement: str) -> str:
    before = world.store.head()
    with pytest.raises((RefusedError, StoreError)) as caught, world.store.write(world.actor) as tx:
        tx.session.connection().exec_driver_sql(statement)
    assert world.store.head() == before
    return str(caught.value)


@pytest.fixture
def open_world(make_world: Callable[..., Any], worlds: Any) -> Any:
    world = make_world()
    world.actor = worlds.OWEN
    world.open(4)
    world.decide(0)
    world.decide(1)
    return world


@pytest.fixture
def closed_world(make_world: Callable[..., Any], worlds: Any) -> Any:
    world = make_world().whole(2)
    world.actor = worlds.OWEN
    return world


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE ledger SET entry = '{}' WHERE seq = 1", "never changed"),
        ("DELETE FROM ledger WHERE seq = 2", "never removed"),
        ("DELETE FROM ledger", "never removed"),
        (
            f"REPLACE INTO ledger SELECT seq, prev, '{H}', entry FROM ledger WHERE seq = 1",
            "follows its last",
        ),
        (
            f"REPLACE INTO ledger SELECT 99, prev, '{H}', entry FROM ledger WHERE seq = 1",
            "follows its last",
        ),
        (
            f"INSERT INTO ledger SELECT max(seq) + 2, hash, '{H}', '{{}}' FROM ledger",
            "follows its last",
        ),
        (
            f"INSERT INTO ledger SELECT max(seq) + 1, '{'e' * 64}', '{H}', '{{}}' FROM ledger",
            "follows its last",
        ),
        (
            "INSERT INTO ledger SELECT seq + 1, hash, hash, '{}' FROM ledger ORDER BY seq DESC LIMIT 1",
            "follows its last",
        ),
        (
            "INSERT INTO ledger SELECT seq + 1, hash, 'abc', '{}' FROM ledger ORDER BY seq DESC LIMIT 1",
            "follows its last",
        ),
        (f"INSERT INTO ledger (prev, hash, entry) VALUES ('x', '{H}', '{{}}')", "follows its last"),
        ("UPDATE meta SET value = 'x' WHERE key = 'store_id'", "never changes"),
        ("UPDATE meta SET key = 'y' WHERE key = 'kind'", "never changes"),
        ("DELETE FROM meta WHERE key = 'kind'", "never changes"),
        ("UPDATE snapshot SET digest = 'x'", "never changed"),
        ("DELETE FROM snapshot", "never removed"),
        ("UPDATE event SET severity = 'low'", "never changed"),
        ("DELETE FROM event", "never removed"),
        ("DELETE FROM campaign", "never removed"),
        ("DELETE FROM item WHERE state = 'pending'", "never removed"),
        ("UPDATE item SET kind = 'trust' WHERE state = 'pending'", "stays what it is"),
        ("UPDATE decision SET verdict = 'revoke'", "never changed"),
        ("UPDATE decision SET rationale = 'better'", "never changed"),
        ("UPDATE decision SET entry = 1", "never changed"),
        ("DELETE FROM decision", "never removed"),
        (
            "REPLACE INTO decision SELECT * FROM decision LIMIT 1",
            "never replaced",
        ),
        ("UPDATE OR REPLACE decision SET client_id = 'x'", "never changed"),
    ],
)
def test_what_is_recorded_is_neither_changed_nor_removed_nor_replaced(
    open_world: Any, statement: str, sentence: str
) -> None:
    assert sentence in refused(open_world, statement)


def test_a_decision_that_is_not_in_force_cannot_become_another_thing(open_world: Any) -> None:
    name = open_world.decide(0, "revoke")
    open_world.undo(name)
    said = refused(open_world, f"UPDATE decision SET state = 'superseded' WHERE id = '{name}'")
    assert "put in force again" in said


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE item SET state = 'pending' WHERE state = 'signed_off'",
        "UPDATE item SET reviewer = 'x' WHERE state = 'signed_off'",
        "UPDATE decision SET state = 'undone' WHERE item IN (SELECT id FROM item WHERE state = 'signed_off')",
        "INSERT INTO decision SELECT id || 'x', item, campaign, verdict, state, rationale, until, reduce_to,"
        " control, approver, decided_by, strength, decided_at, basis_digest, shown_digest, headless,"
        " basis_named, bulk, client_id || 'x', supersedes, entry, stage, reduce_resources, consequence FROM decision LIMIT 1",
    ],
)
def test_a_signed_item_and_its_decision_stay(open_world: Any, statement: str) -> None:
    open_world.sign()
    assert "signed off" in refused(open_world, statement)


def test_the_rest_of_a_campaign_goes_on_after_a_sign_off(open_world: Any) -> None:
    open_world.sign()
    open_world.decide(2)
    open_world.sign()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE campaign SET state = 'active'",
        "UPDATE campaign SET name = 'x'",
        "UPDATE item SET state = 'pending'",
        "INSERT INTO item SELECT id || 'x', campaign, kind, 'pending', agent, reviewer, title, subject, service,"
        " level, privileged, rank, delta, recommendation, reason, basis_digest, shown_digest, body, NULL, NULL,"
        " NULL, 0, '', '', '', '', 1 FROM item LIMIT 1",
        "UPDATE decision SET state = 'undone'",
        "INSERT INTO signoff SELECT id || 'x', campaign, signer, strength, signature, statement, signed_at, size,"
        " head, entry FROM signoff",
        "UPDATE signoff SET signer = 'x'",
        "DELETE FROM signoff",
    ],
)
def test_a_campaign_that_has_ended_stays(closed_world: Any, statement: str) -> None:
    refused(closed_world, statement)


def test_a_cancelled_campaign_takes_no_decision(open_world: Any) -> None:
    open_world.move("cancelled", reason="wrong scope")
    with pytest.raises(RefusedError, match="takes no decision"):
        open_world.decide(2)


def test_each_guard_is_noticed_when_it_is_gone_or_altered(open_world: Any) -> None:
    database = open_world.store.database
    for name in guards.STATEMENTS:
        with database.writer.begin() as connection:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
            assert database.missing_guards(connection) == [name]
            connection.exec_driver_sql(
                f"CREATE TRIGGER {name} BEFORE DELETE ON ledger BEGIN SELECT 1; END"
            )
            assert database.missing_guards(connection) == [name]
            database.guard(connection)
            assert database.missing_guards(connection) == []
    with database.writer.begin() as connection:
        connection.exec_driver_sql("CREATE TRIGGER mine AFTER INSERT ON item BEGIN SELECT 1; END")
        assert database.missing_guards(connection) == ["mine"]


def test_a_row_that_points_nowhere_is_refused(open_world: Any) -> None:
    with (
        pytest.raises((IntegrityError, StoreError)),
        open_world.store.write(open_world.actor) as tx,
    ):
        tx.session.connection().exec_driver_sql("UPDATE campaign SET snapshot = 'nothing'")
