"""From open items to verified evidence, and everything that must not slip through."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

Walk = Any


@pytest.fixture
def decided(walk: Walk) -> tuple[Walk, str]:
    """Decide the persona's items of the active campaign: ordinary ones attested, one revoked."""
    campaign = walk.active()["id"]
    mine = walk.mine(campaign)
    ordinary = [item for item in mine if not item["privileged"] and item["kind"] == "permission"]
    assert len(ordinary) >= 2
    revoked, *others = ordinary
    why = "Not needed for time off"
    walk.json("decide", campaign, revoked["id"], "--revoke", "--rationale", why)
    ids = [item["id"] for item in others]
    seen = ",".join(item["basis_digest"] for item in others)
    walk.json("decide", campaign, *ids, "--attest", "--rationale", "Used daily", "--seen", seen)
    return walk, campaign


def test_decide_undo_and_sign(decided: tuple[Walk, str]) -> None:
    walk, campaign = decided
    before = walk.json("campaign", "show", campaign)["counts"]
    assert before["revoked"] == 1
    walk.json("undo", campaign)
    assert walk.json("campaign", "show", campaign)["counts"]["attested"] == 0
    signed = walk.json("sign", campaign, "--yes")
    assert signed["items"] == 1
    assert signed["signature"] == "ssh"
    counts = walk.json("campaign", "show", campaign)["counts"]
    assert counts["signed_off"] == 1
    assert counts["pending"] == before["pending"] + before["attested"]


def test_signing_without_a_terminal_needs_yes(decided: tuple[Walk, str]) -> None:
    walk, campaign = decided
    done = walk("sign", campaign)
    assert done.code == 2
    assert "--yes" in done.err


def test_a_decision_on_another_basis_than_the_one_seen_is_refused(walk: Walk) -> None:
    campaign = walk.active()["id"]
    item = walk.mine(campaign)[0]
    done = walk("decide", campaign, item["id"], "--abstain", "--rationale", "x", "--seen", "0" * 64)
    assert done.code == 1
    assert len(done.err.strip().splitlines()) == 1
    assert walk.mine(campaign)[0]["state"] == "pending"


def test_what_was_printed_can_be_named_as_seen(walk: Walk, tmp_path: Path) -> None:
    campaign = walk.active()["id"]
    listing = walk.json("items", campaign, "--mine")
    file = tmp_path / "seen.json"
    file.write_text(json.dumps(listing))
    item = next(one for one in listing["items"] if one["state"] == "pending")
    made = walk.json(
        "decide", campaign, item["id"], "--abstain", "--rationale", "x", "--from", file
    )
    assert made["decisions"][0]["basis_digest"] == item["basis_digest"]


def test_somebody_elses_item_cannot_be_decided(walk: Walk) -> None:
    campaign = walk.active()["id"]
    item = walk.mine(campaign)[0]
    done = walk(
        "decide", campaign, item["id"], "--abstain", "--rationale", "x", RECERT_USER="tom.becker"
    )
    assert done.code == 1
    assert "Traceback" not in done.err


def test_an_exported_pack_verifies_and_an_edited_decision_does_not(
    decided: tuple[Walk, str], tmp_path: Path
) -> None:
    walk, campaign = decided
    walk.json("sign", campaign, "--yes")
    pack = tmp_path / "pack"
    made = walk.json("export", campaign, "--to", pack, code=3)
    assert made["interim"] is True
    report = walk.json("verify", pack, code=3)
    assert report["ok"] is True
    assert report["signers_pinned"] is False
    assert (report["source"], report["synthetic"]) == ("demo", True)
    assert walk.json("verify", pack, "--head", made["head"], code=3)["ok"] is True
    _edit_a_decision(pack)
    report = walk.json("verify", pack, code=1)
    assert report["ok"] is False
    assert any(not check["ok"] and check["detail"] for check in report["checks"])


def test_a_zip_is_a_pack_too(decided: tuple[Walk, str], tmp_path: Path) -> None:
    walk, campaign = decided
    pack = tmp_path / "pack.zip"
    walk.json("export", campaign, "--to", pack, code=3)
    assert zipfile.is_zipfile(pack)
    assert walk.json("verify", pack, code=3)["ok"] is True


def test_recomputed_checksums_do_not_help_where_the_head_is_known(
    decided: tuple[Walk, str], tmp_path: Path
) -> None:
    walk, campaign = decided
    pack = tmp_path / "pack"
    head = walk.json("export", campaign, "--to", pack, code=3)["head"]
    _forge(pack)
    report = walk.json("verify", pack, "--head", head, code=1)
    assert report["ok"] is False


def test_the_store_verifies_too(decided: tuple[Walk, str]) -> None:
    walk, _ = decided
    assert walk.json("verify", walk.store, code=3)["ok"] is True


def test_a_kill_in_the_middle_of_decisions_loses_none_that_was_acknowledged(
    walk: Walk,
) -> None:
    campaign = walk.active()["id"]
    ids = [item["id"] for item in walk.mine(campaign)][:10]
    script = (
        "import subprocess, sys\n"
        "for item in sys.argv[3:]:\n"
        "    subprocess.run([sys.executable, '-m', 'recert.cli.main', '--store', sys.argv[1], '-q',\n"
        "        'decide', sys.argv[2], item, '--abstain', '--rationale', 'r'], check=True,\n"
        "        stdout=subprocess.DEVNULL)\n"
        "    print(item, flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(walk.store), campaign, *ids],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=dict(os.environ),
    )
    assert process.stdout is not None
    acknowledged = [process.stdout.readline().strip() for _ in range(3)]
    # The fourth decision is somewhere between its start and its commit now.
    time.sleep(0.25)
    os.killpg(process.pid, signal.SIGKILL)
    acknowledged += process.stdout.read().split()
    process.stdout.close()
    process.wait()
    states = {item["id"]: item["state"] for item in walk.json("items", campaign)["items"]}
    assert acknowledged
    assert all(states[item] == "decided" for item in acknowledged if item)
    assert walk.json("verify", walk.store, code=3)["ok"] is True


def _edit_a_decision(pack: Path) -> None:
    for path in sorted(pack.rglob("*.jsonl")):
        text = path.read_text()
        changed = re.sub(r'"verdict":\s?"revoke"', '"verdict":"attest"', text)
        if changed != text:
            path.chmod(0o600)
            path.write_text(changed)
            return
    raise AssertionError("no decision in the pack")


def _forge(pack: Path) -> None:
    """Edit a decision in the ledger and recompute every hash that follows from it."""
    ledger = pack / "ledger.jsonl"
    lines = ledger.read_text().splitlines()
    before = "0" * 64
    forged = []
    for line in lines:
        entry = json.loads(line)
        entry["prev"] = before
        if entry["type"] == "decision.recorded" and entry["body"]["verdict"] == "revoke":
            entry["body"]["verdict"] = "attest"
        text = json.dumps(entry, sort_keys=True, separators=(",", ":"))
        before = hashlib.sha256(text.encode()).hexdigest()
        forged.append(text)
    ledger.chmod(0o600)
    ledger.write_text("\n".join(forged) + "\n")
    sums = pack / "SHA256SUMS"
    if sums.exists():
        sums.chmod(0o600)
        names = [line.split(maxsplit=1)[1].lstrip("*") for line in sums.read_text().splitlines()]
        sums.write_text(
            "".join(
                f"{hashlib.sha256((pack / name).read_bytes()).hexdigest()}  {name}\n"
                for name in names
            )
        )
