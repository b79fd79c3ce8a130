"""The demo in a real terminal: the first screen, a decision, and that it is still there."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from term import Term

Recert = Callable[..., Any]


def started(*args: str) -> Term:
    command = [sys.executable, "-m", "recert.cli.main", *args]
    return Term(command, columns=120, lines=32, env={"COLORTERM": "truecolor"})


def left(term: Term) -> int:
    """Leave with `q` and return the exit code."""
    term.send("q")
    return term.end(20)


def test_the_demo_says_that_it_is_synthetic_and_at_its_end_how_to_go_on(tmp_path: Path) -> None:
    terminal = started("--store", str(tmp_path / "demo.db"), "demo")
    terminal.wait_for("SYNTHETIC")
    terminal.wait_for("hr-assistant")
    terminal.wait_for("of yours decided")
    terminal.send("2")
    terminal.wait_for("13 campaigns")
    terminal.send("m")
    terminal.wait_for("No channel is configured")
    terminal.send("?")
    terminal.wait_for("Help: Campaigns")
    terminal.send("q")
    terminal.wait_for(lambda now: "Help: Campaigns" not in now)
    assert left(terminal) == 0
    assert b"RECERT_USER=agnes.lindholm recert demo" in terminal.raw.split(b"\x1b[?1049l")[-1]


def test_a_decision_made_on_the_screen_is_there_for_the_command_line(
    recert: Recert, demo_copy: Path
) -> None:
    store = str(demo_copy)
    terminal = started("--store", store, "demo")
    terminal.wait_for("hr-assistant")
    terminal.wait_for("0 of")
    terminal.wait_for("rests on")
    terminal.rest()
    terminal.send("s")
    terminal.wait_for("needs a rationale")
    terminal.send("I cannot judge this\r")
    terminal.wait_for("1 of")
    assert left(terminal) == 0
    done = recert("--store", store, "campaigns", "--json").json()["campaigns"]
    assert sum(one["counts"]["abstained"] for one in done) == 1


def test_without_a_store_the_ui_says_where_to_begin(tmp_path: Path) -> None:
    terminal = started("--store", str(tmp_path / "none.db"))
    terminal.wait_for("recert demo")
    assert terminal.end() == 5


def test_a_file_that_is_no_store_is_said_on_the_screen_and_exits_5(tmp_path: Path) -> None:
    store = tmp_path / "notes.txt"
    store.write_text("groceries\n" * 100)
    terminal = started("--store", str(store))
    terminal.wait_for("another")  # one word: the path before it may wrap anywhere
    assert left(terminal) == 5
