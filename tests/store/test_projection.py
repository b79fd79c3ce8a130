import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from recert.errors import LedgerError
from recert.store.compare import differences
from recert.store.engine.guards import STATEMENTS
from recert.store.entries import restricted
from recert.store.projection import Projection
from recert.store.tables import LedgerRow


def ledger(world: Any) -> list[dict[str, Any]]:
    with world.store.read() as session:
        texts = session.exec(select(LedgerRow.entry).order_by(LedgerRow.seq)).all()
    return [json.loads(text) for text in texts]


def project(entries: list[dict[str, Any]]) -> Projection:
    projection = Projection()
    for entry in entries:
        projection.apply(entry)
    return projection


def found(world: Any, projection: Projection | None = None) -> list[str]:
    with world.store.read() as session:
        return list(differences(session, projection or project(ledger(world)), world.store.head()))


@pytest.fixture
def busy(make_world: Callable[..., Any]) -> Any:
    """Return a campaign in which everything has happened that can."""
    world = make_world()
    world.open(7)
    first = world.decide(0)
    second = world.decide(0, "revoke")
    world.undo(second)
    world.undo(first)
    world.decide(1, "reduce")
    world.decide(2)
    world.exclude(3)
    world.sign()
    world.decide(4, "abstain")
    return world


def test_the_tables_are_what_the_ledger_leads_to(busy: Any) -> None:
    projection = project(ledger(busy))
    assert projection.problems == []
    assert found(busy) == []
    states = [item.state for item in projection.items_of(busy.campaign)]
    assert states == [
        "pending", "signed_off", "signed_off", "excluded", "decided", "pending", "pending",
    ]  # fmt: skip


def test_an_empty_store_has_no_differences(world: Any) -> None:
    assert found(world) == []


EDITS = {
    "UPDATE campaign SET name = 'x'": "campaign c-2026-0001: name",
    "UPDATE campaign SET state = 'closed'": "campaign c-2026-0001: state",
    "UPDATE campaign SET due_at = NULL": "campaign c-2026-0001: due_at",
    "UPDATE campaign SET trigger = '{'": "campaign c-2026-0001: unreadable",
    "UPDATE item SET reviewer = 'x' WHERE rank = 5": "item c-2026-0001-i0005: reviewer",
    "UPDATE item SET title = 'harmless' WHERE rank = 5": "item c-2026-0001-i0005: what it is about",
    "UPDATE item SET body = '{}' WHERE rank = 5": "item c-2026-0001-i0005: what it is about",
    "UPDATE item SET body = '{' WHERE rank = 5": "item c-2026-0001-i0005: what it is about",
    "UPDATE item SET state = 'excluded' WHERE rank = 5": "item c-2026-0001-i0005: state",
    "UPDATE item SET current = NULL WHERE rank = 1": "item c-2026-0001-i0001: current",
    "UPDATE item SET signoff = NULL WHERE rank = 1": "item c-2026-0001-i0001: signoff",
    "UPDATE item SET privileged = 1 WHERE rank = 5": "item c-2026-0001-i0005: what it is about",
    "UPDATE item SET action = 's3:ListBucket' WHERE rank = 5": "item c-2026-0001-i0005: what a list",
    "UPDATE item SET resource = '' WHERE rank = 5": "item c-2026-0001-i0005: what a list",
    "DELETE FROM item WHERE rank = 5": "item c-2026-0001-i0005: the ledger tells of it",
    "UPDATE decision SET verdict = 'attest' WHERE verdict = 'reduce'": "verdict is 'attest'",
    "UPDATE decision SET rationale = 'x' WHERE verdict = 'reduce'": "rationale is 'x'",
    "UPDATE decision SET state = 'current' WHERE state = 'undone'": "state is 'current'",
    "UPDATE decision SET entry = 1 WHERE verdict = 'reduce'": "entry is 1",
    "DELETE FROM decision WHERE verdict = 'abstain'": "it is not in the table",
    "UPDATE signoff SET signer = 'x'": "signer is 'x'",
    "DELETE FROM signoff": "signoff so-",
    "UPDATE event SET severity = 'low'": "event e-c-2026-0001: severity",
    "UPDATE event SET campaign = NULL": "event e-c-2026-0001: campaign",
    "DELETE FROM event": "event e-c-2026-0001: the ledger tells of it",
    "UPDATE person SET roles = '[\"approver\"]'": "person anna@example.com: roles",
    "UPDATE snapshot SET digest = 'x'": "digest is 'x'",
    "UPDATE snapshot SET source = '{}'": "its source or its gaps",
    "UPDATE snapshot SET estate = x'00'": "damaged",
    "UPDATE meta SET value = 'live' WHERE key = 'kind'": "meta kind",
    "UPDATE meta SET value = 'true' WHERE key = 'synthetic'": "meta synthetic",
    "UPDATE meta SET value = 'x' WHERE key = 'store_id'": "meta store_id",
    "UPDATE meta SET value = '3:x' WHERE key = 'merkle'": "meta merkle",
    "INSERT INTO person SELECT 'eve', name, roles, aliases, sts, active, added_at, email, backup, "
    "manager, teams FROM person": "person eve",
}


@pytest.mark.parametrize("statement", EDITS)
def test_an_edit_of_a_table_behind_the_ledgers_back_is_named(busy: Any, statement: str) -> None:
    projection = project(ledger(busy))
    database = busy.store.database
    with database.writer.begin() as connection:
        for name in STATEMENTS:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
    with database.writer.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("ROLLBACK") if raw.in_transaction else None
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute(statement)
    head = ledger(busy)[-1]["seq"]
    with database.reader.begin() as connection:
        from sqlmodel import Session  # noqa: PLC0415 - next to its one use

        from recert.store.ledger import Head  # noqa: PLC0415 - as above

        with Session(connection) as session:
            said = list(differences(session, projection, Head(head, "", "")))
    assert said
    assert any(EDITS[statement] in sentence for sentence in said), said


def entry(
    world: Any, kind: str, body: dict[str, Any], campaign: str | None = None
) -> dict[str, Any]:
    last = ledger(world)[-1]
    return {
        **last,
        "seq": last["seq"] + 1,
        "type": kind,
        "body": body,
        "campaign": campaign or world.campaign,
    }


def broken(world: Any, *more: dict[str, Any]) -> list[str]:
    return [sentence for _, sentence in project([*ledger(world), *more]).problems]


def test_a_decision_after_the_end_is_noticed(make_world: Callable[..., Any]) -> None:
    world = make_world().whole(2)
    decision = next(e for e in ledger(world) if e["type"] == "decision.recorded")
    body = {**decision["body"], "id": "late", "supersedes": decision["body"]["id"]}
    said = broken(world, entry(world, "decision.recorded", body))
    assert any("after the end" in sentence for sentence in said)
    assert any("signed off" in sentence for sentence in said)


def test_entries_that_the_rules_do_not_allow_are_noticed(busy: Any) -> None:
    entries = ledger(busy)
    decision = next(e["body"] for e in entries if e["type"] == "decision.recorded")
    signoff = next(e["body"] for e in entries if e["type"] == "signoff")
    opened = next(e["body"] for e in entries if e["type"] == "campaign.opened")
    assigned = next(e["body"] for e in entries if e["type"] == "items.assigned")
    moved = next(e["body"] for e in entries if e["type"] == "campaign.active")
    reading = next(e["body"] for e in entries if e["type"] == "reading.recorded")
    fourth = f"{busy.campaign}-i0004"
    cases: list[tuple[str, dict[str, Any], str]] = [
        ("decision.recorded", {**decision, "supersedes": None}, "recorded before"),
        ("decision.recorded", {**decision, "id": "new", "item": fourth}, "hides the first"),
        ("decision.recorded", {**decision, "id": "new", "record": "x"}, "was not in"),
        (
            "decision.recorded",
            {**decision, "id": "new", "item": f"{busy.campaign}-i0003"},
            "was excluded",
        ),
        (
            "decision.undone",
            {"decision": decision["id"], "item": fourth, "restored": None},
            "not in force",
        ),
        (
            "decision.redone",
            {"decision": decision["id"], "item": fourth, "superseded": None},
            "over another",
        ),
        (
            "signoff",
            {**signoff, "decisions": [{"item": fourth, "decision": decision["id"]}]},
            "not in force",
        ),
        ("signoff", signoff, "recorded before"),
        ("campaign.opened", {**opened, "events": []}, "opened before"),
        ("campaign.opened", {**opened, "id": "c-2", "events": []}, "in the name of"),
        ("items.assigned", {**assigned, "count": 99}, "counts 99"),
        ("items.assigned", assigned, "assigned before"),
        ("campaign.closed", {**moved, "to": "closed"}, "a step from staged"),
        (
            "reading.recorded",
            {**reading, "source": {**reading["source"], "kind": "live"}},
            "live reading",
        ),
    ]
    for kind, body, sentence in cases:
        said = broken(busy, entry(busy, kind, body))
        assert any(sentence in found for found in said), (kind, sentence, said)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("decision.recorded", {}),
        ("decision.recorded", {"item": "nothing"}),
        ("decision.undone", {"item": 5}),
        ("items.assigned", {"count": 0, "items": 7}),
        ("items.assigned", {"count": 1, "items": [{"id": "x"}]}),
        ("campaign.closed", {}),
        ("campaign.opened", {"id": []}),
        ("signoff", {"id": "x", "decisions": None}),
        ("reading.recorded", {"source": None}),
        ("events.recorded", {"events": [None]}),
    ],
)
def test_a_body_that_makes_no_sense_is_refused_with_its_entry(
    busy: Any, kind: str, body: dict[str, Any]
) -> None:
    with pytest.raises(LedgerError) as caught:
        broken(busy, entry(busy, kind, body))
    assert caught.value.seq == ledger(busy)[-1]["seq"] + 1


def test_numbers_that_canonical_json_has_no_place_for_become_text() -> None:
    assert restricted({"a": [1.5, 2**60, True, None, "x", (1,)]}) == {
        "a": ["1.5", str(2**60), True, None, "x", [1]]
    }
