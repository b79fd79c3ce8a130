"""The demo: what it says it is, what it leaves, what it finds again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Recert = Callable[..., Any]
Walk = Any


def test_the_demo_says_what_it_made(made_once: tuple[Path, dict[str, Any]]) -> None:
    store, made = made_once
    assert made["store"] == str(store)
    assert made["synthetic"] is True
    assert made["agents"] >= 6
    assert made["events"] >= 5
    assert made["campaigns"]


def test_the_demo_has_a_store_of_its_own_under_home(recert: Recert, tmp_path: Path) -> None:
    done = recert("demo", "--no-tui", "--json", RECERT_STORE=str(tmp_path / "mine.db"))
    assert done.code == 0
    assert done.json()["store"] != str(tmp_path / "mine.db")
    assert not (tmp_path / "mine.db").exists()


def test_an_active_campaign_waits_with_ten_or_more_items_for_the_one_who_runs_the_demo(
    walk: Walk,
) -> None:
    assert len(walk.mine(walk.active()["id"])) >= 10


def test_every_reviewer_of_an_open_item_may_be_whoever_is_named_in_the_environment(
    walk: Walk,
) -> None:
    campaign = walk.active()["id"]
    item = walk.json("items", campaign)["items"][-1]
    caller = walk.json("whoami", RECERT_USER=item["reviewer"])
    assert caller["id"] == item["reviewer"]
    assert caller["known"] is True


def test_a_second_run_finds_the_first_as_it_was_left(walk: Walk, process: Recert) -> None:
    campaign = walk.active()["id"]
    item = walk.mine(campaign)[0]["id"]
    made = process(
        "--store", walk.store, "decide", campaign, item, "--abstain", "--rationale", "Not mine"
    )
    assert made.code == 0
    before = walk.json("items", campaign)
    again = process("--store", walk.store, "demo", "--no-tui", "--json").json()
    assert walk.json("items", campaign) == before
    assert campaign in again["campaigns"]


def test_a_reset_begins_anew(walk: Walk) -> None:
    campaign = walk.active()["id"]
    item = walk.mine(campaign)[0]
    walk.json("decide", campaign, item["id"], "--abstain", "--rationale", "Not mine to say")
    walk.json("demo", "--no-tui", "--reset")
    assert walk.active()["counts"]["decided"] == 0


def test_a_reset_never_removes_a_store_that_is_not_the_demos(
    recert: Recert, checkout: Path, tmp_path: Path
) -> None:
    store = tmp_path / "other.db"
    recording = checkout / "data" / "demo" / "estate.jsonl"
    assert recert("--store", store, "sync", "--from", recording).code == 3
    done = recert("--store", store, "demo", "--no-tui", "--reset")
    assert done.code == 2
    assert store.exists()


def test_whoever_is_named_stands_in_for_the_persona(recert: Recert, tmp_path: Path) -> None:
    store = tmp_path / "demo.db"
    made = recert("--store", store, "demo", "--no-tui", "--json", RECERT_USER="kim").json()
    open_items = [
        item
        for campaign in made["campaigns"]
        for item in recert(
            "--store", store, "items", campaign, "--mine", "--json", RECERT_USER="kim"
        ).json()["items"]
    ]
    assert len(open_items) >= 10
    assert {item["reviewer"] for item in open_items} == {"kim"}


def test_the_demo_names_itself_synthetic_to_people(recert: Recert) -> None:
    assert "SYNTHETIC" in recert("demo", "--no-tui").out


def test_the_drift_is_in_the_events(walk: Walk) -> None:
    events = walk.json("events")["events"]
    kinds = {event["kind"] for event in events}
    assert {
        "agent.added",
        "action_group.added",
        "data_source.added",
        "owner.changed",
        "alias.routed",
    } <= kinds
    added = next(event for event in events if event["kind"] == "action_group.added")
    assert added["live"] is True
    assert added["after"]["name"] == "PayrollActions"
    assert "hr-payroll-actions" in json.dumps(added["after"])
