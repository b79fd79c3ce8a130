"""Where the demo finds its recording."""

from pathlib import Path

import pytest

from recert.demo import recordings
from recert.errors import RecertError


def test_the_recording_is_found_in_the_checkout() -> None:
    assert recordings.recording_path().name == "estate.jsonl"


def test_the_installed_one_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "recert" / "demo"
    (package / "recordings").mkdir(parents=True)
    (package / "recordings" / "estate.jsonl").touch()
    monkeypatch.setattr(recordings, "__file__", str(package / "recordings.py"))
    assert recordings.recording_path() == package / "recordings" / "estate.jsonl"


def test_a_missing_recording_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings, "__file__", str(tmp_path / "a" / "b" / "recordings.py"))
    with pytest.raises(RecertError, match="Install recert again"):
        recordings.recording_path()
