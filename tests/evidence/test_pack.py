import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recert.errors import LedgerError, RefusedError, StoreError, UsageError
from recert.evidence import containers
from recert.evidence.pack import PackResult, export_pack
from recert.store.engine.guards import STATEMENTS
from recert.store.store import Store


def export(world: Any, worlds: Any, target: Path) -> PackResult:
    return export_pack(world.store, world.campaign, target, world.clock, worlds.OWEN)


def read(path: Path, name: str) -> Any:
    return json.loads((path / name).read_text())


def test_a_pack_holds_what_an_auditor_asks_for(world: Any, worlds: Any, tmp_path: Path) -> None:
    world.whole(3)
    result = export(world, worlds, tmp_path / "pack")
    pack = tmp_path / "pack"
    assert {path.relative_to(pack).as_posix() for path in pack.rglob("*") if path.is_file()} >= {
        "manifest.json", "SHA256SUMS", "ledger.jsonl", "checkpoint", "campaign.json", "ipe.json",
        "population.jsonl", "decisions.jsonl", "decisions.csv", "exclusions.csv", "assignments.csv",
        "tieout.json", "verify.sh", "verify.py", "README.txt", "report.html",
        "decisions.xlsx", "oscal-assessment-results.json",
        "allowed_signers", "exceptions.csv", "remediation.csv", "quality.json",
    }  # fmt: skip
    assert result.complete
    assert result.exit_code == 0
    assert (result.state, result.standing, result.interim) == ("closed", "complete", False)
    assert str(result.head) == str(world.store.head())
    manifest = read(pack, "manifest.json")
    assert manifest["signature"] == "none"
    assert manifest["source"] == "replay"
    assert manifest["recordings"] == ["ab" * 32]
    last = (pack / "ledger.jsonl").read_text().splitlines()[-1]
    assert hashlib.sha256(last.encode()).hexdigest() == manifest["head"]["hash"] == result.head.hash
    assert json.loads(last)["type"] == "export"
    assert len((pack / "population.jsonl").read_text().splitlines()) == 3
    assert len((pack / "decisions.jsonl").read_text().splitlines()) == 3
    statement = next((pack / "signoffs").glob("*.statement")).read_text()
    assert json.loads(statement)["meaning"].startswith("I reviewed")
    assert read(pack, "ipe.json")["readings"][0]["source"]["recording_digest"] == "ab" * 32
    assert [step["to"] for step in read(pack, "campaign.json")["steps"]][-1] == "closed"
    assert all(equation["holds"] for equation in read(pack, "tieout.json")["equations"])


def test_a_pack_is_for_the_user_alone(world: Any, worlds: Any, tmp_path: Path) -> None:
    world.whole(1)
    export(world, worlds, tmp_path / "pack")
    export(world, worlds, tmp_path / "pack.zip")
    assert (tmp_path / "pack").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "pack" / "ledger.jsonl").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "pack.zip").stat().st_mode & 0o777 == 0o600


def words(pack: Path) -> str:
    files = (path for path in pack.rglob("*") if path.is_file())
    return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in files).lower()


@pytest.mark.parametrize("why", ["open", "gaps", "unverified revocation", "cancelled"])
def test_the_word_complete_stands_nowhere_unless_it_is_true(
    world: Any, worlds: Any, tmp_path: Path, why: str
) -> None:
    world.open(2, estate=worlds.estate(gaps=2 if why == "gaps" else 0))
    world.decide(0)
    world.decide(1, "revoke" if why == "unverified revocation" else "attest")
    world.sign()
    if why == "cancelled":
        world.move("cancelled", reason="wrong scope")
    elif why != "open":
        world.close()
    result = export(world, worlds, tmp_path / "pack")
    assert not result.complete
    assert result.exit_code == 3
    assert "complete" not in words(tmp_path / "pack")
    first_page = (tmp_path / "pack" / "README.txt").read_text()
    wanted = {
        "open": "INTERIM",
        "gaps": "WITH GAPS",
        "unverified revocation": "DOES NOT ADD UP",
        "cancelled": "CANCELLED",
    }
    assert wanted[why] in first_page
    assert len(result.gaps) == (2 if why == "gaps" else 0)


@pytest.mark.parametrize(("synthetic", "word"), [(True, "SYNTHETIC"), (False, "REPLAY")])
def test_what_was_not_read_from_aws_says_so_on_the_first_page(
    world: Any,
    worlds: Any,
    tmp_path: Path,
    synthetic: bool,  # noqa: FBT001 - a parameter of the table
    word: str,
) -> None:
    world.open(1, estate=worlds.estate(synthetic=synthetic))
    result = export(world, worlds, tmp_path / "pack")
    assert result.synthetic is synthetic
    assert result.source == ("demo" if synthetic else "replay")
    text = (tmp_path / "pack" / "README.txt").read_text()
    assert word in text
    assert "ab" * 32 in text


def test_live_evidence_says_neither(world: Any, worlds: Any, tmp_path: Path) -> None:
    world.open(1, estate=worlds.estate(kind="live"))
    assert export(world, worlds, tmp_path / "pack").source == "live"
    text = (tmp_path / "pack" / "README.txt").read_text()
    assert "SYNTHETIC" not in text
    assert "REPLAY" not in text


def test_the_same_store_gives_the_same_bytes(world: Any, worlds: Any, tmp_path: Path) -> None:
    world.whole(3)
    shutil.copy(world.path, tmp_path / "copy.db")
    first = export(world, worlds, tmp_path / "a.zip")
    world.tick(500)
    again = export(world, worlds, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    assert first.head == again.head == world.store.head()
    world.tick(-500)
    other = Store.open(tmp_path / "copy.db", clock=world.clock)
    export_pack(other, world.campaign, tmp_path / "c.zip", world.clock, worlds.OWEN)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "c.zip").read_bytes()


def test_an_export_by_somebody_else_or_after_a_change_is_told_again(
    world: Any, worlds: Any, tmp_path: Path
) -> None:
    world.whole(1)
    sizes = [
        export_pack(
            world.store, world.campaign, tmp_path / str(number), world.clock, actor
        ).head.size
        for number, actor in enumerate((worlds.OWEN, worlds.OWEN, worlds.ANNA, worlds.OWEN))
    ]
    assert [size - sizes[0] for size in sizes] == [0, 0, 1, 2]


def test_a_folder_and_a_zip_hold_the_same(world: Any, worlds: Any, tmp_path: Path) -> None:
    world.whole(2)
    export(world, worlds, tmp_path / "pack")
    export(world, worlds, tmp_path / "pack.ZIP")
    assert containers.read(tmp_path / "pack") == containers.read(tmp_path / "pack.ZIP")
    with zipfile.ZipFile(tmp_path / "pack.ZIP") as archive:
        assert archive.testzip() is None
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_text_from_outside_never_becomes_a_formula_or_a_control_sequence(
    world: Any, worlds: Any, tmp_path: Path
) -> None:
    hostile = [
        "=1+1",
        "+1",
        "-1",
        "@x",
        "\t=1",
        "\r=1",
        "\uff1d1",
        "\x00=1",
        "a\x1b]0;x\x07b",
        'q"q,\n=2',
    ]
    world.open(len(hostile))
    for number, text in enumerate(hostile):
        world.decide(number, rationale=text)
    export(world, worlds, tmp_path / "pack")
    raw = (tmp_path / "pack" / "decisions.csv").read_bytes().decode()
    rows = list(csv.DictReader(io.StringIO(raw, newline="")))
    assert len(rows) == len(hostile)
    for row in rows:
        for cell in row.values():
            assert not cell.startswith(tuple("=+-@\t\r\n\x00\uff1d\uff0b\uff0d\uff20"))
            assert cell.isprintable()
    kept = [
        json.loads(line)
        for line in (tmp_path / "pack" / "decisions.jsonl").read_text().splitlines()
    ]
    assert [entry["body"]["rationale"] for entry in kept] == hostile


def test_an_unknown_campaign_is_a_usage_error_and_leaves_no_entry(
    world: Any, worlds: Any, tmp_path: Path
) -> None:
    before = world.store.head()
    with pytest.raises(UsageError, match="no campaign"):
        export_pack(world.store, "c-nothing", tmp_path / "pack", world.clock, worlds.OWEN)
    assert world.store.head() == before
    assert not (tmp_path / "pack").exists()


@pytest.mark.parametrize("what", ["folder", "full folder", "file", "dead link"])
@pytest.mark.parametrize("name", ["pack", "pack.zip"])
def test_a_target_that_exists_is_never_touched(
    world: Any, worlds: Any, tmp_path: Path, what: str, name: str
) -> None:
    world.whole(1)
    target = tmp_path / name
    if "folder" in what:
        target.mkdir()
        if what.startswith("full"):
            (target / "x").touch()
    elif what == "file":
        target.write_text("precious")
    else:
        target.symlink_to(tmp_path / "nowhere")
    before = world.store.head()
    with pytest.raises(UsageError, match="exists already"):
        export(world, worlds, target)
    assert world.store.head() == before
    assert not (tmp_path / "nowhere").exists()


def test_folders_on_the_way_are_made_and_a_file_there_is_a_sentence(
    world: Any, worlds: Any, tmp_path: Path
) -> None:
    world.whole(1)
    export(world, worlds, tmp_path / "a" / "b" / "pack")
    assert (tmp_path / "a" / "b" / "pack" / "manifest.json").is_file()
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="is no folder"):
        export(world, worlds, tmp_path / "file" / "pack")


@pytest.mark.parametrize(("name", "limit"), [("pack", 0), ("pack", 9000), ("pack.zip", 3000)])
def test_a_disk_that_gives_out_leaves_nothing_and_no_entry(
    world: Any, worlds: Any, tmp_path: Path, name: str, limit: int
) -> None:
    world.whole(3)
    before = world.store.head()
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from recert.clock import SystemClock\n"
        "from recert.errors import StoreError\n"
        "from recert.evidence import containers\n"
        "from recert.evidence.pack import export_pack\n"
        "from recert.store.ledger import Actor\n"
        "from recert.store.store import Store\n"
        "path, campaign, target, limit = sys.argv[1:]\n"
        "store = Store.open(path, clock=SystemClock())\n"
        "write = containers.write\n"
        "def limited(*arguments):\n"
        "    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))\n"
        "    try:\n        write(*arguments)\n"
        "    finally:\n"
        "        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)\n"
        "containers.write = limited\n"
        "try:\n    export_pack(store, campaign, Path(target), SystemClock(), Actor('o', 'os'))\n"
        "except StoreError as error:\n    print(error)\n    sys.exit(error.exit_code)\n"
    )
    target = tmp_path / "out" / name
    done = subprocess.run(
        [sys.executable, "-c", code, str(world.path), world.campaign, str(target), str(limit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 5, done.stderr
    assert "could not be written" in done.stdout
    assert not (tmp_path / "out").exists()
    assert world.store.head() == before


def test_a_commit_that_fails_takes_the_pack_with_it(
    world: Any, worlds: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.whole(1)
    before = world.store.head()
    monkeypatch.setattr("recert.store.engine.sqlite._BUSY_SECONDS", 0)
    with world.store.read() as session:
        session.connection().exec_driver_sql("SELECT count(*) FROM ledger").scalar_one()
        with pytest.raises(StoreError, match="busy"):
            export(world, worlds, tmp_path / "pack")
    assert world.store.head() == before
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_store_that_does_not_hold_together_is_not_exported(
    make_world: Callable[..., Any], worlds: Any, tmp_path: Path
) -> None:
    world = make_world()
    world.open(2)
    world.decide(0)
    with world.store.database.writer.begin() as connection:
        for name in STATEMENTS:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("UPDATE item SET title = 'harmless' WHERE rank = 1")
    with pytest.raises(LedgerError, match="not the one that was assigned"):
        export(world, worlds, tmp_path / "pack")
    with world.store.database.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE ledger SET entry = replace(entry, 'needed', 'neeeed')")
    with pytest.raises(LedgerError):
        export(world, worlds, tmp_path / "pack")
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_campaigns_of_one_store_are_told_apart(world: Any, worlds: Any, tmp_path: Path) -> None:
    world.whole(2)
    world.open(3, campaign="c-2026-0002")
    world.decide(1)
    result = export(world, worlds, tmp_path / "second")
    assert result.interim
    assert len((tmp_path / "second" / "decisions.jsonl").read_text().splitlines()) == 1
    assert len((tmp_path / "second" / "population.jsonl").read_text().splitlines()) == 3
    assert not (tmp_path / "second" / "signoffs").exists()
    world.campaign = "c-2026-0001"
    assert export(world, worlds, tmp_path / "first").complete


def test_a_refusal_of_the_store_reaches_the_caller(world: Any) -> None:
    world.whole(1)
    with pytest.raises(RefusedError):
        world.decide(0)
