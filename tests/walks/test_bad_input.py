"""Recordings, stores and places that cannot be used: a sentence, the right exit, nothing half done."""

import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Recert = Callable[..., Any]


@pytest.fixture
def lines(checkout: Path) -> list[str]:
    return (checkout / "data" / "demo" / "estate.jsonl").read_text().splitlines()


def one_sentence(done: Any) -> bool:
    text = done.err.strip()
    return "Traceback" not in text and 1 <= len(text.splitlines()) <= 2


def broken(line: str, how: str) -> str:
    entry = json.loads(line)
    if how == "no JSON":
        return line[:-3]
    if how == "unknown operation":
        entry["operation"] = "ListDragons"
    if how == "unknown field":
        entry["output"]["dragon"] = 1
    if how == "wrong type":
        entry["at"] = 5
    if how == "unknown service":
        entry["service"] = "dragons"
    return json.dumps(entry)


@pytest.mark.parametrize(
    "how", ["no JSON", "unknown operation", "unknown field", "wrong type", "unknown service"]
)
def test_a_broken_recording_is_named_with_its_line_and_nothing_is_stored(
    recert: Recert, tmp_path: Path, lines: list[str], how: str
) -> None:
    recording = tmp_path / "broken.jsonl"
    store = tmp_path / "store.db"
    lines[41] = broken(lines[41], how)
    recording.write_text("\n".join(lines) + "\n")
    done = recert("--store", store, "sync", "--from", recording, "--json")
    assert done.code == 2
    assert "line 42" in done.err
    assert one_sentence(done)
    assert done.out == ""
    assert not store.exists()


def test_a_recording_that_is_missing_is_a_sentence(recert: Recert, tmp_path: Path) -> None:
    done = recert("--store", tmp_path / "s.db", "sync", "--from", tmp_path / "none.jsonl")
    assert done.code == 2
    assert one_sentence(done)


def test_an_instant_that_the_recording_lacks_is_refused_with_those_it_has(
    recert: Recert, tmp_path: Path, checkout: Path
) -> None:
    recording = checkout / "data" / "demo" / "estate.jsonl"
    done = recert(
        "--store", tmp_path / "s.db", "sync", "--from", recording, "--at", "2026-01-01T00:00:00Z"
    )
    assert done.code == 2
    assert "2026-11-23T09:00:00Z" in done.err


def test_a_file_that_is_no_store_exits_5(recert: Recert, tmp_path: Path) -> None:
    store = tmp_path / "notes.txt"
    store.write_text("groceries\n" * 200)
    done = recert("--store", store, "agents", "--json")
    assert done.code == 5
    assert one_sentence(done)
    assert store.read_text() == "groceries\n" * 200


def test_a_database_of_another_program_exits_5(recert: Recert, tmp_path: Path) -> None:
    store = tmp_path / "other.db"
    with sqlite3.connect(store) as connection:
        connection.execute("create table t (a)")
    connection.close()
    done = recert("--store", store, "campaigns")
    assert done.code == 5
    assert one_sentence(done)


def test_a_store_of_a_newer_recert_exits_5(
    recert: Recert, made_once: tuple[Path, Any], tmp_path: Path
) -> None:
    store = tmp_path / "newer.db"
    data = bytearray(made_once[0].read_bytes())
    data[60:64] = (9999).to_bytes(4, "big")
    store.write_bytes(data)
    done = recert("--store", store, "campaigns", "--json")
    assert done.code == 5
    assert "newer" in done.err
    assert one_sentence(done)


def test_a_folder_that_cannot_be_written_exits_5(recert: Recert, checkout: Path) -> None:
    # /proc is read-only for everybody, root included.
    recording = checkout / "data" / "demo" / "estate.jsonl"
    done = recert("--store", "/proc/recert/store.db", "sync", "--from", recording)
    assert done.code == 5
    assert one_sentence(done)


def test_a_new_store_is_for_its_user_alone(recert: Recert, tmp_path: Path, checkout: Path) -> None:
    store = tmp_path / "deep" / "store.db"
    recording = checkout / "data" / "demo" / "estate.jsonl"
    assert recert("--store", store, "sync", "--from", recording).code == 3
    assert stat.S_IMODE(store.stat().st_mode) == 0o600


def test_without_credentials_aws_is_a_sentence_and_exits_4(recert: Recert, tmp_path: Path) -> None:
    store = tmp_path / "s.db"
    for command in (("sync",), ("init", "--yes")):
        done = recert("--store", store, *command, "--json", AWS_REGION="us-east-1")
        assert done.code == 4
        assert one_sentence(done)
        assert not store.exists()


def test_an_endpoint_that_nobody_answers_is_a_sentence_and_exits_4(
    recert: Recert, tmp_path: Path
) -> None:
    done = recert(
        "--store",
        tmp_path / "s.db",
        "sync",
        AWS_ENDPOINT_URL="http://127.0.0.1:9",
        AWS_ACCESS_KEY_ID="k",
        AWS_SECRET_ACCESS_KEY="s",  # noqa: S106 - opens nothing
        AWS_REGION="us-east-1",
    )
    assert done.code == 4
    assert one_sentence(done)


def test_the_same_reading_again_records_nothing(
    recert: Recert, tmp_path: Path, checkout: Path
) -> None:
    store = tmp_path / "s.db"
    recording = checkout / "data" / "demo" / "estate.jsonl"
    for at in ("2026-11-02T09:00:00Z", "2026-11-23T09:00:00Z"):
        first = recert("--store", store, "sync", "--from", recording, "--at", at, "--json")
        assert first.code == 3
    assert first.json()["events"] > 0
    assert first.json()["campaigns"]
    before = recert("--store", store, "events", "--json").out
    again = recert("--store", store, "sync", "--from", recording, "--json")
    assert again.code == 3
    assert (again.json()["events"], again.json()["campaigns"]) == (0, [])
    assert recert("--store", store, "events", "--json").out == before


def test_a_reading_older_than_the_last_is_refused(
    recert: Recert, tmp_path: Path, checkout: Path
) -> None:
    store = tmp_path / "s.db"
    recording = checkout / "data" / "demo" / "estate.jsonl"
    assert recert("--store", store, "sync", "--from", recording).code == 3
    at = "2026-11-02T09:00:00Z"
    done = recert("--store", store, "sync", "--from", recording, "--at", at)
    assert done.code == 1
    assert one_sentence(done)


def test_an_interrupted_sync_exits_130_and_keeps_nothing(tmp_path: Path) -> None:
    pipe, store = tmp_path / "recording.fifo", tmp_path / "s.db"
    os.mkfifo(pipe)
    command = ["--store", str(store), "sync", "--from", str(pipe)]
    process = subprocess.Popen(
        [sys.executable, "-m", "recert.cli.main", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    # Opening the other end waits until the recording is being read.
    with process, pipe.open("w"):
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in err
    assert not store.exists()


@pytest.mark.parametrize("command", [("sync",), ("sync", "--dry-run"), ("init", "--yes")])
def test_a_store_of_recordings_is_refused_before_aws_is_asked(
    recert: Recert, demo_copy: Path, command: tuple[str, ...]
) -> None:
    done = recert("--store", demo_copy, *command)
    assert "takes no live readings" in done.err
    assert "credentials" not in done.err
    assert one_sentence(done)
