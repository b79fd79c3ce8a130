import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from recert.evidence import control
from recert.evidence.pack import collect, export_pack
from recert.evidence.tables import cell


@pytest.fixture
def pack(world: Any, worlds: Any, tmp_path: Path) -> Path:
    world.open(6)
    world.undo(world.decide(0, "revoke"))
    world.decide(0)
    world.tick(9)
    world.decide(1, "reduce")
    world.decide(2, "revoke")
    world.decide(3, "exception")
    world.exclude(4, "handled elsewhere")
    world.sign()
    export_pack(world.store, world.campaign, tmp_path / "pack", world.clock, worlds.OWEN)
    return tmp_path / "pack"


def test_the_readme_of_a_pack_names_every_part_of_it(small_pack: dict[str, bytes]) -> None:
    told = small_pack["README.txt"].decode()
    parts = {path if "/" not in path else f"{path.split('/')[0]}/" for path in small_pack} - {
        "README.txt"
    }
    assert [part for part in sorted(parts) if part not in told] == []


def table(pack: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((pack / name).read_bytes().decode(), newline="")))


def test_every_decision_is_listed_with_who_what_when_and_whether_it_holds(pack: Path) -> None:
    rows = table(pack, "decisions.csv")
    assert [(row["verdict"], row["in_force"]) for row in rows] == [
        ("revoke", "undone"), ("attest", "current"), ("reduce", "current"), ("revoke", "current"),
        ("exception", "current"),
    ]  # fmt: skip
    assert {row["identity"] for row in rows} == {"claimed (OS)"}
    assert [bool(row["signed_by"]) for row in rows] == [False, True, True, True, True]
    lines = (pack / "ledger.jsonl").read_text().splitlines()
    assert all(
        json.loads(lines[int(row["entry"]) - 1])["body"]["id"] == row["decision"] for row in rows
    )


def test_what_was_left_out_names_rule_reason_and_person(pack: Path) -> None:
    (row,) = table(pack, "exclusions.csv")
    assert (row["rule"], row["reason"], row["by"]) == (
        "rule-1",
        "handled elsewhere",
        "owen@example.com",
    )


def test_revocations_and_exceptions_have_tables_of_their_own(pack: Path) -> None:
    assert [
        (row["decision"], row["reduce_to"], row["state"]) for row in table(pack, "remediation.csv")
    ] == [
        ("reduce", "s3:GetObject", "not begun"),
        ("revoke", "", "not begun"),
    ]
    assert len(table(pack, "exceptions.csv")) == 1


def test_every_item_has_its_reviewer_of_record(pack: Path) -> None:
    rows = table(pack, "assignments.csv")
    assert len(rows) == 6
    assert {row["reviewer"] for row in rows} == {"anna@example.com"}
    assert [row["state"] for row in rows].count("signed_off") == 4


def test_the_pace_of_each_reviewer_is_told(pack: Path) -> None:
    (anna,) = json.loads((pack / "quality.json").read_text())["reviewers"]
    assert anna["decisions"] == 5
    assert anna["in_force"] == 4
    assert anna["kept_percent"] == 25
    assert anna["headless_percent"] == 100
    assert anna["bulk_percent"] == 0
    assert anna["shortest_pause_seconds"] == 1
    assert anna["longest_run_of_one_answer"] == 1


def test_the_numbers_of_the_tie_out_are_those_of_the_tables(pack: Path) -> None:
    tied = json.loads((pack / "tieout.json").read_text())
    assert tied["counts"] == {
        "items": 6, "excluded": 1, "superseded": 0, "conflicted": 0, "pending": 1, "decided": 0,
        "signed_off": 4, "rescinded": 0,
    }  # fmt: skip
    assert sum(tied["verdicts"].values()) == 4
    assert {equation["name"]: equation["holds"] for equation in tied["equations"]} == {
        "population": True, "answers": False, "verdicts": True, "signatures": True,
        "reviewers": True, "revocations": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "yes"),
        (False, "no"),
        (0, "0"),
        (-5, "'-5"),
        ("plain", "plain"),
        ("=1", "'=1"),
        ("\x00", "'‹U+0000›"),
        ("\uff1d1", "'\uff1d1"),
        (["a", 1], '["a", 1]'),
    ],
)
def test_a_cell_is_harmless(value: Any, text: str) -> None:
    assert cell(value) == text


@pytest.mark.parametrize(
    ("consequences", "rule"),
    [
        (["keep"], "kept, and asked again in a successor"),
        (["revoke"], "revoked"),
        (["keep", "revoke"], "revoked or kept, see consequence in decisions"),
    ],
)
def test_the_campaign_says_how_stages_and_silence_were_taken(
    world: Any, consequences: list[str], rule: str
) -> None:
    world.open(2)
    for number in range(2):
        world.decide(number)
    with world.store.read() as session:
        material = collect(session, world.campaign)
    material.row["settings"]["stages"] = {"count": 2, "strategy": "allMustAccept"}
    for one, meant in zip(material.projection.decisions.values(), consequences, strict=False):
        one.body.update(verdict="no_response", consequence=meant)
    told = control.campaign(material)
    assert (told["outcome_strategy"], told["no_response_rule"]) == ("allMustAccept", rule)
    first = control.campaign(material, tells_rules=False)
    assert first["outcome_strategy"] == "the one decision of the reviewer of record"
    assert first["no_response_rule"] == "kept, and asked again in a successor"
