"""Delegation on the demo: somebody decides for a reviewer for a while, on the command line."""

import csv
from pathlib import Path
from typing import Any

import pytest

Walk = Any
WHO, OTHER = "maria.sanchez", "tom.becker"


@pytest.fixture
def campaign(walk: Walk) -> str:
    return str(walk.active()["id"])


def mine(walk: Walk, campaign: str, person: str) -> list[dict[str, Any]]:
    found = walk.json("items", campaign, "--mine", "--open", RECERT_USER=person)["items"]
    assert isinstance(found, list)
    return found


def decide(walk: Walk, campaign: str, item: str, person: str) -> Any:
    return walk(
        "decide", campaign, item, "--abstain", "--rationale", "I cannot judge", RECERT_USER=person
    )


def test_a_delegate_decides_and_signs_until_the_delegation_ends(
    walk: Walk, campaign: str, tmp_path: Path
) -> None:
    items = [item["id"] for item in mine(walk, campaign, WHO)]
    assert mine(walk, campaign, OTHER) == []
    assert decide(walk, campaign, items[0], OTHER).code == 1
    made = walk.json(
        "campaign", "delegate", campaign, "--to", OTHER, "--until", "2099-01-01", "--note", "leave"
    )["delegation"]
    assert (made["reviewer"], made["delegate"]) == (WHO, OTHER)
    theirs = mine(walk, campaign, OTHER)
    assert [item["id"] for item in theirs] == items
    assert {(item["reviewer"], item["delegated_to"]) for item in theirs} == {(WHO, OTHER)}
    done = decide(walk, campaign, items[0], OTHER)
    assert done.code == 0, done.err
    assert walk.json("sign", campaign, "--yes", RECERT_USER=OTHER)["items"] == 1
    shown = walk.json("campaign", "show", campaign)
    assert [one["holds"] for one in shown["delegations"]] == [True]
    walk.json("campaign", "undelegate", campaign, made["id"])
    over = decide(walk, campaign, items[1], OTHER)
    assert over.code == 1
    assert "decides for maria.sanchez from" in over.err
    assert decide(walk, campaign, items[1], WHO).code == 0
    assert walk.json("verify", walk.store, code=3)["ok"] is True
    walk.json("export", campaign, "--to", tmp_path / "pack", code=3)
    with (tmp_path / "pack" / "assignments.csv").open(encoding="utf-8-sig") as file:
        rows = {row["item"]: row for row in csv.DictReader(file)}
    told = rows[items[0]]
    assert (told["reviewer"], told["decided_by"]) == (WHO, OTHER)
    assert (told["delegated_from"], told["delegated_to"]) == (WHO, OTHER)
    assert (told["delegation_reason"], bool(told["delegation_valid_until"])) == ("leave", True)


def test_a_delegation_without_a_note_or_an_end_is_refused(walk: Walk, campaign: str) -> None:
    words = ("campaign", "delegate", campaign, "--to", OTHER)
    assert walk(*words, "--note", "x").code == 2
    none = walk(*words, "--until", "2099-01-01")
    assert (none.code, "note" in none.err) == (1, True)
    past = walk(*words, "--until", "2020-01-01", "--note", "x")
    assert (past.code, "Traceback" in past.err) == (1, False)
    assert walk(*words, "--until", "someday", "--note", "x").code == 2
