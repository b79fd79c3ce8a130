"""Who the caller is: claimed, verified by AWS, proved by a key; and what each may do."""

import csv
import io
import json
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

import pytest

from recert.clock import SystemClock
from recert.demo import recording_path
from recert.estate.estate import Source
from recert.store.ledger import Actor
from recert.store.readings import require_source
from recert.store.store import Store

Walk = Any
MOTO = "arn:aws:sts::123456789012:user/moto"


@pytest.fixture
def live(tmp_path: Path) -> Path:
    """Return a store that is bound to live readings."""
    path = tmp_path / "live.db"
    store = Store.open(path, clock=SystemClock())
    with store.write(Actor("maker", "os")) as tx:
        require_source(tx.session, Source(kind="live", caller_arn=MOTO))
    store.close()
    return path


def last(path: Path) -> dict[str, Any]:
    connection = sqlite3.connect(path)
    try:
        (text,) = connection.execute("SELECT entry FROM ledger ORDER BY seq DESC").fetchone()
    finally:
        connection.close()
    found: dict[str, Any] = json.loads(text)
    return found


def kim_is_known_to_aws(recert: Any, live: Path, moto_environment: dict[str, str]) -> None:
    """Make Kim known as whom AWS answers that the caller is."""
    added = ("people", "add", "kim", "--sts", MOTO)
    recert("--store", live, *added, RECERT_USER="kim", **moto_environment)


def test_without_a_store_whoami_says_what_is_true(
    recert: Any, tmp_path: Path, moto_environment: dict[str, str]
) -> None:
    nowhere = tmp_path / "nowhere.db"
    done = recert("--store", nowhere, "whoami", "--json", RECERT_USER="kim")
    assert done.code == 0, done.err
    told = done.json()
    assert (told["id"], told["strength"], told["store"]) == ("kim", "os", None)
    assert (told["known"], told["roles"], told["sts"]) == (None, None, None)
    assert not nowhere.exists()
    asked = recert(
        "--store", nowhere, "whoami", "--json", RECERT_USER="kim", **moto_environment
    ).json()
    assert (asked["sts"]["arn"], asked["strength"]) == (MOTO, "os")
    words = recert("--store", nowhere, "whoami", RECERT_USER="kim")
    assert (words.code, "no store here" in words.err) == (0, True)


@pytest.mark.parametrize(
    ("pattern", "exact"),
    [(MOTO, True), ("arn:aws:sts::123456789012:user/*", False)],
)
def test_on_a_live_store_aws_verifies_the_claim(
    *, recert: Any, live: Path, moto_environment: dict[str, str], pattern: str, exact: bool
) -> None:
    add = recert(
        "--store",
        live,
        "people",
        "add",
        "kim",
        "--sts",
        pattern,
        RECERT_USER="kim",
        **moto_environment,
    )
    assert add.code == 0, add.err
    told = recert("--store", live, "whoami", "--json", RECERT_USER="kim", **moto_environment).json()
    assert (told["strength"], told["sts"]["agrees"], told["sts"]["exact"]) == ("sts", True, exact)
    recert("--store", live, "people", "add", "lee", RECERT_USER="kim", **moto_environment)
    actor = last(live)["actor"]
    assert (actor["id"], actor["auth"], actor["sts_arn"]) == ("kim", "sts", MOTO)
    assert actor["account"] == "123456789012"


def test_a_claim_that_aws_contradicts_stays_a_claim_with_the_arn_beside_it(
    recert: Any, live: Path, moto_environment: dict[str, str]
) -> None:
    kim_is_known_to_aws(recert, live, moto_environment)
    recert("--store", live, "people", "add", "eve", RECERT_USER="kim", **moto_environment)
    told = recert("--store", live, "whoami", "--json", RECERT_USER="eve", **moto_environment).json()
    assert (told["strength"], told["sts"]["person"], told["sts"]["agrees"]) == ("os", "kim", False)
    assert "kim's" in told["why"]
    recert("--store", live, "people", "add", "lee", RECERT_USER="eve", **moto_environment)
    actor = last(live)["actor"]
    assert (actor["id"], actor["auth"], actor["sts_arn"]) == ("eve", "os", MOTO)


def test_where_nobody_claims_a_name_aws_names_the_person(
    recert: Any, live: Path, moto_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kim_is_known_to_aws(recert, live, moto_environment)
    monkeypatch.delenv("RECERT_USER", raising=False)
    told = recert("--store", live, "whoami", "--json", **moto_environment).json()
    assert (told["id"], told["strength"], told["source"]) == ("kim", "sts", "AWS")


def test_a_live_store_without_credentials_goes_on_by_the_claim(recert: Any, live: Path) -> None:
    off = {"AWS_EC2_METADATA_DISABLED": "true"}
    done = recert("--store", live, "people", "add", "kim", RECERT_USER="kim", **off)
    assert done.code == 0, done.err
    told = recert("--store", live, "whoami", "--json", RECERT_USER="kim", **off).json()
    assert (told["strength"], told["sts"]) == ("os", None)
    assert "no AWS credentials" in told["why"]


def test_a_key_of_theirs_proves_who_somebody_is(walk: Walk, tmp_path: Path) -> None:
    for name in ("own", "other"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / name],
            check=True,
            capture_output=True,
        )
    walk.json("people", "enrol", "maria.sanchez", tmp_path / "own.pub")
    assert walk.json("whoami")["strength"] == "os"
    size = walk.store.read_bytes()
    assert walk.json("whoami", "--key", tmp_path / "own")["strength"] == "ssh"
    assert walk.store.read_bytes() == size
    assert walk("whoami", "--key", tmp_path / "other").code == 1


@pytest.mark.parametrize(
    "words",
    [
        ("campaign", "cancel", "{c}", "--reason", "x", "--yes"),
        ("campaign", "close", "{c}"),
        ("campaign", "end", "{c}", "--yes"),
        ("campaign", "extend", "{c}", "--due", "2030-01-01T00:00:00Z", "--reason", "x"),
        ("campaign", "exclude", "{c}", "{i}", "--rule", "x", "--reason", "x"),
        ("campaign", "remind", "{c}", "--dry-run"),
        ("remediate", "{c}", "apply", "--yes"),
        ("remediate", "{c}", "rollback", "--yes"),
    ],
)
def test_who_has_no_right_is_refused_with_the_rule_and_recorded(
    walk: Walk, words: tuple[str, ...]
) -> None:
    campaign = walk.active()["id"]
    item = walk.mine(campaign)[0]["id"]
    typed = [word.format(c=campaign, i=item) for word in words]
    before = walk.json("campaign", "show", campaign)
    done = walk(*typed, RECERT_USER="tom.becker")
    assert done.code == 1, done.err
    told = last(walk.store)
    assert (told["type"], told["actor"]["id"]) == ("refusal", "tom.becker")
    assert told["body"]["rule"] in ("not_owner", "not_applier")
    assert walk.json("campaign", "show", campaign) == before
    assert walk.json("verify", walk.store, code=3)["ok"] is True


def test_one_person_alone_may_do_everything_and_it_says_not_independent(
    recert: Any, tmp_path: Path, walk: Walk
) -> None:
    # A store of a recording, in which nobody is known: whoever works in it owns its campaigns.
    store = tmp_path / "alone.db"
    me = {"RECERT_USER": "kim"}
    recording = recording_path()
    done = recert("--store", store, "sync", "--from", recording, "--json", **me)
    assert done.code in (0, 3), done.err
    agents = recert("--store", store, "agents", "--json", **me).json()["agents"]
    agent = next(one for one in agents if one["risk_tier"] in ("critical", "high"))
    set_ = recert("--store", store, "agent", "set", agent["arn"], "--owner", "kim", **me)
    assert set_.code == 0, set_.err
    opened = recert("--store", store, "campaign", "open", agent["arn"], "--json", **me).json()
    items = recert("--store", store, "items", opened["id"], "--mine", "--json", **me).json()[
        "items"
    ]
    privileged = next(one for one in items if one["privileged"] and one["kind"] != "unread")
    decided = recert(
        "--store", store, "decide", opened["id"], privileged["id"], "--attest",
        "--rationale", "I am alone here", "--seen", privileged["basis_digest"], "--json", **me,
    )  # fmt: skip
    assert decided.code == 0, decided.err
    assert decided.json()["decisions"][0]["independent"] is False
    signed = recert("--store", store, "sign", opened["id"], "--yes", **me)
    assert signed.code == 0, signed.err
    assert "not independent" in signed.err
    pack = tmp_path / "pack"
    recert("--store", store, "export", opened["id"], "--to", pack, **me)
    table = (pack / "assignments.csv").read_text(encoding="utf-8-sig")
    rows = csv.DictReader(io.StringIO(table, newline=""))
    assert "no" in {row["independent"] for row in rows}
