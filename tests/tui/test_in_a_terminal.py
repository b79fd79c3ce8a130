"""The UI as a person runs it: a process in a terminal."""

import contextlib
import json
import random
import re
import subprocess
import time
from pathlib import Path

import pytest
from figures import Figures
from term import RECERT, Term, answer, sample_command

HERE = str(Path(__file__).parent)


def stored(store: str) -> dict[str, str]:
    """Return the verdict of each decided item, by its id."""
    return {
        item["id"]: item["decision"]["verdict"]
        for campaign in answer("--store", store, "campaigns")["campaigns"]
        # Each campaign is a process of its own; those without a decision need none.
        if campaign["counts"]["decided"] + campaign["counts"]["signed_off"]
        for item in answer("--store", store, "items", campaign["id"])["items"]
        if item["decision"]
    }


def test_it_starts_is_quit_with_q_and_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    term = Term(sample_command(HERE, str(tmp_path / "s.json")))
    term.wait_for("0 of 20 of yours decided")
    term.send("q")
    assert term.end() == 0
    assert b"\x1b[?1049l" in term.raw
    assert b"\x1b[?25h" in term.raw


def test_without_colour_no_colour_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    term = Term(sample_command(HERE, str(tmp_path / "s.json")))
    term.wait_for("0 of 20 of yours decided")
    term.send("?")
    term.wait_for("Help: Review")
    term.send("\x1b")
    term.wait_for(lambda text: "Help: Review" not in text)
    term.send("q")
    assert term.end() == 0
    codes = {code for part in bytes(term.raw).split(b"\x1b[")[1:] for code in sgr(part)}
    assert not codes & ({*range(30, 39), *range(40, 49), *range(90, 108)})


def sgr(part: bytes) -> list[int]:
    head = part.split(b"m")[0]
    return (
        [int(n) for n in head.split(b";") if n.isdigit()]
        if b"m" in part and head.replace(b";", b"").isdigit()
        else []
    )


def test_keys_written_faster_than_they_can_be_typed_decide_one_item(tmp_path: Path) -> None:
    term = Term(sample_command(HERE, str(tmp_path / "s.json")))
    term.wait_for("0 of 20 of yours decided")
    term.send("s" * 50)
    term.wait_for("1 of 20 of yours decided")
    term.send("j")
    for _ in range(30):
        term.pump()
    assert "1 of 20 of yours decided" in term.text()
    term.send("q")
    assert term.end() == 0


def test_a_reviewer_walks_the_demo_from_start_to_sign_off_with_the_keyboard_alone(
    homes: Path, demo_copy: Path
) -> None:
    store = str(demo_copy)
    term = Term([*RECERT, "--store", store, "demo"], columns=100, lines=30)
    term.wait_for("of yours decided")
    assert "SYNTHETIC" in term.text()
    for decided in range(1, 4):
        term.send("s")
        term.wait_for("why?")
        term.send("somebody else knows better\r")
        term.wait_for(f"{decided} of 36 of yours decided")
        term.wait_for("stored; u undoes")
        term.send("]")
        term.rest()
    term.send("gvGs")
    term.wait_for("36 items")
    term.send("none of these are mine\r")
    term.wait_for("Everything here is decided")
    term.send("S")
    term.wait_for("No other key signs")
    term.send("\rS S\r")
    term.wait_for("No other key signs")
    term.send("y")
    term.wait_for("signature: ssh")
    term.send("q")
    assert term.end() == 0
    assert set(stored(store).values()) == {"abstain"}


def said_to_be_stored(screen: str) -> int:
    """Return how many decisions the screen calls stored: those shown, less those being saved."""
    shown = re.search(r"(\d+) of \d+ of yours decided", screen)
    saving = re.search(r"saving (\d+)", screen)
    return int(shown[1]) - (int(saving[1]) if saving else 0) if shown else 0


@pytest.mark.campaign
def test_killing_it_at_any_moment_loses_nothing_that_was_acknowledged(
    homes: Path, demo_copy: Path
) -> None:
    store = str(demo_copy)
    dice = random.Random(7)
    said = 0
    for _ in range(10):
        term = Term([*RECERT, "--store", store, "demo"], columns=120, lines=40)
        assert said_to_be_stored(term.wait_for("of yours decided")) >= said
        for _ in range(dice.randint(1, 4)):
            term.send("]")
            for _ in range(8):
                term.pump()
            term.send("s")
            with contextlib.suppress(AssertionError):
                term.wait_for("why?", 2)
                term.send("no longer mine\r")
                term.wait_for(lambda now: "why?" not in now, 5)
            for _ in range(dice.randint(0, 12)):
                term.pump()
        said = said_to_be_stored(term.text())
        term.kill()
        assert len(stored(store)) >= said
        asked = [*RECERT, "--store", store, "--json", "verify", store]
        checked = subprocess.run(asked, capture_output=True, text=True, check=False)
        assert json.loads(checked.stdout)["ok"] is True
    assert said > 5


def answer_time(term: Term, keys: str) -> float:
    """Return the seconds from a key to the first byte of what it changes on a quiet screen."""
    quiet = time.monotonic()
    while time.monotonic() - quiet < 0.15:
        before = len(term.raw)
        term.pump(0.02)
        quiet = time.monotonic() if len(term.raw) > before else quiet
    before, begin = len(term.raw), time.perf_counter()
    term.send(keys)
    while len(term.raw) == before:
        term.pump(0.2)
    return time.perf_counter() - begin


@pytest.mark.benchmark
def test_benchmark_of_the_first_frame_of_lists_and_of_keys(tmp_path: Path, figure: Figures) -> None:
    firsts, datas = [], []
    for _ in range(7):
        term = Term(sample_command(HERE, str(tmp_path / "s.json")), columns=150, lines=45)
        term.wait_for("Campaigns")
        firsts.append(time.perf_counter() - term.started)
        term.wait_for("of yours decided")
        datas.append(time.perf_counter() - term.started)
        term.send("q")
        term.end()
    term = Term(
        sample_command(HERE, str(tmp_path / "k.json"), "rows=sample.many(5000)"),
        columns=150,
        lines=45,
    )
    term.wait_for("of yours decided")
    for name, keys, bar in (("cursor move", "j", 10), ("page", "\x1b[6~", 25)):
        times = [answer_time(term, keys) for _ in range(25)]
        figure.wall_median(f"{name}, key to first byte of its frame", times, at_most=bar)
    term.send("q")
    term.end()
    figure.wall_median("first paint of the UI, whole process, in a terminal", firsts, at_most=600)
    figure.wall_median("first items of the UI, whole process, in a terminal", datas)
