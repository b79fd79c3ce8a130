"""Keys: enrolled, used for a sign-off, pinned in a verification."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from recert.campaigns import people
from recert.cli import first_key
from recert.clock import SystemClock
from recert.evidence import keys
from recert.store.ledger import Actor
from recert.store.store import Store

Walk = Any


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "id_ed25519"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True, capture_output=True
    )
    return path


def test_a_signed_review_verifies_by_pinned_signers(walk: Walk, key: Path, tmp_path: Path) -> None:
    enrolled = walk.json("people", "enrol", "maria.sanchez", f"{key}.pub")
    assert enrolled["key"].startswith("SHA256:")
    campaign = walk.active()["id"]
    item = walk.mine(campaign)[0]["id"]
    walk.json("decide", campaign, item, "--abstain", "--rationale", "I cannot judge this")
    signed = walk.json("sign", campaign, "--yes", "--key", key)
    assert signed["signature"] == "ssh"
    pins = tmp_path / "signers"
    pins.write_text("\n".join(walk.json("people", "signers")["signers"]) + "\n")
    walk.json("export", campaign, "--to", tmp_path / "pack", code=3)
    found = walk.json("verify", tmp_path / "pack", "--signers", pins)
    assert (found["ok"], found["signers_pinned"]) == (True, True)


def test_a_key_that_nobody_enrolled_signs_nothing(walk: Walk, key: Path) -> None:
    campaign = walk.active()["id"]
    item = walk.mine(campaign)[0]["id"]
    walk.json("decide", campaign, item, "--abstain", "--rationale", "I cannot judge this")
    done = walk("sign", campaign, "--yes", "--key", key)
    assert done.code == 1
    assert "Traceback" not in done.err
    assert walk.json("campaign", "show", campaign)["counts"]["signed_off"] == 0


def test_a_revoked_key_is_said_to_be(walk: Walk, key: Path) -> None:
    enrolled = walk.json("people", "enrol", "maria.sanchez", f"{key}.pub")
    walk.json("people", "revoke", enrolled["key"], "--reason", "lost")
    listed = walk.json("people", "signers")["signers"]
    (mine,) = [line for line in listed if line.startswith("maria.sanchez")]
    assert "valid-before" in mine


def test_the_demo_signs_with_a_labelled_throw_away_key(walk: Walk, tmp_path: Path) -> None:
    campaign = walk.active()["id"]
    item = walk.mine(campaign)[0]["id"]
    walk.json("decide", campaign, item, "--abstain", "--rationale", "I cannot judge this")
    assert walk.json("sign", campaign, "--yes")["signature"] == "ssh"
    listed = walk.json("people", "signers")["signers"]
    assert {line.split()[0] for line in listed} == {"agnes.lindholm", "maria.sanchez"}
    assert all(line.endswith("THROW-AWAY key of the demo, worth nothing") for line in listed)
    walk.json("export", campaign, "--to", tmp_path / "pack", code=3)
    found = walk.json("verify", tmp_path / "pack", code=3)
    assert (found["ok"], found["synthetic"], found["source"]) == (True, True, "demo")
    statement = next((tmp_path / "pack" / "signoffs").glob("*.statement"))
    done = subprocess.run(
        [
            "ssh-keygen", "-Y", "verify", "-f", tmp_path / "pack" / "allowed_signers", "-I",
            "maria.sanchez", "-n", "signoff.v1@recert", "-s", f"{statement}.sig",
        ],
        input=statement.read_bytes(),
        capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_a_key_in_the_agent_signs_without_being_named(
    key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = Path(tempfile.mkdtemp(dir="/tmp")) / "a"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
    try:
        while not socket.exists():
            assert agent.poll() is None
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        subprocess.run(["ssh-add", "-q", key], check=True, capture_output=True)
        key.unlink()
        store = Store.open(tmp_path / "live.db", clock=SystemClock())
        actor = Actor("maria.sanchez", "os")
        people.add(store, [people.Person("maria.sanchez", "Maria")], clock=store.clock, actor=actor)
        public = Path(f"{key}.pub").read_text()
        fingerprint = keys.enrol(store, "maria.sanchez", public, actor=actor)
        for asks in (True, False):
            signer = keys.find_signer(store, "maria.sanchez", os.environ, asks=asks)
            assert signer is not None
            assert signer.sign("text", "signoff.v1@recert").key == fingerprint
        keys.revoke(store, fingerprint, "lost", actor=actor)
        assert keys.find_signer(store, "maria.sanchez", os.environ) is None
        store.close()
    finally:
        agent.terminate()
        agent.wait()
        shutil.rmtree(socket.parent)


def test_the_only_key_at_hand_is_bound_and_a_choice_is_never_guessed(
    key: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    assert first_key.at_hand(tmp_path) == {}
    folder = tmp_path / ".ssh"
    folder.mkdir()
    (folder / "id.pub").write_text(Path(f"{key}.pub").read_text())
    (folder / "other.pub").write_text("nothing of the kind")
    (folder / "bad.pub").write_bytes(b"\xff")
    assert len(first_key.at_hand(tmp_path)) == 1


def test_a_demo_certifies_nothing(walk: Walk, key: Path, tmp_path: Path) -> None:
    walk.json("people", "enrol", "maria.sanchez", f"{key}.pub")
    campaign = walk.active()["id"]
    certificate = tmp_path / "agent.cert"
    done = walk(
        "export", campaign, "--to", tmp_path / "p", "--certificate", certificate, "--key", key
    )
    assert done.code == 1
    assert not certificate.exists()
    assert not (tmp_path / "p").exists()


def test_a_file_that_is_no_key_is_a_sentence(walk: Walk, tmp_path: Path) -> None:
    (tmp_path / "x.pub").write_text("ssh-dragon AAAA\n")
    done = walk("people", "enrol", "maria.sanchez", tmp_path / "x.pub")
    assert done.code == 2
    assert "Traceback" not in done.err
