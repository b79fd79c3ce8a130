"""The frame of the command line: help, options, exit codes, what an error looks like."""

import importlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from figures import Figures, spent

from recert.analysis import CEILING_KINDS
from recert.campaigns.people import ROLES
from recert.cli.diagnostics import report
from recert.cli.main import cli
from recert.cli.registry import COMMANDS
from recert.store.outcome import Strategy

Recert = Callable[..., Any]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_in_the_help_is_the_first_sentence_of_the_command(name: str) -> None:
    module, attribute, line = COMMANDS[name]
    command = getattr(importlib.import_module(module), attribute)
    assert isinstance(command, click.Command)
    assert (command.help or "").splitlines()[0] == line
    assert command.name == name


def choices(command: str, option: str) -> tuple[str, ...]:
    """Return what an option of a command takes."""
    found: click.Command = cli
    for name in command.split():
        assert isinstance(found, click.Group)
        found = found.get_command(click.Context(found), name) or cli
    kind = next(one.type for one in found.params if one.name == option)
    assert isinstance(kind, click.Choice)
    return tuple(kind.choices)


def test_what_options_take_is_what_the_rooms_know() -> None:
    """The commands name them once more, so that their help needs no store and no analysis."""
    assert choices("people add", "roles") == ROLES
    assert choices("campaign open", "strategy") == tuple(one.value for one in Strategy)
    assert choices("propose", "kinds") == CEILING_KINDS


def test_the_help_lists_every_command_and_the_exit_codes(recert: Recert) -> None:
    done = recert("--help")
    assert done.code == 0
    for name, (_, _, line) in COMMANDS.items():
        assert name in done.out
        assert line.split()[0] in done.out
    assert "Exit codes" in done.out


def test_the_version_names_the_program(recert: Recert) -> None:
    assert recert("--version").out.startswith("recert ")


def test_an_unknown_command_is_refused_with_the_nearest_one(recert: Recert) -> None:
    done = recert("campaings")
    assert done.code == 2
    assert "campaigns" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("args", [("--nonsense",), ("items",), ("decide", "c"), ("agent", "frob")])
def test_wrong_usage_exits_2_with_a_sentence(recert: Recert, args: tuple[str, ...]) -> None:
    done = recert(*args)
    assert done.code == 2
    assert done.err.startswith("recert: ")
    assert done.out == ""


def test_without_a_terminal_the_ui_refuses_with_a_sentence(recert: Recert) -> None:
    for args in ((), ("demo",)):
        done = recert(*args, TERM="xterm-256color")
        assert done.code == 2
        assert "terminal" in done.err
        assert len(done.err.strip().splitlines()) == 1


def test_a_missing_store_exits_5_and_is_not_created(recert: Recert, tmp_path: Path) -> None:
    store = tmp_path / "none.db"
    done = recert("--store", store, "agents", "--json")
    assert done.code == 5
    assert done.out == ""
    assert len(done.err.strip().splitlines()) == 1
    assert not store.exists()


@pytest.mark.parametrize("place", ["before", "after"])
def test_global_options_are_taken_before_and_after_the_command(
    recert: Recert, tmp_path: Path, place: str
) -> None:
    store = ["--store", str(tmp_path / "none.db"), "--json", "-q", "-v"]
    args = [*store, "agents"] if place == "before" else ["agents", *store]
    done = recert(*args)
    assert done.code == 5
    assert str(tmp_path / "none.db") in done.err


def test_a_traceback_comes_only_when_asked_for_twice(recert: Recert, tmp_path: Path) -> None:
    store = str(tmp_path / "none.db")
    assert "Traceback" not in recert("--store", store, "agents", "-v").err
    assert "Traceback" in recert("--store", store, "agents", "-vv").err


def test_a_broken_configuration_is_named_with_its_file(recert: Recert, tmp_path: Path) -> None:
    file = tmp_path / "recert.toml"
    file.write_text('stroe = "x.db"\n')
    done = recert("--config", file, "agents")
    assert done.code == 2
    assert str(file) in done.err
    assert "store" in done.err


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    line = f"{sys.executable} -m recert.cli.main --help | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, env=dict(os.environ), check=False
    )
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


@pytest.mark.benchmark
def test_help_figures(recert: Recert, figure: Figures) -> None:
    taken = []
    for _ in range(11):
        with spent() as took:
            recert("--help")
        taken.append(took)
    figure.median("recert --help, whole process", taken, at_most=150)


@pytest.mark.parametrize("args", [("--help",), ("simulate", "/dev/null"), ("whoami", "--json")])
def test_an_output_that_is_closed_is_no_error_and_a_full_one_says_so(args: tuple[str, ...]) -> None:
    line = f"{sys.executable} -m recert.cli.main {' '.join(args)}"
    closed = subprocess.run(["sh", "-c", f"{line} >&-"], capture_output=True, check=False)
    assert closed.returncode == 0, closed.stderr
    if args[0] == "simulate" or not Path("/dev/full").exists():
        return
    full = subprocess.run(
        ["sh", "-c", f"{line} >/dev/full"], capture_output=True, text=True, check=False
    )
    assert full.returncode == 5
    assert full.stderr.startswith("recert: It could not be written: no space left on device.")
    assert len(full.stderr.splitlines()) == 1


def test_a_package_that_is_missing_is_named_with_what_to_do(capsys: Any) -> None:
    assert report(ModuleNotFoundError("No module named 'rich.text'", name="rich.text")) == 1
    told = capsys.readouterr().err
    assert "package rich," in told
    assert "Install recert there again." in told


def test_an_error_that_nobody_foresaw_asks_for_its_traceback(capsys: Any) -> None:
    assert report(KeyError("x")) == 1
    assert "-vv, and report" in capsys.readouterr().err
