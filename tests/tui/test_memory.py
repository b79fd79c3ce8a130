import json
from pathlib import Path

import pytest

from recert.tui.memory import Memory, Place


def test_a_place_is_recalled_by_another_run(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "tui.json"
    Memory(path).keep("store", Place("c1", "i7"))
    assert Memory(path).recall("store") == Place("c1", "i7")
    assert Memory(path).recall("other") is None


def test_each_campaign_has_its_own_place(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "tui.json")
    memory.keep("store", Place("c1", "i7"))
    memory.keep("store", Place("c2", "i1"))
    assert memory.recall("store") == Place("c2", "i1")
    assert memory.recall_item("store", "c1") == "i7"


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"store": 3}', '{"store": {"last": 5, "items": 7}}', "\x00"]
)
def test_a_file_that_makes_no_sense_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "tui.json"
    path.write_text(content)
    assert Memory(path).recall("store") is None
    Memory(path).keep("store", Place("c1", "i1"))
    assert Memory(path).recall("store") == Place("c1", "i1")


def test_a_place_that_cannot_be_written_is_not_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    Memory(blocked / "tui.json").keep("store", Place("c1"))


def test_old_campaigns_are_forgotten(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "tui.json")
    for number in range(80):
        memory.keep("store", Place(f"c{number}", "i"))
    assert len(json.loads((tmp_path / "tui.json").read_text())["store"]["items"]) <= 50
