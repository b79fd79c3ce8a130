"""How long the demo takes to be on the screen, as a whole process in a terminal; no time is asserted."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from figures import Figures, spent
from term import Term

pytestmark = pytest.mark.benchmark
RUN = [sys.executable, "-m", "recert.cli.main", "demo"]


def test_the_demo_from_its_start_to_its_first_screen(tmp_path: Path, figure: Figures) -> None:
    subprocess.run([*RUN, "--no-tui"], check=True, capture_output=True)
    with spent() as took:
        subprocess.run([*RUN, "--no-tui", "--reset"], check=True, capture_output=True)
    figure.seconds("first demo run: four readings, events, campaigns", took)
    first = to_the_screen([*RUN, "--reset"])
    figure("first demo run to its items on the screen", first[1], "s", at_most=5)
    runs = [to_the_screen(RUN) for _ in range(7)]
    figure.wall_median("first paint of recert demo", [paint for paint, _ in runs], at_most=600)
    figure.wall_median("items on the screen of recert demo", [data for _, data in runs])


def to_the_screen(command: list[str]) -> tuple[float, float]:
    """Return the seconds to the first paint and to the first items of the UI."""
    term = Term(command, columns=150, lines=45)
    term.wait_for("Campaigns")
    paint = time.perf_counter() - term.started
    term.wait_for("of yours decided", 60)
    data = time.perf_counter() - term.started
    term.send("q")
    term.end()
    return paint, data
