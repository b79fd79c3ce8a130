"""The walks of the README are walked as they stand there: each command, and what it prints."""

import io
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from freezegun import freeze_time

from recert.cli import main

DAY = "2026-11-30T09:00:00Z"
"""When the page was walked: its dates stand there in full."""
ELISION = "…"
"""In a command: a word that an earlier answer printed in full. In an answer: whatever stands there."""


@dataclass(frozen=True)
class Step:
    """A command of the page, and the lines that it is said to print."""

    line: int
    command: str
    answer: tuple[str, ...]


def steps(page: str) -> list[Step]:
    found: list[Step] = []
    inside = False
    for number, line in enumerate(page.splitlines(), 1):
        if line.startswith("```"):
            inside = line == "```console"
        elif inside and line.startswith("$ "):
            found.append(Step(number, line.removeprefix("$ "), ()))
        elif inside:
            last = found[-1]
            found[-1] = Step(last.line, last.command, (*last.answer, line.rstrip()))
    return found


def pattern(answer: tuple[str, ...]) -> re.Pattern[str]:
    """Return what an answer must look like: `…` alone in a line stands for any lines, also none."""
    lines = [
        "(?:.*\n)*?"
        if line.strip() == ELISION
        else ".*?".join(re.escape(part) for part in line.split(ELISION)) + "\n"
        for line in answer
    ]
    return re.compile("".join(lines))


class Terminal:
    """A terminal in which somebody types what the page says; recert runs in this process."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.seen = ""
        self._patch = patch

    def type(self, command: str) -> str:
        words = [self._whole(word) for word in shlex.split(command)]
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            self._patch.setenv(name, str(Path(value).expanduser()))
            return ""
        if words[0] == "cd":
            self.folder = (self.folder / words[1]).resolve()
            return ""
        with pytest.MonkeyPatch.context() as once:
            while "=" in words[0]:
                once.setenv(*words.pop(0).split("=", 1))
            target = words.pop() if words[-2:-1] == [">"] else None
            if target is not None:
                words.pop()
            said = self._recert(words[1:]) if words[0] == "recert" else self._shell(words)
        if target is not None:
            (self.folder / target).write_text(said, encoding="utf-8")
            return ""
        self.seen += said
        return "".join(f"{line.rstrip()}\n" for line in said.splitlines())

    def _whole(self, word: str) -> str:
        if not word.endswith(ELISION):
            return word
        known = re.findall(rf"(?<!\S){re.escape(word.removesuffix(ELISION))}\S+", self.seen)
        assert known, f"nothing printed so far begins like {word}"
        return known[-1].rstrip(".,`")

    def _recert(self, words: list[str]) -> str:
        screen = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.folder)
            patch.setattr(sys, "stdin", io.StringIO())
            patch.setattr(sys, "stdout", screen)
            patch.setattr(sys, "stderr", screen)
            with pytest.raises(SystemExit) as left:
                main.run(words)
        self._patch.setenv("?", str(left.value.code))
        return cast("io.BytesIO", screen.buffer).getvalue().decode()

    def _shell(self, words: list[str]) -> str:
        if words == ["echo", "$?"]:
            return os.environ["?"] + "\n"
        done = subprocess.run(
            words, cwd=self.folder, capture_output=True, text=True, timeout=60, check=False
        )
        return done.stdout + done.stderr


def test_every_command_of_the_walks_prints_what_the_page_says(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("DATA", "STATE", "CONFIG", "CACHE"):
        monkeypatch.delenv(f"XDG_{name}_HOME")
    terminal = Terminal(tmp_path, monkeypatch)
    walked = steps((checkout / "README.md").read_text(encoding="utf-8"))
    assert len(walked) > 20
    with freeze_time(DAY, tick=True):
        answers = [(step, terminal.type(step.command)) for step in walked]
    for step, said in answers:
        assert pattern(step.answer).fullmatch(said), (
            f"README.md:{step.line}: $ {step.command}\n"
            + "\n".join(step.answer)
            + f"\n--- was said:\n{said}"
        )
