"""A reviewer without the store: a file goes out, is decided and signed elsewhere, and comes back once."""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recert.cli.context import Run
from recert.cli.terminal import Desk
from recert.store import foreign

Walk = Any
OWNER = {"RECERT_USER": "agnes.lindholm"}
WHO = "maria.sanchez"


class Elsewhere:
    """A reviewer's own recert on the file that they got."""

    def __init__(self, recert: Any, file: Path) -> None:
        self.file = file
        self._recert = recert

    def __call__(self, *args: object, **environ: str) -> Any:
        return self._recert("--store", self.file, *args, **environ)

    def json(self, *args: object, code: int = 0, **environ: str) -> Any:
        done = self(*args, "--json", **environ)
        assert done.code == code, done.err
        return done.json()

    def attest(self, campaign: str, *, count: int = 2) -> list[str]:
        items = [one["id"] for one in self.json("items", campaign)["items"]][:count]
        for item in items:
            self.json("decide", campaign, item, "--abstain", "--rationale", "I cannot judge this")
        return items


@pytest.fixture
def campaign(walk: Walk) -> str:
    return str(walk.active()["id"])


@pytest.fixture
def away(walk: Walk, recert: Any, campaign: str, tmp_path: Path) -> Elsewhere:
    file = tmp_path / "maria.recert"
    walk.json("hand-off", campaign, "--reviewer", WHO, "--to", file, **OWNER)
    return Elsewhere(recert, file)


def pending(walk: Walk, campaign: str) -> dict[str, Any]:
    return {item["id"]: item for item in walk.json("items", campaign)["items"]}


def test_a_file_goes_out_and_its_signed_decisions_come_back_once(
    walk: Walk, recert: Any, campaign: str, tmp_path: Path
) -> None:
    file = tmp_path / "maria.recert"
    mine = {item["id"]: item for item in walk.mine(campaign)}
    made = walk.json("hand-off", campaign, "--reviewer", WHO, "--to", file, **OWNER)
    assert (made["items"], made["reviewer"], made["signature"]) == (len(mine), WHO, "ssh")
    away = Elsewhere(recert, file)
    there = away.json("items", campaign)["items"]
    assert {item["id"] for item in there} == set(mine)
    for item in there:
        # The evidence went with it, policy document included.
        assert item["evidence"] == mine[item["id"]]["evidence"]
        assert item["grant"] == mine[item["id"]]["grant"]
    assert away.json("whoami")["id"] == WHO
    done = away.attest(campaign, count=3)
    undone = away.json("undo", campaign)["items"]
    assert undone == done[-1:]
    signed = away.json("sign", campaign, "--yes")
    assert (signed["items"], signed["campaign_state"]) == (2, "active")
    assert away.json("verify", file, code=3)["synthetic"] is True

    back = walk.json("return", file, **OWNER)
    assert back["accepted"] == sorted(done[:2])
    assert (back["withheld"], back["self_reported"], back["signatures"]) == ([], True, ["ssh"])
    here = pending(walk, campaign)
    assert [here[item]["state"] for item in done] == ["signed_off", "signed_off", "pending"]
    assert here[done[0]]["decision"]["decided_by"] == WHO
    assert walk.json("verify", walk.store, code=3)["ok"] is True

    again = walk("return", file, **OWNER)
    assert again.code == 1
    assert "replayed" in again.err
    pack = tmp_path / "pack"
    walk.json("export", campaign, "--to", pack, code=3)
    assert walk.json("verify", pack, code=3)["ok"] is True
    lines = (pack / "decisions.jsonl").read_text().splitlines()
    told = [json.loads(line) for line in lines]
    assert "self_reported" in json.dumps(told)


def test_the_reviewer_alone_returns_and_for_this_ledger_only(
    walk: Walk, recert: Any, campaign: str, away: Elsewhere, tmp_path: Path
) -> None:
    item = away.json("items", campaign)["items"][0]["id"]
    other = away(
        "decide", campaign, item, "--abstain", "--rationale", "x", RECERT_USER="tom.becker"
    )
    assert other.code == 1
    away.attest(campaign)
    away.json("sign", campaign, "--yes")
    foreign_store = tmp_path / "other.db"
    made = recert("--store", foreign_store, "demo", "--no-tui", "--json")
    assert made.code == 0
    done = recert("--store", foreign_store, "return", away.file)
    assert done.code == 1
    assert "ledger_of_origin" in done.err
    # On the reviewer's side there is nothing to take in.
    there = away("return", away.file)
    assert there.code == 1
    assert walk.json("return", away.file, **OWNER)["accepted"]


def test_nothing_signed_is_nothing_returned(walk: Walk, campaign: str, away: Elsewhere) -> None:
    away.attest(campaign)
    done = walk("return", away.file, **OWNER)
    assert done.code == 1
    assert "unsigned" in done.err
    away.json("sign", campaign, "--yes")
    assert len(walk.json("return", away.file, **OWNER)["accepted"]) == 2


def test_a_file_takes_decisions_and_nothing_else(
    walk: Walk, campaign: str, away: Elsewhere, tmp_path: Path
) -> None:
    before = away.file.read_bytes()
    for words in (
        ("people", "add", "eve"),
        ("campaign", "cancel", campaign, "--reason", "x", "--yes"),
        ("campaign", "end", campaign, "--yes"),
        ("sync",),
        ("hand-off", campaign, "--reviewer", WHO, "--to", tmp_path / "second"),
    ):
        done = away(*words, RECERT_USER="agnes.lindholm")
        assert done.code in (1, 2, 4), words
        assert "Traceback" not in done.err
    assert away.file.read_bytes() == before
    assert not (tmp_path / "second").exists()
    for words in (("agents",), ("findings",), ("reach", "x")):
        assert "no estate" in away(*words).err


def test_the_file_opens_in_the_terminal_and_says_what_it_is(away: Elsewhere) -> None:
    run = Run({"store": str(away.file)})
    desk = Desk(run, run.store)
    session = desk.session()
    assert session.banner == "SYNTHETIC"
    assert session.caller.id == WHO
    view = desk.campaigns()[0]
    assert view.mine_pending == view.counts.items
    run.store.close()


_SIGNED: dict[str, bytes] = {}
"""A store and a signed file of it, made once: the tests work on copies."""


@pytest.fixture
def signed(walk: Walk, recert: Any, campaign: str, tmp_path: Path) -> Elsewhere:
    file = tmp_path / "maria.recert"
    away = Elsewhere(recert, file)
    if not _SIGNED:
        walk.json("hand-off", campaign, "--reviewer", WHO, "--to", file, **OWNER)
        away.attest(campaign)
        away.json("sign", campaign, "--yes")
        _SIGNED.update(store=walk.store.read_bytes(), file=file.read_bytes())
    walk.store.write_bytes(_SIGNED["store"])
    file.write_bytes(_SIGNED["file"])
    return away


def refused(walk: Walk, file: Path, check: str) -> None:
    before = walk.store.read_bytes()
    done = walk("return", file, **OWNER)
    assert done.code == 1, done.err
    assert f"check: {check}" in done.err, done.err
    assert "Traceback" not in done.err
    assert walk.store.read_bytes() == before


def edit(file: Path, *statements: str, drop: tuple[str, ...] = ()) -> None:
    connection = sqlite3.connect(file)
    kept = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    for name in kept:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    for name, sql in kept.items():
        if name not in drop:
            connection.execute(sql)
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("UPDATE decision SET verdict = 'attest'", "tables"),
        ("UPDATE item SET reviewer = 'tom.becker'", "tables"),
        ("UPDATE ledger SET entry = replace(entry, '\"abstain\"', '\"attest\"')", "ledger"),
        ("DELETE FROM ledger WHERE seq = (SELECT max(seq) FROM ledger)", "file"),
        ("UPDATE meta SET value = 'x' WHERE key = 'store_id'", "tables"),
        ("UPDATE meta SET value = replace(value, 'ssh', 'none') WHERE key = 'handed'", "tables"),
        ("CREATE VIEW more AS SELECT 1", "schema"),
        ("CREATE TABLE more (x)", "schema"),
        ("PRAGMA user_version = 99", "file"),
        ("PRAGMA user_version = 1", "schema"),
        ("PRAGMA application_id = 1", "file"),
    ],
)
def test_an_edited_file_is_refused_with_its_check(
    walk: Walk, signed: Elsewhere, statement: str, check: str
) -> None:
    edit(signed.file, statement)
    refused(walk, signed.file, check)


def test_a_file_without_its_guards_is_refused(walk: Walk, signed: Elsewhere) -> None:
    edit(signed.file, drop=("ledger_no_update",))
    refused(walk, signed.file, "guards")


def rewritten(file: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change entries and chain the ledger anew, as somebody would who knows the format."""
    connection = sqlite3.connect(file)
    rows = connection.execute("SELECT seq, entry FROM ledger ORDER BY seq").fetchall()
    prev, found = "0" * 64, []
    for seq, text in rows:
        entry = json.loads(text)
        change(entry)
        entry["prev"] = prev
        line = json.dumps(entry, sort_keys=True, separators=(",", ":"))
        hashed = hashlib.sha256(line.encode()).hexdigest()
        found.append((seq, prev, hashed, line))
        prev = hashed
    connection.close()
    edit(file, "DELETE FROM ledger")
    connection = sqlite3.connect(file)
    kept = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    for name in kept:
        connection.execute(f"DROP TRIGGER {name}")
    connection.executemany("INSERT INTO ledger (seq, prev, hash, entry) VALUES (?,?,?,?)", found)
    for sql in kept.values():
        connection.execute(sql)
    connection.commit()
    connection.close()


def test_a_ledger_that_was_chained_anew_did_not_begin_as_what_went_out(
    walk: Walk, signed: Elsewhere
) -> None:
    def later(entry: dict[str, Any]) -> None:
        if entry["type"] == "handoff.opened":
            entry["body"]["handed"]["expires_at"] = "2099-01-01T00:00:00Z"

    rewritten(signed.file, later)
    edit(
        signed.file,
        "UPDATE meta SET value = json_set(value, '$.expires_at', '2099-01-01T00:00:00Z') "
        "WHERE key = 'handed'",
    )
    refused(walk, signed.file, "opening")


def test_a_decision_that_was_forged_with_its_chain_does_not_fit_the_statement(
    walk: Walk, signed: Elsewhere
) -> None:
    def keep(entry: dict[str, Any]) -> None:
        if entry["type"] == "decision.recorded":
            entry["body"]["verdict"] = "revoke"

    rewritten(signed.file, keep)
    edit(signed.file, "UPDATE decision SET verdict = 'revoke'")
    refused(walk, signed.file, "statement")


def test_what_is_no_file_of_ours_is_refused(walk: Walk, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("hello")
    refused(walk, text, "file")
    refused(walk, tmp_path / "missing", "file")
    refused(walk, walk.store, "hand_off")
    big = tmp_path / "big"
    with big.open("wb") as file:
        file.truncate(foreign.LARGEST + 1)
    refused(walk, big, "oversized")
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    refused(walk, fifo, "file")
    link = tmp_path / "link"
    link.symlink_to(walk.store)
    refused(walk, link, "file")


def test_a_hand_off_until_yesterday_is_none(walk: Walk, campaign: str, tmp_path: Path) -> None:
    file = tmp_path / "short.recert"
    past = walk(
        "hand-off", campaign, "--reviewer", WHO, "--to", file, "--expires", "2020-01-01", **OWNER
    )
    assert past.code == 2
    assert not file.exists()


def test_where_the_reviewer_has_a_key_the_return_carries_it(
    walk: Walk, recert: Any, campaign: str, tmp_path: Path
) -> None:
    keys = []
    for name in ("own", "other"):
        path = tmp_path / name
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path],
            check=True,
            capture_output=True,
        )
        keys.append(path)
    walk.json("people", "enrol", WHO, f"{keys[0]}.pub")
    file = tmp_path / "maria.recert"
    made = walk.json("hand-off", campaign, "--reviewer", WHO, "--to", file, **OWNER)
    assert made["signature"] == "ssh"
    away = Elsewhere(recert, file)
    away.attest(campaign)
    assert away("sign", campaign, "--yes", "--key", keys[1]).code == 1
    assert away.json("sign", campaign, "--yes", "--key", keys[0])["signature"] == "ssh"
    kept = tmp_path / "kept.recert"
    shutil.copy(file, kept)
    back = walk.json("return", file, **OWNER)
    assert back["signatures"] == ["ssh"]
    pins = tmp_path / "signers"
    pins.write_text("\n".join(walk.json("people", "signers")["signers"]) + "\n")
    walk.json("export", campaign, "--to", tmp_path / "pack", code=3)
    found = walk.json("verify", tmp_path / "pack", "--signers", pins)
    assert (found["ok"], found["signers_pinned"]) == (True, True)


def test_what_changed_meanwhile_stays_in_review(
    walk: Walk, recert: Any, campaign: str, signed: Elsewhere, tmp_path: Path
) -> None:
    items = [
        item["id"]
        for item in signed.json("items", campaign)["items"]
        if item["state"] == "signed_off"
    ]
    walk.json("decide", campaign, items[0], "--abstain", "--rationale", "decided here first")
    back = walk.json("return", signed.file, code=3, **OWNER)
    assert back["accepted"] == items[1:]
    assert [(one["item"], one["rule"]) for one in back["withheld"]] == [
        (items[0], "decided_meanwhile")
    ]
    assert walk.json("verify", walk.store, code=3)["ok"] is True
    walk.json("export", campaign, "--to", tmp_path / "pack", code=3)
    assert walk.json("verify", tmp_path / "pack", code=3)["ok"] is True


def test_another_owner_and_an_empty_hand_are_refused(
    walk: Walk, campaign: str, tmp_path: Path
) -> None:
    file = tmp_path / "x.recert"
    other = walk("hand-off", campaign, "--reviewer", WHO, "--to", file, RECERT_USER="tom.becker")
    assert other.code == 1
    nobody = walk("hand-off", campaign, "--reviewer", "ulrike.brandt", "--to", file, **OWNER)
    assert nobody.code == 1
    taken = tmp_path / "taken"
    taken.write_text("mine")
    assert walk("hand-off", campaign, "--reviewer", WHO, "--to", taken, **OWNER).code == 2
    assert taken.read_text() == "mine"
    assert not file.exists()
    # Reviewers take their own with them.
    assert walk.json("hand-off", campaign, "--reviewer", WHO, "--to", file)["items"]
