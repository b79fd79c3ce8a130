"""The README's two commands and what stands in it are held against the code."""

import re
import subprocess
from pathlib import Path


def blocks(checkout: Path) -> list[str]:
    text = (checkout / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^```sh\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def test_the_readme_opens_with_two_commands_of_one_line_each(checkout: Path) -> None:
    first, second = blocks(checkout)[:2]
    assert first.count("\n") == second.count("\n") == 1
    assert first.rstrip().endswith("recert demo")
    assert "pip install" in first
    assert "pytest" in second
    assert "pip install" in second


def test_the_pipeline_runs_the_second_command_as_it_stands(checkout: Path) -> None:
    script = (checkout / ".ci" / "run").read_text(encoding="utf-8")
    program = re.search(r"awk '(.*?)' README\.md", script)
    assert program is not None
    done = subprocess.run(
        ["awk", program[1], "README.md"], cwd=checkout, capture_output=True, text=True, check=True
    )
    assert done.stdout == blocks(checkout)[1]


def test_nothing_else_stands_at_the_top_level(checkout: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=checkout, capture_output=True, text=True, check=True
    )
    top = {line.split("/")[0] for line in listed.stdout.splitlines()}
    allowed = {
        "pyproject.toml", "recert", "tests", "data", "screenshots",
        "README.md", "LICENSE", "NOTICE", "CHANGELOG.md",
    }  # fmt: skip
    assert {name for name in top if not name.startswith(".")} <= allowed
