"""Keys: enrolled, used for a sign-off, pinned in a verification."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

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
    assert "valid-before" in walk.json("people", "signers")["signers"][0]


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
