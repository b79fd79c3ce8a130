"""Signing with a key that has a passphrase, and taking it back: whole processes in a terminal."""

import subprocess
from pathlib import Path

import pytest
from term import RECERT, Term, answer, demo_store

SECRET = "correct horse"  # noqa: S105 - of a key that lives as long as the test


@pytest.fixture
def config(homes: Path) -> Path:
    """Return a configuration that names a key of the persona's with a passphrase."""
    key = homes / "id_ed25519"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", SECRET, "-f", key],
        check=True,
        capture_output=True,
    )
    told = homes / "recert.toml"
    told.write_text(f'[evidence]\nkey = "{key}"\n')
    return told


def test_a_key_with_a_passphrase_is_asked_for_on_the_terminal_and_the_decision_is_taken_back(
    homes: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = demo_store()
    answer("--store", store, "people", "enrol", "maria.sanchez", f"{homes / 'id_ed25519'}.pub")
    term = Term([*RECERT, "--config", str(config), "demo"])
    term.wait_for("of yours decided")
    term.send("s")
    term.wait_for("why?")
    term.send("somebody else knows better\r")
    term.wait_for("stored; u undoes")

    def asked_for_the_passphrase() -> None:
        term.send("S")
        term.wait_for("No other key signs")
        term.send("y")
        term.wait_for("Enter passphrase")
        assert "nothing is signed" in term.text()

    asked_for_the_passphrase()
    # Between its prompt and its read, ssh-keygen loses a signal.
    term.rest(0.5)
    term.send("\x03")
    term.wait_for("✗ The signature was cancelled; nothing was signed.")
    term.wait_for("1 of 36 of yours decided")
    asked_for_the_passphrase()
    term.send("wrong\r")
    term.wait_for("✗ That was not the key's passphrase; nothing was signed.")
    asked_for_the_passphrase()
    term.send(f"{SECRET}\r")
    term.wait_for("Signed: 1 item; signature: ssh")
    assert SECRET.encode() not in term.raw
    term.wait_for("§ abstain")
    term.send("gR")
    term.wait_for("until a second person confirms")
    term.send("I can judge it after all\r")
    term.wait_for("Asked to take 1 decision back")
    term.send("q")
    assert term.end() == 0

    monkeypatch.setenv("RECERT_USER", "priya.nair")
    second = Term([*RECERT, "demo"])
    second.wait_for("1 request to take a signed decision back")
    second.send("2")
    second.wait_for("↶ 1 back")
    second.send("R")
    second.wait_for("I can judge it after all")
    second.send("y")
    second.wait_for("Taken back: 1 decision; asked again in c-")
    second.send("q")
    assert second.end() == 0
    campaigns = answer("--store", store, "campaigns")["campaigns"]
    campaign = next(one["id"] for one in campaigns if one["counts"]["signed_off"])
    items = answer("--store", store, "items", campaign)["items"]
    (item,) = [one for one in items if one["state"] == "signed_off"]
    assert item["decision"]["state"] == "rescinded"
    assert item["rescission"]["confirmed_by"] == "priya.nair"
