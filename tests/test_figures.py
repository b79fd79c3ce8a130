"""Figures say whether their bar is met and what a peer needed; the command sets them in a table."""

import subprocess
import sys
from pathlib import Path

import pytest
from figures import Figure, Figures, Spent, spent
from loading import load

KEPT = Figure("iam", "verdicts", 156_746.2, "", at_least=50_000)
MISSED = Figure("cli", "start", 279.1, "ms", cpu=66.7, at_most=150, peer="other", peer_value=12.34)
ABSENT = Figure("iam", "whole", 2.345, "s", peer="other")


@pytest.mark.parametrize(
    ("figure", "cells"),
    [
        (KEPT, ("iam", "verdicts", "156,746", "", "≥ 50,000", "yes", "")),
        (MISSED, ("cli", "start", "279 ms", "66.7 ms", "≤ 150 ms", "NO", "other: 12.3 ms")),
        (ABSENT, ("iam", "whole", "2.35 s", "", "", "", "other: not installed")),
    ],
)
def test_a_figure_is_told_with_its_bar_and_its_peer(figure: Figure, cells: tuple[str, ...]) -> None:
    assert figure.cells() == cells


def test_what_is_told_is_kept_for_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], checkout: Path
) -> None:
    file = tmp_path / "figures.jsonl"
    tell = Figures("evidence", file)
    tell.seconds("packed", Spent(2.0, 1.0), at_most=10)
    tell.median("counted", [Spent(0.003, 0.001), Spent(0.001, 0.001), Spent(0.002, 0.001)])
    benchmark = load(checkout / "data" / "benchmark.py")
    found = benchmark.read(file)
    assert [(one.room, one.name, one.value) for one in found] == [
        ("evidence", "packed", 2.0),
        ("evidence", "counted", 2.0),
    ]
    assert "packed: 2 s, CPU 1 s, bar ≤ 10 s, met: yes" in capsys.readouterr().out
    page = benchmark.markdown({"machine": {"load": "0.1"}}, [one.cells() for one in found])
    assert "| evidence | packed | 2 s | 1 s | ≤ 10 s | yes |  |" in page


def test_the_work_of_children_counts() -> None:
    busy = "import time\nwhile time.process_time() < 0.2: pass"
    with spent() as took:
        subprocess.run([sys.executable, "-c", busy], check=True)
    assert took.cpu >= 0.2


def test_every_file_with_a_benchmark_is_run(checkout: Path) -> None:
    benchmark = load(checkout / "data" / "benchmark.py")
    every = set((checkout / "tests").rglob("test_*.py")) - {Path(__file__)}
    assert set(benchmark.files(())) == {one for one in every if "mark.benchmark" in one.read_text()}
    assert {one.parent.name for one in benchmark.files(("iam",))} == {"iam"}
