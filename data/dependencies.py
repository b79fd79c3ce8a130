"""Tell what each dependency is for, how large it is and how long it takes to import.

`.venv/bin/python data/dependencies.py` prints a table (`--markdown` for a page). What each is for stands
beside it in pyproject.toml, once. "Alone" is what the package itself has installed; "with its own" adds
what it needs in turn. Import times are of a fresh process, the best of five, with compiled bytecode.

`--lowest` prints the lowest versions that pyproject.toml allows instead, as constraints for pip, so that a
suite run on them tests the bounds; with `dev` those of the tests as well:

    .venv/bin/python data/dependencies.py --lowest dev > low.txt
    python3 -m venv LOW && LOW/bin/pip install -c low.txt -e '.[dev]' && LOW/bin/python -m pytest -n auto
"""

import argparse
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "pyproject.toml"
HEADER = ("dependency", "installed", "what for", "alone", "with its own", "import")
_LINE = re.compile(r'^  "([A-Za-z0-9-]+)(\[\w+\])?((?:>=|==)[\w.]+)",? *# *(.+)$', re.MULTILINE)
_NAME = re.compile(r"^[A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Dependency:
    """A direct dependency as pyproject.toml names it: name, bound (`>=` or `==`) and what it is for."""

    name: str
    bound: str
    reason: str


def named(extra: str | None = None) -> list[Dependency]:
    """Return the direct dependencies, or those of an extra; ValueError where one has no reason beside it."""
    text = PROJECT.read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    wanted = project["optional-dependencies"][extra] if extra else project["dependencies"]
    told = {found[1]: Dependency(found[1], found[3], found[4]) for found in _LINE.finditer(text)}
    names = [_NAME.match(one)[0] for one in wanted]  # type: ignore[index]  # a requirement begins with a name
    if missing := [name for name in names if name not in told]:
        raise ValueError(f"no reason stands beside {', '.join(missing)} in pyproject.toml")
    return [told[name] for name in names]


def lowest(extras: list[str]) -> list[str]:
    """Return the lowest allowed versions as constraints of pip."""
    every = [one for extra in (None, *extras) for one in named(extra)]
    return [f"{one.name}=={one.bound[2:]}" for one in every]


def size(name: str) -> int:
    """Return the bytes that a distribution has installed, its compiled bytecode not counted."""
    files = metadata.distribution(name).files or ()
    held = (Path(str(file.locate())) for file in files if file.suffix != ".pyc")
    return sum(one.stat().st_size for one in held if one.is_file())


def with_its_own(name: str) -> set[str]:
    """Return the names of a distribution and of everything that it needs here, in lower case."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        one = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        try:
            requires = metadata.requires(one) or ()
        except metadata.PackageNotFoundError:
            continue
        if one not in found:
            found.add(one)
            waiting += [_NAME.match(each)[0] for each in requires if "extra ==" not in each]  # type: ignore[index]  # as above
    return found


def import_time(name: str) -> float:
    """Return the milliseconds of the processor that its import takes in a fresh process, the best of five."""
    code = (
        "import sys, time; begun = time.process_time(); __import__(sys.argv[1]); "
        "print(time.process_time() - begun)"
    )
    command = [sys.executable, "-c", code, name.replace("-", "_")]
    runs = [subprocess.run(command, capture_output=True, check=True).stdout for _ in range(5)]  # noqa: S603 - own code
    return min(map(float, runs)) * 1000


def rows() -> list[tuple[str, ...]]:
    """Return a line for each direct dependency, and one for all of it together."""
    found, every = [], set()
    for one in named():
        own = with_its_own(one.name)
        every |= own
        found.append(
            (
                f"{one.name}{one.bound}",
                metadata.version(one.name),
                one.reason,
                megabytes(size(one.name)),
                megabytes(sum(map(size, own))),
                f"{import_time(one.name):.0f} ms",
            )
        )
    total = megabytes(sum(map(size, every)))
    told = f"all {len(every)} packages"
    found.append((told, "", "", "", total, ""))
    return found


def megabytes(count: int) -> str:
    """Write a size in megabytes of a million bytes."""
    return f"{count / 1e6:.1f} MB"


def main() -> None:
    """Print what is asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--markdown", action="store_true", help="a table for a page")
    parser.add_argument("--lowest", nargs="*", metavar="EXTRA", help="constraints of pip")
    asked = parser.parse_args()
    if asked.lowest is not None:
        print("\n".join(lowest(asked.lowest)))
        return
    held = [HEADER, *rows()]
    if asked.markdown:
        held.insert(1, ("---",) * len(HEADER))
        print("\n".join("| " + " | ".join(row) + " |" for row in held))
        return
    widths = [max(map(len, column)) for column in zip(*held, strict=True)]
    for row in held:
        print(
            "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        )


if __name__ == "__main__":
    main()
