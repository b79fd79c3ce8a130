"""Run the benchmarks and print their figures with the machine, the versions, bars and peers.

`.venv/bin/python data/benchmark.py [ROOM…]` runs those of the named rooms, or all of them, which takes
about six minutes on two quiet cores, and one more for each peer. Each file of tests runs in a process of its
own, so that its peak of memory is its own. Peers are measured in the same run where they are installed:
`RECERT_ORACLE` names the command of the independent evaluator (tests/README.md), and
`RECERT_CLOUDSPLAINING` that of cloudsplaining where it is not on the PATH. Exit 1 where a benchmark failed;
a bar that is missed is shown and fails nothing.
"""

import argparse
import contextlib
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from figures import Figure  # noqa: E402 - it lies among the tests

HEADER = ("room", "what", "figure", "of the processor", "bar", "met", "beside it")
LIBRARIES = (
    "recert", "boto3", "botocore", "textual", "pydantic", "msgspec", "sqlalchemy", "sqlmodel",
    "cryptography",
)  # fmt: skip


def files(rooms: Sequence[str]) -> list[Path]:
    """Return the files of tests that hold benchmarks, in the order of the rooms."""
    found = sorted((ROOT / "tests").glob("*/test_*.py"))
    marked = [one for one in found if "mark.benchmark" in one.read_text(encoding="utf-8")]
    return [one for one in marked if not rooms or one.parent.name in rooms]


def machine() -> dict[str, str]:
    """Tell what the figures were measured on."""
    model = platform.processor() or platform.machine()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    with contextlib.suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next((one.partition(": ")[2] for one in lines if "model name" in one), model)
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": f"{model}, {usable} cores",
        "memory": f"{memory:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "load before": f"{os.getloadavg()[0]:.2f}",
    }


def versions() -> dict[str, str]:
    """Tell what was measured with."""
    libraries = {name: version(name) for name in LIBRARIES}
    return {"Python": platform.python_version(), "SQLite": sqlite3.sqlite_version, **libraries}


def run(file: Path, figures: Path) -> bool:
    """Run the benchmarks of one file, which append to `figures`; tell whether they passed."""
    command = [
        sys.executable, "-m", "pytest", "-q", "-m", "benchmark", "-p", "no:cacheprovider",
        "--figures", str(figures), str(file),
    ]  # fmt: skip
    begun = time.monotonic()
    told = str(file.relative_to(ROOT))
    print(f"{told} … ", end="", file=sys.stderr, flush=True)
    # An installed recert is compiled; so are the processes that are measured, after their first start.
    environ = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(  # noqa: S603 - own tests
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    print(f"{time.monotonic() - begun:.0f} s", file=sys.stderr)
    if done.returncode:
        print(done.stdout + done.stderr, file=sys.stderr)
    return done.returncode == 0


def read(figures: Path) -> list[Figure]:
    """Return what the benchmarks told."""
    lines = figures.read_text(encoding="utf-8").splitlines() if figures.exists() else []
    return [Figure(**json.loads(line)) for line in lines]


def table(rows: Iterable[Sequence[str]]) -> str:
    """Set rows in columns, for a terminal."""
    held = [HEADER, *rows]
    widths = [max(map(len, column)) for column in zip(*held, strict=True)]
    lines = (
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in held
    )
    return "\n".join(lines)


def markdown(about: dict[str, dict[str, str]], rows: Iterable[Sequence[str]]) -> str:
    """Write the same for the README."""
    named = [", ".join(f"{name} {text}" for name, text in part.items()) for part in about.values()]
    body = ["| " + " | ".join(row) + " |" for row in (HEADER, ["---"] * len(HEADER), *rows)]
    return "\n\n".join([*(f"{one}." for one in named), "\n".join(body)])


def main() -> int:
    """Run what is asked for and print it."""
    rooms = sorted({file.parent.name for file in files(())})
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("room", nargs="*", metavar="ROOM", help=", ".join(rooms))
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="one JSON document")
    shape.add_argument(
        "--markdown", action="store_true", help="for the README: what has a bar or a peer"
    )
    asked = parser.parse_args()
    if unknown := set(asked.room) - set(rooms):
        parser.error(
            f"no benchmarks in {', '.join(sorted(unknown))}: choose from {', '.join(rooms)}"
        )
    about, begun = {"machine": machine(), "versions": versions()}, time.monotonic()
    if float(about["machine"]["load before"]) > 1:
        print("The machine is busy: what the clock says will be too much.", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "figures.jsonl"
        passed = [run(file, told) for file in files(asked.room)]
        figures = read(told)
    about["machine"]["load after"] = f"{os.getloadavg()[0]:.2f}"
    about["run"] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "took": f"{time.monotonic() - begun:.0f} s",
    }
    cells = [figure.cells() for figure in figures]
    if asked.json:
        listed = [{**asdict(one), "met": one.holds} for one in figures]
        print(json.dumps({**about, "figures": listed}, indent=2))
    elif asked.markdown:
        print(markdown(about, [figure.cells() for figure in figures if figure.is_compared]))
    else:
        for part in about.values():
            print(", ".join(f"{name} {text}" for name, text in part.items()))
        print("\n" + table(cells))
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
