"""The demo in a real terminal: the first screen, a decision, and that it is still there."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pyte

Recert = Callable[..., Any]

COLUMNS, LINES = 120, 32


class Terminal:
    """A pseudo-terminal with a screen that can be read."""

    def __init__(self, *args: str) -> None:
        environ = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.started = time.monotonic()
        self.child = pexpect.spawn(
            sys.executable,
            ["-m", "recert.cli.main", *args],
            env=environ,
            dimensions=(LINES, COLUMNS),
            timeout=20,
        )
        self.screen = pyte.Screen(COLUMNS, LINES)
        self.stream = pyte.ByteStream(self.screen)

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    def until(self, wanted: str, seconds: float = 20) -> float:
        """Read until the screen shows a text; return how long that took since the start."""
        end = time.monotonic() + seconds
        while wanted not in self.text:
            assert time.monotonic() < end, f"never showed {wanted!r}:\n{self.text}"
            try:
                self.stream.feed(self.child.read_nonblocking(65536, timeout=0.2))
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                raise AssertionError(f"ended without {wanted!r}:\n{self.text}") from None
        return time.monotonic() - self.started

    def press(self, keys: str) -> None:
        self.child.send(keys)

    def quit(self) -> int:
        """Leave with `q` and return the exit code."""
        self.press("q")
        self.child.expect(pexpect.EOF, timeout=20)
        code = self.child.wait()
        self.child.close()
        return int(code)


def test_the_demo_opens_on_a_review_and_says_that_it_is_synthetic(tmp_path: Path) -> None:
    terminal = Terminal("--store", str(tmp_path / "demo.db"), "demo")
    terminal.until("SYNTHETIC")
    taken = terminal.until("hr-assistant")
    assert taken < 20
    assert terminal.quit() == 0


def test_a_decision_made_on_the_screen_is_there_for_the_command_line(
    recert: Recert, tmp_path: Path
) -> None:
    store = str(tmp_path / "demo.db")
    terminal = Terminal("--store", store, "demo")
    terminal.until("hr-assistant")
    terminal.until("0 of")
    terminal.press("s")
    terminal.until("needs a rationale")
    terminal.press("I cannot judge this\r")
    terminal.until("1 of")
    assert terminal.quit() == 0
    done = recert("--store", store, "campaigns", "--json").json()["campaigns"]
    assert sum(one["counts"]["abstained"] for one in done) == 1


def test_without_a_store_the_ui_says_where_to_begin(tmp_path: Path) -> None:
    terminal = Terminal("--store", str(tmp_path / "none.db"))
    terminal.until("recert demo")
    terminal.child.expect(pexpect.EOF)
    assert terminal.child.wait() == 5
    terminal.child.close()


def test_a_file_that_is_no_store_is_said_on_the_screen_and_exits_5(tmp_path: Path) -> None:
    store = tmp_path / "notes.txt"
    store.write_text("groceries\n" * 100)
    terminal = Terminal("--store", str(store))
    terminal.until("another")  # one word: the path before it may wrap anywhere
    assert terminal.quit() == 5
