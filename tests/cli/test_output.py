"""What leaves the process: one document, tables that nobody's text can break."""

import io
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recert.cli.output import Output, plain

HOSTILE = "\x1b]2;owned\x07\u202e[red]x[/red]\x00"


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Value:
    at: datetime
    colour: Colour
    path: Path


def test_values_become_json_with_instants_in_utc() -> None:
    at = datetime(2026, 11, 1, 10, tzinfo=timezone(timedelta(hours=1)))
    found = plain({"v": Value(at, Colour.RED, Path("/x")), "t": (1, None)})
    assert found == {
        "v": {"at": "2026-11-01T09:00:00Z", "colour": "red", "path": "/x"},
        "t": [1, None],
    }


def test_the_document_is_ascii_and_reads_back(capsys: pytest.CaptureFixture[str]) -> None:
    Output(as_json=True).document({"name": HOSTILE, "at": datetime(2026, 1, 1, tzinfo=UTC)})
    out = capsys.readouterr().out
    assert out.isascii()
    assert "\x1b" not in out
    assert json.loads(out)["name"] == HOSTILE


@given(st.text())
def test_no_text_in_a_table_reaches_the_terminal_as_control_or_markup(text: str) -> None:
    stream, kept = io.StringIO(), sys.stdout
    sys.stdout = stream
    try:
        Output().table(("name", text), [(text, 1), ([text], None)])
    finally:
        sys.stdout = kept
    assert all(char == "\n" or char.isprintable() for char in stream.getvalue())


def test_markup_in_a_table_stays_text(capsys: pytest.CaptureFixture[str]) -> None:
    Output().table(("name",), [(HOSTILE,)])
    assert "[red]x[/red]" in capsys.readouterr().out


def test_nothing_is_cut_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    Output().table(("name", "other"), [("x" * 5000, "y" * 5000)])
    out = capsys.readouterr().out
    assert "x" * 5000 in out
    assert "y" * 5000 in out


def test_quiet_keeps_the_result_and_drops_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    quiet = Output(quiet=True)
    quiet.note("aside")
    quiet.line("result")
    done = capsys.readouterr()
    assert (done.out, done.err) == ("result\n", "")


def test_notes_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    Output().note("aside")
    done = capsys.readouterr()
    assert (done.out, done.err) == ("", "aside\n")
