"""The gate: no before a review, yes after its close, no again when the agent has changed."""

import shutil
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aws_demo import keep_key, reading, tape

from recert.campaigns.intake import record_reading
from recert.cli import readings
from recert.clock import SystemClock
from recert.estate.agents import Agent
from recert.estate.estate import Coverage, Estate, Source
from recert.evidence.certificate import check
from recert.store import settings
from recert.store.ledger import Actor
from recert.store.store import Store

Recert = Callable[..., Any]

AGENT = "mortgage-renewal-letters"
OWNER = "priya.nair"


@pytest.fixture(scope="module")
def estate() -> Estate:
    """Return the demo's estate as AWS itself would have shown it: live, and without a gap."""
    return changed(reading(), coverage=Coverage())


def changed(estate: Estate, **fields: Any) -> Estate:
    known = {name: getattr(estate, name) for name in Estate.model_fields}
    return Estate(**{**known, **fields})


def keep(store: Path, estate: Estate) -> None:
    opened = Store.open(store, clock=SystemClock())
    kim = Actor(id="kim", strength="os")
    record_reading(opened, estate, api_calls=1, clock=SystemClock(), actor=kim)
    with opened.write(kim) as tx:
        settings.put(tx, "signatures", "none", "nobody here has a key")
    opened.close()


class Gate:
    def __init__(self, recert: Recert, store: Path) -> None:
        self._recert = recert
        self._store = store

    def __call__(self, *args: object, user: str = OWNER, code: int = 0) -> Any:
        done = self._recert("--store", self._store, *args, "--json", RECERT_USER=user)
        assert done.code == code, done.err
        return done.json()

    def review(self) -> str:
        """Open a review of the agent, attest all of it, and close it."""
        campaign = str(self("campaign", "open", AGENT)["id"])
        items: dict[str, list[str]] = {}
        for item in self("items", campaign)["items"]:
            items.setdefault(item["reviewer"], []).append(item["id"])
        for user, own in items.items():
            self("decide", campaign, *own, "--attest", "--rationale", "ok", user=user)
        for user in items:
            self("sign", campaign, "--yes", user=user)
        assert self("campaign", "close", campaign)["state"] == "closed"
        return campaign


@pytest.fixture(scope="module")
def first(estate: Estate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store that has taken the estate."""
    store = tmp_path_factory.mktemp("first") / "live.db"
    keep(store, estate)
    return store


@pytest.fixture
def gate(recert: Recert, tmp_path: Path, first: Path) -> Gate:
    store = tmp_path / "live.db"
    shutil.copy(first, store)
    return Gate(recert, store)


def test_an_agent_that_was_never_reviewed_is_held_back(gate: Gate) -> None:
    found = gate("gate", AGENT, "--stored", code=1)
    assert found["certified"] is False
    assert found["certified_fingerprint"] is None


def test_a_closed_review_lets_it_pass_until_it_changes(
    gate: Gate, tmp_path: Path, estate: Estate
) -> None:
    campaign = gate.review()
    found = gate("gate", AGENT, "--stored")
    assert (found["certified"], found["campaign"]) == (True, campaign)
    assert found["fingerprint"] == found["certified_fingerprint"]
    agents = tuple(
        Agent.model_validate({**dict(one), "owner": "tom.becker", "tags": {"owner": "tom.becker"}})
        if one.name == AGENT
        else one
        for one in estate.agents
    )
    later = changed(estate, agents=agents, taken_at=estate.taken_at + timedelta(hours=1))
    keep(tmp_path / "live.db", later)
    found = gate("gate", AGENT, "--stored", code=1)
    assert found["certified"] is False
    assert any("owner" in one for one in found["difference"])


def test_a_version_that_was_not_read_is_held_back(gate: Gate) -> None:
    gate.review()
    assert "Unread" in gate("gate", AGENT, "--version", "77", "--stored", code=1)["reason"]


def test_a_recording_is_judged_as_a_recording_and_never_passes_for_live(
    recert: Recert, tmp_path: Path, estate: Estate
) -> None:
    store = tmp_path / "replay.db"
    keep(store, changed(estate, source=Source(kind="replay", recording_digest="ab" * 32)))
    gate = Gate(recert, store)
    campaign = gate.review()
    found = gate("gate", AGENT, "--stored")
    assert (found["certified"], found["campaign"]) == (True, campaign)
    assert (found["source"], found["recording"]) == ("replay", "ab" * 32)
    assert found["reason"].startswith("REPLAY of recording abab")
    found = gate("gate", AGENT, code=1)
    assert found["certified"] is False
    assert "AWS was not asked" in found["reason"]


def test_the_demo_is_labelled_synthetic(recert: Recert, tmp_path: Path, estate: Estate) -> None:
    store = tmp_path / "demo.db"
    source = Source(kind="replay", recording_digest="ab" * 32, synthetic=True)
    keep(store, changed(estate, source=source))
    found = Gate(recert, store)("gate", AGENT, "--stored", code=1)
    assert found["reason"].startswith("SYNTHETIC: No closed review")
    assert found["synthetic"] is True


@pytest.mark.usefixtures("demo_in_aws")
def test_without_stored_the_agent_is_read_again_and_only_it(gate: Gate) -> None:
    campaign = gate.review()
    found = gate("gate", AGENT)
    assert (found["certified"], found["campaign"]) == (True, campaign)
    assert found["fingerprint"] == found["certified_fingerprint"]
    assert gate("gate", AGENT, "--version", "77", code=1)["reason"].startswith("Unread")


@pytest.mark.usefixtures("demo_in_aws")
def test_what_changed_since_the_last_sync_is_seen(
    recert: Recert, tmp_path: Path, estate: Estate
) -> None:
    agents = tuple(
        Agent.model_validate({**dict(one), "purpose": "something else"})
        if one.name == AGENT
        else one
        for one in estate.agents
    )
    store = tmp_path / "live.db"
    keep(store, changed(estate, agents=agents))
    gate = Gate(recert, store)
    gate.review()
    assert gate("gate", AGENT, "--stored")["certified"]
    found = gate("gate", AGENT, code=1)
    assert found["fingerprint"] != found["certified_fingerprint"]
    assert any("purpose" in one for one in found["difference"])


def test_aws_that_cannot_be_reached_is_a_no(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    campaign = gate.review()
    found = gate("gate", AGENT, code=1)
    assert found["reason"].startswith("Unread: AWS")
    assert (found["campaign"], found["fingerprint"]) == (campaign, None)


def test_an_agent_that_no_reading_has_shown_is_a_no(gate: Gate) -> None:
    arn = "arn:aws:bedrock:us-east-1:111122223333:agent/NOBODY0001"
    assert gate("gate", arn, code=1)["agent"] == arn


def test_a_closed_review_can_be_certified_for_a_pipeline(
    gate: Gate, tmp_path: Path, estate: Estate
) -> None:
    key = tmp_path / "id_ed25519"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True, capture_output=True
    )
    gate("people", "add", OWNER)
    gate("people", "enrol", OWNER, f"{key}.pub")
    campaign = gate.review()
    paper = tmp_path / "agent.cert"
    made = gate("export", campaign, "--to", tmp_path / "pack", "--certificate", paper, "--key", key)
    assert made["certified"] == 1
    pins = tmp_path / "signers"
    pins.write_text("\n".join(gate("people", "signers")["signers"]) + "\n")
    arn = next(one.arn for one in estate.agents if one.name == AGENT)
    found = check(paper, pins).find(arn, None, SystemClock().now())
    assert found is not None
    assert found.fingerprint == gate("gate", AGENT, "--stored")["fingerprint"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(readings, "live", lambda *_, **__: tape())
        keyring = keep_key(tmp_path / "keyring")
        by = ("--certificate", paper, "--signers", pins, "--keyring", keyring)
        assert gate("gate", arn, *by)["campaign"] == campaign
        assert gate("gate", AGENT, *by)["agent"] == arn
        other = next(one.arn for one in estate.agents if one.name != AGENT)
        assert "nothing of it" in gate("gate", other, *by, code=1)["reason"]
        other_key = tmp_path / "other"
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other_key],
            check=True,
            capture_output=True,
        )
        pins.write_text(f"{OWNER} {(tmp_path / 'other.pub').read_text()}")
        assert "not pinned" in gate("gate", arn, *by, code=1)["reason"]
